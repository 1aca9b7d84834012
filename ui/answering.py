"""Opens the two answering dialogs, leads from one to the other, and keeps what was typed until it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from sync.desk import Desk
from ui.answer_dialog import AnswerDialog
from ui.backstage import Backstage
from ui.call_dialog import Surroundings
from ui.decline_dialog import DeclineDialog
from ui.drafts import Draft
from ui.news import News
from ui.wording import Wording

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget


class Answering(QObject):
    """One for a main window. ``view_times`` and ``decline`` open a dialog; one is open at a time."""

    def __init__(self, desk: Desk, news: News, backstage: Backstage, wording: Wording, window: QWidget) -> None:
        super().__init__(window)
        self._around = Surroundings(desk, news, backstage, wording)
        self._window = window
        self._drafts: dict[str, Draft] = {}
        self._dialog: QDialog | None = None

    def view_times(self, call_id: str) -> None:
        """Open View Times for a call."""
        dialog = AnswerDialog(self._around, call_id, self._window)
        dialog.decline.connect(self.decline)
        self._open(dialog)

    def decline(self, call_id: str) -> None:
        """Open the declining message for a call."""
        dialog = DeclineDialog(self._around, call_id, self._drafts, self._window)
        dialog.view_times.connect(self.view_times)
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        if self._dialog is not None:
            self._dialog.close()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not `destroyed`: what that carries is no longer the dialog that was kept.
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def _on_finished(self) -> None:
        if self.sender() is self._dialog:
            self._dialog = None
