"""Two sequences are paired where they agree: always rightly, and mostly as a person would."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.alignment import align, plain, words

sequences = st.lists(st.sampled_from([*"abcdef", " ", ""]), max_size=30)


def common(old, new):
    return [old[at] for at, _ in align(old, new)]


@given(sequences, sequences)
def test_pairs_are_equal_and_rise_on_both_sides(old, new):
    pairs = align(old, new)
    assert all(old[at] == new[place] for at, place in pairs)
    assert all(a < b and c < d for (a, c), (b, d) in pairwise(pairs))


@given(sequences, sequences, sequences)
def test_what_was_only_put_in_or_taken_out_leaves_the_rest_paired(start, middle, end):
    assert len(align(start + end, start + middle + end)) == len(start + end)
    assert len(align(start + middle + end, start + end)) == len(start + end)


@given(sequences)
def test_equal_sequences_are_paired_whole(one):
    assert align(one, one) == [(at, at) for at in range(len(one))]


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_elements_that_occur_once_and_kept_their_order_are_all_found(one, other):
    old, new = ([str(number) for number in sorted(numbers)] for numbers in (one, other))
    assert set(common(old, new)) == set(old) & set(new)


def test_a_moved_element_is_paired_at_neither_of_its_places():
    assert common("abcdX", "Xabcd") == list("abcd")


def test_what_was_added_stands_as_late_as_it_can():
    assert align(["x", "a", "."], ["y", "a", ".", "\n", "b", "."]) == [(1, 1), (2, 2)]
    assert align(["y", "a", ".", "\n", "b", "."], ["x", "a", "."]) == [(1, 1), (2, 2)]


def test_texts_pasted_twice_are_paired_although_nothing_in_them_is_unique():
    old = list("one two one two".replace(" ", ""))
    assert len(align(old, [*old[:3], "X", *old[3:9], "Y", *old[9:]])) == len(old)


def test_blanks_do_not_draw_words_off_their_place():
    assert common(["a", " ", "b", " ", "c"], ["b", " ", "x", " ", "c"]) == ["b", " ", "c"]


def test_words_that_are_everywhere_do_not_draw_rare_ones_off_their_place():
    old = ["the", "a", "the", "b", "the", "c", "the", "d"]
    assert common(old, ["the", "x", "the", "y", *old, "the", "z"]) == old


def test_elements_that_occur_more_often_on_one_side_are_still_paired():
    assert common(["x", *"aaaa", "y"], ["z", *"aaaaaa", "w"]) == list("aaaa")


@given(st.text())
def test_words_joined_are_the_text(text):
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("at 10:00.", ["at", " ", "10:00", "."]),
        ("-5, $500 and 50%!?", ["-5", ",", " ", "$500", " ", "and", " ", "50%", "!?"]),
        ("“Dana” (a.k.a. D.)", ["“Dana", "”", " ", "(a.k.a", ".", " ", "D", ".)"]),
        ("a \t\n\n b", ["a", " \t", "\n", "\n", " ", "b"]),
        ("...", ["..."]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words_signs_blanks_and_line_ends(text, parts):
    assert words(text) == parts


def test_line_ends_of_every_system_become_line_feeds():
    assert plain("a\r\nb\rc\nd\n\r\n") == "a\nb\nc\nd\n\n"
