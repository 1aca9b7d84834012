"""What a look through this computer's own data can find wrong; the words for it are found in ``ui/care_words.py``."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    """The kinds of faults, the gravest first (invariants I2, I6 and I11 are those of the sync protocol)."""

    FILE_DAMAGED = "file-damaged"
    ACTION_UNREADABLE = "action-unreadable"
    ACTION_CHANGED = "action-changed"
    STATE_UNKNOWN = "state-unknown"
    ROWS_UNREADABLE = "rows-unreadable"
    LINK_BROKEN = "link-broken"
    TWO_ON_THE_WAY = "two-on-the-way"
    LINE_MISSING = "line-missing"
    COUNT_WRONG = "count-wrong"


class Finding(NamedTuple):
    """One fault; ``detail`` names the place: an action's key, a call's id, SQLite's own words."""

    fault: Fault
    detail: str
