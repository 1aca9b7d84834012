"""The sections of the outbox: a heading with its count, a box of rows, and what can be done with all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.outbox_rows import RowsBox
from ui.outbox_words import Part
from ui.style import px
from ui.widgets.buttons import LinkButton, PlainButton, QuietButton
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

PAGE: Final = 50
"""So many rows are shown at first, and more with each press of the link below them."""

_LOST: Final = "The marketplace was set back to an earlier copy of itself, which does not have these:"


class Section(QWidget):
    """One section; ``all_again`` and ``all_away`` are asked by the two buttons of what the marketplace has lost."""

    all_again = Signal()
    all_away = Signal()

    def __init__(self, part: Part, parent: QWidget) -> None:
        super().__init__(parent)
        name = f"outbox{part.name.title()}"
        self.setObjectName(name)
        self.shown = PAGE
        heading = PlainLabel(part.value, self, kind="small", tone="text2", weight=600, name=f"{name}Heading")
        self._count = PlainLabel("", self, kind="small", tone="text3", tabular=True, name=f"{name}Count")
        self.box = RowsBox(self, name=f"{name}Rows")
        self.more = LinkButton("", self, name=f"{name}More")
        self._copy = PlainLabel("", self, kind="small", tone="text2", wrap=True, name=f"{name}Copy")
        self._copy.hide()
        self.buttons: list[QPushButton] = []
        line = QHBoxLayout()
        line.setSpacing(px(7))
        line.addWidget(heading)
        line.addWidget(self._count)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(28), 0, 0)
        column.setSpacing(px(8))
        column.addLayout(line)
        if part is Part.LOST:
            column.addWidget(PlainLabel(_LOST, self, wrap=True, name=f"{name}Lead"))
            column.addWidget(self._copy)
        column.addWidget(self.box)
        if part is Part.LOST:
            column.addLayout(self._feet())
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)

    def _feet(self) -> QBoxLayout:
        """Make the buttons for all of them."""
        again = PlainButton("Send all again", self, name="outboxAllAgain")
        away = QuietButton("Put all away", self, name="outboxAllAway")
        again.clicked.connect(self.all_again)
        away.clicked.connect(self.all_away)
        self.buttons = [again, away]
        self._all = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._all.setSpacing(px(8))
        for button in self.buttons:
            self._all.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        self._all.addStretch(1)
        return self._all

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons for all under each other where there is no room beside each other."""
        super().resizeEvent(event)
        if self.buttons:
            beside = sum(button.sizeHint().width() + px(8) for button in self.buttons) < self.width()
            directions = QBoxLayout.Direction
            self._all.setDirection(directions.LeftToRight if beside else directions.TopToBottom)

    def minimumSizeHint(self) -> QSize:
        """Return the least size; rows and buttons find their place in any width."""
        return QSize(self.box.minimumSizeHint().width(), super().minimumSizeHint().height())

    def say_copy(self, place: str) -> None:
        """Say where everything is kept as it was before the marketplace went back; "" for nowhere."""
        # A path is one long word; it may be broken where a reader would.
        broken = re.sub(r"([/\\_-])", "\\1\u200b", place)
        self._copy.setText(f"A copy of everything as it was before is kept on this computer: {broken}" if place else "")
        self._copy.setVisible(bool(place))

    def show_count(self, count: int) -> None:
        """Show how many there are, and a link when not all of them are in view."""
        self._count.setText(f"{count:,}")
        left = count - self.shown
        self.more.set_words(f"Show {min(left, PAGE)} more")
        self.more.setVisible(left > 0)
        for button in self.buttons:
            button.setVisible(count > 1)
        self.setVisible(count > 0)
