"""One computer of the writer: the real core on a real file, whose power can go off between any two transactions."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from sync.desk import Desk
from sync.domain.notes import Marks, merge
from sync.pull import Pull
from sync.push import Push
from sync.round import Round
from sync.store.database import Database, Readers
from sync.store.ledgers import Ledgers
from sync.store.outbox import Outbox
from sync.store.queries import Queries
from tests.model.network import Network, PowerCut

MARKS = Marks("Here:", "There:")


class Inline(Executor):
    """Does each job at once, in the thread that asks: a history is the same every time."""

    def __init__(self) -> None:
        self._count = 0

    def submit(self, job: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the job; a power cut is not its outcome but the end of everything."""
        self._count += 1
        done: Future[Any] = _Numbered(self._count)
        try:
            done.set_result(job(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - what an executor does
            done.set_exception(error)
        return done


class _Numbered(Future[Any]):
    """A future whose place in a set does not depend on where it lies in memory."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def __hash__(self) -> int:
        return self._number

    def __eq__(self, other: object) -> bool:
        return self is other


class Template:
    """An empty database that is copied for each device, and what all of them can share: compiled statements."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "empty.db"
        database = Database(self.path)
        database.prepare()
        database.close()
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        self.engine = create_engine(f"sqlite:///{self.path}")
        self.engine.connect().close()
        self.engine.dispose()
        self.compiled: dict[Any, Any] = {}


class FragileDatabase(Database):
    """The real database, fast instead of durable; the power goes off at a transaction when told."""

    def __init__(self, path: Path, template: Template) -> None:
        super().__init__(path)
        self._template = template
        self.transactions_left: int | None = None
        self.after_commit = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the real transaction; the fatal one is either lost or just finished."""
        fatal = self._is_fatal()
        with super().write() as connection:
            yield connection
            if fatal and not self.after_commit:
                raise PowerCut
        if fatal:
            raise PowerCut

    def _is_fatal(self) -> bool:
        if self.transactions_left is None:
            return False
        self.transactions_left -= 1
        return self.transactions_left < 0

    def _open(self) -> Engine:
        if self._engine is None:
            pool = StaticPool(partial(_fast, self.path))
            shared = self._template.engine
            options = {"compiled_cache": self._template.compiled}
            self._engine = Engine(pool, shared.dialect, shared.url, execution_options=options)
            event.listen(self._engine, "begin", _begin)
            self._written = self.identity()
        return self._engine


def _fast(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class WatchedLedgers(Ledgers):
    """The real ledgers; they tell when this copy notices that the marketplace went back in time."""

    returns = 0

    def begin_epoch(self, epoch: str, now: datetime, *, returning: bool) -> None:
        """Enter a history of the marketplace."""
        self.returns += returning
        super().begin_epoch(epoch, now, returning=returning)


class Device:
    """A computer with a clock that may be wrong by ``skew``; ``power_on`` builds everything anew from the file."""

    def __init__(self, name: str, folder: Path, template: Template, network: Network) -> None:
        self.name = name
        self.path = folder / f"{name}.db"
        self.network = network
        self.skew = timedelta(0)
        self.keys_made = 0
        self.earlier_returns = 0
        self._template = template
        shutil.copyfile(template.path, self.path)
        self.power_on()

    def now(self) -> datetime:
        """Return the time that this computer shows."""
        return self.network.server.now + self.skew

    def set_clock(self, skew: timedelta) -> None:
        """Make the clock wrong by so much."""
        self.skew = self.network.skew = skew

    def new_key(self) -> str:
        """Make a key that no other action has."""
        self.keys_made += 1
        return f"{self.name}{self.keys_made}"

    def power_on(self) -> None:
        """Start on what is on the disk."""
        self.database = FragileDatabase(self.path, self._template)
        self._readers = Readers(self.database)
        self.queries = Queries(self._readers)
        self.outbox, self.ledgers = Outbox(self.database), WatchedLedgers(self.database)
        self.desk = Desk(self.queries, lambda: self.outbox, lambda: self.ledgers, self, self.new_key)
        random, announce = Random(self.keys_made), self.desk.announce
        both = partial(merge, marks=MARKS)
        parts = (self.network, self.queries, self.outbox, self, random, self.new_key, both, announce, Inline)
        pull = Pull(self.network, self.queries, self.ledgers, self, self.new_key, both, announce)
        self.round = Round(
            self.network, Push(*parts), pull, self.queries, self.outbox, self.ledgers, self, random, announce
        )

    def power_off(self) -> None:
        """Lose all that is not on the disk."""
        self.earlier_returns += self.ledgers.returns
        self._readers.close()
        self.database.close()

    @property
    def returns(self) -> int:
        """How often this copy noticed that the marketplace went back in time."""
        return self.earlier_returns + self.ledgers.returns

    def cut_power_at(self, transaction: int, *, after_commit: bool) -> None:
        """Let the power go off at the n-th transaction from now, before or after its commit."""
        self.database.transactions_left = transaction
        self.database.after_commit = after_commit

    def no_cut(self) -> None:
        """Leave the power on."""
        self.database.transactions_left = None

    def rows(self, query: str) -> list[sqlite3.Row]:
        """Ask the file itself."""
        cursor = self._readers().cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(query).fetchall()
