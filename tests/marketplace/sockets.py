"""A cheap HTTP/1.1 client on one socket of its own, for tests that need many requests and little of the computer."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit


class Wire:
    """One connection that stays open; each answer is read to its end before the next request goes."""

    def __init__(self, url: str, token: str, epoch: str) -> None:
        host = urlsplit(url)
        self._connection = socket.create_connection((host.hostname or "", host.port or 0), timeout=50)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._connection.makefile("rb")
        self._head = f"Host: {host.netloc}\r\nAuthorization: Bearer {token}\r\nSync-Epoch: {epoch}\r\n"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        self.begin(method, path, body, **headers)
        return self.finish()

    def begin(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """Send a request without waiting for its answer."""
        content = b"" if body is None else json.dumps(body).encode()
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        kind = "Content-Type: application/json\r\n" if content else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}{more}Content-Length: {len(content)}\r\n\r\n"
        self._connection.sendall(head.encode() + content)

    def finish(self) -> tuple[int, bytes]:
        """Wait for the answer."""
        status = int(self._reader.readline().split()[1])
        length = 0
        while (line := self._reader.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._reader.read(length)

    def close(self) -> None:
        self._reader.close()
        self._connection.close()
