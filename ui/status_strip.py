"""The strip below the page: what keeps the sync from working, or what should be known about it; one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.sync_words import StripStep, StripWords, strip_words
from ui.widgets.strip import Strip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from sync.desk import SyncStatus
    from sync.domain.problems import Problem
    from ui.wording import Wording


class StatusStrip(Strip):
    """``asked`` carries the StripStep that was pressed; what the writer puts off comes back when it is another."""

    asked = Signal(object)

    def __init__(self, wording: Wording, parent: QWidget) -> None:
        super().__init__(parent, name="strip")
        self._wording = wording
        self._status: SyncStatus | None = None
        self._problem: Problem | None = None
        self._said: StripWords | None = None
        self._put_off: set[str] = set()
        self.activated.connect(self._on_activated)
        self.put_off.connect(self._on_put_off)

    def tell(self, status: SyncStatus | None, problem: Problem | None) -> None:
        """Say what matters most, or go away; ``problem`` is what stops this computer itself."""
        self._status, self._problem = status, problem
        said = self._said = strip_words(status, problem, self._wording, self._put_off)
        if said is None:
            self.say("info", "text2", "")
        else:
            self.say(said.icon, said.tone, said.loud, link=said.step.value, other=said.put_off, aside=said.quiet)

    def _on_activated(self) -> None:
        self.asked.emit(self._said.step if self._said else StripStep.NONE)

    def _on_put_off(self) -> None:
        if self._said is not None:
            self._put_off.add(self._said.loud)
        self.tell(self._status, self._problem)
