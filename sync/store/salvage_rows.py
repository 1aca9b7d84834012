"""Brings the rows of a damaged file into a fresh one of the same layout: the writer's own first, every one judged.

An action goes on as it was only if it is certain that this is what the writer asked for; else the writer decides. What
the marketplace stated comes along, so that the next PIN is there without a network; it is read anew afterwards.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, Final, NamedTuple

from sync.domain.intents import Intent, OutboxState, decode, lane_of, target_of
from sync.domain.problems import Trouble
from sync.store.care import ACTION_TIMES, COMMAND_VERSION, FIRST, LAST, UNREADABLE
from sync.store.salvage_image import Record, find_records

Row = dict[str, Any]

_OLDEST_COLUMNS: Final = 17
"""An action of the first layout has so many; a row written before a layout grew has no more."""

_STATES: Final = tuple(OutboxState)
_ENDED: Final = frozenset({OutboxState.SETTLED, OutboxState.DISMISSED, OutboxState.CANCELLED})
_WITHDRAWN: Final = frozenset({"taken back", "replaced", "dismissed", "merged"})
_ORIGINS: Final = frozenset({"local", "server", "merge"})
_FROM_MARKETPLACE: Final = ("note", "setting", "call", "call_slot", "sync_state")
_AT_NO_PLACE: Final = ("cursor", "head_seq_seen", "next_try_at", "trouble", "trouble_detail", "trouble_since",
                       "patience_until", "patience_code")  # fmt: skip


class Saved(NamedTuple):
    """How many actions were saved, how many of them wait for the writer's word, and how many made no sense."""

    actions: int
    unsure: int
    unreadable: int


def fill(fresh: sqlite3.Connection, damaged: sqlite3.Connection, everything: bytes) -> Saved:
    """Copy what can be read; ``everything`` are all bytes there are, in which rows lie that nothing leads to."""
    log = _read(damaged, "outbox_log", _columns(fresh, "outbox_log"))
    for row in log:
        _put(fresh, "outbox_log", row)
    saved = _fill_queue(fresh, damaged, everything, log)
    if _columns(fresh, "note_revision"):
        _fill_history(fresh, damaged, everything)
    for table in _FROM_MARKETPLACE:
        for row in _read(damaged, table, _columns(fresh, table)):
            _put(fresh, table, row)
    _mend_what_came(fresh)
    return saved


def _fill_queue(fresh: sqlite3.Connection, damaged: sqlite3.Connection, everything: bytes, log: list[Row]) -> Saved:
    names = _columns(fresh, "outbox")
    live = {str(row["key"]): row for row in _read(damaged, "outbox", names)}
    last_event = {str(row["key"]): row["event"] for row in sorted(log, key=lambda row: str(row["at"]))}
    stray = _stray_actions(everything, names, set(live))
    actions = unsure = unreadable = 0
    for row in sorted((*live.values(), *stray), key=_seq):
        key = str(row["key"])
        if key not in live and last_event.get(key) in _WITHDRAWN:
            continue
        state = row["state"]
        judged = _judged(row, certain=key in live or state in _ENDED)
        if judged is None or not _put(fresh, "outbox", judged, own_id="seq"):
            unreadable += state not in _ENDED
            continue
        actions += judged["state"] not in _ENDED
        unsure += judged["problem_code"] == Trouble.SALVAGED_ACTION and judged["state"] == OutboxState.REJECTED
    return Saved(actions, unsure, unreadable)


def _judged(row: Row, *, certain: bool) -> Row | None:
    """Return the row as it may go on: as it was, or shown to the writer; None for one that makes no sense."""
    payload = str(row["payload_json"])
    mark = hashlib.sha256(payload.encode()).hexdigest()
    certain = certain and row["state"] in _STATES
    for name in {*ACTION_TIMES, "attempts"} & set(row):
        if row[name] is not None and not (isinstance(row[name], int) and FIRST <= row[name] <= LAST):
            row, certain = row | {name: None}, False
    row = row | {"created_at": row["created_at"] or 0, "attempts": row["attempts"] or 0}
    if row["cmd_version"] == COMMAND_VERSION or mark != row["payload_sha256"]:
        intent = _intent(payload)
        if intent is None:
            return None
        kind = json.loads(payload)["type"]
        row = row | {"lane": lane_of(intent), "target_id": target_of(intent), "type": kind}
        row["cmd_version"] = COMMAND_VERSION
    if certain and mark == row["payload_sha256"]:
        return row
    row = row | {"payload_sha256": mark}
    if row["state"] in _ENDED:
        return row
    return row | {"state": "rejected", "problem_code": str(Trouble.SALVAGED_ACTION), "problem_detail": None}


def _intent(payload: str) -> Intent | None:
    try:
        return decode(json.loads(payload))
    except (ValueError, AttributeError):
        return None


