"""What differs between two versions of a text, as a writer reads it in a note's history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.domain.alignment import align, plain, words


class RunKind(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text, all of which was kept, added or removed."""

    kind: RunKind
    text: str


def difference(old: str, new: str) -> tuple[Run, ...]:
    """Return what to keep, remove and add, in reading order, to come from one text to the other; no run is empty.

    Kept and removed runs together are the old text, kept and added ones the new, their lines ended by line feeds.
    """
    runs: list[Run] = []
    for kept, removed, added in _readable(_pieces(plain(old), plain(new))):
        pairs = ((RunKind.KEPT, kept), (RunKind.REMOVED, removed), (RunKind.ADDED, added))
        runs += (Run(kind, text) for kind, text in pairs if text)
    return tuple(runs)


Piece = tuple[str, str, str]
"""A kept text, and what was removed and added after it."""


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """Go through two texts by lines, and by words where lines differ."""
    for kept, removed, added in _steps(re.findall(r"[^\n]*\n|[^\n]+", old), re.findall(r"[^\n]*\n|[^\n]+", new)):
        yield kept, "", ""
        yield from _steps(words(removed), words(added))


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    kept: list[str] = []
    at, place = 0, 0
    for next_at, next_place in (*align(old, new), (len(old), len(new))):
        if at < next_at or place < next_place:
            yield "".join(kept), "".join(old[at:next_at]), "".join(new[place:next_place])
            kept = []
        kept += old[next_at : next_at + 1]
        at, place = next_at + 1, next_place + 1
    yield "".join(kept), "", ""


def _readable(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Draw changes together that only blanks and signs keep apart: whole phrases read better than shreds."""
    kept, removed, added = "", "", ""
    for next_kept, next_removed, next_added in pieces:
        if not removed and not added:
            kept += next_kept
        elif not next_kept or ((next_removed or next_added) and not re.search(r"[\w\n]", next_kept)):
            removed, added = removed + next_kept, added + next_kept
        else:
            yield kept, removed, added
            kept, removed, added = next_kept, "", ""
        removed, added = removed + next_removed, added + next_added
    yield kept, removed, added
