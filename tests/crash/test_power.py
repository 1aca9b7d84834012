"""The power goes: whatever of the log has reached the disk, every commit before the cut is there and none is torn."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from sync.domain.intents import Accept
from sync.store.database import Database
from tests.support.damage import file_with, folder_in_memory
from tests.support.desks import START, desk_with, invitation

COMMITS = 40
STEP = 256


class Log:
    """A file, the log of 40 actions that came after it, and how long the log was after each of them."""

    def __init__(self) -> None:
        with folder_in_memory() as folder:
            path = folder / "foreword.db"
            made = desk_with(path, [invitation(f"cr_{number}") for number in range(COMMITS)])
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.lengths = []
            log = path.with_name("foreword.db-wal")
            for number in range(COMMITS):
                made.desk.submit(Accept(f"cr_{number}", "sl_1", START, 1))
                self.lengths.append(log.stat().st_size)
            self.data, self.log = path.read_bytes(), log.read_bytes()
            self.keys = [entry.item.key for entry in made.desk.outbox()]
            made.queries.connection().close()
            made.database.close()

    def committed(self, size: int) -> list[str]:
        """Return what was acknowledged to the writer when the log was so long."""
        return self.keys[: sum(length <= size for length in self.lengths)]


@pytest.fixture(scope="module")
def log() -> Log:
    return Log()


def read(path: Path) -> list[str]:
    """Open the file as SQLite finds it; return the actions, which must be a beginning of those there were."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [key for (key,) in connection.execute("SELECT key FROM outbox ORDER BY seq")]


@pytest.mark.timeout(170)
def test_a_log_that_ends_anywhere_holds_every_commit_before(log):
    for cut in range(0, len(log.log) + 1, STEP):
        with file_with(log.data, log.log[:cut]) as path:
            assert read(path) == log.committed(cut)


@pytest.mark.timeout(170)
@pytest.mark.parametrize("kind", ["zeros", "shuffled"])
def test_what_was_not_forced_to_the_disk_may_be_anything(log, kind):
    random = Random(11)
    for number, length in enumerate(log.lengths[:-1]):
        tail = log.log[length : log.lengths[number + 1]]
        for cut in range(0, len(tail), 2048):
            torn = tail[:cut] + rest(kind, tail[cut:], random)
            with file_with(log.data, log.log[:length] + torn) as path:
                Database(path).prepare()
                assert read(path) == log.keys[: number + 1 + (torn == tail)]


def rest(kind: str, tail: bytes, random: Random) -> bytes:
    """Return what the disk holds where the end of a transaction should be."""
    if kind == "zeros":
        return bytes(len(tail))
    sectors = [tail[at : at + 512] for at in range(0, len(tail), 512)]
    return b"".join(random.sample(sectors, len(sectors)))
