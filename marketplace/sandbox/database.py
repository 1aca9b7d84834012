"""Opening the database, SQLite or PostgreSQL, with the transactions that the change number relies on."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, Select, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from marketplace.sandbox.noticeboard import tell
from marketplace.sandbox.schema import SCHEMA_VERSION, meta, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from sqlite3 import Connection as SqliteConnection

    from marketplace.sandbox.chance import Chance

LOCK_WAIT_SECONDS = 15
_ENGINE: Final[Mapping[str, Any]] = {"pool_size": 20, "max_overflow": 40, "hide_parameters": True}
"""An error that is logged must not tell what was stored: it could be a PIN or a note."""


class DatabaseUnusableError(Exception):
    """The database cannot be used; the message says why in plain words."""


class DatabaseOlderError(DatabaseUnusableError):
    """It was made by an older marketplace, whose version is ``version``."""

    def __init__(self, message: str, version: str) -> None:
        super().__init__(message)
        self.version = version


class Database:
    """Short transactions on one engine: ``reading`` sees one moment, ``writing`` is alone where it has to be."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction in which every query sees the same moment."""
        with self.engine.connect() as connection:
            if not self._sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits when the block ends well; on SQLite it takes the write lock at once."""
        with self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def epoch(self) -> str:
        """Return the id of the server's present history (A10)."""
        with self.reading() as connection:
            epoch: str = connection.scalars(select(meta.c.value).where(meta.c.key == "epoch")).one()
            return epoch

    def secret(self) -> str:
        """Return the server's secret, 32 bytes in hex: what it signs or derives cannot be made elsewhere."""
        with self.reading() as connection:
            secret: str = connection.scalars(select(meta.c.value).where(meta.c.key == "cursor_secret")).one()
            return secret

    def start_new_epoch(self) -> str:
        """Give the history a new id; to be done after a backup was put back (A10)."""
        with self.writing() as connection:
            fresh = f"ep_{secrets.token_hex(8)}"
            connection.execute(update(meta).where(meta.c.key == "epoch").values(value=fresh))
            tell(connection, "")
        return fresh

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(address: str, chance: Chance) -> Database:
    """Open the database at this URL and make its tables if it is new; DatabaseUnusableError when that cannot be."""
    url = _read_url(address)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)
    database = Database(engine)
    try:
        _prepare(engine, database, chance)
    except DatabaseError as error:
        engine.dispose()
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnusableError(f"The database {url.render_as_string()} cannot be used: {reason}") from error
    except DatabaseUnusableError:
        engine.dispose()
        raise
    return database


def open_for_practice(address: str, chance: Chance) -> Database:
    """Open a SQLite file as ``open_database`` does; put one of an older marketplace aside and begin anew."""
    try:
        return open_database(address, chance)
    except DatabaseOlderError as older:
        url = _read_url(address)
        if url.get_backend_name() != "sqlite" or url.database is None:
            raise
        for beside in ("-wal", "-shm", ""):
            file = Path(url.database + beside)
            if file.exists():
                file.replace(f"{url.database}.version-{older.version}{beside}")
        return open_database(address, chance)


def _read_url(address: str) -> URL:
    try:
        # A file's name is taken as it is: "?", "#" and "%" have no meaning of their own in a folder.
        kind, mark, file = address.partition(":///")
        url = URL.create("sqlite", database=file) if (kind, mark) == ("sqlite", ":///") else make_url(address)
    except ArgumentError as error:
        raise DatabaseUnusableError(
            f"{address!r} is no database address. Write sqlite:///path/to/file.db "
            "or postgresql+psycopg://user@host/name."
        ) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise DatabaseUnusableError(f"{url.get_backend_name()} is not supported: use sqlite or postgresql+psycopg.")
    if not url.database or url.database == ":memory:":
        raise DatabaseUnusableError("A SQLite database needs a file: sqlite:///path/to/file.db.")
    return url


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS}, **_ENGINE)

    @event.listens_for(engine, "connect")
    def _set_up(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # the driver would otherwise begin transactions on its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    options = {"connect_timeout": 10, "options": f"-c lock_timeout={LOCK_WAIT_SECONDS}s"}
    try:
        return create_engine(url, pool_pre_ping=True, connect_args=options, **_ENGINE)
    except ModuleNotFoundError as error:
        raise DatabaseUnusableError("PostgreSQL needs the package psycopg, which is not installed.") from error


def _prepare(engine: Engine, database: Database, chance: Chance) -> None:
    if not inspect(engine).has_table(meta.name):
        _create(database, chance)
    with database.reading() as connection:
        found = connection.scalar(_stored_version())
    if found != str(SCHEMA_VERSION):
        message = (
            f"This database is of version {found}, and this marketplace knows version {SCHEMA_VERSION}: it was made by "
            "an older or a newer Foreword. Use another one: practice begins anew there."
        )
        older = found is not None and found.isdigit() and int(found) < SCHEMA_VERSION
        raise DatabaseOlderError(message, str(found)) if older else DatabaseUnusableError(message)


def _stored_version() -> Select[str]:
    return select(meta.c.value).where(meta.c.key == "schema_version")


def _create(database: Database, chance: Chance) -> None:
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(5550100)"))  # workers that start together
        metadata.create_all(connection)
        if connection.scalar(_stored_version()) is not None:
            return
        first = {
            "schema_version": str(SCHEMA_VERSION),
            "epoch": chance.make_id("ep"),
            "cursor_secret": f"{chance.stream('cursor').getrandbits(256):064x}",
        }
        connection.execute(insert(meta), [{"key": key, "value": value} for key, value in first.items()])
