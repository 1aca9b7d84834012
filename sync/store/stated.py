"""Stores what the marketplace states, whichever answer brought it: the one way into the base rows (invariant I4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.domain.changes import Changed, Kind
from sync.domain.rows import Rows
from sync.store import calls, texts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

NOTHING = Changed(frozenset())


def mark_unlisted(connection: Connection, listed: set[str], *, asked: bool) -> tuple[Changed, int]:
    """Mark the calls and notes (``<call>/<part>``) that a complete snapshot did not list; nothing is deleted.

    Returns what changed, and how many calls the writer is to be asked about before anything is marked.
    """
    call_ids, asks = calls.mark_unlisted(connection, listed, asked=asked)
    note_ids = set() if asks else texts.mark_unlisted(connection, listed)
    marked = Changed.of(Kind.CALLS, ids=call_ids) if call_ids else NOTHING
    return (marked | Changed.of(Kind.NOTES, ids=note_ids) if note_ids else marked), asks


def apply(connection: Connection, rows: Rows) -> Changed:
    """Store what is newer than what stands here; tell what changed (no kinds: nothing)."""
    gone_calls = [(one.id, one.version) for one in rows.gone if one.kind == "call_request"]
    gone_notes = [one for one in rows.gone if one.kind.endswith("_note")]
    call_ids = calls.apply_rows(connection, rows.calls) | calls.mark_missing(connection, gone_calls)
    note_ids = texts.apply_notes(connection, rows.notes) | texts.mark_missing(connection, gone_notes)
    profile = rows.profile is not None and texts.apply_profile(connection, rows.profile)
    kinds = {Kind.CALLS: bool(call_ids), Kind.NOTES: bool(note_ids), Kind.PROFILE: profile}
    return Changed(frozenset(kind for kind, touched in kinds.items() if touched), frozenset(call_ids | note_ids))


def forget_versions(connection: Connection, now: datetime) -> None:
    """Let older versions in again: the marketplace has started a new history, and its word is the truth."""
    calls.forget_versions(connection)
    texts.forget_versions(connection, now)
