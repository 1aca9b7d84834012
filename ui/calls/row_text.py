"""What a row of the list says: every word, icon and tone of it, as a value. Pure; the delegate only draws it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from sync.domain.calls import CallRequest, CallStatus
from sync.domain.intents import Accept, OutboxState
from sync.domain.projection import Section, ShownCall
from sync.domain.times import is_at_night
from ui.style import Tone
from ui.wording import Wording, count_of

if TYPE_CHECKING:
    from ui.icons import IconName


class RowKind(StrEnum):
    """The kinds of rows; the kind alone decides the height."""

    SECTION = "section"
    REQUEST = "request"
    CALL = "call"


class Badge(NamedTuple):
    """A state: an icon, words and their tone; ``loud`` words are half bold."""

    words: str
    tone: Tone = "text2"
    icon: IconName | None = None
    loud: bool = False


class Tile(NamedTuple):
    """The date of an upcoming call."""

    weekday: str
    day: str
    today: bool


class RowText(NamedTuple):
    """A row: ``first`` in half bold with ``beside``, then a second line, for requests a third one with its badge."""

    kind: RowKind
    first: str
    beside: str = ""
    second: str = ""
    third: Badge | None = None
    badge: Badge | None = None
    tile: Tile | None = None
    company: str = ""
    customer_id: str = ""

    @property
    def spoken(self) -> str:
        """The whole row for screen readers."""
        parts = [f"{self.first}, {self.beside}" if self.beside else self.first, self.second]
        parts += [badge.words for badge in (self.third, self.badge) if badge is not None]
        return ". ".join(part for part in parts if part)


_TITLES: Final = {
    Section.NEEDS_ANSWER: "Needs your answer",
    Section.WAITING: "Waiting to be sent",
    Section.UPCOMING: "Upcoming",
    Section.EARLIER: "Earlier",
}

_CLOSED: Final[dict[CallStatus, Badge]] = {
    CallStatus.OPEN: Badge("No time left", "text3", "clock"),
    CallStatus.ACCEPTED: Badge("Over", "text3", "clock"),
    CallStatus.DECLINED: Badge("Declined", "text2", "check"),
    CallStatus.WITHDRAWN: Badge("Withdrawn", "bad", "cross", loud=True),
    CallStatus.EXPIRED: Badge("Expired", "text3", "clock"),
    CallStatus.TAKEN: Badge("Taken", "text2", "person"),
    CallStatus.HELD: Badge("Held", "text2", "check"),
    CallStatus.NO_SHOW: Badge("Nobody joined", "bad", "person", loud=True),
    CallStatus.UNKNOWN: Badge("See the marketplace", "text2", "info"),
}
_MISSING: Final = Badge("Not on the marketplace", "text3", "info")


def closed_badge(call: CallRequest) -> Badge:
    """Return the state of a call that is neither open nor to come."""
    return _MISSING if call.missing else _CLOSED[call.status]


def section_text(section: Section, count: int) -> RowText:
    """Return the heading of a section."""
    return RowText(RowKind.SECTION, _TITLES[section], beside=f"{count:,}")


def row_text(shown: ShownCall, section: Section, wording: Wording, *, is_next: bool = False) -> RowText:
    """Return the words of a call's row as of now; ``is_next`` marks the first of the upcoming ones."""
    match section:
        case Section.NEEDS_ANSWER:
            return _request(shown, wording)
        case Section.WAITING:
            return _waiting(shown, wording)
        case Section.UPCOMING:
            return _upcoming(shown, wording, is_next=is_next)
        case Section.EARLIER:
            return _earlier(shown, wording)


def _named(kind: RowKind, shown: ShownCall, second: str, third: Badge | None, badge: Badge | None) -> RowText:
    customer = shown.call.customer
    return RowText(
        kind, customer.company, customer.person, second, third, badge, company=customer.company, customer_id=customer.id
    )


def _request(shown: ShownCall, wording: Wording) -> RowText:
    return _named(RowKind.REQUEST, shown, shown.call.subject, _times(shown, wording), None)


def _times(shown: ShownCall, wording: Wording) -> Badge:
    """Return the third line of a request: what was refused, else the times that are open."""
    slots = shown.call.open_slots(wording.now())
    if shown.refused is not None:
        did = "accept" if isinstance(shown.refused.intent, Accept) else "decline"
        return Badge(f"Could not {did}, {count_of(len(slots), 'time')} open", "bad", "warning")
    # After a word the first time alone: with their number as well, the row would cut the time.
    if slots and is_at_night(wording.local(slots[0].starts_at)):
        return Badge(f"At night: {wording.slot(slots[0].starts_at)}", "warn", "moon")
    if slots and shown.call.follow_up_of is not None:
        return Badge(f"Follow-up: {wording.slot(slots[0].starts_at)}", icon="reply")
    return Badge(wording.times_offered(slots))


def _waiting(shown: ShownCall, wording: Wording) -> RowText:
    item = shown.pending
    intent = item.intent if item else None
    doing = f"You accept {wording.slot(intent.starts_at)}" if isinstance(intent, Accept) else "You decline"
    if item is None or item.state is not OutboxState.QUEUED:
        return _named(RowKind.CALL, shown, doing, None, Badge("Sending…", "text2", "sync"))
    words = "Not sent yet" if item.can_be_taken_back else "Not confirmed"
    return _named(RowKind.CALL, shown, doing, None, Badge(words, "warn", "clock", loud=True))


def _upcoming(shown: ShownCall, wording: Wording, *, is_next: bool) -> RowText:
    call, slot = shown.call, shown.call.accepted_slot
    if slot is None:
        return _earlier(shown, wording)
    local = wording.local(slot.starts_at)
    if call.line_is_open(wording.now()):
        badge = Badge("Line open", "ok", "phone", loud=True)
    elif is_at_night(local):
        badge = Badge(f"{wording.countdown(slot.starts_at)}, at night", "warn", "moon", loud=is_next)
    elif is_next:
        badge = Badge(wording.countdown(slot.starts_at), "accent_text", loud=True)
    else:
        badge = Badge(wording.countdown(slot.starts_at))
    today = local.date() == wording.local(wording.now()).date()
    return RowText(
        RowKind.CALL,
        first=wording.clock(slot.starts_at),
        beside=call.customer.company,
        second=f"{call.customer.person}, {call.subject}",
        badge=badge,
        tile=Tile(wording.formats.weekdays_short[local.weekday()], str(local.day), today),
        company=call.customer.company,
        customer_id=call.customer.id,
    )


def _earlier(shown: ShownCall, wording: Wording) -> RowText:
    call, slot = shown.call, shown.call.accepted_slot
    second = f"{wording.day(slot.starts_at)} · {call.subject}" if slot else call.subject
    return _named(RowKind.CALL, shown, second, None, _state_of_earlier(shown))


def _state_of_earlier(shown: ShownCall) -> Badge:
    report = shown.report
    if shown.refused is not None or (report is not None and report.state is OutboxState.REJECTED):
        return Badge("Needs attention", "bad", "warning", loud=True)
    if report is not None and report.state is not OutboxState.ACKED:
        return Badge("Report not sent" if report.can_be_taken_back else "Report not confirmed", "warn", "clock")
    return closed_badge(shown.call)
