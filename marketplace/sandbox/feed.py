"""Pokes by server-sent events: "something changed, come and look", never the change itself (A9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from marketplace.sandbox.endpoint import sign_in
from marketplace.sandbox.ledger import open_reading
from marketplace.sandbox.problems import Problem, problem_response

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

LOOK_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0


async def events(request: Request) -> Response:
    """Open a stream of pokes for the account."""
    try:
        asked = await run_in_threadpool(sign_in, request)
    except Problem as problem:
        return problem_response(problem)

    def look() -> str:
        with open_reading(asked.sandbox.database, asked.account_id) as reading:
            return f"{reading.epoch}:{reading.seq}"

    async def look_up() -> str:
        return await run_in_threadpool(look)

    place = await look_up()
    stream = pokes(look_up, request.headers.get("last-event-id"), request.app.state.stopping)
    headers = {"Sync-Seq": place.rpartition(":")[2]}
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


async def pokes(
    look_up: Callable[[], Awaitable[str]],
    last_seen: str | None,
    stopping: threading.Event,
    *,
    look_seconds: float = LOOK_SECONDS,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[str]:
    """Yield a poke whenever the account's place is not the last one told, and a comment when it is long quiet.

    The first poke comes at once unless the client was told of this place before: so no change falls between its
    last pull and this stream. The place "<epoch>:<seq>" holds no line breaks by construction.
    """
    yield "retry: 5000\n\n"
    told, quiet = last_seen, 0.0
    while not stopping.is_set():
        place = await look_up()
        if place != told:
            told, quiet = place, 0.0
            yield f"id: {place}\nevent: poke\ndata: {{}}\n\n"
        elif quiet >= heartbeat_seconds:
            quiet = 0.0
            yield ": still here\n\n"
        await anyio.sleep(look_seconds)
        quiet += look_seconds
