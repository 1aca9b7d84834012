"""The conflict table A7 in words: for each kind of action who did what, what stands now, and what can be done."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus, SlotState
from sync.domain.intents import (
    Accept,
    Decline,
    Intent,
    OutboxItem,
    OutboxState,
    ReportNoShow,
    SaveNote,
    SetProfile,
    lane_of,
)
from sync.domain.rows import NotePart
from sync.domain.texts import ShownField
from tests.support.desks import NOW, START, accepted, invitation
from tests.support.scenes import PACIFIC
from ui.refused_words import can_ask_again, refused_sentence
from ui.sentences import known_codes
from ui.wording import Wording, plain_formats

WORDS = Wording(plain_formats(), lambda: NOW, lambda: PACIFIC)
ACCEPT = Accept("cr_1", "sl_1", START, 1)
DECLINE = Decline("cr_1", "Every word.", 1)
REPORT = ReportNoShow("cr_1", 7)
NOTE = SaveNote("cr_1", NotePart.LIVE, "Every word.")
FIELD = SetProfile("headline", "Mine", 1)
KINDS: tuple[Intent, ...] = (ACCEPT, DECLINE, REPORT, NOTE, FIELD)


def refused(intent: Intent, code: str, detail: str = "") -> OutboxItem:
    return OutboxItem(
        "key", 1, lane_of(intent), intent, OutboxState.REJECTED, NOW, problem_code=code, problem_detail=detail
    )


def said(intent: Intent, code: str, call=None, **more) -> str:
    sentence = refused_sentence(refused(intent, code), call or invitation(), WORDS, **more)
    return f"{sentence.title}. {sentence.paragraph()}"


@pytest.mark.parametrize("intent", KINDS, ids=lambda intent: type(intent).__name__)
def test_every_refusal_of_every_kind_says_what_happened_and_what_can_be_done(intent: Intent) -> None:
    for code in (*known_codes(), "http-404", "http-410", "http-422", "never-heard-of"):
        for call in (invitation(), None):
            sentence = refused_sentence(refused(intent, code), call, WORDS)
            assert sentence.text.endswith("."), code
            assert sentence.next.endswith("."), code
            assert "{" not in sentence.paragraph(), code


@pytest.mark.parametrize("intent", [DECLINE, REPORT], ids=lambda intent: type(intent).__name__)
def test_a_report_or_a_message_is_never_told_to_choose_another_time(intent: Intent) -> None:
    for code in ("slot-taken", "call-withdrawn", "call-expired", "already-declined", "unknown-call-request"):
        assert "nother time" not in said(intent, code), code


@pytest.mark.parametrize("code", ["not-allowed", "key-expired", "epoch-changed", "http-404", "never-heard-of"])
def test_what_is_about_a_note_or_the_profile_speaks_of_no_invitation(code: str) -> None:
    for intent in (NOTE, FIELD):
        assert "invitation" not in said(intent, code), said(intent, code)


def test_another_time_that_was_accepted_elsewhere_is_named_beside_the_one_that_was_asked_for() -> None:
    stands = accepted("cr_1", start=START)
    asked = Accept("cr_1", "sl_2", START + timedelta(hours=1), 1)
    assert said(asked, "already-accepted-other-slot", stands) == (
        "Could not accept Tue 24 Nov, 2:00 PM. This call was accepted for Tue 24 Nov, 1:00 PM before, perhaps by you "
        "on another computer. That answer stands; Tue 24 Nov, 2:00 PM is not yours. The call and its time are under "
        "Upcoming."
    )


def test_declining_a_call_that_was_accepted_elsewhere_cancels_nothing() -> None:
    words = said(DECLINE, "already-accepted-other-slot", accepted("cr_1", start=START))
    assert "accepted for Tue 24 Nov, 1:00 PM" in words
    assert "declining does not cancel it, and your message was not sent." in words


def test_an_answer_after_the_last_moment_names_both_times() -> None:
    late = invitation(status=CallStatus.EXPIRED, deadline_at=NOW - timedelta(hours=1))
    words = said(ACCEPT, "call-expired", late)
    assert "The last moment to answer was today at 9:46 AM by the marketplace's clock." in words
    assert "You accepted today at 10:46 AM" in words


def test_a_message_that_was_not_delivered_says_so_in_its_title() -> None:
    assert said(DECLINE, "already-declined").startswith("Your message was not delivered. This invitation was declined")


def test_accepting_what_was_declined_elsewhere_undoes_nothing() -> None:
    assert "nothing is undone by itself" in said(ACCEPT, "already-declined")


def test_a_call_that_went_to_another_writer_leaves_the_notes() -> None:
    taken = invitation(status=CallStatus.TAKEN)
    assert "Dana has agreed on a call with another writer. Your notes stay here." in said(ACCEPT, "slot-taken", taken)


def test_a_time_that_went_to_another_writer_names_those_that_are_left() -> None:
    slots = invitation().slots
    gone = replace(invitation(), slots=(slots[0]._replace(state=SlotState.TAKEN), *slots[1:]))
    assert "2 other times are still open, first Tue 24 Nov, 2:00 PM." in said(ACCEPT, "slot-taken", gone)


@pytest.mark.parametrize(
    ("value", "words"),
    [("Theirs", "It says now: “Theirs”"), (True, "Customers can find you now."), (False, "Customers cannot find")],
)
def test_a_field_that_was_changed_elsewhere_says_what_stands(value: str | bool, words: str) -> None:
    told = said(FIELD, "setting-changed", field=ShownField(value, 4))
    assert words in told
    assert told.endswith("“Use mine” asks for yours again.")


@pytest.mark.parametrize("code", ["unknown-call-request", "unknown-note", "http-410", "too-large"])
def test_a_note_that_the_marketplace_does_not_keep_stays_here(code: str) -> None:
    assert "The text stays on this computer." in said(NOTE, code)


@pytest.mark.parametrize("intent", KINDS, ids=lambda intent: type(intent).__name__)
def test_what_was_lost_says_how_it_can_be_asked_for_again(intent: Intent) -> None:
    call = accepted("cr_1", start=START) if intent is REPORT else invitation()
    assert "“Send again” sends it once more." in said(intent, "lost-by-marketplace", call)


def test_what_was_lost_and_cannot_be_asked_for_again_says_that() -> None:
    over = invitation(starts=[NOW - timedelta(hours=1)])
    asked = Accept("cr_1", "sl_1", NOW - timedelta(hours=1), 1)
    assert not can_ask_again(asked, over, NOW)
    assert "It cannot be asked for again." in said(asked, "lost-by-marketplace", over)


def test_a_name_that_looks_like_a_template_stays_a_name() -> None:
    odd = replace(invitation(), customer=invitation().customer._replace(first_name="{thing}"))
    assert "{thing} has taken the invitation back" in said(DECLINE, "call-withdrawn", odd)


def test_no_refusal_claims_that_declining_costs_anything() -> None:
    words = " ".join(said(DECLINE, code) for code in known_codes()).lower()
    assert not re.search(r"rating|penal|\bcosts?\b|hurts?\b", words)
