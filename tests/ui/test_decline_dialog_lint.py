"""Private details in a message are warned about, never forbidden; ordinary words and times are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.lint import lint


@pytest.mark.parametrize(
    "text",
    [
        "Call me at 415 555 0142.",
        "My number: +44 20 7946 0123",
        "(415) 555-0142",
        "4155550142 any time",
        "06 12 34 56 78",
    ],
)
def test_a_phone_number_is_warned_about(text: str) -> None:
    assert [warning.split(":")[0] for warning in lint(text)] == ["This looks like a phone number"]


@pytest.mark.parametrize(
    "text", ["me@words.example", "Write to me.too+x@mail.words.example!", "me (at) words (dot) com"]
)
def test_an_email_address_is_warned_about(text: str) -> None:
    assert [warning.split(":")[0] for warning in lint(text)] == ["This looks like an e-mail address"]


@pytest.mark.parametrize(
    "text", ["See https://words.example/x", "www.words.example", "It is on words.com", "words.co.uk"]
)
def test_a_link_is_warned_about(text: str) -> None:
    assert [warning.split(":")[0] for warning in lint(text)] == ["This looks like a link"]


@pytest.mark.parametrize(
    "text",
    [
        "I live at 12 Elm Street.",
        "4b St Mary's Rd",
        "10 Downing St.",
        "12 rue de la Paix",
        "Lange Straße 5",
        "Gartenweg 12b",
        "Calle Mayor 4",
        "P.O. Box 123",
        "Oakland, CA 94612",
        "SW1A 2AA",
    ],
)
def test_a_postal_address_is_warned_about(text: str) -> None:
    assert [warning.split(":")[0] for warning in lint(text)] == ["This looks like a postal address"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I wrote 4 posts for Main Street Books in 2024, and 2 street food guides.",
        "Mon 30 Nov, Dr. Miller joins; 9 AM Pacific Drive time, 24 November Square",
        "10 Days on the Road for the Wall Street Journal",
        "Episode 4, Platz 1, chapter 12 court cases, 10000 words",
        "Tue 1 Dec, 8:00 to 9:30 AM Pacific Time (UTC-08:00)",
        "Between 10:30 and 12:00, or 14:00-15:30",
        "On 2026-12-01 or 01.12.2026 or 12/1/2026",
        "24.11. 13.00 - 14.00",
        "I wrote 4 posts of 1,500 words in 2024 and 2025.",
        "I cannot make it.Please send other times.",
        "Mon 30, Tue 1, Wed 2, Thu 3, Fri 4",
    ],
)
def test_times_dates_and_plain_words_are_left_alone(text: str) -> None:
    assert lint(text) == ()


def test_each_kind_is_named_with_the_words_that_it_found() -> None:
    assert lint("me@words.example, https://words.example, 415 555 0142") == (
        "This looks like an e-mail address: “me@words.example”.",
        "This looks like a link: “https://words.example,”.",
        "This looks like a phone number: “415 555 0142”.",
    )


def test_the_same_detail_is_warned_about_once() -> None:
    assert len(lint("415 555 0142 or 415 555 0142")) == 1


@given(st.text(alphabet="0123456789+-(). @:/a", max_size=300))
def test_any_text_is_read_in_no_time_and_warnings_stay_short(text: str) -> None:
    assert all(len(warning) < 90 for warning in lint(text))


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["a.", "1 ", "a@", "a-", "(at)", "www.", "1 A ", "A", "Via A ", "1 rue d", "PO "])
def test_a_message_made_to_stall_does_not(piece: str) -> None:
    lint(piece * 4000)
