"""The main window: header, the banner of an open line, the page, and a strip that shows only when it says something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from sync.desk import Desk, SyncStatus
from sync.domain.changes import Changed, Kind
from sync.domain.problems import Problem, StoreProblem
from sync.domain.projection import Section, ShownCall
from ui.backstage import Backstage
from ui.calls.list_model import CallListModel
from ui.calls.page import TWO_PANES_EM, CallsPage
from ui.header import Header
from ui.leaving import Leaving
from ui.news import News
from ui.style import base_px, px
from ui.sync_words import StripStep, empty_words, sync_state, wants_sign_in
from ui.window_place import keep_place, restore_place
from ui.wording import Wording

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QHideEvent, QPaintEvent, QResizeEvent, QShowEvent

    from sync.domain.calls import CallRequest
    from ui.account import Account
    from ui.answering import Answering
    from ui.calls.detail import DetailPane
    from ui.line_banner import LineBanner
    from ui.status_strip import StatusStrip
    from ui.widgets.empty_state import EmptyState


class MainWindow(QMainWindow):
    """Everything a writer needs in the first second: what wants an answer, and the next call.

    What that second does not need is imported and made when it is wanted, or after the first paint.
    """

    settled = Signal()
    """Once, when the list has been painted and the details have been filled: now heavy things may start."""

    def __init__(
        self,
        desk: Desk,
        news: News,
        backstage: Backstage,
        wording: Wording,
        *,
        practice: bool,
        place: Path | None = None,
        account: Account | None = None,
    ) -> None:
        """Make the window; ``place`` is the file of its size and place, ``account`` None where nobody signs in."""
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Foreword (practice)" if practice else "Foreword")
        self._desk, self._news = desk, news
        self._backstage, self._wording = backstage, wording
        self._syncing = False
        self._settled = False
        self._problem: StoreProblem | None = None
        self._trouble: Problem | None = None
        self.model = CallListModel(desk, wording)
        self.header = Header(self, practice=practice, has_account=account is not None)
        self.banner: LineBanner | None = None
        self.page = CallsPage(desk, wording, self.model, self)
        self.empty: EmptyState | None = None
        self.strip: StatusStrip | None = None
        self._outbox: QWidget | None = None
        self._answering: Answering | None = None
        self._status: SyncStatus | None = None
        self._live: CallRequest | None = None
        self._leaving = Leaving(desk, self)
        self._account = account
        self._pages = QStackedWidget(self)
        self._pages.setObjectName("pages")
        self._pages.addWidget(self.page)
        self._lay_out()
        self._connect()
        self.setMinimumSize(px(340), px(420))
        self._place = place
        self._open_where_it_was()

    def _lay_out(self) -> None:
        body = QWidget(self)
        body.setObjectName("body")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self._column.addWidget(self._pages, 1)
        self.setCentralWidget(body)

    def _open_where_it_was(self) -> None:
        if self._place is None or not restore_place(self, self._place):
            room = self.screen().availableGeometry().size()
            self.resize(QSize(px(1100), px(720)).boundedTo(room))

    def _connect(self) -> None:
        self._news.changed.connect(self._on_changed)
        self._news.syncing.connect(self._on_syncing)
        self._news.trouble.connect(self._on_trouble)
        self.model.changed.connect(self._on_list_changed)
        self.page.view_times.connect(self.show_times)
        self.page.take_back.connect(self._on_take_back)
        self.page.dismiss.connect(self._on_dismiss)
        self.header.tabs.tabBarClicked.connect(self.show_calls)
        self.header.next_pressed.connect(self._on_next)
        self.header.sync_pressed.connect(self._on_sync_pressed)
        self.header.account_pressed.connect(self.sign_in)

    def _settle(self) -> None:
        """Make what nobody could have missed in the first second: the detail, and the keys."""
        from ui.icons import window_icon  # noqa: PLC0415 - drawn by QtSvg

        # The application's, so that every dialog has it too.
        QGuiApplication.setWindowIcon(window_icon())
        self.header.dress()
        self.page.settle()
        self.page.list.setFocus()
        from ui.status_strip import StatusStrip  # noqa: PLC0415 - see above

        self.strip = StatusStrip(self._wording, self)
        self.strip.asked.connect(self._on_strip_asked)
        self._column.addWidget(self.strip)
        self._measure()
        self._say_strip()
        from PySide6.QtGui import QKeySequence, QShortcut  # noqa: PLC0415 - see above

        for keys, slot in (
            ("Ctrl+1", self.show_calls),
            ("Ctrl+R", self._backstage.wake),
            ("Ctrl+Shift+C", self._on_copy_number),
            ("Ctrl+Shift+P", self._on_copy_pin),
            ("Esc", self._on_escape),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        # Paint events go before timers, so the details are on the screen by then.
        QTimer.singleShot(0, self._on_settled)

    def _on_settled(self) -> None:
        self.settled.emit()

    # Pages

    def show_calls(self) -> None:
        """Show the Call Requests page."""
        self._pages.setCurrentWidget(self.page)
        self._choose_page()
        self.page.list.setFocus()

    def show_call(self, call_id: str) -> None:
        """Show one call on the Call Requests page."""
        self.show_calls()
        self.page.open_call(call_id)

    def show_outbox(self) -> None:
        """Show what waits to be sent, what is on its way and what was refused."""
        if self._outbox is None:
            from ui.outbox_view import OutboxView  # noqa: PLC0415 - not before it is wanted

            outbox = OutboxView(self._desk, self._news, self._backstage, self._wording, self)
            outbox.view_times.connect(self.show_times)
            outbox.decline.connect(self.show_decline)
            outbox.show_call.connect(self.show_call)
            outbox.back.connect(self.show_calls)
            self._pages.addWidget(outbox)
            self._outbox = outbox
        self._pages.setCurrentWidget(self._outbox)
        self.header.set_outbox_open(True)
        self._outbox.setFocus()

    def show_times(self, call_id: str) -> None:
        """Open the dialog with the times that a customer offers."""
        self._answers().view_times(call_id)

    def show_decline(self, call_id: str) -> None:
        """Open the dialog with the message that declines."""
        self._answers().decline(call_id)

    def sign_in(self) -> None:
        """Open the window for signing in and out."""
        if self._account is None:
            return
        from ui.sign_in_dialog import SignInDialog  # noqa: PLC0415 - seldom wanted
        from ui.signing_in import SigningIn  # noqa: PLC0415

        again = self._status is not None and wants_sign_in(self._status)
        signing = SigningIn(self._account, self._backstage, self, again=again)
        dialog = SignInDialog(signing, self._wording, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _answers(self) -> Answering:
        if self._answering is None:
            from ui.answering import Answering  # noqa: PLC0415 - keeps the first paint light

            self._answering = Answering(self._desk, self._news, self._backstage, self._wording, self)
        return self._answering

    def _choose_page(self) -> None:
        """Between list and empty page; the outbox stays until the writer leaves it."""
        in_outbox = self._outbox is not None and self._pages.currentWidget() is self._outbox
        self.header.set_outbox_open(in_outbox)
        if in_outbox:
            return
        if self.model.rowCount():
            self._pages.setCurrentWidget(self.page)
            return
        if self.empty is None:
            from ui.widgets.empty_state import EmptyState  # noqa: PLC0415 - seldom wanted

            self.empty = EmptyState("", "", self, name="empty")
            self.empty.pressed.connect(self.sign_in)
            self._pages.addWidget(self.empty)
        self.empty.say(*empty_words(self._status, self._trouble_here(), self._wording))
        self._pages.setCurrentWidget(self.empty)

    # What the rest of the program tells

    def _on_changed(self, changed: Changed) -> None:
        self.model.hear(changed)
        if changed.kinds & {Kind.STATUS, Kind.OUTBOX} and self.isVisible():
            self._say_status()

    def _on_syncing(self, syncing: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._syncing = syncing
        self.model.set_syncing(syncing)
        self._say_status()

    def _on_trouble(self, problem: Problem | None) -> None:
        self._trouble = problem
        self._say_status()

    def _on_list_changed(self) -> None:
        """The list was read again, or a minute has passed."""
        waiting = self.model.count(Section.NEEDS_ANSWER)
        said = f"Call Requests, {waiting} need your answer" if waiting else "Call Requests"
        self.header.tabs.set_count(0, str(waiting) if waiting else "", said)
        upcoming = self.model.upcoming()
        now = self._wording.now()
        live = next((shown.call for shown in upcoming if shown.call.line_is_open(now)), None)
        self._live = live
        self._show_banner(live)
        self.header.say_next(*self._next_call(() if live else upcoming))
        self._say_status()

    def _show_banner(self, live: CallRequest | None) -> None:
        if self.banner is None:
            if live is None:
                return
            from ui.line_banner import LineBanner  # noqa: PLC0415 - wanted once a day

            self.banner = LineBanner(self._wording, self)
            self.banner.opened.connect(self.show_call)
            self._column.insertWidget(1, self.banner)
            self._measure()
        self.banner.show_call(live)

    def _next_call(self, upcoming: tuple[ShownCall, ...]) -> tuple[str, str]:
        slot = upcoming[0].call.accepted_slot if upcoming else None
        return (upcoming[0].call.customer.company, self._wording.soon(slot.starts_at)) if slot else ("", "")

    def _say_status(self) -> None:
        try:
            self._status = self._desk.status()
            self._problem = None
        except StoreProblem as problem:
            self._problem = problem
        if self._status is not None:
            self.header.say_sync(sync_state(self._status, self._wording, syncing=self._syncing))
        self._say_strip()
        self._choose_page()

    def _say_strip(self) -> None:
        """An empty page tells of trouble itself."""
        if self.strip is not None:
            here = bool(self.model.rowCount())
            self.strip.tell(self._status if here else None, self._trouble_here() if here else None)

    def _trouble_here(self) -> Problem | None:
        """Return what stops this computer itself, whoever met it."""
        return self.model.problem or self._problem or self._trouble

    # What the writer does

    def _on_next(self) -> None:
        upcoming = self.model.upcoming()
        if upcoming:
            self.show_call(upcoming[0].call.id)

    def _on_strip_asked(self, step: StripStep) -> None:
        match step:
            case StripStep.SHOW:
                self.show_outbox()
            case StripStep.SIGN_IN:
                self.sign_in()
            case StripStep.MARK:
                self._ask_desk(self._desk.accept_sweep)
                self._backstage.wake()

    def _on_sync_pressed(self) -> None:
        in_outbox = self._outbox is not None and self._pages.currentWidget() is self._outbox
        (self.show_calls if in_outbox else self.show_outbox)()

    def _on_take_back(self, key: str) -> None:
        self._ask_desk(lambda: self._desk.take_back(key))

    def _on_dismiss(self, key: str) -> None:
        self._ask_desk(lambda: self._desk.dismiss(key))

    def _ask_desk(self, ask: Callable[[], object]) -> None:
        """Do something that writes; what it changed comes back as news, a full disk as a sentence in the strip."""
        try:
            ask()
        except StoreProblem as problem:
            self._problem = problem
            self._say_strip()
            return
        # An action that was sent in the meantime cannot be taken back: then nothing is told, and its row says so.
        self.model.refresh()

    def _on_copy_number(self) -> None:
        if (place := self._digits()) is not None:
            place.number.copy()

    def _on_copy_pin(self) -> None:
        if (place := self._digits()) is not None:
            place.pin.copy()

    def _digits(self) -> LineBanner | DetailPane | None:
        """Return where number and PIN are: of the open line, else of the chosen call."""
        return self.banner if self.banner is not None and self.banner.call_id else self.page.detail

    def _on_escape(self) -> None:
        if self._outbox is not None and self._pages.currentWidget() is self._outbox:
            self.show_calls()
        else:
            self.page.go_back()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the layouts by the width in em, so that large text and small windows are the same case."""
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        em = self.width() / base_px()
        self.header.set_em(em)
        if self.banner is not None:
            self.banner.set_em(em, one_line=em >= TWO_PANES_EM)
        self.page.set_em(em)
        if self.strip is not None:
            self.strip.set_roomy(em >= TWO_PANES_EM)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow desk and clock while somebody looks."""
        super().showEvent(event)
        self.model.set_awake(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Go on with what can wait, once the window has been seen."""
        super().paintEvent(event)
        if not self._settled:
            self._settled = True
            QTimer.singleShot(0, self._settle)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self.model.set_awake(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, after a question while something still needs the window; not while the computer shuts down."""
        if not self._leaving.may_close(self._live.customer.person if self._live else ""):
            event.ignore()
            return
        if self._place is not None:
            keep_place(self, self._place)
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Sleep while minimised; look again on coming to the front, for the computer may have slept as well."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.model.set_awake(self.isVisible() and not self.isMinimized())
        elif event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.model.look_again()
