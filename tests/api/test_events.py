"""Pokes arrive while the network is there, come back when it is, and end when they should: over real connections."""

from __future__ import annotations

import itertools
import queue
import ssl
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx2
import pytest

from sync.api.events import STEADY, TIMEOUT, Ending, Listener, new_stream_client
from sync.domain.problems import Paused, Trouble
from tests.support.answers import answer, answering, free_port, problem
from tests.support.desks import FixedClock
from tests.support.marketplace import running_marketplace
from tests.support.streams import PATIENCE, POKE, STREAM_HEAD, streaming

CERTIFICATES = Path(__file__).parents[1] / "faults" / "certificates"


class Bell(threading.Event):
    """The event that a listener waits on between two connections: it notes each wait, and rings at once.

    After ``rounds`` waits it stops the listener.
    """

    def __init__(self, rounds=1_000):
        super().__init__()
        self.waits = []
        self._rounds = rounds

    def wait(self, timeout=None):
        self.waits.append(timeout)
        if len(self.waits) >= self._rounds:
            self.set()
        return self.is_set()


class Ear:
    """A listener in a thread of its own; ``pokes`` is what it heard, ``ending`` how it ended."""

    def __init__(self, origin, stopping=None, token=lambda: "secret", clock=None, http=None, **options):
        self.pokes = queue.Queue()
        self.ending = None
        self.http = http or new_stream_client()
        self.clock = clock or FixedClock()
        ids = (f"request-{number}" for number in itertools.count(1))
        self.listener = Listener(
            origin, token, self.http, self.clock, Random(1), lambda: next(ids), stopping or Bell(), **options
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        self.ending = self.listener.listen(lambda: self.pokes.put(threading.current_thread()))

    def hear(self, count=1):
        """Wait for so many pokes."""
        for _ in range(count):
            assert self.pokes.get(timeout=PATIENCE) is self.thread

    def end(self):
        """Wait until the listener has ended and tell why."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.ending


@contextmanager
def listening(origin, **options):
    ear = Ear(origin, **options)
    ear.thread.start()
    try:
        yield ear
    finally:
        ear.listener.stop()
        ear.thread.join(PATIENCE)
        ear.http.close()
        assert not ear.thread.is_alive()


def waits_between(*answers, rounds=6, **options):
    """Let a listener meet the answers, the last one again and again, and return its waits and the requests."""
    bell = Bell(rounds)
    with answering(*answers) as server, listening(server.origin, stopping=bell, **options) as ear:
        assert ear.end() is Ending.STOPPED
        return bell.waits, server.requests


def test_a_change_at_the_marketplace_is_heard():
    with running_marketplace() as market, listening(market.url, token=lambda: market.token) as ear:
        ear.hear(2)  # the opening, and the place that was not known
        assert ear.listener.connected
        market.event("invite")
        ear.hear()


def test_a_marketplace_that_comes_back_is_heard_again_and_told_the_last_place():
    with running_marketplace() as market:
        stopping = threading.Event()
        with listening(market.url, token=lambda: market.token, stopping=stopping) as ear:
            ear.hear(2)
            market.stop()
            market.start()
            ear.hear()
            market.event("invite")
            ear.hear()
            assert ear.listener.connected


def test_the_end_of_listening_is_no_harm_to_the_marketplace():
    with running_marketplace() as market:
        with listening(market.url, token=lambda: market.token) as ear:
            ear.hear(2)
        assert ear.ending is Ending.STOPPED
        assert market.stop() == 0
        assert market.errors() == ""


def test_a_request_says_who_asks_and_for_what():
    with streaming() as server, listening(server.origin):
        line = server.next()
    assert line.path == "/v1/events"
    wanted = {
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "api-version": "1",
        "authorization": "Bearer secret",
        "request-id": "request-1",
        "connection": "close",
    }
    assert wanted.items() <= line.headers.items()
    assert "last-event-id" not in line.headers


def test_a_proxy_that_the_environment_names_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    with streaming() as server, listening(server.origin) as ear:
        server.next().say(STREAM_HEAD)
        ear.hear()


def test_the_newest_place_is_told_at_the_next_connection():
    with streaming() as server, listening(server.origin) as ear:
        line = server.next()
        line.say(STREAM_HEAD + b"id: ep:1\n" + POKE + b"id: ep:2\n" + POKE + b"id: ep:3\nevent: poke\ndata: cut o")
        ear.hear(3)
        line.hang_up()
        assert server.next().headers["last-event-id"] == "ep:2"


def test_a_place_without_a_poke_is_told_too():
    with streaming() as server, listening(server.origin) as ear:
        line = server.next()
        line.say(STREAM_HEAD + b"id: ep:5\n\n")
        ear.hear()
        line.hang_up()
        assert server.next().headers["last-event-id"] == "ep:5"


def test_every_opening_is_a_reason_to_look():
    with streaming() as server, listening(server.origin) as ear:
        for _ in range(3):
            line = server.next()
            line.say(STREAM_HEAD)
            ear.hear()
            line.hang_up()


def test_other_events_and_signs_of_life_are_no_reason_to_look():
    with streaming() as server, listening(server.origin) as ear:
        line = server.next()
        line.say(STREAM_HEAD + b": still here\n\ndata: x\n\nevent: news\ndata: x\n\n" + POKE)
        ear.hear(2)
        line.hang_up()
        server.next()
        assert ear.pokes.empty()


def test_being_connected_is_told_from_the_opening_to_the_end():
    with streaming() as server, listening(server.origin) as ear:
        line = server.next()
        assert not ear.listener.connected
        line.say(STREAM_HEAD)
        ear.hear()
        assert ear.listener.connected
        line.hang_up()
        server.next()
        assert not ear.listener.connected


def test_stopping_ends_an_open_stream_at_once():
    with streaming() as server, listening(server.origin, stopping=threading.Event()) as ear:
        line = server.next()
        line.say(STREAM_HEAD)
        ear.hear()
        ear.listener.stop()
        assert ear.end() is Ending.STOPPED
        assert line.ends()
        assert not ear.listener.connected


def test_stopping_before_the_connection_is_there_ends_it_as_soon_as_it_is():
    with streaming() as server:
        ear = Ear(server.origin, stopping=threading.Event(), token=lambda: ear.listener.stop() or "secret")
        ear.thread.start()
        assert ear.end() is Ending.STOPPED
        ear.http.close()


def test_stopping_ends_the_wait_for_an_answer_at_once():
    with streaming() as server, listening(server.origin, stopping=threading.Event()) as ear:
        line = server.next()
        ear.listener.stop()
        assert ear.end() is Ending.STOPPED
        assert line.ends()


def test_stopping_ends_a_greeting_of_tls_that_is_not_answered_at_once():
    with streaming(reads=False) as server:
        origin = server.origin.replace("http://", "https://")
        with listening(origin, stopping=threading.Event()) as ear:
            line = server.next()
            assert line.connection.recv(1)
            ear.listener.stop()
            assert ear.end() is Ending.STOPPED


def test_stopping_ends_an_encrypted_stream_at_once():
    ours, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    ours.load_cert_chain(CERTIFICATES / "good.pem")
    trusted.load_verify_locations(CERTIFICATES / "authority.pem")
    http = httpx2.Client(verify=trusted, timeout=TIMEOUT, trust_env=False)
    with streaming(tls=ours) as server, listening(server.origin, http=http, stopping=threading.Event()) as ear:
        line = server.next()
        line.say(STREAM_HEAD + POKE)
        ear.hear(2)
        ear.listener.stop()
        assert ear.end() is Ending.STOPPED
        assert line.ends()


def test_stopping_ends_the_wait_between_two_connections_at_once():
    with answering(answer(503)) as server, listening(server.origin, stopping=threading.Event()) as ear:
        while not server.requests:
            assert ear.thread.is_alive()
        ear.listener.stop()
        assert ear.end() is Ending.STOPPED


def test_who_is_stopped_before_listening_asks_nobody():
    with answering(answer(204)) as server:
        ear = Ear(server.origin)
        ear.listener.stop()
        ear.thread.start()
        assert ear.end() is Ending.STOPPED
        ear.http.close()
    assert server.requests == []


def test_a_marketplace_that_says_to_poll_is_not_asked_again():
    with answering(answer(204)) as server, listening(server.origin) as ear:
        assert ear.end() is Ending.TOLD_TO_POLL
    assert len(server.requests) == 1
    assert ear.pokes.empty()


@pytest.mark.parametrize("status", [400, 403, 404, 406, 410])
def test_a_marketplace_that_refuses_is_not_asked_again(status):
    with answering(problem(status, "not-allowed")) as server, listening(server.origin) as ear:
        assert ear.end() is Ending.REFUSED
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        answer(200, b"<html>Sign in to Cafe WiFi</html>", "text/html"),
        answer(200, b"{}"),
        answer(200, POKE, "text/event-stream", Content_Encoding="gzip"),
        answer(302, b"", Location="http://wifi.example/login"),
        answer(403, b"<html>blocked</html>", "text/html"),
        answer(404, b"<html>who?</html>", "text/html"),
        answer(429, b"", "text/html"),
        problem(500, "own-error"),
        problem(503, "unavailable"),
        b"HTTP/1.1 200 OK\r\nnonsense",
        b"",
    ],
    ids=["portal", "json", "compressed", "led elsewhere", "blocked", "no such page", "patience", "broken", "closed",
         "garbled", "hung up"],
)  # fmt: skip
def test_anything_odd_is_no_poke_and_is_tried_again_ever_later(odd):
    bell = Bell(9)
    with answering(odd) as server, listening(server.origin, stopping=bell) as ear:
        assert ear.end() is Ending.STOPPED
    assert ear.pokes.empty()
    assert len(server.requests) == 9
    assert max(bell.waits[:2]) <= 2
    assert 10 < max(bell.waits[4:]) <= 300


def test_a_redirect_is_not_followed():
    with answering(answer(200)) as elsewhere:
        waits_between(answer(307, b"", Location=f"{elsewhere.origin}/v1/events"))
    assert elsewhere.requests == []


def test_the_wait_that_a_stream_asks_for_is_kept_and_spread():
    stream = STREAM_HEAD + b"retry: 5000\n\n"
    waits, _ = waits_between(stream, clock=JumpingClock(STEADY))
    assert all(5 <= wait <= 10 for wait in waits)
    assert len(set(waits)) == len(waits)


def test_without_such_a_wish_the_first_wait_is_a_second_or_two():
    waits, _ = waits_between(STREAM_HEAD, clock=JumpingClock(STEADY))
    assert all(1 <= wait <= 2 for wait in waits)


def test_streams_that_break_at_once_are_tried_ever_later():
    waits, _ = waits_between(STREAM_HEAD + POKE, rounds=9)
    assert max(waits[:2]) <= 2
    assert max(waits[4:]) > 10


def test_the_time_that_a_marketplace_names_is_waited_for():
    waits, _ = waits_between(problem(429, "rate-limited", headers={"Retry_After": "90"}), rounds=2)
    assert waits == [90, 90]


class JumpingClock(FixedClock):
    """A clock on which so much time passes between any two looks at it."""

    def __init__(self, by):
        super().__init__()
        self._by = by

    def now(self):
        self.advance(self._by)
        return super().now()


def test_a_token_that_is_not_taken_is_not_sent_again_until_there_is_another():
    tokens = iter(["old", "old", "old", "new", "new"])
    bell = Bell(4)
    refusal = problem(401, "token-expired")
    with (
        answering(refusal, STREAM_HEAD) as server,
        listening(server.origin, stopping=bell, token=lambda: next(tokens)) as ear,
    ):
        ear.hear()
        assert ear.end() is Ending.STOPPED
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]


def test_a_token_that_is_not_taken_is_renewed():
    held = ["old"]

    def renew(refused):
        assert refused == "old"
        held[0] = "new"
        return "new"

    with (
        answering(problem(401, "token-expired"), STREAM_HEAD) as server,
        listening(server.origin, token=lambda: held[0], renew=renew) as ear,
    ):
        ear.hear()
    assert [request.headers["authorization"] for request in server.requests][:2] == ["Bearer old", "Bearer new"]


def test_a_token_that_cannot_be_renewed_now_is_waited_for():
    def renew(_refused):
        raise Paused(Trouble.TOKEN_EXPIRED)

    waits, requests = waits_between(problem(401, "token-expired"), renew=renew)
    assert len(requests) == 1
    assert len(waits) == 6


@pytest.mark.parametrize("token", [None, "", "two words", "a\r\nb: c"])
def test_without_a_token_nothing_is_sent(token):
    _, requests = waits_between(answer(204), token=lambda: token)
    assert requests == []


def test_trouble_with_the_tokens_themselves_is_waited_for():
    def token():
        raise Paused(Trouble.NOT_SIGNED_IN)

    waits, requests = waits_between(answer(204), token=token)
    assert (len(waits), requests) == (6, [])


def test_a_line_that_is_silent_too_long_is_given_up():
    with streaming() as server:
        ear = Ear(server.origin)
        ear.http.timeout = 0.2
        ear.thread.start()
        server.next().say(STREAM_HEAD)
        ear.hear()
        server.next()
        ear.listener.stop()
        assert ear.end() is Ending.STOPPED
        ear.http.close()
    assert (TIMEOUT.read, TIMEOUT.connect) == (40, 10)


def test_a_line_without_end_is_hung_up():
    with streaming() as server, listening(server.origin) as ear:
        line = server.next()
        line.say(STREAM_HEAD + b"x" * 70_000)
        ear.hear()
        server.next()
        assert line.ends()


def test_only_a_safe_address_is_listened_to():
    with pytest.raises(ValueError, match="not encrypted"):
        Ear("http://marketplace.example")


def test_a_wait_is_never_longer_than_an_hour():
    waits, _ = waits_between(problem(503, "unavailable", headers={"Retry_After": "1000000000"}), rounds=2)
    assert waits == [timedelta(hours=1).total_seconds()] * 2
