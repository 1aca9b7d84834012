"""What ``foreword-sync`` does: lists, shows, accepts and declines, in the words of the windows, without Qt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

from desktop.cannot_start import CannotStart
from sync.desk import Desk
from sync.domain.calls import CallStatus
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState
from sync.domain.problems import Problem
from sync.domain.projection import Section, ShownCall
from ui.answer_words import closed_sentence
from ui.care_words import finding_sentence
from ui.digits import grouped_number, grouped_pin
from ui.lint import lint
from ui.offered import Badge, OfferedTime, offered_times
from ui.refused_words import refused_sentence
from ui.wording import Wording

DONE: Final = 0
SAID_NO: Final = 1
WRONG_WORDS: Final = 2
QUEUED: Final = 3
LOOK_AGAIN: Final = 4

STATUSES: Final = """\
exit status:
  0  it is done
  1  the marketplace or this computer said no
  2  wrong arguments or settings
  3  your answer is queued and not confirmed yet
  4  nothing was done: look again, then say --anyway
"""

TITLES: Final = {
    Section.NEEDS_ANSWER: "Needs your answer",
    Section.WAITING: "Waiting to be sent",
    Section.UPCOMING: "Upcoming",
    Section.EARLIER: "Earlier",
}

_BLOCK: Final = 128


class Exchange(Protocol):
    """A way to synchronise."""

    def run(self) -> bool:
        """Synchronise once; False when the open window does it instead. Raises Problem and CannotStart."""
        ...


class Terminal:
    """One command over an open desk; ``item`` finds an action by its key. Raises Problem, NotAllowed, ValueError."""

    def __init__(
        self, desk: Desk, item: Callable[[str], OutboxItem | None], wording: Wording, exchange: Exchange
    ) -> None:
        self._desk = desk
        self._item = item
        self._words = wording
        self._exchange = exchange

    def run(self, chosen: argparse.Namespace) -> int:
        """Do what was asked; returns the exit status."""
        if chosen.what == "show":
            return self._show(chosen.call)
        if chosen.what == "accept":
            return self._accept(chosen.call, chosen.time, anyway=chosen.anyway)
        if chosen.what == "decline":
            return self._decline(chosen.call, chosen.message, anyway=chosen.anyway)
        if chosen.what == "check":
            return self._check()
        if chosen.what in {"export", "back-up"}:
            return self._save(chosen.what, chosen.file)
        if chosen.what == "sync" and not self._exchange.run():
            complain("Foreword is open: its window does the sending and the fetching.")
        return self._list(earlier=chosen.earlier)

    def _check(self) -> int:
        findings = self._desk.care.check()
        for finding in findings:
            complain(finding_sentence(finding))
        if findings:
            return SAID_NO
        say("The data on this computer are in order.")
        return DONE

    def _save(self, what: str, file: Path) -> int:
        care = self._desk.care
        (care.export if what == "export" else care.back_up)(file)
        say(f"Written to {file}; customers' names, numbers and PINs are in it.")
        return DONE

    def _accept(self, call_id: str, number: int, *, anyway: bool) -> int:
        shown = self._found(call_id)
        times = self._times(shown)
        if not 1 <= number <= len(times):
            raise ValueError(f"{call_id} has the times 1 to {len(times)}; {number} is not one of them.")
        line = times[number - 1]
        if line.needs_second_look and not anyway and shown.call.status is CallStatus.OPEN:
            complain(f"Look again: {self._time(line)}. Nothing was done; add --anyway to accept it.")
            return LOOK_AGAIN
        return self._submit(Accept(call_id, line.slot.id, line.slot.starts_at, shown.call.version))

    def _decline(self, call_id: str, message: str, *, anyway: bool) -> int:
        if not message.strip():
            raise ValueError("The message is empty: say which times would suit you.")
        version = self._found(call_id).call.version
        warnings = lint(message)
        if warnings and not anyway:
            complain(f"{' '.join(warnings)} Nothing was done; add --anyway to send it as it is.")
            return LOOK_AGAIN
        return self._submit(Decline(call_id, message, version))

    def _submit(self, intent: Accept | Decline) -> int:
        """Queue it and try to send it; an answer without the marketplace's yes is never called done."""
        key = self._desk.submit(intent).key
        who, why = "`foreword-sync sync` or the window sends it", ""
        try:
            if not self._exchange.run():
                who = "the open window of Foreword sends it"
        except Problem as problem:
            why = self._reason(str(problem.code), problem.detail)
        except CannotStart as trouble:
            why = str(trouble)
        after = self._item(key)
        if after is not None and after.state is OutboxState.REJECTED:
            shown = self._desk.call(intent.call_id)
            refused = refused_sentence(after, shown and shown.call, self._words)
            complain(f"{refused.title}. {refused.paragraph()}")
            return SAID_NO
        if after is not None and after.state in {OutboxState.QUEUED, OutboxState.INFLIGHT}:
            later = f", not before {self._words.clock(after.not_before)}" if after.not_before else ""
            say(f"It is queued; {who}{later}.")
            complain(why or self._reason(after.problem_code or "", after.problem_detail or ""))
            return QUEUED
        say("Accepted." if isinstance(intent, Accept) else "Declined.")
        return self._show(intent.call_id)

    def _reason(self, code: str, detail: str) -> str:
        sentence = self._words.problem(code, detail)
        return f"{sentence.text} {sentence.quote}".strip() if code else ""

    def _list(self, *, earlier: bool) -> int:
        overview = self._desk.overview()
        for part in overview.sections:
            if part.ids:
                say(f"{TITLES[part.section]} ({len(part.ids):,})")
                self._say_rows(part.ids)
        hint = "" if earlier or not overview.earlier_count else "; `foreword-sync list --earlier` shows them"
        say(f"{TITLES[Section.EARLIER]} ({overview.earlier_count:,}){hint}")
        if earlier:
            self._say_rows(self._desk.earlier_ids())
        return DONE

    def _say_rows(self, ids: Sequence[str]) -> None:
        for shown in self._blocks(ids):
            say(_one_line(f"{shown.call.id:<16} {self._summary(shown)}", indent=2))

    def _summary(self, shown: ShownCall) -> str:
        call, words = shown.call, self._words
        who = f"{call.customer.company}, {call.customer.person}: {call.subject}"
        if shown.pending is not None:
            return f"{who}; not sent yet"
        if call.status is CallStatus.OPEN and not call.missing:
            return f"{who}; {words.times_offered(call.open_slots(words.now()))}"
        slot = call.accepted_slot
        if call.status is CallStatus.ACCEPTED and slot is not None:
            soon = f", {words.countdown(slot.starts_at)}" if slot.ends_at > words.now() else ""
            return f"{who}; {words.slot(slot.starts_at)}{soon}"
        return f"{who}; {closed_sentence(call).title}"

    def _show(self, call_id: str) -> int:
        shown = self._found(call_id)
        call, words = shown.call, self._words
        say(_one_line(f"{call.customer.company}, {call.customer.person}"))
        say(_one_line(call.subject))
        say(f"\n{call.message}\n")
        if shown.pending is not None:
            say("  Your answer is not sent yet.")
        elif call.status is CallStatus.OPEN and not call.missing:
            for number, line in enumerate(self._times(shown), 1):
                say(f"  {number}  {self._time(line)}")
        elif call.accepted_slot is not None and shown.line is not None:
            starts_at = call.accepted_slot.starts_at
            say(f"  {words.day(starts_at)}, {words.with_zone(starts_at)}")
            say(f"  The line opens at {words.line_opens(starts_at)}.")
            say(f"  {grouped_number(shown.line.number)}  PIN {grouped_pin(shown.line.pin)}")
        else:
            say(f"  {closed_sentence(call).title}.")
        return DONE

    def _time(self, line: OfferedTime) -> str:
        """Return a time with all that is special about it."""
        notes = [f"{line.badge_words.lower()}: {line.reason}"] if line.badge not in {Badge.NONE, Badge.NIGHT} else []
        if line.at_night and line.can_be_chosen:
            notes.append(f"at night: {self._words.read_back(line.slot.starts_at).rpartition(', ')[2]}")
        special = _one_line(f" ({'; '.join(notes)})") if notes else ""
        return f"{line.day}, {self._words.with_zone(line.slot.starts_at)}{special and ' ' + special}"

    def _times(self, shown: ShownCall) -> tuple[OfferedTime, ...]:
        wanted = {Section.UPCOMING, Section.WAITING}
        ids = [one for part in self._desk.overview().sections if part.section in wanted for one in part.ids]
        return offered_times(shown.call, list(self._blocks(ids)), self._words)

    def _found(self, call_id: str) -> ShownCall:
        shown = self._desk.call(call_id)
        if shown is None:
            raise ValueError(f"There is no call request {call_id} here; `foreword-sync list` shows those that are.")
        return shown

    def _blocks(self, ids: Sequence[str]) -> Iterator[ShownCall]:
        for at in range(0, len(ids), _BLOCK):
            yield from self._desk.shown(ids[at : at + _BLOCK])


def say(words: str) -> None:
    """Print a line, or lines."""
    sys.stdout.write(f"{_harmless(words)}\n")


def complain(words: str) -> None:
    """Print what is wrong where complaints go; "" is nothing to complain about."""
    if words:
        sys.stderr.write(f"{_harmless(words)}\n")


def _harmless(words: str) -> str:
    """Return words without the signs that a terminal obeys: a customer's text moves no cursor and sets no title."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in words)


def _one_line(words: str, *, indent: int = 0) -> str:
    """Return words on one line, so that a customer's name never looks like a row of its own."""
    return " " * indent + " ".join(words.splitlines()).strip()
