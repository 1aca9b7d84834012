"""Nothing that a marketplace, a second computer or this disk does stops the sync for good or hides an action."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.intents import Decline, OutboxState
from sync.domain.problems import Busy, Paused, StoreProblem, Trouble
from sync.ports import Marketplace
from tests.support.marketplace import running_marketplace
from tests.support.writers import Writer

MINUTE = timedelta(minutes=1)


class Answering:
    """A marketplace whose answer to an action is what ``send`` raises first."""

    def __init__(self, inner: Marketplace, *problems: Exception) -> None:
        self.snapshot, self.changes, self.outcome_of = inner.snapshot, inner.changes, inner.outcome_of
        self._inner, self._problems = inner, list(problems)
        self.clock_offset = None

    def send(self, *action):
        if self._problems:
            raise self._problems.pop(0)
        return self._inner.send(*action)


def answer_with(writer, *problems):
    writer.wrap = lambda inner: Answering(inner, *problems)
    writer.restart()


def test_a_new_history_with_an_action_in_the_queue_is_read_and_the_action_is_sent(writer, market):
    shown = writer.invite()
    market.start_new_epoch()
    item = writer.accept(shown)
    assert writer.sync().problem is None
    assert writer.queries.item(item.key).state is OutboxState.SETTLED
    assert writer.desk.call(shown.call.id).line is not None


def test_an_action_whose_effect_stands_in_the_new_history_is_done(writer, market):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.network.lose_reply = True
    writer.sync()
    market.start_new_epoch()
    writer.clock.advance(10 * MINUTE)
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED
    assert writer.desk.call(shown.call.id).line is not None


def test_an_action_that_may_have_arrived_in_the_old_history_and_is_not_in_the_new_is_asked_about(writer, market):
    shown = writer.invite()
    backup = market.keep_backup()
    item = writer.accept(shown)
    writer.network.lose_reply = True
    writer.sync()
    market.put_back(backup)
    market.start_new_epoch()
    writer.clock.advance(10 * MINUTE)
    writer.sync()
    assert writer.queries.item(item.key).problem_code == "epoch-changed"
    assert writer.desk.call(shown.call.id).call.status is CallStatus.OPEN


def test_one_action_that_is_never_answered_holds_up_neither_the_others_nor_reading(writer, market):
    first, second = writer.invite(), writer.invite()
    answer_with(writer, Busy("http-503"))
    writer.accept(first)
    other = writer.accept(second)
    made = market.event("invite")
    writer.sync()
    assert writer.queries.item(other.key).state is OutboxState.SETTLED
    assert writer.desk.call(made["id"]) is not None


def test_an_account_that_may_not_act_can_still_read(writer, market):
    shown = writer.invite()
    item = writer.accept(shown)
    answer_with(writer, Paused(Trouble.ACCOUNT_SUSPENDED))
    made = market.event("invite")
    assert writer.sync().problem.code == Trouble.ACCOUNT_SUSPENDED
    assert writer.desk.call(made["id"]) is not None
    assert writer.queries.item(item.key).state is OutboxState.QUEUED


def test_a_message_that_was_not_delivered_is_said_to_be_and_kept(writer, market, tmp_path):
    shown = writer.invite()
    with closing(Writer(market, tmp_path, "b")) as other:
        other.sync()
        other.desk.submit(Decline(shown.call.id, "The first one.", shown.call.version))
        other.sync()
    item = writer.desk.submit(Decline(shown.call.id, "The second one.", shown.call.version))
    writer.sync()
    after = writer.queries.item(item.key)
    assert (after.state, after.problem_code) == (OutboxState.REJECTED, "already-declined")
    assert after.intent.message == "The second one."
    assert writer.desk.call(shown.call.id).call.decline_message == "The first one."


def test_an_answer_that_could_not_be_stored_is_asked_for_again(writer, monkeypatch):
    shown = writer.invite()
    item = writer.accept(shown)
    acknowledge = writer.outbox.acknowledge
    monkeypatch.setattr(writer.outbox, "acknowledge", fails_once(acknowledge))
    with pytest.raises(StoreProblem):
        writer.round.run()
    assert writer.sync().problem is None
    assert writer.queries.item(item.key).state is OutboxState.SETTLED
    assert writer.desk.call(shown.call.id).line is not None


def fails_once(call):
    failures = [StoreProblem(Trouble.DISK_FULL)]

    def attempt(*arguments):
        if failures:
            raise failures.pop()
        return call(*arguments)

    return attempt


def test_an_action_taken_back_while_others_were_sent_stays_taken_back(writer):
    shown = writer.invite()
    item = writer.accept(shown)
    [head] = writer.queries.lane_heads()
    assert writer.desk.take_back(item.key)
    writer.clock.advance(timedelta(days=30))
    assert writer.outbox.mark_inflight([head.key], "epoch", writer.clock.now()) == []
    assert writer.queries.item(item.key).state is OutboxState.CANCELLED


def test_a_late_failure_does_not_reopen_what_another_process_has_settled(writer):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.sync()
    writer.outbox.postpone(item.key, writer.clock.now(), Busy("timeout"), writer.clock.now())
    writer.outbox.put_back(item.key, Busy("timeout"), writer.clock.now(), never_left=writer.clock.now())
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_a_snapshot_that_suddenly_lacks_most_calls_hides_none_of_them(tmp_path):
    with running_marketplace(requests=30) as market, closing(Writer(market, tmp_path)) as writer:
        writer.sync()
        before = writer.desk.overview()
        asked = len(writer.queries.all_ids())
        writer.ledgers.finish_snapshot(
            set(), "cursor", head=1, unreadable=0, now=writer.clock.now(), new_key=str, merge=None
        )
        assert writer.desk.overview() == before
        assert writer.desk.status().unlisted == asked


def test_a_wait_that_a_wrong_clock_made_endless_ends_when_the_clock_is_right(writer):
    shown = writer.invite()
    item = writer.accept(shown)
    writer.clock.advance(timedelta(days=2))
    answer_with(writer, Busy("http-500"))
    writer.sync()
    writer.clock.advance(timedelta(days=-2))
    writer.sync()
    assert writer.queries.item(item.key).state in {OutboxState.SETTLED, OutboxState.REJECTED}
    assert writer.desk.call(shown.call.id).call.status is not CallStatus.UNKNOWN
