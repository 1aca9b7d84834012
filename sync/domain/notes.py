"""The merge of what two devices wrote in one note.

A merge works on lines, and inside lines that both sides changed on words (A8). It never asks and never throws away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sync.domain.alignment import align, plain, words


@dataclass(frozen=True, slots=True)
class Marks:
    """The words before each line of a true overlap, as "On this computer:"; one line each, chosen by the caller."""

    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of a merge; ``conflict`` tells that lines with ``Marks`` were left for the writer to sort out."""

    text: str
    conflict: bool


def merge(base: str, mine: str, theirs: str, marks: Marks) -> Merged:
    """Join two versions that were written on the same base; every line end becomes a line feed.

    What holds for every input:

    - A word (what stands between blanks, without the signs that close a sentence) that one side has and ``base`` lacks
      is in the result.
    - A line that one side has and ``base`` lacks is in the result as it was written, perhaps behind its mark, unless
      the other side wrote in the same line and both could be joined word by word.
    - What neither side touched stays. A line or word of ``base`` goes only where a side took it away and the other
      left it alone; where the other changed it, the changed line is kept, marked.
    - New lines, or new sentences in a line, at the same place are all kept, mine first; equal ones once. Words that
      both add in the middle of a sentence are two opinions, as below: "Fee: low high" would say neither.
    - Changes that touch, with no word of their own between them, are no joint work but two opinions: both lines are
      kept, marked. So 10:00 that became 10:30 and 11:00 never reads "10:30 11:00" nor "11:30".
    - With the sides swapped, the same words come out and the same verdict.
    """
    base, mine, theirs = plain(base), plain(mine), plain(theirs)
    if theirs in {mine, base}:
        return Merged(mine, conflict=False)
    if mine == base:
        return Merged(theirs, conflict=False)
    merger = _LineMerger(marks)
    lines = _combine(_lines(base), _lines(mine), _lines(theirs), _overlap, merger.resolve)
    return Merged("\n".join(lines or ()) + _end(base, mine, theirs), merger.conflict)


def _lines(text: str) -> list[str]:
    """Return the lines without the empty ones at the end, which are no text but the place to go on writing."""
    body = text.rstrip("\n")
    return body.split("\n") if body else []


def _end(base: str, mine: str, theirs: str) -> str:
    """Return the line ends at the end of a merge: those of the side that changed them, the more if both did."""
    before, one, other = (len(text) - len(text.rstrip("\n")) for text in (base, mine, theirs))
    return "\n" * (other if one == before else one if other == before else max(one, other))


_DIGIT: Final = re.compile(r"\d")

_MOST_COMPARISONS: Final = 2_500
"""Places with more lines than fifty on both sides are not searched for lines that live on."""


class _Change(NamedTuple):
    """A side has ``new`` where the base has ``start`` to ``end``."""

    start: int
    end: int
    new: tuple[str, ...]


Elements = Sequence[str]
Meet = Callable[[Elements, _Change, _Change], bool]
"""Tell whether two changes of different sides, given in their order, must be looked at together."""

Resolve = Callable[[Elements, Elements, Elements], list[str] | None]
"""Join base, mine and theirs of a place that both changed; None when they exclude each other."""


def _changes(base: Elements, side: Elements) -> list[_Change]:
    """List the changes of a side in order; each element that is only taken away is a change of its own."""
    changes: list[_Change] = []
    at, place = 0, 0
    for next_at, next_place in (*align(base, side), (len(base), len(side))):
        if place < next_place:
            changes.append(_Change(at, next_at, tuple(side[place:next_place])))
        else:
            changes += (_Change(gone, gone + 1, ()) for gone in range(at, next_at))
        at, place = next_at + 1, next_place + 1
    return changes


