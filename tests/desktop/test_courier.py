"""Rounds in a process of their own: the same effects, and nothing lost when the process dies."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import pytest

from desktop.courier import Courier
from desktop.paths import Profile
from desktop.practice import Address
from desktop.wiring import Core, open_core
from sync.domain.changes import Kind
from sync.domain.intents import Accept, OutboxState
from sync.domain.problems import StoreProblem, Trouble
from sync.store.database import SCHEMA_VERSION
from tests.support.marketplace import RunningMarketplace, running_marketplace


@pytest.fixture
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace(clock="system") as running:
        yield running


@pytest.fixture
def core(tmp_path) -> Iterator[Core]:
    opened = open_core(Profile(tmp_path, ""))
    with opened.ends:
        yield opened


@pytest.fixture
def courier(core, market, tmp_path) -> Iterator[Courier]:
    address = Address(market.url, market.token)
    made = Courier(Profile(tmp_path, market.url), lambda: address, core.clock, core.desk.announce, core.keychain)
    yield made
    made.stop()


def test_it_makes_the_store_ready_fetches_what_is_there_and_tells_what_changed(core, courier):
    heard = []
    core.desk.listen(heard.append)
    report = courier.run()
    assert report.problem is None
    assert core.desk.overview().sections[0].ids
    assert heard[0].kinds == set(Kind)


def test_it_sends_what_the_window_has_queued(core, courier, market):
    courier.run()
    market.event("invite")
    courier.run()
    call_id = core.desk.overview().sections[0].ids[0]
    shown = core.desk.call(call_id)
    slot = shown.call.open_slots(core.clock.now())[-1]
    item = core.desk.submit(Accept(call_id, slot.id, slot.starts_at, shown.call.version))
    report = courier.run()
    assert (report.sent, report.refused) == (1, 0)
    assert core.queries.item(item.key).state is OutboxState.SETTLED


def test_a_marketplace_out_of_reach_is_told_with_the_time_of_the_next_try(core, courier, market):
    courier.run()
    market.stop()
    report = courier.run()
    assert report.problem.code == Trouble.UNREACHABLE
    assert report.next_try_at > core.clock.now()


def test_a_process_that_died_is_said_and_the_next_round_has_a_new_one(core, courier):
    courier.run()
    courier._companion._process.kill()
    courier._companion._process.wait()
    assert courier.run().problem is None


def test_a_process_that_dies_in_the_middle_is_reported_as_an_error_of_our_own(core, courier, monkeypatch):
    courier.run()
    say = courier._companion.say

    def say_and_kill(line):
        say(line)
        courier._companion._process.kill()

    monkeypatch.setattr(courier._companion, "say", say_and_kill)
    report = courier.run()
    assert report.problem.code == Trouble.OWN_ERROR
    assert report.next_try_at > core.clock.now()


def test_a_store_of_a_newer_program_is_said_and_left_alone(courier, tmp_path):
    with sqlite3.connect(tmp_path / "foreword.db") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StoreProblem) as problem:
        courier.run()
    assert problem.value.code == Trouble.TOO_NEW


def test_a_store_that_was_taken_away_is_made_again(courier, tmp_path):
    courier.run()
    for file in tmp_path.glob("foreword.db*"):
        file.unlink()
    with pytest.raises(StoreProblem) as problem:
        courier.run()
    assert problem.value.code == Trouble.NOT_READY
    assert courier.run().problem is None


def test_stopping_twice_is_stopping(courier):
    courier.run()
    courier.stop()
    courier.stop()


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently there")
def test_a_window_that_was_killed_is_no_error_of_the_courier(tmp_path):
    profile = Profile(tmp_path, "http://127.0.0.1:9")
    command = [sys.executable, "-m", "desktop.courier_main"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    process.stdout.close()
    start = {"profile": [str(profile.folder), *profile[1:]], "address": profile.origin, "token": "token"}
    _, said = process.communicate(json.dumps(start) + "\nrun\n", timeout=50)
    assert (process.returncode, said) == (0, "")
    assert not profile.log.exists()
