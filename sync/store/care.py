"""Looking after one account's file: is it whole, a copy of it, and all that is in it as one file that anybody can read.

Everything here reads; what is damaged is put right by ``salvage.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sync.domain.calls import Customer
from sync.domain.findings import Fault, Finding
from sync.domain.intents import OutboxState, decode, lane_of
from sync.domain.problems import Trouble
from sync.domain.rows import NotePart
from sync.ports import Clock
from sync.store.problems import file_problem, store_problem

EXPORT_FORMAT: Final = 1
"""``foreword_export`` in an exported file; it is raised when a reader of older ones would misread a newer one."""

COMMAND_VERSION: Final = 2
"""``outbox.cmd_version`` of the actions whose payload ``sync.domain.intents.decode`` reads."""

LAYOUT: Final = 2
"""The layout whose columns are looked at."""

LAYOUT_MARK: Final = "d2273a32ed1675b31efe799f921496c4e3d5d26e5b599732f68557fa19ede31f"
"""SHA-256 of its columns, ``table.column``, sorted, with blanks between: the list itself is in ``schema.py``."""

_MOST: Final = 100
FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999
"""Milliseconds since 1970 of the years 1 and 9999, which Python's instants can say."""


def _no_times(*columns: str) -> str:
    """Say that a column is no whole number in the range of instants; empty ones are in order."""
    outside = "({0} NOTNULL AND (typeof({0}) <> 'integer' OR {0} NOT BETWEEN {1} AND {2}))"
    return " OR ".join(outside.format(name, FIRST, LAST) for name in columns)


def _no_json(column: str, more: str = "0") -> str:
    return f"CASE WHEN typeof({column}) <> 'text' THEN 1 WHEN NOT json_valid({column}) THEN 1 ELSE {more} END"


def _no_note(time: str) -> str:
    parts = ", ".join(f"'{part}'" for part in NotePart)
    return f"part NOT IN ({parts}) OR typeof(text) <> 'text' OR {_no_times(time)}"


ACTION_TIMES: Final = ("created_at", "first_sent_at", "not_before", "acked_at")
_FIELDS: Final = ", ".join(f"'{name}'" for name in Customer._fields)
_NEEDED: Final = " AND ".join(f"json_type(customer_json, '$.{name}') IS 'text'" for name in Customer._fields[:3])
_NO_CUSTOMER: Final = f"(SELECT max(key NOT IN ({_FIELDS})) FROM json_each(customer_json)) OR NOT ({_NEEDED})"  # noqa: S608
_CALL_TIMES: Final = ("created_at", "deadline_at", "ends_at", "sort_at", "version")
_STATE_TIMES: Final = ("last_synced_at", "last_tried_at", "next_try_at", "trouble_since", "patience_until")
UNREADABLE: Final = {
    "outbox": _no_times(*ACTION_TIMES, "attempts"),
    "call": f"{_no_times(*_CALL_TIMES)} OR {_no_json('customer_json', _NO_CUSTOMER)}",
    "call_slot": _no_times("starts_at", "ends_at"),
    "note": _no_note("updated_at"),
    "note_revision": _no_note("created_at"),
    "setting": f"{_no_times('changed_at', 'version')} OR {_no_json('value_json')}",
    "sync_state": _no_times(*_STATE_TIMES, "head_seq_seen", "clock_offset_ms"),
}
"""By table, the condition of rows that hold what this program never writes, and stumbles over when it reads them."""

_Look = Callable[[sqlite3.Connection], Iterator[Finding]]


