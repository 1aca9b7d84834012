"""What the writer can ask the marketplace for, and the state of each request on its way there.

An intent is written to the outbox and nowhere else; the screen shows what the marketplace said plus what waits.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

MESSAGE_CHARS: Final = 4000
"""Longest message to a customer, in characters; the marketplace's own limit is in its ``/v1/meta``."""


class Accept(NamedTuple):
    """Take one offered time: the one that the writer read.

    ``starts_at`` (UTC) is that time itself, since a customer can move a time and keep its id; the marketplace then
    refuses. ``seen_version`` is the version of the request that the writer was looking at.
    """

    call_id: str
    slot_id: str
    starts_at: datetime
    seen_version: int


class Decline(NamedTuple):
    """Answer that none of the times work, with a message in the writer's own words."""

    call_id: str
    message: str
    seen_version: int


Intent = Accept | Decline


class OutboxState(StrEnum):
    """The way of a queued action: queued, inflight, acked, settled; aside rejected, dismissed, cancelled."""

    QUEUED = "queued"
    INFLIGHT = "inflight"
    ACKED = "acked"
    SETTLED = "settled"
    REJECTED = "rejected"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"


class OutboxItem(NamedTuple):
    """One queued action. ``key`` is its idempotency key, made once when the writer acted.

    ``problem_code`` and ``problem_detail`` are the last answer that was not a yes, in the marketplace's words;
    ``ack_version`` is the version of the call that contains this action's effect.
    """

    key: str
    seq: int
    lane: str
    intent: Intent
    state: OutboxState
    created_at: datetime
    attempts: int = 0
    first_sent_at: datetime | None = None
    not_before: datetime | None = None
    ack_version: int | None = None
    problem_code: str | None = None
    problem_detail: str | None = None

    @property
    def can_be_taken_back(self) -> bool:
        """Only what never left this computer can be taken back without asking the marketplace."""
        return self.state is OutboxState.QUEUED and self.first_sent_at is None


def encode(intent: Intent) -> dict[str, Any]:
    """Return the intent as a JSON object, the form in which it waits in the outbox."""
    match intent:
        case Accept(call_id, slot_id, starts_at, seen):
            read = {"slot_id": slot_id, "starts_at": starts_at.astimezone(UTC).isoformat(), "seen_version": seen}
            return {"type": "accept", "call_id": call_id} | read
        case Decline(call_id, message, seen):
            return {"type": "decline", "call_id": call_id, "message": message, "seen_version": seen}


def decode(data: dict[str, Any]) -> Intent:
    """Read what ``encode`` wrote. Raises ValueError for a type that this version does not know."""
    match data:
        case {
            "type": "accept",
            "call_id": str(call_id),
            "slot_id": str(slot_id),
            "starts_at": str(starts_at),
            "seen_version": int(seen),
        }:
            return Accept(call_id, slot_id, datetime.fromisoformat(starts_at), seen)
        case {"type": "decline", "call_id": str(call_id), "message": str(message), "seen_version": int(seen)}:
            return Decline(call_id, message, seen)
    raise ValueError(f"unknown intent: {data.get('type')!r}")


def lane_of(intent: Intent) -> str:
    """Return the lane of the queue: actions of one call keep their order, other calls go ahead."""
    return f"call:{intent.call_id}"
