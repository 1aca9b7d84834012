"""Writes the queue of the writer's actions.

    queued -> inflight -> acked -> settled          aside: rejected or blocked -> dismissed, and cancelled (never sent)

Each function is one transaction. The idempotency key is the row's own, made once when the writer acted (invariant I2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Update, bindparam, func, insert, select, update

from sync.domain.changes import Changed
from sync.domain.intents import Intent, OutboxItem, OutboxState, SaveNote, decode, encode, lane_of, target_of
from sync.domain.lanes import Place, place
from sync.domain.notes import Merged
from sync.domain.problems import Outdated, Problem, Refused, Trouble
from sync.domain.rows import Rows
from sync.domain.times import from_millis, to_millis
from sync.ports import Outcome
from sync.store import stated, texts
from sync.store.database import Database
from sync.store.schema import ON_THE_WAY, OUTBOX, OUTBOX_LOG, SYNC_STATE

_COMMAND_VERSION: Final = 2
Merge = Callable[[str, str, str], Merged]
"""(base, mine, theirs) -> both."""

# What every action runs is put together once: that takes SQLAlchemy longer than SQLite needs to do it.
_MINE: Final = OUTBOX.c.key == bindparam("of")
_ALIVE: Final = select(OUTBOX).where(OUTBOX.c.lane == bindparam("of"), ON_THE_WAY).order_by(OUTBOX.c.seq)
_APPENDED: Final = insert(OUTBOX).returning(OUTBOX.c.seq)
_CONFIRMED: Final = (
    update(OUTBOX)
    .where(_MINE, OUTBOX.c.state.in_(["queued", "inflight"]))
    .values(
        state="acked",
        ack_version=bindparam("version"),
        acked_at=bindparam("at"),
        problem_code=None,
        problem_detail=None,
    )
)
_EPOCH: Final = select(SYNC_STATE.c.epoch).where(SYNC_STATE.c.id == 1)
_FOLLOWED: Final = (
    update(OUTBOX)
    .where(OUTBOX.c.parent_key == bindparam("of"), OUTBOX.c.first_sent_at.is_(None))
    .values(base=bindparam("from"))
)
_LOGGED: Final = insert(OUTBOX_LOG)
_ROW: Final = select(OUTBOX).where(_MINE)
_SENT: Final = (
    update(OUTBOX)
    .where(_MINE, OUTBOX.c.state == "queued")
    .values(
        state="inflight",
        first_sent_at=func.coalesce(OUTBOX.c.first_sent_at, bindparam("first")),
        epoch=bindparam("under"),
    )
)
_SETTLED: Final = (
    update(OUTBOX)
    .where(_MINE, OUTBOX.c.state == "acked", OUTBOX.c.type.in_(["note", "profile"]))
    .values(state="settled")
)


class Outbox:
    """The queue in the given database. Every method raises StoreProblem when the disk says no."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, key: str, intent: Intent, now: datetime) -> OutboxItem | None:
        """Queue an action, committed when this returns; None when another answer to the call is on its way already."""
        with self._database.write() as connection:
            grown = intent
            if isinstance(intent, SaveNote):
                mine = texts.own_successor(connection, intent.call_id, intent.part, intent.base_revision)
                grown = intent._replace(base_revision=mine)
            found = place(grown, _alive(connection, lane_of(intent)))
            if found is None:
                return None
            for replaced in found.replaces:
                connection.execute(_of(replaced, "queued").values(state="cancelled"))
                _log(connection, replaced, now, "replaced", key)
            return _append(connection, key, intent, found, now)

    def append_again(self, key: str, refused: OutboxItem, now: datetime) -> OutboxItem:
        """Queue a text that was refused once more, over what it grew from; what was written since is merged with it."""
        with self._database.write() as connection:
            return _append(connection, key, refused.intent, Place(base=_root(connection, refused)), now, origin="merge")

    def take_back(self, key: str, now: datetime) -> bool:
        """Cancel an action that was never sent; False when it is too late for that."""
        with self._database.write() as connection:
            unsent = _of(key, "queued").where(OUTBOX.c.first_sent_at.is_(None))
            done = connection.execute(unsent.values(state="cancelled"))
            if done.rowcount:
                _log(connection, key, now, "taken back")
            return bool(done.rowcount)

    def dismiss(self, key: str, now: datetime) -> bool:
        """Put away an action that was refused, or that the writer gives up; False when it ended some other way."""
        with self._database.write() as connection:
            done = connection.execute(_of(key, "rejected", "blocked", "queued").values(state="dismissed"))
            if done.rowcount:
                _log(connection, key, now, "dismissed")
                _block_followers(connection, key, now)
            return bool(done.rowcount)

    def retry_now(self) -> None:
        """Let what waits for a later try go at the next round, but for a time that the marketplace named."""
        named = func.coalesce(OUTBOX.c.problem_code, "").in_(["in-progress", "too-early"])
        with self._database.write() as connection:
            waiting = update(OUTBOX).where(OUTBOX.c.state == "queued", OUTBOX.c.not_before.is_not(None), ~named)
            connection.execute(waiting.values(not_before=None))

    def requeue_inflight(self) -> int:
        """At the start of the program: what was on its way when it ended is sent again, with the same key (A5).

        That was a try, since it may have arrived: from now on it cannot be taken back.
        """
        with self._database.write() as connection:
            again = {"state": "queued", "not_before": None, "attempts": OUTBOX.c.attempts + 1}
            return connection.execute(update(OUTBOX).where(OUTBOX.c.state == "inflight").values(again)).rowcount

    def mark_inflight(self, keys: Sequence[str], epoch: str, now: datetime) -> list[OutboxItem]:
        """Freeze the actions before their first byte leaves; return them without those taken back meanwhile."""
        with self._database.write() as connection:
            at = to_millis(now)
            marked = []
            for key in keys:
                if connection.execute(_SENT, {"of": key, "first": at, "under": epoch}).rowcount:
                    _log(connection, key, now, "sent")
                    marked.append(_item(connection.execute(_ROW, {"of": key}).one()))
            return marked

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

    def refuse(self, key: str, problem: Refused, now: datetime) -> Changed:
        """Park an action with the reason, and store what the answer states, in one transaction."""
        with self._database.write() as connection:
            values = {"state": "rejected", "problem_code": str(problem.code), "problem_detail": problem.detail}
            if connection.execute(_of(key, "queued", "inflight").values(values)).rowcount:
                _log(connection, key, now, "refused", str(problem.code))
                _block_followers(connection, key, now)
            return stated.apply(connection, problem.current or Rows())

    def acknowledge(self, key: str, outcome: Outcome, now: datetime) -> Changed:
        """Take a yes: the row that it brings and the end of the action's wait are stored together."""
        with self._database.write() as connection:
            acked = {"of": key, "version": outcome.version, "at": to_millis(now)}
            if connection.execute(_CONFIRMED, acked).rowcount:
                _log(connection, key, now, "confirmed")
            for note in outcome.rows.notes:
                replaced = connection.execute(_ROW, {"of": key}).one().base
                texts.name_saved(connection, key, note, replaced)
            changed = stated.apply(connection, outcome.rows)
            # A text's effect is what came with the yes; a call's may be overtaken, and waits for its version.
            connection.execute(_SETTLED, {"of": key})
            connection.execute(_FOLLOWED, {"of": key, "from": outcome.revision or str(outcome.version)})
            return changed

    def merge_note(self, item: OutboxItem, problem: Outdated, merging: Merging, now: datetime) -> Changed:
        """Let a merge take the place of the text that was sent and of the one that followed it (A8).

        It goes out as a new action over the present revision; nothing is sent when it says what stands there. A text
        of the lane that grew from something else waits on, for a merge of its own.
        """
        with self._database.write() as connection:
            grown = _with_followers(_alive(connection, item.lane), item.key)
            mine, there = grown[-1].intent if grown else None, problem.note
            if not isinstance(mine, SaveNote):
                return stated.NOTHING
            changed = stated.apply(connection, Rows(notes=(there,)) if there else Rows())
            merged = SaveNote(mine.call_id, mine.part, mine.text, None, mine.conflict)
            if there is not None:
                known = problem.base_text
                if known is None and not texts.is_older(connection, there):
                    known = texts.text_at(connection, mine.call_id, mine.part, item.base)
                if known is None:
                    known = texts.common_ground(mine.text, there.text)
                both = merging.merge(known, mine.text, there.text)
                conflict = both.conflict or mine.conflict or there.conflict
                merged = SaveNote(mine.call_id, mine.part, both.text, there.revision, conflict)
            for old in grown:
                connection.execute(_of(old.key, "queued", "inflight").values(state="cancelled"))
                _log(connection, old.key, now, "merged", merging.key)
            if there is None or (there.text, there.conflict) != (merged.text, merged.conflict):
                _append(connection, merging.key, merged, Place(base=merged.base_revision), now, origin="merge")
                again = {"attempts": item.attempts + 1, "problem_code": str(problem.code)}
                wait = to_millis(merging.not_before) if merging.not_before else None
                connection.execute(_of(merging.key, "queued").values(again | {"not_before": wait}))
            return changed


