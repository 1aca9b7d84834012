"""How long an answer may take as a whole, however steadily it drips.

httpx2's time-outs are for one read: a byte now and then, in the head or between the pieces of a body, outlasts them
for days, and the sync would stand still as long.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

import httpcore2
import httpx2

from sync.ports import Clock

WHOLE_ANSWER: Final = timedelta(minutes=2)
_KEPT_OPEN_SECONDS: Final = 5.0


class PatientTransport(httpx2.HTTPTransport):
    """Carries one exchange at a time; raises httpx2.ReadTimeout when its answer is not whole after WHOLE_ANSWER.

    ``context`` is whom to trust, the system's authorities by default. Not for streams that are to stay open.
    """

    def __init__(self, clock: Clock, context: ssl.SSLContext | None = None) -> None:
        trusted = context or httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=trusted)
        self._clock = clock
        self._deadline = clock.now()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusted, keepalive_expiry=_KEPT_OPEN_SECONDS, network_backend=_Backend(self._seconds_left)
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the time for its answer begins now."""
        self._deadline = self._clock.now() + WHOLE_ANSWER
        return super().handle_request(request)

    def _seconds_left(self) -> float:
        return (self._deadline - self._clock.now()).total_seconds()


class _Backend(httpcore2.SyncBackend):
    def __init__(self, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._seconds_left)


class _Stream(httpcore2.NetworkStream):
    """A connection whose reads share the time that is left."""

    def __init__(self, stream: httpcore2.NetworkStream, seconds_left: Callable[[], float]) -> None:
        self._stream = stream
        self._seconds_left = seconds_left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._seconds_left()
        if left <= 0:
            raise httpcore2.ReadTimeout("the answer came too slowly")
        return self._stream.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._seconds_left)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
