"""What the outbox says about each action, and what can be done with it; knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from sync.domain.calls import CallRequest, refuse_decline
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
from sync.domain.rows import NotePart
from ui.refused_words import LOST, can_ask_again, refused_sentence
from ui.sentences import problem_sentence, quoted
from ui.wording import Wording, count_of

if TYPE_CHECKING:
    from sync.desk import OutboxEntry
    from sync.domain.texts import ShownField
    from ui.icons import IconName

_SNIPPET: Final = 120
"""So many characters of the writer's own text are shown in a row; all of it can be copied."""

_LOOKS: Final[dict[type[Intent], tuple[IconName, str]]] = {
    Accept: ("calendar", "accepted"),
    Decline: ("reply", "declined"),
    ReportNoShow: ("phone", "reported"),
    SaveNote: ("note", "wrote"),
    SetProfile: ("person", "changed"),
}
_NOTES: Final = {
    NotePart.PREPARED: "Notes for the call",
    NotePart.LIVE: "Notes of the call",
    NotePart.ANSWERS: "Answers to your questions",
}
_FIELDS: Final = {"display_name": "your name", "headline": "your headline", "about": "your text about yourself"}
_FINDABLE: Final = {True: "Let customers find you", False: "Stop being found by customers"}
_GIVING_UP: Final[dict[type[Intent], str]] = {
    Accept: "Look at the invitation on the marketplace: the time may be yours.",
    Decline: "Look at the invitation on the marketplace. Your message goes with it: copy it first if you need it.",
    ReportNoShow: "Look at the call on the marketplace, or ask its support.",
    SaveNote: "Your text stays in the history of the note on this computer.",
    SetProfile: "Look at your Public Info on the marketplace. Your text goes with it: copy it first if you need it.",
}


class Part(StrEnum):
    """The sections of the outbox, in the order of the page."""

    ATTENTION = "Needs attention"
    LOST = "Lost by the marketplace"
    SENDING = "Sending"
    WAITING = "Waiting"


class Step(StrEnum):
    """What can be done with an action; the value is the label of its button."""

    VIEW_TIMES = "View Times"
    DECLINE = "Decline with a message"
    EDIT = "Edit"
    RETRY = "Retry"
    USE_MINE = "Use mine"
    SEND_AGAIN = "Send again"
    TRY_NOW = "Try now"
    SHOW = "Show call"
    COPY = "Copy text"
    SAVE = "Save as file…"
    TAKE_BACK = "Take back"
    DISMISS = "Dismiss"
    PUT_AWAY = "Put away"
    GIVE_UP = "Give up…"


LEAVING: Final = frozenset({Step.DISMISS, Step.PUT_AWAY, Step.GIVE_UP})
"""The steps after which the action is not here any more."""

ASKING_AGAIN: Final = frozenset({Step.RETRY, Step.USE_MINE, Step.SEND_AGAIN})
"""The steps that ask for the same anew, as an action of its own."""


class Known(NamedTuple):
    """What a row needs beside its own action: the others by key, and the profile as it is now."""

    others: Mapping[str, OutboxEntry]
    fields: Mapping[str, ShownField]


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One action in words. ``text`` is why it was refused or what it says; ``state`` is for those that still go.

    ``own_text`` is what the writer wrote, "" for nothing; ``question`` is asked before it is given up.
    """

    key: str
    call_id: str
    part: Part
    icon: IconName
    title: str
    about: str
    state: str
    text: str
    steps: tuple[Step, ...]
    copy: str
    own_text: str = ""
    question: str = ""


def part_of(item: OutboxItem, now: datetime) -> Part:
    """Return the section of an action at ``now`` (UTC)."""
    if item.state is OutboxState.REJECTED and item.problem_code == LOST:
        return Part.LOST
    if item.state in {OutboxState.REJECTED, OutboxState.BLOCKED} or item.is_stuck(now):
        return Part.ATTENTION
    return Part.SENDING if item.state is OutboxState.INFLIGHT else Part.WAITING


def by_part(entries: Sequence[OutboxEntry], now: datetime) -> dict[Part, list[OutboxEntry]]:
    """Sort the actions into the sections, oldest first in each."""
    sections: dict[Part, list[OutboxEntry]] = {part: [] for part in Part}
    for entry in entries:
        sections[part_of(entry.item, now)].append(entry)
    return sections


def outbox_line(entry: OutboxEntry, known: Known, wording: Wording) -> OutboxLine:
    """Put one action into words."""
    item, call = entry.item, entry.call
    part = part_of(item, wording.now())
    refused = item.state in {OutboxState.REJECTED, OutboxState.BLOCKED}
    stuck = part is Part.ATTENTION and not refused
    title, text = action_title(item.intent, call, wording), _text(item.intent, wording, tried=item.problem_code)
    if refused:
        title, text = _refused_words(entry, known, wording)
    elif stuck:
        title, text = f"Not confirmed: {title}", _stuck_words(item, wording)
    icon_name, verb = _LOOKS[type(item.intent)]
    about = f"{_who(item.intent, call)}  ·  {f'you {verb} ' if refused else ''}{wording.when(item.created_at)}"
    own = own_text(item.intent)
    return OutboxLine(
        key=item.key,
        call_id=call_of(item.intent) or "",
        part=part,
        icon=icon_name,
        title=title,
        about=about,
        state="" if refused else _state(item, known, wording),
        text=text,
        steps=_refused_steps(item, call, wording) if refused else _waiting_steps(item, call, stuck=stuck),
        copy=own or "\n".join(line for line in (title, about, text) if line),
        own_text=own,
        question=_question(item) if stuck else "",
    )


def action_title(intent: Intent, call: CallRequest | None, wording: Wording) -> str:
    """Return what an action does: "Accept Wed 25 Nov, 11:00 AM", "Change your headline"."""
    match intent:
        case Accept(starts_at=starts_at):
            return f"Accept {wording.slot(starts_at)}"
        case Decline():
            return f"Decline {call.subject}" if call else "Decline"
        case ReportNoShow(waited_minutes=waited):
            return f"Report that nobody joined in {count_of(waited, 'minute')}"
        case SaveNote(part=part):
            return _NOTES[part]
        case SetProfile(field="findable", value=bool(value)):
            return _FINDABLE[value]
        case SetProfile(field=field):
            return f"Change {_FIELDS.get(field, quoted(field, 'a field')) or 'a field'}"


def own_text(intent: Intent) -> str:
    """Return what the writer wrote, which must not be lost with a refused action; "" for nothing."""
    match intent:
        case Decline(message=text) | SaveNote(text=text) | SetProfile(value=str(text)):
            return text
        case _:
            return ""


def _who(intent: Intent, call: CallRequest | None) -> str:
    if isinstance(intent, SetProfile):
        return "Public Info"
    return f"{call.customer.company}, {call.customer.person}" if call else "An invitation that is not here any more"


def _text(intent: Intent, wording: Wording, *, tried: str | None) -> str:
    """Begin the writer's own words, and say what the marketplace answered so far."""
    words = " ".join(own_text(intent).split())
    snippet = f"{words[: _SNIPPET - 1].rstrip()}…" if len(words) > _SNIPPET else words
    parts = [f"“{snippet}”"] if snippet else []
    if tried:
        sentence = wording.problem(tried)
        parts.append(f"{sentence.title}. {sentence.text}")
    return " ".join(parts)


