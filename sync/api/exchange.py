"""One HTTP exchange of any kind: bounded, never compressed, its outcome a Reply or a Problem.

Shared by all that talk to a marketplace. It follows no redirect and judges no status; that is for those who ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin

import httpx2

from sync.api import wire
from sync.api.origin import origin_of
from sync.api.patience import WHOLE_ANSWER
from sync.domain.problems import Busy, Offline, Problem, Trouble
from sync.ports import Clock

BODY_BYTES: Final = 8 * 1024 * 1024

_GATEWAY_MAY_SAY: Final = frozenset({401, 408, 413, 425, 426, 429, 431})
"""Statuses that a marketplace's own front server gives without a problem document."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, the headers, the body's JSON object (None if it is none), and the epoch once that was checked."""

    status: int
    headers: Mapping[str, str]
    data: wire.Json | None
    epoch: str = ""


def exchange(
    http: httpx2.Client, clock: Clock, method: str, url: str, headers: Mapping[str, str], content: bytes = b""
) -> Reply:
    """Ask once and read the whole answer. Raises Offline or Busy when there is none that can be read."""
    own = {"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"}
    try:
        with http.stream(method, url, headers={**own, **headers}, content=content or None) as response:
            _check_request_id(headers, response)
            return read_reply(response, clock)
    except httpx2.HTTPError as error:
        raise network_problem(error) from error
    except httpx2.InvalidURL as error:
        raise Busy(Trouble.GARBLED, str(error)) from error


def read_reply(response: httpx2.Response, clock: Clock) -> Reply:
    """Read the whole body of an answer. Raises Busy for one that is no JSON, too long or too slow."""
    body = _read_body(response, clock)
    return Reply(response.status_code, response.headers, _json(response, body))


def retry_after(headers: Mapping[str, str], clock: Clock) -> datetime | None:
    """Read ``Retry-After``, seconds or a date (RFC 9110, 10.2.3), as an instant in UTC."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return clock.now() + timedelta(seconds=min(int(value[:9]), 86_400))
    try:
        return parsedate_to_datetime(value).astimezone(UTC) if value else None
    except (ValueError, OverflowError):
        return None


def target_of(url: str, reply: Reply) -> str:
    """Return where a redirect leads; "" where nobody could go."""
    try:
        return urljoin(url, reply.headers.get("Location", ""))
    except ValueError:
        return ""


def is_from_between(reply: Reply, origin: str) -> bool:
    """Tell whether a no comes from a proxy or a sign-in page: it leads elsewhere, or is no problem document."""
    if 300 <= reply.status < 400:
        return "Location" in reply.headers and origin_of(target_of(origin, reply)) != origin
    return 400 <= reply.status < 500 and reply.data is None and reply.status not in _GATEWAY_MAY_SAY


def network_problem(error: httpx2.HTTPError) -> Problem:
    """Sort a failed exchange: nothing was reached, or no one knows what was reached (RFC 9110 leaves that open)."""
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        tls = "SSL" in f"{error} {error.__cause__!r}" or "certificate" in str(error).lower()
        return Offline(Trouble.TLS if tls else Trouble.UNREACHABLE, str(error))
    if isinstance(error, httpx2.TimeoutException):
        return Busy(Trouble.TIMEOUT, str(error))
    return Busy(Trouble.CUT_OFF, str(error))


def _check_request_id(asked: Mapping[str, str], response: httpx2.Response) -> None:
    """Refuse the answer to another request, unread, so that its connection is given up.

    A connection that is one answer ahead, or a cache, would give one action the outcome of another.
    """
    request_id = asked.get("Request-Id")
    if request_id and response.headers.get("Request-Id", request_id) != request_id:
        raise Busy(Trouble.GARBLED, "the answer to another request")


def _read_body(response: httpx2.Response, clock: Clock) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Busy(Trouble.GARBLED, "compressed, although that was not asked for")
    body, deadline = bytearray(), clock.now() + WHOLE_ANSWER
    for chunk in response.iter_raw():
        body += chunk
        if clock.now() > deadline:
            raise Busy(Trouble.TIMEOUT, "the answer came too slowly")
        if len(body) > BODY_BYTES:
            raise Busy(Trouble.GARBLED, "longer than 8 MiB")
    return bytes(body)


def _json(response: httpx2.Response, body: bytes) -> wire.Json | None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/problem+json"}:
        return None
    try:
        return wire.read_object(body)
    except wire.Garbled as error:
        if not response.is_success:
            return None
        raise Busy(Trouble.GARBLED, str(error)) from error
