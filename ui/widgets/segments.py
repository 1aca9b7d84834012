"""A row of choices of which exactly one holds: tabs to the keyboard and to screen readers, segments to the eye."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from ui.style import colour, px, tokens, type_font
from ui.widgets.buttons import escape_mnemonic

_BY_KEY = frozenset(
    {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
)


class Segments(QTabBar):
    """Choices of equal width; ``currentChanged`` tells which, arrows move between them."""

    def __init__(self, words: Sequence[str], parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._words = tuple(words)
        self._ring = False
        self.setDrawBase(False)
        self.setExpanding(True)
        self.setUsesScrollButtons(False)
        self.setFont(type_font("button", weight=500))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for each in self._words:
            self.addTab(escape_mnemonic(each))

    def tabSizeHint(self, index: int) -> QSize:  # noqa: ARG002 - all are alike
        """Return an equal share of the width."""
        return QSize(max(self.width() // max(self.count(), 1), self._least()), px(40))

    def minimumTabSizeHint(self, index: int) -> QSize:  # noqa: ARG002, N802 - all are alike; Qt's name
        """Return the least share."""
        return QSize(self._least(), px(40))

    def sizeHint(self) -> QSize:
        """Return the size in which all words are seen."""
        return QSize(self._least() * self.count(), px(40))

    def minimumSizeHint(self) -> QSize:
        """Return the same: words are never cut."""
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw a ring while the keyboard is here."""
        self._ring = event.reason() in _BY_KEY
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._ring = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the groove, the chosen segment and the words."""
        own = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(own.hover))
        painter.drawRoundedRect(QRectF(self.rect()), px(10), px(10))
        painter.setFont(self.font())
        for index, words in enumerate(self._words):
            place = self._place(index)
            if index == self.currentIndex():
                chosen = own.base if colour(own.window).lightness() > 127 else own.edge
                painter.setPen(QPen(colour(own.mark), 2) if self._ring else QPen(colour(own.line), 1))
                painter.setBrush(colour(chosen))
                painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), px(8), px(8))
            painter.setPen(colour(own.text if index == self.currentIndex() else own.text2))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def changeEvent(self, event: QEvent) -> None:
        """Paint in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _place(self, index: int) -> QRect:
        inset = px(4)
        return self.tabRect(index).adjusted(inset, inset, -inset, -inset)

    def _least(self) -> int:
        return max(self.fontMetrics().horizontalAdvance(each) for each in self._words) + px(24)
