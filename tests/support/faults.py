"""What can go wrong between a client and a server, and how each of it looks on the wire."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import struct
import zlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sync.api.patience import WHOLE_ANSWER
from tests.support.http_bytes import Asked, answer, split

if TYPE_CHECKING:
    from tests.support.fault_proxy import FaultProxy

SLOW_BYTES = WHOLE_ANSWER // timedelta(seconds=1)
"""At a second each they take exactly as long as an answer may take."""


class Kind(StrEnum):
    REFUSE = "refuse"
    HANG = "hang"
    RESET = "reset at byte k"
    HALF_CLOSE = "half-close"
    DRIP = "one byte a second"
    TRUNCATE = "truncate"
    GARBAGE = "garbage"
    DUPLICATE = "duplicate the request"
    DELAY = "delay past the time-out"
    PORTAL = "200 with HTML"
    BOMB = "gzip bomb"
    BAD_TLS = "bad TLS"
    SLOW_LORIS = "headers never end"
    STALE = "stale keep-alive"
    ANSWER = "an answer of the test's own"
    TWICE = "the answer comes twice"


class Moment(StrEnum):
    BEFORE = "before the request is forwarded"
    DURING = "during the answer"
    AFTER = "after the answer was produced"


@dataclass(frozen=True)
class Fault:
    """What goes wrong, when, and with which requests. ``at`` is how much of the answer came through in DURING.

    ``own`` is the answer of Kind.ANSWER, ``certificate`` the one of Kind.BAD_TLS.
    """

    kind: Kind
    moment: Moment
    hits: Callable[[Asked], bool]
    at: float = 0.5
    own: bytes = b""
    certificate: str = "unknown.pem"

    @property
    def has_struck_unseen(self) -> bool:
        """Whether it struck when it was armed: the connections are gone, and no request tells of it."""
        return self.moment is Moment.BEFORE and self.kind in {Kind.REFUSE, Kind.STALE, Kind.BAD_TLS}


@dataclass(eq=False)
class Line:
    """One connection from the client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    task: asyncio.Task[Any]
    struck: bool = False

    async def silence(self) -> None:
        """Say nothing more until the client has gone."""
        while await self.reader.read(65_536):
            pass

    def reset(self) -> None:
        """Break the connection so that the client is told of it at once (TCP RST)."""
        now = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self.writer.transport.abort()

    def spoil(self) -> None:
        """Write past the encryption, as nobody who has its keys would."""
        with socket.socket(fileno=socket.dup(self.writer.get_extra_info("socket").fileno())) as bare:
            bare.send(b"\x17\x03\x03\x00\x20" + bytes(32))

    def close(self) -> None:
        """Close the connection; an encrypted one without the long goodbye of TLS."""
        encrypted = self.writer.get_extra_info("sslcontext") is not None
        (self.writer.transport.abort if encrypted else self.writer.close)()

    async def end(self) -> None:
        self.close()
        with suppress(ConnectionError, ssl.SSLError, TimeoutError):
            await self.writer.wait_closed()


