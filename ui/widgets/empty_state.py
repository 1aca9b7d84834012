"""What a page shows while it has nothing: a drawing, what will appear here, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.icons import draw
from ui.style import colour, px, tokens
from ui.widgets.buttons import PrimaryButton
from ui.widgets.plain_label import PlainLabel


class Letter(QWidget):
    """The drawing of an invitation: an envelope with a telephone on its corner."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size of the drawing."""
        return QSize(px(116), px(86))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint envelope and telephone."""
        own, one = tokens(), px(100) / 100
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(one, one)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(own.tint))
        painter.drawRoundedRect(QRectF(0, 18, 92, 66), 14, 14)
        flap = QPen(colour(own.mark), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(flap)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(16, 38), QPointF(46, 58), QPointF(76, 38)]))
        painter.setPen(QPen(colour(own.window), 4))
        painter.setBrush(colour(own.accent))
        painter.drawEllipse(QRectF(69, 2, 45, 45))
        painter.resetTransform()
        draw(painter, "phone", own.on_accent, QPointF(px(81), px(14)), px(21))


class EmptyState(QWidget):
    """A page with a title, a sentence, and room for one widget below (a box of things to do).

    ``pressed`` when the button is that ``say`` may give it.
    """

    pressed = Signal()

    def __init__(
        self,
        title: str,
        text: str,
        parent: QWidget | None = None,
        *,
        name: str,
        drawing: bool = True,
        below: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.title = PlainLabel(title, self, kind="title", wrap=True, name=f"{name}Title")
        self.text = PlainLabel(text, self, kind="reading", tone="text2", wrap=True, line=1.24, name=f"{name}Text")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(3)
        if drawing:
            column.addWidget(Letter(self), 0, middle)
            column.addSpacing(px(28))
        for label in (self.title, self.text):
            label.setAlignment(middle | Qt.AlignmentFlag.AlignTop)
            label.setMaximumWidth(px(600))
            column.addLayout(_centred(label))
            column.addSpacing(px(10))
        self.button = PrimaryButton("", self, name=f"{name}Button", tall=True)
        self.button.clicked.connect(self.pressed)
        self.button.hide()
        column.addSpacing(px(10))
        column.addWidget(self.button, 0, middle)
        if below is not None:
            below.setMaximumWidth(px(600))
            column.addSpacing(px(22))
            column.addLayout(_centred(below, fill=True))
        column.addStretch(4)
        self.setLayout(column)
        column.setContentsMargins(px(24), px(24), px(24), px(24))

    def say(self, title: str, text: str, button: str = "") -> None:
        """Show other words, with a button below them if there is something to do."""
        self.title.setText(title)
        self.text.setText(text)
        self.button.set_words(button)
        self.button.setVisible(bool(button))


def _centred(widget: QWidget, *, fill: bool = False) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(0 if fill else 1)
    row.addWidget(widget, 1 if fill else 0)
    row.addStretch(0 if fill else 1)
    return row
