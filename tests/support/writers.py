"""A writer's computer without a window: the real core over real HTTP, driven by the test instead of a thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import httpx2

from desktop.wiring import Core, assemble_round
from sync.api.client import HttpMarketplace
from sync.desk import Desk
from sync.domain.changes import Changed
from sync.domain.intents import Accept, OutboxItem
from sync.domain.projection import ShownCall
from sync.keychain import MemoryKeychain
from sync.ports import Marketplace
from sync.round import RoundReport
from sync.runner import Runner
from sync.store.database import Database, Readers
from sync.store.ledgers import Ledgers
from sync.store.outbox import Outbox
from sync.store.queries import Queries
from tests.support.desks import FixedClock
from tests.support.marketplace import MANUAL_START, RunningMarketplace


class Network(httpx2.HTTPTransport):
    """The way to the marketplace; ``lose_reply`` lets the next request arrive and drops its answer."""

    lose_reply = False
    unplugged = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.unplugged:
            raise httpx2.ConnectError("no network", request=request)
        response = super().handle_request(request)
        if self.lose_reply and request.method != "GET":
            self.lose_reply = False
            response.read()
            response.close()
            raise httpx2.ReadError("the answer was lost", request=request)
        return response


@dataclass
class Writer:
    """One computer of a writer; ``restart`` is a crash and a new start on the same files.

    ``origin`` is where it looks for the marketplace, if not at the marketplace itself.
    """

    market: RunningMarketplace
    path: Path
    name: str = "a"
    wrap: Callable[[Marketplace], Marketplace] = lambda marketplace: marketplace
    clock: FixedClock = field(default_factory=lambda: FixedClock(MANUAL_START))
    network: Network = field(default_factory=Network)
    token: str = ""
    origin: str = ""
    heard: list[Changed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys = (f"{self.name}-{number}" for number in itertools.count(1))
        self.database = Database(self.path / f"{self.name}.db")
        self._readers = Readers(self.database)
        self._http = httpx2.Client(transport=self.network, trust_env=False)
        self.restart()

    def restart(self) -> None:
        """Forget everything in memory and start on what is on the disk."""
        self.close()
        self.database = Database(self.path / f"{self.name}.db")
        self.database.prepare()
        self._readers = Readers(self.database)
        self._http = httpx2.Client(transport=self.network, trust_env=False, timeout=20)
        self.queries = Queries(self._readers)
        self.outbox = Outbox(self.database)
        self.ledgers = Ledgers(self.database)
        new_key = partial(next, self._keys)
        self.desk = Desk(self.queries, lambda: self.outbox, lambda: self.ledgers, self.clock, new_key)
        self.desk.listen(self.heard.append)
        ids = (f"request-{number}" for number in itertools.count(1))
        origin = self.origin or self.market.url
        over_http = HttpMarketplace(
            origin, lambda: self.token or self.market.token, self._http, self.clock, lambda: next(ids)
        )
        core = Core(
            self.desk,
            self.database,
            self.queries,
            lambda: self.outbox,
            lambda: self.ledgers,
            self.clock,
            ExitStack(),
            MemoryKeychain,
        )
        self.round = assemble_round(core, self.wrap(over_http), Random(1), new_key)
        self.runner = Runner(self.round, self.clock)

    def close(self) -> None:
        """End everything that is open."""
        for open_one in (self._http, self._readers, self.database):
            open_one.close()

    def sync(self) -> RoundReport:
        """Run one round now."""
        self.runner.wake()
        report = self.runner.run_pending()
        assert report is not None
        return report

    def wait(self, by: timedelta) -> None:
        """Let time pass, here and at the marketplace."""
        self.clock.advance(by)
        self.market.move_to(self.clock.now())

    def invite(self, **fields: object) -> ShownCall:
        """Let a customer invite, and fetch the invitation."""
        made = self.market.event("invite", **fields)
        self.sync()
        shown = self.desk.call(made["id"])
        assert shown is not None
        return shown

    def accept(self, shown: ShownCall, number: int = 0) -> OutboxItem:
        """Accept one of the times that were offered."""
        slot = shown.call.slots[number]
        return self.desk.submit(Accept(shown.call.id, slot.id, slot.starts_at, shown.call.version))

    def view(self) -> dict[str, tuple[object, ...]]:
        """Return all calls as this computer shows them."""
        shown = self.desk.shown(self.queries.all_ids())
        return {one.call.id: (one.call, one.line, one.pending) for one in shown}
