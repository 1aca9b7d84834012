"""The composition root: which adapter stands behind which port. No Qt here, the terminal command uses it too.

``open_core`` is cheap, for the way to the first list; ``connect`` imports all that talks and writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sync.clock import SystemClock
from sync.desk import Desk
from sync.store.database import Database, Readers
from sync.store.queries import Queries

if TYPE_CHECKING:
    from desktop.paths import Profile
    from desktop.practice import PracticeMarketplace
    from sync.ports import Clock
    from sync.round import Round
    from sync.store.outbox import Outbox


class Core(NamedTuple):
    """The parts that read and write one account on this computer."""

    desk: Desk
    database: Database
    queries: Queries
    outbox: Callable[[], Outbox]
    clock: Clock
    ends: ExitStack
    """Closes files and connections, in the order opposite to their opening."""


def open_core(profile: Profile, clock: Clock | None = None) -> Core:
    """Put the store's reading side and the desk together; nothing is opened yet."""
    database = Database(profile.database)
    readers = Readers(database)
    queries = Queries(readers)

    @cache
    def outbox() -> Outbox:
        from sync.store.outbox import Outbox  # noqa: PLC0415 - SQLAlchemy costs a third of a second

        return Outbox(database)

    used = clock or SystemClock()
    ends = ExitStack()
    ends.callback(database.close)
    ends.callback(readers.close)
    return Core(Desk(queries, outbox, used, _new_key), database, queries, outbox, used, ends)


def connect(core: Core, profile: Profile, practice: PracticeMarketplace | None) -> Round:
    """Connect the core with the profile's marketplace, starting ``practice`` first if that is the one.

    Raises Offline when practice does not start, ValueError for a marketplace's address that is not safe.
    """
    if practice is not None:
        address = practice.ensure_running()
        return build_round(core, address.origin, lambda: address.token)
    token = os.environ.get("FOREWORD_TOKEN", "")
    return build_round(core, profile.origin, lambda: token)


def build_round(core: Core, origin: str, token: Callable[[], str | None]) -> Round:
    """Put a round together over HTTP; imports all that talks and writes. Raises ValueError for an unsafe address."""
    from sync.api.client import HttpMarketplace, new_client  # noqa: PLC0415 - httpx2, in the worker's time
    from sync.round import Round  # noqa: PLC0415
    from sync.store.ledgers import Ledgers  # noqa: PLC0415

    http = core.ends.enter_context(new_client(core.clock))
    marketplace = HttpMarketplace(origin, token, http, core.clock, _new_key)
    from random import Random  # noqa: PLC0415

    jitter = Random()  # noqa: S311 - spreads retries, guards nothing
    ledgers = Ledgers(core.database)
    return Round(marketplace, core.queries, core.outbox(), ledgers, core.clock, jitter, core.desk.announce)


def checked_origin(origin: str) -> str:
    """Return a marketplace's address in its one spelling. Raises ValueError, in plain words, when it is not safe."""
    from sync.api import origin as addresses  # noqa: PLC0415 - practice, the default, has none to check

    return addresses.checked_origin(origin)


def _new_key() -> str:
    import uuid  # noqa: PLC0415 - not on the way to the first list

    return str(uuid.uuid4())
