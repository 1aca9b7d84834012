"""What the server refuses before it thinks: foreign names, bad tokens, sizes, types, headers, other people's ids."""

from __future__ import annotations

import json
import socket
import sqlite3
from typing import Any

import pytest

from tests.marketplace.devices import Writer, acceptance_of, code_of
from tests.support.marketplace import RunningMarketplace, running_marketplace


@pytest.mark.parametrize("host", ["marketplace.evil.example", "127.0.0.1.evil.example", "evil.example:80", ""])
def test_a_foreign_host_name_is_not_served(writer: Writer, host: str) -> None:
    answer = writer.http.get("/v1/snapshot", headers={"Host": host})
    assert code_of(answer) == (400, "malformed")
    assert answer.headers["Sync-Epoch"] == writer.epoch


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "LOCALHOST", "[::1]:80", "[::1]"])
def test_the_names_of_this_computer_are_served(writer: Writer, host: str) -> None:
    assert writer.http.get("/v1/snapshot", headers={"Host": host}).status_code == 200


def test_a_request_with_two_host_names_is_not_served(market: RunningMarketplace) -> None:
    port = int(market.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            b"GET /v1/meta HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        )
        assert b" 400 " in connection.makefile("rb").readline()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer é"]
)
def test_a_missing_or_wrong_token_is_the_same_401(
    market: RunningMarketplace, writer: Writer, header: str | None
) -> None:
    del writer.http.headers["Authorization"]
    headers = {} if header is None else {b"Authorization": header.format(token=market.token).encode("latin-1")}
    answer = writer.http.get("/v1/snapshot", headers=headers)
    assert code_of(answer) == (401, "token-expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "Sync-Seq" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/snapshot"),
        ("GET", "/v1/changes"),
        ("GET", "/v1/events"),
        ("GET", "/v1/profile"),
        ("PATCH", "/v1/profile"),
        ("GET", "/v1/commands/x"),
        ("GET", "/v1/call-requests/x"),
        ("POST", "/v1/call-requests/x/acceptance"),
        ("POST", "/v1/call-requests/x/decline"),
        ("POST", "/v1/call-requests/x/no-show"),
        ("GET", "/v1/call-requests/x/notes/prepared"),
        ("PUT", "/v1/call-requests/x/notes/prepared"),
        ("GET", "/practice/state"),
        ("POST", "/practice/clock"),
        ("POST", "/practice/events"),
    ],
)
def test_everything_but_meta_needs_a_token(writer: Writer, method: str, path: str) -> None:
    del writer.http.headers["Authorization"]
    assert code_of(writer.http.request(method, path)) == (401, "token-expired")
    assert writer.http.get("/v1/meta").status_code == 200


def test_an_expired_token_is_refused_and_a_new_one_works() -> None:
    with running_marketplace() as market:
        device = Writer(market)
        market.event("expire_tokens")
        assert code_of(device.http.get("/v1/snapshot")) == (401, "token-expired")
        fresh = Writer(market, market.new_token())
        assert fresh.http.get("/v1/snapshot").status_code == 200
        device.http.close()
        fresh.http.close()


def test_tokens_are_kept_as_hashes_alone() -> None:
    with running_marketplace() as market:
        with sqlite3.connect(market.database_url.removeprefix("sqlite:///")) as connection:
            whole = "\n".join(connection.iterdump())
        connection.close()
        assert "CREATE TABLE token" in whole
        assert market.token not in whole
        assert market.token not in market.log_file.read_text(encoding="utf-8")


@pytest.fixture
def stranger(market: RunningMarketplace) -> Any:
    device = Writer(market, market.new_token("stranger"))
    yield device
    device.http.close()


def test_another_accounts_call_does_not_exist(market: RunningMarketplace, writer: Writer, stranger: Writer) -> None:
    call = market.event("invite")
    writer.write_note(call, "Mine.", None)
    path = f"/v1/call-requests/{call['id']}"
    answers = [
        stranger.http.get(path),
        stranger.http.get(f"{path}/notes/prepared"),
        stranger.accept(call),
        stranger.decline(call),
        stranger.report(call),
        stranger.write_note(call, "Yours.", None),
        stranger.write_note(call, "Yours.", "v1"),
    ]
    assert {code_of(answer) for answer in answers} == {(404, "unknown-call-request")}
    assert writer.call(call) == call


