"""A rounded box around things that belong together: white with a hairline edge, or sunken for letters and numbers."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.style import colour, px, tokens

BoxTone = Literal["base", "sunken"]


class Box(QWidget):
    """A column of rows. ``add(row)`` parts rows by hairlines in a "base" box, by nothing in a "sunken" one."""

    def __init__(
        self, parent: QWidget | None = None, *, tone: BoxTone = "base", name: str = "", margin: int = 0
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._tone = tone
        self._rows: list[QWidget] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(0)

    def add(self, row: QWidget) -> None:
        """Add a row at the end."""
        self._rows.append(row)
        self.column.addWidget(row)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the box and the hairlines above every row but the first."""
        own = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edged = self._tone == "base" or own.sunken == own.window == own.base
        painter.setPen(QPen(colour(own.line), 1) if edged else QPen(colour(own.sunken), 1))
        painter.setBrush(colour(own.base if self._tone == "base" else own.sunken))
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, px(12), px(12))
        if self._tone != "base":
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(colour(own.line), 1))
        for row in [row for row in self._rows if row.isVisibleTo(self)][1:]:
            painter.drawLine(1, row.y(), self.width() - 2, row.y())
