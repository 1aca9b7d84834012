"""The courier's process: reads ``run`` lines, runs rounds, writes what they changed and how they went."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop import crash
from desktop.paths import Profile
from desktop.piped_keychain import PipedKeychain
from desktop.wiring import Access, build_round, open_access, open_core
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem
from sync.round import Round, RoundReport


def main() -> None:
    """Serve until the other side closes the pipe."""
    if hasattr(os, "nice"):
        os.nice(10)
    start = json.loads(sys.stdin.readline())
    folder, *words = start["profile"]
    profile = Profile(Path(folder), *words)
    crash.catch_the_rest(profile.log, lambda: None)
    core = open_core(profile)
    core.desk.listen(_tell_changed)
    with core.ends:
        made: list[Round] = []
        given = start["token"]
        access = Access(lambda: given) if given else open_access(core, profile, PipedKeychain(_ask))

        def run() -> RoundReport:
            if not made:
                try:
                    core.database.prepare()
                finally:
                    core.desk.announce(Changed.of(*Kind))
                made.append(build_round(core, start["address"], access))
            access.reread()
            return made[0].run()

        while sys.stdin.readline():
            _answer(run)


def _answer(work: Callable[[], RoundReport]) -> None:
    """Do it and say how it went."""
    try:
        report = work()
    except StoreProblem as problem:
        _say({"store": str(problem.code), "detail": problem.detail})
        return
    _say(
        {
            "problem": str(report.problem.code) if report.problem else "",
            "detail": report.problem.detail if report.problem else "",
            "next_try_at": report.next_try_at.isoformat() if report.next_try_at else None,
            "sent": report.sent,
            "refused": report.refused,
        }
    )


def _tell_changed(changed: Changed) -> None:
    _say({"changed": sorted(changed.kinds), "ids": sorted(changed.ids)})


def _ask(message: dict[str, Any]) -> dict[str, Any]:
    """Say something that is answered; an empty answer comes from a window that is gone."""
    _say(message)
    answer: dict[str, Any] = json.loads(sys.stdin.readline() or "{}")
    return answer


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # The window was killed: nobody is left to hear, and what is stored is whole.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
