"""The conflict table (A7), row by row: what a command finds on the marketplace decides what it does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.marketplace.devices import Writer, acceptance_of, code_of

if TYPE_CHECKING:
    from tests.support.marketplace import RunningMarketplace


def refused(answer: Any, code: str, status: str) -> Any:
    """Hold a refusal against its code and the state that it shows; return that state."""
    assert code_of(answer) == (409, code)
    assert answer.json()["current"]["status"] == status
    assert answer.json()["detail"].endswith(".")
    return answer.json()["current"]


def test_accepting_an_offered_time_gives_number_and_pin(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    assert call["line"] is None
    accepted = writer.accept(call, 2).json()["call_request"]
    assert (accepted["status"], accepted["accepted_slot_id"]) == ("accepted", f"{call['id']}_2")
    assert re.fullmatch(r"\+1[2-9]\d{2}55501\d\d", accepted["line"]["number"])
    assert re.fullmatch(r"\d{6}", accepted["line"]["pin"])
    assert accepted["version"] > call["version"]
    assert writer.call(call) == accepted


def test_the_seen_version_does_not_decide(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    assert writer.accept(call | {"version": 0}).status_code == 200


def test_accepting_a_second_time_shows_both(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    writer.accept(call, 1)
    current = refused(writer.accept(call, 2), "already-accepted-other-slot", "accepted")
    assert current["accepted_slot_id"] == f"{call['id']}_1"


def test_accepting_what_the_customer_withdrew(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    market.event("withdraw", call_request_id=call["id"], reason="We hired somebody.")
    current = refused(writer.accept(call), "call-withdrawn", "withdrawn")
    assert current["closed"]["reason"] == "We hired somebody."


def test_accepting_a_time_that_the_customer_took_back(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    market.event("withdraw_slot", call_request_id=call["id"], slot_id=f"{call['id']}_1")
    current = refused(writer.accept(call, 1), "slot-gone", "open")
    assert [slot["state"] for slot in current["slots"]] == ["withdrawn", "offered", "offered"]
    assert writer.accept(current, 2).status_code == 200


def test_accepting_a_time_that_never_was(market: RunningMarketplace, writer: Writer) -> None:
    refused(writer.accept(market.event("invite"), 9), "slot-gone", "open")


def test_accepting_a_time_that_the_customer_moved_since_it_was_read(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    market.event("move_slot", call_request_id=call["id"], slot_id=f"{call['id']}_1", minutes=30)
    current = refused(writer.accept(call, 1), "slot-gone", "open")
    assert [slot["state"] for slot in current["slots"]] == ["offered", "offered", "offered"]
    moved = datetime.fromisoformat(call["slots"][0]["starts_at"]) + timedelta(minutes=30)
    assert datetime.fromisoformat(current["slots"][0]["starts_at"]) == moved
    assert writer.accept(current, 1).json()["call_request"]["accepted_slot_id"] == f"{call['id']}_1"


def test_accepting_again_what_was_moved_after_it_was_accepted_is_the_same_acceptance(
    market: RunningMarketplace, writer: Writer
) -> None:
    call = market.event("invite")
    writer.accept(call, 1)
    moved = market.event("move_slot", call_request_id=call["id"])
    assert writer.accept(call, 1).json()["call_request"] == moved


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "noon", "2026-09-15", "2026-09-15T09:00:00", "2026-09-15T09:00:00+01:00", "2026-02-30T09:00:00Z"],
)
def test_accepting_without_the_time_that_was_read(market: RunningMarketplace, writer: Writer, value: Any) -> None:
    call = market.event("invite")
    body = acceptance_of(call) | {"starts_at": value}
    answer = writer.send("POST", f"/v1/call-requests/{call['id']}/acceptance", body)
    assert code_of(answer) == (422, "validation")
    assert [error["field"] for error in answer.json()["errors"]] == ["starts_at"]


def test_accepting_a_time_that_has_begun(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", starts_in_minutes=2)
    market.advance(120)
    refused(writer.accept(call, 1), "slot-gone", "open")


def test_accepting_a_time_that_another_writer_took(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    market.event("take_slot", call_request_id=call["id"], slot_id=f"{call['id']}_1")
    refused(writer.accept(call, 1), "slot-taken", "open")


def test_accepting_a_call_that_went_to_another_writer(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    market.event("give_away", call_request_id=call["id"])
    refused(writer.accept(call), "slot-taken", "taken")


def test_a_call_whose_last_time_is_taken_is_over(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    for _ in call["slots"]:
        market.event("take_slot", call_request_id=call["id"])
    assert writer.call(call)["status"] == "taken"


def test_accepting_after_the_deadline_by_the_clock_of_the_server(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", answer_in_minutes=10)
    market.advance(601)
    current = refused(writer.accept(call), "call-expired", "expired")
    assert current["closed"]["at"] == call["deadline_at"]


def test_accepting_what_was_declined_on_another_device(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    writer.decline(call, "Not for me.")
    assert refused(writer.accept(call), "already-declined", "declined")["decline"]["message"] == "Not for me."


def test_declining_an_open_call(market: RunningMarketplace, writer: Writer) -> None:
    answer = writer.decline(market.event("invite"), "After 3 PM\nwould suit me.").json()
    assert answer["call_request"]["status"] == "declined"
    assert answer["call_request"]["decline"]["message"] == "After 3 PM\nwould suit me."
    assert answer["discarded_message"] is None


def test_declining_twice_keeps_the_first_message_and_gives_the_second_back(
    market: RunningMarketplace, writer: Writer
) -> None:
    call = market.event("invite")
    first = writer.decline(call, "First.").json()["call_request"]
    answer = writer.decline(call, "Second.").json()
    assert answer == {"call_request": first, "discarded_message": "Second."}


def test_declining_what_was_accepted_never_cancels(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    writer.accept(call)
    refused(writer.decline(call), "already-accepted-other-slot", "accepted")
    assert writer.call(call)["status"] == "accepted"


@pytest.mark.parametrize(
    ("event", "status"), [("withdraw", "withdrawn"), ("expire", "expired"), ("give_away", "taken")]
)
def test_declining_what_is_over_does_nothing(
    market: RunningMarketplace, writer: Writer, event: str, status: str
) -> None:
    call = market.event("invite")
    closed = market.event(event, call_request_id=call["id"])
    assert closed["status"] == status
    assert writer.decline(call, "Words.").json() == {"call_request": closed, "discarded_message": "Words."}


def test_a_no_show_is_reported_once_the_grace_has_passed(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", starts_in_minutes=5)
    accepted = writer.accept(call).json()["call_request"]
    market.advance(10 * 60)
    reported = writer.report(call, 6).json()["call_request"]
    assert (reported["status"], reported["line"]) == ("no_show", accepted["line"])
    assert (reported["no_show"]["party"], reported["no_show"]["waited_minutes"]) == ("customer", 6)


def test_a_no_show_before_that_tells_when_it_can_be_reported(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", starts_in_minutes=5)
    writer.accept(call)
    market.advance(10 * 60 - 1)
    answer = writer.report(call)
    assert code_of(answer) == (409, "too-early")
    starts_at = datetime.fromisoformat(call["slots"][0]["starts_at"])
    assert datetime.fromisoformat(answer.json()["retry_at"]) == starts_at + timedelta(minutes=5)


def test_a_no_show_that_was_reported_late_still_counts(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", starts_in_minutes=5)
    writer.accept(call)
    market.advance(86_400)
    assert writer.call(call)["status"] == "held"
    assert writer.report(call).json()["call_request"]["status"] == "no_show"


def test_the_first_report_of_a_no_show_stands(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", starts_in_minutes=5)
    writer.accept(call)
    market.advance(12 * 60)
    first = writer.report(call, 6).json()["call_request"]
    assert writer.report(call, 20).json()["call_request"] == first


def test_nobody_can_miss_a_call_that_was_not_accepted(market: RunningMarketplace, writer: Writer) -> None:
    assert code_of(writer.report(market.event("invite"))) == (403, "not-allowed")


def test_a_customer_can_cancel_an_accepted_call_and_the_line_goes(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    writer.accept(call)
    cancelled = market.event("withdraw", call_request_id=call["id"])
    assert (cancelled["status"], cancelled["line"]) == ("withdrawn", None)
    assert cancelled["accepted_slot_id"] == f"{call['id']}_1"


def test_a_note_grows_from_the_revision_that_it_names(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    assert code_of(writer.http.get(f"/v1/call-requests/{call['id']}/notes/prepared")) == (404, "unknown-note")
    first = writer.write_note(call, "One.", None)
    second = writer.write_note(call, "One.\nTwo.", first.json()["revision"])
    assert second.headers["ETag"] == f'"{second.json()["revision"]}"'
    assert second.json()["revision"] != first.json()["revision"]
    read = writer.http.get(f"/v1/call-requests/{call['id']}/notes/prepared")
    assert (read.json(), read.headers["ETag"]) == (second.json(), second.headers["ETag"])


def test_a_note_from_an_older_revision_is_refused_with_what_a_merge_needs(
    market: RunningMarketplace, writer: Writer
) -> None:
    call = market.event("invite")
    base = writer.write_note(call, "One.", None).json()["revision"]
    present = writer.write_note(call, "One.\nTwo.", base).json()
    answer = writer.write_note(call, "One.\nThree.", base)
    assert code_of(answer) == (412, "revision-mismatch")
    assert (answer.json()["note"], answer.json()["base_text"]) == (present, "One.")
    assert code_of(writer.write_note(call, "First!", None)) == (412, "revision-mismatch")
    assert writer.http.get(f"/v1/call-requests/{call['id']}/notes/prepared").json() == present


def test_a_note_for_a_call_that_was_removed_is_refused_for_good(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    base = writer.write_note(call, "One.", None).json()["revision"]
    market.event("remove", call_request_id=call["id"])
    assert code_of(writer.write_note(call, "Two.", base)) == (410, "unknown-call-request")
    assert code_of(writer.write_note({"id": "never"}, "Two.", base)) == (404, "unknown-call-request")


def test_a_field_of_the_profile_is_set_if_nobody_else_did(market: RunningMarketplace, writer: Writer) -> None:
    before = writer.http.get("/v1/profile").json()["fields"]
    answer = writer.set_profile(headline=("Letters that are read", before["headline"]["version"]))
    fields = answer.json()["fields"]
    assert (fields["headline"]["value"], fields["about"]) == ("Letters that are read", before["about"])
    assert fields["headline"]["version"] > before["headline"]["version"]


def test_another_field_that_changed_meanwhile_does_not_matter(market: RunningMarketplace, writer: Writer) -> None:
    before = writer.http.get("/v1/profile").json()["fields"]
    writer.set_profile(about=("Changed on the laptop.", before["about"]["version"]))
    assert writer.set_profile(display_name=("Robin B.", before["display_name"]["version"])).status_code == 200


def test_a_field_that_was_changed_elsewhere_is_not_overwritten(market: RunningMarketplace, writer: Writer) -> None:
    before = writer.http.get("/v1/profile").json()["fields"]["findable"]
    tuesday = writer.set_profile(findable=(not before["value"], before["version"])).json()
    back = writer.set_profile(findable=(before["value"], tuesday["fields"]["findable"]["version"])).json()
    stale = tuesday["fields"]["findable"]["version"]
    answer = writer.set_profile(findable=(not before["value"], stale), about=("New.", 10**6))
    assert code_of(answer) == (409, "setting-changed")
    assert answer.json()["profile"] == writer.http.get("/v1/profile").json() == back


def test_an_equal_value_is_no_conflict_and_no_change(market: RunningMarketplace, writer: Writer) -> None:
    before = writer.http.get("/v1/profile").json()
    assert writer.set_profile(findable=(before["fields"]["findable"]["value"], 0)).json() == before


@pytest.mark.parametrize("write", ["accept", "decline", "report", "note", "profile"])
def test_no_write_is_taken_under_another_epoch(market: RunningMarketplace, writer: Writer, write: str) -> None:
    call = market.event("invite")
    writer.epoch = "ep_of_yesterday"
    answer = {
        "accept": lambda: writer.accept(call),
        "decline": lambda: writer.decline(call),
        "report": lambda: writer.report(call),
        "note": lambda: writer.write_note(call, "One.", None),
        "profile": lambda: writer.set_profile(headline=("X", 1)),
    }[write]()
    assert code_of(answer) == (409, "epoch-changed")
    assert writer.call(call) == call
