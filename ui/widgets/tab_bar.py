"""The tabs of a window: text, a count in a pill, and a rule in the mark's colour under the current one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar, QWidget

from ui.style import colour, px, tokens, type_font
from ui.widgets.buttons import escape_mnemonic

_APART = 28
"""Pixels between the end of one tab and the words of the next."""


class TabBar(QTabBar):
    """Tabs painted by us; keys, focus and accessibility stay Qt's. ``set_count`` puts a number behind a tab's words."""

    def __init__(self, parent: QWidget | None = None, *, name: str, height: int = 56) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._height = px(height)
        self._lit = True
        self._words: list[str] = []
        self._counts: dict[int, str] = {}
        self._font = type_font("body", weight=600)
        self._other_font = type_font("body", weight=500)
        self._count_font = type_font("fine", weight=600, tabular=True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)

    def add(self, words: str) -> int:
        """Add a tab and return its index; ``&`` is shown as it is."""
        self._words.append(words)
        return self.addTab(escape_mnemonic(words))

    def set_count(self, index: int, count: str, said: str) -> None:
        """Put ``count`` behind the words of a tab, "" for nothing; ``said`` is the whole for screen readers."""
        if self._counts.get(index, "") == count:
            return
        self._counts[index] = count
        self.setAccessibleTabName(index, said)
        # Qt measures its tabs again only when a text is set to something else.
        self.setTabText(index, "")
        self.setTabText(index, escape_mnemonic(self._words[index]))

    def set_lit(self, lit: bool) -> None:  # noqa: FBT001 - a setter
        """Mark the current tab, or none while a page without a tab is open."""
        self._lit = lit
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        """Return the width of words and count with the space to the next tab, and the header's height."""
        return QSize(self._content_width(index) + px(_APART), self._height)

    def minimumTabSizeHint(self, index: int) -> QSize:  # noqa: N802 - Qt's name
        """Return the same: the words of a tab are never squeezed."""
        return self.tabSizeHint(index)

    def _content_width(self, index: int) -> int:
        if index >= len(self._words):
            return 0
        pill = self._pill_width(index)
        return QFontMetrics(self._font).horizontalAdvance(self._words[index]) + (px(8) + pill if pill else 0)

    def _pill_width(self, index: int) -> int:
        count = self._counts.get(index, "")
        return max(px(20), QFontMetrics(self._count_font).horizontalAdvance(count) + px(11)) if count else 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint each tab, and the ring around the current one when the keyboard is here."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            self._paint_tab(painter, index)

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        own, area, current = tokens(), QRectF(self.tabRect(index)), self._lit and index == self.currentIndex()
        width, pill = self._content_width(index), self._pill_width(index)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = area.right() - width - px(8) if mirrored else area.left() + px(8)
        content = QRectF(left, area.top(), width, area.height())
        painter.setFont(self._font if current else self._other_font)
        painter.setPen(colour(own.text if current else own.text2))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(content.translated(pill + px(8) if mirrored and pill else 0, 0), middle, self._words[index])
        painter.setPen(Qt.PenStyle.NoPen)
        if pill:
            height = px(20)
            x = content.left() if mirrored else content.right() - pill
            round_box = QRectF(x, area.center().y() - height / 2, pill, height)
            painter.setBrush(colour(own.tint if current else own.hover))
            painter.drawRoundedRect(round_box, height / 2, height / 2)
            painter.setFont(self._count_font)
            painter.setPen(colour(own.accent_text if current else own.text2))
            painter.drawText(round_box, Qt.AlignmentFlag.AlignCenter, self._counts[index])
            painter.setPen(Qt.PenStyle.NoPen)
        if index == self.currentIndex():
            painter.setBrush(colour(own.mark) if current else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(content.left(), area.bottom() - px(4) + 1, width, px(4)), px(2), px(2))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour(own.mark), 2))
                painter.drawRoundedRect(content.adjusted(-px(6), px(10), px(6), -px(10)), px(8), px(8))
