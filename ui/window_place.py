"""Where the window was when it was closed: its size and place, in a small file of the account's folder."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


def restore_place(window: QWidget, file: Path) -> bool:
    """Put a window where it was; False where nothing is known. Qt moves one whose screen is gone onto one that is."""
    try:
        return window.restoreGeometry(file.read_bytes())
    except OSError:
        return False


def keep_place(window: QWidget, file: Path) -> None:
    """Keep size and place for the next start; without them the window only opens as it did the first time."""
    with suppress(OSError):
        file.write_bytes(bytes(window.saveGeometry().data()))
