"""A writer whose customer does not join waits five full minutes on the line, and can prove it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.noshow import MOST_MINUTES, Leg, ReportWords, assess, report_text
from tests.support.desks import NOW, accepted, invitation

START = NOW + timedelta(hours=1)
CALL = accepted(start=START)

WORDS = ReportWords(
    call="{call_id}, {person} of {company}: {subject}, {start}",
    wait="Waited from {since} until {until}: {minutes} minutes",
    cut_off="Lost the line at {ended}, dialled again at {again}",
    at=lambda instant: f"{(instant - START).total_seconds() / 60:g}",
)


def after(minutes, seconds=0):
    """Return the instant so long after the start of the call."""
    return START + timedelta(minutes=minutes, seconds=seconds)


def wait(*legs, now, call=CALL):
    """Assess legs given as (from, until) in minutes after the start."""
    ends = [Leg(after(begin), None if end is None else after(end)) for begin, end in legs]
    return assess(call, ends, after(now))


def test_five_full_minutes_are_enough_and_a_second_less_is_not():
    legs = [Leg(after(0))]
    assert not assess(CALL, legs, after(4, 59.999)).is_enough
    assert assess(CALL, legs, after(5)).is_enough


def test_who_dials_early_waits_from_the_start():
    early = wait((-5, None), now=4)
    assert (early.since, early.on_line) == (after(0), timedelta(minutes=4))
    assert not early.is_enough
    assert early.enough_at == after(5)
    assert wait((-5, None), now=5).is_enough


def test_who_dials_late_waits_from_dialling():
    late = wait((7, None), now=11.5)
    assert (late.since, late.until, late.minutes) == (after(7), after(11.5), 4)
    assert late.enough_at == after(12)
    assert wait((7, None), now=12).is_enough


def test_before_the_start_nothing_has_been_waited():
    before = wait((-4, None), now=-1)
    assert (before.on_line, before.minutes, before.is_enough) == (timedelta(), 0, False)
    assert (before.since, before.until, before.enough_at) == (after(0), after(0), after(5))


def test_the_time_off_the_line_does_not_count():
    cut = wait((0, 4), (6, None), now=6.5)
    assert cut.on_line == timedelta(minutes=4.5)
    assert cut.enough_at == after(7)
    assert not wait((0, 4), (6, None), now=6.99).is_enough
    assert wait((0, 4), (6, None), now=7).is_enough


def test_who_is_cut_off_before_it_is_enough_has_to_dial_again():
    cut = wait((0, 4), now=30)
    assert (cut.is_enough, cut.enough_at, cut.until) == (False, None, after(4))


def test_who_hung_up_after_it_was_enough_can_report_later():
    done = wait((-2, 8), now=60)
    assert (done.is_enough, done.minutes, done.until, done.enough_at) == (True, 8, after(8), after(5))


def test_when_it_was_enough_stays_known_over_later_legs():
    assert wait((0, 3), (4, 8), (9, None), now=20).enough_at == after(6)


def test_a_redial_without_a_noted_end_counts_no_minute_twice():
    assert wait((0, None), (2, None), now=4).on_line == timedelta(minutes=4)
    assert wait((0, 5), (2, None), now=4).on_line == timedelta(minutes=4)


def test_a_leg_that_lies_before_the_start_counts_nothing():
    assert wait((-4, -2), (1, None), now=3).on_line == timedelta(minutes=2)


def test_a_clock_that_was_put_back_takes_nothing_away_and_gives_nothing():
    back = wait((3, None), now=1)
    assert (back.on_line, back.is_enough, back.enough_at) == (timedelta(), False, after(8))
    assert back.since == back.until == after(3)
    assert wait((0, 9), now=4).on_line == timedelta(minutes=4)


def test_minutes_are_whole_and_not_more_than_the_contract_can_say():
    assert wait((0, None), now=5.99).minutes == 5
    assert wait((0, None), now=100_000).minutes == MOST_MINUTES


def test_without_dialling_there_is_no_wait():
    assert wait(now=30) is None


@pytest.mark.parametrize("status", list(CallStatus))
def test_only_a_call_that_stands_is_waited_for(status):
    stands = status in {CallStatus.ACCEPTED, CallStatus.HELD}
    assert (wait((0, None), now=9, call=accepted(start=START, status=status)) is not None) == stands


def test_a_request_without_an_accepted_time_is_not_waited_for():
    assert wait((0, None), now=9, call=invitation(status=CallStatus.ACCEPTED)) is None


def test_a_report_says_which_call_since_when_until_when_and_each_loss_of_the_line():
    text = report_text(wait((-5, 4), (4.5, None), (6, 8), (9, None), now=12), WORDS)
    assert text.split("\n") == [
        f"cr_2, {CALL.customer.person} of {CALL.customer.company}: {CALL.subject}, 0",
        "Waited from 0 until 12: 10 minutes",
        "Lost the line at 4, dialled again at 4.5",
        "Lost the line at 8, dialled again at 9",
    ]


def test_a_report_gives_no_line_away_and_takes_braces_for_what_they_are():
    call = accepted(start=START, subject="{person} {0} {")
    text = report_text(wait((0, None), now=6, call=call), WORDS)
    assert "{person} {0} {" in text
    assert call.line.pin not in text
    assert call.line.number not in text


def test_there_is_no_report_before_it_is_time():
    with pytest.raises(ValueError, match="five full minutes"):
        report_text(wait((0, None), now=4.9), WORDS)
