"""Faults that have more shapes than one cell can show: certificates, the byte of a cut, damaged answers."""

from __future__ import annotations

import json
from random import Random

import pytest

from sync.domain.intents import Decline
from sync.domain.problems import Busy, Offline, Problem, Trouble
from tests.faults.operations import ACCEPT, CHANGES, OPERATIONS, OUTCOME
from tests.support.faults import Fault, Kind, Moment
from tests.support.http_bytes import answer


def arm(scene, operation, kind, moment, **more):
    scene.proxy.arm(Fault(kind, moment, lambda asked: operation.hits(asked.method, asked.path), **more))


@pytest.mark.parametrize("certificate", ["unknown.pem", "expired.pem", "wrong-name.pem"])
def test_neither_token_nor_action_goes_to_who_cannot_prove_to_be_the_marketplace(set_scene, certificate):
    scene = set_scene(safe=True)
    ACCEPT.begin(scene)
    arm(scene, ACCEPT, Kind.BAD_TLS, Moment.BEFORE, certificate=certificate)
    problem = scene.sync().problem
    assert (type(problem), problem.code) == (Offline, Trouble.TLS)
    assert scene.proxy.seen == []


@pytest.mark.parametrize("tenth", range(10))
def test_an_answer_cut_anywhere_is_asked_for_again_and_done_once(set_scene, tenth):
    scene = set_scene()
    ACCEPT.begin(scene)
    arm(scene, ACCEPT, Kind.RESET, Moment.DURING, at=0.03 + tenth / 10)
    scene.sync()
    assert scene.item_now().problem_code == Trouble.CUT_OFF
    scene.proxy.heal()
    assert scene.later().problem is None
    ACCEPT.ended_well(scene)
    assert scene.effects() == 1


def test_a_page_of_changes_cut_anywhere_changes_nothing(set_scene):
    scene = set_scene()
    CHANGES.begin(scene)
    before = scene.computer.view()
    for hundredth in range(0, 100, 2):
        arm(scene, CHANGES, Kind.RESET, Moment.DURING, at=hundredth / 100)
        problem = scene.later().problem
        assert (hundredth, problem.code) == (hundredth, Trouble.CUT_OFF)
        scene.proxy.heal()
    assert scene.computer.view() == before
    assert scene.later().problem is None
    CHANGES.ended_well(scene)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_answer_that_comes_twice_costs_one_round_at_most(set_scene, operation):
    scene = set_scene(fresh=operation.fresh)
    operation.begin(scene)
    arm(scene, operation, Kind.TWICE, Moment.AFTER)
    scene.sync()
    scene.proxy.heal()
    assert scene.watched.results[0] == (operation.asks, None)
    scene.later()
    assert scene.later().problem is None
    operation.ended_well(scene)


def test_an_answer_that_comes_twice_is_not_taken_for_the_outcome_of_another_action(set_scene):
    scene = set_scene()
    calls = {f"twice-{name}": scene.stage.invite() for name in "ab"}
    for key, call_id in calls.items():
        scene.stage.act_elsewhere(f"{call_id}/decline", key, {"message": "No.", "reason": None, "seen_version": 1})
    arm(scene, OUTCOME, Kind.TWICE, Moment.AFTER)
    first, second = (Decline(calls[key], "No.", 1) for key in ("twice-a", "twice-b"))
    assert scene.watched.inner.outcome_of("twice-a", first).call.id == calls["twice-a"]
    scene.proxy.heal()
    with pytest.raises(Busy, match=Trouble.GARBLED):
        scene.watched.inner.outcome_of("twice-b", second)
    assert scene.watched.inner.outcome_of("twice-b", second).call.id == calls["twice-b"]


def test_damaged_bytes_are_a_value_or_a_problem_never_a_crash(set_scene):
    scene = set_scene()
    call = scene.on_server()
    change = {"kind": "call_request", "op": "upsert", "id": call["id"], "version": call["version"], "resource": call}
    page = {"changes": [change], "next_cursor": "c", "has_more": False, "head_seq": 9}
    whole = answer(200, json.dumps(page).encode(), "application/json", Sync_Epoch="any")
    values = problems = 0
    for seed in range(400):
        arm(scene, CHANGES, Kind.ANSWER, Moment.BEFORE, own=damaged(whole, Random(seed)))
        try:
            scene.watched.changes("c")
            values += 1
        except Problem:
            problems += 1
    assert values
    assert problems


def damaged(whole, random):
    """Return the bytes with one to four of them changed, taken out or put in."""
    data = bytearray(whole)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        how = random.randrange(3)
        data[at : at + (how < 2)] = bytes([random.choice((0, 10, 13, 32, 34, 44, 58, 123, 128, 255))] * (how != 1))
    return bytes(data)
