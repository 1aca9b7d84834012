r"""A server whose every connection is led by the test: it sees the request, says what it likes, and hangs up.

with streaming() as server:
    line = server.next()          # the next connection, its request read
    line.say(STREAM_HEAD)
    line.say(b"data: x\n\n")
    line.hang_up()
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n"
POKE = b"event: poke\ndata: {}\n\n"
PATIENCE = 10


@dataclass
class Line:
    """One connection. ``headers`` are the request's, by their names in small letters."""

    connection: socket.socket
    path: str
    headers: dict[str, str]

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hang_up(self) -> None:
        # Shut as well: the process may hold the socket elsewhere.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def ends(self) -> bool:
        """Wait for the other side to hang up; False if it does not in time."""
        self.connection.settimeout(PATIENCE)
        try:
            return self.connection.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True


class StreamServer:
    """``origin`` to ask; connections wait in order until ``next`` takes them."""

    def __init__(self, listener: socket.socket, *, reads: bool, tls: ssl.SSLContext | None) -> None:
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        self._listener = listener
        self._reads = reads
        self._tls = tls
        self._lines: queue.Queue[Line] = queue.Queue()
        self._all: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def next(self) -> Line:
        """Return the next connection; queue.Empty when none comes in time."""
        return self._lines.get(timeout=PATIENCE)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        for connection in self._all:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._all.append(connection)
            line = _read(connection) if self._reads else Line(connection, "", {})
            if line is not None:
                self._lines.put(line)


def _read(connection: socket.socket) -> Line | None:
    """Read a request; None when the other side hangs up before it is whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    first, *lines = data.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    return Line(connection, first.split(" ")[1], headers)


@contextmanager
def streaming(*, reads: bool = True, tls: ssl.SSLContext | None = None) -> Iterator[StreamServer]:
    """Run a server on this computer until the block ends; one that does not read says and hears nothing by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = StreamServer(listener, reads=reads, tls=tls)
        try:
            yield server
        finally:
            server.close()
