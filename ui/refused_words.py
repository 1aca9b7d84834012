"""Why an action was refused and what can be done now: the conflict table A7 in words, by kind; knows no Qt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sync.domain.calls import CallRequest, CallStatus, Slot, SlotState, refuse_accept, refuse_decline, refuse_report
from sync.domain.intents import Accept, Decline, Intent, OutboxItem, ReportNoShow, SaveNote, SetProfile
from ui.sentences import Sentence, problem_sentence, quoted
from ui.wording import Wording, count_of

if TYPE_CHECKING:
    from sync.domain.texts import ShownField

LOST: Final = "lost-by-marketplace"
NOT_DELIVERED: Final = "Your message was not delivered"

_KEPT_HERE: Final = "The text stays on this computer. Copy it or save it as a file if you need it elsewhere."
_NO_CALL: Final = "If you waited on a line, copy this report and write to the marketplace's support."
_AGAIN: Final = "Put this away. If {who} invites you again, it appears under Call Requests."
_NOTHING_TO_DECLINE: Final = "Your message was not needed and not sent. Put this away."

_THINGS: Final[dict[type[Intent], str]] = {
    Accept: "the invitation",
    Decline: "the invitation",
    ReportNoShow: "the call",
    SaveNote: "the note",
    SetProfile: "your Public Info",
}

_TABLE: Final[dict[tuple[type[Intent], str], tuple[str, str]]] = {
    (Accept, "already-declined"): (
        "This invitation was declined before, perhaps by you on another computer.",
        "It stays declined: nothing is undone by itself. If you want the call, {who} has to invite you anew.",
    ),
    (Accept, "unknown-call-request"): (
        "The marketplace does not know this invitation any more, so the time is not yours.",
        _AGAIN,
    ),
    (Decline, "already-declined"): (
        "This invitation was declined before, perhaps by you on another computer, and that message stands.",
        "Copy your text if you still need it. {who} can send you a new invitation.",
    ),
    (Decline, "call-withdrawn"): (
        "{who} has taken the invitation back, so nothing is left to decline.",
        _NOTHING_TO_DECLINE,
    ),
    (Decline, "call-expired"): (
        "The last moment to answer has passed, so nothing is left to decline.",
        _NOTHING_TO_DECLINE,
    ),
    (Decline, "slot-taken"): (
        "The call was given to another writer, so nothing is left to decline.",
        _NOTHING_TO_DECLINE,
    ),
    (Decline, "unknown-call-request"): (
        "The marketplace does not know this invitation any more, so nothing is left to decline.",
        "Copy your text if you still need it.",
    ),
    (ReportNoShow, "call-withdrawn"): ("{who} has taken the call back, so there is nothing to report.", _NO_CALL),
    (ReportNoShow, "call-expired"): ("No time of this call was accepted, so there is nothing to report.", _NO_CALL),
    (ReportNoShow, "already-declined"): ("This call was declined, so there is nothing to report.", _NO_CALL),
    (ReportNoShow, "slot-taken"): ("The call was given to another writer, so there is nothing to report.", _NO_CALL),
    (ReportNoShow, "not-allowed"): ("No time of this call was accepted, so there is nothing to report.", _NO_CALL),
    (ReportNoShow, "unknown-call-request"): ("The marketplace does not know this call any more.", _NO_CALL),
    (SaveNote, "unknown-call-request"): (
        "The marketplace does not know this call any more, so it keeps no note about it.",
        _KEPT_HERE,
    ),
    (SaveNote, "unknown-note"): ("The marketplace does not know this note any more.", _KEPT_HERE),
    (SaveNote, "http-410"): ("The marketplace does not keep notes about this call any more.", _KEPT_HERE),
    (SaveNote, "not-allowed"): ("Your account may not keep a note there.", _KEPT_HERE),
    (SaveNote, "too-large"): ("The marketplace takes only shorter notes.", _KEPT_HERE),
    (SaveNote, "revision-mismatch"): (
        "The note was changed somewhere else at the same time, and the two could not be joined yet.",
        "Both texts are kept. “Retry” joins them again.",
    ),
    (SetProfile, "not-allowed"): (
        "Your account may not change this.",
        "Look at your Public Info on the marketplace, or write to its support.",
    ),
    (SetProfile, "too-large"): ("The marketplace takes only a shorter text.", "Shorten it and save it again."),
    (SetProfile, "validation"): ("The marketplace does not take it as it is.", "Change it and save it again."),
}
"""(kind, problem code) -> what happened, what can be done. What is not here is the same for every kind."""

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
    if isinstance(item.intent, Decline) and item.problem_code == "already-declined":
        return NOT_DELIVERED
    return _COULD_NOT[type(item.intent)]


def refused_sentence(
    item: OutboxItem, call: CallRequest | None, wording: Wording, *, field: ShownField | None = None
) -> Sentence:
    """Return why an action was refused and what can be done with its call (or ``field``) as it is now."""
    who = call.customer.first_name if call else ""
    code, kind = item.problem_code or "", type(item.intent)
    found = problem_sentence(code, item.problem_detail or "", who=who, thing=_THINGS[kind])
    told = _TABLE.get((kind, code))
    if told is not None:
        name = who or "the customer"
        text, following = (part.replace("{who}", name) for part in told)
        found = replace(found, text=_capital(text), next=_capital(following))
    for better in (_overtaken, _late, _closed_for_all, _changed_elsewhere, _lost, _moved, _way_on):
        found = better(found, _Facts(item, call, wording, field))
    return replace(found, title=refused_title(item, wording))


class _Facts:
    """What is known about one refused action."""

    def __init__(self, item: OutboxItem, call: CallRequest | None, wording: Wording, field: ShownField | None) -> None:
        self.item, self.call, self.wording, self.field = item, call, wording, field
        self.code = item.problem_code or ""
        self.accept = item.intent if isinstance(item.intent, Accept) else None


def _overtaken(found: Sentence, facts: _Facts) -> Sentence:
    """Name both times: the one that stands, and the one that was asked for."""
    slot = facts.call.accepted_slot if facts.call else None
    if facts.code != "already-accepted-other-slot":
        return found
    stands = f"for {facts.wording.slot(slot.starts_at)} " if slot else ""
    text = f"This call was accepted {stands}before, perhaps by you on another computer. That answer stands"
    if isinstance(facts.item.intent, Decline):
        text += ": declining does not cancel it, and your message was not sent."
        way_on = "Keep the call under Upcoming, or write to the marketplace's support if you cannot take it."
        return replace(found, text=text, next=way_on)
    if facts.accept is not None and slot is not None:
        text += f"; {facts.wording.slot(facts.accept.starts_at)} is not yours"
    return replace(found, text=f"{text}.", next="The call and its time are under Upcoming.")


def _late(found: Sentence, facts: _Facts) -> Sentence:
    """Name both times: the last moment, and when the writer answered."""
    deadline = facts.call.deadline_at if facts.call else None
    if facts.code != "call-expired" or facts.accept is None or deadline is None:
        return found
    when = facts.wording.when
    text = f"The last moment to answer was {when(deadline)} by the marketplace's clock. "
    text += f"You accepted {when(facts.item.created_at)}, and it arrived after that."
    return replace(found, text=text)


def _closed_for_all(found: Sentence, facts: _Facts) -> Sentence:
    """Tell a call that went to another writer from one time that did."""
    if facts.accept is None or facts.call is None or facts.call.status is not CallStatus.TAKEN:
        return found
    who = facts.call.customer.first_name
    way_on = f"Your notes stay here. If {who} invites you again, it appears under Call Requests."
    return replace(found, text=f"{who} has agreed on a call with another writer.", next=way_on)


def _changed_elsewhere(found: Sentence, facts: _Facts) -> Sentence:
    """Name the value that stands, and offer the writer's own."""
    if facts.code != "setting-changed":
        return found
    value = facts.field.value if facts.field is not None else ""
    found_there = {True: "Customers can find you now.", False: "Customers cannot find you now."}
    now = found_there[value] if isinstance(value, bool) else quoted(value, "It says now")
    text = f"This was changed somewhere else after you last saw it, and that stands. {now}".rstrip()
    return replace(found, text=text, next="“Use mine” asks for yours again.")


