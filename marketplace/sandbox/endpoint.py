"""What all endpoints under a token share: who asks, the answer's headers, "not modified" (A1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from marketplace.sandbox.access import account_of
from marketplace.sandbox.intake import bearer, need_api_version
from marketplace.sandbox.ledger import Json, open_reading
from marketplace.sandbox.problems import Problem, problem_response, stored_problem_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request

    from marketplace.sandbox.chance import Chance
    from marketplace.sandbox.clock import Clock
    from marketplace.sandbox.database import Database


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the marketplace is made of; endpoints find it in ``request.app.state.sandbox``."""

    database: Database
    clock: Clock
    chance: Chance
    practice: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request from a signed-in account, at one moment of the marketplace's clock."""

    request: Request
    sandbox: Sandbox
    account_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer: the account's change number, the tag without quotes, and 200 or the status kept under a key."""

    body: Json
    seq: int
    etag: str | None = None
    status: int = 200
    revalidates: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def sandbox_of(request: Request) -> Sandbox:
    """Return what the marketplace behind this request is made of."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def sign_in(request: Request) -> Asked:
    """Find out who asks; Problem "token-expired" for a missing, wrong or expired token alike."""
    need_api_version(request)
    sandbox = sandbox_of(request)
    word, now = bearer(request), request.state.now
    account_id = account_of(sandbox.database, word, now) if word else None
    if account_id is None:
        challenge = 'Bearer realm="marketplace"' + (', error="invalid_token"' if word else "")
        raise Problem("token-expired", "Sign in to go on.", headers={"WWW-Authenticate": challenge})
    return Asked(request, sandbox, account_id, now)


def signed_in(answer: Callable[[Asked], Answer]) -> Callable[[Request], Response]:
    """Make an endpoint that needs a token; it runs in a thread, since it uses the database."""

    def endpoint(request: Request) -> Response:
        asked = sign_in(request)
        try:
            return _respond(request, answer(asked))
        except Problem as problem:
            with open_reading(asked.sandbox.database, asked.account_id) as reading:
                problem.headers["Sync-Seq"] = str(reading.seq)
            return problem_response(problem)

    return endpoint


def _respond(request: Request, answer: Answer) -> Response:
    headers = answer.headers | {"Sync-Seq": str(answer.seq)}
    if answer.etag is not None:
        headers["ETag"] = f'"{answer.etag}"'
    if answer.status != 200:
        return stored_problem_response(answer.status, answer.body, headers)
    if answer.revalidates and headers.get("ETag") in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return JSONResponse(answer.body, headers=headers)


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
