"""The web application: which address leads to which endpoint, and what happens when something goes wrong."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from marketplace.sandbox import controls, oauth, reads, writes
from marketplace.sandbox.clock import Clock, ManualClock
from marketplace.sandbox.endpoint import Answer, Asked, Sandbox, signed_in
from marketplace.sandbox.feed import PokeFeed
from marketplace.sandbox.guard import Guard, Pulse
from marketplace.sandbox.noticeboard import Noticeboard, watching
from marketplace.sandbox.oauth.fields import OAuthRefusal, refusal_response
from marketplace.sandbox.practice import advance
from marketplace.sandbox.problems import Problem, problem_response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from marketplace.sandbox.chance import Chance
    from marketplace.sandbox.database import Database

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
PLAY_SECONDS: Final = 2.0
"""How often the script and the deadlines are looked at under a clock that runs by itself."""


@dataclass(frozen=True, slots=True)
class Pokes:
    """Whether pokes are offered, and over how many seconds those of one change are spread."""

    offered: bool = True
    spread_seconds: float = 0.0


def create_app(
    database: Database,
    *,
    clock: Clock,
    random: Chance,
    practice: bool,
    pokes: Pokes,
    allowed_hosts: Iterable[str] = (),
) -> Guard:
    """Put the marketplace together; it owns the database from here on and closes it when the server stops."""
    sandbox = Sandbox(database, clock, random, practice)
    board = Noticeboard()
    spread = random.stream("pokes")
    feed = PokeFeed(board, lambda: spread.uniform(0, pokes.spread_seconds), offered=pokes.offered)
    app = Starlette(
        routes=[Route("/v1/events", feed.open), *_routes(practice=practice)],
        exception_handlers={
            Problem: _on_problem,
            OAuthRefusal: refusal_response,
            404: _on_wrong_address,
            405: _on_wrong_method,
            OperationalError: _on_busy,
            Exception: _on_bug,
        },
        lifespan=_life(sandbox, board),
    )
    app.state.sandbox = sandbox
    hosts = LOCAL_HOSTS | {host.lower() for host in allowed_hosts}
    return Guard(app, lambda: Pulse(database.epoch(), clock.now()), hosts, board)


def _routes(*, practice: bool) -> list[Route]:
    call = "/v1/call-requests/{id}"
    offered = [
        Route("/v1/meta", reads.meta),
        Route("/v1/snapshot", signed_in(reads.snapshot)),
        Route("/v1/changes", signed_in(reads.changes)),
        Route(call, signed_in(reads.call_request)),
        Route(f"{call}/acceptance", signed_in(writes.accept), methods=["POST"]),
        Route(f"{call}/decline", signed_in(writes.decline), methods=["POST"]),
        Route(f"{call}/no-show", signed_in(writes.report_no_show), methods=["POST"]),
        _by_method(f"{call}/notes/{{part}}", GET=reads.note, PUT=writes.put_note),
        _by_method("/v1/profile", GET=reads.profile, PATCH=writes.patch_profile),
        Route("/v1/commands/{key}", signed_in(reads.command)),
    ]
    return offered + oauth.routes() + (controls.routes() if practice else [])


def _by_method(path: str, **answers: Callable[[Asked], Answer]) -> Route:
    endpoints = {method: signed_in(answer) for method, answer in answers.items()}
    endpoints["HEAD"] = endpoints["GET"]
    return Route(path, lambda request: endpoints[request.method](request), methods=list(answers))


def _life(sandbox: Sandbox, board: Noticeboard) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Play on while the server runs. A manual clock moves only by the controls, and they play what it passes."""

    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            if not isinstance(sandbox.clock, ManualClock):
                tasks.start_soon(_play, sandbox)
            with watching(sandbox.database.engine, board, asyncio.get_running_loop()):
                yield
            tasks.cancel_scope.cancel()
        sandbox.database.close()

    return run


async def _play(sandbox: Sandbox) -> None:
    while True:
        await run_in_threadpool(_play_once, sandbox)
        await anyio.sleep(PLAY_SECONDS)


def _play_once(sandbox: Sandbox) -> None:
    try:
        advance(sandbox, sandbox.clock.now())
    except OperationalError:
        return  # a database that is away for a moment: the next look catches up


def _on_problem(_request: Request, error: Exception) -> Response:
    return problem_response(error if isinstance(error, Problem) else Problem("internal", "Not a problem of ours."))


def _on_wrong_method(_request: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None  # Allow
    return problem_response(
        Problem("unsupported", "This address does not know that method.", status=405, headers=headers)
    )


def _on_wrong_address(_request: Request, _error: Exception) -> Response:
    return problem_response(Problem("unknown-address", "There is nothing at this address."))


def _on_busy(_request: Request, _error: Exception) -> Response:
    return problem_response(
        Problem("unavailable", "The database is busy. Try again in a moment.", headers={"Retry-After": "1"})
    )


def _on_bug(_request: Request, _error: Exception) -> Response:
    return problem_response(Problem("internal", "This is a fault of the marketplace; it was written to its log."))