def test_two_accounts_see_only_their_own(market: RunningMarketplace, writer: Writer, stranger: Writer) -> None:
    items, cursor = stranger.snapshot()
    assert [item["kind"] for item in items] == ["profile"]
    call = market.event("invite")
    writer.write_note(call, "Mine.", None)
    writer.set_profile(headline=("Mine", writer.http.get("/v1/profile").json()["fields"]["headline"]["version"]))
    page = stranger.changes(cursor).json()
    assert (page["changes"], page["digest"]["count"]) == ([], 0)
    assert stranger.snapshot()[0] == items


def test_a_body_above_one_mebibyte_is_too_large(market: RunningMarketplace, writer: Writer) -> None:
    path = f"/v1/call-requests/{market.event('invite')['id']}/notes/prepared"
    exact = b'{"text": "x"' + b" " * (1024 * 1024 - 13) + b"}"
    headers = {"Content-Type": "application/json", "Sync-Epoch": writer.epoch, "If-None-Match": "*"}
    small = writer.http.put(path, content=exact, headers=headers | {"Idempotency-Key": '"small"'})
    large = writer.http.put(path, content=exact + b" ", headers=headers | {"Idempotency-Key": '"large"'})
    chunks = writer.http.put(path, content=iter([exact, exact]), headers=headers | {"Idempotency-Key": '"chunks"'})
    assert small.status_code == 200
    assert code_of(large) == code_of(chunks) == (413, "too-large")


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_only_json_is_read(market: RunningMarketplace, writer: Writer, media_type: str | None) -> None:
    headers = {"Idempotency-Key": '"k"', "Sync-Epoch": writer.epoch}
    headers |= {"Content-Type": media_type} if media_type else {}
    path = f"/v1/call-requests/{market.event('invite')['id']}/decline"
    assert code_of(writer.http.post(path, content=b"{}", headers=headers)) == (415, "unsupported")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"NaN", b'{"message": NaN}', b"[" * 100_000, b"9" * 5_000, b'{"a":1}x']
)
def test_what_is_not_json_is_malformed(writer: Writer, body: bytes) -> None:
    headers = {"Idempotency-Key": '"k"', "Sync-Epoch": writer.epoch, "Content-Type": "application/json"}
    answer = writer.http.post("/v1/call-requests/x/decline", content=body, headers=headers)
    assert code_of(answer) == (400, "malformed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message", None),
        ("message", 7),
        ("message", "x" * 4_001),
        ("message", "a\x00b"),
        ("message", "a\x1bb"),
        ("message", "half a pair \ud83d"),
        ("reason", "two\nlines"),
        ("reason", "a\u2028b"),
        ("reason", "x" * 201),
        ("seen_version", -1),
        ("seen_version", 1.5),
        ("seen_version", True),
        ("seen_version", "1"),
        ("seen_version", None),
        ("seen_version", 10**30),
    ],
)
def test_a_wrong_field_is_named(market: RunningMarketplace, writer: Writer, field: str, value: Any) -> None:
    call = market.event("invite")
    body = {"message": "No.\nReally.\t", "reason": None, "seen_version": 1} | {field: value}
    headers = {"Idempotency-Key": '"k"', "Sync-Epoch": writer.epoch, "Content-Type": "application/json"}
    path = f"/v1/call-requests/{call['id']}/decline"
    answer = writer.http.post(path, content=json.dumps(body).encode(), headers=headers)
    assert code_of(answer) == (422, "validation")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert writer.call(call) == call


def test_all_wrong_fields_are_named_at_once(writer: Writer) -> None:
    fields = {"headline": {"value": "a\nb", "base_version": -1}, "findable": {"value": "yes"}, "salary": {"value": 1}}
    answer = writer.send("PATCH", "/v1/profile", {"fields": fields})
    named = [error["field"] for error in answer.json()["errors"]]
    assert sorted(named) == [
        "fields",
        "fields.findable.base_version",
        "fields.findable.value",
        "fields.headline.base_version",
        "fields.headline.value",
    ]


@pytest.mark.parametrize("body", [[], {}, {"fields": {}}, {"fields": 7}, {"fields": {"about": None}}])
def test_a_profile_patch_without_sense_is_refused(writer: Writer, body: Any) -> None:
    assert code_of(writer.send("PATCH", "/v1/profile", body)) == (422, "validation")