class Merging(NamedTuple):
    """What a merge needs: the function, the key of the action that it makes, and when that may go (UTC; None: now)."""

    merge: Merge
    key: str
    not_before: datetime | None


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
        _block_followers(connection, key, now)


def say_lost(connection: Connection, key: str, now: datetime) -> None:
    """Show a confirmed action again whose effect the marketplace has lost: the writer decides about it."""
    values = {"state": "rejected", "problem_code": str(Trouble.LOST_BY_MARKETPLACE), "problem_detail": None}
    connection.execute(_of(key, "settled", "acked", "rejected").values(values))
    _log(connection, key, now, "lost by the marketplace")


def settle_found(connection: Connection, key: str, now: datetime) -> None:
    """End an action whose answer was lost, but whose effect was found."""
    connection.execute(_of(key, "rejected").values(state="settled", problem_code=None, acked_at=to_millis(now)))
    _log(connection, key, now, "effect found")


def settle_doubtful_text(connection: Connection, doubtful: OutboxItem, now: datetime) -> Intent:
    """End a text whose answer was lost, and the one that followed it; return the newest, which holds both."""
    settle_found(connection, doubtful.key, now)
    follows = (OUTBOX.c.parent_key == doubtful.key) & (OUTBOX.c.state == "blocked")
    follower = connection.execute(select(OUTBOX).where(follows).order_by(OUTBOX.c.seq.desc())).first()
    if follower is None:
        return doubtful.intent
    connection.execute(_of(follower.key, "blocked").values(state="cancelled"))
    _log(connection, follower.key, now, "queued again after", doubtful.key)
    return _item(follower).intent


