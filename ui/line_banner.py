"""The banner while a line is open: whose call it is and about what, when it starts, the number and the PIN to copy."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from sync.domain.calls import CallRequest
from ui.digits import grouped_number, grouped_pin
from ui.icons import draw
from ui.style import base_px, colour, px, tokens
from ui.widgets.buttons import PlainButton
from ui.widgets.copy_field import CopyField
from ui.widgets.plain_label import PlainLabel
from ui.wording import Wording

_EDGE = 20
_INDENT = 34 + 12
"""Where the words begin: the circle and the space after it."""
_LEAST_WORDS = 190
_ROOMY_EM = 72
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class LineBanner(QWidget):
    """Hidden until ``show_call``; ``set_em`` has it laid out so that number and PIN are whole at any width.

    A click on it, or Enter on its words, asks with ``opened`` for the details of the call.
    """

    opened = Signal(str)

    def __init__(self, wording: Wording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lineBanner")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._wording = wording
        self._call: CallRequest | None = None
        self._one_line = False
        self._em = 0.0
        self._who = _Who(self)
        self._who.clicked.connect(self._on_opened)
        self.number = CopyField("Number", "Copy number", self, name="lineNumber", kind="reading")
        self.pin = CopyField("PIN", "Copy PIN", self, name="linePin", kind="reading")
        self._copy_number = PlainButton("Copy number", self, name="lineCopyNumber", icon_name="copy")
        self._copy_number.clicked.connect(self.number.copy)
        self._copy_pin = PlainButton("Copy PIN", self, name="lineCopyPin", icon_name="copy")
        self._copy_pin.clicked.connect(self.pin.copy)
        self._digits = QBoxLayout(_ACROSS)
        self._digits.addWidget(self.number)
        self._digits.addWidget(self.pin)
        self._digits.addStretch(1)
        self._digits.addWidget(self._copy_number)
        self._digits.addWidget(self._copy_pin)
        self._whole = QBoxLayout(_ACROSS, self)
        self._whole.addWidget(self._who, 1)
        self._whole.addLayout(self._digits)
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
            self._arrange()
        self.setVisible(call is not None)

    def set_em(self, em: float, *, one_line: bool) -> None:
        """Take in the width of the window in em; ``one_line`` is for two panes."""
        self._em, self._one_line = em, one_line
        self._say()
        self._arrange()

    def _say(self) -> None:
        slot = self._call.accepted_slot if self._call else None
        if self._call is None or slot is None:
            return
        begun = slot.starts_at <= self._wording.now()
        clock, countdown = self._wording.clock(slot.starts_at), self._wording.countdown(slot.starts_at)
        if self._em < _ROOMY_EM:
            when = f", {f'since {clock}' if begun else countdown}"
        else:
            when = f". Started at {clock}" if begun else f". Starts at {clock}, {countdown}"
        self._who.say(self._call, when)

    def _arrange(self) -> None:
        """Lay out by what fits: one line; the digits below; their copy buttons as icons; the PIN under the number."""
        room = round(self._em * base_px()) - 2 * px(_EDGE)
        gap = px(12)
        fields = self.number.digits_width() + 2 * gap + self.pin.digits_width()
        buttons = self._copy_number.sizeHint().width() + gap + self._copy_pin.sizeHint().width()
        across = self._one_line and px(_INDENT + _LEAST_WORDS) + fields + buttons + 3 * gap <= room
        worded = across or px(_INDENT) + fields + buttons + 2 * gap <= room
        icons = 2 * (px(4) + px(32))
        beside = worded or px(_INDENT) + fields + icons <= room
        for field, button in ((self.number, self._copy_number), (self.pin, self._copy_pin)):
            field.button.setVisible(not worded)
            button.setVisible(worded)
        self.number.setContentsMargins(0, 0, gap if worded else 0, 0)
        self._whole.setDirection(_ACROSS if across else _DOWN)
        self._whole.setSpacing(gap if across else px(4))
        self._whole.setContentsMargins(px(_EDGE) - _Who.ring(), px(8), px(_EDGE), px(8))
        self._digits.setDirection(_ACROSS if beside else _DOWN)
        self._digits.setSpacing(gap if beside else px(2))
        indent = 0 if across else _Who.ring() + (px(_INDENT) if px(_INDENT) + fields <= room else 0)
        self._digits.setContentsMargins(indent, 0, 0, 0)
        self.setFixedHeight(max(px(68 if across else 118), self._whole.sizeHint().height()))

    def _on_opened(self) -> None:
        self.opened.emit(self.call_id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the ground is one on the words."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._on_opened()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the green ground."""
        QPainter(self).fillRect(self.rect(), colour(tokens().ok_tint))


class _Who(QPushButton):
    """The words of the banner as one button: who, about what, and when."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lineBannerOpen")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._title = PlainLabel("", self, tone="ok", weight=600, elide=True, name="lineBannerTitle")
        self._about = PlainLabel("", self, elide=True, name="lineBannerWords")
        self._when = PlainLabel("", self, tabular=True, name="lineBannerWhen")
        about = QHBoxLayout()
        about.setSpacing(0)
        about.addWidget(self._about, 1)
        about.addWidget(self._when)
        about.addStretch(0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addLayout(about)
        circle = _Circle(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(self.ring(), px(2), self.ring(), px(2))
        self._row.setSpacing(px(12))
        self._row.addWidget(circle, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addLayout(words, 1)
        for part in (circle, self._title, self._about, self._when):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @staticmethod
    def ring() -> int:
        """Return the room around the words for the ring of the keyboard."""
        return px(6)

    def say(self, call: CallRequest, when: str) -> None:
        """Say whose line is open; a long name or subject is cut, the time never."""
        who = f"{call.customer.person}, {call.customer.company}"
        self._title.setText(f"Line open: {who}")
        self._about.setText(call.subject)
        self._about.setMaximumWidth(self._about.fontMetrics().horizontalAdvance(call.subject) + 1)
        self._when.setText(when)
        self.setAccessibleName(f"Line open: {who}. {call.subject}{when}")
        self.setAccessibleDescription("Opens the details of the call")

    def sizeHint(self) -> QSize:
        """Return the size of the words."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least size of the words."""
        return self._row.minimumSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens as a click does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ring of the keyboard; the words paint themselves."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(tokens().mark), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))


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
