"""Accounts of a given size for the benchmarks: real stores, filled through the code that a sync fills them with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.paths import Profile, profile_of
from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot
from sync.domain.rows import Rows
from sync.store.database import Database
from sync.store.ledgers import Ledgers

COMPANIES = (
    "Alder & Oak Outfitters",
    "Brightwater Farms",
    "Northpier Credit Union",
    "Harbour & Pine",
    "Juniper Lane Travel",
)
HALF_HOUR = timedelta(minutes=30)
NOBODY = "http://127.0.0.1:9"
"""An origin at which nothing answers: the window works offline."""


def call(number: int, now: datetime, version: int = 1) -> CallRequest:
    """One request: three wait for an answer, three are upcoming, all others lie in the past."""
    company = COMPANIES[number % len(COMPANIES)]
    start = now + timedelta(days=number + 1) if number < 6 else now - timedelta(hours=number)
    slots = tuple(
        Slot(f"sl_{one}", start + one * HALF_HOUR, start + (one + 1) * HALF_HOUR, "Europe/London") for one in range(3)
    )
    accepted = number >= 3
    status = CallStatus.OPEN if not accepted else CallStatus.ACCEPTED if number < 6 else CallStatus.HELD
    return CallRequest(
        id=f"cr_{number}",
        version=version,
        status=status,
        customer=Customer(f"cu_{number % 97}", company, "Dana", "R", "London", "Europe/London"),
        subject=f"Spring hiking series, part {number}",
        message="We loved your piece on walking the Lost Coast and would like to hear how you would go about it. " * 3,
        created_at=start - timedelta(days=3),
        slots=slots,
        accepted_slot_id="sl_0" if accepted else None,
        line=Line("+14155550142", "482913") if accepted else None,
        raw='{"padding": "' + "x" * 900 + '"}',
    )


def filled(home: Path, calls: int, origin: str = NOBODY) -> Profile:
    """Make the profile of a writer who has so many requests."""
    profile = profile_of(home, origin)
    database = Database(profile.database)
    database.prepare()
    ledgers = Ledgers(database)
    now = datetime.now(UTC)
    for start in range(0, calls, 200):
        ledgers.apply_snapshot_page(Rows(tuple(call(number, now) for number in range(start, min(calls, start + 200)))))
    database.close()
    return profile
