"""The command ``foreword-sync``: call requests from a terminal, with the same core and the same words, without Qt."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from desktop import terminal_sign_in
from desktop.arguments import Parser, add_profile_arguments, choose
from desktop.cannot_start import CannotStart
from desktop.local_zone import zone_of_terminal
from desktop.paths import Profile
from desktop.practice import PracticeMarketplace
from desktop.single_instance import Claim, claim, claim_or_call
from desktop.terminal_desk import SAID_NO, STATUSES, WRONG_WORDS, Terminal, complain
from desktop.wiring import Core, connect, open_core
from sync.desk import NotAllowed
from sync.domain.problems import Problem
from sync.settings import Settings
from ui.wording import Formats, Wording, plain_formats

STOPPED: Final = 130
"""What a shell reports for a command that was stopped with Ctrl+C: 128 and the number of SIGINT."""

NOBODY_READS: Final = 141
"""What a shell reports for a command whose reader went away: 128 and the number of SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns one of ``STATUSES``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name in another script is no reason to stop
    try:
        status = _run(_parser().parse_args(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _complain("Stopped. What was queued stays queued.", STOPPED)
    except BrokenPipeError:
        # `foreword-sync list | head -1` has read enough. What is still unwritten goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return status


def _run(chosen: argparse.Namespace) -> int:
    try:
        settings, profile = choose(chosen)
        return _answer(chosen, settings, profile)
    except CannotStart as trouble:
        return _complain(str(trouble), trouble.status)
    except ValueError as error:
        return _complain(str(error), WRONG_WORDS)


def _answer(chosen: argparse.Namespace, settings: Settings, profile: Profile) -> int:
    core = open_core(profile)
    wording = Wording(_formats(settings), core.clock.now, zone_of_terminal)
    try:
        if chosen.what in terminal_sign_in.COMMANDS:
            with core.ends:
                return terminal_sign_in.run(chosen, core, profile)
        mine = claim(profile)
        with closing(HereOrThere(core, profile, mine)) as exchange, core.ends:
            if mine is not None:
                core.database.prepare()
            return Terminal(core.desk, core.queries.item, wording, exchange).run(chosen)
    except NotAllowed as answer:
        refusal = wording.refusal(answer.refusal)
        return _complain(f"{refusal.title}. {refusal.paragraph()}")
    except Problem as problem:
        sentence = wording.problem(str(problem.code), problem.detail)
        return _complain(f"{sentence.title}. {sentence.paragraph()}")


class HereOrThere:
    """Synchronises in this process, or has the window do it that has claimed the profile."""

    def __init__(self, core: Core, profile: Profile, mine: Claim | None) -> None:
        self._core = core
        self._profile = profile
        self._mine = mine

    def run(self) -> bool:
        """Synchronise once; False when the open window does it instead. Raises Problem and CannotStart."""
        if self._mine is None:
            self._mine = claim_or_call(self._profile, "sync")
        if self._mine is None:
            return False
        practice = PracticeMarketplace(self._profile.marketplace_database) if self._profile.practice else None
        if practice is not None:
            self._core.ends.callback(practice.stop)
        report = connect(self._core, self._profile, practice).run()
        if report.problem is not None:
            raise report.problem
        return True

    def close(self) -> None:
        """Let another program have the profile."""
        if self._mine is not None:
            self._mine.release()


def _formats(settings: Settings) -> Formats:
    return plain_formats()._replace(clock="{HH}:{mm}") if settings.clock == "24" else plain_formats()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="foreword-sync", description="Call requests from a terminal.", epilog=STATUSES)
    add_profile_arguments(parser)
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, prog=f"foreword-sync {name}", description=words, help=words, epilog=STATUSES)

    listing = add("list", "what is here, without asking the marketplace")
    fetching = add("sync", "send what waits, fetch what is new, list it")
    for command in (listing, fetching):
        command.add_argument("--earlier", action="store_true", help="list the calls of the past as well")
    add("show", "one request: the message, the times, the line").add_argument("call", metavar="CALL")
    accept = add("accept", "take one of the offered times")
    accept.add_argument("call", metavar="CALL")
    accept.add_argument("time", metavar="TIME", type=int, help="the number of the time, as `show` lists it")
    accept.add_argument("--anyway", action="store_true", help="also at night and during another call")
    decline = add("decline", "say that no time works")
    decline.add_argument("call", metavar="CALL")
    decline.add_argument("message", metavar="MESSAGE", help="what the customer reads")
    decline.add_argument("--anyway", action="store_true", help="also with what looks private, such as a phone number")
    add("check", "look whether the data on this computer are in order")
    for name, words in (("export", "write everything as one JSON file"), ("back-up", "copy the data of this account")):
        add(name, words).add_argument("file", metavar="FILE", type=Path, help="an older one is replaced")
    terminal_sign_in.add_commands(add)
    return parser


def _complain(sentence: str, status: int = SAID_NO) -> int:
    complain(sentence)
    return status


if __name__ == "__main__":
    sys.exit(main())
