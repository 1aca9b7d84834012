"""Writes the marketplace's notes and profile, and keeps every text that a note ever had (invariants I4, I10)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from sync.domain.alignment import align
from sync.domain.intents import SaveNote
from sync.domain.rows import Gone, Note, NotePart, Profile
from sync.domain.times import to_millis
from sync.store.schema import NOTE, NOTE_REVISION, OUTBOX, SETTING

_WAS: Final = "was-"
_NAME_CHARS: Final = 64
"""Longest name of a revision in the contract."""

_REVISIONS: Final = ((NOTE, "revision"), (NOTE_REVISION, "revision"), (NOTE_REVISION, "parent"), (OUTBOX, "base"))
"""Where revisions are named."""

# What every text runs is put together once: that takes SQLAlchemy longer than SQLite needs to do it.
_GREW_HERE: Final = (
    select(NOTE_REVISION.c.revision)
    .where(
        NOTE_REVISION.c.call_id == bindparam("call_id"),
        NOTE_REVISION.c.part == bindparam("part"),
        NOTE_REVISION.c.origin == "local",
        NOTE_REVISION.c.revision.is_not(None),
        NOTE_REVISION.c.parent.is_(bindparam("after")),
    )
    .order_by(NOTE_REVISION.c.id.desc())
)
_HERE: Final = select(NOTE).where(NOTE.c.call_id == bindparam("call_id"), NOTE.c.part == bindparam("part"))
_KEPT: Final = upsert(NOTE_REVISION)
_NAMED: Final = (
    update(NOTE_REVISION)
    .where(
        NOTE_REVISION.c.call_id == bindparam("of_call"),
        NOTE_REVISION.c.part == bindparam("of_part"),
        NOTE_REVISION.c.key == bindparam("of"),
    )
    .values(revision=bindparam("named"), parent=bindparam("grew_from"))
)
_REVISION_HERE: Final = select(NOTE_REVISION.c.id).where(
    NOTE_REVISION.c.call_id == bindparam("call_id"),
    NOTE_REVISION.c.part == bindparam("part"),
    NOTE_REVISION.c.revision == bindparam("named"),
)
_NEW: Final = upsert(NOTE)
_TAKEN: Final = _NEW.on_conflict_do_update(
    index_elements=["call_id", "part"],
    set_={column.name: _NEW.excluded[column.name] for column in NOTE.columns if not column.primary_key},
)


def apply_notes(connection: Connection, notes: Sequence[Note]) -> set[str]:
    """Store the notes that are newer than what stands here; return the ids of their calls."""
    changed = set()
    for note in notes:
        at = {"call_id": note.call_id, "part": str(note.part)}
        here = connection.execute(_HERE, at).first()
        if here is not None:
            if here.version > note.version or (here.version == note.version and not here.server_missing):
                continue
            _know_again(connection, note, here)
        values = {
            "revision": note.revision,
            "version": note.version,
            "text": note.text,
            "conflict": int(note.conflict),
            "updated_at": to_millis(note.updated_at),
            "server_missing": 0,
        }
        connection.execute(_TAKEN, at | values)
        keep_received(connection, note)
        changed.add(note.call_id)
    return changed


def keep_received(connection: Connection, note: Note) -> None:
    """Put a text of the marketplace into the history, once."""
    known = {"call_id": note.call_id, "part": str(note.part), "named": note.revision}
    if connection.execute(_REVISION_HERE, known).first() is None:
        _keep(
            connection,
            note.call_id,
            note.part,
            revision=note.revision,
            text=note.text,
            origin="server",
            conflict=note.conflict,
            created_at=to_millis(note.updated_at),
        )


def keep_saved(
    connection: Connection, saved: SaveNote, key: str, parent: str | None, origin: str, now: datetime
) -> None:
    """Put a text that the writer saved, or that a merge made, into the history; its revision comes with the yes."""
    _keep(
        connection,
        saved.call_id,
        saved.part,
        parent=parent,
        text=saved.text,
        origin=origin,
        conflict=saved.conflict,
        created_at=to_millis(now),
        key=key,
    )


def name_saved(connection: Connection, key: str, note: Note, base: str | None) -> None:
    """Note the revision that the marketplace gave to a saved text, and the one that it replaced."""
    at = {"of_call": note.call_id, "of_part": str(note.part), "of": key}
    connection.execute(_NAMED, at | {"named": note.revision, "grew_from": base})


def text_at(connection: Connection, call_id: str, part: NotePart, revision: str | None) -> str | None:
    """Return the text that a note had at a revision of this history, if that was ever here."""
    if revision is None or revision.startswith(_WAS):
        return None
    known = _of(select(NOTE_REVISION.c.text), call_id, part, NOTE_REVISION)
    text: str | None = connection.scalar(known.where(NOTE_REVISION.c.revision == revision))
    return text


def is_older(connection: Connection, note: Note) -> bool:
    """Tell whether a newer text than this was stated before: then the marketplace went back, and nobody took away."""
    version: int | None = connection.scalar(_of(select(NOTE.c.version), note.call_id, note.part))
    return version is not None and version > note.version


def common_ground(mine: str, theirs: str) -> str:
    """Return the lines that both have: the base of a merge of texts of unknown history, in which nothing goes."""
    one, other = mine.split("\n"), theirs.split("\n")
    return "\n".join(one[at] for at, _ in align(one, other))


def is_ancestor(connection: Connection, saved: SaveNote, text: str) -> bool:
    """Tell whether the note had this text here at some time: then the saved one came after it."""
    known = _of(select(NOTE_REVISION.c.id), saved.call_id, saved.part, NOTE_REVISION)
    before = known.where(NOTE_REVISION.c.text == text, NOTE_REVISION.c.id < _last_id(connection, saved))
    return connection.execute(before).first() is not None


def _last_id(connection: Connection, saved: SaveNote) -> int:
    """The place of the saved text in the history."""
    mine = _of(select(NOTE_REVISION.c.id), saved.call_id, saved.part, NOTE_REVISION)
    return int(
        connection.scalar(mine.where(NOTE_REVISION.c.text == saved.text).order_by(NOTE_REVISION.c.id.desc())) or 0
    )


def own_successor(connection: Connection, call_id: str, part: NotePart, revision: str | None) -> str | None:
    """Return the newest revision that grew from this one by what was typed here alone: typing meets its own echo.

    A merge, or a text that was sent again, holds words that whoever types here may never have seen.
    """
    last = revision
    while True:
        at = {"call_id": call_id, "part": str(part), "after": last}
        following: str | None = connection.scalar(_GREW_HERE, at)
        if following is None or following in {last, revision}:
            return last
        last = following


def apply_profile(connection: Connection, profile: Profile) -> bool:
    """Store the fields that are newer than what stands here; tell whether any was."""
    versions = {row.field: row.version for row in connection.execute(select(SETTING.c.field, SETTING.c.version))}
    newer = {name: field for name, field in profile.fields.items() if field.version > versions.get(name, -1)}
    for name, field in newer.items():
        values: dict[str, Any] = {
            "value_json": json.dumps(field.value, ensure_ascii=False),
            "version": field.version,
            "changed_at": to_millis(field.changed_at),
        }
        row = upsert(SETTING).values(field=name, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["field"], set_=values))
    return bool(newer)


def mark_missing(connection: Connection, gone: Sequence[Gone]) -> set[str]:
    """Mark the notes among what the marketplace removed (kind ``<part>_note``); their texts stay."""
    changed = set()
    for one in gone:
        part = one.kind.removesuffix("_note")
        query = update(NOTE).where(NOTE.c.call_id == one.id, NOTE.c.part == part, NOTE.c.version < one.version)
        if connection.execute(query.values(server_missing=1, version=one.version)).rowcount:
            changed.add(one.id)
    return changed


def mark_unlisted(connection: Connection, listed: set[str]) -> set[str]:
    """Mark the notes that a complete snapshot did not list as ``<call>/<part>``; their texts stay."""
    here = connection.execute(select(NOTE.c.call_id, NOTE.c.part).where(NOTE.c.server_missing == 0)).all()
    absent = [row for row in here if f"{row.call_id}/{row.part}" not in listed]
    for row in absent:
        connection.execute(_of(update(NOTE), row.call_id, row.part).values(server_missing=1))
    return {row.call_id for row in absent}


def forget_versions(connection: Connection, now: datetime) -> None:
    """Let older versions in again: the marketplace has started a new history.

    It may give the name of an old revision to another text, so the old ones get names that it never gives: what grew
    from them is merged then, and never takes the place of a text that it does not know.
    """
    connection.execute(update(NOTE).values(version=0))
    connection.execute(update(SETTING).values(version=0))
    mark = f"{_WAS}{to_millis(now)}-"
    for table, name in _REVISIONS:
        old = table.c[name].is_not(None) & table.c[name].not_like(f"{_WAS}%")
        if table is OUTBOX:
            old &= OUTBOX.c.type == "note"
        renamed = func.substr(literal(mark).concat(table.c[name]), 1, _NAME_CHARS)
        connection.execute(update(table).where(old).values({name: renamed}))


def _know_again(connection: Connection, note: Note, here: Any) -> None:
    """Give a revision its name back when the new history still has it with the same text."""
    if here.text != note.text or not here.revision.startswith(_WAS) or not here.revision.endswith(f"-{note.revision}"):
        return
    for table, name in _REVISIONS:
        connection.execute(update(table).where(table.c[name] == here.revision).values({name: note.revision}))


def _keep(connection: Connection, call_id: str, part: NotePart, **values: Any) -> None:
    connection.execute(_KEPT, {"call_id": call_id, "part": str(part), **values})


def _of(query: Any, call_id: str, part: NotePart, table: Any = NOTE) -> Any:
    return query.where(table.c.call_id == call_id, table.c.part == str(part))
