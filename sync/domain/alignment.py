"""What two texts have in common, found fast on any input: the ground that differences and merges stand on.

Anchored like patience diff, by elements that occur equally often on both sides. The result is a common subsequence,
usually the one that a person would see and not always the longest; the time is near linear, whatever the input.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

Pair = tuple[int, int]
"""The positions of one common element: in the old sequence and in the new one."""

Window = tuple[int, int, int, int]
"""A part of both: from and to in the old sequence, from and to in the new one."""

# A sign that ends a sentence is not part of its last word, any other sign is: 10:00, $500 and -5 are whole.
_WORD: Final = re.compile(r"""\n|[^\S\n]+|\S*[^\s.,;:!?…)\]}"'”’»]|\S+""")

_DEEPEST: Final = 12
"""How often a part between anchors is looked at anew; what is left then is paired in one go."""


def plain(text: str) -> str:
    """Return the text with every line end of whatever system as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def words(text: str) -> list[str]:
    """Cut a text into words, signs, blanks and line ends; joined they are the text."""
    return _WORD.findall(text)


def align(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Return pairs of equal elements, rising on both sides."""
    found: list[Pair] = []
    waiting: list[tuple[Window, int]] = [((0, len(old), 0, len(new)), 0)]
    while waiting:
        window, depth = waiting.pop()
        inner = _trim(old, new, window, found)
        here, there = inner[1] - inner[0], inner[3] - inner[2]
        if here * there <= 1:
            continue  # nothing is left of one of them, or one element each, and these differ
        anchors = _rising(_anchors(old, new, inner)) if depth < _DEEPEST else []
        if anchors:
            found += anchors
            waiting += [(between, depth + 1) for between in _between(anchors, inner)]
        else:
            found += _rising(_by_rank(old, new, inner))
    return list(_as_early(old, new, sorted(found)))


def _as_early(old: Sequence[str], new: Sequence[str], pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Pair each element with the first of several equal ones, so that what was put in stands as late as it can.

    A sentence added after "one." is then read as " two." after the sign, not as ". two" before it.
    """
    at, place = 0, 0
    for pair in pairs:
        # Equal neighbours of a gap on one side alone: the gap can move past them.
        one_sided = pair[0] == at or pair[1] == place
        earlier = (at, place) if one_sided and old[at] == new[place] else pair
        yield earlier
        at, place = earlier[0] + 1, earlier[1] + 1


def _trim(old: Sequence[str], new: Sequence[str], window: Window, found: list[Pair]) -> Window:
    """Move the equal beginning and end of a window to what is found, and return the rest."""
    a, a_end, b, b_end = window
    while a < a_end and b < b_end and old[a] == new[b]:
        found.append((a, b))
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
        found.append((a_end, b_end))
    return a, a_end, b, b_end


def _places(sequence: Sequence[str], start: int, end: int) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for index in range(start, end):
        places[sequence[index]].append(index)
    return places


def _anchors(old: Sequence[str], new: Sequence[str], window: Window) -> Iterator[Pair]:
    """Pair what occurs equally often on both sides, the first with the first; blanks are no landmarks."""
    theirs = _places(new, *window[2:])
    for element, places in _places(old, *window[:2]).items():
        if len(places) == len(theirs.get(element, ())) and not element.isspace() and element:
            yield from zip(places, theirs[element], strict=True)


def _by_rank(old: Sequence[str], new: Sequence[str], window: Window) -> Iterator[Pair]:
    """Pair the first with the first of everything, as far as both sides have it."""
    theirs = _places(new, *window[2:])
    for element, places in _places(old, *window[:2]).items():
        yield from zip(places, theirs.get(element, ()), strict=False)


def _between(anchors: Sequence[Pair], window: Window) -> Iterator[Window]:
    a, a_end, b, b_end = window
    for next_a, next_b in (*anchors, (a_end, b_end)):
        if a < next_a and b < next_b:
            yield a, next_a, b, next_b
        a, b = next_a + 1, next_b + 1


def _rising(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the longest run of pairs that rises on both sides (patience sorting, n log n)."""
    ordered = sorted(pairs)
    tops: list[int] = []
    top_at: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(ordered):
        pile = bisect_left(tops, place)
        before.append(top_at[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        top_at[pile : pile + 1] = [index]
    run: list[Pair] = []
    index = top_at[-1] if top_at else -1
    while index >= 0:
        run.append(ordered[index])
        index = before[index]
    return run[::-1]
