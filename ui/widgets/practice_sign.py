"""The sign in the header that everything is made up."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget  # noqa: TC002 - loaded by every window anyway

from ui.style import colour, px, tokens
from ui.widgets.plain_label import PlainLabel
from ui.widgets.tooltips import set_tooltip


class PracticeSign(PlainLabel):
    """The word Practice on a quiet round ground; ``meaning`` is its tooltip, and told to screen readers."""

    def __init__(self, meaning: str, parent: QWidget) -> None:
        super().__init__("Practice", parent, kind="fine", tone="warn", weight=600, name="practiceSign")
        self.setAccessibleDescription(meaning)
        set_tooltip(self, meaning)
        self.setContentsMargins(px(10), 0, px(10), 0)
        self.setFixedHeight(px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own = tokens()
        painter.setPen(QPen(colour(own.warn_tint if own.warn_tint != own.window else own.line), 1))
        painter.setBrush(colour(own.warn_tint))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), self.height() / 2, self.height() / 2)
        painter.end()
        super().paintEvent(event)
