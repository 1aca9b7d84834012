"""One round of synchronising: push what waits, then pull what is new. No loop over time, no sleep, no thread.

Push before pull, so that what comes back already contains the writer's own answers. Every step is stored before the
next begins, so a round may end anywhere and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Final

from sync.domain.calls import CallStatus
from sync.domain.changes import Changed, Kind
from sync.domain.intents import Accept, OutboxItem
from sync.domain.problems import Busy, Offline, Paused, Problem, Refused, Resync, StoreProblem, Trouble
from sync.domain.retry import LONGEST_NAMED_WAIT, next_try
from sync.ports import ChangesPage, Clock, Marketplace, Outcome
from sync.store.queries import Queries

if TYPE_CHECKING:  # SQLAlchemy comes with them, and the window imports this module before its first paint
    from sync.store.ledgers import Ledgers
    from sync.store.outbox import Outbox

PAGES: Final = 1_000
"""More pages than this in one pull are a loop, not an account."""

UNSURE_AFTER: Final = 2
"""Tries without an answer, after which the marketplace is asked what became of the action."""


@dataclass(frozen=True, slots=True)
class RoundReport:
    """How a round went: ``problem`` is what ended it early, ``next_try_at`` (UTC) when something is due again."""

    problem: Problem | None
    next_try_at: datetime | None
    sent: int = 0
    refused: int = 0


class Round:
    """Synchronises one account. ``announce`` hears what each step changed, in the thread of ``run``."""

    def __init__(
        self,
        marketplace: Marketplace,
        queries: Queries,
        outbox: Outbox,
        ledgers: Ledgers,
        clock: Clock,
        random: Random,
        announce: Callable[[Changed], None],
    ) -> None:
        self._marketplace = marketplace
        self._queries = queries
        self._outbox = outbox
        self._ledgers = ledgers
        self._clock = clock
        self._random = random
        self._announce = announce
        self._unfinished = True
        """What an earlier round left on its way, here or before a crash, is sent again with the same key (A5)."""
        self._patience: tuple[Problem, datetime] | None = None
        self._sent = 0
        self._refused = 0

    def run(self) -> RoundReport:
        """Push and pull once; not before the time that the marketplace asked for (``Retry-After``).

        Raises StoreProblem when this computer's disk says no; nothing was half stored then.
        """
        self._sent = self._refused = 0
        if self._patience is not None and self._clock.now() < self._patience[1]:
            return RoundReport(*self._patience)
        problem: Problem | None = None
        try:
            self._exchange()
        except StoreProblem:
            raise
        except Problem as caught:
            problem = caught
        return self._report(problem)

    def _exchange(self) -> None:
        if self._unfinished:
            self._outbox.requeue_inflight()
        self._unfinished = True
        held: Paused | None = None
        try:
            if self._queries.sync_state().epoch is not None:
                self._push()
        except Paused as problem:
            held = problem  # an account that may not act may still be read
        except Resync:
            self._take_snapshot()
        self._pull()
        if held is not None:
            raise held
        self._push()  # what was done meanwhile, or before the first snapshot told the epoch
        self._unfinished = False

    def _report(self, problem: Problem | None) -> RoundReport:
        now = self._clock.now()
        failures = self._queries.sync_state().failures + 1
        due = next_try(failures, problem, now, self._random) if problem else self._queries.next_due()
        asked = isinstance(problem, Busy) and problem.retry_at is not None
        self._patience = (problem, due) if problem and due and asked else None
        self._ledgers.record_round(problem, due, now)
        self._announce(Changed.of(Kind.STATUS))
        return RoundReport(problem, due, self._sent, self._refused)

    # Push

    def _push(self) -> None:
        """Send each lane's actions in their order; an action that must wait holds up its own lane alone."""
        held: set[str] = set()
        epoch = self._queries.sync_state().epoch or ""
        while True:
            now = self._clock.now()
            ready = [item for item in self._queries.lane_heads() if item.lane not in held and _is_due(item, now)]
            if not ready:
                return
            for item in ready:
                if not self._push_one(item, epoch):
                    held.add(item.lane)

    def _push_one(self, item: OutboxItem, epoch: str) -> bool:
        """Send one action; True when its lane can go on. Raises the problems that concern more than this action."""
        if self._slot_has_passed(item):
            self._park(item, Refused(Trouble.SLOT_PASSED))
            return True
        sent_at = self._clock.now()
        if not self._outbox.mark_inflight(item.key, epoch, sent_at):
            return True
        self._tell(item)
        try:
            outcome = self._ask(item, epoch)
        except Refused as problem:
            self._park(item, problem)
            return True
        except Busy as problem:
            self._wait(item, problem)
            if problem.everything:
                raise
            return False
        except (Offline, Paused, Resync) as problem:
            never_left = None if problem.code == Trouble.CAPTIVE_PORTAL else sent_at
            self._outbox.put_back(item.key, problem, self._clock.now(), never_left=never_left)
            self._tell(item)
            raise
        if outcome.discarded_message is not None and outcome.call.status is CallStatus.DECLINED:
            # Another computer's message stands: the writer is to know that this one was not delivered (A7).
            self._park(item, Refused("already-declined", current=outcome.call))
            return True
        changed = self._outbox.acknowledge(item.key, outcome.call, self._clock.now())
        self._sent += 1
        self._announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS, ids=changed | {item.intent.call_id}))
        return True

    def _ask(self, item: OutboxItem, epoch: str) -> Outcome:
        if item.attempts >= UNSURE_AFTER:
            known = self._marketplace.outcome_of(item.key)
            if known is not None:
                return known
        return self._marketplace.send(item.key, item.intent, epoch)

    def _slot_has_passed(self, item: OutboxItem) -> bool:
        """An acceptance that never left dies with its time; one that may have arrived is the marketplace's to judge."""
        if not isinstance(item.intent, Accept) or item.first_sent_at is not None:
            return False
        call = self._queries.calls((item.intent.call_id,)).get(item.intent.call_id)
        slot = call.slot(item.intent.slot_id) if call else None
        return slot is not None and slot.starts_at <= self._clock.now()

    def _wait(self, item: OutboxItem, problem: Busy) -> None:
        now = self._clock.now()
        later = next_try(item.attempts + 1, problem, now, self._random)
        self._outbox.postpone(item.key, later, problem, now)
        self._tell(item)

    def _park(self, item: OutboxItem, problem: Refused) -> None:
        changed = self._outbox.refuse(item.key, problem, self._clock.now())
        self._refused += 1
        self._announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS, ids=changed | {item.intent.call_id}))

    def _tell(self, item: OutboxItem) -> None:
        self._announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS, ids={item.intent.call_id}))

    # Pull

    def _pull(self) -> None:
        cursor = self._queries.sync_state().cursor
        if cursor is None:
            cursor = self._take_snapshot()
        try:
            self._follow(cursor)
        except Resync:
            self._follow(self._take_snapshot())

    def _take_snapshot(self) -> str:
        """Read the whole account anew; rows that it does not list are marked, never deleted."""
        listed: set[str] = set()
        page: str | None = None
        for _ in range(PAGES):
            answer = self._marketplace.snapshot(page)
            if page is None:
                self._enter(answer.epoch)
            elif answer.epoch != self._queries.sync_state().epoch:
                raise Busy(Trouble.GARBLED, "the marketplace began a new history during a snapshot")
            self._changed(self._ledgers.apply_snapshot_page(answer.calls))
            listed |= {call.id for call in answer.calls}
            if answer.next_page is None and answer.cursor is not None:
                self._changed(self._ledgers.finish_snapshot(listed, answer.cursor, answer.epoch))
                return answer.cursor
            if answer.next_page in {None, page}:
                break
            page = answer.next_page
        raise Busy(Trouble.GARBLED, "a snapshot without an end")

    def _enter(self, epoch: str) -> None:
        """Begin the marketplace's history ``epoch``; another one than before means that it went back in time."""
        before = self._queries.sync_state().epoch
        if before != epoch:
            self._ledgers.begin_epoch(epoch, self._clock.now(), returning=before is not None)

    def _follow(self, cursor: str) -> None:
        epoch = self._queries.sync_state().epoch
        for _ in range(PAGES):
            page = self._marketplace.changes(cursor)
            if page.epoch != epoch:
                raise Resync("epoch-changed")
            if page.next_cursor != cursor or page.calls or page.gone:
                self._store(page)
            if not page.has_more:
                return
            if page.next_cursor == cursor:
                break
            cursor = page.next_cursor
        raise Busy(Trouble.GARBLED, "changes without an end")

    def _store(self, page: ChangesPage) -> None:
        self._changed(self._ledgers.apply_changes(page))

    def _changed(self, ids: set[str]) -> None:
        if ids:
            self._announce(Changed.of(Kind.CALLS, ids=ids))


def _is_due(item: OutboxItem, now: datetime) -> bool:
    """Whether an action may go; a time further away than any wait comes from a clock that was wrong."""
    return item.not_before is None or not now < item.not_before <= now + LONGEST_NAMED_WAIT
