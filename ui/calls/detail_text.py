"""What the detail of a call says: every word of it as a value. Pure; the pane only shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.domain.calls import CallRequest, CallStatus, Line, Slot
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState, ReportNoShow
from sync.domain.projection import Section, ShownCall
from ui.answer_words import UNCONFIRMED
from ui.icons import IconName
from ui.refused_words import refused_sentence
from ui.sentences import quoted
from ui.style import Tone
from ui.wording import Wording, count_of

UNRECORDED: Final = "This call is not recorded, and no recording can be had: your notes are the record."


class Step(StrEnum):
    """What the button of a notice does."""

    TAKE_BACK = "take_back"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Notice:
    """A state that needs a sentence; ``step`` is its button, about the outbox item ``key``."""

    icon: IconName
    tone: Tone
    title: str
    text: str
    step: Step | None = None
    key: str = ""
    tinted: bool = True
    """Whether the writer has to look at it; what is over stays calm."""


@dataclass(frozen=True, slots=True)
class DetailText:
    """Everything of one call; ``when`` and ``zone`` share a line where there is room for both."""

    call_id: str
    company: str
    customer_id: str
    who: str
    when_icon: IconName
    when: str
    zone: str
    after: str
    notices: tuple[Notice, ...]
    line: Line | None
    letter_heading: str
    letter: str
    own_heading: str
    own_words: str
    follow_up_of: str | None
    unrecorded: bool
    can_answer: bool


def detail_text(shown: ShownCall, wording: Wording) -> DetailText:
    """Return the words of a call as of now; the zone's name loads Babel the first time (70 ms)."""
    call, now = shown.call, wording.now()
    section = shown.section(now)
    when_icon, when, zone, after = _time_line(shown, section, wording)
    declined = shown.pending.intent if shown.pending else None
    own = declined.message if isinstance(declined, Decline) else call.decline_message
    return DetailText(
        call_id=call.id,
        company=call.customer.company,
        customer_id=call.customer.id,
        who=f"{call.customer.person}  ·  {call.subject}",
        when_icon=when_icon,
        when=when,
        zone=zone,
        after=after,
        notices=tuple(_notices(shown, section, wording)),
        line=shown.line if section is Section.UPCOMING else None,
        letter_heading=f"{call.customer.first_name} wrote {wording.when(call.created_at)}",
        letter=call.message,
        own_heading="Your message" if declined else "You wrote",
        own_words=own or "",
        follow_up_of=call.follow_up_of,
        unrecorded=call.status in {CallStatus.ACCEPTED, CallStatus.HELD},
        can_answer=section is Section.NEEDS_ANSWER or _can_answer_otherwise(shown, wording),
    )


def _can_answer_otherwise(shown: ShownCall, wording: Wording) -> bool:
    """Tell whether an answer that waits here can be replaced by another one."""
    unsent = shown.pending is not None and shown.pending.can_be_taken_back
    return unsent and bool(shown.call.open_slots(wording.now()))


def _time_line(shown: ShownCall, section: Section, wording: Wording) -> tuple[IconName, str, str, str]:
    """Return icon, time, zone, and what the line does."""
    call, now = shown.call, wording.now()
    if section is Section.NEEDS_ANSWER:
        first, *more = call.open_slots(now)
        number = count_of(len(more) + 1, "time")
        words = f"{number} offered, {'first ' if more else ''}{wording.slot(first.starts_at)}"
        return "calendar", words, wording.zone_words(first.starts_at), ""
    slot = shown.pending_slot or call.accepted_slot
    if slot is None:
        return "calendar", "", "", ""
    opens_at = call.line_opens_at() if section is Section.UPCOMING else None
    after = ""
    if opens_at is not None:
        is_open = call.line_is_open(now)
        after = f"Line open since {wording.clock(opens_at)}" if is_open else f"Line opens at {wording.clock(opens_at)}"
    return "clock", _day_and_span(slot, wording), wording.zone_words(slot.starts_at), after


