"""What the writer can ask the marketplace for, and the state of each request on its way there.

An intent is written to the outbox and nowhere else; the screen shows what the marketplace said plus what waits.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from sync.domain.rows import NotePart

MESSAGE_CHARS: Final = 4000
"""Longest message to a customer, in characters; the marketplace's own limit is in its ``/v1/meta``."""

NOTE_CHARS: Final = 100_000
"""Longest text of a note, in characters."""

STUCK_TRIES: Final = 20
STUCK_AFTER: Final = timedelta(hours=24)
"""An action that failed so often, or for so long, at the marketplace is shown as stuck; it stays queued (A3)."""


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


class ReportNoShow(NamedTuple):
    """Report that nobody joined, after waiting so many full minutes from the start (M11)."""

    call_id: str
    waited_minutes: int


class SaveNote(NamedTuple):
    """Store one text of a call. ``base_revision`` is the revision that the text grew from; None when there was none.

    ``conflict`` marks a text that holds two versions of the same words, for the writer to choose from.
    """

    call_id: str
    part: NotePart
    text: str
    base_revision: str | None = None
    conflict: bool = False


class SetProfile(NamedTuple):
    """Set one field of the public profile. ``base_version`` is that field's version that the writer was looking at."""

    field: str
    value: str | bool
    base_version: int


Intent = Accept | Decline | ReportNoShow | SaveNote | SetProfile


CallIntent = Accept | Decline | ReportNoShow
"""What is asked about a call itself."""


class OutboxState(StrEnum):
    """The way of a queued action: queued, inflight, acked, settled; aside rejected, blocked, dismissed, cancelled.

    BLOCKED: it followed an action of the same lane that was refused, and would make no sense without it.
    """

    QUEUED = "queued"
    INFLIGHT = "inflight"
    ACKED = "acked"
    SETTLED = "settled"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"


class OutboxItem(NamedTuple):
    """One queued action. ``key`` is its idempotency key, made once when the writer acted.

    ``problem_code`` and ``problem_detail`` are the last answer that was not a yes, in the marketplace's words;
    ``ack_version`` is the version of the row that contains this action's effect. ``base`` is the revision (of a note)
    or version (of a profile field) that it replaces, known at the latest when it is first sent; ``parent_key`` is the
    action of the same lane that it follows.
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
    base: str | None = None
    parent_key: str | None = None

    @property
    def can_be_taken_back(self) -> bool:
        """Only what never left this computer can be taken back without asking the marketplace."""
        return self.state is OutboxState.QUEUED and self.first_sent_at is None

    def is_stuck(self, now: datetime) -> bool:
        """Tell whether the marketplace has failed at it so often or so long that the writer should know (A3)."""
        waits = self.state in {OutboxState.QUEUED, OutboxState.INFLIGHT} and self.attempts > 0
        long = self.first_sent_at is not None and now - self.first_sent_at >= STUCK_AFTER
        return waits and (self.attempts >= STUCK_TRIES or long)


def encode(intent: Intent) -> dict[str, Any]:
    """Return the intent as a JSON object, the form in which it waits in the outbox."""
    match intent:
        case Accept(call_id, slot_id, starts_at, seen):
            read = {"slot_id": slot_id, "starts_at": starts_at.astimezone(UTC).isoformat(), "seen_version": seen}
            return {"type": "accept", "call_id": call_id} | read
        case Decline(call_id, message, seen):
            return {"type": "decline", "call_id": call_id, "message": message, "seen_version": seen}
        case ReportNoShow(call_id, waited):
            return {"type": "no_show", "call_id": call_id, "waited_minutes": waited}
        case SaveNote(call_id, part, text, base, conflict):
            written = {"text": text, "base_revision": base, "conflict": conflict}
            return {"type": "note", "call_id": call_id, "part": str(part)} | written
        case SetProfile(field, value, base):
            return {"type": "profile", "field": field, "value": value, "base_version": base}


def decode(data: dict[str, Any]) -> Intent:
    """Read what ``encode`` wrote. Raises ValueError for a type that this version does not know."""
    try:
        match data["type"]:
            case "accept":
                at = datetime.fromisoformat(data["starts_at"])
                return Accept(data["call_id"], data["slot_id"], at, data["seen_version"])
            case "decline":
                return Decline(data["call_id"], data["message"], data["seen_version"])
            case "no_show":
                return ReportNoShow(data["call_id"], data["waited_minutes"])
            case "note":
                return _note(data)
            case "profile":
                return SetProfile(data["field"], data["value"], data["base_version"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"unknown intent: {error}") from error
    raise ValueError(f"unknown intent: {data['type']!r}")


def _note(data: dict[str, Any]) -> SaveNote:
    from sync.domain.rows import NotePart  # noqa: PLC0415 - not on the way to the first list

    return SaveNote(data["call_id"], NotePart(data["part"]), data["text"], data["base_revision"], data["conflict"])


def lane_of(intent: Intent) -> str:
    """Return the lane of the queue: actions of one lane keep their order, other lanes go ahead."""
    match intent:
        case SaveNote():
            return f"note:{intent.call_id}:{intent.part}"
        case SetProfile():
            return "settings"
        case _:
            return f"call:{intent.call_id}"


def target_of(intent: Intent) -> str:
    """Return what an action is about: a call's id, or ``profile:<field>``."""
    return f"profile:{intent.field}" if isinstance(intent, SetProfile) else intent.call_id


def call_of(intent: Intent) -> str | None:
    """Return the id of the call that an action is about, if it is about one."""
    return None if isinstance(intent, SetProfile) else intent.call_id
