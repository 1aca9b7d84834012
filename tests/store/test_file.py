"""The file on the disk: its layout, its owner, and every way in which a disk says no."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sync.domain.intents import Accept
from sync.domain.problems import StoreProblem, Trouble
from sync.store.database import SCHEMA_VERSION, Database
from sync.store.schema import METADATA
from tests.support.desks import NOW, START, desk_with, invitation

ACCEPT = Accept("cr_1", "sl_1", START, 1)


def trouble_of(database):
    with pytest.raises(StoreProblem) as problem:
        database.connect()
    return problem.value.code


def test_the_migrated_layout_is_the_declared_one(tmp_path):
    database = Database(tmp_path / "a.db")
    database.prepare()
    with database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_layouts_number_is_the_newest_migrations(tmp_path):
    config = Config()
    config.set_main_option("script_location", str(Path("sync/store/migrations").absolute()))
    assert int(ScriptDirectory.from_config(config).get_current_head()) == SCHEMA_VERSION


def test_a_missing_file_is_not_ready_until_it_is_prepared(tmp_path):
    database = Database(tmp_path / "deep" / "a.db")
    assert trouble_of(database) == Trouble.NOT_READY
    database.prepare()
    database.connect().close()


def test_preparing_twice_changes_nothing(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    made.database.prepare()
    assert made.desk.call("cr_1") is not None


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX's")
def test_the_file_and_its_log_are_its_owners_alone(tmp_path):
    made = desk_with(tmp_path / "home" / "a.db", [invitation()])
    made.desk.submit(ACCEPT)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "home").iterdir()}
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_every_commit_is_forced_to_the_disk(tmp_path):
    made = desk_with(tmp_path / "a.db")
    with made.database.write() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]


def test_a_newer_layout_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "a.db"
    desk_with(path, [invitation()]).database.close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.execute("UPDATE alembic_version SET version_num = ?", (f"{SCHEMA_VERSION + 1:04}",))
    before = path.read_bytes()
    assert trouble_of(Database(path)) == Trouble.TOO_NEW
    with pytest.raises(StoreProblem):
        Database(path).prepare()
    assert path.read_bytes() == before


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 1 MiB in memory."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = (
        mount
        and subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False).returncode == 0
    )
    if not made:
        pytest.skip("this machine does not let a test mount a disk of its own")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_an_action_is_refused_in_words_and_all_that_was_there_can_be_read(small_disk):
    made = desk_with(small_disk / "a.db", [invitation()])
    made.desk.submit(ACCEPT)
    (small_disk / "filler").write_bytes(b"")
    with (small_disk / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    too_much = [invitation(f"new_{number}", message="x" * 3000) for number in range(200)]
    with pytest.raises(StoreProblem) as problem:
        made.receive(*too_much)
    assert problem.value.code == Trouble.DISK_FULL
    assert len(made.desk.outbox()) == 1
    (small_disk / "filler").unlink()
    made.receive(invitation("after"))
    assert made.desk.call("after") is not None


def test_on_a_read_only_disk_everything_can_be_read_and_an_action_is_refused_in_words(small_disk):
    made = desk_with(small_disk / "a.db", [invitation()])
    made.database.close()
    del made
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    database = Database(small_disk / "a.db")
    connection = database.connect()
    assert connection.execute("SELECT count(*) FROM call").fetchone()[0] == 1
    connection.close()
    with pytest.raises(StoreProblem) as problem, database.write():
        pass
    assert problem.value.code == Trouble.READ_ONLY


def test_the_clock_of_the_tests_is_the_one_that_stamps(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    assert made.desk.submit(ACCEPT).created_at == NOW
