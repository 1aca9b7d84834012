"""One cell's scene: a computer of a writer whose way to the real marketplace leads through the fault proxy."""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.api.patience import PatientTransport
from sync.domain.calls import CallRequest
from sync.domain.intents import Accept, Intent, OutboxItem
from sync.domain.problems import Problem
from sync.ports import Marketplace
from sync.round import RoundReport
from tests.support.desks import FixedClock
from tests.support.fault_proxy import FaultProxy
from tests.support.marketplace import RunningMarketplace
from tests.support.writers import Writer

if TYPE_CHECKING:
    import httpx2

HURRY_SECONDS = 0.05
"""How long a read may take where the fault is silence."""


class Road(PatientTransport):
    """The requests' way through the proxy; those that ``hurried`` picks wait for an answer only HURRY_SECONDS."""

    def __init__(self, clock: FixedClock, proxy: FaultProxy, context: ssl.SSLContext) -> None:
        super().__init__(clock, context)
        self._proxy = proxy
        self.hurried: Callable[[str, str], bool] = lambda _method, _path: False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._proxy.settle()
        if self.hurried(request.method, request.url.path):
            request.extensions["timeout"]["read"] = HURRY_SECONDS
        return super().handle_request(request)


class Watched:
    """A marketplace that keeps what each question to it came to."""

    def __init__(self, inner: Marketplace) -> None:
        self.inner = inner
        self.results: list[tuple[str, Problem | None]] = []

    @property
    def clock_offset(self) -> timedelta | None:
        return self.inner.clock_offset

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.inner, name)

        def ask(*arguments: Any) -> Any:
            try:
                answer = method(*arguments)
            except Problem as problem:
                self.results.append((name, problem))
                raise
            self.results.append((name, None))
            return answer

        return ask


class Scene:
    """A marketplace with a fresh invitation, and a computer that knows of it (unless ``fresh``: then of nothing)."""

    def __init__(self, stage: Stage, computer: Writer, road: Road, watched: Watched, call: CallRequest) -> None:
        self.stage = stage
        self.proxy = stage.proxy
        self.computer = computer
        self.road = road
        self.watched = watched
        self.call = call
        self.item: OutboxItem | None = None
        self.news = ""
        self.count_from_here()

    def count_from_here(self) -> None:
        """Let ``effects`` begin at none."""
        self._began_at = self.stage.seq()

    def sync(self) -> RoundReport:
        """Run a round, with what it asked in ``watched.results``."""
        self.watched.results.clear()
        return self.computer.sync()

    def later(self) -> RoundReport:
        """Run a round when every wait is over."""
        self.computer.clock.advance(timedelta(minutes=10))
        return self.sync()

    def submit(self, intent: Intent) -> None:
        self.item = self.computer.desk.submit(intent)

    def item_now(self) -> OutboxItem:
        assert self.item is not None
        found = self.computer.queries.item(self.item.key)
        assert found is not None
        return found

    def effects(self) -> int:
        """Return how many changes the marketplace counts since then."""
        return self.stage.seq() - self._began_at

    def on_server(self) -> Any:
        """Return the invitation as the marketplace has it, None when it was removed."""
        return self.stage.get(f"/v1/call-requests/{self.call.id}")

    def close(self) -> None:
        self.computer.close()


class Stage:
    """What all scenes share: the marketplace, the proxy before it, and a computer at home to copy from."""

    def __init__(self, market: RunningMarketplace, proxy: FaultProxy, folder: Path, authority: Path) -> None:
        self.market = market
        self.proxy = proxy
        self.clock = FixedClock()
        self._folder = folder
        self._context = ssl.create_default_context(cafile=str(authority))
        self._server = market.client()
        self._home = Writer(market, folder, "home")
        self._empty = Writer(market, folder, "empty")
        self._scenes = 0

    def tick(self) -> None:
        """Let a second go by on the computer of the scene."""
        self.clock.advance(timedelta(seconds=1))

    def scene(self, *, fresh: bool = False, safe: bool = False) -> Scene:
        """Set a scene; ``fresh`` is a computer that never synced, ``safe`` one that speaks TLS."""
        made = self._server.post("/practice/events", json={"event": "invite"}).raise_for_status().json()
        self._home.sync()
        self._scenes += 1
        name = f"scene-{self._scenes}"
        self._copy(self._empty if fresh else self._home, self._folder / f"{name}.db")
        self.clock = FixedClock(self._home.clock.now())
        road = Road(self.clock, self.proxy, self._context)
        origin = self.proxy.safe_origin if safe else self.proxy.origin
        computer = Writer(self.market, self._folder, name, wrap=Watched, clock=self.clock, network=road, origin=origin)
        watched = computer.round._marketplace
        watched.inner.outcome_of("warm-up", Accept("none", "none", self.clock.now(), 0))  # leaves a connection open
        self.proxy.forget()
        shown = self._home.desk.call(made["call_request"]["id"])
        assert shown is not None
        return Scene(self, computer, road, watched, shown.call)

    def let_pass(self, time: timedelta) -> None:
        """Let time pass at the marketplace, at home and on the computer of the newest scene."""
        self.market.advance(time.total_seconds())
        self._home.clock.advance(time)
        self.clock.advance(time)

    def invite(self) -> str:
        """Let a customer invite and return the invitation's id."""
        made = self._server.post("/practice/events", json={"event": "invite"}).raise_for_status().json()
        return str(made["call_request"]["id"])

    def get(self, path: str) -> Any:
        """Ask the marketplace past the proxy; None when there is nothing."""
        answer = self._server.get(path)
        return None if answer.status_code == 404 else answer.raise_for_status().json()

    def event(self, name: str, **fields: Any) -> None:
        """Make a customer act."""
        self._server.post("/practice/events", json={"event": name, **fields}).raise_for_status()

    def act_elsewhere(self, path: str, key: str, body: dict[str, Any]) -> None:
        """Do what another computer of the writer does; ``path`` is below a call request."""
        epoch = self._server.get("/v1/meta").headers["Sync-Epoch"]
        headers = {"Idempotency-Key": f'"{key}"', "Sync-Epoch": epoch}
        self._server.post(f"/v1/call-requests/{path}", json=body, headers=headers).raise_for_status()

    def seq(self) -> int:
        """Return how many changes the account has seen."""
        return int(self.get("/practice/state")["seq"])

    def close(self) -> None:
        for one in (self._server, self._home, self._empty):
            one.close()

    @staticmethod
    def _copy(of: Writer, to: Path) -> None:
        with closing(sqlite3.connect(of.database.path)) as source, closing(sqlite3.connect(to)) as target:
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)