def has_waiting(connection: Connection, intent: Intent) -> bool:
    """Tell whether something of the intent's lane waits or is on its way."""
    return bool(_alive(connection, lane_of(intent)))


def requeue_text(connection: Connection, key: str, saved: SaveNote, now: datetime) -> None:
    """Queue a text that the marketplace has lost, over the revision that stands there now."""
    _append(connection, key, saved, Place(base=saved.base_revision), now, origin="merge")


def ended_since(connection: Connection, since: datetime) -> list[OutboxItem]:
    """Return the actions that were confirmed since then, or are in doubt after a new epoch, oldest first."""
    done = OUTBOX.c.state.in_(["settled", "acked"]) & (func.coalesce(OUTBOX.c.acked_at, 0) >= to_millis(since))
    doubtful = (OUTBOX.c.state == "rejected") & (OUTBOX.c.problem_code == "epoch-changed")
    return [_item(row) for row in connection.execute(select(OUTBOX).where(done | doubtful).order_by(OUTBOX.c.seq))]


def _append(
    connection: Connection, key: str, intent: Intent, found: Place, now: datetime, origin: str = "local"
) -> OutboxItem:
    payload = json.dumps(encode(intent), ensure_ascii=False, sort_keys=True)
    row = {
        "key": key,
        "epoch": connection.scalar(_EPOCH),
        "lane": lane_of(intent),
        "type": encode(intent)["type"],
        "cmd_version": _COMMAND_VERSION,
        "target_id": target_of(intent),
        "payload_json": payload,
        "payload_sha256": hashlib.sha256(payload.encode()).hexdigest(),
        "state": OutboxState.QUEUED.value,
        "created_at": to_millis(now),
        "base": found.base,
        "parent_key": found.parent_key,
    }
    inserted = connection.execute(_APPENDED, row)
    if isinstance(intent, SaveNote):
        texts.keep_saved(connection, intent, key, found.base, origin, now)
    _log(connection, key, now, "queued")
    return OutboxItem(
        key,
        int(inserted.scalar_one()),
        lane_of(intent),
        intent,
        OutboxState.QUEUED,
        now,
        base=found.base,
        parent_key=found.parent_key,
    )


