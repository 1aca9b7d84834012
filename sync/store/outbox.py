"""Writes the queue of the writer's actions.

    queued -> inflight -> acked -> settled          aside: rejected -> dismissed, and cancelled (taken back unsent)

Each function is one transaction. The idempotency key is the row's own, made once when the writer acted (invariant I2).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Update, func, insert, select, update

from sync.domain.calls import CallRequest
from sync.domain.intents import Intent, OutboxItem, OutboxState, encode, lane_of
from sync.domain.problems import Problem, Refused
from sync.domain.times import to_millis
from sync.store import calls
from sync.store.database import Database
from sync.store.schema import OUTBOX, OUTBOX_LOG, SYNC_STATE

_COMMAND_VERSION: Final = 1


class Outbox:
    """The queue in the given database. Every method raises StoreProblem when the disk says no."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, key: str, intent: Intent, now: datetime) -> OutboxItem | None:
        """Queue an action, committed when this returns; None when one of the same lane is on its way already."""
        payload = json.dumps(encode(intent), ensure_ascii=False, sort_keys=True)
        lane = lane_of(intent)
        with self._database.write() as connection:
            busy = select(func.count()).where(
                OUTBOX.c.lane == lane, OUTBOX.c.state.in_(["queued", "inflight", "acked"])
            )
            if connection.scalar(busy):
                return None
            row = {
                "key": key,
                "epoch": connection.scalar(select(SYNC_STATE.c.epoch).where(SYNC_STATE.c.id == 1)),
                "lane": lane,
                "type": encode(intent)["type"],
                "cmd_version": _COMMAND_VERSION,
                "target_id": intent.call_id,
                "payload_json": payload,
                "payload_sha256": hashlib.sha256(payload.encode()).hexdigest(),
                "state": OutboxState.QUEUED.value,
                "created_at": to_millis(now),
            }
            inserted = connection.execute(insert(OUTBOX).values(row).returning(OUTBOX.c.seq))
            seq = int(inserted.scalar_one())
            _log(connection, key, now, "queued")
        return OutboxItem(key, seq, lane, intent, OutboxState.QUEUED, now)

    def take_back(self, key: str, now: datetime) -> bool:
        """Cancel an action that was never sent; False when it is too late for that."""
        with self._database.write() as connection:
            unsent = (OUTBOX.c.state == "queued") & OUTBOX.c.first_sent_at.is_(None)
            done = connection.execute(update(OUTBOX).where(OUTBOX.c.key == key, unsent).values(state="cancelled"))
            if done.rowcount:
                _log(connection, key, now, "taken back")
            return bool(done.rowcount)

    def dismiss(self, key: str, now: datetime) -> bool:
        """Put a refused action away; False when it was not refused."""
        with self._database.write() as connection:
            refused = update(OUTBOX).where(OUTBOX.c.key == key, OUTBOX.c.state == "rejected")
            done = connection.execute(refused.values(state="dismissed"))
            if done.rowcount:
                _log(connection, key, now, "dismissed")
            return bool(done.rowcount)

    def retry_now(self) -> None:
        """Let every waiting action go at the next round."""
        with self._database.write() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.state == "queued").values(not_before=None))

    def requeue_inflight(self) -> int:
        """At the start of the program: what was on its way when it ended is sent again, with the same key (A5)."""
        with self._database.write() as connection:
            return connection.execute(
                update(OUTBOX).where(OUTBOX.c.state == "inflight").values(state="queued", not_before=None)
            ).rowcount

    def mark_inflight(self, key: str, epoch: str, now: datetime) -> bool:
        """Freeze the action before its first byte leaves; False when it was taken back meanwhile."""
        with self._database.write() as connection:
            at = to_millis(now)
            values = {"state": "inflight", "first_sent_at": func.coalesce(OUTBOX.c.first_sent_at, at), "epoch": epoch}
            done = connection.execute(
                update(OUTBOX).where(OUTBOX.c.key == key, OUTBOX.c.state == "queued").values(values)
            )
            if done.rowcount:
                _log(connection, key, now, "sent")
            return bool(done.rowcount)

    def postpone(self, key: str, not_before: datetime, problem: Problem, now: datetime) -> None:
        """Count a try without a verdict; the same key goes again, not before the given time."""
        with self._database.write() as connection:
            values = {
                "state": "queued",
                "not_before": to_millis(not_before),
                "attempts": OUTBOX.c.attempts + 1,
                "problem_code": str(problem.code),
                "problem_detail": problem.detail,
            }
            if connection.execute(_of(key, "inflight").values(values)).rowcount:
                _log(connection, key, now, "postponed", str(problem.code))

    def put_back(self, key: str, problem: Problem, now: datetime, *, never_left: datetime | None) -> None:
        """Undo ``mark_inflight`` where no try was made; ``never_left`` is the instant of that mark.

        If nobody sent the action before that instant, it can be taken back again. None: it may have arrived.
        """
        with self._database.write() as connection:
            if connection.execute(_of(key, "inflight").values(state="queued")).rowcount:
                _log(connection, key, now, "put back", str(problem.code))
            if never_left is not None:
                first = OUTBOX.c.first_sent_at == to_millis(never_left)
                connection.execute(_of(key, "queued").where(first, OUTBOX.c.attempts == 0).values(first_sent_at=None))

    def refuse(self, key: str, problem: Problem, now: datetime) -> set[str]:
        """Park an action with the reason, and apply the call as the answer told it, in one transaction."""
        with self._database.write() as connection:
            values = {"state": "rejected", "problem_code": str(problem.code), "problem_detail": problem.detail}
            if connection.execute(_of(key, "queued", "inflight").values(values)).rowcount:
                _log(connection, key, now, "refused", str(problem.code))
            current = problem.current if isinstance(problem, Refused) else None
            return calls.apply_rows(connection, [current]) if current else set()

    def acknowledge(self, key: str, call: CallRequest, now: datetime) -> set[str]:
        """Take a yes: the call's row and the end of the action's wait are stored together."""
        with self._database.write() as connection:
            values = {"state": "acked", "ack_version": call.version, "problem_code": None, "problem_detail": None}
            if connection.execute(_of(key, "queued", "inflight").values(values)).rowcount:
                _log(connection, key, now, "confirmed")
            return calls.apply_rows(connection, [call])


def move_to_epoch(connection: Connection, epoch: str, now: datetime) -> None:
    """After the marketplace began a new history: what was never sent goes on, what may have been is asked about."""
    connection.execute(update(OUTBOX).where(OUTBOX.c.state == "acked").values(state="settled"))
    waiting = OUTBOX.c.state.in_(["queued", "inflight"])
    connection.execute(update(OUTBOX).where(waiting, OUTBOX.c.first_sent_at.is_(None)).values(epoch=epoch))
    unsure = waiting & OUTBOX.c.first_sent_at.is_not(None) & (OUTBOX.c.epoch != epoch)
    for key in connection.scalars(select(OUTBOX.c.key).where(unsure)).all():
        values = {"state": "rejected", "problem_code": "epoch-changed", "problem_detail": None}
        connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(values))
        _log(connection, key, now, "refused", "epoch-changed")


def _of(key: str, *states: str) -> Update:
    """The row of that key while it is in one of these states: another process may have got an answer first."""
    return update(OUTBOX).where(OUTBOX.c.key == key, OUTBOX.c.state.in_(states))


def _log(connection: Connection, key: str, now: datetime, event: str, detail: str = "") -> None:
    connection.execute(insert(OUTBOX_LOG).values(key=key, at=to_millis(now), event=event, detail=detail))
