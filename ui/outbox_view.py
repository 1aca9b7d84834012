"""The Outbox page: what the writer did here and the marketplace has not confirmed yet (A1, A2)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from sync.desk import Desk, OutboxEntry, SyncStatus
from sync.domain.changes import Changed, Kind
from sync.domain.intents import SetProfile
from sync.domain.problems import StoreProblem
from ui.backstage import Backstage
from ui.news import News
from ui.outbox_deeds import Deeds
from ui.outbox_rows import OutboxRow
from ui.outbox_sections import PAGE, Section
from ui.outbox_words import Known, OutboxLine, Part, Step, by_part, outbox_line, part_of
from ui.style import px
from ui.sync_words import next_try_words
from ui.widgets.buttons import LinkButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel, Strip
from ui.wording import Wording

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

_TICK_MS = 30_000
_LOUD = (Part.ATTENTION, Part.LOST)


class OutboxView(QWidget):
    """The page; ``view_times``, ``decline`` and ``show_call`` carry a call's id, ``back`` asks to leave (Esc).

    Rows are kept by the key of their action, so that the keyboard's place and the scroll position stay on a refresh.
    """

    view_times = Signal(str)
    decline = Signal(str)
    show_call = Signal(str)
    back = Signal()

    def __init__(
        self, desk: Desk, news: News, backstage: Backstage, wording: Wording, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("outboxView")
        self._desk, self._wording = desk, wording
        self._rows: dict[str, OutboxRow] = {}
        self._chain: list[QWidget] = []
        self._entries: dict[Part, list[OutboxEntry]] = by_part((), wording.now())
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._notice = Strip(self, name="outboxNotice")
        self._deeds = Deeds(desk, backstage, wording, self._notice, self)
        self._deeds.done.connect(self.refresh)
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
        self.refresh()

    def _make_page(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("outboxPage")
        title = PlainLabel("Outbox", inside, kind="title", name="outboxHeading")
        text = "What you did here and the marketplace has not confirmed yet. It stays here, also after a restart."
        lead = PlainLabel(text, inside, tone="text2", wrap=True, name="outboxLead")
        self._sections = {part: Section(part, inside) for part in Part}
        self._tried = PlainLabel("", inside, kind="small", tone="text2", wrap=True, name="outboxTried")
        self._retry = LinkButton("Retry now", inside, name="outboxRetryNow")
        self._retry.clicked.connect(self._deeds.send_waiting)
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
            section.all_again.connect(self._on_all_again)
            section.all_away.connect(self._on_all_away)
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
            of_profile = any(isinstance(entry.item.intent, SetProfile) for entry in entries)
            fields = self._desk.profile() if of_profile else {}
            lost = any(part_of(entry.item, self._wording.now()) is Part.LOST for entry in entries)
            copy = self._desk.safety_copy() if lost else None
        except StoreProblem as problem:
            self._deeds.say(self._wording.problem(problem.code, problem.detail))
            return
        self._sections[Part.LOST].say_copy(str(copy) if copy else "")
        self._show(entries, Known({entry.item.key: entry for entry in entries}, fields))
        self._say_next_try(status)

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

    def _show(self, entries: tuple[OutboxEntry, ...], known: Known) -> None:
        focus = next(((row.key, row.focused_step()) for row in self._rows.values() if row.focused_step()), None)
        order = [key for section in self._sections.values() for key in section.box.row_keys()]
        self._entries = by_part(entries, self._wording.now())
        first = next((entry.item.key for part in _LOUD for entry in self._entries[part]), "")
        kept: set[str] = set()
        for part, section in self._sections.items():
            lines = [outbox_line(entry, known, self._wording) for entry in self._entries[part][: section.shown]]
            kept |= {line.key for line in lines}
            section.box.set_rows([self._row(line, section, primary=line.key == first) for line in lines])
            section.show_count(len(self._entries[part]))
        for key in self._rows.keys() - kept:
            self._rows.pop(key).deleteLater()
        self._order_tabs()
        self._pages.setCurrentWidget(self._scroll if entries else self._empty)
        if focus is not None:
            self._focus_again(*focus, order)

    def _say_next_try(self, status: SyncStatus) -> None:
        """Tell of the next try only where one is to come: not beside what is being sent, nor where nothing waits."""
        waiting, sending = bool(self._entries[Part.WAITING]), bool(self._entries[Part.SENDING])
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
            chain += [*section.buttons, section.more]
        chain.append(self._retry)
        if chain != self._chain:
            self._chain = chain
            for one, after in itertools.pairwise(chain):
                QWidget.setTabOrder(one, after)

    def _row(self, line: OutboxLine, section: Section, *, primary: bool) -> OutboxRow:
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
        self._deeds.forget()
        match step:
            case Step.VIEW_TIMES:
                self.view_times.emit(row.line.call_id)
            case Step.DECLINE | Step.EDIT:
                self.decline.emit(row.line.call_id)
            case Step.SHOW:
                self.show_call.emit(row.line.call_id)
            case _:
                self._deeds.do(row.line, step)

    def _on_all_again(self) -> None:
        self._deeds.send_again([entry.item.key for entry in self._entries[Part.LOST]])

    def _on_all_away(self) -> None:
        self._deeds.put_away([entry.item.key for entry in self._entries[Part.LOST]])

    def _on_more(self) -> None:
        section = next(one for one in self._sections.values() if one.more is self.sender())
        section.shown += PAGE
        self.refresh()

    def _on_changed(self, changed: Changed) -> None:
        # A hidden page asks when it is shown.
        if self.isVisible() and changed.kinds & {Kind.CALLS, Kind.OUTBOX, Kind.STATUS, Kind.PROFILE}:
            self.refresh()
