"""Why Foreword cannot start, and what the writer is offered then: a small window, since a click has no terminal."""

from __future__ import annotations

import errno
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_FOLDER_REASONS: Final = {
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "it can only be read",
    errno.ENOSPC: "the disk is full",
    errno.ENOENT: "nothing can be made there",
}


class CannotStart(Exception):  # noqa: N818 - said to the writer, who can put it right
    """What is wrong (``title``, ``text``), ``where``, and what can be done (``way_on``); ``status`` ends the command.

    The message says all of it in one line. ``broken_settings``: ``where`` is a settings file that can be put aside.
    """

    def __init__(
        self, title: str, text: str, way_on: str, where: Path, *, status: int = 1, broken_settings: bool = False
    ) -> None:
        super().__init__(f"{title} ({where}). {text} {way_on}")
        self.title = title
        self.text = text
        self.way_on = way_on
        self.where = where
        self.status = status
        self.broken_settings = broken_settings


def broken_settings(path: Path, reason: str) -> CannotStart:
    """Return what to say about a settings file that cannot be used."""
    return CannotStart(
        "The settings cannot be used",
        f"This file is not as Foreword needs it: {reason}",
        "Mend it in a text editor, or rename it to start with standard settings.",
        path,
        status=2,
        broken_settings=True,
    )


def unusable_folder(folder: Path, error: OSError) -> CannotStart:
    """Return what to say about a folder in which nothing can be kept."""
    reason = _FOLDER_REASONS.get(error.errno or 0, error.strerror or str(error))
    return CannotStart(
        "Foreword cannot use this folder",
        f"Your calls and answers are kept in a folder, and nothing can be kept in this one: {reason}.",
        "Give yourself the right to write there, or start with another folder: foreword --home FOLDER.",
        folder,
    )


def set_aside(path: Path) -> Path:
    """Rename a file so that it is out of the way and kept, with the day of its last change; return its new place.

    Raises OSError.
    """
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone().date()
    stem = f"{path.name}.broken-{day}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    free = next((name for name in names if not path.with_name(name).exists()), None)
    if free is None:
        raise FileExistsError(errno.EEXIST, "too many are kept there already", str(path))
    return path.rename(path.with_name(free))


def has_terminal() -> bool:
    """Tell whether somebody reads what is printed; a program started by a click may have no output at all."""
    return sys.stderr is not None and sys.stderr.isatty()


def put_right(trouble: CannotStart) -> bool:
    """Show in a small window what is wrong; True when it has been put right, so that the start can be tried again."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt, which the terminal does without

    from ui.start_trouble import StartTrouble  # noqa: PLC0415
    from ui.style import apply  # noqa: PLC0415

    application = QApplication(sys.argv[:1])
    application.setApplicationName("Foreword")
    application.setDesktopFileName("foreword")
    apply(application, "system")

    def ask(one: CannotStart) -> bool:
        offer = "Start with standard settings" if one.broken_settings else ""
        way_on = "With standard settings, this file is renamed and kept. Or quit, and mend it in a text editor."
        return bool(
            StartTrouble(one.title, one.text, str(one.where), way_on if offer else one.way_on, offer=offer).exec()
        )

    try:
        if not ask(trouble):
            return False
        try:
            set_aside(trouble.where)
        except OSError as error:
            ask(unusable_folder(trouble.where.parent, error))
            return False
        return True
    finally:
        application.shutdown()  # the start that follows makes one of its own
