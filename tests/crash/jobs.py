"""The jobs in which something could be half done, each new every time."""

from __future__ import annotations

import json
from contextlib import closing
from hashlib import sha256

from sync.domain.intents import Accept, Decline, SaveNote, encode, lane_of
from sync.store import upgrade
from sync.store.database import APPLICATION_ID, Database
from tests.crash.computer import Computer
from tests.crash.scene import Crashes, Job
from tests.support.damage import PAGE, copy_of


def action(crashes: Crashes, payload: str) -> Job:
    """An action is queued and sent."""
    wish = crashes.wish(payload)
    folder = crashes.new_folder()
    crashes.copy_home(folder / "a.db")
    return Job(folder, wish, wish)


def first(crashes: Crashes, payload: str) -> Job:
    """A computer that never synced does so, and then an action is queued and sent."""
    wish = crashes.wish(payload)
    return Job(crashes.new_folder(), wish, wish, first=True)


def merge(crashes: Crashes, _payload: str) -> Job:
    """A note is saved that another computer has changed."""
    job = action(crashes, "note")
    assert isinstance(job.wished, SaveNote)
    crashes.other.sync()
    crashes.other.desk.submit(SaveNote(job.wished.call_id, job.wished.part, "Written elsewhere meanwhile."))
    crashes.other.sync()
    return job


def damaged(crashes: Crashes, payload: str) -> Job:
    """A file is damaged, and the action that waits lies in its log alone."""
    job = action(crashes, payload)
    elsewhere = crashes.new_folder()
    copy_of(job.folder / "a.db", elsewhere / "a.db")
    with closing(Computer(crashes.market, elsewhere, "a", run=job.folder.name)) as computer:
        computer.desk.submit(job.wished)
        path = copy_of(elsewhere / "a.db", job.folder / "a.db")
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'call_by_time'"
        [(page,)] = computer.queries.connection().execute(query)
    with path.open("rb+") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))
    return job._replace(intent=None)


def older(crashes: Crashes, payload: str) -> Job:
    """A file of the first layout knows the call, and an answer waits in that layout's words."""
    wish = crashes.wish(payload)
    assert isinstance(wish, Accept | Decline)
    path = crashes.new_folder() / "a.db"
    path.touch(0o600)
    known = crashes.home.queries.connection()
    with closing(Database(path)) as database, database.write() as connection:
        upgrade.upgrade(connection, APPLICATION_ID, 1)
        for table, column in (("call", "id"), ("call_slot", "call_id")):
            for row in known.execute(f"SELECT * FROM {table} WHERE {column} = ?", (wish.call_id,)):
                marks = ", ".join("?" * len(row))
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", tuple(row))
        words = json.dumps({name: value for name, value in encode(wish).items() if name != "starts_at"})
        connection.exec_driver_sql(
            """INSERT INTO outbox (key, lane, type, cmd_version, target_id, payload_json, payload_sha256, state,
            created_at) VALUES (?, ?, ?, 1, ?, ?, ?, 'queued', 1)""",
            (path.parent.name, lane_of(wish), payload, wish.call_id, words, sha256(words.encode()).hexdigest()),
        )
        epoch = crashes.home.queries.sync_state().epoch
        connection.exec_driver_sql("INSERT INTO sync_state (id, epoch) VALUES (1, ?)", (epoch,))
    return Job(path.parent, wish, None)
