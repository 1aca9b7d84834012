"""The front door of the windows: questions out, intents in, one list of listeners.

Called from the thread of the windows; it reads and writes the local store and never touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sync.domain.calls import CallRequest, Refusal, refuse_accept, refuse_decline, refuse_report
from sync.domain.changes import Changed, Kind
from sync.domain.intents import (
    MESSAGE_CHARS,
    NOTE_CHARS,
    Accept,
    Decline,
    Intent,
    OutboxItem,
    OutboxState,
    ReportNoShow,
    SaveNote,
    SetProfile,
    call_of,
    target_of,
)
from sync.domain.projection import Section, ShownCall, project
from sync.store.queries import Queries

if TYPE_CHECKING:
    from pathlib import Path

    from sync.domain.rows import NotePart, NoteRevision
    from sync.domain.texts import ShownField, ShownNote
    from sync.ports import Clock
    from sync.store.care import Care
    from sync.store.ledgers import Ledgers
    from sync.store.outbox import Outbox


class NotAllowed(Exception):  # noqa: N818 - an answer to the writer, not an error of the program
    """The writer cannot do this now; ``refusal`` says why. Nothing was queued."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class SectionIds(NamedTuple):
    """One section of the list with the ids of its calls in order; Earlier comes without them (``earlier_ids``)."""

    section: Section
    ids: tuple[str, ...]


class Overview(NamedTuple):
    """The list as a whole, at the moment of asking."""

    sections: tuple[SectionIds, ...]
    earlier_count: int


class OutboxEntry(NamedTuple):
    """One action with the call that it is about; ``call`` is None if that is not here (yet)."""

    item: OutboxItem
    call: CallRequest | None


class SyncStatus(NamedTuple):
    """How fresh everything is and what waits; instants in UTC, ``trouble`` a problem code of the last round.

    ``clock_offset``: how far the marketplace's clock is ahead of this computer's. ``unreadable`` rows came that this
    program could not read; ``unlisted`` calls are listed no more, so many that the writer is asked (``accept_sweep``).
    """

    last_synced_at: datetime | None
    last_tried_at: datetime | None
    next_try_at: datetime | None
    trouble: str | None
    trouble_detail: str
    trouble_since: datetime | None
    waiting: int
    attention: int
    clock_offset: timedelta | None = None
    unreadable: int = 0
    unlisted: int = 0


