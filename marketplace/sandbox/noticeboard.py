"""Tells the open streams of this worker that something changed, whichever worker changed it.

PostgreSQL says so itself (LISTEN, NOTIFY); of a SQLite file a thread asks four times a second whether it changed.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

import anyio
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from psycopg import Connection as PostgresqlConnection
    from sqlalchemy import Connection, Engine

CHANNEL: Final = "foreword_changes"
_LOOK_SECONDS: Final = 0.25
_AGAIN_SECONDS: Final = 1.0


class Listener:
    """One open stream's ear. A ring that comes while nobody waits is heard at the next wait."""

    def __init__(self) -> None:
        self._rung = anyio.Event()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most so long; tell whether there was one."""
        with anyio.move_on_after(seconds):
            await self._rung.wait()
        rang = self._rung.is_set()
        if rang:
            self._rung = anyio.Event()
        return rang


class Noticeboard:
    """The open streams of one worker by their accounts; lives in the worker's event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self.closed = False

    @contextmanager
    def listening(self, account_id: str) -> Iterator[Listener]:
        """Listen for changes of one account until the block ends."""
        mine = Listener()
        self._listeners.setdefault(account_id, set()).add(mine)
        try:
            yield mine
        finally:
            self._listeners[account_id].discard(mine)
            if not self._listeners[account_id]:
                del self._listeners[account_id]

    def ring(self, account_id: str | None) -> None:
        """Wake the streams of one account, or all of them."""
        rung = self._listeners.values() if account_id is None else [self._listeners.get(account_id, set())]
        for listeners in rung:
            for listener in listeners:
                listener.ring()

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        self.ring(None)


@contextmanager
def watching(engine: Engine, board: Noticeboard, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a thread look at the database until the block ends, and ring the board."""
    ending = threading.Event()

    def ring(account_id: str | None) -> None:
        if not ending.is_set():
            loop.call_soon_threadsafe(board.ring, account_id)

    watch = _watch_sqlite if engine.dialect.name == "sqlite" else _watch_postgresql
    thread = threading.Thread(target=_keep_watching, args=(watch, engine, ring, ending), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def tell(connection: Connection, account_id: str) -> None:
    """Say, once this transaction commits, that an account changed; "" means all. A SQLite file shows it by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, :account)"), {"channel": CHANNEL, "account": account_id})


def _keep_watching(
    watch: Callable[[Engine, Callable[[str | None], None], threading.Event], None],
    engine: Engine,
    ring: Callable[[str | None], None],
    ending: threading.Event,
) -> None:
    while not ending.is_set():
        try:
            watch(engine, ring, ending)
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error):
            ending.wait(_AGAIN_SECONDS)  # a database that is away for a moment


def _watch_sqlite(engine: Engine, ring: Callable[[str | None], None], ending: threading.Event) -> None:
    """Ask for the number that SQLite raises when another connection has written."""
    seen = None
    connection = engine.raw_connection()
    try:
        while not ending.wait(_LOOK_SECONDS):
            (version,) = connection.cursor().execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                ring(None)
    finally:
        connection.close()


def _watch_postgresql(engine: Engine, ring: Callable[[str | None], None], ending: threading.Event) -> None:
    pooled = engine.raw_connection()
    connection = cast("PostgresqlConnection", pooled.driver_connection)
    pooled.detach()
    try:
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        ring(None)  # whatever was said before anybody listened
        while not ending.is_set():
            for notice in connection.notifies(timeout=_LOOK_SECONDS):
                ring(notice.payload or None)
    finally:
        connection.close()
