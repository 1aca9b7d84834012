"""Writes where this copy stands: pages of the marketplace with their cursor, and how each round went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from sync.domain.changes import Changed, Kind
from sync.domain.problems import Problem
from sync.domain.rows import Digest, Rows
from sync.domain.times import to_millis
from sync.ports import ChangesPage
from sync.store import calls, outbox, restore, stated
from sync.store.database import Database
from sync.store.schema import SYNC_STATE

_BEFORE_RESTORE: Final = "before-restore"


class Ledgers:
    """Progress of synchronising in the given database. Every method raises StoreProblem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply_changes(self, page: ChangesPage) -> Changed:
        """Store a page of changes and its cursor in one transaction (invariant I5); tell what changed.

        Raises restore.WentBack, with nothing stored, for a row that is older than the one here.
        """
        with self._database.write() as connection:
            restore.look_for_older(connection, page.rows, page.head_seq)
            changed = stated.apply(connection, page.rows)
            seen = {"cursor": page.next_cursor, "epoch": page.epoch, "head_seq_seen": page.head_seq}
            _set(connection, **seen, unreadable=_state(connection).unreadable + page.rows.unreadable)
            return changed

    def check_digest(self, digest: Digest) -> int:
        """Compare the calls that are here with the marketplace's count; return how often in a row they differed.

        A row that came unreadable is a difference as well: it may be readable when it comes again.
        """
        with self._database.write() as connection:
            state = _state(connection)
            same = (state.digest_count, state.digest_xor) == (digest.count, digest.xor) and not state.unreadable
            misses = 0 if same else state.digest_misses + 1
            if misses != state.digest_misses:
                _set(connection, digest_misses=misses)
            return misses

    def apply_snapshot_page(self, rows: Rows, as_of: int = 0) -> Changed:
        """Store a page of a snapshot of a time ``as_of``; the cursor comes with ``finish_snapshot``.

        Raises restore.WentBack, with nothing stored, for a row that was newer here before that time.
        """
        with self._database.write() as connection:
            restore.look_for_older(connection, rows, as_of)
            return stated.apply(connection, rows)

    def finish_snapshot(
        self,
        listed: set[str],
        cursor: str,
        *,
        head: int,
        unreadable: int,
        now: datetime,
        new_key: Callable[[], str],
        merge: outbox.Merge,
    ) -> Changed:
        """Mark what the complete snapshot did not list, look for what a restored marketplace lost, store the cursor."""
        with self._database.write() as connection:
            state = _state(connection)
            changed, asks = stated.NOTHING, 0
            if not unreadable:  # a row that could not be read is there all the same
                changed, asks = stated.mark_unlisted(connection, listed, asked=bool(state.may_sweep))
            calls.count_anew(connection)
            if state.restoring and restore.look_for_lost(connection, now, new_key, merge):
                changed |= Changed.of(Kind.CALLS, Kind.OUTBOX, Kind.NOTES, Kind.STATUS)
            done = {"cursor": cursor, "head_seq_seen": head, "restoring": 0, "may_sweep": 0}
            _set(connection, **done, unlisted=asks, unreadable=unreadable)
            return changed

    def allow_sweep(self) -> None:
        """Take the writer's yes: the calls that the marketplace lists no more are marked by a new snapshot."""
        with self._database.write() as connection:
            _set(connection, may_sweep=1, unlisted=0, cursor=None)

    def begin_epoch(self, epoch: str, now: datetime, *, returning: bool) -> None:
        """Enter a history of the marketplace, with the queue.

        ``returning``: it is another one than before, or the marketplace went back in this one. Then a copy of the file
        is kept first, older versions count again, and the snapshot that follows looks for what was lost.
        """
        if returning:
            self._database.keep_copy(f"{_BEFORE_RESTORE}-{now:%Y%m%dT%H%M%SZ}")
        with self._database.write() as connection:
            _set(connection, epoch=epoch, cursor=None, head_seq_seen=None)
            outbox.move_to_epoch(connection, epoch, now)
            if returning:
                stated.forget_versions(connection, now)
                _set(connection, restoring=1)

    def copy_before_restore(self) -> Path | None:
        """Return the copy that was kept when the marketplace last went back in time; None if it never did."""
        return self._database.last_copy(_BEFORE_RESTORE)

    def be_patient(self, code: str | None, until: datetime | None) -> None:
        """Keep until when the marketplace asked to be left alone; None ends it."""
        with self._database.write() as connection:
            _set(connection, patience_until=to_millis(until) if until else None, patience_code=code)

    def record_round(
        self,
        problem: Problem | None,
        next_try_at: datetime | None,
        now: datetime,
        clock_offset: timedelta | None = None,
    ) -> None:
        """Store how a round went; the trouble keeps the time at which it began."""
        with self._database.write() as connection:
            values: dict[str, Any] = {"last_tried_at": to_millis(now)}
            values["next_try_at"] = to_millis(next_try_at) if next_try_at else None
            if clock_offset is not None:
                values["clock_offset_ms"] = round(clock_offset.total_seconds() * 1000)
            if problem is None:
                clear = dict.fromkeys(("trouble", "trouble_detail", "trouble_since"))
                _set(connection, **values, **clear, last_synced_at=to_millis(now), failures=0)
                return
            before = _state(connection)
            since = before.trouble_since if before.trouble else to_millis(now)
            trouble = {"trouble": str(problem.code), "trouble_detail": problem.detail, "trouble_since": since}
            _set(connection, **values, **trouble, failures=before.failures + 1)


def _state(connection: Connection) -> Any:
    connection.execute(upsert(SYNC_STATE).values(id=1).on_conflict_do_nothing())
    return connection.execute(select(SYNC_STATE).where(SYNC_STATE.c.id == 1)).one()


def _set(connection: Connection, **values: Any) -> None:
    statement = upsert(SYNC_STATE).values(id=1, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