def _combine(base: Elements, mine: Elements, theirs: Elements, meet: Meet, resolve: Resolve) -> list[str] | None:
    """Apply the changes of both sides to the base; None when ``resolve`` finds them to exclude each other."""
    joined: list[str] = []
    at = 0
    for ours, others in _places_of_change(base, _changes(base, mine), _changes(base, theirs), meet):
        both = sorted(ours + others)
        start, end = both[0].start, max(change.end for change in both)
        joined += base[at:start]
        at = end
        if not ours or not others:
            joined += _applied(base, start, end, ours or others)
            continue
        one, other = _applied(base, start, end, ours), _applied(base, start, end, others)
        resolved = one if one == other else resolve(base[start:end], one, other)
        if resolved is None:
            return None
        joined += resolved
    return joined + list(base[at:])


def _places_of_change(
    base: Elements, mine: Sequence[_Change], theirs: Sequence[_Change], meet: Meet
) -> Iterator[tuple[list[_Change], list[_Change]]]:
    """Yield what belongs together, mine and theirs, in the order of the base; a change that both made stands alone."""
    own = set(mine)
    agreed = own.intersection(theirs)
    sides: tuple[list[_Change], list[_Change]] = ([], [])
    for change in sorted(own.union(theirs)):
        side = 0 if change in own else 1
        other = sides[1 - side]
        if any(sides) and (change in agreed or not other or not meet(base, other[-1], change)):
            yield sides
            sides = ([], [])
        if change in agreed:
            yield [change], [change]
        else:
            sides[side].append(change)
    if any(sides):
        yield sides


def _applied(base: Elements, start: int, end: int, changes: Sequence[_Change]) -> list[str]:
    """Return what a side has where the base has ``start`` to ``end``."""
    text: list[str] = []
    for change in changes:
        text += [*base[start : change.start], *change.new]
        start = change.end
    return text + list(base[start:end])


def _overlap(_base: Elements, first: _Change, second: _Change) -> bool:
    """Tell whether two changes concern the same element, or add at the same place."""
    # In order, a second one can end where the first begins only if both are insertions.
    return second.start < first.end or first.start == second.end


def _touch(base: Elements, first: _Change, second: _Change) -> bool:
    """Tell whether two changes overlap or read as one: nothing between them but blanks and numbers.

    So the groups of a phone number, or "10:00 AM", are never put together from two sides. Words that both take away,
    and blanks of another width, make no sense different.
    """
    if _overlap(base, first, second):
        return True
    if not (first.new or second.new) or _is_width(base, first) or _is_width(base, second):
        return False
    between = base[first.end : second.start]
    return all(_DIGIT.search(word) or _is_blank(word) for word in between)


def _is_width(base: Elements, change: _Change) -> bool:
    return bool(change.new) and all(map(_is_blank, (*base[change.start : change.end], *change.new)))


def _is_blank(word: str) -> bool:
    return word.isspace() and word != "\n"


def _both(mine: Elements, theirs: Elements) -> list[str]:
    """Return both, mine first; only the longer one when it begins or ends with the other."""
    shorter, longer = sorted((list(mine), list(theirs)), key=len)
    if longer[: len(shorter)] == shorter or longer[len(longer) - len(shorter) :] == shorter:
        return longer
    return [*mine, *theirs]


def _resolve_words(base: Elements, mine: Elements, theirs: Elements) -> list[str] | None:
    """Join what two sides wrote at one place of a line; None when that would mix their words or numbers."""
    if all(word.isspace() for word in (*base, *mine, *theirs)):
        return max(list(mine), list(theirs), key=_room)
    numbers, breaks = (all(map(has, (mine, theirs))) for has in (_has_number, _has_break))
    if base or numbers or breaks:
        return None
    # What ends a line belongs before it, what begins a new one after it.
    if mine[0] == "\n" or theirs[-1] == "\n":
        mine, theirs = theirs, mine
    joined = _both(mine, theirs)
    alone = len(joined) < len(mine) + len(theirs)
    if not alone and not (_is_sentence(mine) and _is_sentence(theirs)):
        return None
    # Asked in both orders, so that both devices come to the same verdict.
    return joined if _stay_whole(joined) and _stay_whole(_both(theirs, mine)) else None