@dataclass(frozen=True)
class Strike:
    """One request that a fault hits. ``real`` is the marketplace's answer, empty where it was not asked."""

    proxy: FaultProxy
    fault: Fault
    asked: Asked
    real: bytes
    line: Line

    @property
    def came_through(self) -> bytes:
        return self.real[: int(len(self.real) * self.fault.at)] if self.fault.moment is Moment.DURING else b""

    def say(self, data: bytes) -> None:
        self.line.writer.write(data)

    async def refuse(self) -> bool:
        self.proxy.stop_listening()
        return await self.reset()

    async def hang(self) -> bool:
        self.say(self.came_through)
        await self.line.silence()
        return False

    async def reset(self) -> bool:
        self.say(self.came_through)
        self.line.reset()
        return False

    async def half_close(self) -> bool:
        self.say(self.came_through)
        self.line.writer.write_eof()
        await self.line.silence()
        return False

    async def drip(self) -> bool:
        quick, slow = split(self.real) if self.fault.moment is Moment.DURING else (b"", self.real or _anything())
        self.say(quick)
        return await self._slowly(slow[: min(SLOW_BYTES, len(slow) - 1)])

    async def slow_loris(self) -> bool:
        head, _ = split(self.real if self.fault.moment is Moment.DURING else _anything())
        self.say(head[:-2])
        return await self._slowly((b"X-More: and more\r\n" * SLOW_BYTES)[:SLOW_BYTES])

    async def _slowly(self, data: bytes) -> bool:
        for byte in data:
            if self.line.writer.is_closing():
                break
            self.proxy.tick()
            self.say(bytes([byte]))
        await self.line.silence()
        return False

    async def truncate(self) -> bool:
        if self.fault.moment is Moment.BEFORE:
            await self.proxy.forward(self.asked, share=0.8)
        elif self.fault.moment is Moment.DURING:
            head, body = split(self.real)
            self.say(head + body[: int(len(body) * self.fault.at)])
        else:
            self.say(split(self.real)[0])
        return False

    async def garbage(self) -> bool:
        noise = random.Random(1).randbytes(4000)
        if self.fault.moment is not Moment.DURING:
            self.say(noise)
            return False
        head, body = split(self.real)
        self.say(head + noise[: len(body)].ljust(len(body), b"\x00"))
        return True

    async def duplicate(self) -> bool:
        if self.fault.moment is Moment.AFTER:
            self.proxy.keep_copy(self.asked)
            return False
        if self.fault.moment is Moment.BEFORE:
            _, twin = await asyncio.gather(self.proxy.forward(self.asked), self.proxy.forward(self.asked))
            self.say(twin)
        else:
            self.say(self.came_through)
            await self.proxy.forward(self.asked)
            self.say(self.real[len(self.came_through) :])
        return True

    async def delay(self) -> bool:
        if self.fault.moment is Moment.BEFORE:
            self.proxy.hold(self.asked)
        self.say(self.came_through)
        await self.proxy.healed()
        self.say(self.real[len(self.came_through) :])
        return False

    async def portal(self) -> bool:
        page = b"<html><title>Welcome</title>Sign in to use the network.</html>"
        if self.fault.moment is not Moment.DURING:
            self.say(answer(200, page, "text/html"))
            return True
        head, body = split(self.real)
        self.say(head + page[: len(body)].ljust(len(body)))
        return True

    async def bomb(self) -> bool:
        head, _ = split(self.real)
        if self.fault.moment is Moment.DURING:
            lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"content-length")]
            lines += [b"Content-Encoding: gzip", b"Content-Length: %d" % len(_bomb())]
            self.say(b"\r\n".join(lines) + b"\r\n\r\n" + _bomb())
        else:
            self.say(answer(200, _bomb(), "application/json", Content_Encoding="gzip", Sync_Epoch="any"))
        return True

    async def bad_tls(self) -> bool:
        self.say(self.came_through)
        self.line.spoil()
        await self.line.silence()
        return False

    async def stale(self) -> bool:
        self.proxy.unsettle()
        if self.fault.moment is Moment.DURING:
            self.say(self.real)
        return False

    async def own_answer(self) -> bool:
        self.proxy.unsettle()
        self.say(self.fault.own)
        return False

    async def answer_twice(self) -> bool:
        self.say(self.real + self.real)
        return True


STRIKES: dict[Kind, Callable[[Strike], Coroutine[Any, Any, bool]]] = {
    Kind.REFUSE: Strike.refuse,
    Kind.HANG: Strike.hang,
    Kind.RESET: Strike.reset,
    Kind.HALF_CLOSE: Strike.half_close,
    Kind.DRIP: Strike.drip,
    Kind.TRUNCATE: Strike.truncate,
    Kind.GARBAGE: Strike.garbage,
    Kind.DUPLICATE: Strike.duplicate,
    Kind.DELAY: Strike.delay,
    Kind.PORTAL: Strike.portal,
    Kind.BOMB: Strike.bomb,
    Kind.BAD_TLS: Strike.bad_tls,
    Kind.SLOW_LORIS: Strike.slow_loris,
    Kind.STALE: Strike.stale,
    Kind.ANSWER: Strike.own_answer,
    Kind.TWICE: Strike.answer_twice,
}


def _anything() -> bytes:
    """Return an answer that nobody asked for, long enough to take minutes at a byte a second."""
    return answer(200, b'{"nothing": "%s"}' % (b"x" * SLOW_BYTES), "application/json", Sync_Epoch="any")


@cache
def _bomb() -> bytes:
    """Return 64 MiB of spaces in some 64 kB, made without ever holding more than one."""
    packer = zlib.compressobj(wbits=31)  # gzip
    return b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(64)) + packer.flush()
