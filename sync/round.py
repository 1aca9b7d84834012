"""One round of synchronising: push what waits, then pull what is new. No loop over time, no sleep.

Push before pull, so that what comes back already contains the writer's own answers. Every step is stored before the
next begins, so a round may end anywhere and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from sync.domain.changes import Changed, Kind
from sync.domain.problems import Busy, Paused, Problem, Resync, StoreProblem, Trouble
from sync.domain.retry import LONGEST_NAMED_WAIT, next_try

if TYPE_CHECKING:  # SQLAlchemy comes with them, and the window imports this module before its first paint
    from sync.ports import Clock, Marketplace
    from sync.pull import Pull
    from sync.push import Push
    from sync.store.ledgers import Ledgers
    from sync.store.outbox import Outbox
    from sync.store.queries import Queries


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
        push: Push,
        pull: Pull,
        queries: Queries,
        outbox: Outbox,
        ledgers: Ledgers,
        clock: Clock,
        random: Random,
        announce: Callable[[Changed], None],
    ) -> None:
        self._marketplace = marketplace
        self._push = push
        self._pull = pull
        self._queries = queries
        self._outbox = outbox
        self._ledgers = ledgers
        self._clock = clock
        self._random = random
        self._announce = announce
        self._unfinished = True
        """What an earlier round left on its way, here or before a crash, is sent again with the same key (A5)."""

    def run(self) -> RoundReport:
        """Push and pull once; not before the time that the marketplace asked for (``Retry-After``).

        Raises StoreProblem when this computer's disk says no; nothing was half stored then.
        """
        state, now = self._queries.sync_state(), self._clock.now()
        # A time further away than any wait comes from a clock that was wrong.
        if state.patience_until is not None and now < state.patience_until <= now + LONGEST_NAMED_WAIT:
            return RoundReport(Busy(state.patience_code or Trouble.TIMEOUT), state.patience_until)
        self._push.sent = self._push.refused = 0
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
        epoch = self._queries.sync_state().epoch
        try:
            if epoch is not None:
                self._push.run(epoch)
        except Paused as problem:
            held = problem  # an account that may not act may still be read
        except Resync:
            pass  # the pull finds out by itself, and reads everything anew
        self._pull.run()
        if held is not None:
            raise held
        self._push.run(self._queries.sync_state().epoch or "")  # what was done meanwhile, or before the first snapshot
        self._unfinished = False

    def _report(self, problem: Problem | None) -> RoundReport:
        state, now = self._queries.sync_state(), self._clock.now()
        due = next_try(state.failures + 1, problem, now, self._random) if problem else self._queries.next_due()
        asked = isinstance(problem, Busy) and problem.retry_at is not None
        if asked and problem is not None:
            self._ledgers.be_patient(str(problem.code), due)
        elif state.patience_until is not None:
            self._ledgers.be_patient(None, None)
        self._ledgers.record_round(problem, due, now, self._marketplace.clock_offset)
        self._announce(Changed.of(Kind.STATUS))
        return RoundReport(problem, due, self._push.sent, self._push.refused)
