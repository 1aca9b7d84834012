"""Whether a window may close: not without a question while an answer is unsent or a line is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from sync.domain.problems import StoreProblem
from ui.sync_words import closing_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from sync.desk import Desk
    from ui.widgets.question import Question


class Leaving:
    """Asks for ``window``, once; the window closes after all when the writer says so."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self._desk, self._window = desk, window
        self._question: Question | None = None

    def may_close(self, person: str) -> bool:
        """Tell whether the window may close now, else ask; ``person`` is whose line is open, "" for nobody's."""
        application = QGuiApplication.instance()
        ends = isinstance(application, QGuiApplication) and application.isSavingSession()
        words = "" if ends else closing_words(self._waiting(), person)
        if not words or (self._question is not None and self._question.result()):
            return True
        from ui.widgets.question import Question  # noqa: PLC0415 - seldom wanted

        self._question = Question("Close Foreword?", words, self._window, go="Close", stay="Stay", name="closing")
        self._question.accepted.connect(self._window.close)
        self._question.open()
        return False

    def _waiting(self) -> int:
        try:
            return self._desk.status().waiting
        except StoreProblem:
            return 0
