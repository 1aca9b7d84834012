"""The state of the sync in words: what the status button says, and the strip that shows only when it says something."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ui.wording import Wording, count_of

if TYPE_CHECKING:
    from sync.desk import SyncStatus
    from sync.domain.problems import Problem
    from ui.icons import IconName
    from ui.style import Tone

WRONG_CLOCK: Final = timedelta(minutes=2)
"""A clock that is more than this off the marketplace's is told of."""

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
    if status.trouble and wants_sign_in(status):
        return SyncState(SyncKind.SIGN_IN, wording.problem(status.trouble).title)
    if status.attention:
        verb = "needs" if status.attention == 1 else "need"
        return SyncState(SyncKind.ATTENTION, f"{status.attention} {verb} attention")
    if syncing:
        return SyncState(SyncKind.SYNCING, "Syncing…")
    return _in_trouble(status.trouble, wording) if status.trouble else _at_rest(status, wording)


def wants_sign_in(status: SyncStatus) -> bool:
    """Tell whether only signing in helps."""
    if status.trouble is None:
        return False
    from ui.sentences import sign_in_codes  # noqa: PLC0415 - a start without trouble does without the sentences

    return status.trouble in sign_in_codes()


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


class StripStep(StrEnum):
    """What the link of the strip does; the value is its label."""

    NONE = ""
    SHOW = "Show"
    SIGN_IN = "Sign in"
    MARK = "Mark them"


class StripWords(NamedTuple):
    """What the strip says: loud and quiet part, its link, and the link that puts it off until it is another."""

    icon: IconName
    tone: Tone
    loud: str
    quiet: str = ""
    step: StripStep = StripStep.NONE
    put_off: str = ""


def strip_words(
    status: SyncStatus | None, problem: Problem | None, wording: Wording, put_off: Container[str] = ()
) -> StripWords | None:
    """Return what the strip says, None when there is nothing to say; what keeps the writer from working comes first.

    ``problem`` is what stops this computer itself; ``put_off`` are the sentences that the writer has put off.
    """
    if problem is not None:
        sentence = wording.problem(problem.code, problem.detail)
        return StripWords("warning", "bad", f"{sentence.title}.", sentence.next)
    if status is None:
        return None
    if status.trouble is not None:
        return _trouble_words(status, wording)
    notes = (_clock_words(status), _unlisted_words(status), _unreadable_words(status))
    return next((note for note in notes if note is not None and note.loud not in put_off), None)


def _trouble_words(status: SyncStatus, wording: Wording) -> StripWords:
    """Return such as "Offline since 9:40 AM. 2 actions wait to be sent." and when everything in view was saved."""
    waiting = f"{count_of(status.waiting, 'action')} {'waits' if status.waiting == 1 else 'wait'} to be sent."
    saved = f"Everything you see was saved {_near(status.last_synced_at, wording)}." if status.last_synced_at else ""
    trouble = status.trouble or ""
    sentence = wording.problem(trouble, status.trouble_detail)
    kind = sync_state(status, wording, syncing=False).kind
    icon: IconName = "lock" if kind is SyncKind.SIGN_IN else "offline" if kind is SyncKind.OFFLINE else "warning"
    show = StripStep.SHOW if status.waiting or status.attention else StripStep.NONE
    step = StripStep.SIGN_IN if kind is SyncKind.SIGN_IN else show
    if trouble == "unreachable":
        since = _near(status.trouble_since, wording).removeprefix("at ") if status.trouble_since else ""
        offline = f"Offline since {since}." if since else "You are offline."
        return StripWords("offline", "warn", f"{offline} {waiting}" if status.waiting else offline, saved, step)
    loud = f"{sentence.title}. {waiting}" if status.waiting else f"{sentence.title}."
    quiet = " ".join(part for part in (sentence.next, sentence.quote) if part)
    return StripWords(icon, "warn", loud, quiet, step)


def _clock_words(status: SyncStatus) -> StripWords | None:
    """Warn of a clock that is more than 2 minutes wrong (A9): then lines open at another time than is shown."""
    offset = status.clock_offset
    if offset is None or abs(offset) <= WRONG_CLOCK:
        return None
    behind = offset > timedelta()
    loud = f"This computer's clock is {_about(abs(offset))} {'behind' if behind else 'ahead'}."
    quiet = f"Foreword may call a line open too {'late' if behind else 'early'}."
    return StripWords("clock", "warn", f"{loud} {quiet}", "Let the computer set its clock by itself.", put_off="Later")


def _unlisted_words(status: SyncStatus) -> StripWords | None:
    if not status.unlisted:
        return None
    loud = f"The marketplace does not list {status.unlisted:,} of your calls any more. Nothing was removed here."
    return StripWords("info", "warn", loud, "“Mark them” says so on each; they stay readable.", StripStep.MARK, "Later")


def _unreadable_words(status: SyncStatus) -> StripWords | None:
    if not status.unreadable:
        return None
    were = f"{status.unreadable} {'entry' if status.unreadable == 1 else 'entries'} could not be read"
    return StripWords("info", "warn", f"{were}; a newer Foreword may.", "The rest is here.", put_off="Later")


def _about(length: timedelta) -> str:
    """Return a length of time in the largest unit that says enough: "7 minutes", "3 hours", "2 days"."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return count_of(minutes, "minute")
    return count_of(round(minutes / 60), "hour") if minutes < 2 * 24 * 60 else count_of(round(minutes / 1440), "day")


def empty_words(status: SyncStatus | None, problem: Problem | None, wording: Wording) -> tuple[str, str, StripStep]:
    """Return what a window without any call says and offers; ``problem`` is what stops this computer itself."""
    if problem is not None:
        sentence = wording.problem(problem.code, problem.detail)
        return sentence.title, sentence.paragraph(), StripStep.NONE
    signs_in = status is not None and wants_sign_in(status)
    if status is not None and status.last_synced_at is not None and not signs_in:
        return "No invitations yet", _NO_INVITATIONS, StripStep.NONE
    if status is not None and status.trouble is not None:
        sentence = wording.problem(status.trouble, status.trouble_detail)
        step = StripStep.SIGN_IN if signs_in else StripStep.NONE
        return sentence.title, sentence.paragraph(), step
    return "Getting your invitations", "This is the first time, so it takes a moment.", StripStep.NONE


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
