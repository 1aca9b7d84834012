"""When rounds happen: at a wake-up, when something is due, and every so often; and errands in between.

``run`` loops in the thread that calls it (``desktop/worker.py`` owns that thread); tests call ``run_pending`` with a
clock of theirs and need neither thread nor waiting.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from sync.domain.problems import Problem
from sync.domain.retry import LONGEST_NAMED_WAIT
from sync.ports import Clock
from sync.round import RoundReport

POLL_IN_VIEW: Final = timedelta(seconds=60)
"""How often a marketplace is asked: it is never hurried."""

AFTER_A_PROBLEM: Final = timedelta(seconds=10)
"""When a round could not even begin: practice that does not start, a disk that says no."""

Errand = Callable[[], object]


class Rounds(Protocol):
    """What a Runner runs: ``sync.round.Round``, here or in another process."""

    def run(self) -> RoundReport:
        """Push and pull once. Raises StoreProblem."""
        ...


class Runner:
    """Runs rounds one at a time. ``started`` and ``finished`` are called around each, in the thread of ``run``."""

    def __init__(
        self,
        rounds: Rounds,
        clock: Clock,
        *,
        poll: timedelta = POLL_IN_VIEW,
        started: Callable[[], None] = lambda: None,
        finished: Callable[[RoundReport | Problem], None] = lambda _report: None,
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._poll = poll
        self._started = started
        self._finished = finished
        self._due_at: datetime | None = None
        self._errands: deque[Errand] = deque()
        self._stopping = False
        self._bell = threading.Condition()

    def wake(self) -> None:
        """Ask for a round now; from any thread."""
        with self._bell:
            self._due_at = None
            self._bell.notify_all()

    def errand(self, job: Errand) -> None:
        """Do a job between two rounds; from any thread."""
        with self._bell:
            self._errands.append(job)
            self._bell.notify_all()

    def stop(self) -> None:
        """End ``run`` after what it is doing now; from any thread."""
        with self._bell:
            self._stopping = True
            self._bell.notify_all()

    def run(self) -> None:
        """Loop until ``stop``."""
        while not self._stopping:
            self.run_pending()
            self._rest()

    def run_pending(self) -> RoundReport | None:
        """Do the errands that wait, and a round if one is due; returns the round's report, None without a round."""
        while self._errands and not self._stopping:
            self._errands.popleft()()
        now = self._clock.now()
        # A time further away than any wait comes from a clock that was wrong.
        if self._stopping or (self._due_at is not None and now < self._due_at <= now + LONGEST_NAMED_WAIT):
            return None
        self._due_at = now + self._poll
        try:
            self._started()
            report = self._rounds.run()
        except Problem as problem:
            self._due_at = now + AFTER_A_PROBLEM
            self._finished(problem)
            return None
        self._plan(report)
        self._finished(report)
        return report

    def _plan(self, report: RoundReport) -> None:
        """Set the next round by the report, unless somebody asked for one meanwhile."""
        with self._bell:
            if self._due_at is not None and report.next_try_at is not None:
                self._due_at = report.next_try_at if report.problem else min(self._due_at, report.next_try_at)

    def _rest(self) -> None:
        with self._bell:
            if not self._stopping and not self._errands:
                self._bell.wait(self._seconds_to_wait())

    def _seconds_to_wait(self) -> float:
        if self._due_at is None:
            return 0
        wait = (self._due_at - self._clock.now()).total_seconds()
        return min(max(0.0, wait), self._poll.total_seconds())