def _refused_words(entry: OutboxEntry, known: Known, wording: Wording) -> tuple[str, str]:
    item = entry.item
    field = known.fields.get(item.intent.field) if isinstance(item.intent, SetProfile) else None
    sentence = refused_sentence(item, entry.call, wording, field=field)
    if item.problem_code == LOST:
        return action_title(item.intent, entry.call, wording), sentence.next
    parent = known.others.get(item.parent_key or "")
    if item.state is OutboxState.BLOCKED and parent is not None:
        before = action_title(parent.item.intent, parent.call, wording)
        text = f"It followed “{before}” of {wording.when(parent.item.created_at)}, which was not taken, "
        return sentence.title, f"{text}so it was not sent. {sentence.next}"
    return sentence.title, sentence.paragraph()


def _stuck_words(item: OutboxItem, wording: Wording) -> str:
    since = f" since {wording.when(item.first_sent_at)}" if item.first_sent_at else ""
    tried = f"Foreword has tried it {count_of(item.attempts, 'time')}{since}, without a yes or a no."
    why = problem_sentence(item.problem_code, item.problem_detail or "") if item.problem_code else None
    told = " ".join(part for part in (f"{why.title}.", why.quote) if part) if why else ""
    return " ".join(part for part in (tried, told, "It stays here and is tried again by itself.") if part)


def _question(item: OutboxItem) -> str:
    """What is lost by giving up, before the writer does."""
    sent = "Nothing is sent any more. What was sent may have arrived all the same."
    what = _GIVING_UP[type(item.intent)]
    if isinstance(item.intent, SetProfile) and not own_text(item.intent):
        what = what.partition(".")[0] + "."
    return f"{sent} {what}"


def _state(item: OutboxItem, known: Known, wording: Wording) -> str:
    if item.state is OutboxState.INFLIGHT:
        return "Sending now"
    if item.parent_key in known.others:
        return "After the one before it"
    if item.not_before is not None and item.not_before > wording.now():
        return f"Tries again {wording.countdown(item.not_before)}"
    return "Not sent yet" if item.can_be_taken_back else "Not confirmed yet"


def _waiting_steps(item: OutboxItem, call: CallRequest | None, *, stuck: bool) -> tuple[Step, ...]:
    text = (Step.COPY, Step.SAVE) if own_text(item.intent) else ()
    if stuck:
        return (Step.TRY_NOW, *text, Step.GIVE_UP) if item.state is OutboxState.QUEUED else text
    if not item.can_be_taken_back:
        return text
    if isinstance(item.intent, Decline):
        return (Step.EDIT, Step.TAKE_BACK)
    shows = isinstance(item.intent, ReportNoShow | SaveNote) and call is not None
    return (Step.SHOW, Step.TAKE_BACK) if shows else (Step.TAKE_BACK,)


def _refused_steps(item: OutboxItem, call: CallRequest | None, wording: Wording) -> tuple[Step, ...]:
    """Offer only what can work with the call as it is now."""
    again = can_ask_again(item.intent, call, wording.now())
    declines = call is not None and refuse_decline(call) is None
    text = (Step.COPY, Step.SAVE) if own_text(item.intent) else (Step.COPY,)
    if item.problem_code == LOST:
        return (*([Step.SEND_AGAIN] * again), *text, Step.PUT_AWAY)
    steps: list[Step] = []
    match item.intent:
        case Accept():
            steps += [Step.VIEW_TIMES] * (call is not None and bool(call.open_slots(wording.now())))
            steps += [Step.RETRY] * again + [Step.DECLINE] * declines
        case Decline():
            steps += [Step.EDIT, Step.RETRY] * again
        case SetProfile():
            steps.append(Step.USE_MINE if item.problem_code == "setting-changed" else Step.RETRY)
        case ReportNoShow() | SaveNote():
            steps += [Step.RETRY] * again + [Step.SHOW] * (call is not None)
    return (*steps, *text, Step.DISMISS)
