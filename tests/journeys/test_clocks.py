"""A wrong clock, or one that jumps, changes nothing of what actions do: the marketplace's clock decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.intents import Decline, OutboxState, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import NotePart
from tests.support.marketplace import MANUAL_START

LIVE = NotePart.LIVE
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEARS = timedelta(days=3653)
WRONG = [sign * by for by in (2 * MINUTE, HOUR, DAY, YEARS) for sign in (1, -1)]


def act(writer, first, second):
    """Accept one invitation, note something for it, decline another, and change the profile."""
    declined = writer.desk.call(second).call
    return [
        writer.accept(writer.desk.call(first)),
        writer.desk.submit(SaveNote(first, LIVE, "Six jackets.\n", None)),
        writer.desk.submit(Decline(second, "Next week would do.", declined.version)),
        writer.desk.submit(SetProfile("headline", "Warm words", writer.desk.profile()["headline"].version)),
    ]


def assert_all_done(writer, market, first, second, items):
    there = {call["id"]: call["status"] for call in market.calls()}
    assert (there[first], there[second]) == ("accepted", "declined")
    assert [writer.queries.item(item.key).state for item in items] == [OutboxState.SETTLED] * len(items)
    assert writer.desk.note(first, LIVE).text == "Six jackets.\n"
    assert writer.desk.profile()["headline"].value == "Warm words"
    assert writer.desk.status().attention == 0


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_clock_changes_no_effect(writer, market, wrong):
    writer.clock.instant = MANUAL_START + wrong
    first, second = writer.invite(starts_in_minutes=30).call.id, writer.invite().call.id
    items = act(writer, first, second)
    assert writer.sync().problem is None
    assert_all_done(writer, market, first, second, items)
    market.advance(31 * 60)
    writer.clock.advance(31 * MINUTE)
    report = writer.desk.submit(ReportNoShow(first, 5))
    writer.sync()
    assert writer.queries.item(report.key).problem_code == "too-early"
    market.advance(9 * 60)
    # However wrong the clock is, nobody waits for longer than the longest wait that is believed.
    for _ in range(2):
        writer.clock.advance(HOUR)
        writer.sync()
    assert writer.desk.call(first).call.status is CallStatus.NO_SHOW


@pytest.mark.parametrize("jump", [2 * DAY, -2 * DAY], ids=["on", "back"])
def test_a_clock_that_jumps_while_an_answer_is_lost_changes_no_effect(writer, market, jump):
    first, second = writer.invite().call.id, writer.invite().call.id
    items = act(writer, first, second)
    writer.network.lose_reply = True
    writer.sync()
    writer.clock.advance(jump)
    for _ in range(3):
        writer.sync()
        writer.clock.advance(6 * MINUTE)
    assert_all_done(writer, market, first, second, items)


def test_an_acceptance_outlives_a_clock_that_jumped_past_its_time_before_it_was_sent(writer, market):
    first, second = writer.invite(starts_in_minutes=30).call.id, writer.invite().call.id
    items = act(writer, first, second)
    writer.clock.advance(DAY)
    writer.sync()
    assert_all_done(writer, market, first, second, items)


def test_eight_hours_asleep_between_the_question_and_the_answer_change_no_effect(writer, market):
    first, second = writer.invite().call.id, writer.invite().call.id
    items = act(writer, first, second)
    writer.network.lose_reply = True
    writer.sync()
    writer.wait(8 * HOUR)
    writer.sync()
    assert_all_done(writer, market, first, second, items)
