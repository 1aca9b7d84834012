"""Pokes arrive while the network is there, come back when it is, and end when they should: over real connections."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import httpx2

from sync.api.events import TIMEOUT, Ending
from tests.support.answers import answer, answering, free_port
from tests.support.ears import Ear, listening
from tests.support.marketplace import running_marketplace
from tests.support.streams import POKE, STREAM_HEAD, streaming

CERTIFICATES = Path(__file__).parents[1] / "faults" / "certificates"


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
