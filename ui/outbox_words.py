"""What the outbox says about each action, and what can be done with it; knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sync.domain.calls import CallRequest, refuse_accept, refuse_decline
from sync.domain.intents import (
    Accept,
    Decline,
    Intent,
    OutboxItem,
    OutboxState,
    ReportNoShow,
    SaveNote,
    SetProfile,
    call_of,
)
from ui.answer_words import refused_sentence, refused_title
from ui.wording import Wording

if TYPE_CHECKING:
    from sync.desk import OutboxEntry


VERBS: Final = {
    Accept: "accepted",
    Decline: "declined",
    ReportNoShow: "reported",
    SaveNote: "wrote",
    SetProfile: "changed",
}
TITLES: Final = {Decline: "Decline", ReportNoShow: "Report that nobody joined:", SaveNote: "Note:"}
FIELDS: Final = {
    "findable": "whether customers find you",
    "display_name": "your name",
    "headline": "your headline",
    "about": "your text about yourself",
}


class Part(StrEnum):
    """The sections of the outbox, in the order of the page."""

    ATTENTION = "Needs attention"
    SENDING = "Sending"
    WAITING = "Waiting"


class Step(StrEnum):
    """What can be done with an action; the value is the label of its button."""

    VIEW_TIMES = "View Times"
    DECLINE = "Decline with a message"
    EDIT = "Edit"
    RETRY = "Retry"
    COPY = "Copy text"
    TAKE_BACK = "Take back"
    DISMISS = "Dismiss"


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One action in words. ``text`` tells why it was refused; ``state`` is for those that still go."""

    key: str
    call_id: str
    part: Part
    is_accept: bool
    title: str
    about: str
    state: str
    text: str
    steps: tuple[Step, ...]
    copy: str


def _own_text(intent: Intent) -> str:
    """What the writer wrote, which must not be lost with a refused action."""
    match intent:
        case Decline(message=text) | SaveNote(text=text) | SetProfile(value=str(text)):
            return text
        case _:
            return ""


def part_of(item: OutboxItem) -> Part:
    """Return the section of an action."""
    if item.state in {OutboxState.REJECTED, OutboxState.BLOCKED}:
        return Part.ATTENTION
    return Part.SENDING if item.state is OutboxState.INFLIGHT else Part.WAITING


def by_part(entries: Sequence[OutboxEntry]) -> dict[Part, list[OutboxEntry]]:
    """Sort the actions into the sections, oldest first in each."""
    sections: dict[Part, list[OutboxEntry]] = {part: [] for part in Part}
    for entry in entries:
        sections[part_of(entry.item)].append(entry)
    return sections


def outbox_line(entry: OutboxEntry, wording: Wording) -> OutboxLine:
    """Put one action into words."""
    item, call, part = entry.item, entry.call, part_of(entry.item)
    who = _who(item, call)
    when = wording.when(item.created_at)
    verb = VERBS[type(item.intent)]
    refused = part is Part.ATTENTION
    title = refused_title(item, wording) if refused else _title(item, call, wording)
    text = refused_sentence(item, call, wording).paragraph() if refused else ""
    about = f"{who}  ·  {f'you {verb} ' if refused else ''}{when}"
    return OutboxLine(
        key=item.key,
        call_id=call_of(item.intent) or "",
        part=part,
        is_accept=isinstance(item.intent, Accept),
        title=title,
        about=about,
        state="" if refused else _state(item, wording),
        text=text,
        steps=_refused_steps(item, call, wording) if refused else _waiting_steps(item),
        copy=_own_text(item.intent) or f"{title}\n{about}\n{text}".strip(),
    )


def _who(item: OutboxItem, call: CallRequest | None) -> str:
    if isinstance(item.intent, SetProfile):
        return "Public Info"
    return f"{call.customer.company}, {call.customer.person}" if call else "An invitation that is not here any more"


def _title(item: OutboxItem, call: CallRequest | None, wording: Wording) -> str:
    match item.intent:
        case Accept(starts_at=starts_at):
            return f"Accept {wording.slot(starts_at)}"
        case SetProfile(field=field):
            return f"Change {FIELDS.get(field, field)}"
        case _:
            title = TITLES[type(item.intent)]
            return f"{title} {call.subject}" if call else title.removesuffix(":")


def _state(item: OutboxItem, wording: Wording) -> str:
    if item.state is OutboxState.INFLIGHT:
        return "Sending now"
    if item.not_before is not None and item.not_before > wording.now():
        return f"Tries again {wording.countdown(item.not_before)}"
    return "Not sent yet" if item.can_be_taken_back else "Not confirmed yet"


def _waiting_steps(item: OutboxItem) -> tuple[Step, ...]:
    if not item.can_be_taken_back:
        return ()
    return (Step.EDIT, Step.TAKE_BACK) if isinstance(item.intent, Decline) else (Step.TAKE_BACK,)


def _refused_steps(item: OutboxItem, call: CallRequest | None, wording: Wording) -> tuple[Step, ...]:
    """Offer only what can work with the call as it is now."""
    steps: list[Step] = []
    if call is not None and isinstance(item.intent, Accept):
        if call.open_slots(wording.now()):
            steps.append(Step.VIEW_TIMES)
        if refuse_accept(call, item.intent.slot_id, wording.now()) is None:
            steps.append(Step.RETRY)
        if refuse_decline(call) is None:
            steps.append(Step.DECLINE)
    elif not isinstance(item.intent, Accept | Decline):
        steps.append(Step.RETRY)
    elif call is not None and refuse_decline(call) is None:
        steps += [Step.EDIT, Step.RETRY]
    return (*steps, Step.COPY, Step.DISMISS)
