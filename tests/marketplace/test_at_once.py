"""What holds while many act at once: one effect for one key, one winner for one time, no change that is never seen."""

from __future__ import annotations

import json
import multiprocessing
import threading
import uuid
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from tests.marketplace.crowd import write_many
from tests.marketplace.devices import Writer, acceptance_of
from tests.marketplace.sizes import size
from tests.marketplace.sockets import Wire
from tests.support.marketplace import RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgresql import NewDatabase

SOCKETS = 20
SAME_KEY_ROUNDS = size(150, 1_000)
RACE_ROUNDS = size(150, 1_000)
CHANGES = size(6_000, 50_000)
WRONG_CHANGES = 2_000
PROCESSES = 4


@pytest.fixture(scope="module")
def crowded(new_postgresql_database: NewDatabase) -> Iterator[RunningMarketplace]:
    with running_marketplace(new_postgresql_database(), workers=4) as running:
        yield running


@pytest.fixture
def wires(crowded: RunningMarketplace) -> Iterator[list[Wire]]:
    with ExitStack() as stack:
        yield [stack.enter_context(closing(new_wire(crowded, crowded.token))) for _ in range(SOCKETS)]


def new_wire(market: RunningMarketplace, token: str) -> Wire:
    epoch = market.state()["epoch"]
    return Wire(market.url, token, epoch)


def event(wire: Wire, name: str, **fields: str) -> Any:
    status, body = wire.send("POST", "/practice/events", {"event": name, **fields})
    assert status == 200, body
    return json.loads(body)["call_request"]


@pytest.mark.timeout(600)
def test_one_key_from_twenty_sockets_has_one_effect_and_one_answer(
    crowded: RunningMarketplace, wires: list[Wire]
) -> None:
    before = crowded.state()["seq"]
    for _ in range(SAME_KEY_ROUNDS):
        call = event(wires[0], "invite")
        path, key = f"/v1/call-requests/{call['id']}/decline", f'"{uuid.uuid4()}"'
        body = {"message": "Not this week.", "reason": None, "seen_version": call["version"]}
        for wire in wires:
            wire.begin("POST", path, body, Idempotency_Key=key)
        answers = {wire.finish() for wire in wires}
        assert len(answers) == 1
        status, told = answers.pop()
        assert (status, json.loads(told)["call_request"]["status"]) == (200, "declined")
    assert crowded.state()["seq"] == before + 2 * SAME_KEY_ROUNDS


@pytest.mark.timeout(600)
def test_two_accounts_race_for_one_time_and_one_wins(crowded: RunningMarketplace, wires: list[Wire]) -> None:
    rival = new_wire(crowded, crowded.new_token("rival"))
    for _ in range(RACE_ROUNDS):
        mine = event(wires[0], "invite")
        theirs = event(wires[0], "ask_another", call_request_id=mine["id"], account="rival")
        racers = ((wires[0], mine), (rival, theirs))
        for wire, call in racers:
            path, key = f"/v1/call-requests/{call['id']}/acceptance", f'"{uuid.uuid4()}"'
            wire.begin("POST", path, acceptance_of(call), Idempotency_Key=key)
        answers = sorted(wire.finish() for wire, _ in racers)
        assert [status for status, _ in answers] == [200, 409]
        won, lost = (json.loads(body) for _, body in answers)
        assert won["call_request"]["status"] == "accepted"
        assert (lost["code"], lost["current"]["slots"][0]["state"]) == ("slot-taken", "taken")
    rival.close()


class Poller:
    """A client that asks for changes all the time and never looks back."""

    def __init__(self, market: RunningMarketplace) -> None:
        self._device = Writer(market)
        self._wire = new_wire(market, market.token)
        _, self._cursor = self._device.snapshot()
        self.seen: set[str] = set()

    def pull(self) -> None:
        more = True
        while more:
            status, body = self._wire.send("GET", f"/v1/changes?cursor={self._cursor}&limit=500")
            assert status == 200, body
            page = json.loads(body)
            self.seen |= {change["id"] for change in page["changes"]}
            self._cursor, more = page["next_cursor"], page["has_more"]

    def close(self) -> None:
        self._device.http.close()
        self._wire.close()


def missed(market: RunningMarketplace, count: int, *, wrongly: bool) -> set[str]:
    """Let eight writers in four processes write so many rows while a poller follows; return what it never saw."""
    engine = create_engine(market.database_url)
    with engine.begin() as connection:
        account_id = connection.scalars(text("SELECT id FROM account WHERE name = 'practice'")).one()
        if wrongly:
            connection.execute(text("CREATE SEQUENCE wrong_number START 1000000"))
    engine.dispose()
    poller, done = Poller(market), threading.Event()

    def follow() -> None:
        while not done.is_set():
            poller.pull()

    spawn = multiprocessing.get_context("spawn")
    with ThreadPoolExecutor(1) as pool, ProcessPoolExecutor(PROCESSES, mp_context=spawn) as writers:
        following = pool.submit(follow)
        try:
            tasks = [
                writers.submit(write_many, market.database_url, account_id, number, count // PROCESSES, wrongly=wrongly)
                for number in range(PROCESSES)
            ]
            written = {name for task in tasks for name in task.result()}
        finally:
            done.set()
        following.result()
    poller.pull()
    poller.close()
    assert len(written) == count
    return written - poller.seen


@pytest.mark.timeout(900)
def test_a_poller_misses_no_change_of_eight_writers_and_would_with_numbers_drawn_before_the_commit(
    new_postgresql_database: NewDatabase,
) -> None:
    with running_marketplace(new_postgresql_database(), workers=4) as market:
        assert missed(market, CHANGES, wrongly=False) == set()
    with running_marketplace(new_postgresql_database(), workers=4) as market:
        assert missed(market, WRONG_CHANGES, wrongly=True) != set()
