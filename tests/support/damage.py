"""A database as a writer has it after some days, for tests that damage it."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from sync.domain.intents import Accept, Decline, OutboxItem, SaveNote
from sync.domain.rows import NotePart
from sync.store import salvage_image
from sync.store.database import Database, Readers
from sync.store.queries import Queries
from tests.support.desks import NOW, START, TestDesk, accepted, desk_with, invitation

PAGE = 4096


@dataclass(frozen=True)
class Original:
    """A whole file: its bytes, what waits in it by key, and where in the file each of these actions lies."""

    data: bytes
    items: dict[str, OutboxItem]
    places: dict[str, list[range]]

    def untouched(self, changed: int, size: int) -> set[str]:
        """Return the keys of the actions of which every byte is there but the changed one, in so many bytes."""
        return {
            key
            for key, places in self.places.items()
            if not any(changed in place or place.stop > size for place in places)
        }


@functools.cache
def original() -> Original:
    """Return a file with 200 calls, 30 waiting actions, short and of several pages, and nothing in its log."""
    with folder_in_memory() as folder:
        made = _lived_in(folder / "foreword.db")
        items = {entry.item.key: entry.item for entry in made.desk.outbox()}
        close(made)
        data = (folder / "foreword.db").read_bytes()
    return Original(data, items, {key: _places(data, key) for key in items})


def _lived_in(path: Path) -> TestDesk:
    calls = [invitation(f"cr_{number}", message=f"Call {number}. " * 30) for number in range(199)]
    made = desk_with(path, [*calls, accepted("cr_next", start=NOW + timedelta(hours=1))])
    random = Random(7)
    made.desk._new_key = lambda: str(uuid.UUID(int=random.getrandbits(128), version=4))
    for number in range(10):
        made.desk.submit(Accept(f"cr_{number}", "sl_1", START, 1))
        made.desk.submit(Decline(f"cr_{number + 20}", f"None of these, {number}. " * (1 + 15 * number), 1))
        made.desk.submit(SaveNote(f"cr_{number + 40}", NotePart.LIVE, f"They said {number}. " * (1 + 60 * number)))
    return made


def close(made: TestDesk) -> None:
    """Close everything, so that all of it is in the one file."""
    made.queries.connection().close()
    made.database.close()


def _places(data: bytes, key: str) -> list[range]:
    """Return the bytes of an action's row, on its page and on those that carry on."""
    [(at, length)] = {
        (at, found[1])
        for seen in re.finditer(key.encode(), data)
        for at in range(seen.start() - 40, seen.start())
        if (found := salvage_image._record_at(data, at, PAGE, {20})) is not None and found[0][1] == key
    }
    least = (PAGE - 12) * 32 // 255 - 23
    local = length if length <= PAGE - 35 else least + (length - least) % (PAGE - 4)
    local = least if local > PAGE - 35 and length > PAGE - 35 else local
    places, left, end = [range(at, at + local)], length - local, at + local
    while left > 0:
        places.append(range(end, end + 4))
        start = (int.from_bytes(data[end : end + 4], "big") - 1) * PAGE
        taken = min(PAGE - 4, left)
        places.append(range(start + 4, start + 4 + taken))
        left, end = left - taken, start
    return places


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Give a folder, in memory where there is one: an fsync to a disk is not what is tested."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if Path(memory).is_dir() else None) as name:
        yield Path(name)


@contextmanager
def file_with(data: bytes, log: bytes = b"") -> Iterator[Path]:
    """Give a file with these bytes, and such a log."""
    with folder_in_memory() as folder:
        path = folder / "foreword.db"
        path.write_bytes(data)
        if log:
            (folder / "foreword.db-wal").write_bytes(log)
        yield path


@contextmanager
def reading(path: Path) -> Iterator[Queries]:
    """Open a file for reading."""
    with closing(Readers(Database(path))) as readers:
        yield Queries(readers)


def copy_of(path: Path, to: Path) -> Path:
    """Copy a file with its log, as a crash would leave them."""
    for suffix in ("", "-wal"):
        if Path(f"{path}{suffix}").exists():
            shutil.copyfile(f"{path}{suffix}", f"{to}{suffix}")
    return to
