"""Real desks on real SQLite files, for tests that start with calls already here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.desk import Desk
from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot, SlotState
from sync.domain.changes import Changed, Kind
from sync.domain.notes import Merged
from sync.domain.problems import Refused
from sync.domain.rows import Rows
from sync.ports import Outcome
from sync.store.database import Database, Readers
from sync.store.ledgers import Ledgers
from sync.store.outbox import Outbox
from sync.store.queries import Queries

NOW = datetime(2026, 11, 23, 18, 46, tzinfo=UTC)
"""Monday 23 November 2026, 10:46 AM in California: the moment of most tests and pictures."""


START = datetime(2026, 11, 24, 21, tzinfo=UTC)
"""Tuesday 24 November, 1:00 PM in California: the first time that an invitation offers unless told otherwise."""


@dataclass
class FixedClock:
    """A clock that moves when told."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        self.instant += by


@dataclass
class TestDesk:
    """A desk with the parts under it; ``receive`` plays the marketplace's data coming in."""

    __test__ = False

    desk: Desk
    clock: FixedClock
    database: Database
    queries: Queries
    outbox: Outbox
    ledgers: Ledgers
    heard: list[Changed] = field(default_factory=list)

    def receive(self, *calls: CallRequest) -> None:
        """Store calls as a page of the marketplace and tell the listeners."""
        ids = self.ledgers.apply_snapshot_page(Rows(calls)).ids
        self.desk.announce(Changed.of(Kind.CALLS, Kind.STATUS, ids=ids))

    def finish_snapshot(self, listed: set[str], cursor: str = "c2", head: int = 1) -> None:
        """End a snapshot that listed these calls."""
        self.ledgers.finish_snapshot(
            listed, cursor, head=head, unreadable=0, now=self.clock.now(), new_key=_no_key, merge=_no_merge
        )

    def confirm(self, key: str, call: CallRequest) -> None:
        """Play the marketplace's yes to an action."""
        self.outbox.acknowledge(key, Outcome(Rows((call,)), call.version), self.clock.now())
        self.desk.announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS, ids={call.id}))

    def refuse(self, key: str, code: str, detail: str, current: CallRequest | None = None) -> None:
        """Play the marketplace's no to an action."""
        rows = Rows((current,)) if current else None
        self.outbox.refuse(key, Refused(code, detail, rows), self.clock.now())
        self.desk.announce(Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.STATUS))


def _no_key() -> str:
    raise AssertionError("nothing is queued by this")


def _no_merge(_base: str, _mine: str, _theirs: str) -> Merged:
    raise AssertionError("nothing is merged by this")


def desk_with(path: Path, calls: Iterable[CallRequest] = (), now: datetime = NOW) -> TestDesk:
    """Make a desk on a new database at ``path`` that has received these calls."""
    clock = FixedClock(now)
    database = Database(path)
    database.prepare()
    queries = Queries(Readers(database))
    outbox = Outbox(database)
    keys = (f"key-{number}" for number in itertools.count(1))
    ledgers = Ledgers(database)
    desk = Desk(queries, lambda: outbox, lambda: ledgers, clock, lambda: next(keys))
    made = TestDesk(desk, clock, database, queries, outbox, ledgers)
    desk.listen(made.heard.append)
    rows = list(calls)
    for start in range(0, len(rows), 200):
        made.ledgers.apply_snapshot_page(Rows(tuple(rows[start : start + 200])))
    return made


def customer(
    company: str = "Alder & Oak Outfitters", first_name: str = "Dana", initial: str = "R", **more: str
) -> Customer:
    """Make a customer; the id follows from the company."""
    return Customer("cu_" + "".join(filter(str.isalnum, company)).lower(), company, first_name, initial, **more)


def slots(*starts: datetime, zone: str = "Europe/London", minutes: int = 30) -> tuple[Slot, ...]:
    """Make offered times, ``sl_1`` first."""
    length = timedelta(minutes=minutes)
    return tuple(
        Slot(f"sl_{number}", start, start + length, zone, SlotState.OFFERED) for number, start in enumerate(starts, 1)
    )


def invitation(
    call_id: str = "cr_1", *, starts: Sequence[datetime] = (), version: int = 1, **more: object
) -> CallRequest:
    """Make an open request; without ``starts`` it offers tomorrow at 1:00 PM, 2:00 PM and 3:00 PM in California."""
    times = tuple(starts) or tuple(START + timedelta(hours=hours) for hours in range(3))
    values: dict[str, object] = {
        "id": call_id,
        "version": version,
        "status": CallStatus.OPEN,
        "customer": customer(),
        "subject": "Spring hiking series, 4 blog posts",
        "message": "We loved your piece on walking the Lost Coast. Twenty minutes is plenty.",
        "created_at": NOW - timedelta(hours=18),
        "slots": slots(*times),
    }
    return CallRequest(**(values | more))  # type: ignore[arg-type]


def accepted(call_id: str = "cr_2", *, start: datetime, version: int = 2, **more: object) -> CallRequest:
    """Make a confirmed call at ``start`` with a line from the range reserved for fiction."""
    values: dict[str, object] = {
        "status": CallStatus.ACCEPTED,
        "accepted_slot_id": "sl_1",
        "line": Line("+14155550142", "482913"),
    }
    return invitation(call_id, starts=(start,), version=version, **(values | more))
