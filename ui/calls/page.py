"""The Call Requests page: list and detail side by side, or the detail pushed over the list in a narrow window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sync.desk import Desk
from sync.domain.problems import StoreProblem
from sync.domain.projection import ShownCall
from ui.calls.list_model import CallListModel
from ui.calls.list_view import CallList
from ui.style import colour, tokens
from ui.wording import Wording

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from ui.calls.detail import DetailPane

TWO_PANES_EM = 62
_ROOMY_EM = 72
_WIDEST = 16_777_215
"""Qt's own word for "no limit"."""


class CallsPage(QWidget):
    """Keeps list and detail on the same call; ``view_times``, ``take_back`` and ``dismiss`` are for the window.

    The detail is made by ``settle``, after the first paint: the list is what a writer looks at first.
    """

    view_times = Signal(str)
    take_back = Signal(str)
    dismiss = Signal(str)

    def __init__(self, desk: Desk, wording: Wording, model: CallListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callsPage")
        self._desk = desk
        self._wording = wording
        self._model = model
        self._em = float(_ROOMY_EM)
        self._pushed = False
        self.detail: DetailPane | None = None
        self.list = CallList(model, self)
        self._ground = _Ground(self)
        self._hairline = _Ground(self, wide=False)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        for part in (self.list, self._hairline, self._ground):
            self._row.addWidget(part)
        self._fill_soon = QTimer(self, singleShot=True, interval=0)
        self._fill_soon.timeout.connect(self._on_fill)
        self.list.picked.connect(self._fill_soon.start)
        self.list.opened.connect(self.open_call)
        self.list.view_times.connect(self.view_times)
        model.changed.connect(self._on_model_changed)

    def settle(self) -> None:
        """Make the detail; once the window has been seen."""
        if self.detail is not None:
            return
        from ui.calls.detail import DetailPane  # noqa: PLC0415 - see above

        detail = DetailPane(self._wording, self)
        detail.view_times.connect(self.view_times)
        detail.take_back.connect(self.take_back)
        detail.dismiss.connect(self.dismiss)
        detail.open_call.connect(self.open_call)
        detail.back.connect(self.go_back)
        self.detail = detail
        self._row.replaceWidget(self._ground, detail)
        self._ground.deleteLater()
        self._arrange()
        self._on_fill()

    @property
    def two_panes(self) -> bool:
        """Whether list and detail stand side by side."""
        return self._em >= TWO_PANES_EM

    def set_em(self, em: float) -> None:
        """Take in the width of the window in em of the base font."""
        self._em = em
        self._arrange()

    def open_call(self, call_id: str) -> None:
        """Show a call, wherever it stands in the list; with one pane its detail comes over the list."""
        self.list.select(call_id)
        self._pushed = True
        self.settle()
        self._arrange()
        self._fill_soon.start()
        if self.detail is not None and not self.two_panes:
            self.detail.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> bool:
        """Leave the pushed detail; False when there is nothing to leave."""
        if self.two_panes or not self._pushed:
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
        two = self.two_panes
        self.list.shows_choice = two
        self.list.setMinimumWidth(self.list.fitting_width() if two else 0)
        self.list.setMaximumWidth(self.list.fitting_width() if two else _WIDEST)
        self._hairline.setVisible(two)
        if self.detail is None:
            self._ground.setVisible(two)
            return
        self.detail.set_compact(self._em < _ROOMY_EM)
        self.detail.set_pushed(not two)
        self.list.setVisible(two or not self._pushed)
        self.detail.setVisible(two or self._pushed)

    def _on_model_changed(self) -> None:
        if not self.list.selected_id:
            rows = map(self._model.row_at, range(self._model.rowCount()))
            first = next((here.call_id for here in rows if here.call_id), "")
            if first:
                self.list.select(first)
        self._fill_soon.start()

    def _on_fill(self) -> None:
        if self.detail is not None:
            self.detail.show_call(self.shown_call())


class _Ground(QWidget):
    """The white ground where the detail will be, or the hairline beside it."""

    def __init__(self, parent: QWidget, *, wide: bool = True) -> None:
        super().__init__(parent)
        self._wide = wide
        if not wide:
            self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        own, painter = tokens(), QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(own.base if self._wide else own.line))
        # Not fillRect: for that PySide makes the names of 169 gradients (2 ms of the start).
        painter.drawRect(event.rect())
