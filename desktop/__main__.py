"""The command ``foreword``: starts the window, or the guided tour."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

NO_SCREEN = (
    "Foreword needs a screen and there is none here: start it in a desktop session, "
    "or try `foreword tour --out DIR`, which needs none."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["tour"]:
        return _tour(words[1:])
    # Looking for garbage among thousands of new classes costs a tenth of the start; the window ends the pause.
    gc.disable()
    # From here on every import is part of the start that is paused for.
    from desktop.arguments import Parser, add_profile_arguments  # noqa: PLC0415

    parser = Parser(
        prog="foreword",
        description="The writer's desk for client calls.",
        epilog="`foreword tour --out DIR` shows the main job in pictures.\n"
        "A second start brings the open window to the front.\n\n"
        "Exit status: 0 closed, or the open window came to the front; 1 this computer\n"
        "does not let it start; 2 wrong arguments or settings.",
    )
    add_profile_arguments(parser)
    chosen = parser.parse_args(words)
    if _has_no_screen():
        print(NO_SCREEN, file=sys.stderr)
        return 1
    return _start(chosen)


def _start(chosen: argparse.Namespace) -> int:
    from desktop.arguments import choose  # noqa: PLC0415
    from desktop.cannot_start import CannotStart, has_terminal, put_right  # noqa: PLC0415
    from desktop.single_instance import claim_or_call  # noqa: PLC0415

    try:
        settings, profile = choose(chosen)
        claim = claim_or_call(profile)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except CannotStart as trouble:
        print(trouble, file=sys.stderr)
        if has_terminal():
            return trouble.status
        _import_qt()
        return _start(chosen) if put_right(trouble) else trouble.status
    if claim is None:
        return 0
    _import_qt()
    from desktop.app import run  # noqa: PLC0415 - Qt, which --version, --help and a second start do without

    return run(settings, profile, claim)


def _import_qt() -> None:
    """Import Qt and put Python's own ``__import__`` back.

    PySide puts a hook in its place that reads the source of every module imported later, looking for its
    ``__feature__`` switches. We have none, and the reading is a tenth of the start.
    """
    plain = builtins.__import__
    import PySide6.QtCore  # noqa: F401, PLC0415

    builtins.__import__ = plain


def _tour(words: Sequence[str]) -> int:
    from pathlib import Path  # noqa: PLC0415

    from desktop.arguments import Parser  # noqa: PLC0415

    parser = Parser(
        prog="foreword tour",
        description="Walks through the main job by itself, with the real windows, and saves a picture of every step.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    chosen = parser.parse_args(words)
    from desktop.tour import tour  # noqa: PLC0415 - Qt, which --help does without

    return tour(chosen.out, chosen.theme)


def _has_no_screen() -> bool:
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
