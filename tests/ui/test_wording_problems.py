"""Every problem has a sentence: what happened, what can be done, and the other side's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calls import Refusal
from sync.domain.problems import Trouble
from ui.sentences import LONGEST_QUOTE, known_codes, problem_sentence, quoted, refusal_sentence
from ui.sync_words import StripStep, SyncKind, next_try_words, strip_words, sync_state
from ui.wording import Wording, plain_formats

NOW = datetime(2026, 11, 24, 18, 46, tzinfo=UTC)
CONTRACT = [
    "token-expired",
    "invalid_grant",
    "not-allowed",
    "account-suspended",
    "unknown-call-request",
    "unsupported",
    "in-progress",
    "epoch-changed",
    "too-early",
    "slot-taken",
    "slot-gone",
    "call-withdrawn",
    "call-expired",
    "already-declined",
    "already-accepted-other-slot",
    "setting-changed",
    "cursor-expired",
    "key-expired",
    "revision-mismatch",
    "too-large",
    "validation",
    "key-reuse",
    "client-too-old",
    "precondition-required",
    "rate-limited",
    "quota",
    "malformed",
]


@pytest.mark.parametrize("code", sorted({*Trouble, *CONTRACT}))
def test_every_code_has_a_sentence_of_its_own(code: str) -> None:
    assert code in known_codes()


@pytest.mark.parametrize("code", [*sorted(known_codes()), "never-heard-of"])
def test_a_sentence_has_a_title_what_happened_and_what_can_be_done(code: str) -> None:
    sentence = problem_sentence(code, who="Dana")
    assert not sentence.title.endswith(".")
    assert sentence.text.endswith(".")
    assert sentence.next.endswith(".")
    assert "{" not in sentence.paragraph()


@pytest.mark.parametrize("code", sorted(known_codes()))
def test_no_sentence_speaks_of_machinery_or_of_a_price_for_declining(code: str) -> None:
    words = problem_sentence(code, who="Dana").paragraph().lower()
    assert not re.search(r"http|json|server|token|cursor|epoch|\bkey\b|idempot|rating|penal|cost|hurt", words)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_sentence(refusal: Refusal) -> None:
    assert refusal_sentence(refusal).title


def test_the_customer_is_named_where_they_did_it() -> None:
    assert problem_sentence("slot-gone", who="Lee").text == "Lee has taken this time back."
    assert problem_sentence("slot-gone").text == "The customer has taken this time back."


def test_a_name_that_looks_like_a_template_stays_a_name() -> None:
    assert problem_sentence("slot-gone", who="{0.__class__}").text == "{0.__class__} has taken this time back."


def test_an_unknown_code_quotes_the_other_side() -> None:
    sentence = problem_sentence("phase-of-the-moon", "Not on a Tuesday.")
    assert sentence.quote == "The marketplace says: “Not on a Tuesday.”"
    assert sentence.paragraph().endswith("“Not on a Tuesday.”")


@given(st.text())
def test_a_quote_is_one_line_of_printable_text_and_not_endless(words: str) -> None:
    shown = quoted(words)
    assert shown.isprintable()
    assert len(shown) <= LONGEST_QUOTE + 30


@dataclass
class Status:
    """The fields of the desk's status."""

    last_synced_at: datetime | None = NOW - timedelta(minutes=2)
    last_tried_at: datetime | None = None
    next_try_at: datetime | None = None
    trouble: str | None = None
    trouble_detail: str = ""
    trouble_since: datetime | None = None
    waiting: int = 0
    attention: int = 0
    clock_offset: timedelta | None = None
    unreadable: int = 0
    unlisted: int = 0