class Care:
    """What the writer can ask for; ``connection`` gives the calling thread's. Takes its time: an errand in a window."""

    def __init__(self, connection: Callable[[], sqlite3.Connection], clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def check(self) -> tuple[Finding, ...]:
        """Look at everything that must hold; empty when all is well. Raises StoreProblem."""
        return check(self._connection())

    def export(self, to: Path) -> None:
        """Write everything as one JSON file. Raises StoreProblem."""
        export(self._connection(), to, self._clock.now())

    def back_up(self, to: Path) -> None:
        """Copy the file as it stands. Raises StoreProblem."""
        back_up(self._connection(), to)


def check(connection: sqlite3.Connection) -> tuple[Finding, ...]:
    """Look at everything that must hold in a file of this layout; empty when all is well, at most 100 findings.

    Raises StoreProblem for a disk that does not answer.
    """
    looks = (*_DAMAGE, _broken_links, _two_on_the_way, _missing_lines, _wrong_count)
    return tuple(finding for look in looks for finding in _found_by(look, connection))[:_MOST]


def find_damage(connection: sqlite3.Connection) -> Finding | None:
    """Return the first fault after which the file cannot be built upon, None for a whole file. Raises StoreProblem.

    A file of an older layout is looked at page by page alone; the rest follows when it is of this one.
    """
    older = connection.execute("PRAGMA user_version").fetchone()[0] < LAYOUT
    looks = _DAMAGE[:1] if older else _DAMAGE
    return next((finding for look in looks for finding in _found_by(look, connection)), None)


def back_up(connection: sqlite3.Connection, to: Path) -> None:
    """Copy the file as it stands, by SQLite's online backup, for its owner alone. Raises StoreProblem.

    The copy appears whole or not at all, in the place of an older one.
    """
    try:
        with _draft(to) as draft, closing(sqlite3.connect(draft)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    except sqlite3.Error as error:
        raise store_problem(error) from error


def export(connection: sqlite3.Connection, to: Path, now: datetime) -> None:
    """Write every row of every table as JSON, for its owner alone. Raises StoreProblem.

    ``{"foreword_export": 1, "exported_at": "<UTC>", "layout": 2, "notes": [{"call_id", "company", "subject", "part",
    "text"}], "tables": {"call": [{"id": ..., ...}], ...}}``. Instants in the tables are milliseconds since 1970, UTC;
    ``schema.py`` tells what each column means. The sign-in is not in the database and so not in the file. The file
    appears whole or not at all, in the place of an older one.
    """
    try:
        with _draft(to) as draft, _one_view(connection), draft.open("w", encoding="utf-8") as file:
            _write_all(connection, file, now)
    except sqlite3.Error as error:
        raise store_problem(error) from error


def _write_all(connection: sqlite3.Connection, file: IO[str], now: datetime) -> None:
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    head = {"foreword_export": EXPORT_FORMAT, "exported_at": now.isoformat(), "layout": layout}
    file.write("{")
    for name, value in (head | {"notes": _readable_notes(connection)}).items():
        file.write(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, indent=1)},\n")
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    names = [name for (name,) in tables if not name.startswith(("sqlite_", "alembic_"))]
    file.write('"tables": {')
    for number, name in enumerate(names):
        file.write(f"{',' if number else ''}\n{json.dumps(name)}: [")
        cursor = connection.cursor()
        cursor.row_factory = sqlite3.Row
        rows = cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name from the schema itself
        for place, row in enumerate(rows):
            file.write(f"{',' if place else ''}\n {json.dumps(dict(row), ensure_ascii=False)}")
        file.write("]")
    file.write("}}\n")


def _readable_notes(connection: sqlite3.Connection) -> list[dict[str, str]]:
    query = """SELECT n.call_id, coalesce(json_extract(c.customer_json, '$.company'), ''), coalesce(c.subject, ''),
        n.part, n.text FROM note n LEFT JOIN call c ON c.id = n.call_id ORDER BY n.call_id, n.part"""
    names = ("call_id", "company", "subject", "part", "text")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query)]


