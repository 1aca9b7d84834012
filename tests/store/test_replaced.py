"""A file that is put in another's place while windows have it open: they read and write the new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sync.domain.intents import Accept
from sync.domain.problems import StoreProblem, Trouble
from sync.store.database import Database, saved_of
from tests.support.damage import reading
from tests.support.desks import START, desk_with, invitation


@pytest.fixture
def made(tmp_path):
    """A desk that has read and written, over a file that was salvaged by another process since then."""
    made = desk_with(tmp_path / "foreword.db", [invitation(f"cr_{number}") for number in range(4)])
    made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    with closing(sqlite3.connect(made.database.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with made.database.path.open("rb+") as file:
        file.write(bytes(100))
    with pytest.raises(StoreProblem) as problem:
        Database(made.database.path).prepare()
    assert problem.value.code == Trouble.SALVAGED
    return made


def test_an_open_window_reads_the_new_file(made):
    with closing(Database(made.database.path)) as other, other.write() as connection:
        connection.exec_driver_sql("UPDATE call SET subject = 'Only in the new file'")
    assert made.desk.call("cr_2").call.subject == "Only in the new file"
    assert [entry.item.key for entry in made.desk.outbox()] == ["key-1"]


def test_what_an_open_window_asks_for_goes_into_the_new_file(made):
    item = made.desk.submit(Accept("cr_2", "sl_1", START, 0))
    with reading(made.database.path) as queries:
        assert [one.key for one in queries.items()] == ["key-1", item.key]


def test_nothing_is_written_into_a_file_that_was_replaced_at_that_moment(tmp_path):
    made = desk_with(tmp_path / "foreword.db", [invitation()])
    made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    identities = iter([made.database.identity(), (0, 0)])
    made.database.identity = lambda: next(identities)
    with pytest.raises(StoreProblem) as problem, made.database.write():
        pytest.fail("another file lies there by now")
    assert problem.value.code == Trouble.LOCKED


def test_between_two_files_nothing_is_read_or_written(tmp_path):
    made = desk_with(tmp_path / "foreword.db", [invitation()])
    made.database.close()
    saved_of(made.database.path).write_bytes(b"")
    for ask in (Database(made.database.path).connect, made.database.write().__enter__):
        with pytest.raises(StoreProblem) as problem:
            ask()
        assert problem.value.code == Trouble.NOT_READY
