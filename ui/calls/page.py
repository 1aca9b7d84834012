"""The Call Requests page: list and detail side by side, or the detail pushed over the list in a narrow window."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sync.desk import Desk
from sync.domain.problems import StoreProblem
from sync.domain.projection import ShownCall
from ui.calls.detail import DetailPane
from ui.calls.list_model import CallListModel
from ui.calls.list_view import CallList
from ui.style import colour, px, tokens
from ui.wording import Wording

TWO_PANES_EM = 62
_ROOMY_EM = 72


class CallsPage(QWidget):
    """Keeps list and detail on the same call; ``view_times``, ``take_back`` and ``dismiss`` are for the window."""

    view_times = Signal(str)
    take_back = Signal(str)
    dismiss = Signal(str)

    def __init__(self, desk: Desk, wording: Wording, model: CallListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callsPage")
        self._desk = desk
        self._model = model
        self._two_panes = True
        self._pushed = False
        self.list = CallList(model, self)
        self.detail = DetailPane(wording, self)
        self._hairline = _Hairline(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (self.list, self._hairline, self.detail):
            row.addWidget(part)
        row.setStretchFactor(self.detail, 1)
        # The detail names a zone, which loads Babel: after the first paint, and once however much is picked at a time.
        self._fill_soon = QTimer(self, singleShot=True, interval=0)
        self._fill_soon.timeout.connect(self._on_fill)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self.open_call)
        self.list.view_times.connect(self.view_times)
        self.detail.view_times.connect(self.view_times)
        self.detail.take_back.connect(self.take_back)
        self.detail.dismiss.connect(self.dismiss)
        self.detail.open_call.connect(self.open_call)
        self.detail.back.connect(self.go_back)
        model.changed.connect(self._on_model_changed)

    def set_em(self, em: float) -> None:
        """Take in the width of the window in em of the base font."""
        self._two_panes = em >= TWO_PANES_EM
        self.detail.set_compact(em < _ROOMY_EM)
        self._arrange()

    def open_call(self, call_id: str) -> None:
        """Show a call, wherever it stands in the list; with one pane its detail comes over the list."""
        self.list.select(call_id)
        self._pushed = True
        self._arrange()
        self._fill_soon.start()
        if not self._two_panes:
            self.detail.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> bool:
        """Leave the pushed detail; False when there is nothing to leave."""
        if self._two_panes or not self._pushed:
            return False
        self._pushed = False
        self._arrange()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def shown_call(self) -> ShownCall | None:
        """Return the chosen call as it is now."""
        try:
            return self._desk.call(self.list.selected_id) if self.list.selected_id else None
        except StoreProblem:
            return None

    def _arrange(self) -> None:
        one = not self._two_panes
        self.list.setVisible(self._two_panes or not self._pushed)
        self.detail.setVisible(self._two_panes or self._pushed)
        self._hairline.setVisible(self._two_panes)
        self.detail.set_pushed(one)
        self.list.shows_choice = self._two_panes
        if one:
            self.list.setMinimumWidth(0)
            self.list.setMaximumWidth(16_777_215)
        else:
            self.list.setFixedWidth(px(436))

    def _on_picked(self, _call_id: str) -> None:
        self._fill_soon.start()

    def _on_model_changed(self) -> None:
        if not self.list.selected_id:
            first = next(
                (here.call_id for here in map(self._model.row_at, range(self._model.rowCount())) if here.call_id), ""
            )
            if first:
                self.list.select(first)
        if self.list.selected_id:
            self._fill_soon.start()

    def _on_fill(self) -> None:
        self.detail.show_call(self.shown_call())


class _Hairline(QWidget):
    """One pixel between the panes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        QPainter(self).fillRect(event.rect(), colour(tokens().line))
