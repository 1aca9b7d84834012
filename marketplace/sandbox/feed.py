"""Pokes by server-sent events: "something changed, come and look", never the change itself (A9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from sqlalchemy import Connection, select, update
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from marketplace.sandbox.access import digest_of, lives_at
from marketplace.sandbox.endpoint import Asked, sign_in
from marketplace.sandbox.intake import bearer
from marketplace.sandbox.noticeboard import Listener, Noticeboard, tell
from marketplace.sandbox.problems import Problem, problem_response
from marketplace.sandbox.schema import account, meta, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

HEARTBEAT_SECONDS: Final = 15.0
STREAMS_OF_A_TOKEN: Final = 2


class PokeFeed:
    """The endpoint of pokes.

    ``spread`` draws how many seconds a poke waits, so that many clients do not come all at once; without ``offered``
    clients are told to poll.
    """

    def __init__(self, board: Noticeboard, spread: Callable[[], float], *, offered: bool) -> None:
        self._board = board
        self._spread = spread
        self._offered = offered

    async def open(self, request: Request) -> Response:
        """Open a stream of pokes for the account."""
        try:
            asked = await run_in_threadpool(sign_in, request)
        except Problem as problem:
            return problem_response(problem)
        if not self._offered:
            return Response(status_code=204)
        number = await run_in_threadpool(_count_stream, asked)
        place = await run_in_threadpool(_look, asked, number)
        headers = {"Sync-Seq": place.rpartition(":")[2]} if place else {}
        stream = self._listen(asked, number, request.headers.get("last-event-id"))
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    async def _listen(self, asked: Asked, number: int, last_seen: str | None) -> AsyncIterator[str]:
        async def look() -> str | None:
            return None if self._board.closed else await run_in_threadpool(_look, asked, number)

        with self._board.listening(asked.account_id) as listener:
            async for line in pokes(look, listener, last_seen, self._spread):
                yield line


async def pokes(
    look: Callable[[], Awaitable[str | None]],
    listener: Listener,
    last_seen: str | None,
    spread: Callable[[], float],
    *,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[str]:
    """Yield a poke whenever the account's place is not the last one told, and a comment when it is long quiet.

    The first poke comes at once unless the client was told of this place before: so no change falls between its
    last pull and this stream. The place "<epoch>:<seq>" holds no line breaks by construction; None ends the stream.
    """
    yield "retry: 5000\n\n"
    told, beats_at = last_seen, anyio.current_time() + heartbeat_seconds
    while (place := await look()) is not None:
        if place != told:
            told, beats_at = place, anyio.current_time() + heartbeat_seconds
            yield f"id: {place}\nevent: poke\ndata: {{}}\n\n"
        elif anyio.current_time() >= beats_at:
            beats_at = anyio.current_time() + heartbeat_seconds
            yield ": still here\n\n"
        if await listener.wait(beats_at - anyio.current_time()):
            await anyio.sleep(spread())


def _count_stream(asked: Asked) -> int:
    """Number this stream among those of its token, and let the one that is now too many look up and end."""
    with asked.sandbox.database.writing() as connection:
        more = update(token).where(token.c.digest == _digest(asked)).values(streams=token.c.streams + 1)
        number: int = connection.scalars(more.returning(token.c.streams)).one()
        tell(connection, asked.account_id)
    return number


def _look(asked: Asked, number: int) -> str | None:
    """Return the account's place, or None when the stream is over: its token is, or newer streams took its room."""
    with asked.sandbox.database.reading() as connection:
        query = select(token.c.streams).where(token.c.digest == _digest(asked), lives_at(asked.sandbox.clock.now()))
        opened = connection.scalar(query)
        if opened is None or opened - number >= STREAMS_OF_A_TOKEN:
            return None
        return _place(connection, asked.account_id)


def _place(connection: Connection, account_id: str) -> str:
    epoch = connection.scalars(select(meta.c.value).where(meta.c.key == "epoch")).one()
    seq = connection.scalars(select(account.c.seq).where(account.c.id == account_id)).one()
    return f"{epoch}:{seq}"


def _digest(asked: Asked) -> str:
    return digest_of(bearer(asked.request) or "")
