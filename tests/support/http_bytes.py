"""HTTP/1.1 messages as the bytes that they are, for what stands between a client and a server (RFC 9112)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

_HOP = re.compile(rb"(?im)^connection:[^\r\n]*\r\n")


@dataclass(frozen=True)
class Asked:
    """A request as it came: ``head`` ends with the blank line."""

    head: bytes
    body: bytes = b""

    @property
    def method(self) -> str:
        return self.head.split(b" ", 2)[0].decode("latin-1")

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].partition(b"?")[0].decode("latin-1")

    def header(self, name: str) -> str:
        """Return a header's value, "" when it is not there."""
        found = re.search(rb"(?im)^%s:[ \t]*([^\r\n]*)" % name.encode(), self.head)
        return found[1].decode("latin-1") if found else ""


async def read_request(reader: asyncio.StreamReader) -> Asked | None:
    """Read one request; None when the connection ends before it is whole."""
    try:
        asked = Asked(await reader.readuntil(b"\r\n\r\n"))
        return Asked(asked.head, await reader.readexactly(int(asked.header("Content-Length") or 0)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def for_one_exchange(asked: Asked) -> bytes:
    """Return the request's bytes with the wish that the connection ends behind the answer."""
    return _HOP.sub(b"", asked.head)[:-2] + b"Connection: close\r\n\r\n" + asked.body


def to_be_kept(answer: bytes) -> bytes:
    """Return an answer without what it says about the connection on which it came."""
    head, body = split(answer)
    return _HOP.sub(b"", head) + body


def split(answer: bytes) -> tuple[bytes, bytes]:
    """Return head, blank line included, and body."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    return head + blank, body


def answer(status: int, body: bytes, kind: str, **headers: str) -> bytes:
    """Make a whole answer; header names are given with underscores."""
    lines = {"Content-Type": kind, "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + body
