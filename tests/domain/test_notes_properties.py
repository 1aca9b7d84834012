"""What holds for every merge and every difference, on made-up and on hostile texts."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.difference import difference
from sync.domain.notes import Marks, merge
from tests.support.edits import Typist

MARKS = Marks("⟨mine⟩", "⟨theirs⟩")
SWAPPED = Marks("⟨theirs⟩", "⟨mine⟩")
PAIRS = 5_000

texts = st.text(st.sampled_from("ab1 \n.:"), max_size=40) | st.text(max_size=40)


@st.composite
def versions(draw):
    """Draw a base and two edits of it, each of some cuts and insertions."""
    base = draw(texts)

    def edited():
        text = base
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(text)))
            text = text[:start] + draw(texts) + text[start + draw(st.integers(0, 5)) :]
        return text

    return base, edited(), edited()


def words(text):
    """Return the words of a text without the signs that close a sentence, and how often each occurs."""
    stripped = (re.sub(r"""[.,;:!?…)\]}"'”’»]+$""", "", word) for word in text.split())
    return Counter(word for word in stripped if word)


def plain(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unmarked(line):
    for mark in ("⟨mine⟩ ", "⟨theirs⟩ "):
        line = line.removeprefix(mark)
    return line


@settings(max_examples=200)
@given(versions())
def test_no_word_that_a_side_wrote_is_lost(three):
    base, mine, theirs = three
    result = words(merge(base, mine, theirs, MARKS).text)
    assert not (words(mine).keys() | words(theirs).keys()) - words(base).keys() - result.keys()


@settings(max_examples=200)
@given(versions())
def test_no_word_goes_that_neither_side_took_away(three):
    base, mine, theirs = three
    before, one, other = words(base), words(mine), words(theirs)
    kept = {word for word in before if one[word] >= before[word] and other[word] >= before[word]}
    assert not kept - words(merge(base, mine, theirs, MARKS).text).keys()


@settings(max_examples=200)
@given(versions())
def test_both_devices_get_the_same_words_and_the_same_verdict(three):
    base, mine, theirs = three
    here, there = merge(base, mine, theirs, MARKS), merge(base, theirs, mine, SWAPPED)
    assert here.conflict == there.conflict
    assert words(here.text) == words(there.text)


@given(versions())
def test_marks_stand_exactly_where_there_is_something_to_sort_out(three):
    merged = merge(*three, MARKS)
    assert merged.conflict == ("⟨mine⟩ " in merged.text or "⟨theirs⟩ " in merged.text)


@given(texts, texts)
def test_one_side_alone_is_taken_as_it_is(base, side):
    for merged in (merge(base, side, base, MARKS), merge(base, base, side, MARKS), merge(base, side, side, MARKS)):
        assert (merged.text, merged.conflict) == (plain(side), False)


def test_no_line_of_whole_lines_is_lost_or_comes_back():
    for seed in range(1_000):
        random = Random(seed)
        base = [f"base{number}" for number in range(random.randint(0, 12))]
        (mine, mine_left), (theirs, theirs_left) = (_whole_lines(random, base, side) for side in ("mine", "theirs"))
        merged = merge(*map("\n".join, (base, mine, theirs)), MARKS)
        result = Counter(map(unmarked, merged.text.split("\n")))
        for line in {*mine, *theirs} - {*base}:
            assert result[line] == 1, (seed, line)
        for line in base:
            if line in mine_left and line in theirs_left:
                assert result[line] == 1, (seed, line)
            elif not merged.conflict:
                assert result[line] == 0, (seed, line)


def _whole_lines(random, base, side):
    """Return an edit of a list that leaves, takes away, replaces or adds whole lines, and the lines that it leaves."""
    lines, left = [], set()
    for number, line in enumerate(base):
        match random.choice(("leave", "leave", "leave", "take", "replace", "add")):
            case "leave":
                lines.append(line)
                left.add(line)
            case "replace":
                lines.append(f"{side}{number}")
            case "add":
                lines += [line, f"{side}{number}"]
                left.add(line)
    return lines, left


def test_five_thousand_pairs_of_edits_keep_every_new_word_in_its_line_and_rarely_disagree():
    disagreements = 0
    for seed in range(PAIRS):
        typist = Typist(Random(seed))
        base = typist.note()
        mine, theirs = typist.edited(base), typist.edited(base)
        merged = merge(base, mine, theirs, MARKS)
        disagreements += merged.conflict
        result = words(merged.text)
        lines = [words(line).keys() for line in merged.text.split("\n")]
        for side in (mine, theirs):
            assert not words(side).keys() - words(base).keys() - result.keys(), seed
            for line in side.split("\n"):
                new = words(line).keys() - words(base).keys()
                assert any(new <= one for one in lines), (seed, line)
    assert disagreements / PAIRS < 0.05


def _noise(elements, joint, seed):
    noise = Random(seed)
    return joint.join(noise.choice(elements) for _ in range(100_000 // (len(joint) + 1)))


def _shuffled(joint, seed):
    numbers = [str(number) for number in range(17_000)]
    random.Random(seed).shuffle(numbers)
    return joint.join(numbers)


@pytest.mark.parametrize(
    "three",
    [
        tuple(_noise("ab ", "", seed) for seed in range(3)),
        tuple(_noise("abcd", "\n", seed) for seed in range(3)),
        tuple(_shuffled(" ", seed) for seed in range(3)),
        tuple(_shuffled("\n", seed) for seed in range(3)),
        ("a\n" * 50_000, "a\n" * 20_000 + "b\n" * 9_000 + "a\n" * 20_000, "a\n" * 30_000 + "c\n" + "a\n" * 19_000),
        ("x" * 100_000, "y" * 100_000, "x" * 99_999),
        ("." * 100_000, "." * 99_999, "." * 99_998 + "a"),
        (". " * 50_000, ". " * 49_999 + "b", ". " * 30_000 + "a" + ". " * 20_000),
    ],
    ids=["letters", "short lines", "shuffled words", "shuffled lines", "one line again and again", "one word", "signs",
         "signs and blanks"],
)  # fmt: skip
def test_a_hundred_kilobytes_are_merged_before_anyone_waits(three):
    begun = time.process_time()
    merge(*three, MARKS)
    difference(three[0], three[1])
    # Most take a quarter of a second, the worst one; anything quadratic takes minutes.
    assert time.process_time() - begun < 5
