"""The running server: its socket, its workers, when it is ready and how it ends."""

from __future__ import annotations

import functools
import http.client
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from marketplace.sandbox.app import Pokes, create_app
from marketplace.sandbox.chance import Chance
from marketplace.sandbox.clock import ManualClock, SystemClock
from marketplace.sandbox.database import open_database
from marketplace.sandbox.guard import LOG, Guard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PATIENCE_SECONDS: Final = 2
"""How long an open answer may take to end when the server stops."""

_START_SECONDS: Final = 60


class CannotServeError(Exception):
    """The server cannot start; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker needs to know to build the application; it travels to other processes."""

    database_url: str
    practice: bool
    manual_clock: bool
    seed: int | None
    allowed_hosts: tuple[str, ...]
    pokes: Pokes
    log_file: Path | None


def build_app(plan: Plan) -> Guard:
    """Build the application of one worker."""
    set_up_logs(plan.log_file)
    chance = Chance(plan.seed)
    database = open_database(plan.database_url, chance)
    clock = ManualClock(database) if plan.manual_clock else SystemClock()
    return create_app(
        database,
        clock=clock,
        random=chance,
        practice=plan.practice,
        pokes=plan.pokes,
        allowed_hosts=plan.allowed_hosts,
    )


def listen(host: str, port: int) -> socket.socket:
    """Bind the port, 0 for any free one; CannotServeError when that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's algorithm off only then: else each answer takes 40 ms more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotServeError(
            f"Port {port} on {host} cannot be used: {error}. Is a marketplace running there?"
        ) from error
    listener.set_inheritable(True)
    return listener


def serve(plan: Plan, listener: socket.socket, workers: int, on_ready: Callable[[], None], *, until_eof: bool) -> None:
    """Serve until a signal comes, or, with ``until_eof``, until standard input is closed."""
    config = uvicorn.Config(
        functools.partial(build_app, plan),
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_PATIENCE_SECONDS,
    )
    if workers > 1:
        supervisor = Multiprocess(config, [listener])
        run, stop = supervisor.run, supervisor.should_exit.set
    else:
        server = Server(config)
        run, stop = functools.partial(server.run, [listener]), server.stop
        _end_on_signals_with_success()
    threading.Thread(target=_announce, args=(listener, on_ready), daemon=True).start()
    if until_eof:
        threading.Thread(target=_wait_for_eof, args=(stop,), daemon=True).start()
    run()


class Server(uvicorn.Server):
    """A server that tells its open streams when it is about to end."""

    def stop(self) -> None:
        """End as soon as the answers under way are done."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking connections and let the open ones end."""
        app = self.config.loaded_app
        if isinstance(app, Guard):
            app.board.close()
        await super().shutdown(sockets)


def _announce(listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Ask for /v1/meta until it answers: then the server really listens."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where to ask, not where to listen
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/v1/meta", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                on_ready()
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()


def _wait_for_eof(stop: Callable[[], None]) -> None:
    # Not through sys.stdin: a thread inside it would hold a lock that the interpreter needs to end.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()


def _end_on_signals_with_success() -> None:
    """Let a stop by signal be a success: uvicorn raises the signal again once it has ended well."""
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda _number, _frame: None)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        words = {"level": record.levelname, "from": record.name, "message": record.getMessage()}
        if record.exc_info:
            words["trace"] = self.formatException(record.exc_info)
        return json.dumps(words)


def set_up_logs(log_file: Path | None) -> None:
    """Write troubles to standard error, and requests to the log file if there is one, as lines of JSON."""
    troubles = logging.StreamHandler(sys.stderr)
    troubles.setLevel(logging.WARNING)
    troubles.setFormatter(_JsonLines())
    logging.basicConfig(handlers=[troubles], level=logging.WARNING, force=True)
    LOG.propagate = False
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
    if log_file is not None:
        LOG.addHandler(logging.FileHandler(log_file, encoding="utf-8"))
        LOG.setLevel(logging.INFO)
