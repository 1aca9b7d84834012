"""Check, export and back up: what is wrong is found, and what is written is whole and private."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing

import pytest

from sync.domain.findings import Fault
from sync.domain.intents import Accept, Decline, SaveNote
from sync.domain.problems import StoreProblem, Trouble
from sync.domain.rows import Note, NotePart, Rows
from sync.store.database import Database
from tests.support.damage import reading
from tests.support.desks import NOW, START, accepted, desk_with, invitation
from ui.care_words import finding_sentence


@pytest.fixture
def made(tmp_path):
    made = desk_with(tmp_path / "foreword.db", [invitation("cr_1"), invitation("cr_3"), accepted(start=START)])
    made.ledgers.apply_snapshot_page(Rows(notes=(Note("cr_1", NotePart.LIVE, "r1", 4, "Their “voice”: dry.", NOW),)))
    made.finish_snapshot({"cr_1", "cr_2", "cr_3"})
    made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    made.desk.submit(Decline("cr_3", "None of these.", 1))
    made.desk.submit(SaveNote("cr_1", NotePart.PREPARED, "Ask about the key points."))
    return made


def test_a_file_in_use_is_in_order(made):
    assert made.desk.care.check() == ()


@pytest.mark.parametrize(
    ("fault", "statement"),
    [
        (Fault.ACTION_CHANGED, "UPDATE outbox SET payload_json = replace(payload_json, 'None of', 'Some of')"),
        (Fault.ACTION_UNREADABLE, "UPDATE outbox SET lane = 'call:cr_9' WHERE seq = 1"),
        (Fault.STATE_UNKNOWN, "UPDATE outbox SET state = 'queuee' WHERE seq = 1"),
        (Fault.ROWS_UNREADABLE, "UPDATE call SET customer_json = '{\"id\": 7}' WHERE id = 'cr_2'"),
        (Fault.ROWS_UNREADABLE, "UPDATE call SET created_at = 'monday' WHERE id = 'cr_2'"),
        (Fault.ROWS_UNREADABLE, "UPDATE outbox SET created_at = 99999999999999999 WHERE seq = 2"),
        (Fault.ROWS_UNREADABLE, "UPDATE note SET part = 'lively'"),
        (Fault.LINK_BROKEN, "UPDATE call_slot SET call_id = 'cr_9' WHERE call_id = 'cr_3'"),
        (Fault.TWO_ON_THE_WAY, "UPDATE outbox SET state = 'inflight', lane = 'x'"),
        (Fault.LINE_MISSING, "UPDATE call SET conf_pin = NULL"),
        (Fault.LINE_MISSING, "UPDATE call SET accepted_slot_id = 'sl_9' WHERE id = 'cr_2'"),
        (Fault.COUNT_WRONG, "UPDATE call SET version = 9 WHERE id = 'cr_3'"),
        (Fault.FILE_DAMAGED, "ALTER TABLE call RENAME COLUMN about TO abuot"),
    ],
)
def test_each_fault_is_found_and_said(made, fault, statement):
    with closing(sqlite3.connect(made.database.path, isolation_level=None)) as connection:
        connection.execute(statement)
    found = made.desk.care.check()
    assert fault in {finding.fault for finding in found}
    assert all(finding_sentence(finding).endswith(").") for finding in found)


def test_every_fault_has_words():
    from sync.domain.findings import Finding

    assert len({finding_sentence(Finding(fault, "x")) for fault in Fault}) == len(Fault)


def test_an_index_that_disagrees_with_its_table_is_found(made):
    with closing(sqlite3.connect(made.database.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '''queued''', '''qaeaed''') WHERE type = 'index'"
        )
        connection.execute("PRAGMA writable_schema = RESET")
    with closing(Database(made.database.path)) as database, pytest.raises(StoreProblem) as problem:
        database.prepare()
    assert problem.value.code == Trouble.SALVAGED


def test_the_export_holds_every_row_and_the_notes_to_read(made, tmp_path):
    made.desk.care.export(tmp_path / "out" / "all.json")
    data = json.loads((tmp_path / "out" / "all.json").read_text("utf-8"))
    assert (data["foreword_export"], data["layout"], data["exported_at"]) == (1, 2, NOW.isoformat())
    assert [note["text"] for note in data["notes"]] == ["Their “voice”: dry."]
    assert data["notes"][0]["company"] == "Alder & Oak Outfitters"
    connection = made.queries.connection()
    for table, rows in data["tables"].items():
        names = list(rows[0]) if rows else []
        assert [tuple(row[name] for name in names) for row in rows] == connection.execute(
            f"SELECT * FROM {table}"
        ).fetchall()
    assert set(data["tables"]) == {
        "call", "call_slot", "note", "note_revision", "outbox", "outbox_log", "setting", "sync_state",
    }  # fmt: skip


def test_what_is_written_is_its_owners_alone_and_replaces_an_older_one_whole(made, tmp_path):
    for write, name in ((made.desk.care.export, "all.json"), (made.desk.care.back_up, "copy.db")):
        (tmp_path / name).write_text("older")
        write(tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / name).stat().st_size > 5000
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


@pytest.mark.skipif(os.name == "nt", reason="folders there have other rights")
def test_what_cannot_be_written_is_said_and_leaves_the_older_file(made, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file, not a folder")
    for write in (made.desk.care.export, made.desk.care.back_up):
        with pytest.raises(StoreProblem):
            write(taken / "all.json")
    assert taken.read_text() == "a file, not a folder"


def test_a_backup_is_a_file_that_opens_as_it_is(made, tmp_path):
    made.desk.care.back_up(tmp_path / "copy.db")
    with reading(tmp_path / "copy.db") as queries:
        assert [item.key for item in queries.items()] == ["key-1", "key-2", "key-3"]
    assert not (tmp_path / "copy.db-wal").exists() or not (tmp_path / "copy.db-wal").stat().st_size
