"""The state of the sync in words: what the status button says, and the strip that shows only when it says something."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ui.wording import Wording, count_of

if TYPE_CHECKING:
    from sync.desk import SyncStatus
    from sync.domain.problems import Problem


_NO_INVITATIONS: Final = (
    "Customers find you by your profile on the marketplace. When one has read it and wants to talk, "
    "the invitation appears here with the times they offer."
)


class SyncKind(StrEnum):
    """Which state it is; the window finds icon and tone by it."""

    SYNCED = "synced"
    SYNCING = "syncing"
    OFFLINE = "offline"
    TO_SEND = "to_send"
    ATTENTION = "attention"
    SIGN_IN = "sign_in"


class SyncState(NamedTuple):
    """A state with its words: "Synced 2 min ago", "2 to send", "1 needs attention"."""

    kind: SyncKind
    words: str


def sync_state(status: SyncStatus, wording: Wording, *, syncing: bool) -> SyncState:
    """Return what the status button says; what the writer must do comes before what goes on by itself."""
    if status.trouble and _wants_sign_in(status.trouble):
        return SyncState(SyncKind.SIGN_IN, wording.problem(status.trouble).title)
    if status.attention:
        verb = "needs" if status.attention == 1 else "need"
        return SyncState(SyncKind.ATTENTION, f"{status.attention} {verb} attention")
    if syncing:
        return SyncState(SyncKind.SYNCING, "Syncing…")
    return _in_trouble(status.trouble, wording) if status.trouble else _at_rest(status, wording)


def _wants_sign_in(trouble: str) -> bool:
    from ui.sentences import sign_in_codes  # noqa: PLC0415 - a start without trouble does without the sentences

    return trouble in sign_in_codes()


def _in_trouble(trouble: str, wording: Wording) -> SyncState:
    from ui.sentences import offline_codes  # noqa: PLC0415

    if trouble in offline_codes():
        return SyncState(SyncKind.OFFLINE, "Offline")
    return SyncState(SyncKind.ATTENTION, wording.problem(trouble).title)


def _at_rest(status: SyncStatus, wording: Wording) -> SyncState:
    if status.waiting:
        return SyncState(SyncKind.TO_SEND, f"{status.waiting} to send")
    if status.last_synced_at is None:
        return SyncState(SyncKind.SYNCING, "Not synced yet")
    return SyncState(SyncKind.SYNCED, f"Synced {wording.ago(status.last_synced_at)}")


def strip_words(status: SyncStatus, wording: Wording) -> tuple[str, str] | None:
    """Return what the strip says, loud and quiet part, or None when there is nothing to say.

    "Offline since 9:40 AM. 2 actions wait to be sent." and "Everything you see was saved at 9:38 AM."
    """
    if status.trouble is None:
        return None
    waiting = f"{count_of(status.waiting, 'action')} {'waits' if status.waiting == 1 else 'wait'} to be sent."
    saved = f"Everything you see was saved {_near(status.last_synced_at, wording)}." if status.last_synced_at else ""
    sentence = wording.problem(status.trouble, status.trouble_detail)
    if status.trouble == "unreachable":
        since = _near(status.trouble_since, wording).removeprefix("at ") if status.trouble_since else ""
        offline = f"Offline since {since}." if since else "You are offline."
        return (f"{offline} {waiting}" if status.waiting else offline), saved
    loud = f"{sentence.title}. {waiting}" if status.waiting else f"{sentence.title}."
    return loud, " ".join(part for part in (sentence.next, sentence.quote) if part)


def empty_words(status: SyncStatus | None, problem: Problem | None, wording: Wording) -> tuple[str, str]:
    """Return what a window without any call says, title and text; ``problem`` is what stops this computer itself."""
    if problem is not None:
        sentence = wording.problem(problem.code, problem.detail)
        return sentence.title, sentence.paragraph()
    if status is not None and status.last_synced_at is not None:
        return "No invitations yet", _NO_INVITATIONS
    if status is not None and status.trouble is not None:
        sentence = wording.problem(status.trouble, status.trouble_detail)
        return sentence.title, sentence.paragraph()
    return "Getting your invitations", "This is the first time, so it takes a moment."


def closing_words(waiting: int, person: str) -> str:
    """Return what a writer should know before closing, "" for nothing; ``person`` is whose line is open, if any."""
    line = f"The line to {person} is open. Its number and PIN stand here only while Foreword is open." if person else ""
    answers = f"{count_of(waiting, 'answer')} {'is' if waiting == 1 else 'are'} not sent yet. "
    it, stay = ("It", "stays on this computer and is") if waiting == 1 else ("They", "stay on this computer and are")
    unsent = f"{answers}{it} {stay} sent when Foreword is open again." if waiting else ""
    return " ".join(part for part in (line, unsent) if part)


def next_try_words(status: SyncStatus, wording: Wording) -> str:
    """Return "Last tried 10:45 AM. Tries again by itself at 10:47 AM.", as much of it as is known."""
    tried = f"Last tried {wording.clock(status.last_tried_at)}." if status.last_tried_at else "Not tried yet."
    if status.next_try_at is None:
        return tried
    return f"{tried} Tries again by itself at {wording.clock(status.next_try_at)}."


def _near(instant: datetime, wording: Wording) -> str:
    """The time as in a sentence, "today" left out: "at 9:38 AM", "yesterday at 9:38 AM"."""
    return wording.when(instant).removeprefix("today ")
