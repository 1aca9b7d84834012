"""What became of the writer's answer, in words: on its way, waiting, confirmed, refused or overtaken; knows no Qt."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sync.domain.calls import CallRequest, CallStatus
from sync.domain.intents import Accept, OutboxItem, OutboxState
from sync.domain.projection import ShownCall
from ui.sentences import Sentence, offline_codes, problem_sentence, quoted
from ui.wording import Wording


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


def can_answer(shown: ShownCall, phase: Phase) -> bool:
    """Tell whether an answer can be given now: none was given yet, or one that waits here and never left."""
    if phase is Phase.OPEN:
        return True
    unsent = shown.pending is not None and shown.pending.can_be_taken_back
    return phase is Phase.WAITING and unsent and shown.call.status is CallStatus.OPEN and not shown.call.missing


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


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