WORDS = Wording(plain_formats(), lambda: NOW, lambda: ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize(
    ("status", "syncing", "kind", "words"),
    [
        (Status(), False, SyncKind.SYNCED, "Synced 2 min ago"),
        (Status(), True, SyncKind.SYNCING, "Syncing…"),
        (Status(last_synced_at=None), False, SyncKind.SYNCING, "Not synced yet"),
        (Status(trouble="unreachable", waiting=2), False, SyncKind.OFFLINE, "Offline"),
        (Status(waiting=2), False, SyncKind.TO_SEND, "2 to send"),
        (Status(attention=1, trouble="timeout"), True, SyncKind.ATTENTION, "1 needs attention"),
        (Status(attention=2), False, SyncKind.ATTENTION, "2 need attention"),
        (Status(attention=2, trouble="token-expired"), False, SyncKind.SIGN_IN, "Sign in again"),
        (Status(trouble="not-signed-in"), False, SyncKind.SIGN_IN, "Not signed in"),
        (Status(trouble="disk-full"), False, SyncKind.ATTENTION, "This computer's disk is full"),
    ],
)
def test_the_sync_state_says_what_matters_most(status: Status, syncing: bool, kind: SyncKind, words: str) -> None:
    state = sync_state(status, WORDS, syncing=syncing)  # type: ignore[arg-type]
    assert (state.kind, state.words) == (kind, words)


def strip(put_off=(), **fields):
    return strip_words(Status(**fields), None, WORDS, put_off)  # type: ignore[arg-type]


def test_the_strip_is_silent_when_all_is_well() -> None:
    assert strip() is None
    assert strip(clock_offset=timedelta(seconds=119)) is None


def test_the_strip_says_since_when_it_is_offline_what_waits_and_how_old_the_window_is() -> None:
    said = strip(
        trouble="unreachable", trouble_since=NOW - timedelta(minutes=66), waiting=2,
        last_synced_at=NOW - timedelta(minutes=68),
    )  # fmt: skip
    assert said.loud == "Offline since 9:40 AM. 2 actions wait to be sent."
    assert said.quiet == "Everything you see was saved at 9:38 AM."
    assert (said.icon, said.step) == ("offline", StripStep.SHOW)


def test_another_trouble_than_no_network_says_what_can_be_done() -> None:
    said = strip(trouble="captive-portal", waiting=1)
    assert said.loud == "This network wants you to sign in first. 1 action waits to be sent."
    assert "browser" in said.quiet


@pytest.mark.parametrize("trouble", ["not-signed-in", "token-expired", "invalid_grant"])
def test_whoever_is_not_signed_in_is_offered_that(trouble: str) -> None:
    assert (strip(trouble=trouble).step, strip(trouble=trouble).icon) == (StripStep.SIGN_IN, "lock")


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(minutes=7), "7 minutes behind. Foreword may call a line open too late."),
        (timedelta(minutes=-3), "3 minutes ahead. Foreword may call a line open too early."),
        (timedelta(hours=3), "3 hours behind. Foreword may call a line open too late."),
        (timedelta(days=-400), "400 days ahead. Foreword may call a line open too early."),
    ],
)
def test_a_wrong_clock_is_told_with_what_follows(offset: timedelta, words: str) -> None:
    assert strip(clock_offset=offset).loud == f"This computer's clock is {words}"


def test_what_is_listed_no_more_is_asked_about_and_nothing_was_removed() -> None:
    said = strip(unlisted=12)
    assert said.loud == "The marketplace does not list 12 of your calls any more. Nothing was removed here."
    assert (said.step, said.put_off) == (StripStep.MARK, "Later")


@pytest.mark.parametrize(("count", "words"), [(1, "1 entry"), (2, "2 entries")])
def test_what_could_not_be_read_is_counted(count: int, words: str) -> None:
    assert strip(unreadable=count).loud == f"{words} could not be read; a newer Foreword may."


def test_what_keeps_the_writer_from_working_comes_first_and_what_is_put_off_makes_room() -> None:
    many = {"clock_offset": timedelta(minutes=7), "unlisted": 12, "unreadable": 2}
    assert strip(trouble="timeout", **many).loud == "The marketplace does not answer."
    order = []
    while (said := strip(order, **many)) is not None:
        order.append(said.loud)
    assert [words.split()[0] for words in order] == ["This", "The", "2"]
    assert strip(order, **many | {"unlisted": 13}) is not None


def test_the_next_try_is_told_as_far_as_it_is_known() -> None:
    tried = Status(last_tried_at=NOW - timedelta(minutes=1), next_try_at=NOW + timedelta(minutes=1))
    assert next_try_words(tried, WORDS) == "Last tried 10:45 AM. Tries again by itself at 10:47 AM."  # type: ignore[arg-type]
    assert next_try_words(Status(), WORDS) == "Not tried yet."  # type: ignore[arg-type]
