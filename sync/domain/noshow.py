"""Nobody joined: is the wait long enough, and the report to support, facts only (M11).

A conference service may drop a lone caller, so a wait has legs: on the line, cut off, on the line again. Only the time
on the line counts, and none before the call's start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from sync.domain.calls import CallRequest, CallStatus

WAIT_AT_LEAST: Final = timedelta(minutes=5)
"""How long a writer waits on the line before hanging up and telling support."""

MOST_MINUTES: Final = 600
"""The longest wait that the contract can express."""

_STANDING: Final = frozenset({CallStatus.ACCEPTED, CallStatus.HELD})


@dataclass(frozen=True, slots=True)
class Leg:
    """One stay on the line, from dialling until ``ended_at`` (both UTC); None while it lasts or nobody noted the end.

    A leg without an end ends at the latest when the next one begins.
    """

    dialled_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long the writer has waited for a customer. All instants are UTC.

    ``since`` is the later of start and first dialling, ``until`` the end of the last leg or now; ``on_line`` is the
    time on the line between them. ``enough_at`` is when it is or was enough; None while the writer is cut off before.
    """

    call: CallRequest
    starts_at: datetime
    legs: tuple[Leg, ...]
    since: datetime
    until: datetime
    on_line: timedelta
    enough_at: datetime | None

    @property
    def is_enough(self) -> bool:
        """Whether the report can be offered: five full minutes, not a moment less."""
        return self.on_line >= WAIT_AT_LEAST

    @property
    def minutes(self) -> int:
        """The full minutes on the line, as the contract's ``waited_minutes``."""
        return min(self.on_line // timedelta(minutes=1), MOST_MINUTES)


def assess(call: CallRequest, legs: Sequence[Leg], now: datetime) -> Wait | None:
    """Return the wait so far; None when nothing was dialled or no call stands. ``legs`` are in order.

    Legs that begin after ``now`` come from a clock that was wrong and count for nothing.
    """
    slot = call.accepted_slot
    if slot is None or call.status not in _STANDING or not legs:
        return None
    on_line = timedelta()
    enough_at: datetime | None = None
    until = slot.starts_at
    for begin, end in _stays(legs, now):
        counted_from = max(begin, slot.starts_at)
        missing = WAIT_AT_LEAST - on_line
        on_line += max(end - counted_from, timedelta())
        if enough_at is None and on_line >= WAIT_AT_LEAST:
            enough_at = counted_from + missing
        until = max(until, end)
    since = max(slot.starts_at, legs[0].dialled_at)
    if enough_at is None and legs[-1].ended_at is None:
        enough_at = max(now, since, legs[-1].dialled_at) + WAIT_AT_LEAST - on_line
    return Wait(call, slot.starts_at, tuple(legs), since, max(until, since), on_line, enough_at)


def _stays(legs: Sequence[Leg], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when until when the writer was on the line, as far as that has happened."""
    next_dials = [leg.dialled_at for leg in legs[1:]] + [now]
    for leg, next_dial in zip(legs, next_dials, strict=True):
        yield leg.dialled_at, min(leg.ended_at or next_dial, next_dial, now)


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The sentences of a report, as templates for ``str.format``, and ``at``, which puts an instant into words.

    ``call`` names the call ({call_id}, {person}, {company}, {subject}, {start}); ``wait`` tells of the wait ({since},
    {until}, {minutes}); ``cut_off`` of each time that the line was lost ({ended}, {again}).
    """

    call: str
    wait: str
    cut_off: str
    at: Callable[[datetime], str]


def report_text(wait: Wait, words: ReportWords) -> str:
    """Return the report, one sentence a line: which call, since and until when, and each time the line was lost.

    It names no number, PIN or last name (M13). Raises ValueError before the wait is enough.
    """
    if not wait.is_enough:
        raise ValueError("five full minutes on the line come before a report")
    customer = wait.call.customer
    lines = [
        words.call.format(
            call_id=wait.call.id,
            person=customer.person,
            company=customer.company,
            subject=wait.call.subject,
            start=words.at(wait.starts_at),
        ),
        words.wait.format(since=words.at(wait.since), until=words.at(wait.until), minutes=wait.minutes),
    ]
    lines += (
        words.cut_off.format(ended=words.at(leg.ended_at), again=words.at(after.dialled_at))
        for leg, after in pairwise(wait.legs)
        if leg.ended_at is not None
    )
    return "\n".join(lines)
