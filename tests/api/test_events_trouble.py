"""A stream that is refused, odd, silent or broken is no poke: it is left alone, or tried again ever later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.api.events import STEADY, TIMEOUT, Ending
from sync.domain.problems import Paused, Trouble
from tests.support.answers import answer, answering, problem
from tests.support.desks import FixedClock
from tests.support.ears import Bell, Ear, listening
from tests.support.streams import POKE, STREAM_HEAD, streaming


def waits_between(*answers, rounds=6, **options):
    """Let a listener meet the answers, the last one again and again, and return its waits and the requests."""
    bell = Bell(rounds)
    with answering(*answers) as server, listening(server.origin, stopping=bell, **options) as ear:
        assert ear.end() is Ending.STOPPED
        return bell.waits, server.requests


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
