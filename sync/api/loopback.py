"""The ear for the browser's answer: a port of this computer alone, open for one answer and a few minutes.

RFC 8252, 7.3 and 8.3: the literal 127.0.0.1, a port that the system picks, a path nobody can guess. Any program and any
web page here can knock; what is not the answer that is waited for is turned away and changes nothing.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl

Query = dict[str, str]

TICK: Final = 0.1
"""Seconds between two looks whether to go on."""

_HEAD_BYTES: Final = 16 * 1024
_AT_ONCE: Final = 32
"""Connections kept open; browsers open some that they never use, and who knocks more often closes his oldest."""

_HEADERS: Final = (
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n"
    "Connection: close\r\n"
)
_DONE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Foreword</title>'
    "<h1>You can close this window</h1><p>Foreword has the answer. Go back to it.</p></html>"
)


class Loopback:
    """Listens from the beginning to the end of a ``with`` block; ``address`` is where the browser is to bring it."""

    def __init__(self, path: str) -> None:
        self._path = f"/{path}"
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: another program could take the port over
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(_AT_ONCE)
        self._listener.settimeout(0)
        self._host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._heads: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    @property
    def address(self) -> str:
        """The address for the browser to go to with the answer."""
        return f"http://{self._host}{self._path}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for open_one in (self._listener, *self._heads):
            open_one.close()

    def receive(self, is_awaited: Callable[[Query], bool], look: Callable[[], None]) -> Query:
        """Wait for the answer that ``is_awaited`` knows and return its query.

        ``look`` is called ten times a second; what it raises ends the wait.
        """
        while True:
            look()
            for key, _ in self._selector.select(TICK):
                if key.fileobj is self._listener:
                    self._accept()
                    continue
                for connection in [one for one in self._heads if one is key.fileobj]:
                    answer = self._hear(connection, is_awaited)
                    if answer is not None:
                        return answer

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # gone again before it was greeted
            connection, _ = self._listener.accept()
            connection.settimeout(0)
            self._heads[connection] = b""
            self._selector.register(connection, selectors.EVENT_READ)
        if len(self._heads) > _AT_ONCE:
            self._close(next(iter(self._heads)))

    def _hear(self, connection: socket.socket, is_awaited: Callable[[Query], bool]) -> Query | None:
        """Read on; return the query if this is the answer, and turn away what cannot be."""
        try:
            chunk = connection.recv(_HEAD_BYTES)
        except OSError:
            chunk = b""
        head = self._heads[connection] = self._heads[connection] + chunk
        whole = b"\r\n\r\n" in head
        if chunk and not whole and len(head) <= _HEAD_BYTES:
            return None
        query = self._query(head.partition(b"\r\n\r\n")[0].decode("latin-1")) if whole else None
        found = query is not None and is_awaited(query)
        self._say(connection, "200 OK" if found else "404 Not Found", _DONE if found else "")
        return query if found else None

    def _query(self, head: str) -> Query | None:
        """Return the query of a GET for our path under our own name; None for anything else."""
        request, *lines = head.split("\r\n")
        method, _, rest = request.partition(" ")
        target, _, version = rest.partition(" ")
        hosts = [value.strip() for name, _, value in (line.partition(":") for line in lines) if name.lower() == "host"]
        path, _, text = target.partition("?")
        # Our own name, so that no page reaches this port through a name of its own (DNS rebinding).
        if (method, path, version[:5], hosts) != ("GET", self._path, "HTTP/", [self._host]):
            return None
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            return None
        query = dict(pairs)
        return query if len(query) == len(pairs) else None  # RFC 6749, 3.1: nothing is said twice

    def _say(self, connection: socket.socket, status: str, page: str) -> None:
        body = page.encode()
        head = f"HTTP/1.1 {status}\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n"
        with contextlib.suppress(OSError):
            connection.sendall(head.encode() + body)  # less than any socket takes at once
            connection.shutdown(socket.SHUT_WR)
        self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._heads[connection]
        connection.close()
