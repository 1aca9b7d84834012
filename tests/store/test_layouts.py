"""An older file becomes one of this version whole, with all that waits in it, or stays exactly as it was."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sync.domain.intents import Accept, Decline, OutboxState
from sync.domain.problems import StoreProblem, Trouble
from sync.domain.times import to_millis
from sync.store import upgrade
from sync.store.care import LAYOUT_MARK, check
from sync.store.database import APPLICATION_ID, COPIES, Database
from sync.store.schema import METADATA
from tests.support.damage import reading
from tests.support.desks import NOW, START

TIME = START + timedelta(hours=1)


def of_layout_1(path: Path, broken: str = "") -> None:
    """Write a file as the first layout's program left it: two invitations, an acceptance and a decline that wait."""
    database = Database(path)
    os.close(os.open(path, os.O_CREAT, 0o600))
    with closing(database), database.write() as connection:
        upgrade.upgrade(connection, APPLICATION_ID, 1)
        for call_id in ("cr_1", "cr_2"):
            connection.exec_driver_sql(
                """INSERT INTO call (id, version, status, customer_json, about, subject, message, created_at, ends_at,
                sort_at, raw_json) VALUES (?, 3, 'open', ?, '', 'Hiking', 'Hello.', ?, ?, ?, '{}')""",
                (call_id, CUSTOMER, to_millis(NOW), to_millis(TIME), to_millis(START)),
            )
            connection.exec_driver_sql(
                "INSERT INTO call_slot VALUES (?, 'sl_1', ?, ?, NULL, 'offered')",
                (call_id, to_millis(START), to_millis(TIME)),
            )
        accept = broken or json.dumps({"type": "accept", "call_id": "cr_1", "slot_id": "sl_1", "seen_version": 3})
        decline = json.dumps({"type": "decline", "call_id": "cr_2", "message": "Not then.", "seen_version": 3})
        for key, kind, payload in (("key-1", "accept", accept), ("key-2", "decline", decline)):
            mark = hashlib.sha256(payload.encode()).hexdigest()
            target = f"cr_{key[-1]}"
            connection.exec_driver_sql(
                """INSERT INTO outbox (key, lane, type, cmd_version, target_id, payload_json, payload_sha256, state,
                created_at) VALUES (?, ?, ?, 1, ?, ?, ?, 'queued', ?)""",
                (key, f"call:{target}", kind, target, payload, mark, to_millis(NOW)),
            )
        connection.exec_driver_sql("INSERT INTO sync_state (id, epoch, cursor) VALUES (1, 'e1', 'c1')")


CUSTOMER = json.dumps({"id": "cu_1", "company": "Alder & Oak", "first_name": "Dana", "last_initial": "R"})


@pytest.fixture
def path(tmp_path):
    of_layout_1(tmp_path / "foreword.db")
    return tmp_path / "foreword.db"


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_the_mark_of_the_layout_is_that_of_its_columns():
    columns = sorted(f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns)
    assert hashlib.sha256(" ".join(columns).encode()).hexdigest() == LAYOUT_MARK


def test_what_waited_in_an_older_file_waits_in_this_ones_words(path):
    Database(path).prepare()
    with reading(path) as queries:
        accept, decline = queries.items()
        assert (accept.key, accept.intent, accept.state) == (
            "key-1",
            Accept("cr_1", "sl_1", START, 3),
            OutboxState.QUEUED,
        )
        assert (decline.key, decline.intent) == ("key-2", Decline("cr_2", "Not then.", 3))
        assert queries.sync_state().cursor is None
        assert check(queries.connection()) == ()


def test_a_private_copy_of_the_older_file_is_kept(path):
    before = content(path)
    Database(path).prepare()
    [copy] = (path.parent / "copies").iterdir()
    assert content(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_step_that_stumbles_leaves_the_file_as_it_was_and_says_so(tmp_path):
    path = tmp_path / "foreword.db"
    of_layout_1(path, broken='{"type": "accept", "call_id": "cr_1", "slot_id": "sl_1"} and more')
    before = content(path)
    for _ in range(2):
        with pytest.raises(StoreProblem) as problem:
            Database(path).prepare()
        assert problem.value.code == Trouble.NOT_UPGRADED
        assert content(path) == before


def test_a_migration_that_a_crash_cuts_short_begins_again(path, monkeypatch):
    class Cut(BaseException):
        pass

    whole = upgrade.upgrade

    def cut(connection, application_id, layout):
        whole(connection, application_id, layout)
        raise Cut

    before = content(path)
    monkeypatch.setattr(upgrade, "upgrade", cut)
    with pytest.raises(Cut):
        Database(path).prepare()
    assert content(path) == before
    monkeypatch.undo()
    Database(path).prepare()
    with reading(path) as queries:
        assert len(queries.items()) == 2


def test_only_the_newest_copies_are_kept(path):
    database = Database(path)
    for number in range(COPIES + 3):
        os.utime(database.keep_copy(f"before-restore-{number}"), ns=(number, number))
    assert sorted(one.name[-4] for one in (path.parent / "copies").iterdir()) == ["3", "4", "5", "6", "7"]
    assert database.last_copy("before-restore").name == "foreword-before-restore-7.db"
    assert database.last_copy("before-layout") is None


def test_a_damaged_older_file_is_salvaged_in_its_own_layout_and_then_brought_up_to_date(path):
    path.write_bytes(bytes(100) + path.read_bytes()[100:])
    with pytest.raises(StoreProblem) as problem:
        Database(path).prepare()
    assert problem.value.code == Trouble.SALVAGED
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
    Database(path).prepare()
    with reading(path) as queries:
        assert [item.intent for item in queries.items()] == [
            Accept("cr_1", "sl_1", START, 3),
            Decline("cr_2", "Not then.", 3),
        ]
