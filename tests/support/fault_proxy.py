"""A proxy between the real client and the real practice marketplace that breaks what it is told to break.

    with FaultProxy(market.url) as proxy:
        proxy.arm(Fault(Kind.RESET, Moment.DURING, lambda asked: asked.method == "POST"))
        ...                      # every request that the fault hits is struck, all others pass
        proxy.heal()             # what was held back is delivered, and all is well again
        proxy.deliver_copies()   # what the network had duplicated arrives last of all

It runs in a thread with a loop of its own. It never waits for a time: what is silent is silent until the client has
gone or the fault is healed, and what is slow tells ``tick`` a second for every byte.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.support import http_bytes
from tests.support.faults import STRIKES, Fault, Kind, Line, Moment, Strike
from tests.support.http_bytes import Asked

PATIENCE = 10
"""Seconds after which the proxy itself is taken for broken."""

Value = TypeVar("Value")


class FaultProxy:
    """Stands before ``upstream`` (http://127.0.0.1:PORT) while its block runs.

    ``origin`` and, with ``certificates``, ``safe_origin`` (TLS) are where to ask; ``seen`` is what came since the last
    ``forget``, ``struck`` how often the fault hit, ``errors`` what the proxy itself did wrong.
    """

    def __init__(self, upstream: str, certificates: Path | None = None) -> None:
        host, _, port = upstream.removeprefix("http://").partition(":")
        self._upstream = (host, int(port))
        self.tick: Callable[[], None] = lambda: None
        self.seen: list[Asked] = []
        self.struck = 0
        self.errors: list[Exception] = []
        self._certificates = certificates
        self._fault: Fault | None = None
        self._healed = asyncio.Event()
        self._at_rest = threading.Event()
        self._at_rest.set()
        self._held: list[Asked] = []
        self._copies: list[Asked] = []
        self.origin = self.safe_origin = ""
        self._lines: set[Line] = set()
        self._reserved: socket.socket | None = None
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)

    # For the test's thread

    def arm(self, fault: Fault) -> None:
        """Break what the fault says from now on."""
        self._do(self._arm(fault))

    def heal(self) -> None:
        """Break nothing any more; requests that were held back reach the marketplace before this returns."""
        self._do(self._heal())

    def deliver_copies(self) -> None:
        """Let the copies that the network made of requests reach the marketplace."""
        self._do(self._deliver(self._copies))

    def settle(self) -> None:
        """Wait until a connection that is about to be closed behind an answer is closed."""
        assert self._at_rest.wait(PATIENCE)

    def hang_up(self) -> None:
        """Close every open connection."""
        self._do(self._hang_up())

    def forget(self) -> None:
        """Forget what came."""
        self.seen.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    # In the loop

    async def _open(self) -> None:
        self._servers = [await asyncio.start_server(self._serve, "127.0.0.1", 0)]
        self.origin = f"http://127.0.0.1:{self._port()}"
        if self._certificates is not None:
            self._context.load_cert_chain(self._certificates / "good.pem")
            self._servers.append(await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context))
            self.safe_origin = f"https://127.0.0.1:{self._servers[1].sockets[0].getsockname()[1]}"

    def _port(self) -> int:
        port: int = self._servers[0].sockets[0].getsockname()[1]
        return port

    async def _arm(self, fault: Fault) -> None:
        self._healed = asyncio.Event()
        self._fault, self.struck = fault, 0
        if fault.has_struck_unseen:
            self.struck = 1
            await self._hang_up()
            if fault.kind is Kind.REFUSE:
                self.stop_listening()
            if fault.kind is Kind.BAD_TLS:
                self._present(fault.certificate)

    async def _heal(self) -> None:
        fault, self._fault = self._fault, None
        if self._reserved is not None:
            self._servers[0] = await asyncio.start_server(self._serve, sock=self._reserved)
            self._reserved = None
        if fault is not None and fault.kind is Kind.BAD_TLS:
            self._present("good.pem")
            await self._hang_up()
        await self._deliver(self._held)
        self._healed.set()
        struck = [line.task for line in self._lines if line.struck]
        if struck:
            await asyncio.wait(struck, timeout=PATIENCE)

    async def _deliver(self, requests: list[Asked]) -> None:
        while requests:
            await self.forward(requests.pop(0))

    async def _hang_up(self) -> None:
        for line in self._lines:
            line.close()
        tasks = [line.task for line in self._lines]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)

    async def _close(self) -> None:
        self._healed.set()
        for server in self._servers:
            server.close()
        await self._hang_up()
        if self._reserved is not None:
            self._reserved.close()

    def _present(self, certificate: str) -> None:
        assert self._certificates is not None
        self._context.load_cert_chain(self._certificates / certificate)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        line = Line(reader, writer, task)
        self._lines.add(line)
        try:
            while (asked := await http_bytes.read_request(reader)) is not None:
                self.seen.append(asked)
                if not await self._answer(asked, line):
                    break
        except (ConnectionError, ssl.SSLError):
            pass  # the client has gone, as it may
        except Exception as error:  # noqa: BLE001 - told to the test, which fails by it
            self.errors.append(error)
        finally:
            await line.end()
            self._lines.discard(line)
            self._at_rest.set()

    async def _answer(self, asked: Asked, line: Line) -> bool:
        """Answer one request; False when the connection ends with it."""
        fault = self._fault
        if fault is None or fault.has_struck_unseen or not fault.hits(asked):
            line.writer.write(await self.forward(asked))
            return True
        self.struck += 1
        line.struck = True
        real = b"" if fault.moment is Moment.BEFORE else await self.forward(asked)
        line.struck = not await STRIKES[fault.kind](Strike(self, fault, asked, real, line))
        return not line.struck

    async def forward(self, asked: Asked, share: float = 1.0) -> bytes:
        """Ask the marketplace, with so much of the request's bytes, and return its whole answer."""
        reader, writer = await asyncio.open_connection(*self._upstream)
        sent = http_bytes.for_one_exchange(asked)
        writer.write(sent[: int(len(sent) * share)])
        if share < 1:
            writer.write_eof()
        received = await reader.read()
        writer.close()
        await writer.wait_closed()
        return http_bytes.to_be_kept(received)

    def hold(self, asked: Asked) -> None:
        """Let a request reach the marketplace when the fault is healed."""
        self._held.append(asked)

    def keep_copy(self, asked: Asked) -> None:
        """Let a copy of a request reach the marketplace at the very end."""
        self._copies.append(asked)

    def unsettle(self) -> None:
        """Let ``settle`` wait until the connection at hand is closed."""
        self._at_rest.clear()

    async def healed(self) -> None:
        """Wait until the fault is healed."""
        await self._healed.wait()

    def stop_listening(self) -> None:
        """Refuse connections from now on, and keep the port so that nobody else gets it."""
        port = self._port()
        self._servers[0].close()
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", port))
