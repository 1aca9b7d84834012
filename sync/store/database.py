"""One account's SQLite file: opening, bringing up to date, and the one way to write.

Reading is plain ``sqlite3`` (``queries.py``), because the first list must not wait for SQLAlchemy's import; SQLAlchemy
and Alembic are imported when something is first written, or when the file is not of this version.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.domain.problems import StoreProblem, Trouble
from sync.store.problems import file_problem, store_problem

Identity = tuple[int, int]
"""A file by its device and its number there."""

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SCHEMA_VERSION: Final = 2
"""The layout that this program reads and writes: PRAGMA user_version, and the newest Alembic revision."""

SMALLEST_PAGE: Final = 512
"""Bytes: SQLite's smallest file."""

COPIES: Final = 5
"""So many copies of the file are kept from before great changes; the oldest goes first."""

APPLICATION_ID: Final = 0x464F5245
"""PRAGMA application_id ("FORE"): another program's database is never touched."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for reading alone. Raises StoreProblem.

    On a disk that cannot be written, SQLite cannot make the files it shares between readers; then the database is
    read as it lies, provided that no unmerged log lies beside it.
    """
    address = path.absolute().as_uri()
    log = path.with_name(path.name + "-wal")
    try:
        return _readable(f"{address}?mode=ro")
    except sqlite3.Error as error:
        if (log.exists() and log.stat().st_size) or not path.exists():
            raise store_problem(error) from error
    try:
        return _readable(f"{address}?mode=ro&immutable=1")
    except sqlite3.Error as error:
        raise store_problem(error) from error


