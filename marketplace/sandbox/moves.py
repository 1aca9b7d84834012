"""The conflict rules (A7): what each command does to a call in each state. Pure: a call goes in, a call comes out.

A call is the contract's CallRequest as a dict. A move returns the same object when nothing changes, and raises
``Refusal`` when the state forbids it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from marketplace.sandbox.instants import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

Call = dict[str, Any]

GRACE: Final = timedelta(minutes=5)
"""How long after its start a call may still be late before nobody counts as joining (M11)."""

ACCEPTED_STATES: Final = ("accepted", "held", "no_show")

_REFUSALS: Final = {
    "declined": ("already-declined", "This invitation was declined before."),
    "withdrawn": ("call-withdrawn", "The customer has withdrawn this invitation."),
    "expired": ("call-expired", "The time for an answer has passed."),
    "taken": ("slot-taken", "The customer has agreed on a call with another writer."),
}


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """The call's state forbids the move. ``retry_at`` is set when waiting helps."""

    def __init__(self, code: str, detail: str, retry_at: datetime | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_at = retry_at


def due_at(call: Call) -> datetime | None:
    """Return when time itself changes this call: the answer is due, or the accepted time ends."""
    if call["status"] == "accepted":
        return from_text(_slot(call, call["accepted_slot_id"])["ends_at"])
    if call["status"] != "open":
        return None
    starts = [from_text(slot["starts_at"]) for slot in call["slots"] if slot["state"] == "offered"]
    limits = [max(starts)] if starts else []
    if call["deadline_at"]:
        limits.append(from_text(call["deadline_at"]))
    return min(limits, default=None)


def let_time_pass(call: Call, now: datetime) -> Call:
    """Return the call as it stands at ``now``: unanswered ones expire, accepted ones are held."""
    due = due_at(call)
    if due is None or due > now:
        return call
    if call["status"] == "accepted":
        return call | {"status": "held"}
    deadline = call["deadline_at"]
    by_deadline = deadline is not None and from_text(deadline) <= now
    reason = "Nobody answered before the deadline." if by_deadline else "All the times that were offered have passed."
    return close(call, "expired", due, reason)


def close(call: Call, status: str, at: datetime, reason: str) -> Call:
    """End a call as withdrawn, expired or taken; its line goes with it."""
    return call | {"status": status, "line": None, "closed": {"at": to_text(at), "reason": reason}}


def set_slot_state(call: Call, slot_id: str, state: str) -> Call:
    """Mark one offered time."""
    return call | {"slots": [slot | {"state": state} if slot["id"] == slot_id else slot for slot in call["slots"]]}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The offered time that a writer takes, and when it was when the writer read it (aware)."""

    slot_id: str
    starts_at: datetime


def accept(call: Call, wanted: Wanted, now: datetime, make_line: Callable[[], dict[str, str]]) -> Call:
    """Take an offered time. The second accept of the same time is the same accept, whatever its key (A4).

    A time that was moved after the writer read it is gone: nobody is to agree on a time that they never saw.
    """
    if call["status"] in ACCEPTED_STATES:
        if call["accepted_slot_id"] == wanted.slot_id:
            return call
        raise Refusal("already-accepted-other-slot", "Another of the offered times is accepted already.")
    if call["status"] != "open":
        raise Refusal(*_REFUSALS[call["status"]])
    slot = next((slot for slot in call["slots"] if slot["id"] == wanted.slot_id), None)
    if slot is not None and slot["state"] == "taken":
        raise Refusal("slot-taken", "Another writer was faster with this time.")
    if slot is None or slot["state"] == "withdrawn":
        raise Refusal("slot-gone", f"{call['customer']['first_name']} no longer has this time free.")
    if from_text(slot["starts_at"]) != wanted.starts_at:
        raise Refusal("slot-gone", f"{call['customer']['first_name']} has moved this time.")
    if wanted.starts_at <= now:
        raise Refusal("slot-gone", "This time has already begun.")
    return call | {"status": "accepted", "accepted_slot_id": wanted.slot_id, "line": make_line()}


def decline(call: Call, message: str, reason: str | None, now: datetime) -> Call:
    """Say no. A call that is over, or declined, stays as it is: the message then was not delivered."""
    if call["status"] in ACCEPTED_STATES:
        raise Refusal("already-accepted-other-slot", "A time of this call is accepted; declining does not cancel it.")
    if call["status"] != "open":
        return call
    return call | {
        "status": "declined",
        "decline": {"message": message, "reason": reason, "declined_at": to_text(now)},
    }


def report_no_show(call: Call, party: str, waited_minutes: int, now: datetime) -> Call:
    """Report that nobody joined; possible from the grace after the start on, and the first report stands."""
    if call["status"] == "no_show":
        return call
    if call["status"] not in ACCEPTED_STATES:
        raise Refusal(*_REFUSALS.get(call["status"], ("not-allowed", "No time of this call was accepted.")))
    earliest = from_text(_slot(call, call["accepted_slot_id"])["starts_at"]) + GRACE
    if now < earliest:
        raise Refusal("too-early", "The customer may still join: wait for at least 5 minutes.", retry_at=earliest)
    report = {"party": party, "waited_minutes": waited_minutes, "reported_at": to_text(now)}
    return call | {"status": "no_show", "no_show": report}


def _slot(call: Call, slot_id: str) -> dict[str, Any]:
    return next(slot for slot in call["slots"] if slot["id"] == slot_id)
