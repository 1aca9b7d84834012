"""What every request passes before the application: is it meant for us, is it of a sane size, who logs it.

The headers that every answer carries are set here as well: Sync-Epoch, Date by the marketplace's clock, Request-Id.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from marketplace.sandbox.problems import Problem, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from marketplace.sandbox.noticeboard import Noticeboard

LOG: Final = logging.getLogger("marketplace.requests")
LARGEST_BODY: Final = 1024 * 1024
_DRAINED: Final = 8 * LARGEST_BODY
"""How much of a body that is too large is read all the same, so that the client hears why it was refused."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HAS_BODY: Final = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Pulse:
    """What every answer tells: the present history's id and the marketplace's time (aware UTC)."""

    epoch: str
    now: datetime


class Guard:
    """The outermost layer. The server closes ``board`` when it is about to end, so that open streams end too."""

    def __init__(
        self, app: ASGIApp, take_pulse: Callable[[], Pulse], hosts: frozenset[str], board: Noticeboard
    ) -> None:
        self._app = app
        self._take_pulse = take_pulse
        self._hosts = hosts
        self.board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the ASGI server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            pulse = await run_in_threadpool(self._take_pulse)
        except SQLAlchemyError:
            busy = Problem("unavailable", "The database cannot be reached.", headers={"Retry-After": "5"})
            await problem_response(busy)(scope, receive, send)
            return
        send = _finish_answers(scope, headers, pulse, send)
        try:
            self._check_host(headers)
            body = await _read_body(scope, headers, receive)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        scope.setdefault("state", {}).update(epoch=pulse.epoch, now=pulse.now, body=body)
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        """Refuse names that are not ours: a web page must not reach us through its own name (DNS rebinding)."""
        given = headers.getlist("host")
        if len(given) != 1 or _without_port(given[0]) not in self._hosts:
            raise Problem("malformed", "This name is not served here.")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and re.fullmatch(r"[0-9]{1,5}", port) else host).lower()


async def _read_body(scope: Scope, headers: Headers, receive: Receive) -> bytes:
    if scope["method"] not in _HAS_BODY:
        return b""
    too_large = Problem("too-large", f"A request has at most {LARGEST_BODY:,} bytes.")
    declared = headers.get("content-length", "0")
    if len(declared) > 9:
        raise too_large
    chunks, size, more = [], 0, True
    while more and size <= _DRAINED:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        more = message.get("more_body", False)
    if size > LARGEST_BODY:
        raise too_large
    return b"".join(chunks)


def _finish_answers(scope: Scope, asked: Headers, pulse: Pulse, send: Send) -> Send:
    request_id = asked.get("request-id", "")
    known_id = request_id if _REQUEST_ID.fullmatch(request_id) else None

    async def send_finished(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Sync-Epoch"] = pulse.epoch
            headers["Date"] = format_datetime(pulse.now, usegmt=True)
            headers["Cache-Control"] = "no-store"
            headers["X-Content-Type-Options"] = "nosniff"
            if known_id:
                headers["Request-Id"] = known_id
            _log(scope, message["status"], known_id, pulse)
        await send(message)

    return send_finished


def _log(scope: Scope, status: int, request_id: str | None, pulse: Pulse) -> None:
    """Write one line of JSON: whatever a client sends stays inside its quotes. No header and no body goes in."""
    line = {
        "at": pulse.now.isoformat(),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "request_id": request_id,
    }
    LOG.info("%s", json.dumps(line))
