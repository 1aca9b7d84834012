"""The port for the browser's answer takes one answer, from this computer, to the address that nobody else knows."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.api.loopback import Loopback
from sync.domain.problems import Refused, Trouble

LISTENING = Path("/proc/net/tcp")
PATH = "path-that-nobody-guesses"
STATE = "state-that-nobody-guesses"


def is_awaited(query):
    return query.get("state") == STATE


def go_on():
    """Find no reason to end the wait."""


@contextmanager
def background(work):
    """Run a browser beside the receiver; its failure is the test's."""
    failures = []

    def run():
        try:
            work()
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    thread.join(10)
    assert not failures


def port_of(loopback):
    return int(loopback.address.split(":")[2].split("/")[0])


def get(loopback, query=f"code=c&state={STATE}", *, path=PATH, host=None, method="GET"):
    name = host or f"127.0.0.1:{port_of(loopback)}"
    return f"{method} /{path}?{query} HTTP/1.1\r\nHost: {name}\r\nAccept: text/html\r\n\r\n".encode()


def ask(loopback, request):
    with socket.create_connection(("127.0.0.1", port_of(loopback)), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        with contextlib.suppress(ConnectionResetError):  # it does not hear out who talks too long
            while chunk := connection.recv(65536):
                answer += chunk
    return answer.decode()


def test_the_answer_is_taken_and_the_writer_is_told_to_go_back():
    pages = []
    with Loopback(PATH) as loopback, background(lambda: pages.append(ask(loopback, get(loopback)))):
        assert loopback.receive(is_awaited, go_on) == {"code": "c", "state": STATE}
    head, _, body = pages[0].partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 ")
    assert "no-store" in head
    assert "default-src 'none'" in head
    assert "You can close this window" in body
    assert STATE not in body


def test_the_address_is_the_literal_one_of_this_computer_at_a_port_of_the_systems_choice():
    with Loopback(PATH) as one, Loopback(PATH) as other:
        assert one.address.startswith("http://127.0.0.1:")
        assert one.address.endswith(f"/{PATH}")
        assert port_of(one) != port_of(other)


FORGED = {
    "another path": lambda ear: get(ear, path="callback"),
    "no path": lambda ear: get(ear, path=""),
    "a longer path": lambda ear: get(ear, path=PATH + "/more"),
    "another state": lambda ear: get(ear, "code=evil&state=guessed"),
    "no state": lambda ear: get(ear, "code=evil"),
    "a state said twice": lambda ear: get(ear, f"code=evil&state=x&state={STATE}"),
    "a code said twice": lambda ear: get(ear, f"code=evil&code=c&state={STATE}"),
    "a form from a page": lambda ear: get(ear, method="POST"),
    "a question beforehand": lambda ear: get(ear, method="OPTIONS"),
    "a look ahead": lambda ear: get(ear, method="HEAD"),
    "localhost": lambda ear: get(ear, host=f"localhost:{port_of(ear)}"),
    "a name that leads here": lambda ear: get(ear, host=f"evil.example:{port_of(ear)}"),
    "two names": lambda ear: get(ear).replace(b"Accept: text/html", b"Host: evil.example"),
    "no name": lambda ear: get(ear).replace(b"Host:", b"Most:"),
    "no HTTP": lambda _ear: b"\x16\x03\x01\x02\x00\r\n\r\n",
    "an older HTTP": lambda _ear: f"GET /{PATH}?code=c&state={STATE}\r\n\r\n".encode(),
    "a head without an end": lambda ear: get(ear)[:-4] + b"\r\nX: " + b"y" * 20_000,
    "very many fields": lambda ear: get(ear, f"state={STATE}&" + "&".join(f"a{n}=1" for n in range(50))),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_is_not_the_answer_is_turned_away_and_the_wait_goes_on(forged):
    pages = []

    def knock():
        pages.append(ask(loopback, forged(loopback)))
        pages.append(ask(loopback, get(loopback)))

    with Loopback(PATH) as loopback, background(knock):
        assert loopback.receive(is_awaited, go_on) == {"code": "c", "state": STATE}
    assert [page.startswith("HTTP/1.1 200") for page in pages] == [False, True]


def test_connections_that_say_nothing_do_not_hold_up_the_answer():
    silent = []

    def knock():
        silent.extend(socket.create_connection(("127.0.0.1", port_of(loopback)), timeout=5) for _ in range(100))
        try:
            assert silent[0].recv(1) == b"", "the oldest is closed, so that they cannot be gathered"
        finally:
            ask(loopback, get(loopback))

    with Loopback(PATH) as loopback, background(knock):
        assert loopback.receive(is_awaited, go_on)["code"] == "c"
    for connection in silent:
        connection.close()


def test_an_answer_in_pieces_is_put_together():
    def knock():
        with socket.create_connection(("127.0.0.1", port_of(loopback)), timeout=10) as connection:
            for byte in get(loopback):
                connection.sendall(bytes([byte]))
            assert connection.recv(100).startswith(b"HTTP/1.1 200")

    with Loopback(PATH) as loopback, background(knock):
        assert loopback.receive(is_awaited, go_on)["code"] == "c"


def test_one_that_hangs_up_in_the_middle_is_forgotten():
    def knock():
        with socket.create_connection(("127.0.0.1", port_of(loopback))) as connection:
            connection.sendall(get(loopback)[:20])
        ask(loopback, get(loopback))

    with Loopback(PATH) as loopback, background(knock):
        assert loopback.receive(is_awaited, go_on)["code"] == "c"


def test_after_the_answer_nobody_listens_any_more():
    with Loopback(PATH) as loopback, background(lambda: ask(loopback, get(loopback))):
        loopback.receive(is_awaited, go_on)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(loopback)), timeout=5)


def test_the_wait_ends_when_somebody_says_so_and_nobody_listens_any_more():
    def stop():
        raise Refused(Trouble.SIGN_IN_CANCELLED)

    with pytest.raises(Refused), Loopback(PATH) as loopback:
        loopback.receive(is_awaited, stop)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(loopback)), timeout=5)


@pytest.mark.skipif(not LISTENING.exists(), reason="the list of ports is Linux's")
def test_another_computer_cannot_reach_it():
    with Loopback(PATH) as loopback:
        places = [line.split()[1] for line in LISTENING.read_text().splitlines()[1:]]
    port = f"{port_of(loopback):04X}"
    assert [place for place in places if place.endswith(f":{port}")] == [f"0100007F:{port}"]
