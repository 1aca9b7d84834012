"""What the outbox says about each action, and what can be done with it; knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sync.domain.calls import CallRequest, refuse_accept, refuse_decline
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState
from ui.answer_words import refused_sentence, refused_title
from ui.wording import Wording

if TYPE_CHECKING:
    from sync.desk import OutboxEntry


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


def part_of(item: OutboxItem) -> Part:
    """Return the section of an action."""
    if item.state is OutboxState.REJECTED:
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
    who = f"{call.customer.company}, {call.customer.person}" if call else "An invitation that is not here any more"
    when = wording.when(item.created_at)
    verb = "accepted" if isinstance(item.intent, Accept) else "declined"
    refused = part is Part.ATTENTION
    title = refused_title(item, wording) if refused else _title(item, call, wording)
    text = refused_sentence(item, call, wording).paragraph() if refused else ""
    about = f"{who}  ·  {f'you {verb} ' if refused else ''}{when}"
    return OutboxLine(
        key=item.key,
        call_id=item.intent.call_id,
        part=part,
        is_accept=isinstance(item.intent, Accept),
        title=title,
        about=about,
        state="" if refused else _state(item, wording),
        text=text,
        steps=_refused_steps(item, call, wording) if refused else _waiting_steps(item),
        copy=item.intent.message if isinstance(item.intent, Decline) else f"{title}\n{about}\n{text}".strip(),
    )


def _title(item: OutboxItem, call: CallRequest | None, wording: Wording) -> str:
    if isinstance(item.intent, Decline):
        return f"Decline {call.subject}" if call else "Decline"
    return f"Accept {wording.slot(item.intent.starts_at)}"


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
    elif call is not None and refuse_decline(call) is None:
        steps += [Step.EDIT, Step.RETRY]
    return (*steps, Step.COPY, Step.DISMISS)
