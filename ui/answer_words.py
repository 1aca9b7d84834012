"""What became of the writer's answer, in words: on its way, waiting, confirmed, refused or overtaken; knows no Qt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sync.domain.calls import CallRequest, CallStatus, Slot, SlotState
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState, ReportNoShow, SaveNote, SetProfile
from sync.domain.projection import ShownCall
from ui.sentences import Sentence, offline_codes, problem_sentence, quoted
from ui.wording import Wording, count_of


class Phase(StrEnum):
    """Where an answer stands, as the dialogs show it."""

    OPEN = "open"
    SENDING = "sending"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    CLOSED = "closed"


def phase_of(shown: ShownCall, trouble: str | None) -> Phase:
    """Return where the answer to a call stands; ``trouble`` is the problem code of the last round, if any."""
    if shown.pending is not None:
        waits = trouble is not None or shown.pending.problem_code is not None
        return Phase.WAITING if waits and shown.pending.state is OutboxState.QUEUED else Phase.SENDING
    if shown.call.status is CallStatus.ACCEPTED:
        return Phase.ACCEPTED
    return Phase.OPEN if shown.call.status is CallStatus.OPEN and not shown.call.missing else Phase.CLOSED


UNCONFIRMED: Final = (
    "It was sent, and the marketplace has not confirmed it yet. It is sent again by itself and counts only once."
)


def pending_sentence(item: OutboxItem, call: CallRequest | None, trouble: str | None, wording: Wording) -> Sentence:
    """Return what happens to an answer that is not confirmed yet."""
    accept = isinstance(item.intent, Accept)
    who = call.customer.first_name if call else "The customer"
    state = "The time is not yours until then." if accept else f"{who} gets your message then."
    if item.state is not OutboxState.QUEUED or not (trouble or item.problem_code):
        soon = "The time is yours as soon as the marketplace confirms." if accept else f"{who} gets your message."
        return Sentence("Sending…", soon, "")
    offline = trouble in offline_codes()
    title = f"Will be {'accepted' if accept else 'declined'} when "
    title += "you are online" if offline else "the marketplace takes it"
    if not item.can_be_taken_back:
        title, state = "Not confirmed yet", UNCONFIRMED
    if offline:
        return Sentence(title, state, "")
    problem = problem_sentence(trouble or item.problem_code or "", item.problem_detail or "", who=who)
    again = f"Tries again by itself at {wording.clock(item.not_before)}." if item.not_before else problem.next
    return Sentence(title, f"{state} {problem.title}: {_lowered(problem.text)}", again, problem.quote)


def refused_sentence(item: OutboxItem, call: CallRequest | None, wording: Wording) -> Sentence:
    """Return why an answer was refused and what can be done with the call as it is now."""
    who = call.customer.first_name if call else ""
    found = problem_sentence(item.problem_code or "", item.problem_detail or "", who=who)
    text = _moved(item, call, wording) or found.text
    return Sentence(refused_title(item, wording), text, _way_on(found, item, call, wording), found.quote)


_COULD_NOT: Final = {
    Decline: "Could not decline",
    ReportNoShow: "Could not report that nobody joined",
    SaveNote: "Could not save the note at the marketplace",
    SetProfile: "Could not change your Public Info",
}


def refused_title(item: OutboxItem, wording: Wording) -> str:
    """Return "Could not accept Wed 25 Nov, 9:30 AM" or "Could not decline"."""
    if isinstance(item.intent, Accept):
        return f"Could not accept {wording.slot(item.intent.starts_at)}"
    return _COULD_NOT[type(item.intent)]


def moved_text(was: datetime, slot: Slot, call: CallRequest, wording: Wording) -> str:
    """Return where a customer has moved a time: the same offer at another hour."""
    what = f"{wording.slot(was)} to {wording.slot(slot.starts_at)}"
    return f"{call.customer.first_name} has moved this time, from {what}."


def _moved(item: OutboxItem, call: CallRequest | None, wording: Wording) -> str:
    """Tell that the time that was accepted is at another hour now, "" if it is not."""
    slot = call.slot(item.intent.slot_id) if call and isinstance(item.intent, Accept) else None
    if call is None or slot is None or not isinstance(item.intent, Accept) or slot.state is not SlotState.OFFERED:
        return ""
    was = item.intent.starts_at
    return moved_text(was, slot, call, wording) if slot.starts_at != was else ""


def closed_sentence(call: CallRequest) -> Sentence:
    """Return why a call cannot be answered any more."""
    who = call.customer.first_name
    again = f"If {who} invites you again, it appears under Call Requests."
    titles = {
        CallStatus.DECLINED: ("You declined this invitation", f"{who} can send you a new one."),
        CallStatus.WITHDRAWN: (f"{who} has taken the invitation back", again),
        CallStatus.EXPIRED: ("The last day to answer has passed", again),
        CallStatus.TAKEN: ("The call was given to somebody else", again),
        CallStatus.HELD: ("This call has taken place", ""),
        CallStatus.NO_SHOW: ("You reported that nobody joined", ""),
    }
    if call.missing:
        title, way_on = "The marketplace does not know this invitation any more", again
    else:
        title, way_on = titles.get(call.status, ("This invitation cannot be answered any more", again))
    return Sentence(title, way_on, "", quoted(call.closed_reason or "", "The reason given"))


_ABOUT_A_TIME = frozenset({"slot-taken", "slot-gone", "slot-passed"})


def _way_on(found: Sentence, item: OutboxItem, call: CallRequest | None, wording: Wording) -> str:
    """Name the times that are still open, for they are what the writer can do next."""
    if call is None or not isinstance(item.intent, Accept) or item.problem_code not in _ABOUT_A_TIME:
        return found.next
    tried = (item.intent.slot_id, item.intent.starts_at)
    left = [slot for slot in call.open_slots(wording.now()) if (slot.id, slot.starts_at) != tried]
    if not left:
        return (
            f"No other time is open. If {call.customer.first_name} invites you again, it appears under Call Requests."
        )
    if len(left) == 1:
        return f"One other time is still open: {wording.slot(left[0].starts_at)}."
    return f"{count_of(len(left), 'other time')} are still open, first {wording.slot(left[0].starts_at)}."


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
