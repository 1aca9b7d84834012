"""The foot of a dialog: the other road far left, the way out, the primary button right; it breaks when it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QWidget

from ui.style import px

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class DialogFoot(QWidget):
    """Three places that never change: ``road`` (may be None), ``way_out`` and ``primary``.

    On one line where they fit; else the road goes on a line of its own; else all are as wide as the dialog. A hidden
    button keeps its place.
    """

    def __init__(
        self, parent: QWidget, *, road: QPushButton | None, way_out: QPushButton, primary: QPushButton, name: str
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._road, self._way_out, self._primary = road, way_out, primary
        self.indent = px(4) + 2 if road else 0
        """How far the edges of boxes stand in from the foot's own: the road's words begin in line with them."""
        self._widest: dict[QPushButton, int] = {}
        for button in (road, way_out, primary):
            if button is not None:
                button.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def reserve(self, button: QPushButton, *words: str) -> None:
        """Keep room for the widest of the words that a button may get, so that no button moves when they change."""
        metrics = button.fontMetrics()
        around = button.sizeHint().width() - metrics.horizontalAdvance(button.text())
        widest = max(metrics.horizontalAdvance(each) for each in words) + around + 2
        self._widest[button] = max(self._widest.get(button, 0), widest)

    def relayout(self) -> None:
        """Place the buttons anew after one of them got other words."""
        self._place()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size on one line."""
        widths = [self._width(button) for button in (self._road, self._way_out, self._primary) if button]
        return QSize(sum(widths) + px(12) * (len(widths) - 1), self._primary.height())

    def minimumSizeHint(self) -> QSize:
        """Return the least size: one button under the other."""
        widths = [button.sizeHint().width() for button in (self._road, self._way_out, self._primary) if button]
        return QSize(max(widths), self._primary.height())

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that the buttons need."""
        lines = self._lines(width)
        return lines * self._primary.height() + (lines - 1) * px(8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons for the new width."""
        super().resizeEvent(event)
        self._place()

    def _lines(self, width: int) -> int:
        pair = self._width(self._way_out) + px(8) + self._width(self._primary)
        road = self._width(self._road) if self._road else 0
        if pair > width - self.indent:
            return 3 if road else 2
        return 2 if road and road + px(24) + pair > width else 1

    def _width(self, button: QPushButton) -> int:
        return max(button.sizeHint().width(), self._widest.get(button, 0))

    def _place(self) -> None:
        width, height, gap = self.width(), self._primary.height(), px(8)
        lines = self._lines(width)
        y = 0
        # Layouts inside layouts forget to ask for the height of a width.
        self.setFixedHeight(self.heightForWidth(width))
        if self._road:
            self._put(self._road, 0, 0, self._width(self._road))
            y = height + gap if lines > 1 else 0
        primary, way_out = self._width(self._primary), self._width(self._way_out)
        if way_out + gap + primary > width - self.indent:
            self._put(self._primary, self.indent, y, width - self.indent)
            self._put(self._way_out, self.indent, y + height + gap, width - self.indent)
            return
        self._put(self._primary, width - primary, y, primary)
        self._put(self._way_out, width - primary - gap - way_out, y, way_out)

    def _put(self, button: QPushButton, x: int, y: int, width: int) -> None:
        asked = QRect(x, y, width, self._primary.height())
        button.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), asked))


def keep_place(button: QPushButton, *, shown: bool) -> None:
    """Show or hide a button of the foot; its place stays free and nothing moves."""
    button.setVisible(shown)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if shown else Qt.FocusPolicy.NoFocus)
