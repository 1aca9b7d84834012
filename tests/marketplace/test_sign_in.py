"""Sign-in in the browser: the page, the way back, and what nobody else can do with either."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.marketplace.browsers import (
    REDIRECT,
    VERIFIER,
    WISH,
    Browser,
    Program,
    challenge_of,
    error_of,
    new_verifier,
    query_of,
)
from tests.support.marketplace import RunningMarketplace, running_marketplace


@pytest.fixture
def browser(market: RunningMarketplace) -> Iterator[Browser]:
    one = Browser(market)
    yield one
    one.close()


@pytest.fixture
def program(market: RunningMarketplace) -> Iterator[Program]:
    one = Program(market)
    yield one
    one.close()


def test_the_metadata_tell_the_addresses_of_the_marketplace_itself(
    market: RunningMarketplace, program: Program
) -> None:
    told = program.http.get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == market.url
    places = {name: told[name] for name in told if name.endswith("_endpoint")}
    assert places == {
        "authorization_endpoint": f"{market.url}/authorize",
        "token_endpoint": f"{market.url}/token",
        "revocation_endpoint": f"{market.url}/revoke",
        "device_authorization_endpoint": f"{market.url}/device",
    }
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True


def test_a_person_allows_the_program_in_and_it_gets_tokens(
    market: RunningMarketplace, browser: Browser, program: Program
) -> None:
    page = browser.open(**WISH)
    assert page.answer.status_code == 200
    back = browser.send(page)
    assert back.status_code == 303
    assert back.headers["Location"].startswith(f"{REDIRECT}?")
    assert query_of(back) == {"code": query_of(back)["code"], "state": WISH["state"], "iss": market.url}
    answer = program.redeem(query_of(back)["code"])
    tokens = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (tokens["token_type"], tokens["expires_in"], tokens["subject_name"]) == ("Bearer", 3600, "practice")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    mine = program.http.get("/v1/snapshot", headers=headers).json()
    assert {item["id"] for item in mine["items"]} >= {call["id"] for call in market.calls()}


def test_a_new_name_makes_an_account_whose_customers_invite(browser: Browser, program: Program) -> None:
    tokens = program.redeem(browser.allow("  Robin   Alder ")).json()
    assert tokens["subject_name"] == "Robin Alder"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    items = program.http.get("/v1/snapshot", headers=headers).json()["items"]
    assert sum(item["kind"] == "call_request" for item in items) == 8
    again = program.redeem(browser.allow("Robin Alder")).json()
    assert again["subject"] == tokens["subject"]


def test_the_same_name_twice_is_one_account_and_another_name_another(browser: Browser, program: Program) -> None:
    one, two, other = (program.redeem(browser.allow(name)).json()["subject"] for name in ("One", "One", "Two"))
    assert one == two != other


def test_a_person_can_say_no(market: RunningMarketplace, browser: Browser) -> None:
    back = browser.send(browser.open(**WISH), "deny")
    assert query_of(back) == {"error": "access_denied", "state": WISH["state"], "iss": market.url}


@pytest.mark.parametrize(
    "fields", [{"name": "x" * 41}, {"name": "a\x00b"}, {"account": "nobody"}, {"account": "a\x00b"}, {"account": ""}]
)
def test_a_choice_that_is_none_is_asked_for_again(browser: Browser, fields: dict[str, str]) -> None:
    page = browser.open(**WISH)
    answer = browser.send(page, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Location" not in answer.headers


def test_the_page_runs_nothing_loads_nothing_and_can_be_framed_by_nobody(browser: Browser) -> None:
    page = browser.open(**WISH)
    policy = page.answer.headers["Content-Security-Policy"]
    rules = {words[0]: words[1:] for words in (rule.split() for rule in policy.split(";"))}
    style = re.search(r"<style>(.*?)</style>", page.answer.text, re.DOTALL)
    assert style is not None
    mark = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert rules == {
        "default-src": ["'none'"],
        "style-src": [f"'sha256-{mark}'"],
        "form-action": ["'self'", "http://127.0.0.1:49152"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    assert page.answer.headers["X-Frame-Options"] == "DENY"
    assert page.answer.headers["Referrer-Policy"] == "no-referrer"
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert " on" not in re.sub(r">[^<]*<", "><", page.answer.text.partition("<body>")[2])


def test_the_page_says_that_it_is_practice_and_every_field_has_a_label(browser: Browser) -> None:
    page = browser.open(**WISH)
    assert "Practice marketplace" in page.words
    assert page.tags.count("h1") == page.tags.count("main") == 1
    assert '<html lang="en">' in page.answer.text
    for field in page.inputs:
        assert field["type"] in ("hidden", "radio") or field["id"] in page.labels
    assert page.answer.text.count("<legend>") == 1


def test_a_name_with_markup_is_shown_as_it_is(browser: Browser) -> None:
    browser.allow('<b onclick="x">"&')
    page = browser.open(**WISH)
    assert '<b onclick="x">"&' in page.words
    assert "b" not in page.tags


@pytest.mark.parametrize(
    "redirect",
    [
        "http://localhost:49152/cb",
        "https://127.0.0.1:49152/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:49152@evil.example/cb",
        "http://127.0.0.1.evil.example:80/cb",
        "http://evil.example:80/",
        "http://127.0.0.1:49152/cb?x=1",
        "http://127.0.0.1:49152/cb#x",
        "http://127.0.0.1:49152/cb\r\nX: y",
        "http://127.0.0.2:49152/cb",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_this_computers(browser: Browser, redirect: str) -> None:
    for page in (browser.open(**WISH | {"redirect_uri": redirect}), browser.open(**WISH | {"client_id": "another"})):
        assert page.answer.status_code == 400
        assert "Location" not in page.answer.headers
        assert "form" not in page.tags


@pytest.mark.parametrize("redirect", ["http://127.0.0.1:1024", "http://127.0.0.1:65535/", "http://[::1]:49152/a/b-c"])
def test_any_port_of_this_computer_will_do(browser: Browser, program: Program, redirect: str) -> None:
    code = browser.allow(redirect_uri=redirect)
    assert error_of(program.redeem(code)) == (400, "invalid_grant")
    assert program.redeem(code, redirect_uri=redirect).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"state": "x" * 1_001}, "invalid_request"),
    ],
)
def test_a_request_that_is_not_right_goes_back_with_the_reason(
    market: RunningMarketplace, browser: Browser, change: dict[str, str], error: str
) -> None:
    wish = WISH | change
    state = {} if len(wish["state"]) > 1_000 else {"state": wish["state"]}
    assert query_of(browser.open(**wish).answer) == {"error": error, "iss": market.url} | state


def test_a_field_that_comes_twice_is_refused_on_the_spot(browser: Browser) -> None:
    answer = browser.http.get("/authorize", params=[*WISH.items(), ("redirect_uri", "http://127.0.0.1:1/x")])
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_another_site_cannot_answer_for_the_person(market: RunningMarketplace, browser: Browser) -> None:
    page, stranger = browser.open(**WISH), Browser(market)
    without_cookie = stranger.http.post(page.action, data=page.fields | {"answer": "allow"})
    own = stranger.open(**WISH)
    with_foreign_mark = stranger.send(own, mark=page.fields["mark"])
    without_mark = stranger.send(own, mark="")
    as_json = stranger.http.post(own.action, json=own.fields | {"answer": "allow"})
    stranger.close()
    for answer in (without_cookie, with_foreign_mark, without_mark, as_json):
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(browser: Browser) -> None:
    cookie = browser.open(**WISH).answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=600" in cookie


def test_a_code_works_once_and_a_second_use_ends_the_sign_in(browser: Browser, program: Program) -> None:
    code = browser.allow()
    tokens = program.redeem(code).json()
    assert program.status(tokens["access_token"]) == 200
    assert error_of(program.redeem(code)) == (400, "invalid_grant")
    assert program.status(tokens["access_token"]) == 401
    assert error_of(program.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_code_lives_for_a_minute() -> None:
    with running_marketplace() as market:
        browser, program = Browser(market), Program(market)
        early, late = browser.allow(), browser.allow()
        market.advance(59)
        assert program.redeem(early).status_code == 200
        market.advance(1)
        assert error_of(program.redeem(late)) == (400, "invalid_grant")
        browser.close()
        program.close()


def test_a_code_is_worth_nothing_without_the_verifier(browser: Browser, program: Program) -> None:
    code = browser.allow()
    assert error_of(program.redeem(code, code_verifier=new_verifier())) == (400, "invalid_grant")
    assert error_of(program.redeem(code, code_verifier="short")) == (400, "invalid_request")
    assert program.redeem(code).status_code == 200


def test_the_challenge_is_the_digest_of_rfc_7636() -> None:
    # The example of its appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"grant_type": "refresh_token"}, (401, "invalid_client")),
        ({"client_id": "another", "grant_type": "refresh_token"}, (401, "invalid_client")),
        ({"client_id": "foreword-desktop"}, (400, "invalid_request")),
        ({"client_id": "foreword-desktop", "grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_id": "foreword-desktop", "grant_type": "refresh_token"}, (400, "invalid_request")),
        (
            {"client_id": "foreword-desktop", "grant_type": "refresh_token", "refresh_token": "x"},
            (400, "invalid_grant"),
        ),
        (
            {"client_id": "foreword-desktop", "grant_type": "authorization_code", "code_verifier": VERIFIER},
            (400, "invalid_request"),
        ),
    ],
)
def test_a_token_request_that_is_not_right_is_refused(
    program: Program, fields: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error_of(program.http.post("/token", data=fields)) == expected


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"grant_type": "refresh_token"}', "application/json"),
        (b"client_id=a&client_id=b", "application/x-www-form-urlencoded"),
        (b"client_id=%ff", "application/x-www-form-urlencoded"),
        (b"client_id=\xff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(60)), "application/x-www-form-urlencoded"),
    ],
)
def test_only_a_form_is_read(program: Program, content: bytes, media_type: str) -> None:
    answer = program.http.post("/token", content=content, headers={"Content-Type": media_type})
    assert error_of(answer) == (400, "invalid_request")


def test_tokens_of_one_account_do_not_open_another(
    market: RunningMarketplace, browser: Browser, program: Program
) -> None:
    tokens: Any = program.redeem(browser.allow("Somebody else")).json()
    call = market.event("invite")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert program.http.get(f"/v1/call-requests/{call['id']}", headers=headers).status_code == 404
