"""What tokens do once they are there: expire, be refreshed, survive a lost answer, be revoked, and leave no trace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.marketplace.browsers import Browser, Program, error_of
from tests.support.marketplace import RunningMarketplace, running_marketplace


class Desk:
    """A signed-in program on a marketplace of its own."""

    def __init__(self, market: RunningMarketplace) -> None:
        self.market = market
        self.browser, self.program = Browser(market), Program(market)
        self.tokens = self.sign_in()

    def sign_in(self, name: str = "practice") -> Any:
        return self.program.redeem(self.browser.allow(name)).raise_for_status().json()

    def refresh(self, word: str) -> Any:
        return self.program.refresh(word).raise_for_status().json()

    def close(self) -> None:
        self.browser.close()
        self.program.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with running_marketplace() as market:
        one = Desk(market)
        yield one
        one.close()


def test_an_access_token_lives_for_an_hour_by_the_clock_of_the_marketplace(desk: Desk) -> None:
    desk.market.advance(3_599)
    assert desk.program.status(desk.tokens["access_token"]) == 200
    desk.market.advance(1)
    assert desk.program.status(desk.tokens["access_token"]) == 401
    fresh = desk.refresh(desk.tokens["refresh_token"])
    assert desk.program.status(fresh["access_token"]) == 200
    assert fresh["refresh_token"] != desk.tokens["refresh_token"]
    assert (fresh["subject"], fresh["expires_in"]) == (desk.tokens["subject"], 3600)


def test_tokens_that_expired_by_an_event_can_be_refreshed(desk: Desk) -> None:
    desk.market.event("expire_tokens")
    assert desk.program.status(desk.tokens["access_token"]) == 401
    assert desk.program.status(desk.refresh(desk.tokens["refresh_token"])["access_token"]) == 200


def test_a_lost_answer_is_told_again_however_late(desk: Desk) -> None:
    lost = desk.refresh(desk.tokens["refresh_token"])
    for wait in (1, 59, 61, 86_400 * 30):
        desk.market.advance(wait)
        again = desk.refresh(desk.tokens["refresh_token"])
        assert again["refresh_token"] == lost["refresh_token"]
        assert desk.program.status(again["access_token"]) == 200


def test_an_old_token_still_works_for_a_minute_after_its_successor_was_used(desk: Desk) -> None:
    second = desk.refresh(desk.tokens["refresh_token"])
    third = desk.refresh(second["refresh_token"])
    desk.market.advance(60)
    assert desk.refresh(desk.tokens["refresh_token"])["refresh_token"] == second["refresh_token"]
    assert desk.program.status(third["access_token"]) == 200


def test_an_old_token_that_comes_later_than_that_ends_the_sign_in_for_all(desk: Desk) -> None:
    other = desk.sign_in()
    second = desk.refresh(desk.tokens["refresh_token"])
    third = desk.refresh(second["refresh_token"])
    desk.market.advance(61)
    assert error_of(desk.program.refresh(desk.tokens["refresh_token"])) == (400, "invalid_grant")
    assert desk.program.status(third["access_token"]) == 401
    assert error_of(desk.program.refresh(third["refresh_token"])) == (400, "invalid_grant")
    assert desk.program.status(other["access_token"]) == 200


def test_two_processes_that_refresh_at_once_get_the_same_successor(database_url: str | None) -> None:
    with running_marketplace(database_url, workers=2 if database_url else 1) as market:
        desk = Desk(market)
        word = desk.tokens["refresh_token"]
        for _ in range(5):
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(lambda _, word=word: desk.program.refresh(word), range(8)))
            assert [answer.status_code for answer in answers] == [200] * 8
            (word,) = {answer.json()["refresh_token"] for answer in answers}
            assert len({answer.json()["access_token"] for answer in answers}) == 8
        desk.close()


def test_signing_out_ends_the_sign_in_and_no_other(desk: Desk) -> None:
    other = desk.sign_in()
    assert desk.program.revoke(desk.tokens["refresh_token"]).status_code == 200
    assert desk.program.status(desk.tokens["access_token"]) == 401
    assert error_of(desk.program.refresh(desk.tokens["refresh_token"])) == (400, "invalid_grant")
    assert desk.program.status(other["access_token"]) == 200


def test_signing_out_with_a_token_of_before_ends_the_sign_in_too(desk: Desk) -> None:
    fresh = desk.refresh(desk.tokens["refresh_token"])
    desk.program.revoke(desk.tokens["refresh_token"])
    assert error_of(desk.program.refresh(fresh["refresh_token"])) == (400, "invalid_grant")


def test_revoking_an_access_token_leaves_the_sign_in(desk: Desk) -> None:
    desk.program.revoke(desk.tokens["access_token"])
    assert desk.program.status(desk.tokens["access_token"]) == 401
    assert desk.program.refresh(desk.tokens["refresh_token"]).status_code == 200


def test_revoking_what_nobody_knows_is_no_error(desk: Desk) -> None:
    assert desk.program.revoke("nothing").status_code == 200
    assert error_of(desk.program.http.post("/revoke", data={"token": "x"})) == (401, "invalid_client")
    assert desk.program.status(desk.tokens["access_token"]) == 200


def test_a_sign_in_survives_a_restart_of_the_marketplace(desk: Desk) -> None:
    lost = desk.refresh(desk.tokens["refresh_token"])
    desk.market.kill()
    desk.market.start()
    assert desk.program.status(lost["access_token"]) == 200
    assert desk.refresh(desk.tokens["refresh_token"])["refresh_token"] == lost["refresh_token"]


def begin(desk: Desk) -> Any:
    return desk.program.http.post("/device", data={"client_id": "foreword-desktop"}).raise_for_status().json()


def type_code(desk: Desk, typed: str, answer: str = "allow") -> Any:
    return desk.browser.send(desk.browser.open("/device"), answer, user_code=typed, name="practice")


def test_a_computer_without_a_browser_is_let_in_by_its_code(desk: Desk) -> None:
    codes = begin(desk)
    assert codes["verification_uri"] == f"{desk.market.url}/device"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert error_of(desk.program.poll(codes["device_code"])) == (400, "authorization_pending")
    assert type_code(desk, codes["user_code"].lower().replace("-", " ")).status_code == 200
    desk.market.advance(5)
    tokens = desk.program.poll(codes["device_code"]).json()
    assert tokens["subject_name"] == "practice"
    assert desk.program.status(tokens["access_token"]) == 200
    assert desk.program.refresh(tokens["refresh_token"]).status_code == 200


def test_the_address_with_the_code_fills_it_in_and_lets_nobody_in_by_itself(desk: Desk) -> None:
    codes = begin(desk)
    page = desk.browser.open("/device", user_code=codes["user_code"])
    assert page.fields["user_code"] == codes["user_code"]
    assert "Practice marketplace" in page.words
    assert error_of(desk.program.poll(codes["device_code"])) == (400, "authorization_pending")


def test_asking_too_often_is_slowed_down_and_stays_slow(desk: Desk) -> None:
    word = begin(desk)["device_code"]
    assert error_of(desk.program.poll(word)) == (400, "authorization_pending")
    desk.market.advance(4)
    assert error_of(desk.program.poll(word)) == (400, "slow_down")
    desk.market.advance(9)
    assert error_of(desk.program.poll(word)) == (400, "slow_down")
    desk.market.advance(15)
    assert error_of(desk.program.poll(word)) == (400, "authorization_pending")


def test_a_device_that_was_refused_or_waited_too_long_stays_out(desk: Desk) -> None:
    refused, late = begin(desk), begin(desk)
    type_code(desk, refused["user_code"], "deny")
    assert error_of(desk.program.poll(refused["device_code"])) == (400, "access_denied")
    desk.market.advance(600)
    assert error_of(desk.program.poll(late["device_code"])) == (400, "expired_token")
    assert type_code(desk, late["user_code"]).status_code == 422
    assert type_code(desk, "BBBB-BBBB").status_code == 422
    assert error_of(desk.program.poll("nothing")) == (400, "invalid_grant")


def test_a_device_code_works_once_and_a_second_use_ends_the_sign_in(desk: Desk) -> None:
    codes = begin(desk)
    type_code(desk, codes["user_code"])
    tokens = desk.program.poll(codes["device_code"]).json()
    assert type_code(desk, codes["user_code"]).status_code == 422
    assert error_of(desk.program.poll(codes["device_code"])) == (400, "invalid_grant")
    assert desk.program.status(tokens["access_token"]) == 401


def test_nothing_that_opens_a_door_is_kept_in_clear(desk: Desk) -> None:
    code = desk.browser.allow()
    device = begin(desk)
    fresh = desk.refresh(desk.tokens["refresh_token"])
    desk.program.http.get("/authorize", params={"code": code})
    secrets = [
        code,
        device["device_code"],
        *(t[n] for t in (desk.tokens, fresh) for n in ("access_token", "refresh_token")),
    ]
    database = desk.market.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(database) as connection:
        whole = "\n".join(connection.iterdump())
    connection.close()
    written = whole + desk.market.log_file.read_text(encoding="utf-8") + desk.market.errors()
    assert "CREATE TABLE refresh_token" in written
    assert not [secret for secret in secrets if secret in written]
