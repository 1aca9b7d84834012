"""A sentence with one part of it in bold, as plain text: "You accept **Tuesday 24 November**, Pacific Time."."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style import TypeName, colour, tokens
from ui.widgets.plain_label import PlainLabel


class EmphasisLabel(PlainLabel):
    """Wraps; ``say(before, strong, after)`` fills it. Its text, for screen readers, is the whole sentence."""

    def __init__(self, parent: QWidget | None = None, *, kind: TypeName = "reading", name: str) -> None:
        super().__init__("", parent, kind=kind, wrap=True, name=name)
        self._bold = range(0)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, before: str, strong: str = "", after: str = "") -> None:
        """Show the sentence with its middle in bold."""
        self._bold = range(len(before), len(before) + len(strong))
        self.setText(before + strong + after)
        self.update()

    def heightForWidth(self, width: int) -> int:
        """Return the height that the wrapped text needs."""
        return self._layout_of(width)[1]

    def sizeHint(self) -> QSize:
        """Return the size on one line, or on several of some 70 characters."""
        metrics = QFontMetrics(self._bold_font())
        width = min(metrics.horizontalAdvance(self.text()) + 1, metrics.averageCharWidth() * 70)
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the lines."""
        painter = QPainter(self)
        painter.setPen(colour(getattr(tokens(), self.property("tone"))))
        self._layout_of(self.width())[0].draw(painter, QPointF(0, 0))

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _layout_of(self, width: int) -> tuple[QTextLayout, int]:
        layout = QTextLayout(self.text(), self.font())
        option = layout.textOption()
        option.setTextDirection(self.layoutDirection())
        layout.setTextOption(option)
        bold = QTextLayout.FormatRange()
        bold.start, bold.length = self._bold.start, len(self._bold)
        bold.format = QTextCharFormat()
        bold.format.setFont(self._bold_font())
        layout.setFormats([bold] if self._bold else [])
        step = QFontMetrics(self.font()).height() * 1.12
        y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, y))
            y += step
        layout.endLayout()
        return layout, round(y)
