"""Call requests as the marketplace states them, and which moves a writer has.

All instants are timezone-aware UTC datetimes; zones are IANA names and serve display only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

LINE_OPENS_BEFORE: Final = timedelta(minutes=5)
"""How long before its start the conference line of a call opens (M7)."""


class CallStatus(StrEnum):
    """Where a call request stands on the marketplace; UNKNOWN is a word that this program does not know yet."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    TAKEN = "taken"
    HELD = "held"
    NO_SHOW = "no_show"
    UNKNOWN = "unknown"


class SlotState(StrEnum):
    """Whether a time is still on offer."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    UNKNOWN = "unknown"


class Customer(NamedTuple):
    """Who invites. ``time_zone`` and ``city`` are None when the marketplace does not tell them: never guessed."""

    id: str
    company: str
    first_name: str
    last_initial: str = ""
    city: str | None = None
    time_zone: str | None = None
    website: str | None = None

    @property
    def person(self) -> str:
        """The first name with the initial, as customers are named on the marketplace: "Dana R."."""
        return f"{self.first_name} {self.last_initial}." if self.last_initial else self.first_name


class Slot(NamedTuple):
    """One offered time, from ``starts_at`` to ``ends_at`` (UTC); ``time_zone`` is the customer's."""

    id: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str | None = None
    state: SlotState = SlotState.OFFERED

    def is_open(self, now: datetime) -> bool:
        """Tell whether the writer can still take this time."""
        return self.state is SlotState.OFFERED and self.starts_at > now


class Line(NamedTuple):
    """The conference line: ``number`` in E.164 form, ``pin`` as digits. Exists only once confirmed (M4)."""

    number: str
    pin: str


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One invitation, from offer to call. ``version`` grows with every change on the marketplace."""

    id: str
    version: int
    status: CallStatus
    customer: Customer
    subject: str
    message: str
    created_at: datetime
    slots: tuple[Slot, ...]
    about: str = ""
    deadline_at: datetime | None = None
    accepted_slot_id: str | None = None
    line: Line | None = None
    follow_up_of: str | None = None
    decline_message: str | None = None
    closed_reason: str | None = None
    missing: bool = False
    """The marketplace no longer knows this request; it is kept here all the same."""
    raw: str = field(default="", repr=False, compare=False)
    """The JSON as received, for the fields that this version does not know; empty when read for a screen."""

    def open_slots(self, now: datetime) -> tuple[Slot, ...]:
        """Return the times that can still be taken, earliest first; none unless the request is open."""
        if self.status is not CallStatus.OPEN or self.missing:
            return ()
        return tuple(sorted((slot for slot in self.slots if slot.is_open(now)), key=lambda slot: slot.starts_at))

    def slot(self, slot_id: str) -> Slot | None:
        """Find an offered time by its id."""
        return next((slot for slot in self.slots if slot.id == slot_id), None)

    @property
    def accepted_slot(self) -> Slot | None:
        """The time that was accepted and confirmed, if any."""
        return self.slot(self.accepted_slot_id) if self.accepted_slot_id else None

    def line_opens_at(self) -> datetime | None:
        """Return when the writer can dial: 5 minutes before the accepted start (M7); None if nothing is accepted."""
        slot = self.accepted_slot
        return slot.starts_at - LINE_OPENS_BEFORE if slot and self.line else None

    def line_is_open(self, now: datetime) -> bool:
        """Tell whether the writer can dial now: from 5 minutes before the start until the end."""
        slot, opens_at = self.accepted_slot, self.line_opens_at()
        return slot is not None and opens_at is not None and opens_at <= now < slot.ends_at


class Refusal(StrEnum):
    """Why a move is not possible, before the marketplace is even asked."""

    SLOT_PASSED = "slot_passed"
    SLOT_GONE = "slot_gone"
    NOT_OPEN = "not_open"
    ALREADY_WAITING = "already_waiting"
    TOO_LONG = "too_long"
    NOT_READY = "not_ready"


def refuse_accept(call: CallRequest, slot_id: str, now: datetime) -> Refusal | None:
    """Return why this time cannot be accepted, or None if it can."""
    if call.status is not CallStatus.OPEN or call.missing:
        return Refusal.NOT_OPEN
    slot = call.slot(slot_id)
    if slot is None or slot.state is not SlotState.OFFERED:
        return Refusal.SLOT_GONE
    return Refusal.SLOT_PASSED if slot.starts_at <= now else None


def refuse_decline(call: CallRequest) -> Refusal | None:
    """Return why this request cannot be declined, or None if it can."""
    return None if call.status is CallStatus.OPEN and not call.missing else Refusal.NOT_OPEN


def refuse_report(call: CallRequest) -> Refusal | None:
    """Return why nobody's absence can be reported for this call, or None if it can."""
    return None if call.status is CallStatus.ACCEPTED and not call.missing else Refusal.NOT_OPEN
