"""One time that two writers are offered: one of them has it, and the other is told in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.marketplace.devices import Writer, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.marketplace import RunningMarketplace


@pytest.fixture
def rival(market: RunningMarketplace) -> Iterator[Writer]:
    device = Writer(market, market.new_token("rival"))
    yield device
    device.http.close()


def both(market: RunningMarketplace) -> tuple[Any, Any]:
    """Return one invitation as the practice account has it, and as the rival has it."""
    mine = market.event("invite")
    return mine, market.event("ask_another", call_request_id=mine["id"], account="rival")


def test_the_second_writer_is_told_that_the_time_is_taken(
    market: RunningMarketplace, writer: Writer, rival: Writer
) -> None:
    mine, theirs = both(market)
    assert writer.accept(mine, 1).status_code == 200
    lost = rival.accept(theirs, 1)
    assert code_of(lost) == (409, "slot-taken")
    assert [slot["state"] for slot in lost.json()["current"]["slots"]] == ["taken", "offered", "offered"]
    assert rival.call(theirs) == lost.json()["current"]
    assert rival.accept(theirs, 2).status_code == 200


def test_a_time_that_another_writer_took_goes_from_the_list_by_itself(
    market: RunningMarketplace, writer: Writer, rival: Writer
) -> None:
    mine, theirs = both(market)
    rival.accept(theirs, 2)
    market.advance(1)
    assert [slot["state"] for slot in writer.call(mine)["slots"]] == ["offered", "taken", "offered"]
    assert rival.call(theirs)["status"] == "accepted"


def test_accepting_again_what_one_has_is_no_race(market: RunningMarketplace, writer: Writer, rival: Writer) -> None:
    mine, theirs = both(market)
    first = writer.accept(mine, 1).json()
    rival.accept(theirs, 1)
    assert writer.accept(mine, 1).json()["call_request"] == first["call_request"]


def test_declining_leaves_the_times_to_the_other(market: RunningMarketplace, writer: Writer, rival: Writer) -> None:
    mine, theirs = both(market)
    writer.decline(mine)
    assert rival.accept(theirs, 1).status_code == 200
    market.advance(1)
    assert writer.call(mine)["status"] == "declined"


def test_whoever_loses_all_times_has_lost_the_call(market: RunningMarketplace, writer: Writer, rival: Writer) -> None:
    mine, theirs = both(market)
    for number in (1, 2):
        market.event("take_slot", call_request_id=mine["id"], slot_id=f"{mine['id']}_{number}")
    rival.accept(theirs, 3)
    lost = writer.accept(mine, 3)
    assert code_of(lost) == (409, "slot-taken")
    assert lost.json()["current"]["status"] == "taken"


def test_only_another_account_can_be_asked_and_only_for_an_open_call(market: RunningMarketplace, rival: Writer) -> None:
    call = market.event("invite")
    with market.client() as client:
        for account in ("nobody", "practice"):
            body = {"event": "ask_another", "call_request_id": call["id"], "account": account}
            assert code_of(client.post("/practice/events", json=body)) == (422, "validation")
        market.event("withdraw", call_request_id=call["id"])
        body = {"event": "ask_another", "call_request_id": call["id"], "account": "rival"}
        assert code_of(client.post("/practice/events", json=body)) == (422, "validation")
