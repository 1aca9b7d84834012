"""Writes where this copy stands: pages of the marketplace with their cursor, and how each round went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from sync.domain.calls import CallRequest
from sync.domain.problems import Problem
from sync.domain.times import to_millis
from sync.ports import ChangesPage
from sync.store import calls, outbox
from sync.store.database import Database
from sync.store.schema import SYNC_STATE


class Ledgers:
    """Progress of synchronising in the given database. Every method raises StoreProblem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply_changes(self, page: ChangesPage) -> set[str]:
        """Store a page of changes and its cursor in one transaction (invariant I5); return the ids that changed."""
        with self._database.write() as connection:
            changed = calls.apply_rows(connection, page.calls) | calls.mark_missing(connection, page.gone)
            _set(connection, cursor=page.next_cursor, epoch=page.epoch, head_seq_seen=page.head_seq)
            return changed

    def apply_snapshot_page(self, received: Sequence[CallRequest]) -> set[str]:
        """Store a page of a snapshot; the cursor comes with ``finish_snapshot``."""
        with self._database.write() as connection:
            return calls.apply_rows(connection, received)

    def finish_snapshot(self, listed: set[str], cursor: str, epoch: str) -> set[str]:
        """Mark what the complete snapshot did not list, and store the cursor that follows it."""
        with self._database.write() as connection:
            changed = calls.mark_unlisted(connection, listed)
            _set(connection, cursor=cursor, epoch=epoch)
            return changed

    def begin_epoch(self, epoch: str, now: datetime, *, returning: bool) -> None:
        """Enter a history of the marketplace, with the queue; in another one than before older versions count again."""
        with self._database.write() as connection:
            _set(connection, epoch=epoch, cursor=None)
            outbox.move_to_epoch(connection, epoch, now)
            if returning:
                calls.forget_versions(connection)

    def record_round(self, problem: Problem | None, next_try_at: datetime | None, now: datetime) -> None:
        """Store how a round went; the trouble keeps the time at which it began."""
        with self._database.write() as connection:
            values: dict[str, Any] = {"last_tried_at": to_millis(now)}
            values["next_try_at"] = to_millis(next_try_at) if next_try_at else None
            if problem is None:
                clear = dict.fromkeys(("trouble", "trouble_detail", "trouble_since"))
                _set(connection, **values, **clear, last_synced_at=to_millis(now), failures=0)
                return
            before = connection.execute(select(SYNC_STATE).where(SYNC_STATE.c.id == 1)).one_or_none()
            since = before.trouble_since if before is not None and before.trouble else to_millis(now)
            failures = (before.failures if before is not None else 0) + 1
            trouble = {"trouble": str(problem.code), "trouble_detail": problem.detail, "trouble_since": since}
            _set(connection, **values, **trouble, failures=failures)


def _set(connection: Connection, **values: Any) -> None:
    statement = upsert(SYNC_STATE).values(id=1, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
