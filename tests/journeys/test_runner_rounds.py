"""What one round does and leaves undone, step by step, over real HTTP."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.domain.intents import Decline, OutboxState, SaveNote
from sync.domain.problems import Busy, Offline, Refused, Trouble
from sync.domain.rows import NotePart
from sync.push import UNSURE_AFTER
from tests.support.marketplace import running_marketplace
from tests.support.writers import Writer

MINUTE = timedelta(minutes=1)
LATER = timedelta(minutes=10)
"""Longer than any wait between two tries."""
PATIENCE = 10


@pytest.fixture(scope="module")
def market():
    """One marketplace for all: each test has a computer, and invitations, of its own."""
    with running_marketplace() as running:
        yield running


@pytest.fixture
def writer(market, tmp_path):
    with closing(Writer(market, tmp_path, tmp_path.name)) as made:  # the keys of actions begin with the name
        yield made


class Watched:
    """The marketplace with a note of everything that is asked, and a say in what is answered.

    ``problems`` are raised by the next sends, in turn; ``before`` is called with each question before it is asked;
    ``snapshots`` may change the pages of a snapshot.
    """

    def __init__(self, writer):
        self.asked = []
        self.problems = []
        self.before = lambda _what, _about: None
        self.snapshots = lambda _number, page: page
        writer.wrap = self._around
        writer.restart()

    def _around(self, inner):
        self._inner = inner
        return self

    @property
    def clock_offset(self):
        return self._inner.clock_offset

    def count(self, what):
        return [one for one, _ in self.asked].count(what)

    def _note(self, what, about):
        self.asked.append((what, about))
        self.before(what, about)

    def snapshot(self, page):
        self._note("snapshot", page)
        return self.snapshots(self.count("snapshot"), self._inner.snapshot(page))

    def changes(self, cursor):
        self._note("changes", cursor)
        return self._inner.changes(cursor)

    def send(self, key, *action):
        self._note("send", key)
        if self.problems:
            problem = self.problems.pop(0)
            if problem is not None:
                raise problem
        return self._inner.send(key, *action)

    def outcome_of(self, key, intent):
        self._note("outcome_of", key)
        return self._inner.outcome_of(key, intent)


@pytest.fixture
def watched(writer):
    writer.sync()
    return Watched(writer)


def log_of(writer, key):
    with closing(sqlite3.connect(writer.database.path)) as connection:
        query = "SELECT event FROM outbox_log WHERE key = ? ORDER BY id"
        return [event for (event,) in connection.execute(query, (key,))]


def decline(writer, shown):
    return writer.desk.submit(Decline(shown.call.id, "None of these work for me.", shown.call.version))


def save(writer, shown, text):
    return writer.desk.submit(SaveNote(shown.call.id, NotePart.PREPARED, text, None))


# What is due


def test_what_waits_for_a_later_try_is_left_alone_until_then(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    watched.problems = [Busy("http-500")]
    writer.sync()
    assert watched.count("send") == 1
    writer.sync()
    assert watched.count("send") == 1
    writer.clock.advance(LATER)
    writer.sync()
    assert watched.count("send") == 2
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_one_who_does_not_want_to_wait_is_sent_for_at_once(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    watched.problems = [Busy("http-500")]
    writer.sync()
    writer.desk.send_waiting()
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_a_time_that_the_marketplace_named_for_one_action_is_kept_when_nobody_wants_to_wait(writer, watched):
    late, other = writer.invite(), writer.invite()
    item = decline(writer, late)
    watched.problems = [Busy("too-early", retry_at=writer.clock.now() + 5 * MINUTE)]
    writer.sync()
    second = decline(writer, other)
    writer.desk.send_waiting()
    writer.sync()
    assert writer.queries.item(second.key).state is OutboxState.SETTLED
    assert writer.queries.item(item.key).state is OutboxState.QUEUED
    writer.clock.advance(5 * MINUTE)
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_nothing_is_asked_before_the_time_that_the_marketplace_named_however_often_somebody_wakes(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    until = writer.clock.now() + 5 * MINUTE
    watched.problems = [Busy("rate-limited", retry_at=until, everything=True)]
    writer.sync()
    asked = len(watched.asked)
    writer.desk.send_waiting()
    assert writer.sync().next_try_at == until
    writer.restart()
    assert writer.sync().next_try_at == until
    assert len(watched.asked) == asked
    writer.clock.advance(5 * MINUTE)
    writer.sync()
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_a_restart_does_not_forget_how_often_it_was_tried(writer, watched):
    for _ in range(3):
        writer.network.unplugged = True
        writer.sync()
    writer.restart()
    assert writer.queries.sync_state().failures == 3


# Where this copy stands


def test_the_second_round_goes_on_where_the_first_one_ended(writer, watched):
    writer.sync()
    writer.restart()
    writer.sync()
    assert watched.count("snapshot") == 0


def test_each_page_of_changes_moves_the_place_from_which_the_next_round_asks(writer, watched, market):
    writer.sync()
    market.event("invite")
    writer.sync()
    writer.sync()
    places = [about for what, about in watched.asked if what == "changes"]
    assert places[0] == places[1]
    assert places[2] != places[1]


def test_a_snapshot_that_is_over_is_not_taken_again(market, tmp_path):
    with closing(Writer(market, tmp_path, "fresh")) as fresh:
        watched = Watched(fresh)
        fresh.sync()
        fresh.sync()
        assert watched.count("snapshot") == 1


def test_a_new_history_in_the_middle_of_a_snapshot_ends_it_with_nothing_marked(tmp_path):
    with running_marketplace(requests=250) as market, closing(Writer(market, tmp_path)) as writer:
        writer.sync()
        before = writer.desk.overview()
        watched = Watched(writer)
        watched.snapshots = lambda number, page: page if number == 1 else replace(page, epoch="another")
        market.start_new_epoch()
        report = writer.sync()
        assert (type(report.problem), report.problem.code) == (Busy, Trouble.GARBLED)
        assert writer.queries.sync_state().cursor is None
        assert writer.desk.overview() == before
        watched.snapshots = lambda _number, page: page
        writer.clock.advance(LATER)
        assert writer.sync().problem is None


# What one round sends


def test_an_action_of_the_moment_in_which_changes_are_read_is_sent_by_the_same_round(writer, watched):
    shown = writer.invite()
    made = []
    watched.before = lambda what, _about: what == "changes" and not made and made.append(decline(writer, shown))
    report = writer.sync()
    assert report.sent == 1
    assert writer.queries.item(made[0].key).state is OutboxState.SETTLED


def test_an_action_that_was_put_off_is_not_tried_again_before_the_changes_are_read(writer, watched):
    first, second = writer.invite(), writer.invite()
    late, other = decline(writer, first), decline(writer, second)
    put_off = threading.Event()
    writer.desk.listen(lambda _changed: writer.queries.item(late.key).attempts and put_off.set())

    def before(what, about):
        if (what, about) == ("send", late.key):
            raise Busy("http-500")
        if (what, about) == ("send", other.key):  # it takes so long that the first one's wait is over meanwhile
            assert put_off.wait(PATIENCE)
            writer.clock.advance(LATER)

    watched.before = before
    assert writer.sync().sent == 1
    asked = [about if what == "send" else what for what, about in watched.asked]
    asked = asked[asked.index(late.key) :]
    assert asked[: asked.index("changes")].count(late.key) == 1


def test_what_follows_an_action_that_was_put_off_waits_behind_it(writer, watched):
    shown = writer.invite()
    first = save(writer, shown, "Ask about the tone.")
    writer.outbox.mark_inflight([first.key], writer.queries.sync_state().epoch, writer.clock.now())
    writer.restart()  # in the middle of sending
    second = save(writer, shown, "Ask about the tone and the length.")
    watched.problems = [Busy("http-500")]
    writer.sync()
    assert [about for what, about in watched.asked if what == "send"] == [first.key]
    assert writer.queries.item(second.key).state is OutboxState.QUEUED


# Actions whose answer was lost


def test_after_two_tries_without_an_answer_the_marketplace_is_asked_before_anything_is_sent(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    for number in range(UNSURE_AFTER):
        writer.network.lose_reply = number == 0
        watched.problems = [] if number == 0 else [Busy(Trouble.CUT_OFF)]
        writer.sync()
        writer.clock.advance(LATER)
    assert writer.queries.item(item.key).attempts == UNSURE_AFTER
    assert watched.count("outcome_of") == 0
    sends = watched.count("send")
    writer.sync()
    assert (watched.count("outcome_of"), watched.count("send")) == (1, sends)
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_an_action_that_the_marketplace_never_saw_is_sent_after_the_question(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    watched.problems = [Busy(Trouble.TIMEOUT)] * UNSURE_AFTER
    for _ in range(UNSURE_AFTER + 1):
        writer.sync()
        writer.clock.advance(LATER)
    assert [what for what, about in watched.asked if about == item.key][-2:] == ["outcome_of", "send"]
    assert writer.queries.item(item.key).state is OutboxState.SETTLED


def test_what_went_to_somebody_in_between_may_have_arrived_and_cannot_be_taken_back(writer, watched):
    item = decline(writer, writer.invite())
    watched.problems = [Offline(Trouble.CAPTIVE_PORTAL)]
    writer.sync()
    assert not writer.desk.take_back(item.key)
    assert writer.queries.item(item.key).state is OutboxState.QUEUED


def test_what_reached_nobody_can_be_taken_back(writer, watched):
    item = decline(writer, writer.invite())
    watched.problems = [Offline(Trouble.UNREACHABLE)]
    writer.sync()
    assert writer.desk.take_back(item.key)


# The queue and its log


def test_no_second_answer_is_queued_behind_one_that_may_have_arrived(writer, watched):
    shown = writer.invite()
    item = decline(writer, shown)
    writer.outbox.mark_inflight([item.key], "e", writer.clock.now())
    assert writer.outbox.append("second", decline_of(shown), writer.clock.now()) is None
    assert writer.queries.item("second") is None
    assert writer.queries.item(item.key).state is OutboxState.INFLIGHT


def decline_of(shown):
    return Decline(shown.call.id, "On second thoughts.", shown.call.version)


def test_the_log_tells_an_action_that_went_well(writer):
    item = decline(writer, writer.invite())
    writer.sync()
    assert log_of(writer, item.key) == ["queued", "sent", "confirmed"]


def test_the_log_tells_an_action_that_was_put_off_and_put_back(writer, watched):
    item = decline(writer, writer.invite())
    watched.problems = [Busy("http-500"), Offline(Trouble.UNREACHABLE)]
    writer.sync()
    writer.clock.advance(LATER)
    writer.sync()
    assert log_of(writer, item.key) == ["queued", "sent", "postponed", "sent", "put back"]


def test_the_log_tells_an_action_that_was_refused_and_put_away_with_what_followed_it(writer, watched):
    shown = writer.invite()
    first = save(writer, shown, "Ask about the tone.")
    writer.outbox.mark_inflight([first.key], writer.queries.sync_state().epoch, writer.clock.now())
    writer.restart()  # in the middle of sending
    second = save(writer, shown, "Ask about the tone and the length.")
    watched.problems = [Refused("validation")]
    writer.sync()
    writer.desk.dismiss(first.key)
    assert log_of(writer, first.key) == ["queued", "sent", "sent", "refused", "dismissed"]
    assert log_of(writer, second.key) == ["queued", "blocked"]


def test_the_log_tells_an_action_that_was_taken_back_or_replaced(writer):
    shown = writer.invite()
    first = decline(writer, shown)
    second = writer.accept(shown)
    writer.desk.take_back(second.key)
    assert log_of(writer, first.key) == ["queued", "replaced"]
    assert log_of(writer, second.key) == ["queued", "taken back"]
