"""Which moves a writer has, and when the line is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus, Refusal, SlotState, refuse_accept, refuse_decline
from tests.support.desks import NOW, accepted, invitation, slots

HOUR = timedelta(hours=1)


def test_an_offered_time_ahead_can_be_accepted():
    assert refuse_accept(invitation(), "sl_1", NOW) is None


def test_a_time_that_begins_now_has_passed():
    assert refuse_accept(invitation(starts=[NOW]), "sl_1", NOW) is Refusal.SLOT_PASSED


def test_a_time_that_the_customer_took_back_is_gone():
    taken = slots(NOW + HOUR)[0]
    gone = [type(taken)(taken.id, taken.starts_at, taken.ends_at, taken.time_zone, SlotState.TAKEN)]
    assert refuse_accept(invitation(slots=tuple(gone)), "sl_1", NOW) is Refusal.SLOT_GONE


def test_a_time_that_was_never_offered_is_gone():
    assert refuse_accept(invitation(), "sl_9", NOW) is Refusal.SLOT_GONE


@pytest.mark.parametrize("status", [status for status in CallStatus if status is not CallStatus.OPEN])
def test_only_an_open_request_can_be_answered(status):
    call = invitation(status=status)
    assert refuse_accept(call, "sl_1", NOW) is Refusal.NOT_OPEN
    assert refuse_decline(call) is Refusal.NOT_OPEN


def test_a_request_that_the_marketplace_lost_cannot_be_answered():
    assert refuse_decline(invitation(missing=True)) is Refusal.NOT_OPEN


def test_the_times_still_open_come_earliest_first():
    call = invitation(starts=[NOW + 3 * HOUR, NOW - HOUR, NOW + HOUR])
    assert [slot.id for slot in call.open_slots(NOW)] == ["sl_3", "sl_1"]


def test_the_line_opens_five_minutes_before_the_call_and_closes_with_it():
    call = accepted(start=NOW + HOUR)
    opens = NOW + HOUR - timedelta(minutes=5)
    assert call.line_opens_at() == opens
    assert not call.line_is_open(opens - timedelta(seconds=1))
    assert call.line_is_open(opens)
    assert call.line_is_open(NOW + HOUR + timedelta(minutes=29))
    assert not call.line_is_open(NOW + HOUR + timedelta(minutes=30))


def test_a_request_without_a_confirmed_line_has_no_opening():
    assert invitation().line_opens_at() is None
    assert not invitation().line_is_open(NOW)


def test_a_customer_is_named_as_on_the_marketplace():
    assert invitation().customer.person == "Dana R."
