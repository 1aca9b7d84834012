"""Where a new action goes in its lane: which unsent ones it replaces, which sent one it follows (A5).

Only what never left this computer is replaced; what was sent is frozen, and the new action waits behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sync.domain.intents import Accept, Decline, Intent, OutboxItem, ReportNoShow, SaveNote, SetProfile, target_of


class Place(NamedTuple):
    """``replaces`` are keys that end as cancelled; ``parent_key`` is followed, and its outcome gives the base then."""

    replaces: tuple[str, ...] = ()
    parent_key: str | None = None
    base: str | None = None


def place(intent: Intent, alive: Sequence[OutboxItem]) -> Place | None:
    """Return the place behind the actions of its lane that are queued or on their way, oldest first.

    None: another answer to this call is on its way already, and only the marketplace can say what became of it.
    """
    match intent:
        case Accept() | Decline():
            return _replace_all(alive)
        case ReportNoShow():
            return None if any(isinstance(item.intent, ReportNoShow) for item in alive) else Place()
        case SaveNote(base_revision=base):
            # A text that grew from something else than what waits is no successor of it: both are merged then.
            return _follow(alive if alive and alive[0].base == base else (), base)
        case SetProfile(base_version=version):
            same = [item for item in alive if target_of(item.intent) == target_of(intent)]
            return _follow(same, str(version))


def _replace_all(alive: Sequence[OutboxItem]) -> Place | None:
    if all(item.can_be_taken_back for item in alive):
        return Place(replaces=tuple(item.key for item in alive))
    return None


def _follow(alive: Sequence[OutboxItem], base: str | None) -> Place:
    if not alive:
        return Place(base=base)
    last = alive[-1]
    if last.can_be_taken_back:
        return Place((last.key,), last.parent_key, last.base)
    return Place(parent_key=last.key)
