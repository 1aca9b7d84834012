"""The one way to an account's rows: every query here is scoped to one account, so no other module can forget it.

A write transaction starts by taking the account's row, which is its lock; the change number moves under that lock
alone. So numbers become visible in their own order and a reader's cursor misses nothing (A2).
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from marketplace.sandbox.noticeboard import tell
from marketplace.sandbox.schema import account, command, item, meta, note_text, shared_copy, shared_time, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marketplace.sandbox.database import Database

Json = dict[str, Any]
NO_DIGEST: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Item:
    """One row: a call request, a note or the profile at its present version; no body once it is gone."""

    kind: str
    id: str
    version: int
    body: Json | None
    due_at: int | None = None
    habit: str | None = None


@dataclass(frozen=True, slots=True)
class KeptCommand:
    """What an idempotency key did (A4)."""

    key: str
    operation: str
    fingerprint: str
    status: int
    body: Json
    created_at: int


def fold(digest: str, call_id: str, version: int) -> str:
    """Put one call into the digest, or take it out: exclusive or undoes itself."""
    mark = hashlib.sha256(f"{call_id}:{version}".encode()).hexdigest()
    return f"{int(digest, 16) ^ int(mark, 16):064x}"


class Reading:
    """What one account has, at one moment."""

    def __init__(self, connection: Connection, account_id: str, counters: Row[Any]) -> None:
        self._connection = connection
        self.account_id = account_id
        self.seq: int = counters.seq
        self.live_count: int = counters.live_count
        self.live_xor: str = counters.live_xor
        self.practises: bool = counters.practises
        marks = {row.key: row.value for row in connection.execute(select(meta))}
        self.epoch: str = marks["epoch"]
        self.secret: str = marks["cursor_secret"]

    def find(self, kind: str, item_id: str) -> Item | None:
        """Return the row, a tombstone included, or None if there never was one."""
        where = (item.c.account_id == self.account_id, item.c.kind == kind, item.c.id == item_id)
        row = self._connection.execute(select(item).where(*where)).one_or_none()
        return _to_item(row) if row else None

    def page_after(self, place: tuple[str, str], size: int) -> list[Item]:
        """Return living rows behind (kind, id), in that order."""
        where = (item.c.account_id == self.account_id, item.c.body.is_not(None))
        query = select(item).where(*where, tuple_(item.c.kind, item.c.id) > tuple_(*place))
        return [_to_item(row) for row in self._connection.execute(query.order_by(item.c.kind, item.c.id).limit(size))]

    def changed_since(self, seq: int, size: int) -> list[Item]:
        """Return rows with a version above ``seq``, oldest change first; a row is there once, as it is now."""
        where = (item.c.account_id == self.account_id, item.c.version > seq)
        query = select(item).where(*where).order_by(item.c.version).limit(size)
        return [_to_item(row) for row in self._connection.execute(query)]

    def note_text(self, kind: str, call_id: str, revision: str) -> str | None:
        """Return the text that a note had at a revision."""
        mine = (note_text.c.account_id == self.account_id, note_text.c.kind == kind, note_text.c.call_id == call_id)
        return self._connection.scalar(select(note_text.c.text).where(*mine, note_text.c.revision == revision))

    def kept_command(self, key: str) -> KeptCommand | None:
        """Return what the key did, or None if it was never seen."""
        where = (command.c.account_id == self.account_id, command.c.key == key)
        row = self._connection.execute(select(command).where(*where)).one_or_none()
        if row is None:
            return None
        return KeptCommand(row.key, row.operation, row.fingerprint, row.status, json.loads(row.body), row.created_at)

    def steps(self) -> Sequence[tuple[str, int]]:
        """Return what the script still has to do as (id, due Unix seconds), soonest first."""
        query = select(step.c.id, step.c.due_at).where(step.c.account_id == self.account_id)
        return [(row.id, row.due_at) for row in self._connection.execute(query.order_by(step.c.due_at, step.c.id))]

    def next_due_item(self) -> Item | None:
        """Return the call that time changes next."""
        where = (item.c.account_id == self.account_id, item.c.due_at.is_not(None))
        row = self._connection.execute(select(item).where(*where).order_by(item.c.due_at, item.c.id).limit(1)).first()
        return _to_item(row) if row else None


class Writing(Reading):
    """The same with the account's lock held; what changes gets the next change number as its version."""

    def next_version(self) -> int:
        """Count one change."""
        self.seq += 1
        return self.seq

    def put(self, new: Item) -> None:
        """Store a row whose version came from ``next_version``."""
        old = self.find(new.kind, new.id)
        self._keep_digest(old, new)
        values = {
            "version": new.version,
            "body": None if new.body is None else json.dumps(new.body),
            "due_at": new.due_at,
            "habit": new.habit,
        }
        place = {"account_id": self.account_id, "kind": new.kind, "id": new.id}
        if old is None:
            self._connection.execute(insert(item).values(**place, **values))
        else:
            where = [item.c[name] == value for name, value in place.items()]
            self._connection.execute(update(item).where(*where).values(**values))

    def put_many(self, fresh: Sequence[Item]) -> None:
        """Store many new calls at once."""
        for new in fresh:
            self._keep_digest(None, new)
        rows = [
            {
                "account_id": self.account_id,
                "kind": new.kind,
                "id": new.id,
                "version": new.version,
                "body": json.dumps(new.body),
                "due_at": new.due_at,
                "habit": new.habit,
            }
            for new in fresh
        ]
        self._connection.execute(insert(item), rows)

    def keep_note_text(self, kind: str, call_id: str, revision: str, text: str) -> None:
        """Keep what a note says at this revision, as the common ground of a later merge (A8)."""
        place = {"account_id": self.account_id, "kind": kind, "call_id": call_id}
        self._connection.execute(insert(note_text).values(**place, revision=revision, text=text))

    def keep_command(self, kept: KeptCommand) -> None:
        """Keep what a key did, in the transaction that did it."""
        values = {
            "account_id": self.account_id,
            "key": kept.key,
            "operation": kept.operation,
            "fingerprint": kept.fingerprint,
            "status": kept.status,
            "body": json.dumps(kept.body),
            "seq": self.seq,
            "created_at": kept.created_at,
        }
        self._connection.execute(insert(command).values(**values))

    def share_time(self, call_id: str, slot_id: str, time_id: str | None = None) -> str:
        """Join one of this account's times to one that other accounts have, or to a new one; return that one's id."""
        known = self._shared_time_of(slot_id)
        if known is not None:
            return known
        if time_id is None:
            time_id = f"{self.account_id}/{slot_id}"
            self._connection.execute(insert(shared_time).values(id=time_id))
        values = {"account_id": self.account_id, "slot_id": slot_id, "call_id": call_id, "time_id": time_id}
        self._connection.execute(insert(shared_copy).values(**values))
        return time_id

    def is_lost_to_another(self, slot_id: str) -> bool:
        """Tell whether another account has this time; the answer holds until this transaction ends."""
        time_id = self._shared_time_of(slot_id)
        if time_id is None:
            return False
        query = select(shared_time.c.taken_by).where(shared_time.c.id == time_id).with_for_update()
        return self._connection.scalar(query) not in (None, self.account_id)

    def claim_time(self, slot_id: str, now: int) -> None:
        """Take a time that ``is_lost_to_another`` found free; the other accounts lose it from ``now`` on (seconds)."""
        time_id = self._shared_time_of(slot_id)
        if time_id is None:
            return
        mine = update(shared_time).where(shared_time.c.id == time_id).values(taken_by=self.account_id)
        self._connection.execute(mine)
        others = (shared_copy.c.time_id == time_id, shared_copy.c.account_id != self.account_id)
        for copy in self._connection.execute(select(shared_copy).where(*others)):
            values = {"account_id": copy.account_id, "id": f"lost:{copy.call_id}:{copy.slot_id}", "due_at": now}
            self._connection.execute(insert(step).values(**values))

    def begin_practising(self) -> None:
        """Mark the account as one in which customers act on their own."""
        self._connection.execute(update(account).where(account.c.id == self.account_id).values(practises=True))
        self.practises = True

    def plan_step(self, step_id: str, due_at: int) -> None:
        """Give the script something to do."""
        self.drop_step(step_id)
        self._connection.execute(insert(step).values(account_id=self.account_id, id=step_id, due_at=due_at))

    def drop_step(self, step_id: str) -> None:
        """Take a step off the script."""
        self._connection.execute(delete(step).where(step.c.account_id == self.account_id, step.c.id == step_id))

    def _shared_time_of(self, slot_id: str) -> str | None:
        mine = (shared_copy.c.account_id == self.account_id, shared_copy.c.slot_id == slot_id)
        return self._connection.scalar(select(shared_copy.c.time_id).where(*mine))

    def _keep_digest(self, old: Item | None, new: Item) -> None:
        if new.kind != "call_request":
            return
        if old is not None and old.body is not None:
            self.live_xor = fold(self.live_xor, old.id, old.version)
            self.live_count -= 1
        if new.body is not None:
            self.live_xor = fold(self.live_xor, new.id, new.version)
            self.live_count += 1


@contextmanager
def open_reading(database: Database, account_id: str) -> Iterator[Reading]:
    """Open a transaction that reads one account."""
    with database.reading() as connection:
        counters = connection.execute(select(account).where(account.c.id == account_id)).one()
        yield Reading(connection, account_id, counters)


@contextmanager
def open_writing(database: Database, account_id: str) -> Iterator[Writing]:
    """Open a transaction that changes one account; nothing stays when the block raises."""
    with database.writing() as connection:
        mine = account.c.id == account_id
        lock = update(account).where(mine).values(seq=account.c.seq).returning(*account.c)
        writing = Writing(connection, account_id, connection.execute(lock).one())
        before = writing.seq
        yield writing
        if writing.seq != before:
            counters = {"seq": writing.seq, "live_count": writing.live_count, "live_xor": writing.live_xor}
            connection.execute(update(account).where(mine).values(**counters))
            tell(connection, account_id)


def _to_item(row: Row[Any]) -> Item:
    body = None if row.body is None else json.loads(row.body)
    return Item(row.kind, row.id, row.version, body, row.due_at, row.habit)
