"""From the invitation to line and PIN, online and offline, over real HTTP and without a thread."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.intents import Decline, OutboxState
from sync.domain.problems import Busy, Offline, Paused, Trouble
from sync.domain.projection import Section
from sync.ports import Marketplace
from tests.support.marketplace import running_marketplace
from tests.support.writers import Writer

MINUTE = timedelta(minutes=1)


def stored(market, call_id):
    return next(call for call in market.calls() if call["id"] == call_id)


def test_an_invitation_arrives_is_accepted_and_brings_number_and_pin(writer):
    shown = writer.invite(company="Kiln Street Ceramics")
    assert shown.section(writer.clock.now()) is Section.NEEDS_ANSWER
    writer.accept(shown)
    assert writer.desk.call(shown.call.id).line is None
    writer.sync()
    after = writer.desk.call(shown.call.id)
    assert after.section(writer.clock.now()) is Section.UPCOMING
    assert after.call.accepted_slot == shown.call.slots[0]
    assert after.line.number.startswith("+1")
    assert writer.desk.status().waiting == 0


def test_an_acceptance_made_offline_waits_survives_a_restart_and_is_sent_later(writer, market):
    shown = writer.invite()
    market.stop()
    item = writer.accept(shown)
    assert isinstance(writer.sync().problem, Offline)
    writer.restart()
    waiting = writer.desk.call(shown.call.id)
    assert waiting.section(writer.clock.now()) is Section.WAITING
    assert waiting.line is None
    market.start()
    writer.sync()
    assert writer.desk.call(shown.call.id).line is not None
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_an_acceptance_made_offline_can_be_taken_back_after_tries(writer, market):
    shown = writer.invite()
    market.stop()
    item = writer.accept(shown)
    writer.sync()
    assert writer.desk.take_back(item.key)
    market.start()
    writer.sync()
    assert stored(market, shown.call.id)["status"] == "open"


def test_a_time_that_is_taken_away_meanwhile_is_refused_with_the_reason_and_the_times_left(writer, market):
    shown = writer.invite()
    writer.network.unplugged = True
    item = writer.accept(shown)
    writer.sync()
    market.event("take_slot", call_request_id=shown.call.id, slot_id=shown.call.slots[0].id)
    writer.network.unplugged = False
    writer.sync()
    after = writer.desk.call(shown.call.id)
    assert after.refused.key == item.key
    assert after.refused.problem_code in {"slot-taken", "slot-gone"}
    assert after.refused.problem_detail
    assert after.section(writer.clock.now()) is Section.NEEDS_ANSWER
    assert shown.call.slots[0].id not in [slot.id for slot in after.call.open_slots(writer.clock.now())]
    assert after.call.open_slots(writer.clock.now())


def test_an_invitation_withdrawn_meanwhile_is_refused_and_what_was_typed_is_kept(writer, market):
    shown = writer.invite()
    writer.network.unplugged = True
    writer.accept(shown)
    writer.sync()
    market.event("withdraw", call_request_id=shown.call.id)
    writer.network.unplugged = False
    writer.sync()
    after = writer.desk.call(shown.call.id)
    assert after.call.status is CallStatus.WITHDRAWN
    assert after.refused.problem_code == "call-withdrawn"
    assert writer.desk.status().attention == 1


def test_a_decline_reaches_the_customer_who_answers_with_a_new_invitation(writer):
    shown = writer.invite()
    message = "None of these work. Tuesday after ten would."
    writer.desk.submit(Decline(shown.call.id, message, shown.call.version))
    writer.sync()
    declined = writer.desk.call(shown.call.id).call
    assert (declined.status, declined.decline_message) == (CallStatus.DECLINED, message)
    writer.wait(10 * MINUTE)
    writer.sync()
    follow_ups = [one for one, *_ in writer.view().values() if one.follow_up_of == shown.call.id]
    assert [one.status for one in follow_ups] == [CallStatus.OPEN]


def test_when_the_answer_is_lost_the_action_is_done_once(writer, market):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.network.lose_reply = True
    writer.sync()
    assert stored(market, shown.call.id)["status"] == "accepted"
    assert writer.desk.call(shown.call.id).line is None or writer.queries.item(item.key).attempts == 1
    writer.clock.advance(10 * MINUTE)
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED
    assert writer.desk.call(shown.call.id).line.pin == stored(market, shown.call.id)["line"]["pin"]


class PowerCut(BaseException):
    """The computer goes off."""


class DiesAfterSending:
    """A marketplace after whose first answer to an action the computer goes off."""

    def __init__(self, inner: Marketplace) -> None:
        self._inner = inner
        self.snapshot, self.changes, self.outcome_of = inner.snapshot, inner.changes, inner.outcome_of

    def send(self, *action):
        self._inner.send(*action)
        raise PowerCut


def test_a_crash_between_sending_and_storing_loses_nothing_and_doubles_nothing(writer, market):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.wrap = DiesAfterSending
    writer.restart()
    with pytest.raises(PowerCut):
        writer.sync()
    writer.wrap = lambda inner: inner
    writer.restart()
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED
    assert writer.desk.call(shown.call.id).line.pin == stored(market, shown.call.id)["line"]["pin"]


def test_a_wrong_token_stops_the_account_and_keeps_the_queue(writer):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.token = "wrong"
    report = writer.sync()
    assert isinstance(report.problem, Paused)
    assert writer.desk.status().trouble == Trouble.TOKEN_EXPIRED
    assert writer.queries.item(item.key).state is OutboxState.QUEUED
    writer.token = ""
    writer.sync()
    assert writer.desk.call(shown.call.id).line is not None
    assert writer.desk.status().trouble is None


def test_an_acceptance_dies_with_its_time_and_says_so(writer, market):
    shown = writer.invite(starts_in_minutes=30)
    writer.network.unplugged = True
    writer.accept(shown)
    writer.sync()
    writer.wait(timedelta(hours=1))
    writer.network.unplugged = False
    writer.sync()
    assert writer.desk.call(shown.call.id).refused.problem_code == Trouble.SLOT_PASSED


def test_one_refused_action_does_not_hold_up_the_others(writer, market):
    first, second = writer.invite(), writer.invite()
    writer.network.unplugged = True
    writer.accept(first)
    writer.accept(second)
    writer.sync()
    market.event("withdraw", call_request_id=first.call.id)
    writer.network.unplugged = False
    report = writer.sync()
    assert (report.sent, report.refused) == (1, 1)


def test_two_computers_of_a_writer_agree_after_sync(writer, other):
    shown = writer.invite()
    other.sync()
    other.accept(other.desk.call(shown.call.id), 1)
    writer.accept(shown, 0)
    other.sync()
    writer.sync()
    other.sync()
    assert writer.desk.call(shown.call.id).refused.problem_code == "already-accepted-other-slot"
    assert {key: call for key, (call, *_) in writer.view().items()} == {
        key: call for key, (call, *_) in other.view().items()
    }


def test_the_time_since_when_it_is_offline_is_that_of_the_first_failure(writer, market):
    writer.sync()
    market.stop()
    writer.clock.advance(MINUTE)
    began = writer.clock.now()
    writer.sync()
    writer.clock.advance(10 * MINUTE)
    writer.sync()
    status = writer.desk.status()
    assert (status.trouble, status.trouble_since) == (Trouble.UNREACHABLE, began)
    assert status.last_synced_at == began - MINUTE
    assert status.next_try_at > writer.clock.now()


def test_a_marketplace_that_began_a_new_history_is_read_anew_and_loses_nothing_here(writer, market):
    shown = writer.invite()
    writer.accept(shown)
    writer.sync()
    before = writer.view()
    market.start_new_epoch()
    assert writer.sync().problem is None
    assert set(writer.view()) >= set(before)
    assert writer.desk.call(shown.call.id).line is not None


def test_a_patience_that_the_marketplace_asks_for_is_kept_even_when_the_writer_is_not(writer):
    asked: list[str] = []

    class Patient:
        def __init__(self, inner: Marketplace) -> None:
            self.outcome_of, self.send, self.snapshot = inner.outcome_of, inner.send, inner.snapshot
            self.clock_offset = None

        def changes(self, cursor):
            asked.append(cursor)
            raise Busy("rate-limited", "", writer.clock.now() + 5 * MINUTE, everything=True)

    writer.sync()
    writer.wrap = Patient
    writer.restart()
    writer.sync()
    writer.sync()
    assert len(asked) == 1
    writer.clock.advance(6 * MINUTE)
    writer.sync()
    assert len(asked) == 2


def test_a_large_account_comes_in_pages_and_a_later_pull_brings_the_changes_alone(tmp_path):
    with running_marketplace(requests=700) as market, closing(Writer(market, tmp_path)) as writer:
        writer.sync()
        assert len(writer.view()) == len(market.calls())
        writer.heard.clear()
        made = market.event("invite")
        writer.sync()
        assert {one for changed in writer.heard for one in changed.ids} == {made["id"]}
