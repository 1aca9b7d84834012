"""All app-wide signals there are: what a write touched, and whether a round is running."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class News(QObject):
    """Signals in the window's thread, whichever thread caused them."""

    changed = Signal(object)
    """Carries a ``sync.domain.changes.Changed``."""
    syncing = Signal(bool)
    """True when a round begins, False when it has ended."""
    trouble = Signal(object)
    """Carries the Problem of this computer (its disk, the program itself) that stops the sync, None when it is over."""
