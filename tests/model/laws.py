"""The invariants I1 to I14 of the synchronisation, as far as one device can break them: checked after every step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync.domain.calls import CallRequest, CallStatus
from tests.model.device import Device
from tests.model.server import Server

if TYPE_CHECKING:
    from tests.model.memory import Memory

OWN_REASONS = {"epoch-changed", "lost-by-marketplace", "parent-refused"}
COUNTED = ("call", "note", "note_revision", "outbox", "setting")


class Laws:
    """What must hold on one device whatever happened; remembers the last look, for what may never go back."""

    def __init__(self, device: Device, server: Server, memory: Memory) -> None:
        self._device = device
        self._server = server
        self._memory = memory
        self._payloads: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._returns = 0
        self._counts = dict.fromkeys(COUNTED, 0)
        self._executed = 0

    def check(self) -> None:
        """Look at the device. Raises AssertionError with the name of the invariant."""
        rows = self._device.rows("SELECT * FROM outbox ORDER BY seq")
        by_key = {row["key"]: row for row in rows}
        self._keys(rows, by_key)
        self._states(rows, by_key)
        self._order(by_key)
        self._base(rows)
        self._counting()

    def view(self) -> list[Any]:
        """Return where this device stands, for the digest of a history."""
        outbox = [tuple(row) for row in self._device.rows("SELECT key, lane, state, base, attempts FROM outbox")]
        calls = [tuple(row) for row in self._device.rows("SELECT id, version, status, server_missing FROM call")]
        notes = [tuple(row) for row in self._device.rows("SELECT * FROM note")]
        return [outbox, calls, notes]

    def _keys(self, rows: list[Any], by_key: dict[str, Any]) -> None:
        lost = self._memory.actions[self._device.name] - by_key.keys()
        assert not lost, f"I1: {lost} were acknowledged to the writer and are gone"
        for row in rows:
            known = self._payloads.setdefault(row["key"], row["payload_json"])
            assert known == row["payload_json"], f"I2: {row['key']} has another content now"
        strange = self._device.network.sent.keys() - by_key.keys()
        assert not strange, f"I2, I3: {strange} were sent and are no action's keys"

    def _states(self, rows: list[Any], by_key: dict[str, Any]) -> None:
        server, memory = self._server, self._memory
        flying = [row["lane"] for row in rows if row["state"] == "inflight"]
        assert len(flying) == len(set(flying)), f"I6: two on their way in one lane: {flying}"
        for row in rows:
            key, state, code = row["key"], row["state"], row["problem_code"]
            if state == "settled":
                assert key in server.said_yes or self._found(key), f"I7: {key} is settled, nobody ever said yes to it"
            if state == "rejected" and code not in OWN_REASONS:
                said = key in server.said_no or (key in server.said_yes and code == "already-declined")
                assert said, f"I7: {key} is refused ({code}) and the marketplace never said no"
            if state == "dismissed":
                assert key in memory.put_away, f"I7: {key} was put away by nobody"
            if state == "cancelled":
                self._cancelled(key)
            parent = by_key.get(row["parent_key"])
            if parent is not None and parent["state"] in {"rejected", "blocked", "dismissed"}:
                goes_on = state in {"queued", "inflight"} or row["first_sent_at"] is not None
                was_done = parent["ack_version"] is not None
                assert was_done or not goes_on, f"A5: {key} goes on without {parent['key']}, which it followed"

    def _found(self, key: str) -> bool:
        """Tell whether the effect of an action was found, or the text queued again, after a restored backup."""
        events = self._device.rows(f"SELECT event FROM outbox_log WHERE key = '{key}'")
        return self._memory.restores > 0 and "effect found" in {row["event"] for row in events}

    def _cancelled(self, key: str) -> None:
        [(reason, heir)] = [
            (row["event"], row["detail"])
            for row in self._device.rows(f"SELECT event, detail FROM outbox_log WHERE key = '{key}'")
            if row["event"] in {"taken back", "replaced", "merged", "queued again after"}
        ][-1:] or [("", "")]
        if reason == "taken back":
            assert key in self._memory.back, f"I7: {key} was taken back by nobody"
        assert reason, f"I7: {key} ended without a reason"
        done = key in self._server.said_yes and not self._memory.restores
        assert not done, f"I7: {key} ended as {reason} ({heir}), but the marketplace has done it"

    def _order(self, by_key: dict[str, Any]) -> None:
        """I6: within a lane, effects come in the order in which the writer acted; I13: each in one history."""
        epochs: dict[str, set[str]] = {}
        last: dict[str, int] = {}
        for key, epoch in self._server.executed:
            row = by_key.get(key)
            if row is None:
                continue
            epochs.setdefault(key, set()).add(epoch)
            assert len(epochs[key]) == 1, f"I13: {key} was done in {epochs[key]}"
            if key not in self._memory.late:
                assert row["seq"] >= last.get(row["lane"], 0), f"I6: {key} overtook a later action of {row['lane']}"
                last[row["lane"]] = row["seq"]

    def _base(self, rows: list[Any]) -> None:
        device, memory = self._device, self._memory
        shown = device.desk.shown(device.queries.all_ids())
        notes = {(row["call_id"], row["part"]): row for row in device.rows("SELECT * FROM note")}
        fields = device.rows("SELECT * FROM setting")
        versions = {one.call.id: one.call.version for one in shown}
        versions |= {f"{call_id}/{part}": row["version"] for (call_id, part), row in notes.items()}
        versions |= {row["field"]: row["version"] for row in fields}
        if device.returns == self._returns:
            fallen = {name for name, version in versions.items() if version < self._versions.get(name, 0)}
            assert not fallen, f"I4: the versions of {fallen} fell"
        self._returns, self._versions = device.returns, versions
        for one in shown:
            self._stated_call(one.call)
            assert one.line is None or one.call.status is CallStatus.ACCEPTED, f"I11: a line for {one.call.id}"
            wrongly = one.call.missing and one.call.id in self._server.state.calls
            assert not wrongly or memory.restores, f"I14: {one.call.id} is marked as missing and is there"
        for row in notes.values():
            self._stated_note(row)
        for row in fields:
            stated = self._server.stated.get((row["field"], row["version"]), [])
            same = any(one.value == json.loads(row["value_json"]) for one in stated)  # type: ignore[union-attr]
            assert same or row["version"] == 0, f"I4: {row['field']} says what the marketplace never said"
        if not memory.restores and not device.returns:
            self._acknowledged(rows, versions)
            self._cursor(versions)

    def _stated_call(self, call: CallRequest) -> None:
        if call.version and not call.missing:
            stated = self._server.stated.get((call.id, call.version), [])
            assert call in [_plain(one) for one in stated], f"I4: {call.id} says what the marketplace never said"

    def _stated_note(self, row: Any) -> None:
        if row["version"] and not row["server_missing"]:
            stated = self._server.stated.get((f"{row['call_id']}/{row['part']}", row["version"]), [])
            same = any(one.text == row["text"] for one in stated)  # type: ignore[union-attr]
            assert same, f"I4: the note {row['call_id']} says what the marketplace never said"

    def _acknowledged(self, rows: list[Any], versions: dict[str, int]) -> None:
        for row in rows:
            if row["ack_version"] is not None and row["state"] == "settled" and row["lane"].startswith("call:"):
                reached = versions.get(row["target_id"], 0) >= row["ack_version"]
                assert reached, f"A6: {row['key']} is over before its effect is here"

    def _cursor(self, versions: dict[str, int]) -> None:
        """I5: what lies before the cursor is here, but for rows that came unreadable."""
        cursor = self._device.queries.sync_state().cursor
        if cursor is None or cursor.split(":")[0] != self._server.state.epoch:
            return
        seen = int(cursor.split(":")[1])
        there = {call.id: call.version for call in self._server.state.calls.values()}
        there |= {f"{one}/{part}": note.version for (one, part), note in self._server.state.notes.items()}
        for name, version in there.items():
            here = versions.get(name, 0) >= version or (name, version) in self._device.network.garbled
            assert here or version > seen, f"I5: {name} at {version} lies before the cursor {seen} and is not here"

    def _counting(self) -> None:
        query = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in COUNTED)
        [row] = self._device.rows(f"SELECT {query}")
        now = {table: row[table] for table in COUNTED}
        fewer = [table for table in COUNTED if now[table] < self._counts[table]]
        assert not fewer, f"I14: rows were deleted from {fewer}"
        self._counts = now


def _plain(row: Any) -> Any:
    return replace(row, slots=tuple(sorted(row.slots, key=lambda one: one.starts_at))) if row is not None else None