def _day_and_span(slot: Slot, wording: Wording) -> str:
    today = wording.local(slot.starts_at).date() == wording.local(wording.now()).date()
    return f"{'Today' if today else wording.day(slot.starts_at)}, {wording.span(slot.starts_at, slot.ends_at)}"


def _notices(shown: ShownCall, section: Section, wording: Wording) -> list[Notice]:
    notices = []
    if shown.refused is not None:
        notices.append(_refused(shown.refused, shown.call, wording))
    if shown.pending is not None:
        notices.append(_pending(shown.pending))
    elif section is Section.EARLIER or shown.call.missing:
        notices.append(_closed(shown.call, wording))
    if shown.report is not None:
        notices.append(_report(shown.report, shown.call, wording))
    return notices


def _refused(item: OutboxItem, call: CallRequest, wording: Wording) -> Notice:
    sentence = refused_sentence(item, call, wording)
    return Notice("warning", "bad", sentence.title, sentence.paragraph(), Step.DISMISS, item.key)


def _report(item: OutboxItem, call: CallRequest, wording: Wording) -> Notice:
    """Say what became of the report that nobody joined."""
    if item.state is OutboxState.REJECTED:
        return _refused(item, call, wording)
    waited = count_of(item.intent.waited_minutes, "minute") if isinstance(item.intent, ReportNoShow) else ""
    text = f"You waited {waited}. Support gets your report as soon as the marketplace takes it."
    if item.state is not OutboxState.QUEUED:
        return Notice("sync", "text2", "Sending your report that nobody joined…", text)
    if not item.can_be_taken_back:
        return Notice("clock", "warn", "Your report is not confirmed yet", text)
    return Notice("clock", "warn", "Your report is not sent yet", text, Step.TAKE_BACK, item.key)


def _pending(item: OutboxItem) -> Notice:
    accepts = isinstance(item.intent, Accept)
    if item.state is not OutboxState.QUEUED:
        text = "The time is not yours until the marketplace confirms." if accepts else "Your answer is on its way."
        return Notice("sync", "text2", "Sending…", text)
    if not item.can_be_taken_back:
        return Notice("clock", "warn", "Not confirmed yet", UNCONFIRMED)
    later = f"Will be {'accepted' if accepts else 'declined'} when you are online."
    text = f"{later} The time is not yours until then." if accepts else later
    return Notice("clock", "warn", "Not sent yet", text, Step.TAKE_BACK, item.key)


def _closed(call: CallRequest, wording: Wording) -> Notice:
    who = call.customer.first_name
    if call.missing:
        sentence = wording.problem("unknown-call-request", who=who)
        return Notice("info", "text2", sentence.title, sentence.paragraph())
    again = f"{who} can send you a new invitation; it appears under Call Requests."
    icon, tone, title, text = {
        CallStatus.OPEN: ("clock", "text2", "No time left", f"All offered times have passed. {again}"),
        CallStatus.ACCEPTED: ("clock", "text2", "Over", "The time of this call has passed."),
        CallStatus.DECLINED: ("check", "text2", "Declined", f"You declined this invitation. {again}"),
        CallStatus.WITHDRAWN: ("cross", "bad", "Withdrawn", f"{who} has taken the invitation back. {again}"),
        CallStatus.EXPIRED: ("clock", "text2", "Expired", f"The last day to answer has passed. {again}"),
        CallStatus.TAKEN: ("person", "text2", "Taken", f"Another writer has this call. {again}"),
        CallStatus.HELD: ("check", "text2", "Held", f"You talked with {who}."),
        CallStatus.NO_SHOW: ("person", "bad", "Nobody joined", "You waited on the line, and support knows."),
        CallStatus.UNKNOWN: ("info", "text2", "See the marketplace", "This version does not know what became of it."),
    }[call.status]
    # The customer's words or the marketplace's: nobody says whose.
    reason = quoted(call.closed_reason or "", "The reason given")
    return Notice(icon, tone, title, f"{text} {reason}".rstrip(), tinted=False)  # type: ignore[arg-type]
