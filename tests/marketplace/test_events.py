"""Pokes: at once when a place is not known, after every change, and a sign of life when it is quiet."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import anyio

from marketplace.sandbox.feed import pokes
from marketplace.sandbox.noticeboard import Listener
from tests.marketplace.devices import Writer, code_of
from tests.support.marketplace import RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

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


def test_a_change_through_another_worker_is_heard_too(database_url: str | None) -> None:
    with running_marketplace(database_url, workers=3) as market:
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


def test_a_client_that_names_its_place_hears_nothing_until_something_changes(
    market: RunningMarketplace, writer: Writer
) -> None:
    place = f"{writer.epoch}:{market.state()['seq']}"
    with writer.http.stream("GET", "/v1/events", headers={"Last-Event-ID": place}) as answer:
        heard = places(answer)
        call = market.event("invite")
        assert next(heard) == f"{writer.epoch}:{call['version']}"


def test_a_third_stream_of_a_token_ends_the_first(database_url: str | None) -> None:
    with running_marketplace(database_url, workers=2 if database_url else 1) as market:
        devices = [Writer(market) for _ in range(3)]
        with ExitStack() as stack:
            streams = []
            for device in devices:
                streams.append(places(stack.enter_context(device.http.stream("GET", "/v1/events"))))
                next(streams[-1])
            assert list(streams[0]) == []
            version = market.event("invite")["version"]
            assert [next(heard).rpartition(":")[2] for heard in streams[1:]] == [str(version)] * 2
        for device in devices:
            device.http.close()


def test_a_stream_ends_with_its_token() -> None:
    with running_marketplace() as market:
        device = Writer(market)
        with device.http.stream("GET", "/v1/events") as answer:
            heard = places(answer)
            next(heard)
            market.event("expire_tokens")
            assert list(heard) == []
        device.http.close()


def test_a_new_epoch_is_poked(database_url: str | None) -> None:
    with running_marketplace(database_url) as market:
        device = Writer(market)
        with device.http.stream("GET", "/v1/events") as answer:
            heard = places(answer)
            next(heard)
            epoch = market.start_new_epoch()
            assert next(heard) == f"{epoch}:{market.state()['seq']}"
        device.http.close()


def test_clients_are_told_to_poll_where_pokes_are_not_offered() -> None:
    with running_marketplace(options=["--poll-only"]) as market:
        device = Writer(market)
        answer = device.http.get("/v1/events")
        assert (answer.status_code, answer.content) == (204, b"")
        device.http.close()


async def take(stream: AsyncIterator[str], count: int) -> list[str]:
    with anyio.fail_after(10):
        return [await anext(stream) for _ in range(count)]


async def listen(last_seen: str | None, count: int, spread: Callable[[], float] = lambda: 0.0) -> list[str]:
    async def look() -> str:
        return "ep:7"

    listener = Listener()
    listener.ring()
    return await take(pokes(look, listener, last_seen, spread, heartbeat_seconds=0.003), count)


def test_a_client_that_knows_the_place_hears_only_signs_of_life() -> None:
    assert anyio.run(listen, "ep:7", 3) == ["retry: 5000\n\n", ": still here\n\n", ": still here\n\n"]
    assert anyio.run(listen, "ep:6", 2)[1] == "id: ep:7\nevent: poke\ndata: {}\n\n"
    assert anyio.run(listen, None, 2)[1] == "id: ep:7\nevent: poke\ndata: {}\n\n"


def test_pokes_of_one_change_are_spread_over_a_while() -> None:
    drawn: list[float] = []

    def spread() -> float:
        drawn.append(0.001)
        return drawn[-1]

    anyio.run(listen, "ep:7", 2, spread)
    assert drawn == [0.001]


def test_signs_of_life_come_even_while_others_ring_all_the_time() -> None:
    async def main() -> list[str]:
        async def look() -> str:
            listener.ring()
            return "ep:7"

        listener = Listener()
        return await take(pokes(look, listener, "ep:7", lambda: 0.0, heartbeat_seconds=0.01), 3)

    assert anyio.run(main)[1:] == [": still here\n\n"] * 2
