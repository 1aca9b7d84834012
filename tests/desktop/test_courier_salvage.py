"""A store that is damaged while the program runs: told, saved at the next round, and then all goes on."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing

import pytest

from desktop.courier import Courier
from desktop.paths import Profile
from desktop.practice import Address
from desktop.wiring import open_core
from desktop.worker import Worker
from sync.domain.intents import Accept, OutboxState
from sync.domain.problems import StoreProblem, Trouble
from sync.round import RoundReport
from tests.support.marketplace import running_marketplace
from ui.news import News

PAGE = 4096


def test_damage_in_the_middle_of_a_run_is_told_then_mended_then_over(tmp_path):
    profile, core = Profile(tmp_path, ""), open_core(Profile(tmp_path, ""))
    with running_marketplace(clock="system") as market, core.ends:
        address = Address(market.url, market.token)
        courier = Courier(profile, lambda: address, core.clock, core.desk.announce, core.keychain)
        with ExitStack() as ends:
            ends.callback(courier.stop)
            courier.run()
            market.event("invite")
            courier.run()
            call_id = core.desk.overview().sections[0].ids[0]
            shown = core.desk.call(call_id)
            slot = shown.call.open_slots(core.clock.now())[-1]
            item = core.desk.submit(Accept(call_id, slot.id, slot.starts_at, shown.call.version))
            damage_the_calls(profile)
            for trouble in (Trouble.DAMAGED, Trouble.SALVAGED):
                with pytest.raises(StoreProblem) as problem:
                    courier.run()
                assert problem.value.code == trouble
            assert courier.run().problem is None
            assert core.queries.item(item.key).state is OutboxState.SETTLED
            assert core.desk.call(call_id).line is not None
            assert core.desk.care.check() == ()
            assert (tmp_path / "foreword-damaged-1.db").exists()


def damage_the_calls(profile: Profile) -> None:
    """Overwrite the pages in which the calls and their times lie, as a failing disk would."""
    with closing(sqlite3.connect(profile.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ('call', 'call_slot')"
        roots = [page for (page,) in connection.execute(query)]
    with profile.database.open("rb+") as file:
        for page in roots:
            file.seek((page - 1) * PAGE)
            file.write(b"\xff" * PAGE)


def test_a_salvage_stays_in_sight_until_the_program_ends(qapp):
    news, seen = News(), []
    news.trouble.connect(seen.append)
    worker = Worker(lambda *_hooks: pytest.fail("no round is asked for"), news)
    salvaged, full = StoreProblem(Trouble.SALVAGED, "where it lies"), StoreProblem(Trouble.DISK_FULL)
    for outcome in (salvaged, RoundReport(None, None), full, RoundReport(None, None)):
        worker._on_finished(outcome)
    assert seen == [salvaged, salvaged, full, salvaged]
