"""Making one invitation: times that are sensible where the customer is, put into the contract's CallRequest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from marketplace.sandbox.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketplace.sandbox.customers import Brief, Customer
    from marketplace.sandbox.ledger import Json

HOME_ZONE: Final = "America/Denver"
"""Where the times of a customer stand who does not tell a zone."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A time in words of the customer's calendar: so many working days away (before, if negative), at this hour."""

    work_days: int
    hour: int
    minute: int = 0
    lasts: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a call is offered (aware)."""

    starts_at: datetime
    ends_at: datetime


LATER_TIMES: Final = (Offer(2, 10), Offer(2, 15, 30), Offer(4, 11))
OTHER_TIMES: Final = (Offer(3, 16), Offer(4, 9, 30), Offer(5, 14))


def zone_of(customer: Customer) -> str:
    """Return the IANA zone in which a customer offers times."""
    return customer.time_zone or HOME_ZONE


def span_of(offer: Offer, customer: Customer, now: datetime) -> Span:
    """Find the offered time in the customer's calendar, Mondays to Fridays."""
    zone = ZoneInfo(zone_of(customer))
    day = _work_day(now.astimezone(zone).date(), offer.work_days)
    starts_at = datetime.combine(day, time(offer.hour, offer.minute), zone)
    return Span(starts_at, starts_at + offer.lasts)


def _work_day(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def soon(now: datetime, lasts: timedelta = timedelta(minutes=30)) -> Span:
    """Return a time that starts in 7 to 12 minutes, at a round minute."""
    earliest = now + timedelta(minutes=7)
    short_of_round = (-earliest.timestamp()) % 300
    starts_at = (earliest + timedelta(seconds=short_of_round)).replace(microsecond=0)
    return Span(starts_at, starts_at + lasts)


def invite(
    call_id: str,
    customer: Customer,
    brief: Brief,
    spans: Sequence[Span],
    *,
    created_at: datetime,
    deadline_at: datetime | None = None,
    follow_up_of: str | None = None,
) -> Json:
    """Return a new open call request, without its version."""
    slots = [
        {
            "id": f"{call_id}_{number}",
            "starts_at": to_text(span.starts_at),
            "ends_at": to_text(span.ends_at),
            "time_zone": zone_of(customer),
            "state": "offered",
        }
        for number, span in enumerate(spans, start=1)
    ]
    return {
        "id": call_id,
        "version": 0,
        "status": "open",
        "customer": customer.as_json(),
        "about": brief.about,
        "subject": brief.subject,
        "message": brief.message,
        "created_at": to_text(created_at),
        "deadline_at": to_text(deadline_at) if deadline_at else None,
        "slots": slots,
        "accepted_slot_id": None,
        "line": None,
        "follow_up_of": follow_up_of,
        "decline": None,
        "no_show": None,
        "closed": None,
    }
