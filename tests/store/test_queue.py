"""The queue of the writer's actions: nothing is lost, nothing overtakes, every key is made once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.desk import NotAllowed
from sync.domain.calls import Refusal
from sync.domain.intents import MESSAGE_CHARS, Accept, Decline, OutboxState
from sync.domain.problems import Busy, Offline
from sync.domain.projection import Section
from tests.support.desks import NOW, START, accepted, desk_with, invitation

HOUR = timedelta(hours=1)
ACCEPT = Accept("cr_1", "sl_1", START, 1)
DECLINE = Decline("cr_1", "None of these work for me.", 1)


@pytest.fixture
def made(tmp_path):
    return desk_with(tmp_path / "foreword.db", [invitation(), invitation("cr_9", starts=[NOW + HOUR])])


def section_of(made, call_id):
    return made.desk.call(call_id).section(made.clock.now())


def test_a_submitted_action_is_on_disk_when_submit_returns(made, tmp_path):
    item = made.desk.submit(ACCEPT)
    reopened = desk_with(tmp_path / "foreword.db")
    assert [entry.item for entry in reopened.desk.outbox()] == [item]


def test_an_action_writes_the_outbox_and_leaves_the_marketplaces_row_alone(made):
    before = made.queries.calls(["cr_1"])
    made.desk.submit(ACCEPT)
    assert made.queries.calls(["cr_1"]) == before


def test_a_waiting_call_moves_to_waiting_and_back_when_taken_back(made):
    item = made.desk.submit(ACCEPT)
    assert section_of(made, "cr_1") is Section.WAITING
    assert made.desk.take_back(item.key)
    assert section_of(made, "cr_1") is Section.NEEDS_ANSWER
    assert made.desk.outbox() == ()


def test_listeners_hear_what_was_touched(made):
    made.desk.submit(ACCEPT)
    assert made.heard[-1].ids == {"cr_1"}


def test_a_listener_that_stopped_hears_nothing_more(made):
    heard = []
    stop = made.desk.listen(heard.append)
    stop()
    made.desk.submit(ACCEPT)
    assert heard == []


def test_a_second_answer_to_the_same_request_takes_the_place_of_one_that_was_never_sent(made):
    first = made.desk.submit(ACCEPT)
    second = made.desk.submit(DECLINE)
    assert made.queries.item(first.key).state is OutboxState.CANCELLED
    assert made.desk.call("cr_1").pending.key == second.key


def test_a_second_answer_to_the_same_request_is_refused_while_one_is_on_its_way(made):
    made.outbox.mark_inflight([made.desk.submit(ACCEPT).key], "e1", NOW)
    with pytest.raises(NotAllowed) as answer:
        made.desk.submit(DECLINE)
    assert answer.value.refusal is Refusal.ALREADY_WAITING


def test_a_time_that_has_passed_is_refused_before_it_is_queued(made):
    made.clock.advance(timedelta(days=9))
    with pytest.raises(NotAllowed) as answer:
        made.desk.submit(ACCEPT)
    assert answer.value.refusal is Refusal.SLOT_PASSED
    assert made.desk.outbox() == ()


def test_a_message_that_is_too_long_is_refused_before_it_is_queued(made):
    with pytest.raises(NotAllowed) as answer:
        made.desk.submit(Decline("cr_1", "x" * (MESSAGE_CHARS + 1), 1))
    assert answer.value.refusal is Refusal.TOO_LONG


def test_an_unknown_request_is_refused(made):
    with pytest.raises(NotAllowed):
        made.desk.submit(Accept("cr_404", "sl_1", START, 1))


def test_a_sent_action_cannot_be_taken_back(made):
    item = made.desk.submit(ACCEPT)
    made.outbox.mark_inflight([item.key], "e1", NOW)
    assert not made.desk.take_back(item.key)
    made.outbox.postpone(item.key, NOW, Busy("timeout"), NOW)
    assert not made.desk.take_back(item.key)


def test_an_action_that_never_left_can_still_be_taken_back(made):
    item = made.desk.submit(ACCEPT)
    made.outbox.mark_inflight([item.key], "e1", NOW)
    made.outbox.put_back(item.key, Offline("unreachable"), NOW, never_left=NOW)
    assert made.desk.take_back(item.key)


def test_an_action_that_was_taken_back_is_not_sent(made):
    item = made.desk.submit(ACCEPT)
    made.desk.take_back(item.key)
    assert not made.outbox.mark_inflight([item.key], "e1", NOW)


def test_what_was_on_its_way_at_a_crash_is_queued_again_with_the_same_key(made):
    item = made.desk.submit(ACCEPT)
    made.outbox.mark_inflight([item.key], "e1", NOW)
    made.outbox.requeue_inflight()
    [entry] = made.desk.outbox()
    assert (entry.item.key, entry.item.state) == (item.key, OutboxState.QUEUED)
    assert entry.item.first_sent_at == NOW


def test_the_oldest_action_of_each_lane_goes_first(made):
    first = made.desk.submit(ACCEPT)
    second = made.desk.submit(Accept("cr_9", "sl_1", START, 1))
    assert [item.key for item in made.queries.lane_heads()] == [first.key, second.key]


def test_a_confirmed_action_leaves_the_queue_and_brings_the_line(made):
    item = made.desk.submit(ACCEPT)
    made.confirm(item.key, accepted("cr_1", start=NOW + 26 * HOUR, version=4))
    assert made.desk.outbox() == ()
    assert made.queries.item(item.key).state is OutboxState.SETTLED
    assert made.desk.call("cr_1").line.pin == "482913"


def test_a_refused_action_keeps_its_words_until_it_is_dismissed(made):
    item = made.desk.submit(DECLINE)
    made.refuse(item.key, "call-withdrawn", "Dana withdrew the invitation.")
    [entry] = made.desk.outbox()
    assert entry.item.intent.message == DECLINE.message
    assert entry.item.problem_detail == "Dana withdrew the invitation."
    assert made.desk.status().attention == 1
    made.desk.dismiss(item.key)
    assert made.desk.outbox() == ()


def test_a_refused_action_is_asked_again_with_a_key_of_its_own(made):
    item = made.desk.submit(ACCEPT)
    made.refuse(item.key, "slot-taken", "")
    again = made.desk.retry(item.key)
    assert again.key != item.key
    assert [entry.item.key for entry in made.desk.outbox()] == [again.key]


def test_asking_again_for_a_time_that_passed_keeps_the_refusal_in_sight(made):
    item = made.desk.submit(ACCEPT)
    made.refuse(item.key, "slot-taken", "")
    made.clock.advance(timedelta(days=9))
    with pytest.raises(NotAllowed):
        made.desk.retry(item.key)
    assert [entry.item.key for entry in made.desk.outbox()] == [item.key]


def test_a_postponed_action_waits_for_its_time_unless_the_writer_is_in_a_hurry(made):
    item = made.desk.submit(ACCEPT)
    made.outbox.mark_inflight([item.key], "e1", NOW)
    made.outbox.postpone(item.key, NOW + HOUR, Busy("http-500"), NOW)
    assert made.queries.next_due() == NOW + HOUR
    made.desk.send_waiting()
    assert made.queries.next_due() is None


def test_a_new_history_parks_what_may_have_been_sent_and_keeps_what_was_not(made):
    sent = made.desk.submit(ACCEPT)
    made.outbox.mark_inflight([sent.key], "e1", NOW)
    unsent = made.desk.submit(Accept("cr_9", "sl_1", START, 1))
    made.ledgers.begin_epoch("e2", NOW, returning=True)
    states = {entry.item.key: entry.item.state for entry in made.desk.outbox()}
    assert states == {sent.key: OutboxState.REJECTED, unsent.key: OutboxState.QUEUED}