def _readable(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Database:
    """The file at ``path``. Every write of every thread goes through ``write``: one at a time, ``BEGIN IMMEDIATE``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._written: Identity | None = None

    def identity(self) -> Identity | None:
        """Return what tells this file from another one that takes its place; None while there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def connect(self) -> sqlite3.Connection:
        """Open the file for reading, if it is of this version's layout.

        Raises StoreProblem: not ready (missing, older, being put right: ``prepare`` mends that), too new, another
        program's, damaged, not readable.
        """
        if self._version() < SCHEMA_VERSION or saved_of(self.path).exists():
            raise StoreProblem(Trouble.NOT_READY)
        return connect(self.path)

    def prepare(self) -> None:
        """Make the file, or bring it to this version's layout, or save what can be read of a damaged one.

        Called where nobody else prepares it: the profile's claim sees to that. Each is done whole or not at all; a copy
        is kept before another layout, and the damaged file for good. Raises StoreProblem; SALVAGED tells, once, that
        all is well again and where the damaged file lies.
        """
        if saved_of(self.path).exists():
            from sync.store import salvage  # noqa: PLC0415 - SQLAlchemy and Alembic cost half a second

            salvage.finish(self.path)
        try:
            version = self._version()
            if version:
                self._look_for_damage()
        except StoreProblem as problem:
            if problem.code != Trouble.DAMAGED:
                raise
            from sync.store import salvage  # noqa: PLC0415 - see above

            self.close()
            raise StoreProblem(Trouble.SALVAGED, str(salvage.salvage(self.path))) from problem
        if version < SCHEMA_VERSION:
            self._upgrade(version)

    def _look_for_damage(self) -> None:
        from sync.store import care  # noqa: PLC0415 - see prepare
        from sync.store.salvage_image import PAGE_BYTES, lost_transactions  # noqa: PLC0415

        log = self.path.with_name(f"{self.path.name}-wal")
        if log.exists() and lost_transactions(log.read_bytes(), PAGE_BYTES) > 1:
            raise StoreProblem(Trouble.DAMAGED, "the log breaks off")
        try:
            with closing(connect(self.path)) as connection:
                found = care.find_damage(connection)
        except sqlite3.Error as error:
            raise store_problem(error) from error
        if found is not None:
            raise StoreProblem(Trouble.DAMAGED, f"{found.fault}: {found.detail}")

    def _upgrade(self, version: int) -> None:
        """Make the tables of the newest layout. Raises StoreProblem with the file as it was."""
        from alembic.util import CommandError  # noqa: PLC0415 - see prepare
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from sync.store import upgrade  # noqa: PLC0415

        if version:
            self.keep_copy(f"before-layout-{SCHEMA_VERSION}")
        try:
            _create_private(self.path)
        except OSError as error:
            raise file_problem(error) from error
        try:
            with self.write() as connection:
                upgrade.upgrade(connection, APPLICATION_ID, SCHEMA_VERSION)
        except (SQLAlchemyError, sqlite3.Error, CommandError, ValueError, LookupError, TypeError) as error:
            # A step stumbled over what it found in the file: nothing of it is kept.
            raise StoreProblem(Trouble.NOT_UPGRADED, f"{self.path}: {error}") from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside one transaction: all of it is stored, or none. Raises StoreProblem."""
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - a third of a second, not on the way to the first list

        with self._lock:
            try:
                with self._open().begin() as connection:
                    if self._written != self.identity():
                        raise StoreProblem(Trouble.LOCKED, "the file was replaced")
                    yield connection
            except DBAPIError as error:
                if isinstance(error.orig, sqlite3.Error):
                    raise store_problem(error.orig) from error
                raise

    def keep_copy(self, name: str) -> Path:
        """Copy the file as it stands into the folder ``copies``, in which the newest few stay. Raises StoreProblem."""
        from sync.store import care  # noqa: PLC0415 - see prepare

        copy = self.path.parent / "copies" / f"{self.path.stem}-{name}.db"
        with closing(connect(self.path)) as source:
            care.back_up(source, copy)
        kept = sorted(copy.parent.glob(f"{self.path.stem}-*.db"), key=lambda one: one.stat().st_mtime_ns)
        for old in kept[:-COPIES]:
            old.unlink(missing_ok=True)
        return copy

    def last_copy(self, name: str) -> Path | None:
        """Return the newest copy whose name begins so, None if there is none."""
        found = (self.path.parent / "copies").glob(f"{self.path.stem}-{name}*.db")
        return max(found, key=lambda one: one.stat().st_mtime_ns, default=None)

    def close(self) -> None:
        """Close the writing side; the next write opens it again."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _version(self) -> int:
        """Return the layout in the file, 0 for none. Raises StoreProblem for one that must not be touched."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if not size:
            return 0
        if size < SMALLEST_PAGE:
            raise StoreProblem(Trouble.DAMAGED, "the file was cut")  # SQLite would begin anew in it
        with closing(connect(self.path)) as connection:
            try:
                version, application = _marks(connection)
                ours = application == APPLICATION_ID or (application == 0 and not _tables(connection))
                if not ours:
                    raise self._not_ours(_tables(connection) >= _OWN_TABLES)
                if version > SCHEMA_VERSION and _revision(connection) == SCHEMA_VERSION:
                    raise StoreProblem(Trouble.DAMAGED, "the header")
            except sqlite3.Error as error:
                raise store_problem(error) from error
        if version > SCHEMA_VERSION:
            raise StoreProblem(Trouble.TOO_NEW, f"layout {version}, this program knows {SCHEMA_VERSION}")
        return version

    def _not_ours(self, by_its_tables: bool) -> StoreProblem:  # noqa: FBT001 - what was found
        """Tell a file of ours with a damaged header, or with another program's log beside it, from another's file."""
        with self.path.open("rb") as file:
            by_its_header = file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")
        if by_its_tables or by_its_header:
            return StoreProblem(Trouble.DAMAGED, "the header")
        return StoreProblem(Trouble.NOT_OURS, str(self.path))

    def _open(self) -> Engine:
        """Return the writing side, opened anew where another file has taken the place. Raises StoreProblem."""
        identity = self.identity()
        if self._engine is not None and self._written != identity:
            self._engine.dispose()
            self._engine = None
        if self._engine is None:
            if saved_of(self.path).exists():
                raise StoreProblem(Trouble.NOT_READY)
            from sqlalchemy import URL, create_engine, event  # noqa: PLC0415 - see write

            engine = create_engine(
                URL.create("sqlite", database=str(self.path)),
                connect_args={"timeout": 5},
                hide_parameters=True,  # a PIN or a message has no place in a log
            )
            event.listen(engine, "connect", _configure)
            event.listen(engine, "begin", _begin_immediate)
            self._engine, self._written = engine, identity
        return self._engine


_OWN_TABLES: Final = frozenset({"call", "call_slot", "outbox", "outbox_log", "sync_state"})


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the layout and the program that made it, as the file's header says."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return int(version), int(connection.execute("PRAGMA application_id").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))


def _revision(connection: sqlite3.Connection) -> int | None:
    """Return the layout that the last step has left, as Alembic wrote it down."""
    if "alembic_version" not in _tables(connection):
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return int(found[0]) if found is not None and str(found[0]).isdecimal() else None


def saved_of(path: Path) -> Path:
    """Return where a saved file waits to take the place of a damaged one (``salvage.py``)."""
    return path.with_name(f"{path.name}.salvaged")


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Readers:
    """Reading connections, one for each thread that asks, opened anew where another file has taken the place."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def __call__(self) -> sqlite3.Connection:
        """Return the calling thread's connection. Raises StoreProblem while the database cannot be read."""
        identity = self._database.identity()
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and self._local.identity != identity:
            connection.close()
            self._opened.remove(connection)
            connection = self._local.connection = None
        if connection is None:
            connection = self._database.connect()
            self._local.connection, self._local.identity = connection, identity
            self._opened.append(connection)
        return connection

    def close(self) -> None:
        """Close every connection; nobody may ask any more."""
        for connection in self._opened:
            connection.close()
