"""A history shows what was kept, added and removed, in pieces that a person can read."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.alignment import plain
from sync.domain.difference import Run, RunKind, difference

texts = st.text(st.sampled_from("ab1 \n.:"), max_size=40) | st.text(max_size=40)


@st.composite
def pairs(draw):
    """Draw a text and an edit of it."""
    old = draw(texts)
    start = draw(st.integers(0, len(old)))
    return old, draw(texts) + old[:start] + draw(texts) + old[start + draw(st.integers(0, 9)) :]


def shown(old, new):
    """Return a difference as one text: {+added+} and [-removed-]."""
    signs = {RunKind.KEPT: "{}", RunKind.ADDED: "{{+{}+}}", RunKind.REMOVED: "[-{}-]"}
    return "".join(signs[run.kind].format(run.text) for run in difference(old, new))


@settings(max_examples=500)
@given(pairs())
def test_a_difference_holds_both_texts(pair):
    old, new = pair
    runs = difference(old, new)
    assert "".join(run.text for run in runs if run.kind is not RunKind.ADDED) == plain(old)
    assert "".join(run.text for run in runs if run.kind is not RunKind.REMOVED) == plain(new)
    assert all(run.text for run in runs)
    assert all(first.kind is not second.kind for first, second in pairwise(runs))


def test_equal_texts_are_kept_whole():
    assert difference("a\nb", "a\r\nb") == (Run(RunKind.KEPT, "a\nb"),)
    assert difference("", "") == ()


def test_a_changed_word_is_shown_as_a_word():
    assert shown("Meet Dana today.", "Meet Diana today.") == "Meet [-Dana-]{+Diana+} today."


def test_a_new_line_is_shown_as_a_line():
    assert shown("one\ntwo\n", "one\nnew\ntwo\n") == "one\n{+new\n+}two\n"


def test_a_changed_phrase_is_shown_whole_and_not_word_by_word():
    assert shown("Ask for red boots today", "Ask for two coats today") == "Ask for [-red boots-]{+two coats+} today"


def test_changes_in_two_lines_are_shown_each_in_its_line():
    assert shown("one a\ntwo b\n", "one x\ntwo y\n") == "one [-a-]{+x+}\ntwo [-b-]{+y+}\n"


def test_a_first_text_is_all_added_and_an_emptied_one_all_removed():
    assert shown("", "a b\nc") == "{+a b\nc+}"
    assert shown("a b\nc", "") == "[-a b\nc-]"