@contextmanager
def _one_view(connection: sqlite3.Connection) -> Iterator[None]:
    """Let reads belong together: what is written meanwhile is not seen."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def _draft(to: Path) -> Iterator[Path]:
    """Give a private file beside ``to`` that takes its place when the block ends well. Raises StoreProblem."""
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            yield draft
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            draft.replace(to)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise file_problem(error) from error


def _found_by(look: _Look, connection: sqlite3.Connection) -> list[Finding]:
    """Return what one look finds; rows that cannot be read at all are a finding too."""
    try:
        return list(look(connection))
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:  # a column that should be there is not
            return [Finding(Fault.FILE_DAMAGED, str(error))]
        problem = store_problem(error)
        if problem.code != Trouble.DAMAGED:
            raise problem from error
        return [Finding(Fault.FILE_DAMAGED, problem.detail)]


def _damaged_pages(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (words,) in connection.execute(f"PRAGMA integrity_check({_MOST})"):
        if words != "ok":
            yield Finding(Fault.FILE_DAMAGED, words)


def _wrong_layout(connection: sqlite3.Connection) -> Iterator[Finding]:
    """The names of tables and columns stand in the file like everything else."""
    names = (name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))
    columns = sorted(
        f"{table}.{row[1]}"
        for table in names
        if table in UNREADABLE or table == "outbox_log"
        for row in connection.execute(f"PRAGMA table_info({table})")
    )
    if hashlib.sha256(" ".join(columns).encode()).hexdigest() != LAYOUT_MARK:
        yield Finding(Fault.FILE_DAMAGED, "the names of its tables and columns")


def _unreadable_actions(connection: sqlite3.Connection) -> Iterator[Finding]:
    """An action's payload must be what it was when the writer acted (I2), and lie in its own lane."""
    query = "SELECT key, lane, cmd_version, payload_json, payload_sha256, state FROM outbox ORDER BY seq"
    states = set(OutboxState)
    for key, lane, version, payload, mark, state in connection.execute(query):
        if state not in states:
            yield Finding(Fault.STATE_UNKNOWN, f"{key}: {state}")
        if hashlib.sha256(str(payload).encode()).hexdigest() != mark:
            yield Finding(Fault.ACTION_CHANGED, key)
        elif version == COMMAND_VERSION and not _is_readable(payload, lane):
            yield Finding(Fault.ACTION_UNREADABLE, key)


def _is_readable(payload: str, lane: str) -> bool:
    try:
        return lane_of(decode(json.loads(payload))) == lane
    except ValueError:
        return False


def _unreadable_rows(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Read everything once, as a screen might: a text that is not UTF-8 is an error of its own."""
    for table, condition in UNREADABLE.items():
        deque(connection.execute(f"SELECT * FROM {table}"), maxlen=0)  # noqa: S608 - words of our own
        query = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - words of our own
        count = connection.execute(query).fetchone()[0]
        if count:
            yield Finding(Fault.ROWS_UNREADABLE, f"{count} in {table}")


_DAMAGE: Final[tuple[_Look, ...]] = (_damaged_pages, _wrong_layout, _unreadable_actions, _unreadable_rows)


def _broken_links(connection: sqlite3.Connection) -> Iterator[Finding]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(Fault.LINK_BROKEN, f"{table} {row or ''} -> {parent}")


def _two_on_the_way(connection: sqlite3.Connection) -> Iterator[Finding]:
    query = "SELECT lane FROM outbox WHERE state = 'inflight' GROUP BY lane HAVING count(*) > 1"
    return (Finding(Fault.TWO_ON_THE_WAY, lane) for (lane,) in connection.execute(query))


def _missing_lines(connection: sqlite3.Connection) -> Iterator[Finding]:
    """An accepted call has a time, a number and a PIN (M4, I11)."""
    query = """SELECT c.id FROM call c LEFT JOIN call_slot s ON s.call_id = c.id AND s.id = c.accepted_slot_id
        WHERE c.status = 'accepted' AND (s.id IS NULL OR c.conf_number IS NULL OR c.conf_pin IS NULL)"""
    return (Finding(Fault.LINE_MISSING, call_id) for (call_id,) in connection.execute(query))


def _wrong_count(connection: sqlite3.Connection) -> Iterator[Finding]:
    """The digest is kept from row to row (A2); before the first whole snapshot there is none."""
    state = connection.execute("SELECT digest_count, digest_xor, cursor FROM sync_state WHERE id = 1").fetchone()
    if state is None or state[2] is None:
        return
    count, mark = 0, 0
    for call_id, version in connection.execute("SELECT id, version FROM call WHERE server_missing = 0"):
        count += 1
        mark ^= int(hashlib.sha256(f"{call_id}:{version}".encode()).hexdigest(), 16)
    if (count, f"{mark:064x}") != state[:2]:
        yield Finding(Fault.COUNT_WRONG, f"{state[0]} counted, {count} there")
