"""Every row of the conflict table (A7) over real HTTP: what was asked for offline meets what has happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.intents import Accept, Decline, OutboxState, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import NotePart
from tests.support.marketplace import RunningMarketplace

MINUTE = timedelta(minutes=1)
LIVE = NotePart.LIVE


def item_of(writer, item):
    return writer.queries.item(item.key)


def shown_everywhere(writer, other):
    """Synchronise both computers and return what they show; it is the same."""
    for one in (writer, other, writer):
        assert one.sync().problem is None
    calls = [{key: call for key, (call, *_) in one.view().items()} for one in (writer, other)]
    assert calls[0] == calls[1]
    return calls[0]


Event = Callable[[RunningMarketplace, str, str], object]
AWAY: dict[str, tuple[Event, str, CallStatus]] = {
    "the customer withdrew": (
        lambda market, call, _slot: market.event("withdraw", call_request_id=call),
        "call-withdrawn",
        CallStatus.WITHDRAWN,
    ),
    "the time was withdrawn": (
        lambda market, call, slot: market.event("withdraw_slot", call_request_id=call, slot_id=slot),
        "slot-gone",
        CallStatus.OPEN,
    ),
    "the time was moved": (
        lambda market, call, slot: market.event("move_slot", call_request_id=call, slot_id=slot, minutes=30),
        "slot-gone",
        CallStatus.OPEN,
    ),
    "another writer has the time": (
        lambda market, call, slot: market.event("take_slot", call_request_id=call, slot_id=slot),
        "slot-taken",
        CallStatus.OPEN,
    ),
    "another writer has the job": (
        lambda market, call, _slot: market.event("give_away", call_request_id=call),
        "slot-taken",
        CallStatus.TAKEN,
    ),
    "the answer was due": (
        lambda market, call, _slot: market.event("expire", call_request_id=call),
        "call-expired",
        CallStatus.EXPIRED,
    ),
}


@pytest.mark.parametrize("case", AWAY)
def test_an_acceptance_that_came_too_late_is_refused_with_the_state_of_now(writer, market, case):
    happens, code, status = AWAY[case]
    shown = writer.invite()
    item = writer.accept(shown)
    happens(market, shown.call.id, shown.call.slots[0].id)
    assert writer.sync().refused == 1
    after = writer.desk.call(shown.call.id)
    assert (item_of(writer, item).problem_code, after.call.status) == (code, status)
    assert after.pending is None
    assert after.line is None


def test_the_same_time_accepted_on_both_computers_is_one_acceptance(writer, other):
    shown = writer.invite()
    other.sync()
    items = [writer.accept(shown), other.accept(other.desk.call(shown.call.id))]
    calls = shown_everywhere(writer, other)
    assert calls[shown.call.id].status is CallStatus.ACCEPTED
    assert [item_of(one, item).state for one, item in zip((writer, other), items, strict=True)] == (
        [OutboxState.SETTLED] * 2
    )
    assert writer.desk.call(shown.call.id).line == other.desk.call(shown.call.id).line


def test_of_two_times_accepted_on_two_computers_the_first_stands_and_the_other_is_told(writer, other):
    shown = writer.invite()
    other.sync()
    mine, theirs = writer.accept(shown, 0), other.accept(other.desk.call(shown.call.id), 1)
    calls = shown_everywhere(writer, other)
    assert calls[shown.call.id].accepted_slot_id == mine.intent.slot_id
    assert item_of(other, theirs).problem_code == "already-accepted-other-slot"


def test_an_acceptance_of_what_was_declined_on_the_other_computer_is_for_the_writer_to_decide(writer, other):
    shown = writer.invite()
    other.sync()
    writer.desk.submit(Decline(shown.call.id, "Next week would do.", shown.call.version))
    item = other.accept(other.desk.call(shown.call.id))
    calls = shown_everywhere(writer, other)
    assert calls[shown.call.id].status is CallStatus.DECLINED
    assert item_of(other, item).problem_code == "already-declined"


def test_of_two_declines_the_first_message_stands_and_the_second_is_kept(writer, other):
    shown = writer.invite()
    other.sync()
    writer.desk.submit(Decline(shown.call.id, "Next week would do.", shown.call.version))
    second = other.desk.submit(Decline(shown.call.id, "Never on Mondays.", shown.call.version))
    calls = shown_everywhere(writer, other)
    assert calls[shown.call.id].decline_message == "Next week would do."
    assert item_of(other, second).state is OutboxState.REJECTED
    assert item_of(other, second).intent.message == "Never on Mondays."


def test_a_decline_never_cancels_what_the_other_computer_accepted(writer, other):
    shown = writer.invite()
    other.sync()
    writer.accept(shown)
    decline = other.desk.submit(Decline(shown.call.id, "Next week would do.", shown.call.version))
    calls = shown_everywhere(writer, other)
    assert calls[shown.call.id].status is CallStatus.ACCEPTED
    assert item_of(other, decline).problem_code == "already-accepted-other-slot"


@pytest.mark.parametrize("event", ["withdraw", "expire", "give_away"])
def test_a_decline_of_what_is_over_goes_quietly(writer, market, event):
    shown = writer.invite()
    item = writer.desk.submit(Decline(shown.call.id, "Next week would do.", shown.call.version))
    market.event(event, call_request_id=shown.call.id)
    writer.sync()
    assert item_of(writer, item).state is OutboxState.SETTLED
    assert writer.desk.status().attention == 0


def begun(writer):
    """A call that has begun a minute ago."""
    shown = writer.invite(starts_in_minutes=30)
    writer.accept(shown)
    writer.sync()
    writer.wait(31 * MINUTE)
    writer.sync()
    return shown.call.id


def test_a_report_that_is_too_early_waits_until_the_marketplace_takes_it(writer):
    call_id = begun(writer)
    item = writer.desk.submit(ReportNoShow(call_id, 5))
    writer.sync()
    waits = item_of(writer, item)
    assert (waits.state, waits.problem_code) == (OutboxState.QUEUED, "too-early")
    writer.wait(waits.not_before - writer.clock.now())
    writer.sync()
    assert writer.desk.call(call_id).call.status is CallStatus.NO_SHOW


def test_of_two_reports_the_first_stands_and_both_computers_are_done(writer, other):
    call_id = begun(writer)
    other.sync()
    writer.wait(9 * MINUTE)
    other.clock.instant = writer.clock.now()
    items = [one.desk.submit(ReportNoShow(call_id, 10)) for one in (writer, other)]
    calls = shown_everywhere(writer, other)
    assert calls[call_id].status is CallStatus.NO_SHOW
    states = [item_of(one, item).state for one, item in zip((writer, other), items, strict=True)]
    assert states == [OutboxState.SETTLED] * 2


def save(writer, call_id, text):
    shown = writer.desk.note(call_id, LIVE)
    return writer.desk.submit(SaveNote(call_id, LIVE, text, shown.base_revision))


@pytest.fixture
def noted(writer, other):
    """A call whose note is on both computers."""
    call_id = writer.invite().call.id
    save(writer, call_id, "Six jackets.\nThe deadline is Monday.\n")
    shown_everywhere(writer, other)
    assert other.desk.note(call_id, LIVE).text == "Six jackets.\nThe deadline is Monday.\n"
    return call_id


def test_what_two_computers_added_to_a_note_is_in_it_on_both(writer, other, noted):
    save(writer, noted, "Six jackets, all blue.\nThe deadline is Monday.\n")
    save(other, noted, "Six jackets.\nThe deadline is Monday.\nThe brief comes on Monday.\n")
    shown_everywhere(writer, other)
    texts = {one.desk.note(noted, LIVE).text for one in (writer, other)}
    assert texts == {"Six jackets, all blue.\nThe deadline is Monday.\nThe brief comes on Monday.\n"}
    assert not any(one.desk.note(noted, LIVE).conflict for one in (writer, other))


def test_words_that_both_computers_changed_stand_both_in_the_note_and_are_flagged_on_both(writer, other, noted):
    save(writer, noted, "Six jackets.\nThe deadline is Tuesday.\n")
    save(other, noted, "Six jackets.\nThe deadline is Friday.\n")
    shown_everywhere(writer, other)
    for one in (writer, other):
        note = one.desk.note(noted, LIVE)
        assert note.conflict
        assert "Tuesday" in note.text
        assert "Friday" in note.text
    save(other, noted, "Six jackets.\nThe deadline is Friday.\n")
    shown_everywhere(writer, other)
    assert not writer.desk.note(noted, LIVE).conflict


def test_typing_on_never_conflicts_with_what_was_typed_before(writer, noted):
    opened_on = writer.desk.note(noted, LIVE).base_revision
    for text in ("Six jackets.", "Six jackets. Two", "Six jackets. Two coats.", "Six jackets."):
        writer.desk.submit(SaveNote(noted, LIVE, text, opened_on))
        writer.sync()
    assert writer.desk.note(noted, LIVE).text == "Six jackets."


def test_an_editor_that_was_opened_before_a_merge_writes_over_nothing(writer, other, noted):
    opened_on = writer.desk.note(noted, LIVE).base_revision
    save(other, noted, "Six jackets.\nThe deadline is Monday.\nThe brief comes on Monday.\n")
    other.sync()
    for text in ("Six jackets.\nAsk about money.\n", "Six jackets.\nAsk about money, too.\n"):
        writer.desk.submit(SaveNote(noted, LIVE, text, opened_on))
        writer.sync()
    shown_everywhere(writer, other)
    assert "The brief comes on Monday." in writer.desk.note(noted, LIVE).text


def test_a_note_of_a_call_that_is_gone_is_kept_here(writer, market, noted):
    item = save(writer, noted, "Six jackets, all blue.\n")
    market.event("remove", call_request_id=noted)
    writer.sync()
    assert item_of(writer, item).problem_code == "unknown-call-request"
    assert "Six jackets, all blue.\n" in [one.text for one in writer.desk.note_history(noted, LIVE)]


def set_findable(writer, value):
    return writer.desk.submit(SetProfile("findable", value, writer.desk.profile()["findable"].version))


def test_a_field_that_was_changed_elsewhere_is_not_changed_back_unasked(writer, other):
    shown_everywhere(writer, other)
    set_findable(writer, False)
    writer.sync()
    late = other.desk.submit(SetProfile("headline", "Warm words", other.desk.profile()["headline"].version))
    set_headline = writer.desk.submit(SetProfile("headline", "Wool words", writer.desk.profile()["headline"].version))
    writer.sync()
    other.sync()
    assert item_of(writer, set_headline).state is OutboxState.SETTLED
    assert item_of(other, late).problem_code == "setting-changed"
    assert other.desk.profile()["headline"].value == "Wool words"
    assert other.desk.profile()["findable"].value is False
    other.desk.retry(late.key)
    shown_everywhere(writer, other)
    assert writer.desk.profile()["headline"].value == "Warm words"


def test_the_same_value_set_on_both_computers_is_no_conflict(writer, other):
    shown_everywhere(writer, other)
    items = [set_findable(one, False) for one in (writer, other)]
    shown_everywhere(writer, other)
    states = [item_of(one, item).state for one, item in zip((writer, other), items, strict=True)]
    assert states == [OutboxState.SETTLED] * 2


def test_an_acceptance_that_was_never_sent_gives_way_to_a_decline(writer):
    shown = writer.invite()
    first = writer.accept(shown)
    writer.desk.submit(Decline(shown.call.id, "Next week would do.", shown.call.version))
    writer.sync()
    assert item_of(writer, first).state is OutboxState.CANCELLED
    assert writer.desk.call(shown.call.id).call.status is CallStatus.DECLINED


def test_a_time_that_was_moved_can_be_accepted_as_it_is_now(writer, market):
    shown = writer.invite()
    slot = shown.call.slots[0]
    writer.accept(shown)
    market.event("move_slot", call_request_id=shown.call.id, slot_id=slot.id, minutes=30)
    writer.sync()
    now = writer.desk.call(shown.call.id).call
    moved = now.slot(slot.id)
    assert moved.starts_at == slot.starts_at + 30 * MINUTE
    writer.desk.submit(Accept(now.id, moved.id, moved.starts_at, now.version))
    writer.sync()
    assert writer.desk.call(now.id).line is not None
