"""The command ``foreword-sync``: call requests from a terminal, with the same core and the same words, without Qt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from desktop.arguments import add_profile_arguments, choose
from desktop.cannot_start import CannotStart
from desktop.local_zone import zone_of_terminal
from desktop.paths import Profile
from desktop.practice import PracticeMarketplace
from desktop.wiring import Core, connect, open_core
from sync.desk import NotAllowed
from sync.domain.intents import Accept, Decline, Intent, OutboxState
from sync.domain.problems import Problem
from sync.domain.projection import Section, ShownCall
from sync.domain.times import PartOfDay, part_of_day
from sync.round import Round
from ui.wording import Wording, plain_formats


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when it was done, 1 when the marketplace or this computer said no, 2 for a wrong call."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        _, profile = choose(chosen)
    except CannotStart as trouble:
        return _complain(str(trouble), trouble.status)
    except ValueError as error:
        return _complain(str(error), 2)
    core = open_core(profile)
    wording = Wording(plain_formats(), core.clock.now, zone_of_terminal)
    try:
        with _session(core, profile) as synchronise:
            return Terminal(core, wording, synchronise).run(chosen)
    except NotAllowed as answer:
        return _complain(wording.refusal(answer.refusal).paragraph())
    except Problem as problem:
        return _complain(wording.problem(str(problem.code), problem.detail).paragraph())
    except ValueError as error:
        return _complain(str(error), 2)


TITLES: Final = {
    Section.NEEDS_ANSWER: "Needs your answer",
    Section.WAITING: "Waiting to be sent",
    Section.UPCOMING: "Upcoming",
    Section.EARLIER: "Earlier",
}


class Terminal:
    """One command over an open core; ``synchronise`` runs a round and raises the Problem that ended it."""

    def __init__(self, core: Core, wording: Wording, synchronise: Callable[[], None]) -> None:
        self._core = core
        self._desk = core.desk
        self._wording = wording
        self._synchronise = synchronise

    def run(self, chosen: argparse.Namespace) -> int:
        """Do what was asked; returns the exit status."""
        if chosen.what == "list":
            return self._list()
        if chosen.what == "show":
            return self._show(chosen.call)
        if chosen.what == "sync":
            self._synchronise()
            return self._list()
        if chosen.what == "accept":
            return self._submit(self._acceptance(chosen.call, chosen.time))
        return self._submit(Decline(chosen.call, chosen.message, self._found(chosen.call).call.version))

    def _acceptance(self, call_id: str, number: int) -> Accept:
        call = self._found(call_id).call
        if not 1 <= number <= len(call.slots):
            raise ValueError(f"{call_id} has the times 1 to {len(call.slots)}; {number} is not one of them.")
        slot = call.slots[number - 1]
        return Accept(call_id, slot.id, slot.starts_at, call.version)

    def _found(self, call_id: str) -> ShownCall:
        shown = self._desk.call(call_id)
        if shown is None:
            raise ValueError(f"There is no call request {call_id} here; `foreword-sync list` shows those that are.")
        return shown

    def _list(self) -> int:
        overview = self._desk.overview()
        for section in overview.sections:
            ids = section.ids if section.section is not Section.EARLIER else ()
            if ids:
                print(f"{TITLES[section.section]} ({len(ids)})")
            for shown in self._desk.shown(ids):
                print(f"  {shown.call.id:<16} {self._summary(shown)}")
        print(f"{TITLES[Section.EARLIER]} ({overview.earlier_count})")
        return 0

    def _summary(self, shown: ShownCall) -> str:
        call, words = shown.call, self._wording
        who = f"{call.customer.company}, {call.customer.person}: {call.subject}"
        slot = call.accepted_slot
        if slot is not None:
            return f"{who}; {words.slot(slot.starts_at)}, {words.countdown(slot.starts_at)}"
        if shown.pending is not None:
            return f"{who}; not sent yet"
        return f"{who}; {words.times_offered(call.open_slots(self._core.clock.now()))}"

    def _show(self, call_id: str) -> int:
        shown = self._found(call_id)
        call, words = shown.call, self._wording
        print(f"{call.customer.company}, {call.customer.person}\n{call.subject}\n\n{call.message}\n")
        now = self._core.clock.now()
        for number, slot in enumerate(call.slots if call.open_slots(now) else (), 1):
            taken = "" if slot.is_open(now) else "  (cannot be taken any more)"
            night = ", at night" if part_of_day(words.local(slot.starts_at)) is PartOfDay.NIGHT else ""
            print(f"  {number}  {words.day(slot.starts_at)}, {words.with_zone(slot.starts_at)}{night}{taken}")
        if call.accepted_slot is not None and shown.line is not None:
            print(f"  {words.day(call.accepted_slot.starts_at)}, {words.with_zone(call.accepted_slot.starts_at)}")
            print(f"  The line opens at {words.line_opens(call.accepted_slot.starts_at)}.")
            print(f"  {shown.line.number}  PIN {shown.line.pin}")
        return 0

    def _submit(self, intent: Intent) -> int:
        item = self._desk.submit(intent)
        try:
            self._synchronise()
        except Problem as problem:
            print("It is kept and will be sent later.")
            return _complain(self._wording.problem(str(problem.code), problem.detail).paragraph())
        after = self._core.queries.item(item.key)
        if after is not None and after.state is OutboxState.REJECTED:
            return _complain(self._wording.problem(after.problem_code or "", after.problem_detail or "").paragraph())
        print("Accepted." if isinstance(intent, Accept) else "Declined.")
        return self._show(intent.call_id)


@contextmanager
def _session(core: Core, profile: Profile) -> Iterator[Callable[[], None]]:
    """Give the way to synchronise, which starts the practice marketplace at its first use."""
    practice = PracticeMarketplace(profile.marketplace_database) if profile.practice else None
    made: list[Round] = []

    def synchronise() -> None:
        if not made:
            made.append(connect(core, profile, practice))
        report = made[0].run()
        if report.problem is not None:
            raise report.problem

    core.database.prepare()
    try:
        yield synchronise
    finally:
        if practice is not None:
            practice.stop()
        core.ends.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="foreword-sync", description="Call requests from a terminal.")
    add_profile_arguments(parser)
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("list", help="what is here, without asking the marketplace")
    commands.add_parser("sync", help="send what waits, fetch what is new, list it")
    show = commands.add_parser("show", help="one request: the message, the times, the line")
    show.add_argument("call")
    accept = commands.add_parser("accept", help="take one of the offered times")
    accept.add_argument("call")
    accept.add_argument("time", type=int, help="the number of the time, as `show` lists it")
    decline = commands.add_parser("decline", help="say that no time works")
    decline.add_argument("call")
    decline.add_argument("message", help="what the customer reads")
    return parser


def _complain(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
