"""What the marketplace itself refuses, found out by a computer that could not know: the state and the words."""

from __future__ import annotations

import itertools

import pytest

from sync.domain.intents import OutboxState
from tests.faults.operations import ACCEPT, DECLINE
from ui.sentences import known_codes

NUMBERS = itertools.count(1)


def happens(name, **fields):
    """Let a customer act."""
    return lambda scene: scene.stage.event(name, call_request_id=scene.call.id, **fields)


def on_the_slot(name, **fields):
    return lambda scene: happens(name, slot_id=scene.call.slots[0].id, **fields)(scene)


def accepted_elsewhere(number):
    def accept(scene):
        slot = scene.call.slots[number]
        read = {"slot_id": slot.id, "starts_at": slot.starts_at.isoformat().replace("+00:00", "Z")}
        body = read | {"seen_version": scene.call.version}
        scene.stage.act_elsewhere(f"{scene.call.id}/acceptance", f"elsewhere-{next(NUMBERS)}", body)

    return accept


def declined_elsewhere(scene):
    body = {"message": "No, thank you.", "reason": None, "seen_version": scene.call.version}
    scene.stage.act_elsewhere(f"{scene.call.id}/decline", f"elsewhere-{next(NUMBERS)}", body)


def key_used_elsewhere(scene):
    body = {"message": "No, thank you.", "reason": None, "seen_version": 1}
    scene.stage.act_elsewhere(f"{scene.stage.invite()}/decline", scene.item.key, body)


REFUSED = [
    (ACCEPT, happens("withdraw"), "call-withdrawn"),
    (ACCEPT, happens("give_away"), "slot-taken"),
    (ACCEPT, happens("expire"), "call-expired"),
    (ACCEPT, happens("remove"), "unknown-call-request"),
    (ACCEPT, on_the_slot("take_slot"), "slot-taken"),
    (ACCEPT, on_the_slot("withdraw_slot"), "slot-gone"),
    (ACCEPT, on_the_slot("move_slot", minutes=60), "slot-gone"),
    (ACCEPT, declined_elsewhere, "already-declined"),
    (ACCEPT, accepted_elsewhere(1), "already-accepted-other-slot"),
    (ACCEPT, key_used_elsewhere, "key-reuse"),
    (DECLINE, declined_elsewhere, "already-declined"),
    (DECLINE, accepted_elsewhere(0), "already-accepted-other-slot"),
    (DECLINE, happens("remove"), "unknown-call-request"),
    (DECLINE, key_used_elsewhere, "key-reuse"),
]
NAMES = [f"{operation}: {code} ({number})" for number, (operation, _, code) in enumerate(REFUSED)]


@pytest.mark.parametrize(("operation", "meanwhile", "code"), REFUSED, ids=NAMES)
def test_a_refused_action_is_parked_with_the_reason_beside_the_call_as_it_is_now(set_scene, operation, meanwhile, code):
    scene = set_scene()
    operation.begin(scene)
    meanwhile(scene)
    scene.count_from_here()
    assert scene.sync().problem is None
    item = scene.item_now()
    assert (item.state, item.problem_code, item.intent) == (OutboxState.REJECTED, code, scene.item.intent)
    assert code in known_codes()
    assert scene.effects() == 0
    here, there = scene.computer.desk.call(scene.call.id), scene.on_server()
    assert (here.pending, here.call.status) == (None, there["status"] if there else scene.call.status)


@pytest.mark.parametrize("name", ["withdraw", "give_away", "expire"])
def test_declining_what_is_over_ends_quietly(set_scene, name):
    scene = set_scene()
    DECLINE.begin(scene)
    happens(name)(scene)
    scene.count_from_here()
    assert scene.sync().problem is None
    assert scene.item_now().state is OutboxState.SETTLED
    assert scene.computer.desk.call(scene.call.id).call.status == scene.on_server()["status"]
    assert scene.effects() == 0


def test_accepting_what_another_computer_accepted_is_one_acceptance(set_scene):
    scene = set_scene()
    ACCEPT.begin(scene)
    accepted_elsewhere(0)(scene)
    assert scene.sync().problem is None
    ACCEPT.ended_well(scene)
    assert scene.effects() == 1
