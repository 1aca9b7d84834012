"""A server that gives exactly the bytes it was told to: what proxies, cafés and broken marketplaces say.

with answering(ok({"changes": []})) as server:
    ...server.origin...; server.requests[0].path
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

EPOCH = "epoch-1"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """``origin`` to ask; ``requests`` that came, in order."""

    origin: str
    requests: list[Received] = field(default_factory=list)


def answer(status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> bytes:
    """Make an HTTP answer; header names are given with underscores."""
    lines = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def ok(data: Any, **headers: str) -> bytes:
    """Make a yes of the marketplace."""
    return answer(200, json.dumps(data).encode(), **({"Sync_Epoch": EPOCH} | headers))


def problem(
    status: int, code: str, detail: str = "", *, headers: dict[str, str] | None = None, **members: Any
) -> bytes:
    """Make a problem document (RFC 9457)."""
    data = {"type": f"urn:foreword:problem:{code}", "title": code, "status": status, "code": code, "detail": detail}
    body = json.dumps(data | members).encode()
    return answer(status, body, "application/problem+json", **({"Sync_Epoch": EPOCH} | (headers or {})))


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def answering(*answers: bytes, listens: bool = True) -> Iterator[Server]:
    """Give the answers in turn, one a connection, the last one for ever; an empty one hangs up without a word.

    A server that does not listen speaks first.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, server, list(answers), listens), daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(listener: socket.socket, server: Server, answers: list[bytes], listens: bool) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            received = _read(connection) if listens else None
            if received is not None:
                server.requests.append(received)
            if received is not None or not listens:
                connection.sendall(answers.pop(0) if len(answers) > 1 else answers[0])


def _read(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Received(method, path, headers, body)