def _lost(found: Sentence, facts: _Facts) -> Sentence:
    """Say what the writer can do about an action that a restored marketplace has lost (A10)."""
    if facts.code != LOST:
        return found
    text = "It was confirmed, but then the marketplace was set back to an earlier copy, which does not have it."
    if can_ask_again(facts.item.intent, facts.call, facts.wording.now()):
        way_on = "“Send again” sends it once more."
        if facts.accept is not None:
            way_on += " The time is not yours until that is confirmed."
        return replace(found, text=text, next=way_on)
    way_on = "It cannot be asked for again. Write to the marketplace's support if it matters."
    return replace(found, text=text, next=way_on)


def _moved(found: Sentence, facts: _Facts) -> Sentence:
    """Tell that the time that was accepted is at another hour now."""
    slot = facts.call.slot(facts.accept.slot_id) if facts.call and facts.accept else None
    if facts.call is None or facts.accept is None or slot is None or slot.state is not SlotState.OFFERED:
        return found
    was = facts.accept.starts_at
    return replace(found, text=moved_text(was, slot, facts.call, facts.wording)) if slot.starts_at != was else found


_ABOUT_A_TIME: Final = frozenset({"slot-taken", "slot-gone", "slot-passed"})


def _way_on(found: Sentence, facts: _Facts) -> Sentence:
    """Name the times that are still open, for they are what the writer can do next."""
    call, accept, wording = facts.call, facts.accept, facts.wording
    if call is None or accept is None or facts.code not in _ABOUT_A_TIME or call.status is CallStatus.TAKEN:
        return found
    tried = (accept.slot_id, accept.starts_at)
    left = [slot for slot in call.open_slots(wording.now()) if (slot.id, slot.starts_at) != tried]
    if not left:
        again = f"If {call.customer.first_name} invites you again, it appears under Call Requests."
        return replace(found, next=f"No other time is open. {again}")
    first = wording.slot(left[0].starts_at)
    if len(left) == 1:
        return replace(found, next=f"One other time is still open: {first}.")
    return replace(found, next=f"{count_of(len(left), 'other time')} are still open, first {first}.")


def moved_text(was: datetime, slot: Slot, call: CallRequest, wording: Wording) -> str:
    """Return where a customer has moved a time: the same offer at another hour."""
    what = f"{wording.slot(was)} to {wording.slot(slot.starts_at)}"
    return f"{call.customer.first_name} has moved this time, from {what}."


def can_ask_again(intent: Intent, call: CallRequest | None, now: datetime) -> bool:
    """Tell whether the same wish can be sent anew with the call (None: it is not here) as it is at ``now`` (UTC)."""
    match intent:
        case SaveNote() | SetProfile():
            return True
        case Accept(slot_id=slot_id):
            return call is not None and refuse_accept(call, slot_id, now) is None
        case Decline():
            return call is not None and refuse_decline(call) is None
        case ReportNoShow():
            return call is not None and refuse_report(call) is None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
