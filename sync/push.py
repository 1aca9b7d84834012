"""Sends the queue: each lane in its order, up to four lanes at once, every answer stored before its lane goes on (A5).

A problem of one action holds up its own lane alone; a problem of the account ends the push, once the answers that are
on their way have come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from sync.domain.calls import CallStatus
from sync.domain.changes import Changed, Kind
from sync.domain.intents import Accept, Decline, OutboxItem, SaveNote, SetProfile, call_of
from sync.domain.problems import Busy, Offline, Outdated, Paused, Problem, Refused, Resync, StoreProblem, Trouble
from sync.domain.retry import LONGEST_NAMED_WAIT, next_try
from sync.store.outbox import Merging

if TYPE_CHECKING:
    from sync.ports import Clock, Marketplace, Outcome
    from sync.store.outbox import Merge, Outbox
    from sync.store.queries import Queries

LANES: Final = 4
"""So many actions are on their way at once, of different lanes."""

UNSURE_AFTER: Final = 2
"""Tries without an answer, after which the marketplace is asked what became of the action."""

MERGES: Final = 5
"""So often a note is merged at once; then two devices are typing against each other, and it waits."""


class Push:
    """Sends one account's queue. ``announce`` hears what each answer changed, in the thread of ``run``.

    ``threads`` makes the pool of ``LANES`` threads in which the marketplace is asked, for one push.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        queries: Queries,
        outbox: Outbox,
        clock: Clock,
        random: Random,
        new_key: Callable[[], str],
        merge: Merge,
        announce: Callable[[Changed], None],
        threads: Callable[[], Executor],
    ) -> None:
        self._marketplace = marketplace
        self._queries = queries
        self._outbox = outbox
        self._clock = clock
        self._random = random
        self._new_key = new_key
        self._merge = merge
        self._announce = announce
        self._threads = threads
        self.sent = 0
        self.refused = 0

    def run(self, epoch: str) -> None:
        """Send what is due, until nothing is. Raises the problems that concern more than one action."""
        held: set[str] = set()
        ready: deque[OutboxItem] = deque()
        flying: dict[Future[Outcome], OutboxItem] = {}
        ended: Problem | None = None
        with self._threads() as pool:
            while True:
                if ended is None:
                    if not ready and not flying:
                        ready.extend(self._due(held))
                    for item in self._freeze(ready, LANES - len(flying), epoch):
                        flying[pool.submit(self._ask, item, epoch)] = item
                if not flying:
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    item = flying.pop(future)
                    try:
                        if not self._land(item, future):
                            held.add(item.lane)
                    except Problem as problem:
                        # Nothing goes on over a disk that says no, whatever another lane had met before.
                        ended = problem if ended is None or isinstance(problem, StoreProblem) else ended
        if ended is not None:
            raise ended

    def _due(self, held: set[str]) -> list[OutboxItem]:
        now = self._clock.now()
        return [item for item in self._queries.lane_heads() if item.lane not in held and _is_due(item, now)]

    def _freeze(self, ready: deque[OutboxItem], places: int, epoch: str) -> list[OutboxItem]:
        """Mark the next actions as sent before their first byte leaves."""
        frozen: list[OutboxItem] = []
        while ready and not frozen and places:
            next_ones = [ready.popleft() for _ in range(min(places, len(ready)))]
            frozen = self._outbox.mark_inflight([item.key for item in next_ones], epoch, self._clock.now())
        for item in frozen:
            self._tell(item)
        return frozen

    def _ask(self, item: OutboxItem, epoch: str) -> Outcome:
        """Ask for the action; in a thread of the pool, so nothing but the marketplace is touched."""
        if item.attempts >= UNSURE_AFTER:
            known = self._marketplace.outcome_of(item.key, item.intent)
            if known is not None:
                return known
        return self._marketplace.send(item.key, item.intent, epoch, item.base)

    def _land(self, item: OutboxItem, answer: Future[Outcome]) -> bool:
        """Store one answer; True when its lane can go on. Raises the problems that concern more than this action."""
        try:
            outcome = answer.result()
        except Outdated as problem:
            self._meet(item, problem)
        except Refused as problem:
            too_late = self._came_too_late(item, problem)
            self._park(item, Refused(Trouble.SLOT_PASSED, problem.detail, problem.current) if too_late else problem)
        except Busy as problem:
            self._wait(item, problem)
            if problem.everything:
                raise
            return False
        except (Offline, Paused, Resync) as problem:
            never_left = None if problem.code == Trouble.CAPTIVE_PORTAL else item.first_sent_at
            self._outbox.put_back(item.key, problem, self._clock.now(), never_left=never_left)
            self._tell(item)
            raise
        else:
            self._take(item, outcome)
        return True

    def _take(self, item: OutboxItem, outcome: Outcome) -> None:
        stands = outcome.call.status if outcome.call else None
        if outcome.discarded_message is not None and stands is CallStatus.DECLINED:
            # Another device's message stands: the writer is to know that this one was not delivered (A7).
            self._park(item, Refused("already-declined", current=outcome.rows))
            return
        changed = self._outbox.acknowledge(item.key, outcome, self._now_there())
        self.sent += 1
        self._tell(item, changed)

    def _meet(self, item: OutboxItem, problem: Outdated) -> None:
        if not isinstance(item.intent, SaveNote):
            self._park(item, Refused(problem.code, problem.detail))
            return
        now = self._clock.now()
        later = next_try(item.attempts, problem, now, self._random) if item.attempts >= MERGES else None
        self._tell(item, self._outbox.merge_note(item, problem, Merging(self._merge, self._new_key(), later), now))

    def _came_too_late(self, item: OutboxItem, problem: Refused) -> bool:
        """Tell whether an acceptance was refused because its time has passed, by the marketplace's clock (A7)."""
        if not isinstance(item.intent, Accept) or problem.code not in {"slot-gone", "call-expired"}:
            return False
        return item.intent.starts_at <= self._now_there()

    def _now_there(self) -> datetime:
        """The time by the marketplace's clock."""
        return self._clock.now() + (self._marketplace.clock_offset or timedelta(0))

    def _wait(self, item: OutboxItem, problem: Busy) -> None:
        now = self._clock.now()
        self._outbox.postpone(item.key, next_try(item.attempts + 1, problem, now, self._random), problem, now)
        self._tell(item)

    def _park(self, item: OutboxItem, problem: Refused) -> None:
        changed = self._outbox.refuse(item.key, problem, self._clock.now())
        self.refused += 1
        self._tell(item, changed)

    def _tell(self, item: OutboxItem, changed: Changed | None = None) -> None:
        call_id = call_of(item.intent)
        kind = _KINDS.get(type(item.intent), Kind.NOTES)
        ids = {call_id} if call_id else set()
        told = Changed.of(kind, Kind.OUTBOX, Kind.STATUS, ids=ids | (changed.ids if changed else set()))
        self._announce(Changed(told.kinds | (changed.kinds if changed else frozenset()), told.ids))


_KINDS: Final = {Accept: Kind.CALLS, Decline: Kind.CALLS, SetProfile: Kind.PROFILE}


def _is_due(item: OutboxItem, now: datetime) -> bool:
    """Whether an action may go; a time further away than any wait comes from a clock that was wrong."""
    return item.not_before is None or not now < item.not_before <= now + LONGEST_NAMED_WAIT
