"""Notes and the profile as the writer sees them: the marketplace's rows with what waits laid over them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.domain.intents import OutboxItem, OutboxState, SaveNote, SetProfile
from sync.domain.rows import Note, NotePart, Profile

_WAITING = frozenset({OutboxState.QUEUED, OutboxState.INFLIGHT})
_REFUSED = frozenset({OutboxState.REJECTED, OutboxState.BLOCKED})


@dataclass(frozen=True, slots=True)
class ShownNote:
    """One text of a call as shown. ``base_revision`` is what an edit of it goes out with (None: nothing there yet).

    ``pending`` waits to be sent; ``refused`` was not taken, and its text is kept there until it is put away.
    """

    call_id: str
    part: NotePart
    text: str
    base_revision: str | None
    conflict: bool = False
    pending: OutboxItem | None = None
    refused: OutboxItem | None = None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field of the profile as shown; ``version`` is what a change of it goes out with."""

    value: str | bool
    version: int
    pending: OutboxItem | None = None
    refused: OutboxItem | None = None


def show_note(call_id: str, part: NotePart, note: Note | None, items: Iterable[OutboxItem]) -> ShownNote:
    """Lay the actions on this text, in any order, over the marketplace's note (None: there is none)."""
    mine = sorted((one for one in items if _is_about(one, call_id, part)), key=lambda one: one.seq)
    pending, refused = _last(mine, _WAITING), _last(mine, _REFUSED)
    if pending is not None and isinstance(pending.intent, SaveNote):
        saved = pending.intent
        # What waits grew from what the first of them replaces, whatever has come from elsewhere since.
        first = next(item for item in mine if item.state in _WAITING)
        return ShownNote(call_id, part, saved.text, first.base, saved.conflict, pending, refused)
    if note is None:
        return ShownNote(call_id, part, "", None, refused=refused)
    return ShownNote(call_id, part, note.text, note.revision, note.conflict, refused=refused)


def show_profile(profile: Profile | None, items: Iterable[OutboxItem]) -> dict[str, ShownField]:
    """Lay the changes that wait over the profile; empty before the first synchronisation."""
    if profile is None:
        return {}
    actions = sorted(items, key=lambda item: item.seq)
    shown: dict[str, ShownField] = {}
    for name, field in profile.fields.items():
        mine = [one for one in actions if isinstance(one.intent, SetProfile) and one.intent.field == name]
        pending = _last(mine, _WAITING)
        over = pending.intent.value if pending and isinstance(pending.intent, SetProfile) else field.value
        shown[name] = ShownField(over, field.version, pending, _last(mine, _REFUSED))
    return shown


def _is_about(item: OutboxItem, call_id: str, part: NotePart) -> bool:
    intent = item.intent
    return isinstance(intent, SaveNote) and intent.call_id == call_id and intent.part is part


def _last(items: list[OutboxItem], states: frozenset[OutboxState]) -> OutboxItem | None:
    return next((item for item in reversed(items) if item.state in states), None)
