"""The Outbox page: what the writer did here and the marketplace has not confirmed yet (A1, A2)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from sync.desk import Desk, NotAllowed, OutboxEntry, SyncStatus
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem
from ui.backstage import Backstage
from ui.news import News
from ui.outbox_rows import OutboxRow, RowsBox
from ui.outbox_words import OutboxLine, Part, Step, by_part, outbox_line
from ui.sentences import Sentence
from ui.style import px
from ui.sync_words import next_try_words
from ui.widgets.buttons import LinkButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel, Strip
from ui.wording import Wording

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

_PAGE = 50
_TICK_MS = 30_000


class _Section(QWidget):
    """A heading with its count, a box of rows, and a link to more of them."""

    def __init__(self, part: Part, parent: QWidget) -> None:
        super().__init__(parent)
        name = f"outbox{part.name.title()}"
        self.setObjectName(name)
        self.shown = _PAGE
        heading = PlainLabel(part.value, self, kind="small", tone="text2", weight=600, name=f"{name}Heading")
        self._count = PlainLabel("", self, kind="small", tone="text3", tabular=True, name=f"{name}Count")
        self.box = RowsBox(self, name=f"{name}Rows")
        self.more = LinkButton("", self, name=f"{name}More")
        line = QHBoxLayout()
        line.setSpacing(px(7))
        line.addWidget(heading)
        line.addWidget(self._count)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(28), 0, 0)
        column.setSpacing(px(8))
        column.addLayout(line)
        column.addWidget(self.box)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)

    def show_count(self, count: int) -> None:
        """Show how many there are, and a link when not all of them are in view."""
        self._count.setText(f"{count:,}")
        left = count - self.shown
        self.more.set_words(f"Show {min(left, _PAGE)} more")
        self.more.setVisible(left > 0)
        self.setVisible(count > 0)


class OutboxView(QWidget):
    """The page; ``view_times`` and ``decline`` carry a call's id, ``back`` asks to leave (Esc).

    Rows are kept by the key of their action, so that the keyboard's place and the scroll position stay on a refresh.
    """

    view_times = Signal(str)
    decline = Signal(str)
    back = Signal()

    def __init__(
        self, desk: Desk, news: News, backstage: Backstage, wording: Wording, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("outboxView")
        self._desk, self._backstage, self._wording = desk, backstage, wording
        self._rows: dict[str, OutboxRow] = {}
        self._chain: list[QWidget] = []
        self._copied = ""
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._notice = Strip(self, name="outboxNotice")
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("outboxScroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._make_page())
        self._empty = EmptyState(
            "Nothing waits to be sent",
            "What you accept or decline stands here until the marketplace has confirmed it, also without a network.",
            self,
            name="outboxEmpty",
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self._empty)
        whole.addLayout(self._pages, 1)
        whole.addWidget(self._notice)
        news.changed.connect(self._on_changed)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard)
        self.refresh()

    def _make_page(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("outboxPage")
        title = PlainLabel("Outbox", inside, kind="title", name="outboxHeading")
        text = "What you did here and the marketplace has not confirmed yet. Nothing is lost, also after a restart."
        lead = PlainLabel(text, inside, tone="text2", wrap=True, name="outboxLead")
        self._sections = {part: _Section(part, inside) for part in Part}
        self._tried = PlainLabel("", inside, kind="small", tone="text2", wrap=True, name="outboxTried")
        self._retry = LinkButton("Retry now", inside, name="outboxRetryNow")
        self._retry.clicked.connect(self._on_retry_now)
        self._foot = QWidget(inside)
        self._foot.setObjectName("outboxFoot")
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, px(16), 0, 0)
        foot.setSpacing(px(8))
        foot.addWidget(IconLabel("sync", "text2", self._foot))
        foot.addWidget(self._tried, 1)
        foot.addWidget(self._retry)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(title)
        column.addSpacing(px(4))
        column.addWidget(lead)
        for section in self._sections.values():
            section.more.clicked.connect(self._on_more)
            column.addWidget(section)
        column.addWidget(self._foot)
        column.addStretch(1)
        narrow = QWidget(inside)
        narrow.setMaximumWidth(px(720))
        narrow.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout(inside)
        middle.setContentsMargins(px(20), px(32), px(20), px(32))
        middle.addStretch(1)
        middle.addWidget(narrow, 1000)
        middle.addStretch(1)
        return inside

    def refresh(self) -> None:
        """Ask the desk again; a store that cannot be read is said in words."""
        try:
            entries, status = self._desk.outbox(), self._desk.status()
        except StoreProblem as problem:
            self._say(self._wording.problem(problem.code, problem.detail))
            return
        self._show(entries, status)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the times up to date and keep them so while the page is seen."""
        super().showEvent(event)
        self.refresh()
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._tick.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves; Enter presses the button that has the keyboard."""
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def _show(self, entries: tuple[OutboxEntry, ...], status: SyncStatus) -> None:
        focus = next(((row.key, row.focused_step()) for row in self._rows.values() if row.focused_step()), None)
        order = [key for section in self._sections.values() for key in section.box.row_keys()]
        sections = by_part(entries)
        kept: set[str] = set()
        for part, section in self._sections.items():
            lines = [outbox_line(entry, self._wording) for entry in sections[part][: section.shown]]
            rows = [
                self._row(line, section, primary=part is Part.ATTENTION and at == 0) for at, line in enumerate(lines)
            ]
            kept |= {line.key for line in lines}
            section.box.set_rows(rows)
            section.show_count(len(sections[part]))
        for key in self._rows.keys() - kept:
            self._rows.pop(key).deleteLater()
        self._order_tabs()
        self._pages.setCurrentWidget(self._scroll if entries else self._empty)
        self._say_next_try(status, waiting=bool(sections[Part.WAITING]), sending=bool(sections[Part.SENDING]))
        if focus is not None:
            self._focus_again(*focus, order)

    def _say_next_try(self, status: SyncStatus, *, waiting: bool, sending: bool) -> None:
        """Tell of the next try only where one is to come: not beside what is being sent, nor where nothing waits."""
        self._foot.setVisible(waiting or sending)
        self._tried.setText(
            "Sending now. This can take a minute." if sending else next_try_words(status, self._wording)
        )
        self._retry.setVisible(waiting and not sending)

    def _order_tabs(self) -> None:
        """Have Tab go down the page; Qt's own order is the one in which things were made."""
        chain: list[QWidget] = []
        for section in self._sections.values():
            chain += [button for key in section.box.row_keys() for button in self._rows[key].buttons()]
            chain.append(section.more)
        chain.append(self._retry)
        if chain != self._chain:
            self._chain = chain
            for one, after in itertools.pairwise(chain):
                QWidget.setTabOrder(one, after)

    def _row(self, line: OutboxLine, section: _Section, *, primary: bool) -> OutboxRow:
        row = self._rows.get(line.key)
        if row is None:
            row = self._rows[line.key] = OutboxRow(line.key, section.box)
            row.asked.connect(self._on_asked)
        if row.line != line or primary != row.property("first"):
            row.setProperty("first", primary)
            row.show_line(line, primary=primary)
        return row

    def _focus_again(self, key: str, step: Step | None, order: list[str]) -> None:
        """Put the keyboard back where it was, or on the row that took that place."""
        row = self._rows.get(key)
        if row is not None and row.focused_step() is not None:
            return
        at = order.index(key) if key in order else 0
        near = [key, *order[at + 1 :], *reversed(order[:at])]
        if not any(self._rows[each].focus_step(step) for each in near if each in self._rows):
            self._retry.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_asked(self, key: str, step: Step) -> None:
        row = self._rows.get(key)
        if row is None or row.line is None:
            return
        call_id = row.line.call_id
        self._notice.say("info", "text2", "")
        self._copied = ""
        match step:
            case Step.VIEW_TIMES:
                self.view_times.emit(call_id)
            case Step.DECLINE | Step.EDIT:
                self.decline.emit(call_id)
            case Step.COPY:
                row.copy_text()
                self._copied = row.line.copy
                self._notice.say("check", "ok", "Copied.")
            case _:
                self._do(key, step)

    def _do(self, key: str, step: Step) -> None:
        try:
            match step:
                case Step.RETRY:
                    self._desk.retry(key)
                    self._backstage.wake()
                case Step.TAKE_BACK:
                    if not self._desk.take_back(key):
                        self._say(Sentence("It was sent already", "", "Wait for the marketplace's answer."))
                case Step.DISMISS:
                    self._desk.dismiss(key)
        except NotAllowed as no:
            self._say(self._wording.refusal(no.refusal))
        except StoreProblem as problem:
            self._say(self._wording.problem(problem.code, problem.detail))
        self.refresh()

    def _on_clipboard(self) -> None:
        """Say no more that a text was copied once something else was."""
        if self._copied and QGuiApplication.clipboard().text() != self._copied:
            self._copied = ""
            self._notice.say("info", "text2", "")

    def _say(self, sentence: Sentence) -> None:
        self._notice.say("warning", "warn", f"{sentence.title}. {sentence.paragraph()}".strip())

    def _on_more(self) -> None:
        section = next(one for one in self._sections.values() if one.more is self.sender())
        section.shown += _PAGE
        self.refresh()

    def _on_retry_now(self) -> None:
        try:
            self._desk.send_waiting()
        except StoreProblem as problem:
            self._say(self._wording.problem(problem.code, problem.detail))
            return
        self._backstage.wake()

    def _on_changed(self, changed: Changed) -> None:
        # A hidden page asks when it is shown.
        if self.isVisible() and changed.kinds & {Kind.CALLS, Kind.OUTBOX, Kind.STATUS}:
            self.refresh()
