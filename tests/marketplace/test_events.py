"""Pokes: at once when a place is not known, after every change, and a sign of life when it is quiet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import anyio

from marketplace.sandbox.feed import pokes
from tests.marketplace.devices import Writer, code_of
from tests.support.marketplace import RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2


def places(answer: httpx2.Response) -> Any:
    """Yield the ids of the pokes of an open stream."""
    for line in answer.iter_lines():
        if line.startswith("id: "):
            yield line.removeprefix("id: ")


def test_a_poke_comes_at_once_and_with_every_change(market: RunningMarketplace, writer: Writer) -> None:
    with writer.http.stream("GET", "/v1/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Sync-Epoch"] == writer.epoch
        heard = places(answer)
        assert next(heard) == f"{writer.epoch}:{market.state()['seq']}"
        call = market.event("invite")
        assert next(heard) == f"{writer.epoch}:{call['version']}"


def test_a_change_through_another_worker_is_heard_too() -> None:
    with running_marketplace(workers=3) as market:
        device = Writer(market)
        with device.http.stream("GET", "/v1/events") as answer:
            heard = places(answer)
            next(heard)
            for _ in range(3):
                version = market.event("invite")["version"]
                assert next(heard) == f"{device.epoch}:{version}"
        device.http.close()


def test_another_account_is_not_poked(market: RunningMarketplace, writer: Writer) -> None:
    stranger = Writer(market, market.new_token("poked-alone"))
    with stranger.http.stream("GET", "/v1/events") as answer:
        heard = places(answer)
        before = next(heard)
        market.event("invite")
        stranger.set_profile(headline=("Mine", 1))
        assert int(next(heard).rpartition(":")[2]) == int(before.rpartition(":")[2]) + 1
    stranger.http.close()


def test_a_stream_needs_a_token(writer: Writer) -> None:
    assert code_of(writer.http.get("/v1/events", headers={"Authorization": "Bearer no"})) == (401, "token-expired")


def test_an_open_stream_does_not_hold_the_server_up() -> None:
    with running_marketplace() as market:
        device = Writer(market)
        with device.http.stream("GET", "/v1/events") as answer:
            next(places(answer))
            assert market.stop() == 0
        device.http.close()
        assert market.errors() == ""


async def take(stream: AsyncIterator[str], count: int) -> list[str]:
    with anyio.fail_after(10):
        return [await anext(stream) for _ in range(count)]


def test_a_client_that_knows_the_place_hears_only_signs_of_life() -> None:
    async def look_up() -> str:
        return "ep:7"

    async def listen(last_seen: str | None) -> list[str]:
        stream = pokes(look_up, last_seen, threading.Event(), look_seconds=0.001, heartbeat_seconds=0.003)
        return await take(stream, 3)

    assert anyio.run(listen, "ep:7") == ["retry: 5000\n\n", ": still here\n\n", ": still here\n\n"]
    assert anyio.run(listen, "ep:6")[1] == "id: ep:7\nevent: poke\ndata: {}\n\n"
    assert anyio.run(listen, None)[1] == "id: ep:7\nevent: poke\ndata: {}\n\n"
