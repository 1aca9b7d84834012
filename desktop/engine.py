"""What the worker thread runs: the store made ready, practice started, the core connected with its marketplace.

Imported in that thread, after the first paint, because everything heavy comes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from desktop.paths import Profile
from desktop.practice import PracticeMarketplace
from desktop.wiring import Core, connect
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem
from sync.round import RoundReport
from sync.runner import POLL_IN_VIEW, Runner

PRACTICE_POLL: Final = timedelta(seconds=5)
"""Practice customers are on this computer and answer fast; nobody is bothered by the asking."""


def make_runner(
    core: Core, profile: Profile, started: Callable[[], None], finished: Callable[[RoundReport | StoreProblem], None]
) -> Runner:
    """Get everything ready to synchronise. Raises Problem when that cannot be done, ValueError for a bad address."""
    core.database.prepare()
    core.desk.announce(Changed.of(*Kind))
    practice = PracticeMarketplace(profile.marketplace_database) if profile.practice else None
    if practice is not None:
        core.ends.callback(practice.stop)
    made = connect(core, profile, practice)

    def begin() -> None:
        if practice is not None:
            practice.ensure_running()
        started()

    poll = PRACTICE_POLL if practice is not None else POLL_IN_VIEW
    return Runner(made, core.clock, poll=poll, started=begin, finished=finished)
