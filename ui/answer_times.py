"""The box of offered times: one line each with the writer's time, the customer's, and what is special about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from ui.icons import IconName
from ui.offered import Badge, OfferedTime
from ui.style import Tone, colour, px, tokens
from ui.widgets.box import Box
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel

_LOOKS: Final[dict[Badge, tuple[IconName, Tone]]] = {
    Badge.NIGHT: ("moon", "warn"),
    Badge.OTHER_CALL: ("phone", "bad"),
    Badge.PAST: ("clock", "text3"),
    Badge.GONE: ("cross", "text3"),
}
_QT_WIDEST: Final = 16_777_215
_BY_KEY: Final = frozenset(
    {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
)


class _Pair(QWidget):
    """Two short lines under each other: the first in bold, the second quieter."""

    def __init__(self, parent: QWidget, *, name: str, tabular: bool = False) -> None:
        super().__init__(parent)
        self.first = PlainLabel("", self, weight=600, tabular=tabular, name=f"{name}First")
        self.second = PlainLabel("", self, kind="small", tone="text2", tabular=tabular, name=f"{name}Second")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        column.addWidget(self.first)
        column.addWidget(self.second)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_words(self, first: str, second: str) -> None:
        self.first.setText(first)
        self.second.setText(second)
        self.second.setVisible(bool(second))


class TimeRow(QWidget):
    """One offered time. A press anywhere on it chooses it, as the radio button does."""

    def __init__(self, parent: QWidget, number: int) -> None:
        super().__init__(parent)
        name = f"offeredTime{number}"
        self.setObjectName(name)
        self.slot_id = ""
        self.ends = (False, False)
        self._ring = False
        self.radio = QRadioButton(self)
        self.radio.setObjectName(f"{name}Radio")
        self.radio.installEventFilter(self)
        self.radio.toggled.connect(lambda _: self.update())
        self._day = _Pair(self, name=f"{name}Day")
        self._time = _Pair(self, name=f"{name}Time", tabular=True)
        self._icon = IconLabel("moon", "warn", self)
        self._badge = _Pair(self, name=f"{name}Badge")
        self._badge.second.setWordWrap(True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(px(20), px(10), px(20), px(10))
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(px(4))
        self._state = QWidget(self)
        self._state.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self._state)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._badge, 1)
        self._shape = -1
        self._arrange(2)
        self.setMinimumHeight(px(64))

    def show_time(self, line: OfferedTime) -> None:
        """Show a time; one that cannot be chosen is greyed and says why."""
        self.slot_id = line.slot.id
        self._day.show_words(line.day, line.theirs)
        self._time.show_words(line.time, line.part)
        self._badge.show_words(line.badge_words, line.reason)
        look = _LOOKS.get(line.badge)
        self._state.setVisible(look is not None)
        if look is not None:
            self._icon.show_icon(*look)
            self._badge.first.set_tone(look[1])
        tone: Tone = "text" if line.can_be_chosen else "text3"
        self._day.first.set_tone(tone)
        self._time.first.set_tone(tone)
        self.radio.setAccessibleName(line.said)

    def minimumSizeHint(self) -> QSize:
        """Return the least size: as narrow as all below each other allows."""
        return QSize(px(160), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the state under the time, and the time under the day, where there is no room beside them."""
        super().resizeEvent(event)
        width = event.size().width()
        self._arrange(2 if width >= px(560) else 1 if width >= px(384) else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw a ring around the line while the keyboard is on it."""
        if isinstance(event, QFocusEvent):
            self._ring = event.gotFocus() and event.reason() in _BY_KEY
            self.update()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this time."""
        if event.button() is Qt.MouseButton.LeftButton and self.radio.isEnabled():
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the tint of the chosen time and the ring of the keyboard."""
        own = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.radio.isChecked():
            painter.fillPath(self._area(), colour(own.tint))
        if self._ring and self.radio.hasFocus():
            painter.setPen(QPen(colour(own.mark), 2))
            painter.drawPath(self._area(inset=1))

    def _area(self, inset: float = 0) -> QPainterPath:
        """The line inside the box: its outer corners follow the box's."""
        top, bottom = self.ends
        radius = px(12) - 1
        area = QRectF(self.rect()).adjusted(1 + inset, 1 + inset, -1 - inset, -inset if not bottom else -1 - inset)
        path = QPainterPath()
        path.addRoundedRect(area, radius, radius)
        square = QPainterPath()
        if not top:
            square.addRect(area.adjusted(0, 0, 0, -min(area.height() / 2, radius)))
        if not bottom:
            square.addRect(area.adjusted(0, min(area.height() / 2, radius), 0, 0))
        return path.united(square).simplified()

    def _arrange(self, shape: int) -> None:
        """Lay out for a width: 2 all beside each other, 1 the state below, 0 everything below each other."""
        if shape == self._shape:
            return
        self._shape = shape
        places = {2: ((0, 1), (0, 2), (0, 4)), 1: ((0, 1), (0, 2), (1, 1)), 0: ((0, 1), (1, 1), (2, 1))}[shape]
        for widget in (self.radio, self._day, self._time, self._state):
            self._grid.removeWidget(widget)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self.radio, 0, 0, Qt.AlignmentFlag.AlignTop if shape == 0 else middle)
        for widget, place in zip((self._day, self._time, self._state), places, strict=True):
            span = 3 if widget is self._state and shape == 1 else 1
            self._grid.addWidget(widget, *place, 1, span, middle)
        beside = shape > 0
        # Least widths keep the columns in line from row to row; longer words push, and are never cut.
        self._day.setMinimumWidth(px(162) if beside else 0)
        self._time.setMinimumWidth(px(112) if beside else 0)
        self._state.setMinimumWidth(px(204) if shape == 2 else 0)
        self._state.setMaximumWidth(px(204) if shape == 2 else _QT_WIDEST)
        self._grid.setColumnMinimumWidth(0, px(38))
        self._grid.setColumnStretch(3, 1 if beside else 0)
        self._grid.setColumnStretch(1, 0 if beside else 1)


