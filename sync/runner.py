"""When rounds happen: at a wake-up, when something is due, and every so often; and errands in between.

``run`` loops in the thread that calls it (``desktop/worker.py`` owns that thread); tests call ``run_pending`` with a
clock of theirs and need neither thread nor waiting.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from sync.domain.problems import Problem
from sync.domain.retry import LONGEST_NAMED_WAIT
from sync.ports import Clock
from sync.round import RoundReport

POLL_IN_VIEW: Final = timedelta(seconds=60)
POLL_IN_BACKGROUND: Final = timedelta(minutes=5)
POLL_BESIDE_POKES: Final = timedelta(minutes=15)
"""How often a marketplace is asked (A9): it is never hurried, and where it tells of changes, asking is a net."""

AFTER_A_PROBLEM: Final = timedelta(seconds=10)
"""When a round could not even begin: practice that does not start, a disk that says no."""

JUMP: Final = timedelta(seconds=60)
"""The clock moved so much more, or less, than time passed: the computer slept, or the clock was set."""

SLICE: Final = timedelta(seconds=15)
"""The longest rest without a look around: at the clock, and at the pace."""

Errand = Callable[[], object]


class Pace(NamedTuple):
    """What decides how often is asked: whether the writer looks, and whether the marketplace's pokes arrive."""

    in_view: bool = True
    poked: bool = False

    @property
    def interval(self) -> timedelta:
        """The longest time between two rounds when nothing goes wrong."""
        if self.poked:
            return POLL_BESIDE_POKES
        return POLL_IN_VIEW if self.in_view else POLL_IN_BACKGROUND


class Rounds(Protocol):
    """What a Runner runs: ``sync.round.Round``, here or in another process."""

    def run(self) -> RoundReport:
        """Push and pull once. Raises StoreProblem."""
        ...


class Runner:
    """Runs rounds one at a time. ``started`` and ``finished`` are called around each, in the thread of ``run``.

    ``poked`` tells, at any moment, whether the marketplace's pokes arrive. ``monotonic`` gives seconds that pass as
    they do, whatever the clock says.
    """

    def __init__(
        self,
        rounds: Rounds,
        clock: Clock,
        *,
        poked: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
        started: Callable[[], None] = lambda: None,
        finished: Callable[[RoundReport | Problem], None] = lambda _report: None,
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._poked = poked
        self._monotonic = monotonic
        self._started = started
        self._finished = finished
        self._in_view = True
        self._wanted = True
        self._begun_at: datetime | None = None
        self._next_try_at: datetime | None = None
        self._failed = False
        self._errands: deque[Errand] = deque()
        self._stopping = False
        self._bell = threading.Condition()

    def wake(self) -> None:
        """Ask for a round now, whatever wait was planned; from any thread."""
        with self._bell:
            self._wanted = True
            self._bell.notify_all()

    def set_in_view(self, in_view: bool) -> None:  # noqa: FBT001 - the state that is set
        """Tell whether the writer looks; coming back to what is older than a minute asks for a round; any thread."""
        with self._bell:
            now = self._clock.now()
            fresh = self._begun_at is not None and self._begun_at <= now < self._begun_at + POLL_IN_VIEW
            self._wanted |= in_view and not self._in_view and not fresh
            self._in_view = in_view
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
        """Loop until ``stop``; a clock that jumped is a reason for a round, since nobody knows what was missed."""
        lead = self._lead()
        while not self._stopping:
            self.run_pending()
            self._rest()
            before, lead = lead, self._lead()
            if abs(lead - before) > JUMP:
                self.wake()

    def run_pending(self) -> RoundReport | None:
        """Do the errands that wait, and a round if one is due; returns the round's report, None without a round."""
        while self._errands and not self._stopping:
            self._errands.popleft()()
        with self._bell:
            now = self._clock.now()
            if self._stopping or self._wait(now):
                return None
            # Whoever wakes from here on asks for another round than this one, which may have looked already.
            self._wanted, self._begun_at, self._next_try_at, self._failed = False, now, None, False
        try:
            self._started()
            report = self._rounds.run()
        except Problem as problem:
            self._next_try_at, self._failed = self._clock.now() + AFTER_A_PROBLEM, True
            self._finished(problem)
            return None
        self._next_try_at, self._failed = report.next_try_at, report.problem is not None
        self._finished(report)
        return report

    def _rest(self) -> None:
        with self._bell:
            if not self._stopping and not self._errands:
                self._bell.wait(min(self._wait(self._clock.now()), SLICE).total_seconds())

    def _wait(self, now: datetime) -> timedelta:
        """How long nothing is due: zero for now."""
        if self._wanted or self._begun_at is None:
            return timedelta()
        due = self._begun_at + Pace(self._in_view, self._poked()).interval
        if self._next_try_at is not None:
            due = self._next_try_at if self._failed else min(due, self._next_try_at)
        # A time further away than any wait comes from a clock that was wrong.
        return due - now if now < due <= now + LONGEST_NAMED_WAIT else timedelta()

    def _lead(self) -> timedelta:
        """How far the clock is ahead of time as it passes; it changes by a jump alone."""
        return timedelta(seconds=self._clock.now().timestamp() - self._monotonic())
