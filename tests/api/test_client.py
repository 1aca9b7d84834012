"""Every kind of answer becomes a value or the right Problem, and nothing that cannot be trusted is applied."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest

from sync.api.client import HttpMarketplace, new_client
from sync.api.origin import checked_origin
from sync.domain.intents import Accept, Decline
from sync.domain.problems import Busy, Offline, Paused, Problem, Refused, Resync, Trouble
from tests.support.answers import EPOCH, answer, answering, free_port, ok, problem
from tests.support.desks import NOW, START, FixedClock

ACCEPT = Accept("cr_1", "sl_1", START, 3)
EMPTY = {"changes": [], "next_cursor": "c2", "has_more": False, "head_seq": 4}
CALL = {
    "id": "cr_1",
    "version": 4,
    "status": "accepted",
    "customer": {"id": "cu_1", "company": "Alder & Oak Outfitters", "first_name": "Dana", "last_initial": "R"},
    "subject": "Spring hiking series",
    "message": "Twenty minutes is plenty.",
    "created_at": "2026-11-22T00:20:00Z",
    "slots": [
        {"id": "sl_1", "starts_at": "2026-11-24T21:00:00Z", "ends_at": "2026-11-24T21:30:00Z", "state": "offered"}
    ],
    "accepted_slot_id": "sl_1",
    "line": {"number": "+14155550142", "pin": "482913"},
}


def marketplace(origin, token="secret"):
    ids = (f"request-{number}" for number in itertools.count(1))
    clock = FixedClock()
    return HttpMarketplace(origin, lambda: token, new_client(clock), clock, lambda: next(ids))


def problem_from(*answers, ask=lambda market: market.changes("c1")):
    with answering(*answers) as server, pytest.raises(Problem) as caught:
        ask(marketplace(server.origin))
    return caught.value


def send(market):
    return market.send("key-1", ACCEPT, EPOCH)


def test_an_action_carries_its_key_its_epoch_and_its_content():
    with answering(ok({"call_request": CALL})) as server:
        outcome = send(marketplace(server.origin))
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/call-requests/cr_1/acceptance")
    assert request.headers["idempotency-key"] == '"key-1"'
    assert request.headers["sync-epoch"] == EPOCH
    assert request.headers["authorization"] == "Bearer secret"
    assert json.loads(request.body) == {"slot_id": "sl_1", "starts_at": "2026-11-24T21:00:00Z", "seen_version": 3}
    assert outcome.call.line.pin == "482913"


def test_a_resent_action_has_the_same_bytes():
    with answering(ok({"call_request": CALL})) as server:
        market = marketplace(server.origin)
        decline = Decline("cr_1", "Sorry, “none” of these.", 3)
        market.send("key-1", decline, EPOCH)
        market.send("key-1", decline, EPOCH)
    first, second = server.requests
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_nobody_listening_is_being_offline():
    with pytest.raises(Offline) as caught:
        marketplace(f"http://127.0.0.1:{free_port()}").changes("c1")
    assert caught.value.code == Trouble.UNREACHABLE


def test_a_certificate_that_cannot_be_trusted_is_told_apart():
    with answering(b"this is no TLS", listens=False) as server, pytest.raises(Offline) as caught:
        marketplace(server.origin.replace("http://", "https://")).changes("c1")
    assert caught.value.code == Trouble.TLS


def test_without_a_token_nothing_is_sent():
    with answering(ok(EMPTY)) as server, pytest.raises(Paused) as caught:
        marketplace(server.origin, token="").changes("c1")
    assert caught.value.code == Trouble.NOT_SIGNED_IN
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b"<html>Sign in to Cafe WiFi</html>", "text/html"),
        answer(200, b'{"changes": []}'),
        answer(200, b"{}", "text/plain", Sync_Epoch=EPOCH),
        answer(302, b"", "text/html", Location="http://wifi.example/login"),
        answer(403, b"<html>blocked</html>", "text/html"),
        answer(511, b"<html>sign in</html>", "text/html"),
    ],
    ids=["html", "no epoch", "plain text", "led elsewhere", "blocked by a proxy", "network login"],
)
@pytest.mark.parametrize("ask", [lambda market: market.changes("c1"), send], ids=["pull", "push"])
def test_a_sign_in_page_of_a_cafe_is_being_offline(reply, ask):
    caught = problem_from(reply, ask=ask)
    assert isinstance(caught, Offline)
    assert caught.code == Trouble.CAPTIVE_PORTAL


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (ok(EMPTY)[:-20], Trouble.CUT_OFF),
        (b"", Trouble.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\nnonsense", Trouble.CUT_OFF),
        (answer(200, b'{"changes": [', Sync_Epoch=EPOCH), Trouble.GARBLED),
        (answer(200, b"[]", Sync_Epoch=EPOCH), Trouble.GARBLED),
        (ok({"changes": "none"}), Trouble.GARBLED),
        (answer(200, b"x", Sync_Epoch=EPOCH, Content_Encoding="gzip"), Trouble.GARBLED),
        (
            ok({"call_request": {}, "changes": [{"kind": "call_request", "op": "upsert", "resource": {}}]}),
            Trouble.GARBLED,
        ),
    ],
    ids=["cut", "hung up", "half a head", "half a JSON", "a list", "wrong type", "compressed", "empty call"],
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(reply, code):
    caught = problem_from(reply)
    assert isinstance(caught, Busy)
    assert caught.code == code


def test_an_endless_body_is_cut_off_at_eight_megabytes():
    caught = problem_from(answer(200, b" " * (9 * 1024 * 1024), Sync_Epoch=EPOCH))
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)


def test_a_redirect_inside_the_marketplace_is_followed_for_reading():
    moved = answer(307, Location="/v1/elsewhere")
    with answering(moved, ok(EMPTY)) as server:
        assert marketplace(server.origin).changes("c1").next_cursor == "c2"
    assert [request.path for request in server.requests] == ["/v1/changes?cursor=c1&limit=200", "/v1/elsewhere"]


def test_redirects_without_end_are_given_up():
    assert problem_from(answer(307, Location="/v1/again")).code == Trouble.REDIRECTED


def test_an_action_is_never_redirected():
    with answering(answer(307, Location="/v1/elsewhere")) as server, pytest.raises(Refused) as caught:
        send(marketplace(server.origin))
    assert caught.value.code == Trouble.REDIRECTED
    assert len(server.requests) == 1


def test_a_token_is_never_taken_to_another_host():
    with answering(ok(EMPTY)) as other, answering(answer(302, Location=f"{other.origin}/v1/changes")) as server:
        with pytest.raises(Offline):
            marketplace(server.origin).changes("c1")
        assert other.requests == []


def test_the_current_call_in_a_refusal_is_passed_on():
    caught = problem_from(problem(409, "slot-taken", "Lee has taken it.", current=CALL), ask=send)
    assert isinstance(caught, Refused)
    assert (caught.code, caught.detail, caught.current.calls[0].version) == ("slot-taken", "Lee has taken it.", 4)


def test_a_refusal_whose_call_cannot_be_read_is_still_a_refusal():
    caught = problem_from(problem(409, "slot-taken", current={"id": 7}), ask=send)
    assert (type(caught), caught.current) == (Refused, None)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "90"}, timedelta(seconds=90)),
        ({"Retry_After": "Mon, 23 Nov 2026 18:50:00 GMT"}, timedelta(minutes=4)),
        ({"Retry_After": "9" * 12}, timedelta(days=1)),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
    ids=["seconds", "date", "absurd", "nonsense", "none"],
)
def test_the_wish_for_patience_is_read(headers, wait):
    caught = problem_from(problem(429, "rate-limited", headers=headers))
    assert caught.everything
    assert caught.retry_at == (NOW + wait if wait else None)


def test_a_stored_yes_is_found_by_its_key():
    stored = {"key": "key-1", "operation": "acceptance", "status": 200, "body": {"call_request": CALL}}
    with answering(ok(stored)) as server:
        assert marketplace(server.origin).outcome_of("key-1", ACCEPT).call.version == 4


def test_a_stored_no_is_raised_as_it_was():
    no = {"code": "slot-taken", "detail": "gone", "current": CALL}
    caught = problem_from(
        ok({"key": "k", "operation": "x", "status": 409, "body": no}), ask=lambda m: m.outcome_of("k", ACCEPT)
    )
    assert (type(caught), caught.code) == (Refused, "slot-taken")


def test_a_key_that_was_never_seen_has_no_outcome():
    with answering(problem(404, "unknown-command")) as server:
        assert marketplace(server.origin).outcome_of("key-1", ACCEPT) is None


@pytest.mark.parametrize(("status", "code"), [(410, "cursor-expired"), (400, "malformed"), (404, "unknown-address")])
def test_a_cursor_that_is_not_taken_asks_for_a_snapshot(status, code):
    assert isinstance(problem_from(problem(status, code)), Resync)


def test_an_answer_about_another_call_is_not_taken_for_this_one():
    caught = problem_from(ok({"call_request": CALL | {"id": "cr_other"}}), ask=send)
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)


@pytest.mark.parametrize("location", ["http://[", "/" + "x" * 70_000, "https://user@evil.example/"])
def test_a_redirect_to_nowhere_is_no_crash(location):
    assert isinstance(problem_from(answer(307, Location=location)), Problem)


def test_an_epoch_that_cannot_be_sent_back_is_not_taken():
    reply = answer(200, b"{}", Sync_Epoch="x").replace(b"Sync-Epoch: x", "Sync-Epoch: ép".encode("latin-1"))
    assert isinstance(problem_from(reply), Offline)


def test_a_token_that_cannot_be_sent_asks_to_sign_in():
    with answering(ok(EMPTY)) as server, pytest.raises(Paused):
        marketplace(server.origin, token="schlüssel").changes("c1")


@pytest.mark.parametrize(
    "origin",
    [
        "http://marketplace.example",
        "ftp://x.example",
        "marketplace.example",
        "https://u:p@x.example",
        "https://x:99999",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused_in_words(origin):
    with pytest.raises(ValueError, match="address"):
        checked_origin(origin)


@pytest.mark.parametrize("origin", ["https://marketplace.example", "http://127.0.0.1:8080", "http://[::1]:8080"])
def test_an_encrypted_or_local_address_is_used(origin):
    assert checked_origin(origin + "/anything") == origin
