"""When the marketplace went back in time: noticing it, and finding which confirmed actions it has lost (A10).

Nothing here deletes anything. A lost note is queued again, merged with what stands there; a lost answer is shown to
the writer, who decides whether it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import Connection, select

from sync.domain.calls import CallStatus
from sync.domain.intents import (
    Accept,
    Decline,
    OutboxItem,
    OutboxState,
    ReportNoShow,
    SaveNote,
    SetProfile,
    target_of,
)
from sync.domain.rows import Rows
from sync.store import outbox, texts
from sync.store.outbox import Merge
from sync.store.schema import CALL, NOTE, SETTING

MEMORY: Final = timedelta(days=90)
"""How far back confirmed actions are looked at."""


class WentBack(Exception):  # noqa: N818 - what was noticed, not an error
    """The marketplace shows an older state than it showed before."""


class _Effect(Enum):
    THERE = 1
    LOST = 2
    OVERTAKEN = 3


def look_for_older(connection: Connection, rows: Rows, as_of: int) -> None:
    """Raise WentBack if the marketplace, at change number ``as_of``, states a row that was newer before that here."""
    versions = {call.id: call.version for call in rows.calls}
    query = select(CALL.c.id, CALL.c.version).where(CALL.c.id.in_(versions), CALL.c.server_missing == 0)
    if any(versions[row.id] < row.version <= as_of for row in connection.execute(query)):
        raise WentBack


def look_for_lost(connection: Connection, now: datetime, new_key: Callable[[], str], merge: Merge) -> bool:
    """After a restored marketplace's snapshot: queue lost texts again, show lost answers; tell if there was any."""
    latest: dict[tuple[str, str, str], OutboxItem] = {}
    for item in outbox.ended_since(connection, now - MEMORY):
        latest[target_of(item.intent), item.lane, type(item.intent).__name__] = item
    found = False
    for item in latest.values():
        doubtful = item.state is OutboxState.REJECTED
        match _effect_of(connection, item):
            case effect if doubtful and isinstance(item.intent, SaveNote):
                newest = outbox.settle_doubtful_text(connection, item, now)
                if isinstance(newest, SaveNote) and (effect is _Effect.LOST or newest is not item.intent):
                    _requeue(connection, newest, now, new_key, merge)
                found = True
            case _Effect.THERE if doubtful:
                outbox.settle_found(connection, item.key, now)
                found = True
            case _Effect.LOST if isinstance(item.intent, SaveNote):
                if not outbox.has_waiting(connection, item.intent):  # what waits grew from this one and holds it
                    _requeue(connection, item.intent, now, new_key, merge)
                found = True
            case _Effect.LOST if not doubtful:
                outbox.say_lost(connection, item.key, now)
                found = True
    return found


def _effect_of(connection: Connection, item: OutboxItem) -> _Effect:
    match item.intent:
        case SaveNote(call_id=call_id, part=part, text=text):
            note = connection.execute(select(NOTE).where(NOTE.c.call_id == call_id, NOTE.c.part == str(part))).first()
            same = note is not None and not note.server_missing and note.text == text
            return _Effect.THERE if same else _Effect.LOST
        case SetProfile(field=field, value=value):
            row = connection.execute(select(SETTING).where(SETTING.c.field == field)).first()
            if row is not None and json.loads(row.value_json) == value:
                return _Effect.THERE
            older = row is None or item.ack_version is None or row.version < item.ack_version
            return _Effect.LOST if older else _Effect.OVERTAKEN
        case _:
            return _effect_on_call(connection, item)


def _effect_on_call(connection: Connection, item: OutboxItem) -> _Effect:
    row = connection.execute(select(CALL).where(CALL.c.id == target_of(item.intent))).first()
    status = CallStatus(row.status) if row is not None and row.status in set(CallStatus) else CallStatus.UNKNOWN
    if row is None or row.server_missing:
        return _Effect.LOST if isinstance(item.intent, Accept) else _Effect.OVERTAKEN
    match item.intent:
        case Accept(slot_id=slot_id):
            if row.accepted_slot_id == slot_id:
                return _Effect.THERE
        case Decline() if status is not CallStatus.OPEN:
            return _Effect.THERE
        case ReportNoShow():
            if status is CallStatus.ACCEPTED:
                return _Effect.LOST
            return _Effect.THERE if status is CallStatus.NO_SHOW else _Effect.OVERTAKEN
        case _:
            pass
    return _Effect.LOST if status is CallStatus.OPEN else _Effect.OVERTAKEN


def _requeue(connection: Connection, saved: SaveNote, now: datetime, new_key: Callable[[], str], merge: Merge) -> None:
    query = select(NOTE).where(NOTE.c.call_id == saved.call_id, NOTE.c.part == str(saved.part))
    note = connection.execute(query.where(NOTE.c.server_missing == 0)).first()
    text, conflict = saved.text, saved.conflict
    if note is not None and not texts.is_ancestor(connection, saved, note.text):
        both = merge(texts.common_ground(saved.text, note.text), saved.text, note.text)
        text, conflict = both.text, both.conflict
    again = SaveNote(saved.call_id, saved.part, text, note.revision if note else None, conflict)
    outbox.requeue_text(connection, new_key(), again, now)
