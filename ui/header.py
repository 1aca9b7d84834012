"""The head of the main window: the tabs, the practice sign, the next call, and the state of the sync as a button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.style import Tone, colour, px, tokens
from ui.sync_words import SyncKind, SyncState
from ui.widgets.buttons import QuietButton
from ui.widgets.tab_bar import TabBar
from ui.widgets.tooltips import set_tooltip

if TYPE_CHECKING:
    from ui.icons import IconName

_LOOKS: Final[dict[SyncKind, tuple[IconName, Tone]]] = {
    SyncKind.SYNCED: ("okc", "text2"),
    SyncKind.SYNCING: ("sync", "text2"),
    SyncKind.OFFLINE: ("offline", "warn"),
    SyncKind.TO_SEND: ("clock", "warn"),
    SyncKind.ATTENTION: ("warning", "bad"),
    SyncKind.SIGN_IN: ("lock", "warn"),
}
_NEXT_FROM_EM: Final = 70
_SYNC_WORDS_FROM_EM: Final = 46
_LONGEST_NAME: Final = 200
PRACTICE: Final = "Practice: customers and phone numbers are made up"


class Header(QWidget):
    """Says what it is told; ``next_pressed``, ``sync_pressed`` and ``account_pressed`` are its buttons.

    The tabs are there at once; the rest comes by ``dress``, with drawings that the first paint does not wait for.
    """

    next_pressed = Signal()
    sync_pressed = Signal()
    account_pressed = Signal()

    def __init__(self, parent: QWidget | None = None, *, practice: bool, has_account: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setFixedHeight(px(57))
        self.tabs = TabBar(self, name="tabs")
        self.tabs.setAccessibleName("Pages")
        self.tabs.add("Call Requests")
        self._practice, self._has_account = practice, has_account
        self.next = QuietButton("", self, name="nextCall")
        self.next.clicked.connect(self.next_pressed)
        self.sync = QuietButton("", self, name="syncStatus")
        self.sync.setCheckable(True)
        self.sync.clicked.connect(self.sync_pressed)
        self._dressed = False
        self._em = 0.0
        self._next_words = ""
        self._state = SyncState(SyncKind.SYNCING, "")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(px(14), 0, px(12), 1)
        self._row.setSpacing(px(8))
        self._row.addWidget(self.tabs)
        self._row.addStretch(1)
        for button in (self.next, self.sync):
            button.hide()
            self._row.addWidget(button)

    def dress(self) -> None:
        """Show the buttons and the practice sign; once the window has been seen."""
        from ui.widgets.practice_sign import PracticeSign  # noqa: PLC0415 - see above

        self._dressed = True
        sign = PracticeSign(PRACTICE, self)
        sign.setVisible(self._practice)
        self._row.insertWidget(1, sign)
        self.sync.show()
        if self._has_account:
            self._add_account()
        self._arrange()

    def _add_account(self) -> None:
        from ui.widgets.buttons import IconButton  # noqa: PLC0415 - see above

        button = IconButton("person", "Account", self, name="account")
        button.clicked.connect(self.account_pressed)
        self._row.addWidget(button)

    def set_em(self, em: float) -> None:
        """Take in the width of the window, in em of the base font."""
        self._em = em
        self._arrange()

    def say_next(self, company: str, when: str) -> None:
        """Say which call is next, "" for none; a long name is cut, the time never."""
        short = self.next.fontMetrics().elidedText(company, Qt.TextElideMode.ElideRight, px(_LONGEST_NAME))
        self._next_words = f"Next: {short}, {when}" if company else ""
        self.next.setAccessibleName(f"Next: {company}, {when}")
        set_tooltip(self.next, company if short != company else "")
        self._arrange()

    def say_sync(self, state: SyncState) -> None:
        """Say how fresh everything is."""
        self._state = state
        self._arrange()

    def set_outbox_open(self, is_open: bool) -> None:  # noqa: FBT001 - a setter
        """Show that the page behind the sync button is open."""
        self.sync.setChecked(is_open)
        self.tabs.set_lit(not is_open)

    def _arrange(self) -> None:
        self.next.set_words(self._next_words)
        self.next.setVisible(self._dressed and bool(self._next_words) and self._em >= _NEXT_FROM_EM)
        icon_name, tone = _LOOKS[self._state.kind]
        roomy = self._em >= _SYNC_WORDS_FROM_EM
        self.sync.set_words(self._state.words if roomy else "")
        if self._dressed:
            self.next.set_icon("phone")
            self.sync.set_icon(icon_name, tone)
        self.sync.setAccessibleName(self._state.words)
        self.sync.setAccessibleDescription("Opens what waits to be sent")
        set_tooltip(self.sync, "What waits to be sent" if roomy else self._state.words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the hairline below."""
        painter = QPainter(self)
        painter.setPen(colour(tokens().line))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
