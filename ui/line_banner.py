"""The banner while a line is open: whose call it is, when it starts, the number and the PIN, ready to copy."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sync.domain.calls import CallRequest
from ui.digits import grouped_number, grouped_pin
from ui.icons import draw
from ui.style import colour, px, tokens
from ui.widgets.buttons import PlainButton
from ui.widgets.copy_field import CopyField
from ui.widgets.plain_label import PlainLabel
from ui.wording import Wording


class LineBanner(QWidget):
    """Hidden until ``show_call``; ``set_em`` chooses one line or two."""

    def __init__(self, wording: Wording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lineBanner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._wording = wording
        self._call: CallRequest | None = None
        self._one_line: bool | None = None
        self._em = 0.0
        self._circle = _Circle(self)
        self._title = PlainLabel("Line open", self, tone="ok", weight=600, name="lineBannerTitle")
        self._words = PlainLabel("", self, elide=True, name="lineBannerWords")
        self._when = PlainLabel("", self, tabular=True, name="lineBannerWhen")
        self.number = CopyField("Number", "Copy number", self, name="lineNumber", kind="reading", with_button=False)
        self.pin = CopyField("PIN", "Copy PIN", self, name="linePin", kind="reading", with_button=False)
        self._copy_number = PlainButton("Copy number", self, name="lineCopyNumber", icon_name="copy")
        self._copy_number.clicked.connect(self.number.copy)
        self._copy_pin = PlainButton("Copy PIN", self, name="lineCopyPin", icon_name="copy")
        self._copy_pin.clicked.connect(self.pin.copy)
        self._texts = QVBoxLayout()
        self._texts.setSpacing(0)
        self._texts.addWidget(self._title)
        sentence = QHBoxLayout()
        sentence.setSpacing(0)
        sentence.addWidget(self._words, 1)
        sentence.addWidget(self._when)
        sentence.addStretch(0)
        self._texts.addLayout(sentence)
        for field in (self.number, self.pin):
            field.setContentsMargins(0, 0, px(12), 0)
        self._grid = QGridLayout(self)
        self.hide()

    @property
    def call_id(self) -> str:
        """The call whose line is open, "" for none."""
        return self._call.id if self._call else ""

    def show_call(self, call: CallRequest | None) -> None:
        """Show the call whose line is open now, or nothing."""
        self._call = call
        if call is not None and call.line is not None:
            self.number.show_digits(grouped_number(call.line.number), call.line.number)
            self.pin.show_digits(grouped_pin(call.line.pin), call.line.pin)
            self._say()
        self.setVisible(call is not None)

    def set_em(self, em: float, *, one_line: bool) -> None:
        """Take in the width of the window in em; ``one_line`` is for two panes."""
        self._em = em
        self._say()
        # The narrowest windows have no room for buttons with words beside the digits.
        for field, button in ((self.number, self._copy_number), (self.pin, self._copy_pin)):
            field.button.setVisible(em < 46)
            button.setVisible(em >= 46)
        if one_line == self._one_line:
            return
        self._one_line = one_line
        while self._grid.count():
            self._grid.takeAt(0)
        (self._lay_one_line if one_line else self._lay_two_lines)()

    def _say(self) -> None:
        slot = self._call.accepted_slot if self._call else None
        if self._call is None or slot is None:
            return
        customer, begun = self._call.customer, slot.starts_at <= self._wording.now()
        clock, countdown = self._wording.clock(slot.starts_at), self._wording.countdown(slot.starts_at)
        if self._em < 72:
            who, when = customer.company, f", {f'since {clock}' if begun else countdown}"
        else:
            who = f"{customer.person}, {customer.company}"
            when = f". Started at {clock}" if begun else f". Starts at {clock}, {countdown}"
        # A long name is cut, the time never.
        self._words.setText(who)
        self._words.setMaximumWidth(self._words.fontMetrics().horizontalAdvance(who) + 1)
        self._when.setText(when)

    def _lay_one_line(self) -> None:
        self.setFixedHeight(px(68))
        self._prepare(px(8))
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self._circle, 0, 0, middle)
        self._grid.addLayout(self._texts, 0, 1, middle)
        for column, part in enumerate((self.number, self.pin, self._copy_number, self._copy_pin), start=2):
            self._grid.addWidget(part, 0, column, middle)
        self._grid.setColumnStretch(1, 1)

    def _lay_two_lines(self) -> None:
        self.setFixedHeight(px(118))
        self._prepare(px(8))
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self._circle, 0, 0, middle)
        self._grid.addLayout(self._texts, 0, 1, 1, 3, middle)
        self._grid.addWidget(self._copy_number, 0, 4, middle)
        self._grid.addWidget(self.number, 1, 1, middle)
        self._grid.addWidget(self.pin, 1, 2, middle)
        self._grid.addWidget(self._copy_pin, 1, 4, middle)
        self._grid.setColumnStretch(1, 0)
        self._grid.setColumnStretch(3, 1)

    def _prepare(self, edge: int) -> None:
        self._grid.setContentsMargins(px(20), edge, px(20), edge)
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(4))
        for column in range(6):
            self._grid.setColumnStretch(column, 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the green ground."""
        QPainter(self).fillRect(self.rect(), colour(tokens().ok_tint))


class _Circle(QWidget):
    """A telephone on filled green."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size of the circle."""
        return QSize(px(34), px(34))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tokens().live))
        painter.drawEllipse(QRectF(0, 0, px(34), px(34)))
        draw(painter, "phone", tokens().on_accent, QPointF(px(8), px(8)), px(18))
