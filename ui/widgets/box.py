"""A rounded box: white with a hairline edge around rows, sunken around letters, tinted around notices."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.style import colour, px, tokens

BoxTone = Literal["base", "sunken", "ok_tint", "warn_tint", "bad_tint"]


class Box(QWidget):
    """A column of rows. ``add(row)`` parts rows by hairlines in a "base" box, by nothing in the others."""

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

    def set_tone(self, tone: BoxTone) -> None:
        """Change the ground."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the box and the hairlines above every row but the first."""
        own = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = getattr(own, self._tone)
        # Where the system wants no tints, every box has an edge.
        edged = self._tone == "base" or own.tint == own.window
        painter.setPen(QPen(colour(own.line if edged else fill), 1))
        painter.setBrush(colour(fill))
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, px(12), px(12))
        if self._tone != "base":
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(colour(own.line), 1))
        for row in [row for row in self._rows if row.isVisibleTo(self)][1:]:
            painter.drawLine(1, row.y(), self.width() - 2, row.y())
