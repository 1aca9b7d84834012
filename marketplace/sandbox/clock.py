"""What time it is for the marketplace: the system's clock, or one that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from marketplace.sandbox.instants import from_text, to_exact_text
from marketplace.sandbox.schema import meta

if TYPE_CHECKING:
    from marketplace.sandbox.database import Database

MANUAL_START: Final = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)
"""Where a manual clock starts unless told otherwise: a Monday."""

_MANUAL_NOW: Final = "manual_now"


class Clock(Protocol):
    """Tells the time; every deadline of the marketplace is decided by it."""

    def now(self) -> datetime:
        """Return the present instant as aware UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the computer's time as aware UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock kept in the database, so that all workers and a restart agree on it."""

    def __init__(self, database: Database, start: datetime = MANUAL_START) -> None:
        self._database = database
        with database.writing() as connection:
            if connection.scalar(select(meta.c.value).where(meta.c.key == _MANUAL_NOW)) is None:
                connection.execute(insert(meta).values(key=_MANUAL_NOW, value=to_exact_text(start)))

    def now(self) -> datetime:
        """Return where the clock stands."""
        with self._database.reading() as connection:
            return from_text(connection.scalars(select(meta.c.value).where(meta.c.key == _MANUAL_NOW)).one())

    def move(self, instant: datetime) -> None:
        """Set the clock; ValueError when that would be backwards, since what happened cannot be undone."""
        with self._database.writing() as connection:
            if instant < self._lock(connection):
                raise ValueError("the practice clock only moves forward")
            connection.execute(update(meta).where(meta.c.key == _MANUAL_NOW).values(value=to_exact_text(instant)))

    def advance(self, span: timedelta) -> datetime:
        """Move the clock on from where it stands, whoever else moves it, and return where it stands then."""
        with self._database.writing() as connection:
            instant = self._lock(connection) + span
            connection.execute(update(meta).where(meta.c.key == _MANUAL_NOW).values(value=to_exact_text(instant)))
        return instant

    def _lock(self, connection: Connection) -> datetime:
        mine = update(meta).where(meta.c.key == _MANUAL_NOW).values(value=meta.c.value).returning(meta.c.value)
        return from_text(connection.scalars(mine).one())


def use_system_clock(database: Database) -> SystemClock:
    """Return the system's clock and forget a manual one that an earlier run left."""
    with database.writing() as connection:
        connection.execute(delete(meta).where(meta.c.key == _MANUAL_NOW))
    return SystemClock()


def stored_clock(database: Database) -> Clock:
    """Return the clock that the last server on this database used."""
    with database.reading() as connection:
        manual = connection.scalar(select(meta.c.value).where(meta.c.key == _MANUAL_NOW))
    return ManualClock(database) if manual else SystemClock()
