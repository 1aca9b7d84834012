"""The customers who live: what a writer meets on the first start, what happens later, and that it repeats."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from marketplace.sandbox.chance import Chance
from marketplace.sandbox.customers import CUSTOMERS
from marketplace.sandbox.invitations import soon
from marketplace.sandbox.lines import make_line
from marketplace.sandbox.script import LATER
from tests.marketplace.devices import Writer, code_of
from tests.support.marketplace import MANUAL_START, RunningMarketplace, running_marketplace

SECTIONS = {"open": 4, "accepted": 1, "held": 1, "declined": 1, "withdrawn": 1}


@pytest.fixture
def fresh() -> Any:
    with running_marketplace() as market:
        yield market


def by_company(market: RunningMarketplace, company: str, status: str = "open") -> Any:
    """Return the one call of a company in a state."""
    found = [call for call in market.calls() if (call["customer"]["company"], call["status"]) == (company, status)]
    assert len(found) == 1, (company, status, found)
    return found[0]


def starts(call: Any) -> list[datetime]:
    return [datetime.fromisoformat(slot["starts_at"]) for slot in call["slots"]]


def test_the_first_start_has_something_for_every_section_of_the_window(fresh: RunningMarketplace) -> None:
    calls = fresh.calls()
    assert Counter(call["status"] for call in calls) == SECTIONS
    open_calls = [call for call in calls if call["status"] == "open"]
    assert [call["deadline_at"] is not None for call in open_calls].count(True) == 1
    assert min(start for call in open_calls for start in starts(call)) - MANUAL_START <= timedelta(minutes=12)
    (upcoming,) = (call for call in calls if call["status"] == "accepted")
    assert min(starts(upcoming)) > MANUAL_START
    assert upcoming["line"]


def test_a_declined_call_was_answered_by_a_follow_up(fresh: RunningMarketplace) -> None:
    declined = by_company(fresh, "Juniper Lane Travel", "declined")
    assert by_company(fresh, "Juniper Lane Travel")["follow_up_of"] == declined["id"]


@pytest.mark.parametrize("hour", [0, 3, 6, 9, 12, 15, 18, 21])
def test_at_any_hour_a_call_can_start_within_minutes_where_it_is_day(hour: int) -> None:
    now = datetime(2026, 9, 16, hour, 1, 30, tzinfo=UTC)
    with running_marketplace(now=now) as market:
        first = min((call for call in market.calls() if call["status"] == "open"), key=lambda call: min(starts(call)))
    assert timedelta(minutes=7) <= min(starts(first)) - now <= timedelta(minutes=12)
    assert 7 <= min(starts(first)).astimezone(ZoneInfo(first["customer"]["time_zone"])).hour <= 20


def test_a_time_soon_stands_at_a_round_minute() -> None:
    for second in range(0, 3_600, 7):
        now = datetime(2026, 9, 14, 15, tzinfo=UTC) + timedelta(seconds=second, microseconds=second)
        start = soon(now).starts_at
        assert (start.minute % 5, start.second, start.microsecond) == (0, 0, 0)
        assert timedelta(minutes=7) <= start - now <= timedelta(minutes=12)


def test_offered_times_are_sensible_where_the_customer_is(fresh: RunningMarketplace) -> None:
    fresh.advance(5 * 86_400)
    offered = [(call, slot) for call in fresh.calls() for slot in call["slots"]]
    offered = [(call, slot) for call, slot in offered if not slot["starts_at"].startswith("2026-09-14")]
    for _, slot in offered:
        local = datetime.fromisoformat(slot["starts_at"]).astimezone(ZoneInfo(slot["time_zone"]))
        assert local.weekday() < 5
        assert 9 <= local.hour <= 18, slot
    assert len({slot["time_zone"] for _, slot in offered}) >= 7


def test_harbour_and_pine_gives_the_accepted_time_away_once(fresh: RunningMarketplace) -> None:
    device, call = Writer(fresh), by_company(fresh, "Harbour & Pine")
    answer = device.accept(call, 2)
    assert code_of(answer) == (409, "slot-gone")
    current = answer.json()["current"]
    assert [slot["state"] for slot in current["slots"]] == ["offered", "withdrawn", "offered"]
    assert current["status"] == "open"
    assert device.accept(current, 1).status_code == 200
    device.http.close()


def test_a_decline_is_answered_after_two_minutes_with_other_times(fresh: RunningMarketplace) -> None:
    device, call = Writer(fresh), by_company(fresh, "Harbour & Pine")
    device.decline(call, "Afternoons, please.")
    device.http.close()
    fresh.advance(119)
    assert not [one for one in fresh.calls() if one["follow_up_of"] == call["id"]]
    fresh.advance(1)
    (again,) = (one for one in fresh.calls() if one["follow_up_of"] == call["id"])
    assert (again["customer"], again["status"]) == (call["customer"], "open")
    assert not set(starts(again)) & set(starts(call))
    fresh.advance(600)
    assert len([one for one in fresh.calls() if one["follow_up_of"] == call["id"]]) == 1


def test_the_script_invites_takes_times_away_and_withdraws(fresh: RunningMarketplace) -> None:
    fresh.advance(3 * 60)
    larkspur, meridian = by_company(fresh, "Larkspur Learning"), by_company(fresh, "Meridian Dental")
    assert {slot["state"] for slot in meridian["slots"]} == {"offered"}
    fresh.advance(3 * 60)
    assert [slot["state"] for slot in by_company(fresh, "Meridian Dental")["slots"]] == [
        "offered",
        "withdrawn",
        "offered",
    ]
    fresh.advance(3 * 60)
    withdrawn = by_company(fresh, "Larkspur Learning", "withdrawn")
    assert withdrawn["id"] == larkspur["id"]
    assert withdrawn["closed"] == {"at": "2026-09-14T15:09:00Z", "reason": withdrawn["closed"]["reason"]}


def test_time_itself_lets_invitations_expire_and_calls_be_held(fresh: RunningMarketplace) -> None:
    device = Writer(fresh)
    call = fresh.event("invite", starts_in_minutes=10, answer_in_minutes=5)
    kept = fresh.event("invite", starts_in_minutes=10)
    device.accept(kept)
    fresh.advance(5 * 60)
    assert device.call(call)["status"] == "expired"
    assert device.call(kept)["status"] == "accepted"
    fresh.advance(35 * 60)
    assert device.call(kept)["status"] == "held"
    device.http.close()


def test_one_long_step_and_many_short_ones_end_the_same() -> None:
    ends = []
    for steps in (1, 40):
        with running_marketplace() as market:
            for _ in range(steps):
                market.advance(3 * 86_400 / steps)
            ends.append([{**call, "version": 0} for call in sorted(market.calls(), key=lambda call: str(call["id"]))])
    assert ends[0] == ends[1]


def test_a_writer_who_cannot_be_found_gets_no_invitations(fresh: RunningMarketplace) -> None:
    device, before = Writer(fresh), len(fresh.calls())
    device.set_profile(findable=(False, 1))
    fresh.advance(3_600)
    assert len(fresh.calls()) == before
    device.set_profile(findable=(True, device.http.get("/v1/profile").json()["fields"]["findable"]["version"]))
    device.http.close()
    fresh.advance(120)
    assert len(fresh.calls()) > before


def play(database_url: str | None = None, seed: int = 1) -> tuple[list[Any], str]:
    with running_marketplace(database_url, seed=seed, requests=50) as market:
        device = Writer(market)
        for call in [call for call in market.calls() if call["status"] == "open"][:3]:
            device.decline(call, f"Not at {call['slots'][0]['starts_at']}.")
        device.accept(market.event("invite"))
        market.event("invite")
        market.advance(7_200)
        whole = device.snapshot()
        device.http.close()
        return whole


def test_two_runs_with_the_same_seed_are_the_same_to_the_last_letter(database_url: str | None) -> None:
    assert play() == play(database_url)
    assert play() != play(seed=2)


def test_each_event_of_the_script_happens_once_however_many_play() -> None:
    with running_marketplace(clock="system", workers=3) as market:
        ids = [call["id"] for call in market.calls()]
        assert len(ids) == len(set(ids)) == sum(SECTIONS.values())
        market.stop()
        market.start()
        assert [call["id"] for call in market.calls()] == ids
        assert len(market.state()["planned"]) == len(LATER)


def test_workers_that_advance_together_play_each_event_once() -> None:
    with running_marketplace(workers=3) as market:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: market.advance(100), range(6)))
        assert market.state()["now"].startswith("2026-09-14T15:10:00")
        companies = Counter(call["customer"]["company"] for call in market.calls() if call["follow_up_of"] is None)
        assert companies["Larkspur Learning"] == 1
        assert companies["Meridian Dental"] == 2


def test_numbers_are_from_the_range_kept_for_fiction_and_pins_are_not_all_alike() -> None:
    lines = [make_line(Chance(number).stream("line")) for number in range(5_000)]
    assert all(re.fullmatch(r"\+1[2-9][0-9]{2}55501[0-9]{2}", line["number"]) for line in lines)
    assert all(re.fullmatch(r"[0-9]{6}", line["pin"]) for line in lines)
    assert len({line["pin"] for line in lines}) > 4_900


def test_without_a_seed_nothing_can_be_foreseen() -> None:
    assert Chance().make_id("call", 1) != Chance().make_id("call", 1)
    assert Chance(1).make_id("call", 1) == Chance(1).make_id("call", 1) != Chance(1).make_id("call", 2)


def test_all_made_up_sites_are_in_a_domain_that_nobody_can_own() -> None:
    sites = [customer.website for customer in CUSTOMERS if customer.website]
    assert all(re.fullmatch(r"https://[a-z-]+\.example", site) for site in sites)
    assert len({customer.company for customer in CUSTOMERS}) == len(CUSTOMERS) == 10


def test_an_event_with_words_of_the_test_own(fresh: RunningMarketplace) -> None:
    call = fresh.event("invite", company="Kiln Street Ceramics", subject="<b>Glazes</b>", message="One\n<img src=x>")
    assert (call["subject"], call["message"]) == ("<b>Glazes</b>", "One\n<img src=x>")
    assert call["customer"]["first_name"] == "Priya"


def test_an_event_that_cannot_happen_is_refused(fresh: RunningMarketplace) -> None:
    call = fresh.event("invite")
    fresh.event("withdraw", call_request_id=call["id"])
    with fresh.client() as client:
        for event in ("withdraw", "take_slot", "move_slot", "give_away", "expire"):
            body = {"event": event, "call_request_id": call["id"]}
            assert code_of(client.post("/practice/events", json=body)) == (422, "validation")
        assert code_of(client.post("/practice/events", json={"event": "dance"})) == (422, "validation")
        body = {"event": "withdraw", "call_request_id": "nobody"}
        assert code_of(client.post("/practice/events", json=body)) == (404, "unknown-call-request")


def test_a_moved_call_keeps_its_line(fresh: RunningMarketplace) -> None:
    upcoming = by_company(fresh, "Northpier Credit Union", "accepted")
    moved = fresh.event("move_slot", call_request_id=upcoming["id"], minutes=30)
    assert moved["line"] == upcoming["line"]
    assert starts(moved) == [start + timedelta(minutes=30) for start in starts(upcoming)]


def test_the_manual_clock_only_moves_forward(fresh: RunningMarketplace) -> None:
    with fresh.client() as client:
        back = client.post("/practice/clock", json={"now": "2026-09-14T14:59:59Z"})
        assert code_of(back) == (422, "validation")
        assert code_of(client.post("/practice/clock", json={"now": "noon"})) == (422, "validation")
        assert code_of(client.post("/practice/clock", json={})) == (422, "validation")
    fresh.move_to(MANUAL_START + timedelta(hours=1))
    assert fresh.state()["now"].startswith("2026-09-14T16:00:00")


def test_the_systems_clock_cannot_be_moved() -> None:
    with running_marketplace(clock="system") as market, market.client() as client:
        answer = client.post("/practice/clock", json={"advance_seconds": 5})
        assert code_of(answer) == (501, "unsupported")


def test_the_controls_exist_only_for_practice() -> None:
    with running_marketplace(practice=False) as market, market.client(market.new_token("someone")) as client:
        assert client.get("/v1/meta").json()["practice"] is False
        for path in ("state", "clock", "events"):
            assert code_of(client.get(f"/practice/{path}")) == (404, "unknown-address")