def _alive(connection: Connection, lane: str) -> list[OutboxItem]:
    return [_item(row) for row in connection.execute(_ALIVE, {"of": lane})]


def _with_followers(alive: Sequence[OutboxItem], key: str) -> list[OutboxItem]:
    """Return the action and those that grew from it, oldest first; none if it has ended."""
    grown = [one for one in alive if one.key == key]
    for one in alive:
        if grown and one.parent_key == grown[-1].key:
            grown.append(one)
    return grown


def _root(connection: Connection, item: OutboxItem) -> str | None:
    """Return what the first of the refused actions before this one replaced: the newest that is known to be there."""
    base, parent = item.base, item.parent_key
    while base is None and parent is not None:
        row = connection.execute(select(OUTBOX.c.base, OUTBOX.c.parent_key).where(OUTBOX.c.key == parent)).one()
        base, parent = row.base, row.parent_key
    return base


def _block_followers(connection: Connection, key: str, now: datetime) -> None:
    """What followed a refused action would make no sense without it; the writer sees both."""
    values = {"state": "blocked", "problem_code": str(Trouble.PARENT_REFUSED), "problem_detail": None}
    follows = (OUTBOX.c.parent_key == key) & (OUTBOX.c.state == "queued")
    for child in connection.scalars(select(OUTBOX.c.key).where(follows)).all():
        connection.execute(_of(child, "queued").values(values))
        _log(connection, child, now, "blocked", key)


def _item(row: Any) -> OutboxItem:
    return OutboxItem(
        key=row.key,
        seq=row.seq,
        lane=row.lane,
        intent=decode(json.loads(row.payload_json)),
        state=OutboxState(row.state),
        created_at=from_millis(row.created_at),
        attempts=row.attempts,
        first_sent_at=from_millis(row.first_sent_at) if row.first_sent_at is not None else None,
        not_before=from_millis(row.not_before) if row.not_before is not None else None,
        ack_version=row.ack_version,
        problem_code=row.problem_code,
        problem_detail=row.problem_detail,
        base=row.base,
        parent_key=row.parent_key,
    )


def _of(key: str, *states: str) -> Update:
    """The row of that key while it is in one of these states: another process may have got an answer first."""
    return update(OUTBOX).where(OUTBOX.c.key == key, OUTBOX.c.state.in_(states))


def _log(connection: Connection, key: str, now: datetime, event: str, detail: str = "") -> None:
    connection.execute(_LOGGED, {"key": key, "at": to_millis(now), "event": event, "detail": detail})
