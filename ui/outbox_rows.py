"""The rows of the outbox: an icon in a circle, two lines, a state in words and the buttons for what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.icons import IconName, pixmap
from ui.outbox_words import LEAVING, OutboxLine, Part, Step
from ui.style import colour, px, tokens
from ui.widgets.box import Box
from ui.widgets.buttons import PlainButton, PrimaryButton, QuietButton
from ui.widgets.plain_label import PlainLabel

_LOUD: Final = frozenset({Part.ATTENTION, Part.LOST})


class Disc(QWidget):
    """An icon in a circle: red for what needs attention, quiet for the rest. Decoration; the words say it too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon: IconName = "calendar"
        self._loud = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon_name: IconName, *, loud: bool) -> None:
        """Show another icon."""
        self._icon, self._loud = icon_name, loud
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the circle."""
        return QSize(px(36), px(36))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint circle and icon."""
        own, size = tokens(), px(16)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(own.bad_tint if self._loud else own.hover))
        painter.drawEllipse(QRectF(self.rect()))
        picture = pixmap(self._icon, own.bad if self._loud else own.text2, size, self.devicePixelRatio())
        painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, picture)


class OutboxRow(QWidget):
    """One action. ``asked`` carries the step that the writer pressed."""

    asked = Signal(str, object)

    def __init__(self, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"outboxRow_{key}")
        self.key = key
        self.line: OutboxLine | None = None
        self._shape: tuple[object, ...] = ()
        self._disc = Disc(self)
        self._title = PlainLabel("", self, weight=600, wrap=True, name="outboxTitle")
        self._about = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="outboxAbout")
        self._text = PlainLabel("", self, wrap=True, line=1.12, name="outboxText")
        self._state = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="outboxState")
        self._buttons: dict[Step, QPushButton] = {}
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self._title)
        words.addWidget(self._about)
        words.addSpacing(px(6))
        words.addWidget(self._text)
        self._feet = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._feet.setSpacing(px(8))
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(px(10))
        self._body.addLayout(words, 1)
        self._body.addLayout(self._feet)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(14), px(16), px(14))
        row.setSpacing(px(14))
        row.addWidget(self._disc, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._body, 1)

    def show_line(self, line: OutboxLine, *, primary: bool) -> None:
        """Show an action; its buttons are kept as long as they are the same, and with them the focus."""
        self.line = line
        loud = line.part in _LOUD
        self._disc.show_icon("warning" if loud else line.icon, loud=loud)
        self._title.setText(line.title)
        self._about.setText(line.about)
        self._text.setText(line.text)
        self._text.setVisible(bool(line.text))
        self._state.setText(line.state)
        self._state.setVisible(bool(line.state))
        self._show_steps(line.steps, primary=primary)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons under the words where there is no room beside them."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Return the least size: one button under the other, and words that wrap."""
        widest = max((button.sizeHint().width() for button in self._buttons.values()), default=0)
        return QSize(px(16 + 36 + 14 + 16) + widest, super().minimumSizeHint().height())

    def focus_step(self, step: Step | None) -> bool:
        """Put the keyboard on that button, or on the first; False when there is none."""
        button = (self._buttons.get(step) if step else None) or next(iter(self._buttons.values()), None)
        if button is not None:
            button.setFocus(Qt.FocusReason.TabFocusReason)
        return button is not None

    def buttons(self) -> list[QPushButton]:
        """Return the buttons in the order in which Tab should reach them."""
        return list(self._buttons.values())

    def focused_step(self) -> Step | None:
        """Return the step whose button has the keyboard."""
        return next((step for step, button in self._buttons.items() if button.hasFocus()), None)

    def _show_steps(self, steps: Sequence[Step], *, primary: bool) -> None:
        first = steps[0] if primary and steps and steps[0] is not Step.COPY else None
        wanted = {step: PrimaryButton if step is first else _kind(step) for step in steps}
        if {step: type(button) for step, button in self._buttons.items()} == wanted:
            return
        for button in self._buttons.values():
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for step, kind in wanted.items():
            button = kind(step.value, self, name=f"outbox{step.name.title().replace('_', '')}")
            button.setAccessibleDescription(self.line.title if self.line else "")
            button.clicked.connect(lambda _=False, asked=step: self.asked.emit(self.key, asked))
            self._buttons[step] = button
        self._shape = ()

    def _arrange(self) -> None:
        """Lay the foot out: beside the words for what waits, under them for what was refused or has no room."""
        refused = self.line is not None and self.line.part in _LOUD
        gap = px(8)
        widths = [button.sizeHint().width() + gap for button in self._buttons.values()]
        room = self.width() - px(16 + 36 + 14 + 16)
        state = self._state.sizeHint().width() + gap if self._state.text() else 0
        beside = not refused and sum(widths) + state + px(200) < room
        stacked = sum(widths) + state > room
        shape = (beside, stacked, refused, *self._buttons)
        if shape == self._shape:
            return
        self._shape = shape
        while self._feet.count():
            self._feet.takeAt(0)
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self._feet.setDirection(directions.TopToBottom if stacked else directions.LeftToRight)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._feet.addWidget(self._state, 0, middle)
        for step, button in self._buttons.items():
            if step in LEAVING and not stacked:
                self._feet.addStretch(1)
            button.show()
            self._feet.addWidget(button, 0, middle if not stacked else Qt.AlignmentFlag.AlignLeading)
        if not beside and not refused and not stacked:
            self._feet.addStretch(1)


def _kind(step: Step) -> type[PlainButton]:
    return QuietButton if step in LEAVING else PlainButton


class RowsBox(Box):
    """A box whose rows come and go; those that stay are not touched."""

    def row_keys(self) -> list[str]:
        """Return the keys of the rows in order."""
        return [row.key for row in self._rows if isinstance(row, OutboxRow)]

    def set_rows(self, rows: Sequence[OutboxRow]) -> None:
        """Show exactly these rows in this order."""
        if [*rows] == self._rows:
            return
        for gone in [row for row in self._rows if row not in rows]:
            self.column.removeWidget(gone)
            # A row that went to another section is that section's now.
            if gone.parentWidget() is self:
                gone.hide()
        for at, row in enumerate(rows):
            if self.column.indexOf(row) != at:
                self.column.insertWidget(at, row)
            row.show()
        self._rows = [*rows]
        self.update()
