"""The front door of the windows: questions out, intents in, one list of listeners.

Called from the thread of the windows; it reads and writes the local store and never touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sync.domain.calls import CallRequest, Refusal, refuse_accept, refuse_decline
from sync.domain.changes import Changed, Kind
from sync.domain.intents import MESSAGE_CHARS, Accept, Decline, Intent, OutboxItem, OutboxState
from sync.domain.projection import Section, ShownCall, project
from sync.store.queries import Queries

if TYPE_CHECKING:
    from sync.ports import Clock
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
    """How fresh everything is and what waits; instants in UTC, ``trouble`` a problem code of the last round."""

    last_synced_at: datetime | None
    last_tried_at: datetime | None
    next_try_at: datetime | None
    trouble: str | None
    trouble_detail: str
    trouble_since: datetime | None
    waiting: int
    attention: int


class Desk:
    """Questions and intents over one account's store.

    ``outbox`` is asked for at the first write, so that its imports stay off the way to the first list. Every method
    may raise StoreProblem.
    """

    def __init__(
        self, queries: Queries, outbox: Callable[[], Outbox], clock: Clock, new_key: Callable[[], str]
    ) -> None:
        self._queries = queries
        self._outbox = outbox
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
            by_call.setdefault(item.intent.call_id, []).append(item)
        return tuple(project(calls[one], by_call.get(one, ())) for one in ids if one in calls)

    def call(self, call_id: str) -> ShownCall | None:
        """Return one call as shown, or None if it is not known here."""
        return next(iter(self.shown((call_id,))), None)

    def outbox(self) -> tuple[OutboxEntry, ...]:
        """Return everything that waits, is being sent or was refused, oldest first."""
        items = [item for item in self._queries.items() if item.state is not OutboxState.ACKED]
        calls: dict[str, CallRequest] = {}
        wanted = list(dict.fromkeys(item.intent.call_id for item in items))
        for start in range(0, len(wanted), 200):
            calls |= self._queries.calls(wanted[start : start + 200])
        return tuple(OutboxEntry(item, calls.get(item.intent.call_id)) for item in items)

    def status(self) -> SyncStatus:
        """Return how fresh everything is."""
        state = self._queries.sync_state()
        waiting, attention = self._queries.item_counts()
        return SyncStatus(
            last_synced_at=state.last_synced_at,
            last_tried_at=state.last_tried_at,
            next_try_at=state.next_try_at,
            trouble=state.trouble,
            trouble_detail=state.trouble_detail,
            trouble_since=state.trouble_since,
            waiting=waiting,
            attention=attention,
        )

    def submit(self, intent: Intent) -> OutboxItem:
        """Queue what the writer asks for; it is on disk when this returns. Raises NotAllowed."""
        shown = self.call(intent.call_id)
        refusal = Refusal.NOT_OPEN if shown is None else self._refusal(shown, intent)
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
        """Put a refused action away; False when there is nothing to put away."""
        return self._change(key, self._outbox().dismiss(key, self._clock.now()))

    def retry(self, key: str) -> OutboxItem:
        """Ask for a refused action again, as a new action with a key of its own. Raises NotAllowed."""
        item = self._queries.item(key)
        if item is None or item.state is not OutboxState.REJECTED:
            raise NotAllowed(Refusal.NOT_OPEN)
        again = self.submit(item.intent)
        self.dismiss(key)
        return again

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

    def _refusal(self, shown: ShownCall, intent: Intent) -> Refusal | None:
        if shown.pending is not None:
            return Refusal.ALREADY_WAITING
        match intent:
            case Accept():
                return refuse_accept(shown.call, intent.slot_id, self._clock.now())
            case Decline():
                return Refusal.TOO_LONG if len(intent.message) > MESSAGE_CHARS else refuse_decline(shown.call)

    def _change(self, key: str, done: bool) -> bool:  # noqa: FBT001 - the outcome that is passed on
        item = self._queries.item(key) if done else None
        if item is not None:
            self._tell(item.intent)
        return done

    def _tell(self, intent: Intent) -> None:
        self.announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS, ids={intent.call_id}))
