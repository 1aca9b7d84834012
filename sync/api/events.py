"""Pokes: "something changed, come and look", never the change itself (A9).

Nothing in a poke is trusted or used: whoever hears one asks for the changes as at any other time.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final

import httpx2

from sync.api import wire
from sync.api.event_stream import SHORTEST_RETRY, EventParser
from sync.api.exchange import network_problem, read_reply
from sync.api.origin import checked_origin
from sync.api.verdict import refusal
from sync.domain.problems import Busy, Offline, Paused, Problem, Refused, Resync, Trouble
from sync.domain.retry import next_try
from sync.ports import Clock

TIMEOUT: Final = httpx2.Timeout(40, connect=10)
"""Seconds; a sign of life comes every 15, so 40 without one mean that the line is dead."""

STEADY: Final = timedelta(minutes=1)
"""A stream that held so long was a success: the next wait is a first one again."""


class Ending(StrEnum):
    """Why listening is over: somebody stopped it, or the marketplace said to poll, or it does not offer pokes.

    After the last two a new sign-in is a reason to listen again, and nothing else is.
    """

    STOPPED = "stopped"
    TOLD_TO_POLL = "told_to_poll"
    REFUSED = "refused"


def new_stream_client() -> httpx2.Client:
    """Return an HTTP client for streams that stay open; the settings are those of ``sync.api.client.new_client``."""
    return httpx2.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False)


class Listener:
    """Listens for pokes of the marketplace at ``origin``, connecting again and again until it is stopped.

    ``token`` and ``renew`` are those of ``HttpMarketplace``; a token that was not taken is not sent again. ``http`` is
    used by nobody else. ``stopping`` is waited on between two connections.
    """

    def __init__(
        self,
        origin: str,
        token: Callable[[], str | None],
        http: httpx2.Client,
        clock: Clock,
        random: Random,
        new_request_id: Callable[[], str],
        stopping: threading.Event,
        renew: Callable[[str], str | None] = lambda _refused: None,
    ) -> None:
        self._origin = checked_origin(origin)
        self._token = token
        self._http = http
        self._clock = clock
        self._random = random
        self._new_request_id = new_request_id
        self._stopping = stopping
        self._renew = renew
        self._line = _Line()
        self._connected = False
        self._refused_token: str | None = None
        self._last_id = ""
        self._retry = SHORTEST_RETRY

    @property
    def connected(self) -> bool:
        """Whether pokes arrive now, so that polling can be slow; to be asked from any thread."""
        return self._connected

    def listen(self, on_poke: Callable[[], None]) -> Ending:
        """Call ``on_poke`` at each poke, and each time the stream opens: something may have been missed until then.

        Blocks the thread that calls it and calls back in that thread.
        """
        tries = 0
        while not self._stopping.is_set():
            begun = self._clock.now()
            problem = self._hear(on_poke)
            if self._stopping.is_set():
                break
            if problem is None:
                return Ending.TOLD_TO_POLL
            if isinstance(problem, Refused | Resync):
                return Ending.REFUSED
            tries = 1 if self._clock.now() - begun >= STEADY else tries + 1
            self._stopping.wait(self._wait_after(problem, tries).total_seconds())
        return Ending.STOPPED

    def stop(self) -> None:
        """End ``listen`` at once and for good; from any thread."""
        self._stopping.set()
        self._line.cut()

    def _wait_after(self, problem: Problem, tries: int) -> timedelta:
        """Return how long to wait: what the stream asked for, spread so that not all writers come back at once."""
        now = self._clock.now()
        asked = self._retry * (1 + self._random.random())
        return max(asked, next_try(tries, problem, now, self._random) - now)

    def _hear(self, on_poke: Callable[[], None]) -> Problem | None:
        """Listen on one connection until it ends; return why it did, None when told to poll."""
        try:
            return self._ask(self._usable_token(), on_poke)
        except Problem as problem:
            return problem
        except httpx2.HTTPError as error:
            return network_problem(error)
        except OSError as error:  # no file descriptor left for the line's twin, say: the ear must not go deaf for good
            return Offline(Trouble.UNREACHABLE, str(error))
        finally:
            self._line.let_go()

    def _usable_token(self) -> str:
        token = self._token()
        if not token:
            raise Paused(Trouble.NOT_SIGNED_IN)
        if token == self._refused_token or not wire.is_token(token):
            raise Paused(Trouble.TOKEN_EXPIRED)
        return token

    def _ask(self, token: str, on_poke: Callable[[], None]) -> Problem | None:
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "API-Version": "1",
            "Authorization": f"Bearer {token}",
            "Cache-Control": "no-store",
            "Connection": "close",  # each stream has a connection of its own, which can be cut
            "Request-Id": self._new_request_id(),
        }
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        url = f"{self._origin}/v1/events"
        with self._http.stream("GET", url, headers=headers, extensions={"trace": self._line.watch}) as response:
            if response.status_code == 204:
                return None
            if response.status_code == 200:
                return self._follow(response, on_poke)
            reply = read_reply(response, self._clock)
        if reply.status == 401:
            self._refused_token = token
            self._renew(token)
        return refusal(reply, self._origin, self._clock)

    def _follow(self, response: httpx2.Response, on_poke: Callable[[], None]) -> Problem:
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "text/event-stream":
            return Offline(Trouble.CAPTIVE_PORTAL)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            return Busy(Trouble.GARBLED, "compressed, although that was not asked for")
        parser = EventParser(self._last_id)
        self._connected = True
        try:
            on_poke()
            for piece in response.iter_raw():
                for event in parser.feed(piece):
                    self._last_id = parser.last_id
                    if event == "poke":
                        on_poke()
        finally:
            self._connected = False
            self._last_id = parser.last_id
            self._retry = parser.retry or self._retry
        return Busy(Trouble.CUT_OFF, "the stream ended")


class _Line:
    """The connection in use, where another thread can cut it: closing a socket does not wake who reads from it.

    It is a duplicate of the socket, for the original changes hands when TLS begins; cutting one cuts both.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear from httpx2 what it does, and take note of a new connection (its "trace" extension)."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket").dup()
                self._shut()

    def cut(self) -> None:
        """End the connection at once, and any later one."""
        with self._lock:
            self._is_cut = True
            self._shut()

    def let_go(self) -> None:
        """Forget the connection."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _shut(self) -> None:
        if self._is_cut and self._socket is not None:
            with contextlib.suppress(OSError):  # the other side was faster
                self._socket.shutdown(socket.SHUT_RDWR)
