"""The way between a device and the marketplace, and everything that can happen on it, one fault for each request.

A fault is a word; what is lost, doubled, delayed or garbled is decided here, never by the marketplace or the device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from sync.domain.intents import Intent
from sync.domain.problems import Busy, Offline, Paused, Problem, Trouble
from sync.domain.rows import Rows
from sync.ports import ChangesPage, Outcome, SnapshotPage
from tests.model.server import Server

FAULTS = (
    "unplugged",
    "portal",
    "lose request",
    "lose reply",
    "lose reply",
    "double",
    "late",
    "garbled",
    "sign in",
    "unavailable",
    "come later",
    "too many",
    "crash before",
    "crash after",
)


Answer = TypeVar("Answer")


class PowerCut(BaseException):
    """The computer goes off."""


@dataclass
class Network:
    """One device's connection: ``risk`` is how often a request meets a fault, drawn from ``random``."""

    server: Server
    random: Random = field(default_factory=lambda: Random(0))
    risk: float = 0.0
    signed_in: bool = True
    offset: timedelta | None = None
    skew: timedelta = timedelta(0)
    late: list[Callable[[], object]] = field(default_factory=list)
    sent: dict[str, set[str]] = field(default_factory=dict)
    """Each key that left this device, with the epochs under which it left."""
    garbled: set[tuple[str, int]] = field(default_factory=set)
    """The rows that came garbled, as (name, version)."""
    trace: list[str] = field(default_factory=list)

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the marketplace's clock is ahead of the device's, since the last answer."""
        return self.offset

    def snapshot(self, page: str | None) -> SnapshotPage:
        """Carry a request for a page of the account."""
        answer = self._carry(f"snapshot {page}", lambda: self.server.snapshot(page))
        return replace(answer, rows=self._smudge(answer.rows))

    def changes(self, cursor: str) -> ChangesPage:
        """Carry a request for changes."""
        answer = self._carry(f"changes {cursor}", lambda: self.server.changes(cursor))
        return replace(answer, rows=self._smudge(answer.rows))

    def send(self, key: str, intent: Intent, epoch: str, base: str | None = None) -> Outcome:
        """Carry an action."""
        self.sent.setdefault(key, set()).add(epoch)
        return self._carry(f"send {key} {epoch} {base}", lambda: self.server.send(key, intent, epoch, base))

    def outcome_of(self, key: str, _intent: Intent) -> Outcome | None:
        """Carry the question what became of an action."""
        return self._carry(f"outcome {key}", lambda: self.server.outcome_of(key))

    def deliver_late(self) -> None:
        """Let the oldest request that got stuck on its way arrive after all; nobody hears the answer."""
        if self.late:
            try:
                self.late.pop(0)()
            except Problem:
                self.trace.append("late no")

    def _carry(self, what: str, ask: Callable[[], Answer]) -> Answer:
        fault = self.random.choice(FAULTS) if self.random.random() < self.risk else ""
        self.trace.append(f"{what} {fault}")
        if not self.signed_in:
            raise Paused(Trouble.TOKEN_EXPIRED)
        _on_the_way_there(fault, self.server.now + self.skew)
        if fault == "late":
            self.late.append(ask)
            raise Busy(Trouble.TIMEOUT)
        if fault == "double":
            try:
                ask()
            except Problem:
                self.trace.append("first no")
        try:
            answer = ask()
        except Problem as problem:
            self._on_the_way_back(fault)
            self.trace.append(f"no {problem}")
            raise
        self._on_the_way_back(fault)
        return answer

    def _on_the_way_back(self, fault: str) -> None:
        match fault:
            case "lose reply":
                raise Busy(Trouble.TIMEOUT)
            case "garbled":
                raise Busy(Trouble.GARBLED)
            case "crash after":
                raise PowerCut
        self.offset = -self.skew

    def _smudge(self, rows: Rows) -> Rows:
        """Make one row unreadable now and then."""
        whole = [*rows.calls, *rows.notes]
        if not whole or self.random.random() >= self.risk / 3:
            return rows
        lost = self.random.choice(whole)
        name = lost.id if lost in rows.calls else f"{lost.call_id}/{lost.part}"  # type: ignore[union-attr]
        self.garbled.add((name, lost.version))
        calls = tuple(one for one in rows.calls if one is not lost)
        notes = tuple(one for one in rows.notes if one is not lost)
        return replace(rows, calls=calls, notes=notes, unreadable=rows.unreadable + 1)


def _on_the_way_there(fault: str, now: datetime) -> None:
    match fault:
        case "unplugged":
            raise Offline(Trouble.UNREACHABLE)
        case "portal":
            raise Offline(Trouble.CAPTIVE_PORTAL)
        case "lose request":
            raise Busy(Trouble.TIMEOUT)
        case "sign in":
            raise Paused(Trouble.TOKEN_EXPIRED)
        case "unavailable":
            raise Busy("http-503")
        case "come later":
            raise Busy("unavailable", retry_at=now + timedelta(minutes=20))
        case "too many":
            raise Busy("rate-limited", retry_at=now + timedelta(minutes=5), everything=True)
        case "crash before":
            raise PowerCut
