"""The detail of one call: who, about what, when, number and PIN, what the customer wrote, what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sync.domain.projection import ShownCall
from ui.calls.detail_text import UNRECORDED, DetailText, Notice, Step, detail_text
from ui.digits import grouped_number, grouped_pin
from ui.style import colour, px, set_property, tokens
from ui.widgets.avatar import Avatar
from ui.widgets.box import Box
from ui.widgets.buttons import IconButton, LinkButton, PrimaryButton
from ui.widgets.copy_field import CopyField
from ui.widgets.notice import NoticeBox
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel
from ui.wording import Wording

_STEPS = {Step.TAKE_BACK: "Take back", Step.DISMISS: "Dismiss"}
_COLUMN = 720
"""Widest column of text, so that lines stay under 80 letters."""
_RING = 2
"""Pixels that the focus ring takes from the edges."""


class DetailPane(QScrollArea):
    """Shows one call, nothing until ``show_call``; ``set_compact`` is for less than 72 em, ``set_pushed`` adds Back."""

    view_times = Signal(str)
    take_back = Signal(str)
    dismiss = Signal(str)
    open_call = Signal(str)
    back = Signal()

    def __init__(self, wording: Wording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detail")
        self._wording = wording
        self._said: DetailText | None = None
        self._compact: bool | None = None
        self._pushed = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._body = _Sheet(self)
        self._body.setObjectName("detailBody")
        self._make_parts()
        self._lay_out()
        self.setWidget(self._body)
        self.set_compact(False)
        self.set_pushed(False)
        self.show_call(None)

    # What is shown

    @property
    def call_id(self) -> str:
        """The call that is shown, "" for none."""
        return self._said.call_id if self._said else ""

    def show_call(self, shown: ShownCall | None) -> None:
        """Show a call, another state of it, or nothing."""
        said = detail_text(shown, self._wording) if shown else None
        if said == self._said:
            return
        moved = self.call_id != (said.call_id if said else "")
        self._said = said
        self._parts.setVisible(said is not None)
        if said is not None:
            self._say(said)
            _lay_out_now()
        if moved:
            self.verticalScrollBar().setValue(0)

    def copy_number(self) -> None:
        """Copy the number if there is one."""
        self.number.copy()

    def copy_pin(self) -> None:
        """Copy the PIN if there is one."""
        self.pin.copy()

    def _say(self, said: DetailText) -> None:
        self.setAccessibleName(f"Call with {said.company}")
        self._avatar.show_customer(said.company, said.customer_id)
        self._title.setText(said.company)
        self._who.setText(said.who)
        self._say_when(said)
        self.primary.setVisible(said.can_answer)
        self.primary.setAccessibleName(f"View times offered by {said.company}")
        for box, notice in zip(self._notices, (*said.notices, None, None, None), strict=False):
            _fill_notice(box, notice)
        self._say_line(said)
        self._letter_heading.setText(said.letter_heading)
        self._letter.setText(said.letter)
        self._letter_box.setVisible(bool(said.letter.strip()))
        self._own_heading.setText(said.own_heading)
        self._own_words.setText(said.own_words)
        self._own_box.setVisible(bool(said.own_words))
        self._follow_up.setVisible(said.follow_up_of is not None)
        self._unrecorded.setVisible(said.unrecorded)

    def _say_when(self, said: DetailText) -> None:
        zone = f"{said.zone}. {said.after}" if said.after else said.zone
        self._when_icon.show_icon(said.when_icon, "text2")
        self._when.setText(f"{said.when}{chr(10) if self._compact else ' '}{zone}" if zone else said.when)
        self._when_row.setVisible(bool(said.when))

    def _say_line(self, said: DetailText) -> None:
        line = said.line
        self._line_box.setVisible(line is not None)
        self.number.show_digits(grouped_number(line.number) if line else "", line.number if line else "")
        self.pin.show_digits(grouped_pin(line.pin) if line else "", line.pin if line else "")
        self._fit_digits()

    # Layout

    def set_compact(self, compact: bool) -> None:  # noqa: FBT001 - a setter
        """Below 72 em: narrower edges, the zone on a line of its own, the primary button under it."""
        if compact == self._compact:
            return
        self._compact = compact
        self._keep_edges()
        if compact:
            self._header.removeWidget(self.primary)
            self._under_time.addWidget(self.primary)
            self._under_time.addStretch(1)
        else:
            self._under_time.removeWidget(self.primary)
            self._header.addWidget(self.primary, 0, Qt.AlignmentFlag.AlignTop)
        if self._said is not None:
            self._say_when(self._said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place number and PIN as the width allows."""
        super().resizeEvent(event)
        self._fit_digits()

    def _fit_digits(self) -> None:
        """Put the PIN under the number where both do not fit beside each other."""
        edges = 2 * (px(20) + px(24 if self._compact else 32))
        needed = self.number.needed_width() + px(24) + self.pin.needed_width() + edges
        narrow = needed > self.viewport().width()
        self._digits.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._digits.setSpacing(px(8 if narrow else 24))

    def set_pushed(self, pushed: bool) -> None:  # noqa: FBT001 - a setter
        """With one pane: show the way back to the list."""
        self._back_button.setVisible(pushed)
        # Alone in the window it has no need to show that the keys are here.
        set_property(self, "ring", "none" if pushed else "beside")
        self._pushed = pushed
        self._keep_edges()

    def _keep_edges(self) -> None:
        ring = 0 if self._pushed else _RING
        edge = px(24 if self._compact else 32) - ring
        top = px(8 if self._pushed else 24 if self._compact else 28) - ring
        self._column.setContentsMargins(edge, top, edge, edge)

    def _make_parts(self) -> None:
        self._parts = QWidget(self._body)
        self._parts.setObjectName("detailParts")
        parts = self._parts
        self._back_button = IconButton("left", "Back to the list", parts, name="detailBack")
        self._back_button.clicked.connect(self.back)
        self._avatar = Avatar(parts, name="detailAvatar")
        self._title = PlainLabel("", parts, kind="title", wrap=True, name="detailTitle")
        self._who = PlainLabel("", parts, tone="text2", wrap=True, name="detailWho")
        self.primary = PrimaryButton("View Times", parts, name="detailViewTimes", tall=True)
        self.primary.clicked.connect(lambda: self.view_times.emit(self.call_id))
        self._when_row = QWidget(parts)
        self._when_icon = IconLabel("calendar", "text2", self._when_row)
        self._when = PlainLabel("", self._when_row, tone="text2", tabular=True, wrap=True, name="detailWhen")
        self._notices = [NoticeBox(parts, name=f"detailNotice{number}") for number in (1, 2, 3)]
        for number, box in enumerate(self._notices):
            box.pressed.connect(partial(self._on_notice_pressed, number))
        self._line_box = Box(parts, tone="sunken", name="detailLine")
        self.number = CopyField("Number", "Copy number", self._line_box, name="detailNumber")
        self.pin = CopyField("PIN", "Copy PIN", self._line_box, name="detailPin")
        self._letter_box, self._letter_heading, self._letter = _letter(parts, "detailLetter")
        self._own_box, self._own_heading, self._own_words = _letter(parts, "detailOwn")
        self._follow_up = LinkButton("Follow-up of an earlier invitation: show it", parts, name="detailFollowUp")
        self._follow_up.clicked.connect(self._on_follow_up)
        self._unrecorded = QWidget(parts)
        self._unrecorded.setObjectName("detailUnrecorded")

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(px(2))
        names.addWidget(self._title)
        names.addWidget(self._who)
        self._header = QHBoxLayout()
        self._header.setSpacing(px(16))
        self._header.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        self._header.addLayout(names, 1)
        _row(self._when_row, self._when_icon, self._when)
        note = PlainLabel(
            UNRECORDED, self._unrecorded, kind="small", tone="text3", wrap=True, name="detailUnrecordedText"
        )
        _row(self._unrecorded, IconLabel("unrecorded", "text3", self._unrecorded), note)
        self._digits = _leading(self.number, self.pin)
        self._digits.setContentsMargins(px(20), px(12), px(20), px(10))
        self._digits.setSpacing(px(24))
        self._line_box.column.addLayout(self._digits)
        self._under_time = QHBoxLayout()
        # The arrow, not the button's ground, stands in line with everything below.
        back = _leading(self._back_button)
        back.setContentsMargins(-px(8), 0, 0, 0)
        self._column = QVBoxLayout(self._parts)
        self._column.setSpacing(px(16))
        self._column.addLayout(back)
        self._column.addLayout(self._header)
        self._column.addWidget(self._when_row)
        self._column.addLayout(self._under_time)
        for part in (*self._notices, self._line_box, self._unrecorded, self._letter_box, self._own_box):
            self._column.addWidget(part)
        self._column.addWidget(self._follow_up, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.addStretch(1)
        self._parts.setMaximumWidth(px(_COLUMN + 64))
        outer = QHBoxLayout(self._body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._parts, 1)
        outer.addStretch(0)

    def _on_notice_pressed(self, number: int) -> None:
        if self._said is None or number >= len(self._said.notices):
            return
        notice = self._said.notices[number]
        (self.take_back if notice.step is Step.TAKE_BACK else self.dismiss).emit(notice.key)

    def _on_follow_up(self) -> None:
        if self._said is not None and self._said.follow_up_of is not None:
            self.open_call.emit(self._said.follow_up_of)


class _Sheet(QWidget):
    """The white ground under the detail."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(event.rect(), colour(tokens().base))


def _lay_out_now() -> None:
    """Lay out before anything is painted: wrapped words in boxes in a column take Qt up to three rounds."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def _fill_notice(box: NoticeBox, notice: Notice | None) -> None:
    box.setVisible(notice is not None)
    if notice is not None:
        button = _STEPS[notice.step] if notice.step else ""
        box.say(notice.icon, notice.tone, notice.title, notice.text, button=button, tinted=notice.tinted)


def _letter(parent: QWidget, name: str) -> tuple[Box, PlainLabel, PlainLabel]:
    box = Box(parent, tone="sunken", name=name)
    box.column.setContentsMargins(px(20), px(14), px(20), px(16))
    box.column.setSpacing(px(4))
    heading = PlainLabel("", box, kind="small", tone="text2", weight=500, wrap=True, name=f"{name}Heading")
    words = PlainLabel("", box, kind="reading", wrap=True, line=1.24, name=f"{name}Text")
    words.make_copyable("Copy text")
    box.add(heading)
    box.add(words)
    return box, heading, words


def _leading(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row


def _row(parent: QWidget, icon: IconLabel, words: PlainLabel) -> None:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(8))
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1)
