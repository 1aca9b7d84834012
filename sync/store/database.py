"""One account's SQLite file: opening, bringing up to date, and the one way to write.

Reading is plain ``sqlite3`` (``queries.py``), because the first list must not wait for SQLAlchemy's import; SQLAlchemy
and Alembic are imported when something is first written, or when the file is not of this version.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.domain.problems import StoreProblem, Trouble
from sync.store.problems import store_problem

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SCHEMA_VERSION: Final = 2
"""The layout that this program reads and writes: PRAGMA user_version, and the newest Alembic revision."""

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

    def connect(self) -> sqlite3.Connection:
        """Open the file for reading, if it is of this version's layout.

        Raises StoreProblem: not ready (missing or older: ``prepare`` mends that), too new, damaged, not readable.
        """
        version = self._version()
        if version < SCHEMA_VERSION:
            raise StoreProblem(Trouble.NOT_READY)
        return connect(self.path)

    def prepare(self) -> None:
        """Make the file, or bring it to this version's layout, in one transaction. Raises StoreProblem."""
        before = self._version()
        if before == SCHEMA_VERSION:
            return
        from sync.store import upgrade  # noqa: PLC0415 - Alembic costs half a second

        if before:
            self.keep_copy(f"before-layout-{SCHEMA_VERSION}")
        try:
            _create_private(self.path)
        except OSError as error:
            raise _file_problem(error) from error
        with self.write() as connection:
            upgrade.upgrade(connection, APPLICATION_ID)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside one transaction: all of it is stored, or none. Raises StoreProblem."""
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - a third of a second, not on the way to the first list

        with self._lock:
            try:
                with self._open().begin() as connection:
                    yield connection
            except DBAPIError as error:
                if isinstance(error.orig, sqlite3.Error):
                    raise store_problem(error.orig) from error
                raise

    def keep_copy(self, name: str) -> Path:
        """Copy the file as it stands, by SQLite's online backup, into the folder ``copies``. Raises StoreProblem."""
        folder = self.path.parent / "copies"
        copy = folder / f"{self.path.stem}-{name}.db"
        try:
            _create_private(copy)
        except OSError as error:
            raise _file_problem(error) from error
        try:
            with closing(connect(self.path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        except sqlite3.Error as error:
            raise store_problem(error) from error
        return copy

    def last_copy(self, name: str) -> Path | None:
        """Return the newest of the copies whose name begins like this; None if none was kept."""
        return max((self.path.parent / "copies").glob(f"{self.path.stem}-{name}*.db"), default=None)

    def close(self) -> None:
        """Close the writing side; the next write opens it again."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _version(self) -> int:
        """Return the layout in the file, 0 for none. Raises StoreProblem for one that must not be touched."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return 0
        connection = connect(self.path)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            application = connection.execute("PRAGMA application_id").fetchone()[0]
        except sqlite3.Error as error:
            raise store_problem(error) from error
        finally:
            connection.close()
        if application not in {0, APPLICATION_ID}:
            raise StoreProblem(Trouble.DAMAGED, f"{self.path} belongs to another program")
        if version > SCHEMA_VERSION:
            raise StoreProblem(Trouble.TOO_NEW, f"layout {version}, this program knows {SCHEMA_VERSION}")
        return version

    def _open(self) -> Engine:
        if self._engine is None:
            from sqlalchemy import URL, create_engine, event  # noqa: PLC0415 - see write

            engine = create_engine(
                URL.create("sqlite", database=str(self.path)),
                connect_args={"timeout": 5},
                hide_parameters=True,  # a PIN or a message has no place in a log
            )
            event.listen(engine, "connect", _configure)
            event.listen(engine, "begin", _begin_immediate)
            self._engine = engine
        return self._engine


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _file_problem(error: OSError) -> StoreProblem:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return StoreProblem(Trouble.DISK_FULL if full else Trouble.READ_ONLY, str(error))


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Readers:
    """Reading connections, one for each thread that asks; ``close`` ends them all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def __call__(self) -> sqlite3.Connection:
        """Return the calling thread's connection. Raises StoreProblem while the database cannot be read."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._database.connect()
            self._opened.append(connection)
        return connection

    def close(self) -> None:
        """Close every connection; nobody may ask any more."""
        for connection in self._opened:
            connection.close()
