"""The one label of the program: always plain text, in a font and a tone of the style; wraps without being cut.

``PlainLabel("3 times", kind="small", tone="text2")``; ``wrap=True`` for sentences; ``line=1.24`` for letters.
"""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QAction, QFontMetricsF, QGuiApplication, QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.style import Tone, TypeName, colour, set_property, tokens, type_font
from ui.widgets.tooltips import set_tooltip


class PlainLabel(QLabel):
    """Shows text exactly as it is: nothing in it is ever read as markup, a link or a mnemonic."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        kind: TypeName = "body",
        tone: Tone = "text",
        weight: int | None = None,
        tabular: bool = False,
        wrap: bool = False,
        elide: bool = False,
        line: float = 1.0,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(type_font(kind, weight=weight, tabular=tabular))
        self.setProperty("tone", tone)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        self._line = line
        self._elide = elide
        self._measured: tuple[tuple[str, int, bool], list[QTextLayout], float] | None = None
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show other words; nothing is laid out again when they are the same."""
        if text == self.text():
            return
        super().setText(text)
        if self.wordWrap():
            self._keep_height()
        if self._elide:
            self._offer_whole()

    def _offer_whole(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        set_tooltip(self, self.text() if cut else "")

    def set_tone(self, tone: Tone) -> None:
        """Change the colour to another tone."""
        set_property(self, "tone", tone)

    def make_copyable(self, action_text: str) -> None:
        """Offer to copy the words by a context menu, with the label reachable by Tab."""
        copy = QAction(action_text, self)
        copy.triggered.connect(self._on_copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def heightForWidth(self, width: int) -> int:
        """Return the height that the wrapped text needs."""
        if not self.wordWrap():
            return super().heightForWidth(width)
        # Not Qt's own answer: it never falls below a minimum height that was set before.
        return ceil(self._laid_out(width)[1])

    def sizeHint(self) -> QSize:
        """Return the size of the text: one line as far as 70 letters go, where Qt would ask for a square."""
        if not self.wordWrap():
            return super().sizeHint()
        widest = max((self.fontMetrics().horizontalAdvance(line) for line in self.text().split("\n")), default=0)
        width = min(widest + 1, self.fontMetrics().averageCharWidth() * 70)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the least size: an elided or wrapped label may be as narrow as its neighbours ask."""
        if self._elide or self.wordWrap():
            return QSize(self.fontMetrics().averageCharWidth() * 4, self.fontMetrics().height())
        return super().minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the height that the new width needs; layouts inside layouts forget to ask."""
        super().resizeEvent(event)
        if self._elide:
            self._offer_whole()
        if self.wordWrap() and event.size().width() != event.oldSize().width():
            self._keep_height()

    def _keep_height(self) -> None:
        if self.width() > 0:
            self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint elided and wrapped text; anything else is Qt's."""
        if not self._elide and not self.wordWrap():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(colour(getattr(tokens(), self.property("tone"))))
        if self._elide:
            words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), words)
            return
        layouts, height = self._laid_out(self.width())
        spare = self.height() - height if self.alignment() & Qt.AlignmentFlag.AlignVCenter else 0
        for layout in layouts:
            layout.draw(painter, QPointF(0, max(spare, 0) / 2))

    def _side(self) -> Qt.AlignmentFlag:
        """Return to which side lines go; absolutely, because Qt would mirror it once more."""
        if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            return Qt.AlignmentFlag.AlignHCenter
        return Qt.AlignmentFlag.AlignAbsolute | (
            Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        )

    def _laid_out(self, width: int) -> tuple[list[QTextLayout], float]:
        """Break the text into lines of ``width``; return the paragraphs in place and the height of all."""
        asked = (self.text(), width, self.isRightToLeft())
        if self._measured is None or self._measured[0] != asked:
            self._measured = (asked, *self._lay_out(width))
        return self._measured[1:]

    def _lay_out(self, width: int) -> tuple[list[QTextLayout], float]:
        step = ceil(QFontMetricsF(self.font()).height()) * self._line
        layouts, y = [], 0.0
        for paragraph in self.text().split("\n"):
            layout = QTextLayout(paragraph, self.font())
            option = layout.textOption()
            option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            option.setAlignment(self._side())
            layout.setTextOption(option)
            layout.beginLayout()
            line = layout.createLine()
            while line.isValid():
                line.setLineWidth(width)
                line.setPosition(QPointF(0, y))
                y += step
                line = layout.createLine()
            layout.endLayout()
            layouts.append(layout)
        return layouts, y
