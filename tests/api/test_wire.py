"""What comes from the marketplace is read defensively: plain text, known words, sane values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.api.wire import (
    Garbled,
    many_lines,
    one_line,
    read_call,
    read_changes,
    read_instant,
    read_object,
    write_intent,
)
from sync.domain.calls import CallStatus, SlotState
from sync.domain.intents import Accept, Decline, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import Gone, NotePart
from tests.api.test_client import CALL
from tests.support.desks import START


def test_unknown_fields_are_kept_in_the_raw_text_and_unknown_words_are_unknown():
    call = read_call(
        CALL | {"status": "on_the_moon", "mood": {"good": True}, "slots": [CALL["slots"][0] | {"state": "?"}]}
    )
    assert call.status is CallStatus.UNKNOWN
    assert call.slots[0].state is SlotState.UNKNOWN
    assert json.loads(call.raw)["mood"] == {"good": True}


def test_kinds_that_this_version_does_not_know_are_passed_over():
    page = read_changes(
        {
            "changes": [
                {"kind": "hologram", "op": "upsert"},
                {"kind": "call_request", "op": "delete", "id": "a", "version": 3},
            ],
            "next_cursor": "c",
            "has_more": False,
            "head_seq": 1,
            "surprise": 1,
        },
        "e",
    )
    assert (page.rows.calls, page.rows.gone) == ((), (Gone("call_request", "a", 3),))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../../etc/passwd"},
        {"id": "x" * 65},
        {"id": 7},
        {"version": -1},
        {"version": True},
        {"version": 2**60},
        {"version": "4"},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-22T00:20:00"},
        {"slots": None},
        {"slots": [7]},
        {"slots": CALL["slots"] * 2},
        {"customer": []},
        {"subject": None},
        {"line": {"number": "0900 666", "pin": "1"}},
        {"line": {"number": "+14155550142;ext=1", "pin": "1"}},
        {"line": {"number": "+14155550142", "pin": "*#06#"}},
        {"line": "none"},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_right_is_not_taken(change):
    with pytest.raises(Garbled):
        read_call(CALL | change)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://alderandoak.example", "https://alderandoak.example"),
        ("http://alderandoak.example", None),
        ("javascript:alert(1)", None),
        ("https://user@alderandoak.example", None),
        ("https://[", None),
        (7, None),
    ],
)
def test_only_an_encrypted_web_address_is_kept_as_website(address, kept):
    assert read_call(CALL | {"customer": CALL["customer"] | {"website": address}}).customer.website == kept


@given(st.text())
def test_a_text_for_one_line_is_one_line_that_shows_what_it_says(text):
    line = one_line(text)
    assert len(line) <= 300
    assert line == one_line(line)
    assert not set(line) & set("\n\r\t\x00\x1b\u202e\u2066\u200b\ufeff")


@given(st.text())
def test_a_text_of_many_lines_has_no_control_characters_but_line_ends_and_tabs(text):
    assert not [char for char in many_lines(text) if ord(char) < 32 and char not in "\n\t"]


def test_names_keep_their_letters():
    assert one_line("  Søren   Ødegård & 株式会社 O’Brien ") == "Søren Ødegård & 株式会社 O’Brien"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_json_comes_is_read_or_said_to_be_garbled(value):
    data = value if isinstance(value, dict) else {"changes": value}
    for read in (read_call, lambda one: read_changes(one, "e")):
        with pytest.raises(Garbled):
            read(data)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[1]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_said_to_be_garbled(body):
    with pytest.raises(Garbled):
        read_object(body)


@pytest.mark.parametrize(
    "value", [None, 7, "", "2026", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_that_is_none_is_none(value):
    assert read_instant(value) is None


@pytest.mark.parametrize(
    ("intent", "base", "request_"),
    [
        (
            Accept("cr_1", "sl_1", START, 3),
            None,
            (
                "POST",
                "/call-requests/cr_1/acceptance",
                {},
                {"slot_id": "sl_1", "starts_at": "2026-11-24T21:00:00Z", "seen_version": 3},
            ),
        ),
        (
            Decline("cr_1", "No.", 3),
            None,
            ("POST", "/call-requests/cr_1/decline", {}, {"message": "No.", "reason": None, "seen_version": 3}),
        ),
        (
            ReportNoShow("cr_1", 7),
            None,
            ("POST", "/call-requests/cr_1/no-show", {}, {"party": "customer", "waited_minutes": 7}),
        ),
        (
            SaveNote("cr_1", NotePart.LIVE, "Six.", "v1"),
            "v2",
            ("PUT", "/call-requests/cr_1/notes/live", {"If-Match": '"v2"'}, {"text": "Six.", "conflict": False}),
        ),
        (
            SaveNote("cr_1", NotePart.ANSWERS, "Six.", conflict=True),
            None,
            ("PUT", "/call-requests/cr_1/notes/answers", {"If-None-Match": "*"}, {"text": "Six.", "conflict": True}),
        ),
        (
            SetProfile("findable", value=False, base_version=2),
            "3",
            ("PATCH", "/profile", {}, {"fields": {"findable": {"value": False, "base_version": 3}}}),
        ),
    ],
)
def test_each_intent_has_its_method_address_and_body(intent, base, request_):
    assert write_intent(intent, base) == request_