class TimesBox(Box):
    """All offered times of one request. ``chosen`` tells the writer's choice; nothing is chosen behind their back."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, name="offeredTimes")
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._on_toggled)
        self._lines: list[TimeRow] = []

    def show_times(self, times: Sequence[OfferedTime], *, chosen: str, choosable: bool) -> None:
        """Show the lines with a mark at ``chosen``, "" for none; rows are kept, so that focus and scrolling stay."""
        while len(self._lines) < len(times):
            row = TimeRow(self, len(self._lines) + 1)
            self._lines.append(row)
            self._group.addButton(row.radio)
            self.add(row)
        for row, line in zip(self._lines, times, strict=False):
            row.ends = (line is times[0], line is times[-1])
            row.show_time(line)
        for row in self._lines[len(times) :]:
            row.slot_id = ""
        can = {line.slot.id for line in times if line.can_be_chosen}
        for row in self._lines:
            row.setVisible(bool(row.slot_id))
            row.radio.setEnabled(choosable and row.slot_id in can)
        self._mark(chosen)

    def row_of(self, slot_id: str) -> TimeRow:
        """Return the line of a time that is shown."""
        return next(row for row in self._lines if row.slot_id == slot_id)

    def focus_choice(self) -> None:
        """Put the keyboard on the chosen time, or on the first that can be chosen."""
        radios = [row.radio for row in self._lines if row.radio.isEnabled()]
        target = next((radio for radio in radios if radio.isChecked()), radios[0] if radios else None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, slot_id: str) -> None:
        """Put the mark at a time, or at none; says nothing to anybody."""
        self._group.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._group.setExclusive(False)
        for row in self._lines:
            row.radio.setChecked(bool(slot_id) and row.slot_id == slot_id)
        self._group.setExclusive(True)
        self._group.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def _on_toggled(self, button: QRadioButton, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        if on:
            self.chosen.emit(next(row.slot_id for row in self._lines if row.radio is button))
