"""The command ``foreword``: starts the window, or the guided tour."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Sequence

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
    import argparse  # noqa: PLC0415 - from here on every import is part of the start that is paused for

    from desktop.arguments import add_profile_arguments, choose  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="foreword",
        description="The writer's desk for client calls. `foreword tour --out DIR` shows the main job in pictures.",
    )
    add_profile_arguments(parser)
    parser.add_argument("--version", action="store_true", help="say which version this is")
    chosen = parser.parse_args(words)
    if chosen.version:
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms that no other start should pay

        print(f"Foreword {version('foreword')}")
        return 0
    if _has_no_screen():
        print(NO_SCREEN, file=sys.stderr)
        return 1
    try:
        settings, profile = choose(chosen)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    _import_qt()
    from desktop.app import run  # noqa: PLC0415 - Qt, which --version and --help do without

    return run(settings, profile)


def _import_qt() -> None:
    """Import Qt and put Python's own ``__import__`` back.

    PySide puts a hook in its place that reads the source of every module imported later, looking for its
    ``__feature__`` switches. We have none, and the reading is a tenth of the start.
    """
    plain = builtins.__import__
    import PySide6.QtCore  # noqa: F401, PLC0415

    builtins.__import__ = plain


def _tour(words: Sequence[str]) -> int:
    import argparse  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    parser = argparse.ArgumentParser(
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
