"""What the worker thread runs: practice started, the courier sent, pokes heard, the writing side warmed up.

Imported in that thread, after the first paint.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from desktop.courier import Courier
from desktop.paths import Profile
from desktop.pokes import Ear, Pokes
from desktop.practice import Address, PracticeMarketplace
from desktop.wiring import Access, Core, open_access, open_listener
from sync.domain.problems import Problem
from sync.round import RoundReport
from sync.runner import Runner


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

    def end(outcome: RoundReport | Problem) -> None:
        pokes.follow(outcome)
        finished(outcome)

    def open_ear(stopping: threading.Event) -> AbstractContextManager[Ear]:
        there = address()
        access = Access(lambda: there.token) if practice else open_access(core, profile, core.keychain())
        return open_listener(core, there.origin, access, stopping)

    runner = Runner(courier, core.clock, poked=lambda: pokes.arrive, started=begin, finished=end)
    pokes = Pokes(open_ear, runner.wake)
    core.ends.callback(pokes.stop)
    runner.errand(lambda: _warm_up(core))
    return runner


def _warm_up(core: Core) -> None:
    """Import SQLAlchemy now, so that the writer's first answer does not wait for it.

    It stays for good; were it looked through for garbage, the window would stand still for 50 ms now and then.
    """
    core.outbox()
    gc.freeze()