@pytest.mark.parametrize("missing", ["Idempotency-Key", "Sync-Epoch", "If-None-Match"])
def test_a_write_without_its_header_is_428(market: RunningMarketplace, writer: Writer, missing: str) -> None:
    headers = {"Idempotency-Key": '"k"', "Sync-Epoch": writer.epoch, "If-None-Match": "*"}
    del headers[missing]
    path = f"/v1/call-requests/{market.event('invite')['id']}/notes/prepared"
    assert code_of(writer.http.put(path, json={"text": "x"}, headers=headers)) == (428, "precondition-required")


@pytest.mark.parametrize("key", ["bare", '""', f'"{"x" * 65}"', '"a b"', '"a/b"', '"a";q=1', "'a'", '"ä"'])
def test_a_key_in_another_form_is_malformed(market: RunningMarketplace, writer: Writer, key: str) -> None:
    call = market.event("invite")
    headers = {b"Idempotency-Key": key.encode("latin-1"), b"Sync-Epoch": writer.epoch.encode()}
    path = f"/v1/call-requests/{call['id']}/acceptance"
    answer = writer.http.post(path, json=acceptance_of(call), headers=headers)
    assert code_of(answer) == (400, "malformed")


@pytest.mark.parametrize("name", ["Idempotency-Key", "Sync-Epoch", "Authorization"])
def test_a_header_that_comes_twice_is_malformed(market: RunningMarketplace, writer: Writer, name: str) -> None:
    call = market.event("invite")
    headers = [("Idempotency-Key", '"k"'), ("Sync-Epoch", writer.epoch), (name, "another")]
    if name == "Authorization":
        headers.append((name, f"Bearer {market.token}"))
    path = f"/v1/call-requests/{call['id']}/acceptance"
    answer = writer.http.post(path, json=acceptance_of(call), headers=headers)
    assert code_of(answer) == (400, "malformed")


def test_a_request_id_comes_back_if_it_is_one(writer: Writer) -> None:
    assert writer.http.get("/v1/meta", headers={"Request-Id": "abc-1_2"}).headers["Request-Id"] == "abc-1_2"
    for forged in ("a b", 'x"}', "x" * 65, "a\tb"):
        assert "Request-Id" not in writer.http.get("/v1/meta", headers={"Request-Id": forged}).headers


def test_nothing_that_a_client_sends_can_forge_a_line_of_the_log(market: RunningMarketplace, writer: Writer) -> None:
    forged = '{"status": 200, "path": "/forged"}'
    writer.http.get(f"/v1/commands/x%0A{forged}%0D%0A", headers={"Request-Id": forged})
    writer.http.get("/v1/meta", headers={"Request-Id": "honest"})
    lines = [json.loads(line) for line in market.log_file.read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["request_id"] == "honest"
    assert lines[-2]["request_id"] is None
    assert all(line["path"] != "/forged" for line in lines)
    assert set(lines[-1]) == {"at", "method", "path", "status", "request_id"}


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/meta", "/v1/call-requests/", "/v1/call-requests/a/b/c", "/static/x"])
def test_an_unknown_address_is_a_problem_document_too(writer: Writer, path: str) -> None:
    assert code_of(writer.http.get(path, follow_redirects=False)) == (404, "unknown-address")


@pytest.mark.parametrize("name", ["..", "a%2Fb", "a%20b", "x" * 65, "%00", "é", "';--"])
def test_an_id_that_cannot_be_one_is_unknown(writer: Writer, name: str) -> None:
    answer = writer.http.get(f"/v1/call-requests/{name}")
    assert answer.status_code == 404


def test_another_method_is_405_with_what_is_allowed(writer: Writer) -> None:
    answer = writer.http.delete("/v1/profile")
    assert code_of(answer) == (405, "unsupported")
    assert {word.strip() for word in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "PATCH"}


def test_another_version_of_the_api_is_refused(writer: Writer) -> None:
    assert code_of(writer.http.get("/v1/snapshot", headers={"API-Version": "2"})) == (406, "unsupported")
    assert writer.http.get("/v1/snapshot", headers={"API-Version": "1"}).status_code == 200


def test_every_answer_tells_epoch_and_time_of_the_marketplace(market: RunningMarketplace, writer: Writer) -> None:
    answers = [writer.http.get(path) for path in ("/v1/meta", "/v1/snapshot", "/nowhere", "/v1/call-requests/x")]
    assert {answer.headers["Sync-Epoch"] for answer in answers} == {writer.epoch}
    assert all(answer.headers["Date"].startswith("Mon, 14 Sep 2026") for answer in answers)
    assert answers[1].headers["Sync-Seq"] == answers[3].headers["Sync-Seq"] == str(market.state()["seq"])
