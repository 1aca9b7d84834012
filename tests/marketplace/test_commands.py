"""One effect for one key: replays, other payloads, twins at the same time, the second net, old keys."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.marketplace.devices import Writer, acceptance_of, code_of
from tests.support.marketplace import RunningMarketplace, running_marketplace


def test_a_replay_gives_the_same_answer_and_changes_nothing(market: RunningMarketplace, writer: Writer) -> None:
    call, key = market.event("invite"), str(uuid.uuid4())
    first = writer.accept(call, key=key)
    again = writer.accept(call, key=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["Sync-Seq"] == first.headers["Sync-Seq"]
    assert again.headers["ETag"] == first.headers["ETag"] == f'"v{first.json()["call_request"]["version"]}"'


def test_a_refusal_is_replayed_as_well_even_when_the_state_has_moved_on(
    market: RunningMarketplace, writer: Writer
) -> None:
    call, key = market.event("invite"), str(uuid.uuid4())
    writer.decline(call)
    first = writer.accept(call, key=key)
    market.event("remove", call_request_id=call["id"])
    again = writer.accept(call, key=key)
    assert code_of(first) == code_of(again) == (409, "already-declined")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_key_with_another_payload_is_refused_and_does_nothing(market: RunningMarketplace, writer: Writer) -> None:
    call, other, key = market.event("invite"), market.event("invite"), str(uuid.uuid4())
    assert writer.accept(call, key=key).status_code == 200
    assert code_of(writer.accept(call, 2, key=key)) == (422, "key-reuse")
    assert code_of(writer.accept(other, key=key)) == (422, "key-reuse")
    assert code_of(writer.decline(call, key=key)) == (422, "key-reuse")
    assert writer.call(other)["status"] == "open"


def test_the_revision_of_a_note_belongs_to_the_payload(market: RunningMarketplace, writer: Writer) -> None:
    call, key = market.event("invite"), str(uuid.uuid4())
    revision = writer.write_note(call, "One.", None, key=key).json()["revision"]
    assert code_of(writer.write_note(call, "One.", revision, key=key)) == (422, "key-reuse")


def test_eight_twins_at_once_have_one_effect_and_one_answer(database_url: str | None) -> None:
    with running_marketplace(database_url, workers=2 if database_url else 1) as market:
        device = Writer(market)
        call, key, before = market.event("invite"), str(uuid.uuid4()), market.state()["seq"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: device.accept(call, key=key), range(8)))
        device.http.close()
        assert [answer.status_code for answer in answers] == [200] * 8
        assert all(answer.json() == answers[0].json() for answer in answers)
        assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 7
        assert market.state()["seq"] == before + 1


def test_two_devices_race_for_two_times_and_one_wins(market: RunningMarketplace, writer: Writer) -> None:
    for _ in range(10):
        call = market.event("invite")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda number, call=call: writer.accept(call, number), (1, 2)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = next(answer for answer in answers if answer.status_code == 200).json()["call_request"]
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert lost.json()["current"] == won


def test_what_a_key_did_can_be_asked_for(market: RunningMarketplace, writer: Writer) -> None:
    call, key = market.event("invite"), str(uuid.uuid4())
    assert code_of(writer.http.get(f"/v1/commands/{key}")) == (404, "unknown-command")
    answer = writer.decline(call, key=key)
    told = writer.http.get(f"/v1/commands/{key}").json()
    assert (told["key"], told["operation"], told["status"]) == (key, "decline", 200)
    assert told["body"] == answer.json()


def test_too_early_is_not_kept_under_the_key(market: RunningMarketplace, writer: Writer) -> None:
    call, key = market.event("invite", starts_in_minutes=6), str(uuid.uuid4())
    writer.accept(call)
    assert code_of(writer.report(call, key=key)) == (409, "too-early")
    assert code_of(writer.http.get(f"/v1/commands/{key}")) == (404, "unknown-command")
    market.advance(11 * 60)
    assert writer.report(call, key=key).json()["call_request"]["status"] == "no_show"


@pytest.mark.parametrize("fault", ["wrong token", "wrong epoch", "wrong field"])
def test_what_never_reached_the_account_is_not_kept_under_the_key(
    market: RunningMarketplace, writer: Writer, fault: str
) -> None:
    call, key = market.event("invite"), str(uuid.uuid4())
    path, body = f"/v1/call-requests/{call['id']}/acceptance", acceptance_of(call)
    wrong: dict[str, Any] = {
        "wrong token": {"authorization": "Bearer nobody"},
        "wrong epoch": {"sync_epoch": "another"},
        "wrong field": {},
    }[fault]
    refused = writer.send("POST", path, {} if fault == "wrong field" else body, key=key, **wrong)
    assert refused.status_code in (401, 409, 422)
    assert writer.send("POST", path, body, key=key).status_code == 200


def test_a_lost_key_is_caught_by_the_second_net(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    first = writer.accept(call).json()["call_request"]
    again = writer.accept(call)
    assert again.status_code == 200
    assert again.json()["call_request"] == first
    assert "Idempotent-Replay" not in again.headers


def test_keys_of_two_accounts_are_apart(market: RunningMarketplace, writer: Writer) -> None:
    other = Writer(market, market.new_token("keys-of-another"))
    key = str(uuid.uuid4())
    writer.decline(market.event("invite"), key=key)
    assert code_of(other.http.get(f"/v1/commands/{key}")) == (404, "unknown-command")
    assert other.set_profile(key=key, headline=("Mine", 1)).status_code == 200
    other.http.close()


def test_a_key_that_is_older_than_its_life_is_not_told_again() -> None:
    with running_marketplace() as market:
        device, key = Writer(market), str(uuid.uuid4())
        call = market.event("invite")
        device.decline(call, key=key)
        market.advance(399 * 86_400)
        assert device.decline(call, key=key).status_code == 200
        market.advance(2 * 86_400)
        assert code_of(device.decline(call, key=key)) == (410, "key-expired")
        device.http.close()


def test_keys_survive_a_crash_of_the_server() -> None:
    with running_marketplace() as market:
        device, key = Writer(market), str(uuid.uuid4())
        call = market.event("invite")
        first = device.accept(call, key=key)
        market.kill()
        market.start()
        again = device.accept(call, key=key)
        assert again.json() == first.json()
        assert again.headers["Idempotent-Replay"] == "true"
        device.http.close()