def _seq(row: Row) -> int:
    return row["seq"] if isinstance(row["seq"], int) else 1 << 62


def _stray_actions(everything: bytes, names: list[str], live: set[str]) -> list[Row]:
    """Find actions that nothing leads to: of several states of one, the furthest that it had reached."""

    def fits(record: Record) -> bool:
        row = dict(zip(names, record, strict=False))
        payload, key = row["payload_json"], row["key"]
        if not isinstance(payload, str) or not isinstance(key, str) or key in live or row["state"] not in _STATES:
            return False
        return hashlib.sha256(payload.encode()).hexdigest() == row["payload_sha256"]

    found: dict[str, Row] = {}
    for rowid, record in find_records(everything, set(range(_OLDEST_COLUMNS, len(names) + 1)), fits):
        row = dict.fromkeys(names) | dict(zip(names, record, strict=False)) | {"seq": rowid}
        key = str(row["key"])
        if key not in found or _furthest(row) > _furthest(found[key]):
            found[key] = row
    return list(found.values())


def _furthest(row: Row) -> tuple[bool, bool, bool]:
    waits = row["state"] in {OutboxState.QUEUED, OutboxState.INFLIGHT}
    return row["state"] in _ENDED, not waits, row["seq"] is not None


def _fill_history(fresh: sqlite3.Connection, damaged: sqlite3.Connection, everything: bytes) -> None:
    """Bring every text that a note had (I10), also from places that nothing leads to."""
    names = _columns(fresh, "note_revision")

    def fits(record: Record) -> bool:
        row = dict(zip(names, record, strict=False))
        return row["origin"] in _ORIGINS and isinstance(row["created_at"], int) and isinstance(row["text"], str)

    rows = _read(damaged, "note_revision", names)
    for rowid, record in find_records(everything, {len(names)}, fits):
        rows.append(dict(zip(names, record, strict=True)) | {"id": rowid})
    known: set[tuple[Any, ...]] = set()
    for row in rows:
        text = tuple(row[name] for name in ("call_id", "part", "text", "created_at"))
        if text not in known:
            known.add(text)
            _put(fresh, "note_revision", row, own_id="id")


def _mend_what_came(fresh: sqlite3.Connection) -> None:
    """Let the marketplace say everything again: no place in its history, and any version is newer than what is here."""
    names = _columns(fresh, "sync_state")
    clear = ", ".join(f"{name} = NULL" for name in _AT_NO_PLACE if name in names)
    fresh.execute(f"UPDATE sync_state SET {clear}")  # noqa: S608 - names of our own
    fresh.execute("DELETE FROM sync_state WHERE id <> 1")
    for table in ("call", "note", "setting"):
        if _columns(fresh, table):
            fresh.execute(f"UPDATE {table} SET version = 0")  # noqa: S608 - names of our own
    if len(_columns(fresh, "outbox")) > _OLDEST_COLUMNS:
        for table, condition in UNREADABLE.items():
            fresh.execute(f"DELETE FROM {table} WHERE {condition}")  # noqa: S608 - words of our own


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the names of a table's columns in the order of its rows; none: no such table in this layout."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _read(damaged: sqlite3.Connection, table: str, names: list[str]) -> list[Row]:
    """Return the rows that can be read, from both ends: damage in between hides only what lies there.

    The names are those of the fresh table: in the damaged file they are as uncertain as anything. A row's number is
    believed rather than a column that should repeat it.
    """
    found: dict[str, Row] = {}
    for order in ("ASC", "DESC") if names else ():
        rowid = _while_it_goes(damaged, f"SELECT rowid, * FROM {table} NOT INDEXED ORDER BY rowid {order}")  # noqa: S608
        plain = _while_it_goes(damaged, f"SELECT NULL, * FROM {table} ORDER BY 2 {order}, 3 {order}")  # noqa: S608
        for number, *values in chain(rowid, plain if not found else ()):
            row = dict(zip(names, values, strict=False))
            if len(values) == len(names):
                found.setdefault(repr(values), row | ({names[0]: number} if row[names[0]] is None else {}))
    return list(found.values())


def _while_it_goes(damaged: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with suppress(sqlite3.Error):
        yield from damaged.execute(query)


def _put(fresh: sqlite3.Connection, table: str, row: Row, own_id: str = "") -> bool:
    """Insert a row, under another number where its own is taken; False for one that does not fit the table."""
    names = [name for name in _columns(fresh, table) if name in row]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names of our own
    attempts: Iterable[Row] = (row, row | {own_id: None}) if own_id else (row,)
    for values in attempts:
        with suppress(sqlite3.IntegrityError):
            fresh.execute(statement, [values[name] for name in names])
            return True
    return False