def _room(blanks: list[str]) -> tuple[int, str]:
    return blanks.count("\n"), "".join(blanks)


def _has_number(side: Elements) -> bool:
    return any(_DIGIT.search(word) for word in side)


def _is_sentence(side: Elements) -> bool:
    """Tell whether an addition stands by itself: two that do not would read as one muddled sentence."""
    text = "".join(side).strip()
    return "\n" in side or (bool(text) and text[-1] in ".!?;,)")


def _has_break(side: Elements) -> bool:
    return "\n" in side


def _merge_words(base: str, mine: str, theirs: str) -> str | None:
    """Join three versions of some lines word by word; None when the sides exclude each other."""
    joined = _combine(words(base), words(mine), words(theirs), _touch, _resolve_words)
    return "".join(joined) if joined is not None and _stay_whole(joined) else None


def _stay_whole(joined: list[str]) -> bool:
    """Tell whether no two words become one when they are joined."""
    return words("".join(joined)) == joined


class _LineMerger:
    """Resolves lines that both sides changed, and remembers whether any had to be marked."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.conflict = False

    def resolve(self, base: Elements, mine: Elements, theirs: Elements) -> list[str]:
        """Join what two sides made of some lines; there is always a way."""
        if base in (mine, theirs):
            return list(theirs if base == mine else mine)
        if not any(line.strip() for line in base):
            return _both(mine, theirs)
        if mine and theirs:
            joined = _merge_words("\n".join(base), "\n".join(mine), "\n".join(theirs))
            if joined is not None:
                return joined.split("\n")
        parts = _parts(base, mine, theirs)
        if len(parts) > 1:
            return [line for part in parts for line in self.resolve(*part)]
        if not any(line.strip() for line in (*mine, *theirs)):
            return _both(mine, theirs)
        self.conflict = True
        return [*_marked(self._marks.mine, mine), *_marked(self._marks.theirs, theirs)]


def _marked(mark: str, lines: Elements) -> list[str]:
    return [f"{mark} {line}" if line.strip() else line for line in lines]


def _parts(base: Elements, mine: Elements, theirs: Elements) -> list[tuple[Elements, Elements, Elements]]:
    """Cut a place so that each line of the base that lives on in both sides stands alone, with what it became."""
    if len(base) == len(mine) == len(theirs):
        return [([old], [one], [other]) for old, one, other in zip(base, mine, theirs, strict=True)]
    parts: list[tuple[Elements, Elements, Elements]] = []
    at, here, there = 0, 0, 0
    heirs, other_heirs = _heirs(base, mine), _heirs(base, theirs)
    for line in sorted(heirs.keys() & other_heirs.keys()):
        one, other = heirs[line], other_heirs[line]
        parts.append((base[at:line], mine[here:one], theirs[there:other]))
        at, here, there = line + 1, one + 1, other + 1
        parts.append((base[line:at], mine[one:here], theirs[other:there]))
    parts.append((base[at:], mine[here:], theirs[there:]))
    return [part for part in parts if any(part)]


def _heirs(base: Elements, side: Elements) -> dict[int, int]:
    """Find what became of lines: for the number of a line in the base that of one that has half of its words."""
    if len(base) * len(side) > _MOST_COMPARISONS:
        return {}
    before, after = ([{word for word in words(line) if word.isalnum()} for line in lines] for lines in (base, side))
    heirs: dict[int, int] = {}
    free = 0
    for number, old in enumerate(before):
        like = (at for at in range(free, len(side)) if 2 * len(old & after[at]) > min(len(old), len(after[at])))
        heir = next(like, None)
        if heir is not None:
            heirs[number] = heir
            free = heir + 1
    return heirs
