"""What a write touched, so that each screen decides for itself whether to ask again."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The kinds of things that screens show."""

    CALLS = "calls"
    OUTBOX = "outbox"
    STATUS = "status"
    NOTES = "notes"
    PROFILE = "profile"


class Changed(NamedTuple):
    """The kinds that a write touched; ``ids`` are call ids, empty when any call may have changed."""

    kinds: frozenset[Kind]
    ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *kinds: Kind, ids: frozenset[str] | set[str] = frozenset()) -> Changed:
        """Make one from the kinds."""
        return cls(frozenset(kinds), frozenset(ids))

    def __or__(self, other: Changed) -> Changed:
        """Join two; any call of one of them stays any call."""
        either = (self.ids | other.ids) if self.ids and other.ids else frozenset()
        if not self.kinds or not other.kinds:
            return other if not self.kinds else self
        return Changed(self.kinds | other.kinds, either)
