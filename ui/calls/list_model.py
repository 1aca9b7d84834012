"""The list of call requests as a model: sections and calls by id, words made for the rows that are looked at.

``refresh`` asks the desk again and tells the view only what differs. One timer wakes it when time alone changes
something: a minute of a countdown, a line that opens, the last offered time that passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from sync.desk import Desk, Overview
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem
from sync.domain.projection import Section, ShownCall
from ui.calls.row_text import RowKind, RowText, row_text, section_text
from ui.wording import Wording

Index = QModelIndex | QPersistentModelIndex

BLOCK: Final = 32
"""Calls asked for at a time: two or three milliseconds."""
NEAR: Final = 16
"""Calls of each section that are always in mind: what happens next happens to them."""
_KEPT_CALLS: Final = 256 * BLOCK
_KEPT_WORDS: Final = 96
"""More rows than a window shows: words of others are forgotten, and nobody need be told that they have changed."""
_MINUTE: Final = timedelta(minutes=1)
_JUST_NOW: Final = timedelta(seconds=1)
_REST: Final = 3000
"""Milliseconds between two readings of what a long sync brings; what the writer does never waits."""


class Row(NamedTuple):
    """A row above Earlier's calls: a section's heading (``call_id`` is empty) or a call in it."""

    section: Section
    call_id: str = ""


class CallListModel(QAbstractListModel):
    """Sections and calls in the order of the window; Earlier is folded until ``set_unfolded``."""

    changed = Signal()
    """After every refresh, and whenever time alone changed some words."""

    def __init__(self, desk: Desk, wording: Wording) -> None:
        super().__init__()
        self.setObjectName("callListModel")
        self._desk = desk
        self._wording = wording
        self._head: list[Row] = []
        self._counts: dict[Section, int] = {}
        self._earlier: tuple[str, ...] = ()
        self._unfolded = False
        self._shown: dict[str, ShownCall] = {}
        self._texts: dict[str, RowText] = {}
        self._next_edge: datetime | None = None
        self._read_at = datetime.min.replace(tzinfo=UTC)
        self.problem: StoreProblem | None = None
        """Why the store could not be read at the last attempt; what was read before stays."""
        self.moving = False
        """True while rows come and go, so that a view does not take Qt's stopgap for the writer's choice."""
        self._near: tuple[str, ...] = ()
        self._first_upcoming = ""
        self._syncing = False
        self._heard: list[frozenset[str]] = []
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._take_in)
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer)
        self._awake = False

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._head) + len(self._earlier)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the whole row as words; the delegate asks ``text_at`` instead."""
        if index.isValid() and role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._spoken(index.row())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are passed over by the keyboard, but Earlier's, which folds."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.row_at(index.row())
        if row.call_id:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled if row.section is Section.EARLIER else Qt.ItemFlag.NoItemFlags

    # What the view, the delegate and the window ask

    def row_at(self, row: int) -> Row:
        """Return what stands in a row."""
        head = len(self._head)
        return self._head[row] if row < head else Row(Section.EARLIER, self._earlier[row - head])

    def kind_at(self, row: int) -> RowKind:
        """Return the kind of a row, without asking the desk for its call."""
        if row >= len(self._head):
            return RowKind.CALL
        here = self._head[row]
        if not here.call_id:
            return RowKind.SECTION
        return RowKind.REQUEST if here.section is Section.NEEDS_ANSWER else RowKind.CALL

    def text_at(self, row: int) -> RowText:
        """Return the words of a row; a block of calls is read when they are not here yet."""
        here = self.row_at(row)
        if not here.call_id:
            return section_text(here.section, self._counts[here.section])
        text = self._texts.pop(here.call_id, None)
        if text is None:
            if here.call_id not in self._shown:
                self._load_block(row)
            text = self._words(here)
            if len(self._texts) >= _KEPT_WORDS:
                del self._texts[next(iter(self._texts))]
        self._texts[here.call_id] = text
        return text

    def longest_times(self) -> str:
        """Return the words of a request's times where they are about as long as they get."""
        late = datetime(2026, 11, 25, 22, 45, tzinfo=UTC)
        return f"3 times, first {self._wording.slot(late)}"

    def row_of(self, call_id: str) -> int:
        """Return the row of a call, or -1 where it is folded away or unknown."""
        wanted = next((row for row, here in enumerate(self._head) if call_id and here.call_id == call_id), -1)
        if wanted >= 0 or call_id not in self._earlier:
            return wanted
        return len(self._head) + self._earlier.index(call_id)

    def upcoming(self) -> tuple[ShownCall, ...]:
        """Return the next calls (at most ``NEAR`` of them), the earliest first."""
        ids = [row.call_id for row in self._head if row.section is Section.UPCOMING and row.call_id][:NEAR]
        return tuple(self._shown[one] for one in ids if one in self._shown)

    def count(self, section: Section) -> int:
        """Return how many calls a section has."""
        return self._counts.get(section, 0)

    @property
    def unfolded(self) -> bool:
        """Whether Earlier shows its calls."""
        return self._unfolded

    def set_unfolded(self, unfolded: bool) -> None:  # noqa: FBT001 - a setter
        """Show or hide the calls of Earlier."""
        if unfolded == self._unfolded:
            return
        try:
            earlier = self._desk.earlier_ids() if unfolded else ()
        except StoreProblem as problem:
            self.problem = problem
            self.changed.emit()
            return
        self._unfolded = unfolded
        heading = self.index(len(self._head) - 1)
        self._replace_earlier(earlier)
        self.dataChanged.emit(heading, heading)

    # Changes

    def set_awake(self, awake: bool) -> None:  # noqa: FBT001 - a setter
        """Follow the clock and the desk only while somebody looks; what was missed is read on waking."""
        if awake == self._awake:
            return
        self._awake = awake
        if awake:
            self.refresh()
        else:
            self._timer.stop()

    def look_again(self) -> None:
        """Read everything again after the window came to the front, unless that was done just now."""
        if self._awake and self._wording.now() - self._read_at > _JUST_NOW:
            self.refresh()

    def hear(self, changed: Changed) -> None:
        """Take in what a write touched: at once what the writer did, what a round brings at its end or after a rest."""
        if not self._awake or not changed.kinds & {Kind.CALLS, Kind.OUTBOX}:
            return
        self._heard.append(changed.ids)
        if Kind.OUTBOX in changed.kinds or not (self._syncing or self._pause.isActive()):
            self._take_in()
        elif not self._pause.isActive():
            self._pause.start(_REST)

    def set_syncing(self, syncing: bool) -> None:  # noqa: FBT001 - a setter
        """Know whether a round runs, so that what it brings is read once when it ends."""
        self._syncing = syncing
        if not syncing:
            self._take_in()

    def _take_in(self) -> None:
        heard, self._heard = self._heard, []
        if not self._awake or not heard:
            return
        self.refresh(frozenset().union(*heard) if all(heard) else frozenset())
        self._pause.start(_REST)

    def refresh(self, ids: frozenset[str] = frozenset()) -> None:
        """Ask the desk again; ``ids`` are the calls that may differ, none means that all may."""
        self._read(ids)
        self._arm()
        self.changed.emit()

    def _read(self, ids: frozenset[str]) -> None:
        try:
            overview = self._desk.overview()
            earlier = self._desk.earlier_ids(overview) if self._unfolded else ()
            near = tuple(one for section in overview.sections for one in section.ids[:NEAR])
            fresh = self._read_again(ids, near)
        except StoreProblem as problem:
            self.problem = problem
            return
        self.problem, self._read_at = None, self._wording.now()
        self._near = near
        for one in ids or tuple(self._shown):
            self._shown.pop(one, None)
        self._shown.update(fresh)
        self.moving = True
        self._take_over(overview, earlier)
        self.moving = False
        self._renew()

    def _read_again(self, ids: frozenset[str], near: tuple[str, ...]) -> dict[str, ShownCall]:
        """Read what may differ of what somebody looks at; all else is read when it is looked at."""
        looked_at = dict.fromkeys((*near, *self._texts))
        wanted = [one for one in looked_at if not ids or one in ids or one not in self._shown]
        blocks = (wanted[at : at + BLOCK] for at in range(0, len(wanted), BLOCK))
        return {shown.call.id: shown for block in blocks for shown in self._desk.shown(block)}

    def _take_over(self, overview: Overview, earlier: tuple[str, ...]) -> None:
        counts = {one.section: len(one.ids) for one in overview.sections}
        counts[Section.EARLIER] = overview.earlier_count
        moved = {section for section, count in counts.items() if self._counts.get(section) != count}
        self._counts = counts
        head = list(_rows(overview))
        self._first_upcoming = next(
            (one.call_id for one in head if one.section is Section.UPCOMING and one.call_id), ""
        )
        self._merge(head)
        self._replace_earlier(earlier if overview.earlier_count else ())
        for row, here in enumerate(self._head):
            if not here.call_id and here.section in moved:
                self.dataChanged.emit(self.index(row), self.index(row))

    def _merge(self, wanted: list[Row]) -> None:
        """Turn the head into ``wanted`` by the fewest removals, moves and insertions."""
        staying = set(wanted)
        for row in reversed(range(len(self._head))):
            if self._head[row] not in staying:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._head[row]
                self.endRemoveRows()
        known = set(self._head)
        for row, here in enumerate(wanted):
            if row < len(self._head) and self._head[row] == here:
                continue
            if here in known:
                source = self._head.index(here, row)
                self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), row)
                self._head.insert(row, self._head.pop(source))
                self.endMoveRows()
            else:
                self.beginInsertRows(QModelIndex(), row, row)
                self._head.insert(row, here)
                self.endInsertRows()

    def _replace_earlier(self, wanted: tuple[str, ...]) -> None:
        """Exchange the part of Earlier between the first and the last difference."""
        old, head = self._earlier, len(self._head)
        if old == wanted:
            return
        same = _common(old, wanted)
        tail = _common(old[same:][::-1], wanted[same:][::-1])
        if len(old) - tail > same:
            self.beginRemoveRows(QModelIndex(), head + same, head + len(old) - tail - 1)
            self._earlier = old[:same] + old[len(old) - tail :]
            self.endRemoveRows()
        if len(wanted) - tail > same:
            self.beginInsertRows(QModelIndex(), head + same, head + len(wanted) - tail - 1)
            self._earlier = wanted
            self.endInsertRows()

    def _renew(self) -> None:
        """Make the words that are in mind anew and tell the view which are others now, in runs."""
        rows = {here.call_id: row for row, here in enumerate(self._head)}
        changed = []
        for one, old in tuple(self._texts.items()):
            row = rows.get(one, -1)
            if one not in self._shown or (row < 0 and not self._unfolded):
                del self._texts[one]
                continue
            text = self._words(self._head[row] if row >= 0 else Row(Section.EARLIER, one))
            if text != old:
                self._texts[one] = text
                changed.append(row if row >= 0 else self.row_of(one))
        changed.sort()
        while changed:
            last = next((at for at, row in enumerate(changed) if row != changed[0] + at), len(changed)) - 1
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[last]))
            changed = changed[last + 1 :]

    # Reading

    def _words(self, here: Row) -> RowText:
        shown = self._shown.get(here.call_id)
        if shown is None:
            return RowText(RowKind.CALL, "")
        return row_text(shown, here.section, self._wording, is_next=here.call_id == self._first_upcoming)

    def _spoken(self, row: int) -> str:
        here, text = self.row_at(row), self.text_at(row)
        if here.call_id:
            return text.spoken
        return f"{text.first} ({text.beside})"

    def _load_block(self, row: int) -> None:
        head = len(self._head)
        if row < head:
            start = row // BLOCK * BLOCK
            ids = [here.call_id for here in self._head[start : start + BLOCK] if here.call_id]
        else:
            start = (row - head) // BLOCK * BLOCK
            ids = list(self._earlier[start : start + BLOCK])
        self._load([one for one in ids if one not in self._shown])

    def _load(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        if len(self._shown) > _KEPT_CALLS:
            kept = {*self._near, *self._texts}
            self._shown = {one: shown for one, shown in self._shown.items() if one in kept}
        try:
            self._shown.update({shown.call.id: shown for shown in self._desk.shown(ids)})
        except StoreProblem as problem:
            self.problem = problem

    # Time

    def _arm(self) -> None:
        if not self._awake:
            return
        now = self._wording.now()
        self._next_edge = min(self._edges(now), default=None)
        minute = now.replace(second=0, microsecond=0) + _MINUTE
        due = min(minute, self._next_edge) if self._next_edge else minute
        # A little late rather than a little early: an early look would find nothing changed and look again.
        self._timer.start(max(round((due - now) / timedelta(milliseconds=1)), 0) + 5)

    def _edges(self, now: datetime) -> Iterator[datetime]:
        """Yield the instants to come at which a known call changes its place or its words other than by minutes."""
        for one in self._near:
            shown = self._shown.get(one)
            if shown is None:
                continue
            opens_at, slot = shown.call.line_opens_at(), shown.call.accepted_slot
            instants = [one.starts_at for one in shown.call.open_slots(now)]
            instants += [opens_at] if opens_at else []
            instants += [slot.starts_at, slot.ends_at] if slot else []
            yield from (instant for instant in instants if instant > now)

    def _on_timer(self) -> None:
        if self._next_edge is not None and self._wording.now() >= self._next_edge:
            self.refresh()
            return
        self._renew()
        self._arm()
        self.changed.emit()


def _rows(overview: Overview) -> Iterator[Row]:
    for one in overview.sections:
        if one.section is Section.EARLIER:
            continue
        if one.ids:
            yield Row(one.section)
            yield from (Row(one.section, call_id) for call_id in one.ids)
    if overview.earlier_count:
        yield Row(Section.EARLIER)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
