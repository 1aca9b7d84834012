"""Puts a damaged database aside and saves what can be read of it into a new file; never writes into the damaged one.

A crash may come at any point: ``<name>.salvaging`` is unfinished and made again, ``<name>.salvaged`` is whole and takes
its place at the next start. The damaged file has its second name before that.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from sync.domain.problems import StoreProblem, Trouble
from sync.store import upgrade
from sync.store.database import APPLICATION_ID, SCHEMA_VERSION, Database, saved_of
from sync.store.problems import file_problem
from sync.store.salvage_image import image
from sync.store.salvage_rows import Saved, fill

_LOG: Final = "-wal"
_BESIDE: Final = (_LOG, "-shm")


class Salvaged(NamedTuple):
    """Where the damaged file lies now, and what became of the writer's actions."""

    aside: Path
    saved: Saved

    def __str__(self) -> str:
        """Return the place, and what could not be read, for the writer."""
        lost, unsure = self.saved.unreadable, self.saved.unsure
        parts = [str(self.aside)]
        if unsure:
            parts.append(f"{unsure} {'action needs' if unsure == 1 else 'actions need'} your attention")
        if lost:
            parts.append(f"{lost} {'action' if lost == 1 else 'actions'} could not be read")
        return "; ".join(parts)


def finish(path: Path) -> None:
    """Let a saved file that a crash has left take its place. Raises StoreProblem."""
    try:
        _take_place(path)
    except OSError as error:
        raise file_problem(error) from error


def salvage(path: Path) -> Salvaged:
    """Save what can be read of the file at ``path``, in its own layout, and put the damaged one aside.

    Raises StoreProblem when that is not possible; then everything is as it was.
    """
    building = path.with_name(f"{path.name}.salvaging")
    try:
        with _held(path) as (main, log):
            for leftover in (building, *(Path(f"{building}{suffix}") for suffix in _BESIDE)):
                leftover.unlink(missing_ok=True)
            saved = _build(building, main, log)
            aside = _set_aside(path)
            building.replace(saved_of(path))
            _take_place(path)
    except OSError as error:
        raise file_problem(error) from error
    return Salvaged(aside, saved)


@contextmanager
def _held(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Give the bytes of the file and its log while nobody else can write, as far as SQLite can still lock the file.

    Closing any handle of a file gives up the locks that this process has on it (fcntl), so ours are closed last. While
    the reader is open, the writer that holds the lock is not the last to leave, and copies no log into the file.
    """
    with ExitStack() as open_ones:
        main = open_ones.enter_context(path.open("rb"))
        with suppress(sqlite3.Error):
            reader = open_ones.enter_context(closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)))
            reader.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
            writer = open_ones.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            writer.execute("PRAGMA wal_autocheckpoint = 0")
            writer.execute("BEGIN IMMEDIATE")
        log = Path(f"{path}{_LOG}")
        yield main.read(), log.read_bytes() if log.exists() else b""


def _build(building: Path, main: bytes, log: bytes) -> Saved:
    """Make a file of the same layout out of what can be read."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as damaged, closing(Database(building)) as fresh:
        if main or log:
            damaged.deserialize(image(main, log))
        damaged.execute("PRAGMA writable_schema = ON")  # read what there is, however little sense it makes as a whole
        damaged.text_factory = lambda raw: raw.decode("utf-8", "replace")
        os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with fresh.write() as connection:
            upgrade.upgrade(connection, APPLICATION_ID, _layout(damaged, main))
            plain = connection.connection.driver_connection
            if not isinstance(plain, sqlite3.Connection):
                raise TypeError(f"no connection of SQLite: {plain!r}")
            saved = fill(plain, damaged, image(main, log, all_frames=True))
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    return saved


def _layout(damaged: sqlite3.Connection, main: bytes) -> int:
    """Return the layout of the damaged file as it can still be known. Raises StoreProblem for one that is newer."""
    said = None
    with suppress(sqlite3.Error):
        said = damaged.execute("SELECT version_num FROM alembic_version").fetchone()
    number = int(said[0]) if said is not None and str(said[0]).isdecimal() else int.from_bytes(main[60:64], "big")
    if said is not None and number > SCHEMA_VERSION:
        raise StoreProblem(Trouble.TOO_NEW, f"layout {number}, this program knows {SCHEMA_VERSION}")
    return number if 1 <= number <= SCHEMA_VERSION else SCHEMA_VERSION


def _set_aside(path: Path) -> Path:
    """Give the damaged file a second name, with its log; the same one again after a crash."""
    number = 1
    while (aside := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")).exists():
        if aside.samefile(path):
            break
        number += 1
    for suffix in ("", _LOG):
        here, there = Path(f"{path}{suffix}"), Path(f"{aside}{suffix}")
        if here.exists() and not there.exists():
            _give_second_name(here, there)
    _sync_folder(path.parent)
    return aside


def _give_second_name(here: Path, there: Path) -> None:
    try:
        there.hardlink_to(here)
    except OSError:  # a disk that knows one name a file
        draft = there.with_name(f"{there.name}.copying")
        shutil.copyfile(here, draft)
        draft.chmod(0o600)
        draft.replace(there)


def _take_place(path: Path) -> None:
    """Let the saved file be the one; a log belongs to the file before and must be gone first."""
    for suffix in _BESIDE:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    saved_of(path).replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the names themselves on the disk; Windows does that by itself."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
