"""The end of a history: the trouble ends, both devices synchronise until nothing moves, and everything must agree."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.model.laws import _plain

if TYPE_CHECKING:
    from tests.model.device import Device
    from tests.model.world import World

ROUNDS = 25


def come_to_rest(world: World) -> None:
    """Synchronise to the end. Raises AssertionError: I7, I9, or words of the writer that are nowhere."""
    world.calm()
    _synchronise(world)
    if world.memory.silent_restores:
        # What a restored marketplace did not tell and nobody can see, its operator tells at last.
        world.server.begin_history()
        _synchronise(world)
    for device in world.devices.values():
        _agree(world, device)
    _keep_words(world)


def _synchronise(world: World) -> None:
    for _ in range(ROUNDS):
        before = (world.server.state.seq, [network.offset for network in world.networks.values()])
        busy = False
        for name, device in world.devices.items():
            report = device.round.run()
            if device.desk.status().unlisted:
                device.desk.accept_sweep()
                busy = True
            world.laws[name].check()
            busy = busy or report.problem is not None or bool(device.desk.status().waiting)
        if not busy and before[0] == world.server.state.seq and _count_rounds_alike(world):
            return
        world.server.pass_time(timedelta(hours=1))
    waiting = {name: device.desk.outbox() for name, device in world.devices.items()}
    raise AssertionError(f"I7, I9: still not quiet after {ROUNDS} rounds: {waiting}, {report}")


def _count_rounds_alike(world: World) -> bool:
    states = [device.queries.sync_state() for device in world.devices.values()]
    digests = [device.rows("SELECT digest_misses FROM sync_state")[0][0] for device in world.devices.values()]
    return all(state.cursor and state.unreadable == 0 for state in states) and not any(digests)


def _agree(world: World, device: Device) -> None:
    """I9: what this device shows is what the marketplace has; anything more is marked as missing."""
    state = world.server.state
    shown = {one.call.id: one for one in device.desk.shown(device.queries.all_ids())}
    for call_id, call in state.calls.items():
        assert call_id in shown, f"I9: {device.name} lacks {call_id}"
        assert shown[call_id].call == _plain(call), f"I9: {device.name} shows another {call_id}"
        assert shown[call_id].pending is None, f"I9: {device.name} still waits with {call_id}"
    for call_id in shown.keys() - state.calls.keys():
        assert shown[call_id].call.missing, f"I9: {device.name} shows {call_id}, which is not there"
    rows = {(row["call_id"], row["part"]): row for row in device.rows("SELECT * FROM note")}
    for place, note in state.notes.items():
        row = rows.get((place[0], str(place[1])))
        assert row is not None, f"I9: {device.name} lacks the note {place}"
        assert (row["text"], row["server_missing"]) == (note.text, 0), f"I9: {device.name} shows another note {place}"
    for place, row in rows.items():
        known = any((place[0], place[1]) == (one, str(part)) for one, part in state.notes)
        assert known or row["server_missing"], f"I9: {device.name} shows the note {place}, which is not there"
    for name, field in device.desk.profile().items():
        assert field.value == state.fields[name].value, f"I9: {device.name} shows another {name}"


def _keep_words(world: World) -> None:
    """No word that the writer typed and nobody took away is missing, unless it waits for the writer's decision."""
    memory, state = world.memory, world.server.state
    visible = set()
    for device in world.devices.values():
        for entry in device.desk.outbox():
            visible |= set(getattr(entry.item.intent, "text", "").split())
    for place, typed in memory.words.items():
        if place[0] in memory.removed_calls or place[0] not in state.calls:
            continue
        note = state.notes.get(place)
        there = set(note.text.split()) if note else set()
        lost = typed - memory.given_up - there - visible
        assert not lost, f"I10: {sorted(lost)} were typed in {place} and are nowhere"