class Desk:
    """Questions and intents over one account's store.

    ``outbox`` and ``ledgers`` are asked for at the first write, so that their imports stay off the way to the first
    list. Every method may raise StoreProblem.
    """

    def __init__(
        self,
        queries: Queries,
        outbox: Callable[[], Outbox],
        ledgers: Callable[[], Ledgers],
        clock: Clock,
        new_key: Callable[[], str],
    ) -> None:
        self._queries = queries
        self._outbox = outbox
        self._ledgers = ledgers
        self._clock = clock
        self._new_key = new_key
        self._listeners: list[Callable[[Changed], None]] = []

    def overview(self) -> Overview:
        """Return the sections of the list now."""
        ids = self._queries.ids(self._clock.now())
        sections = (
            SectionIds(Section.NEEDS_ANSWER, ids.needs_answer),
            SectionIds(Section.WAITING, ids.waiting),
            SectionIds(Section.UPCOMING, ids.upcoming),
            SectionIds(Section.EARLIER, ()),
        )
        return Overview(sections, ids.total - sum(len(one.ids) for one in sections))

    def earlier_ids(self, overview: Overview | None = None) -> tuple[str, ...]:
        """Return the ids of Earlier, the latest first; there may be 100,000. ``overview`` is asked for if not given."""
        elsewhere = {one for section in (overview or self.overview()).sections for one in section.ids}
        return tuple(one for one in self._queries.all_ids() if one not in elsewhere)

    def shown(self, ids: Sequence[str]) -> tuple[ShownCall, ...]:
        """Return a block of calls (at most some hundred) in the order asked; unknown ids are left out."""
        calls = self._queries.calls(ids)
        items = self._queries.items_of(calls)
        by_call: dict[str, list[OutboxItem]] = {}
        for item in items:
            by_call.setdefault(target_of(item.intent), []).append(item)
        return tuple(project(calls[one], by_call.get(one, ())) for one in ids if one in calls)

    def call(self, call_id: str) -> ShownCall | None:
        """Return one call as shown, or None if it is not known here."""
        return next(iter(self.shown((call_id,))), None)

    def outbox(self) -> tuple[OutboxEntry, ...]:
        """Return everything that waits, is being sent or was refused, oldest first."""
        items = [item for item in self._queries.items() if item.state is not OutboxState.ACKED]
        calls: dict[str, CallRequest] = {}
        wanted = list(dict.fromkeys(call_id for item in items if (call_id := call_of(item.intent))))
        for start in range(0, len(wanted), 200):
            calls |= self._queries.calls(wanted[start : start + 200])
        return tuple(OutboxEntry(item, calls.get(target_of(item.intent))) for item in items)

    def status(self) -> SyncStatus:
        """Return how fresh everything is."""
        state = self._queries.sync_state()
        waiting, attention = self._queries.item_counts(self._clock.now())
        return SyncStatus(
            last_synced_at=state.last_synced_at,
            last_tried_at=state.last_tried_at,
            next_try_at=state.next_try_at,
            trouble=state.trouble,
            trouble_detail=state.trouble_detail,
            trouble_since=state.trouble_since,
            waiting=waiting,
            attention=attention,
            clock_offset=state.clock_offset,
            unreadable=state.unreadable,
            unlisted=state.unlisted,
        )

    def note(self, call_id: str, part: NotePart) -> ShownNote:
        """Return one text of a call as shown, empty where nothing was written so far."""
        from sync.domain.texts import show_note  # noqa: PLC0415 - not on the way to the first list

        items = self._queries.items_of((call_id,))
        return show_note(call_id, part, self._queries.note(call_id, part), items)

    def note_history(self, call_id: str, part: NotePart) -> tuple[NoteRevision, ...]:
        """Return every text that a note ever had here, oldest first."""
        return tuple(self._queries.revisions(call_id, part))

    def profile(self) -> dict[str, ShownField]:
        """Return the fields of the public profile as shown; empty before the first synchronisation."""
        from sync.domain.texts import show_profile  # noqa: PLC0415 - not on the way to the first list

        return show_profile(self._queries.profile(), self._queries.items_about("profile:"))

    def submit(self, intent: Intent) -> OutboxItem:
        """Queue what the writer asks for; it is on disk when this returns. Raises NotAllowed.

        It takes the place of an earlier action of the same lane that was not sent yet.
        """
        refusal = self._refusal(intent)
        if refusal is not None:
            raise NotAllowed(refusal)
        item = self._outbox().append(self._new_key(), intent, self._clock.now())
        if item is None:
            raise NotAllowed(Refusal.ALREADY_WAITING)
        self._tell(intent)
        return item

    def take_back(self, key: str) -> bool:
        """Cancel an unsent action; False when it has been sent already."""
        return self._change(key, self._outbox().take_back(key, self._clock.now()))

    def dismiss(self, key: str) -> bool:
        """Put away a refused action, or give up one that is stuck; False when there is nothing to put away."""
        item = self._queries.item(key)
        if item is None or (item.state is OutboxState.QUEUED and not item.is_stuck(self._clock.now())):
            return False
        return self._change(key, self._outbox().dismiss(key, self._clock.now()))

    def retry(self, key: str, intent: Intent | None = None) -> OutboxItem:
        """Ask for a refused action again, edited if ``intent`` is given: a new action with a key of its own.

        Raises NotAllowed.
        """
        item = self._queries.item(key)
        if item is None or item.state not in {OutboxState.REJECTED, OutboxState.BLOCKED}:
            raise NotAllowed(Refusal.NOT_OPEN)
        if isinstance(item.intent, SaveNote) and intent is None:
            again = self._outbox().append_again(self._new_key(), item, self._clock.now())
            self._tell(item.intent)
        else:
            again = self.submit(intent or self._renewed(item.intent))
        self.dismiss(key)
        return again

    def _renewed(self, intent: Intent) -> Intent:
        """The same wish over what the marketplace states now: the writer has seen that and asks again."""
        match intent:
            case SetProfile(field, value):
                shown = self.profile().get(field)
                return SetProfile(field, value, shown.version if shown else intent.base_version)
            case _:
                return intent

    def send_waiting(self) -> None:
        """Let everything that waits for a later try go at the next round."""
        self._outbox().retry_now()

    def listen(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Call the listener after every change, in the thread that made it; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self, changed: Changed) -> None:
        """Tell the listeners what a write touched."""
        for listener in tuple(self._listeners):
            listener(changed)

    def accept_sweep(self) -> None:
        """Agree that the calls which the marketplace lists no more are marked as such; nothing is deleted."""
        self._ledgers().allow_sweep()
        self.announce(Changed.of(Kind.STATUS))

    def safety_copy(self) -> Path | None:
        """Return the copy of everything that was kept when the marketplace last went back in time; None for never."""
        return self._ledgers().copy_before_restore()

    @property
    def care(self) -> Care:
        """What looks after the data on this computer: check, export, back up."""
        from sync.store.care import Care  # noqa: PLC0415 - seldom wanted

        return Care(self._queries.connection, self._clock)

    def _refusal(self, intent: Intent) -> Refusal | None:
        match intent:
            case SaveNote():
                return Refusal.TOO_LONG if len(intent.text) > NOTE_CHARS else None
            case SetProfile():
                return None if intent.field in self.profile() else Refusal.NOT_READY
            case _:
                return self._refusal_of_move(intent)

    def _refusal_of_move(self, intent: Accept | Decline | ReportNoShow) -> Refusal | None:
        shown = self.call(intent.call_id)
        if shown is None:
            return Refusal.NOT_OPEN
        if shown.pending is not None and not shown.pending.can_be_taken_back:
            return Refusal.ALREADY_WAITING
        match intent:
            case Accept():
                # By the marketplace's clock, as far as it is known: a wrong one here is to refuse nothing.
                ahead = self._queries.sync_state().clock_offset or timedelta(0)
                return refuse_accept(shown.call, intent.slot_id, self._clock.now() + ahead)
            case Decline():
                return Refusal.TOO_LONG if len(intent.message) > MESSAGE_CHARS else refuse_decline(shown.call)
            case ReportNoShow():
                return refuse_report(shown.call)

    def _change(self, key: str, done: bool) -> bool:  # noqa: FBT001 - the outcome that is passed on
        item = self._queries.item(key) if done else None
        if item is not None:
            self._tell(item.intent)
        return done

    def _tell(self, intent: Intent) -> None:
        call_id = call_of(intent)
        kind = Kind.PROFILE if call_id is None else Kind.NOTES if isinstance(intent, SaveNote) else Kind.CALLS
        self.announce(Changed.of(kind, Kind.OUTBOX, Kind.STATUS, ids={call_id} if call_id else set()))
