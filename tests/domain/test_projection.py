"""What the writer sees is the marketplace's row with the waiting actions laid over it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calls import CallStatus, Line
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState
from sync.domain.projection import Section, project
from tests.support.desks import NOW, START, accepted, invitation

HOUR = timedelta(hours=1)


def item(state=OutboxState.QUEUED, intent=None, seq=1, ack_version=None):
    asked = intent or Accept("cr_1", "sl_1", START, 1)
    return OutboxItem(f"key-{seq}", seq, "call:cr_1", asked, state, NOW, ack_version=ack_version)


items = st.builds(
    item,
    state=st.sampled_from(OutboxState),
    intent=st.sampled_from(
        [Accept("cr_1", "sl_1", START, 1), Decline("cr_1", "later", 1), Accept("cr_2", "sl_1", START, 1)]
    ),
    seq=st.integers(1, 50),
    ack_version=st.one_of(st.none(), st.integers(1, 9)),
)
calls = st.builds(
    invitation,
    version=st.integers(1, 9),
    status=st.sampled_from(CallStatus),
    line=st.sampled_from([None, Line("+14155550142", "482913")]),
    accepted_slot_id=st.sampled_from([None, "sl_1"]),
)


@given(calls)
def test_without_actions_a_call_is_shown_as_it_is(call):
    shown = project(call, ())
    assert (shown.call, shown.pending, shown.refused) == (call, None, None)


@given(calls, st.lists(items, max_size=5))
def test_no_number_or_pin_is_shown_unless_the_marketplace_has_confirmed(call, waiting):
    shown = project(call, waiting)
    assert shown.line is None or call.status is CallStatus.ACCEPTED


@given(calls, st.lists(items, max_size=5), st.randoms())
def test_the_order_in_which_actions_are_listed_does_not_matter(call, waiting, random):
    distinct = list({one.seq: one for one in waiting}.values())
    shuffled = random.sample(distinct, len(distinct))
    assert project(call, distinct) == project(call, shuffled)


def test_a_waiting_acceptance_is_pending_with_its_time_and_no_line():
    shown = project(invitation(), [item()])
    assert shown.section(NOW) is Section.WAITING
    assert shown.pending_slot == invitation().slot("sl_1")
    assert shown.line is None


def test_an_acknowledged_action_stays_until_the_row_has_its_effect():
    acked = item(OutboxState.ACKED, ack_version=5)
    assert project(invitation(version=4), [acked]).pending is acked
    assert project(invitation(version=5), [acked]).pending is None


def test_taking_an_action_away_is_the_way_back():
    assert project(invitation(), [item(OutboxState.CANCELLED)]) == project(invitation(), ())


def test_a_refused_action_no_longer_lies_over_the_call_but_is_told():
    refused = item(OutboxState.REJECTED)
    shown = project(invitation(), [refused])
    assert (shown.pending, shown.refused) == (None, refused)
    assert shown.section(NOW) is Section.NEEDS_ANSWER


def test_an_action_on_another_call_changes_nothing():
    assert project(invitation(), [item(intent=Accept("cr_2", "sl_1", START, 1))]).pending is None


def test_an_open_request_whose_last_time_has_passed_is_earlier():
    call = invitation(starts=[NOW + HOUR])
    assert project(call, ()).section(NOW) is Section.NEEDS_ANSWER
    assert project(call, ()).section(NOW + HOUR) is Section.EARLIER


def test_a_confirmed_call_is_upcoming_until_its_end():
    shown = project(accepted(start=NOW + HOUR), ())
    assert shown.section(NOW + HOUR + timedelta(minutes=29)) is Section.UPCOMING
    assert shown.section(NOW + HOUR + timedelta(minutes=30)) is Section.EARLIER
