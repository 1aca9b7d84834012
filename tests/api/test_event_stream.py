"""A stream of events is read as the standard says, wherever its pieces are cut."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.api.event_stream import LINE_BYTES, LONGEST_RETRY, SHORTEST_RETRY, EventParser
from sync.domain.problems import Busy, Trouble

POKE = b"event: poke\ndata: {}\n\n"


def kinds(*pieces):
    parser = EventParser()
    return [kind for piece in pieces for kind in parser.feed(piece)]


def read(*pieces, last_id=""):
    parser = EventParser(last_id)
    for piece in pieces:
        list(parser.feed(piece))
    return parser


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_ends_a_line(end):
    assert kinds(POKE.replace(b"\n", end) * 3) == ["poke"] * 3


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_pieces_of_one_byte_are_the_same_stream(end):
    stream = (b"\xef\xbb\xbf: hello\nid: a:1\n" + POKE + b"data: 1\ndata: 2\n\n").replace(b"\n", end)
    assert kinds(*(bytes([byte]) for byte in stream)) == ["poke", "message"]


def test_an_event_ends_with_the_return_of_its_empty_line_and_not_only_with_what_follows():
    assert kinds(b"data: x\r\r") == ["message"]
    assert kinds(b"data: x\r\n\r") == ["message"]


def test_a_line_feed_that_comes_in_the_next_piece_ends_no_second_line():
    assert kinds(b"event: poke\r", b"\ndata: x\r", b"\n\r", b"\nid: 1\r\n") == ["poke"]
    assert kinds(b"event: poke\r", b"", b"\ndata: x\n\n") == ["poke"]


def test_of_two_line_feeds_after_a_return_one_is_an_empty_line():
    assert kinds(b"data: x\r", b"\n\n") == ["message"]


def test_one_byte_order_mark_at_the_start_is_no_text():
    assert kinds(b"\xef\xbb\xbfevent: poke\ndata\n\n") == ["poke"]
    assert kinds(b"\xef", b"\xbb", b"\xbfevent: poke\ndata\n\n") == ["poke"]
    assert kinds(b"\xef\xbb\xbf\xef\xbb\xbfevent: poke\ndata\n\n") == ["message"]
    assert kinds(b"data\n\n\xef\xbb\xbfevent: poke\ndata\n\n") == ["message", "message"]
    assert kinds(b"data\n\n", b"\xef\xbb\xbfevent: poke\ndata\n\n") == ["message", "message"]


def test_an_event_without_data_is_none():
    assert kinds(b"event: poke\n\n\n" + b"data\n\n") == ["message"]


def test_data_of_many_lines_is_one_event():
    assert kinds(b"event: poke\ndata: {\ndata: }\ndata\n\n") == ["poke"]


def test_comments_and_unknown_fields_are_passed_over():
    assert kinds(b": still here\n\nevents: poke\nhello\ndata : x\n\n:data\n\n") == []


def test_one_blank_after_the_colon_belongs_to_the_form_and_a_second_to_the_text():
    assert kinds(b"event:poke\ndata\n\nevent:  poke\ndata\n\n") == ["poke", " poke"]


def test_the_last_of_several_kinds_counts_and_the_next_event_has_none():
    assert kinds(b"event: other\nevent: poke\ndata\n\ndata\n\n") == ["poke", "message"]


def test_an_event_that_was_cut_off_is_none():
    parser = read(b"id: a:1\ndata\n\n", b"id: a:2\nevent: poke\ndata\n")
    assert parser.last_id == "a:1"


def test_the_newest_id_of_a_whole_event_is_remembered():
    assert read(POKE).last_id == ""
    assert read(b"id: a:1\n" + POKE + POKE).last_id == "a:1"
    assert read(b"id: a:1\n\n").last_id == "a:1"
    assert read(b"id: a:1\n\nid: a:2\n\n").last_id == "a:2"
    assert read(POKE, last_id="a:7").last_id == "a:7"


def test_an_empty_id_forgets_the_last_one():
    assert read(b"id\n\n", last_id="a:7").last_id == ""
    assert read(b"id:\n\n", last_id="a:7").last_id == ""


@pytest.mark.parametrize("bad", [b"a\0b", b"a b", "ä".encode(), b"\xff", b"a\x7f", b"x" * 3000])
def test_an_id_that_cannot_stand_in_a_header_is_passed_over(bad):
    assert read(b"id: " + bad + b"\ndata\n\n", last_id="a:7").last_id == "a:7"


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (b"5000", timedelta(seconds=5)),
        (b"1500", timedelta(seconds=1.5)),
        (b"0", SHORTEST_RETRY),
        (b"999", SHORTEST_RETRY),
        (b"0000000000005000", timedelta(seconds=5)),
        (b"300000", LONGEST_RETRY),
        (b"300001", LONGEST_RETRY),
        (b"1000000000", LONGEST_RETRY),
        (b"9" * 60_000, LONGEST_RETRY),
        (b"", None),
        (b"-1", None),
        (b"5s", None),
        (b"1.5", None),
        ("٥".encode(), None),
        ("²".encode(), None),
    ],
)
def test_a_wait_is_taken_within_bounds_and_only_when_it_is_a_number(asked, wait):
    assert read(b"retry: " + asked + b"\n").retry == wait


def test_a_line_without_end_is_given_up():
    assert kinds(b"data: " + b"x" * (LINE_BYTES - 6) + b"\n\n") == ["message"]
    for pieces in ([b"x" * (LINE_BYTES + 1)], [b"x" * LINE_BYTES, b"x"], [b":" + b"x" * LINE_BYTES + b"\n"]):
        with pytest.raises(Busy) as caught:
            kinds(*pieces)
        assert caught.value.code == Trouble.GARBLED


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_where_the_pieces_are_cut_changes_nothing(noise, cuts):
    stream = noise.replace(b"\0", b"\n").replace(b"\1", b"\r").replace(b"\2", POKE).replace(b"\3", b"id: 7\n")
    borders = sorted({0, *cuts, len(stream)})
    pieces = [stream[start:end] for start, end in pairwise(borders)]
    assert kinds(*pieces) == kinds(stream)
    assert read(*pieces).last_id == read(stream).last_id
