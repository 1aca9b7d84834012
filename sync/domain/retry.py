"""When to try again: exponential backoff with full jitter, never before a time that the marketplace named."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sync.domain.problems import Busy, Problem

FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(minutes=5)
LONGEST_NAMED_WAIT: Final = timedelta(hours=1)
"""A marketplace that asks for more is not believed (hardening: ``Retry-After: 10^9``)."""


def next_try(attempts: int, problem: Problem, now: datetime, random: Random) -> datetime:
    """Return the earliest next try (UTC) after ``attempts`` tries (1 or more) that ended in ``problem``."""
    if isinstance(problem, Busy) and problem.retry_at is not None:
        return min(max(problem.retry_at, now + FIRST_WAIT), now + LONGEST_NAMED_WAIT)
    ceiling: timedelta = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 12), LONGEST_WAIT)
    return now + FIRST_WAIT / 2 + (ceiling - FIRST_WAIT / 2) * random.random()
