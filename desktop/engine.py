"""What the worker thread runs: practice started, the courier sent, the writing side of the store warmed up.

Imported in that thread, after the first paint.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from desktop.courier import Courier
from desktop.paths import Profile
from desktop.practice import Address, PracticeMarketplace
from desktop.wiring import Core
from sync.domain.problems import Problem
from sync.round import RoundReport
from sync.runner import POLL_IN_VIEW, Runner

PRACTICE_POLL: Final = timedelta(seconds=5)
"""Practice customers are on this computer and answer fast; nobody is bothered by the asking."""


def make_runner(
    core: Core, profile: Profile, started: Callable[[], None], finished: Callable[[RoundReport | Problem], None]
) -> Runner:
    """Get everything ready to synchronise; what can fail is begun by each round."""
    practice = PracticeMarketplace(profile.marketplace_database) if profile.practice else None
    if practice is not None:
        core.ends.callback(practice.stop)
    address = practice.ensure_running if practice else lambda: Address(profile.origin, "")
    courier = Courier(profile, address, core.clock, core.desk.announce, core.keychain)
    core.ends.callback(courier.stop)

    def begin() -> None:
        if practice is not None:
            practice.ensure_running()
        started()

    poll = PRACTICE_POLL if practice is not None else POLL_IN_VIEW
    runner = Runner(courier, core.clock, poll=poll, started=begin, finished=finished)
    runner.errand(lambda: _warm_up(core))
    return runner


def _warm_up(core: Core) -> None:
    """Import SQLAlchemy now, so that the writer's first answer does not wait for it.

    It stays for good; were it looked through for garbage, the window would stand still for 50 ms now and then.
    """
    core.outbox()
    gc.freeze()
