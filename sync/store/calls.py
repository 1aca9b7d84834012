"""Writes the marketplace's rows: the only code that changes ``call`` and ``call_slot`` (invariant I4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from sync.domain.calls import CallRequest
from sync.domain.times import to_millis
from sync.store.schema import ALIVE, CALL, CALL_SLOT, NO_DIGEST, OUTBOX, SYNC_STATE

FEW: Final = 5
SMALL_PART: Final = 0.2
_BLOCK: Final = 500


def apply_rows(connection: Connection, received: Sequence[CallRequest]) -> set[str]:
    """Store what is newer than what stands here; return the ids that changed.

    A row with a lower or equal version is ignored, so acknowledgement, pull and snapshot may come in any order.
    Acknowledged actions whose effect has arrived are settled in the same transaction.
    """
    if not received:
        return set()
    latest = {call.id: call for call in sorted(received, key=lambda call: call.version)}
    known = _versions(connection, list(latest))
    newer = {call.id: call for call in latest.values() if call.version > known.get(call.id, -1)}
    returned = [call.id for call in latest.values() if call.version == known.get(call.id)]
    replaced = [one for one in newer if one in known]
    _recount(connection, leave=replaced, enter=())
    if newer:
        table = upsert(CALL)
        columns = {column.name: table.excluded[column.name] for column in CALL.columns if not column.primary_key}
        connection.execute(
            table.on_conflict_do_update(index_elements=["id"], set_=columns),
            [_columns(call) for call in newer.values()],
        )
        if replaced:
            connection.execute(delete(CALL_SLOT).where(CALL_SLOT.c.call_id.in_(replaced)))
        slots = [slot for call in newer.values() for slot in _slots(call)]
        if slots:
            connection.execute(insert(CALL_SLOT), slots)
    back = _mark_present(connection, returned)
    _recount(connection, leave=(), enter=(*newer, *back))
    _settle(connection, list(latest))
    return set(newer) | back


def mark_missing(connection: Connection, gone: Sequence[tuple[str, int]]) -> set[str]:
    """Mark calls that the marketplace no longer has, as (id, version); nothing is deleted (invariant I14)."""
    changed: set[str] = set()
    for call_id, version in gone:
        _recount(connection, leave=[call_id], enter=())
        query = update(CALL).where(CALL.c.id == call_id, CALL.c.version < version, CALL.c.server_missing == 0)
        if connection.execute(query.values(server_missing=1, version=version)).rowcount:
            changed.add(call_id)
        _recount(connection, leave=(), enter=[call_id])
    return changed


def mark_unlisted(connection: Connection, listed: set[str], *, asked: bool) -> tuple[set[str], int]:
    """Mark the calls that a complete snapshot did not list; they stay, with number and PIN.

    A snapshot that suddenly lacks many of them is rather a fault of the marketplace: unless the writer was ``asked``
    and agreed, nothing is marked then. Returns the marked ids, and how many the writer is to be asked about.
    """
    here = set(connection.scalars(select(CALL.c.id).where(CALL.c.server_missing == 0)))
    absent = here - listed
    if not asked and len(absent) > FEW and len(absent) > len(here) * SMALL_PART:
        return set(), len(absent)
    for call_id in absent:
        connection.execute(update(CALL).where(CALL.c.id == call_id).values(server_missing=1))
    return absent, 0


def count_anew(connection: Connection) -> None:
    """Count the digest from the rows; after a snapshot, where much may have changed."""
    connection.execute(upsert(SYNC_STATE).values(id=1).on_conflict_do_nothing())
    clear = {"digest_count": 0, "digest_xor": NO_DIGEST}
    connection.execute(update(SYNC_STATE).where(SYNC_STATE.c.id == 1).values(clear))
    _recount(connection, leave=(), enter=list(connection.scalars(select(CALL.c.id))))


def forget_versions(connection: Connection) -> None:
    """Let older versions in again: the marketplace has started a new history (a new epoch), its word is the truth."""
    connection.execute(update(CALL).values(version=0))


def _versions(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found = connection.execute(select(CALL.c.id, CALL.c.version).where(CALL.c.id.in_(ids)))
    return {row.id: row.version for row in found}


def _recount(connection: Connection, *, leave: Iterable[str], enter: Iterable[str]) -> None:
    """Keep the digest of the calls that are not missing (A2): exclusive or takes a row out as it put it in."""
    ids = [*leave, *enter]
    sign = -1 if leave else 1
    here: list[Any] = []
    for start in range(0, len(ids), _BLOCK):
        block = (CALL.c.id.in_(ids[start : start + _BLOCK]), CALL.c.server_missing == 0)
        here += connection.execute(select(CALL.c.id, CALL.c.version).where(*block)).all()
    if not here:
        return
    connection.execute(upsert(SYNC_STATE).values(id=1).on_conflict_do_nothing())
    state = connection.execute(select(SYNC_STATE.c.digest_xor).where(SYNC_STATE.c.id == 1)).one()
    mark = int(state.digest_xor, 16)
    for row in here:
        mark ^= int(hashlib.sha256(f"{row.id}:{row.version}".encode()).hexdigest(), 16)
    values = {"digest_count": SYNC_STATE.c.digest_count + sign * len(here), "digest_xor": f"{mark:064x}"}
    connection.execute(update(SYNC_STATE).where(SYNC_STATE.c.id == 1).values(values))


def _mark_present(connection: Connection, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    missing = set(connection.scalars(select(CALL.c.id).where(CALL.c.id.in_(ids), CALL.c.server_missing == 1)))
    if missing:
        connection.execute(update(CALL).where(CALL.c.id.in_(missing)).values(server_missing=0))
    return missing


def _settle(connection: Connection, ids: Sequence[str]) -> None:
    reached = select(CALL.c.id).where(CALL.c.id == OUTBOX.c.target_id, CALL.c.version >= OUTBOX.c.ack_version)
    acked = update(OUTBOX).where(OUTBOX.c.target_id.in_(ids), ALIVE, OUTBOX.c.state == "acked", reached.exists())
    connection.execute(acked.values(state="settled"))


def _columns(call: CallRequest) -> dict[str, Any]:
    slot = call.accepted_slot
    times = (slot,) if slot else call.slots
    last = max((one.starts_at for one in times), default=call.created_at)
    end = max((one.ends_at for one in times), default=call.created_at)
    return {
        "id": call.id,
        "version": call.version,
        "status": call.status.value,
        "customer_json": json.dumps(call.customer._asdict(), ensure_ascii=False),
        "about": call.about,
        "subject": call.subject,
        "message": call.message,
        "created_at": to_millis(call.created_at),
        "deadline_at": to_millis(call.deadline_at) if call.deadline_at else None,
        "accepted_slot_id": call.accepted_slot_id,
        "conf_number": call.line.number if call.line else None,
        "conf_pin": call.line.pin if call.line else None,
        "follow_up_of": call.follow_up_of,
        "decline_message": call.decline_message,
        "closed_reason": call.closed_reason,
        "ends_at": to_millis(end),
        "sort_at": to_millis(last),
        "server_missing": int(call.missing),
        "raw_json": call.raw,
    }


def _slots(call: CallRequest) -> list[dict[str, Any]]:
    return [
        {
            "call_id": call.id,
            "id": slot.id,
            "starts_at": to_millis(slot.starts_at),
            "ends_at": to_millis(slot.ends_at),
            "tz": slot.time_zone,
            "state": slot.state.value,
        }
        for slot in call.slots
    ]
