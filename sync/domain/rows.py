"""What the marketplace states, as values: calls, notes and the profile, and the bundle in which they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.domain.calls import CallRequest


class NotePart(StrEnum):
    """The texts of one call: written before it, written during it, and the answers to the prepared questions."""

    PREPARED = "prepared"
    LIVE = "live"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Note:
    """One text of one call as the marketplace keeps it.

    ``conflict`` says that two devices changed the same words and both are in ``text``, for the writer to choose.
    """

    call_id: str
    part: NotePart
    revision: str
    version: int
    text: str
    updated_at: datetime
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class NoteRevision:
    """A text that a note had here. ``origin`` is local (the writer saved it), server (it came) or merge.

    ``revision`` is the marketplace's name for it and ``parent`` of the one that it grew from; None: not known (yet).
    """

    call_id: str
    part: NotePart
    revision: str | None
    parent: str | None
    text: str
    origin: str
    created_at: datetime
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the profile: ``value`` is a text, or for ``findable`` a bool; ``changed_at`` is in UTC."""

    value: str | bool
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """The writer's public profile (M12, M13), field by field."""

    version: int
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Digest:
    """What should be here: how many calls, and the exclusive or of SHA-256 of ``<id>:<version>`` over them, as hex."""

    count: int
    xor: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that the marketplace removed: ``kind`` is a word of the contract, ``call_request`` for a call."""

    kind: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of what the marketplace states now. ``unreadable`` counts rows that were not as the contract says."""

    calls: tuple[CallRequest, ...] = ()
    notes: tuple[Note, ...] = ()
    profile: Profile | None = None
    gone: tuple[Gone, ...] = field(default=())
    unreadable: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is anything to store."""
        return bool(self.calls or self.notes or self.profile or self.gone)
