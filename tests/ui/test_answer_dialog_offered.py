"""What each offered time says about itself, and what it takes to accept it."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.domain.calls import CallStatus, SlotState
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState
from sync.domain.projection import ShownCall
from tests.support.desks import NOW, START, accepted, customer, invitation
from ui.answer_words import Phase, closed_sentence, pending_sentence, phase_of
from ui.offered import Badge, first_to_choose, offered_times, zone_line
from ui.refused_words import refused_sentence
from ui.wording import Wording, plain_formats

PACIFIC = ZoneInfo("America/Los_Angeles")
WORDS = Wording(plain_formats(), lambda: NOW, lambda: PACIFIC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC)


def badges(*starts: datetime, others: tuple[ShownCall, ...] = ()) -> list[Badge]:
    return [line.badge for line in offered_times(invitation(starts=starts), others, WORDS)]


def item(intent: Accept | Decline, state: OutboxState = OutboxState.QUEUED, **more: object) -> OutboxItem:
    return OutboxItem("k", 1, "call:cr_1", intent, state, NOW, **more)  # type: ignore[arg-type]


ACCEPT = Accept("cr_1", "sl_1", START, 1)


def test_an_ordinary_time_needs_no_words() -> None:
    assert badges(at(24, 13)) == [Badge.NONE]


@pytest.mark.parametrize(("hour", "badge"), [(6, Badge.NIGHT), (7, Badge.NONE), (20, Badge.NONE), (21, Badge.NIGHT)])
def test_a_time_at_night_is_marked(hour: int, badge: Badge) -> None:
    assert badges(at(24, hour)) == [badge]


def test_a_time_that_has_begun_is_past_and_cannot_be_chosen() -> None:
    line = offered_times(invitation(starts=[NOW]), (), WORDS)[0]
    assert (line.badge, line.can_be_chosen) == (Badge.PAST, False)


@pytest.mark.parametrize("state", [SlotState.TAKEN, SlotState.WITHDRAWN, SlotState.UNKNOWN])
def test_a_time_that_is_not_offered_any_more_cannot_be_chosen(state: SlotState) -> None:
    call = invitation(starts=[at(24, 13)])
    gone = dataclasses.replace(call, slots=(call.slots[0]._replace(state=state),))
    assert not offered_times(gone, (), WORDS)[0].can_be_chosen


@pytest.mark.parametrize(
    ("start", "badge"),
    [
        (at(24, 12, 29), Badge.NONE),
        (at(24, 12, 31), Badge.OTHER_CALL),
        (at(24, 13), Badge.OTHER_CALL),
        (at(24, 13, 29), Badge.OTHER_CALL),
        (at(24, 13, 30), Badge.NONE),
    ],
)
def test_a_time_that_overlaps_an_accepted_call_is_a_clash_and_one_that_touches_it_is_not(
    start: datetime, badge: Badge
) -> None:
    call = accepted("cr_9", start=at(24, 13))
    starts = [start if badge is Badge.OTHER_CALL or start != at(24, 12, 29) else start - timedelta(minutes=5)]
    assert badges(*starts, others=(ShownCall(call),)) == [badge]


def test_a_time_that_another_answer_is_waiting_for_is_a_clash_too() -> None:
    other = invitation("cr_9", starts=[at(24, 13)], customer=customer("Juniper Lane Travel", "Sofia", "M"))
    waiting = ShownCall(other, item(Accept("cr_9", "sl_1", START, 1)))
    line = offered_times(invitation(starts=[at(24, 13)]), (waiting,), WORDS)[0]
    assert (line.badge_words, line.reason) == ("Another call", "Juniper Lane Travel")


def test_the_request_itself_is_never_its_own_clash() -> None:
    call = invitation(starts=[at(24, 13)])
    assert offered_times(call, (ShownCall(call, item(ACCEPT)),), WORDS)[0].badge is Badge.NONE


def test_special_times_are_named_in_the_button() -> None:
    night = offered_times(invitation(starts=[at(25, 5, 30)]), (), WORDS)[0]
    assert night.accept_words == "Accept at 5:30 AM, at night"
    clash = offered_times(invitation(starts=[at(24, 13)]), (ShownCall(accepted("cr_9", start=at(24, 13))),), WORDS)[0]
    assert clash.accept_words == "Accept despite another call"


def test_the_first_time_without_anything_special_is_the_one_to_begin_with() -> None:
    times = offered_times(invitation(starts=[NOW, at(24, 5), at(24, 13), at(24, 15)]), (), WORDS)
    assert first_to_choose(times) == "sl_3"
    assert first_to_choose(times[:2]) is None


def test_one_offset_is_told_once_and_different_ones_on_each_line() -> None:
    one = invitation(starts=[at(24, 13), at(25, 13)])
    assert zone_line(one, WORDS) == "Times are in Pacific Time (UTC-08:00), where you are now."
    two = invitation(starts=[at(24, 13), datetime(2027, 3, 20, 13, tzinfo=PACIFIC)])
    assert zone_line(two, WORDS) == "Times are in Pacific Time, where you are now."
    assert [line.part for line in offered_times(two, (), WORDS)] == ["afternoon, UTC-08:00", "afternoon, UTC-07:00"]


def test_a_screen_reader_hears_the_whole_line() -> None:
    said = offered_times(invitation(starts=[at(25, 5, 30)]), (), WORDS)[0].said
    assert said == "Wed 25 Nov, 5:30 AM, night, 1:30 PM for them, At night, 5:30 in the early morning"


def test_noon_and_midnight_are_said_beside_their_hour_and_a_customer_of_the_same_zone_has_no_second_time() -> None:
    here = customer(time_zone="America/Los_Angeles")
    lines = offered_times(invitation(starts=[at(24, 12), at(25, 0)], customer=here), (), WORDS)
    assert [(line.time, line.part, line.theirs) for line in lines] == [
        ("12:00 PM", "noon", ""),
        ("12:00 AM", "midnight", ""),
    ]


def test_an_answer_is_sending_until_a_round_has_failed() -> None:
    shown = ShownCall(invitation(), item(ACCEPT))
    assert phase_of(shown, None) is Phase.SENDING
    assert phase_of(shown, "unreachable") is Phase.WAITING
    assert phase_of(ShownCall(invitation(), item(ACCEPT, OutboxState.INFLIGHT)), "unreachable") is Phase.SENDING


def test_an_answer_without_a_network_says_that_the_time_is_not_the_writers() -> None:
    sentence = pending_sentence(item(ACCEPT), invitation(), "unreachable", WORDS)
    assert sentence.title == "Will be accepted when you are online"
    assert sentence.text == "The time is not yours until then."


def test_an_answer_that_the_marketplace_could_not_take_yet_says_why_and_when_it_goes_again() -> None:
    tried = item(ACCEPT, problem_code="http-503", not_before=NOW + timedelta(minutes=1))
    words = pending_sentence(tried, invitation(), None, WORDS).paragraph()
    assert "The marketplace has a problem" in words
    assert "Tries again by itself at 10:47 AM." in words


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ([at(24, 13)], "No other time is open. If Dana invites you again, it appears under Call Requests."),
        ([at(24, 13), at(30, 9)], "One other time is still open: Mon 30 Nov, 9:00 AM."),
        ([at(24, 13), at(30, 9), at(30, 8)], "2 other times are still open, first Mon 30 Nov, 8:00 AM."),
    ],
)
def test_a_refused_time_names_what_is_still_open(starts: list[datetime], words: str) -> None:
    refused = item(ACCEPT, OutboxState.REJECTED, problem_code="slot-gone", problem_detail="Gone.")
    sentence = refused_sentence(refused, invitation(starts=starts), WORDS)
    assert sentence.title == "Could not accept Tue 24 Nov, 1:00 PM"
    assert sentence.next == words
    assert sentence.quote == "The marketplace says: “Gone.”"


@pytest.mark.parametrize("status", list(CallStatus))
def test_every_closed_state_has_its_words(status: CallStatus) -> None:
    assert closed_sentence(invitation(status=status)).title
