"""The Marketplace port over HTTP: one request at a time, every outcome a value or a Problem.

What cannot be trusted is not applied: an answer that is not JSON of the contract, or that lacks ``Sync-Epoch``, comes
from a proxy or a café's sign-in page and counts as being offline.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx2

from sync.api import wire
from sync.api.exchange import Reply, exchange, target_of
from sync.api.origin import checked_origin, origin_of
from sync.api.patience import PatientTransport
from sync.api.verdict import refusal
from sync.domain.intents import Intent
from sync.domain.problems import Busy, Offline, Paused, Refused, Resync, Trouble
from sync.ports import ChangesPage, Clock, Outcome, SnapshotPage

_HALF_A_SECOND: Final = timedelta(seconds=0.5)
"""``Date`` has whole seconds, so on average it is this much later."""

PAGE_ROWS: Final = 200
"""Rows of a page, so that storing one never holds the write lock for long."""

REDIRECTS: Final = 3

Value = TypeVar("Value")

TIMEOUT: Final = httpx2.Timeout(20, connect=10)
"""Seconds."""


def new_client(clock: Clock) -> httpx2.Client:
    """Return an HTTP client for one exchange at a time: the system's trust, no proxies or .netrc, no own redirects."""
    return httpx2.Client(transport=PatientTransport(clock), timeout=TIMEOUT, trust_env=False, follow_redirects=False)


class HttpMarketplace:
    """Speaks the contract with the marketplace at ``origin`` (``https://host`` or, on this computer, ``http://``).

    ``token`` is asked before every request; None or "" means that the writer has not signed in. ``renew`` is given a
    token that the marketplace did not take and returns another one, None where there is no other. Both may raise a
    Problem.
    """

    def __init__(
        self,
        origin: str,
        token: Callable[[], str | None],
        http: httpx2.Client,
        clock: Clock,
        new_request_id: Callable[[], str],
        renew: Callable[[str], str | None] = lambda _refused: None,
    ) -> None:
        self._origin = checked_origin(origin)
        self._token = token
        self._http = http
        self._clock = clock
        self._new_request_id = new_request_id
        self._renew = renew
        self._offsets: deque[timedelta] = deque(maxlen=5)

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the marketplace's clock is ahead of this computer's: the median of the last five answers."""
        offsets = sorted(self._offsets)
        return offsets[len(offsets) // 2] if offsets else None

    def snapshot(self, page: str | None) -> SnapshotPage:
        """Return one page of the whole account."""
        reply = self._get("/snapshot", {"page": page} if page else {})
        return _read(wire.read_snapshot, reply)

    def changes(self, cursor: str) -> ChangesPage:
        """Return the changes after the cursor."""
        try:
            reply = self._get("/changes", {"cursor": cursor, "limit": str(PAGE_ROWS)})
        except Refused as problem:
            # Whatever is wrong with a cursor, only a new one helps.
            raise Resync(problem.code, problem.detail) from problem
        return _read(wire.read_changes, reply)

    def send(self, key: str, intent: Intent, epoch: str, base: str | None = None) -> Outcome:
        """Ask for an action; the same key, intent and base give the same bytes, however often they are sent."""
        request = wire.write_intent(intent, base)
        own = {"Idempotency-Key": f'"{key}"', "Sync-Epoch": epoch, "Content-Type": "application/json"}
        content = json.dumps(request.body).encode()
        reply = self._request(request.method, self._url(request.path), {**own, **request.headers}, content)
        return _read(lambda data, _epoch: wire.read_outcome(data, intent), self._checked(reply))

    def outcome_of(self, key: str, intent: Intent) -> Outcome | None:
        """Return the stored yes to a key; None when the marketplace never saw it. Raises the stored no."""
        try:
            reply = self._get(f"/commands/{key}", {})
        except Refused:
            return None  # never seen, or a marketplace that does not tell: the key itself keeps it to one effect
        status, body = _read(wire.read_command, reply)
        stored = self._checked(replace(reply, status=status, data=body))
        return _read(lambda data, _epoch: wire.read_outcome(data, intent), stored)

    def _get(self, path: str, query: Mapping[str, str]) -> Reply:
        url = self._url(path) + (f"?{httpx2.QueryParams(dict(query))}" if query else "")
        for _ in range(REDIRECTS):
            reply = self._request("GET", url, {}, b"")
            if reply.status not in {301, 302, 303, 307, 308}:
                break
            target = target_of(url, reply)
            if origin_of(target) != self._origin:
                break
            url = target
        return self._checked(reply)

    def _url(self, path: str) -> str:
        return f"{self._origin}/v1{path}"

    def _request(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Ask, and once more with a renewed token when the present one is not taken (RFC 6750, 3.1)."""
        token = self._token()
        if not token:
            raise Paused(Trouble.NOT_SIGNED_IN)
        reply = self._ask_with(token, method, url, headers, content)
        renewed = self._renew(token) if reply.status == 401 else None
        return self._ask_with(renewed, method, url, headers, content) if renewed else reply

    def _ask_with(self, token: str, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        if not wire.is_token(token):
            raise Paused(Trouble.TOKEN_EXPIRED)
        own = {"Authorization": f"Bearer {token}", "API-Version": "1", "Request-Id": self._new_request_id()}
        before = self._clock.now()
        reply = exchange(self._http, self._clock, method, url, {**own, **headers}, content)
        self._compare_clocks(reply.headers.get("Date", ""), before)
        return reply

    def _compare_clocks(self, date: str, before: datetime) -> None:
        """Note how far the marketplace's clock is ahead, by the ``Date`` of an answer (RFC 9110, 6.6.1)."""
        try:
            there = parsedate_to_datetime(date).astimezone(UTC) + _HALF_A_SECOND
        except (ValueError, OverflowError, TypeError):
            return
        after = self._clock.now()
        self._offsets.append(there - (before + (after - before) / 2))

    def _checked(self, reply: Reply) -> Reply:
        """Return a yes with its epoch; raise what anything else means."""
        if 200 <= reply.status < 300:
            epoch = reply.epoch or reply.headers.get("Sync-Epoch", "")
            if reply.data is None or not wire.is_token(epoch):
                raise Offline(Trouble.CAPTIVE_PORTAL)
            return replace(reply, epoch=epoch)
        raise refusal(reply, self._origin, self._clock)


def _read(read: Callable[[wire.Json, str], Value], reply: Reply) -> Value:
    try:
        return read(reply.data or {}, reply.epoch)
    except wire.Garbled as error:
        raise Busy(Trouble.GARBLED, str(error)) from error
