"""Every question that a screen asks, over plain ``sqlite3``: no import here is heavier than that.

Each thread reads through a connection of its own and sees the last committed state.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot, SlotState
from sync.domain.intents import STUCK_AFTER, STUCK_TRIES, OutboxItem, OutboxState, decode
from sync.domain.problems import StoreProblem, Trouble
from sync.domain.times import from_millis, to_millis
from sync.store.problems import store_problem

if TYPE_CHECKING:
    from sync.domain.rows import Note, NotePart, NoteRevision, Profile

T = TypeVar("T")

_PENDING: Final = """
    SELECT o.target_id FROM outbox o JOIN call c ON c.id = o.target_id
    WHERE o.type IN ('accept', 'decline')
      AND (o.state IN ('queued', 'inflight') OR (o.state = 'acked' AND c.version < o.ack_version))
    ORDER BY o.seq
"""
_NEEDS_ANSWER: Final = """
    SELECT c.id FROM call c JOIN call_slot s ON s.call_id = c.id
    WHERE c.status = 'open' AND c.ends_at > :now AND c.server_missing = 0 AND s.state = 'offered' AND s.starts_at > :now
    GROUP BY c.id ORDER BY min(s.starts_at), c.id
"""
_UPCOMING: Final = """
    SELECT c.id FROM call c JOIN call_slot s ON s.call_id = c.id AND s.id = c.accepted_slot_id
    WHERE c.status = 'accepted' AND c.ends_at > :now ORDER BY s.starts_at, c.id
"""
_ALIVE: Final = "state IN ('queued', 'inflight', 'acked', 'rejected', 'blocked')"


class Ids(NamedTuple):
    """The ids of the sections that are short, in the order of the list, and how many calls there are in all."""

    waiting: tuple[str, ...]
    needs_answer: tuple[str, ...]
    upcoming: tuple[str, ...]
    total: int


class SyncState(NamedTuple):
    """Where this copy stands and how the last round went; instants in UTC."""

    epoch: str | None = None
    cursor: str | None = None
    head_seq_seen: int | None = None
    failures: int = 0
    last_synced_at: datetime | None = None
    last_tried_at: datetime | None = None
    next_try_at: datetime | None = None
    trouble: str | None = None
    trouble_detail: str = ""
    trouble_since: datetime | None = None
    patience_until: datetime | None = None
    patience_code: str | None = None
    clock_offset: timedelta | None = None
    unreadable: int = 0
    unlisted: int = 0


class Queries:
    """Reads one account's database; ``connection`` gives the calling thread's connection. Raises StoreProblem."""

    def __init__(self, connection: Callable[[], sqlite3.Connection]) -> None:
        self._connection = connection

    def connection(self) -> sqlite3.Connection:
        """Return the calling thread's connection, for ``care.py``."""
        return self._connection()

    def ids(self, now: datetime) -> Ids:
        """Return the sections at ``now`` (UTC)."""
        at = {"now": to_millis(now)}
        waiting = tuple(dict.fromkeys(self._column(_PENDING)))
        hidden = set(waiting)
        return Ids(
            waiting=waiting,
            needs_answer=tuple(one for one in self._column(_NEEDS_ANSWER, at) if one not in hidden),
            upcoming=tuple(one for one in self._column(_UPCOMING, at) if one not in hidden),
            total=int(self._rows("SELECT count(*) FROM call")[0][0]),
        )

    def all_ids(self) -> list[str]:
        """Return the ids of all calls, the latest time first."""
        return self._column("SELECT id FROM call ORDER BY sort_at DESC, id DESC")

    def calls(self, ids: Sequence[str]) -> dict[str, CallRequest]:
        """Return the calls with these ids; unknown ids are left out."""
        marks = ",".join("?" * len(ids))
        slots: dict[str, list[sqlite3.Row]] = {}
        query = f"SELECT * FROM call_slot WHERE call_id IN ({marks}) ORDER BY starts_at"  # noqa: S608 - marks alone
        for row in self._rows(query, tuple(ids)):
            slots.setdefault(row["call_id"], []).append(row)
        rows = self._rows(f"SELECT * FROM call WHERE id IN ({marks})", tuple(ids))  # noqa: S608 - marks alone
        found = _made(lambda row: _call(row, tuple(map(_slot, slots.get(row["id"], ())))), rows)
        return {call.id: call for call in found}

    def items_of(self, ids: Iterable[str]) -> list[OutboxItem]:
        """Return the actions on these calls that are on their way or refused, oldest first."""
        wanted = tuple(ids)
        marks = ",".join("?" * len(wanted))
        query = f"SELECT * FROM outbox WHERE {_ALIVE} AND target_id IN ({marks}) ORDER BY seq"  # noqa: S608 - marks
        return _made(_item, self._rows(query, wanted))

    def items(self) -> list[OutboxItem]:
        """Return all actions that are on their way or refused, oldest first."""
        return _made(_item, self._rows(f"SELECT * FROM outbox WHERE {_ALIVE} ORDER BY seq"))  # noqa: S608

    def item(self, key: str) -> OutboxItem | None:
        """Return one action, in whatever state."""
        rows = self._rows("SELECT * FROM outbox WHERE key = ?", (key,))
        return next(iter(_made(_item, rows)), None)

    def item_counts(self, now: datetime) -> tuple[int, int]:
        """Return how many actions wait (or are being sent), and how many need attention: refused, blocked or stuck."""
        stuck = "attempts > 0 AND (attempts >= :tries OR coalesce(first_sent_at <= :since, 0))"
        needs = f"state IN ('rejected', 'blocked') OR ({stuck})"
        query = f"SELECT {needs} AS no, count(*) FROM outbox WHERE {_ALIVE} AND state <> 'acked' GROUP BY no"  # noqa: S608
        rows = self._rows(query, {"tries": STUCK_TRIES, "since": to_millis(now - STUCK_AFTER)})
        found = {int(row[0]): int(row[1]) for row in rows}
        return found.get(0, 0), found.get(1, 0)

    def lane_heads(self) -> list[OutboxItem]:
        """Return the oldest unsent action of each lane, oldest first: within a lane nothing overtakes."""
        query = "SELECT * FROM outbox WHERE seq IN (SELECT min(seq) FROM outbox WHERE state = 'queued' GROUP BY lane)"
        return _made(_item, self._rows(f"{query} ORDER BY seq"))

    def next_due(self) -> datetime | None:
        """Return when the first postponed action may go (UTC); None if none waits for a time.

        What waits behind another one of its lane goes with that, whatever time it has.
        """
        heads = "SELECT min(seq) FROM outbox WHERE state = 'queued' GROUP BY lane"
        return _time(self._rows(f"SELECT min(not_before) FROM outbox WHERE seq IN ({heads})")[0][0])  # noqa: S608

    def note(self, call_id: str, part: NotePart) -> Note | None:
        """Return one text of a call as the marketplace last stated it; None if it never did."""
        rows = self._rows("SELECT * FROM note WHERE call_id = ? AND part = ?", (call_id, str(part)))
        return next(iter(_made(_note, rows)), None)

    def revisions(self, call_id: str, part: NotePart) -> list[NoteRevision]:
        """Return every text that a note had here, oldest first."""
        query = "SELECT * FROM note_revision WHERE call_id = ? AND part = ? ORDER BY id"
        return _made(_revision, self._rows(query, (call_id, str(part))))

    def profile(self) -> Profile | None:
        """Return the profile as the marketplace states it; None before it came."""
        rows = self._rows("SELECT * FROM setting")
        return _made(_profile, [rows])[0] if rows else None

    def items_about(self, target: str) -> list[OutboxItem]:
        """Return the actions on their way or refused whose target begins with this word, oldest first."""
        query = f"SELECT * FROM outbox WHERE {_ALIVE} AND target_id >= ? AND target_id < ? ORDER BY seq"  # noqa: S608
        return _made(_item, self._rows(query, (target, target + "\uffff")))

    def sync_state(self) -> SyncState:
        """Return where this copy stands; the defaults before the first round."""
        rows = self._rows("SELECT * FROM sync_state WHERE id = 1")
        return _made(_sync_state, rows)[0] if rows else SyncState()

    def data_version(self) -> int:
        """Return a number that is another one after any other connection has written, here or in another process.

        Numbers of one thread can be compared, since each reads through a connection of its own.
        """
        return int(self._rows("PRAGMA data_version")[0][0])

    def _column(self, query: str, arguments: dict[str, int] | tuple[()] = ()) -> list[str]:
        return [row[0] for row in self._rows(query, arguments)]

    def _rows(self, query: str, arguments: dict[str, int] | tuple[str, ...] = ()) -> list[sqlite3.Row]:
        try:
            cursor = self._connection().cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise store_problem(error) from error


def _made(make: Callable[[Any], T], rows: Iterable[Any]) -> list[T]:
    """Make a value of each row; one that holds what this program never writes is damaged. Raises StoreProblem."""
    try:
        return [make(row) for row in rows]
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise StoreProblem(Trouble.DAMAGED, f"a row that makes no sense: {type(error).__name__}") from error


def _time(value: int | None) -> datetime | None:
    return None if value is None else from_millis(value)


def _status(value: str) -> CallStatus:
    return CallStatus(value) if value in set(CallStatus) else CallStatus.UNKNOWN


def _slot(row: sqlite3.Row) -> Slot:
    state = SlotState(row["state"]) if row["state"] in set(SlotState) else SlotState.UNKNOWN
    return Slot(row["id"], from_millis(row["starts_at"]), from_millis(row["ends_at"]), row["tz"], state)


def _call(row: sqlite3.Row, slots: tuple[Slot, ...]) -> CallRequest:
    customer: dict[str, Any] = json.loads(row["customer_json"])
    has_line = row["conf_number"] is not None and row["conf_pin"] is not None
    return CallRequest(
        id=row["id"],
        version=row["version"],
        status=_status(row["status"]),
        customer=Customer(**customer),
        subject=row["subject"],
        message=row["message"],
        created_at=from_millis(row["created_at"]),
        slots=slots,
        about=row["about"],
        deadline_at=_time(row["deadline_at"]),
        accepted_slot_id=row["accepted_slot_id"],
        line=Line(row["conf_number"], row["conf_pin"]) if has_line else None,
        follow_up_of=row["follow_up_of"],
        decline_message=row["decline_message"],
        closed_reason=row["closed_reason"],
        missing=bool(row["server_missing"]),
    )


def _note(row: sqlite3.Row) -> Note:
    from sync.domain.rows import Note, NotePart  # noqa: PLC0415 - not on the way to the first list

    return Note(
        row["call_id"],
        NotePart(row["part"]),
        row["revision"],
        row["version"],
        row["text"],
        from_millis(row["updated_at"]),
        bool(row["conflict"]),
    )


def _revision(row: sqlite3.Row) -> NoteRevision:
    from sync.domain.rows import NotePart, NoteRevision  # noqa: PLC0415 - see _note

    return NoteRevision(
        row["call_id"],
        NotePart(row["part"]),
        row["revision"],
        row["parent"],
        row["text"],
        row["origin"],
        from_millis(row["created_at"]),
        bool(row["conflict"]),
    )


def _profile(rows: list[sqlite3.Row]) -> Profile:
    from sync.domain.rows import Field, Profile  # noqa: PLC0415 - see _note

    fields = {
        row["field"]: Field(json.loads(row["value_json"]), row["version"], from_millis(row["changed_at"]))
        for row in rows
    }
    return Profile(max(field.version for field in fields.values()), fields)


def _item(row: sqlite3.Row) -> OutboxItem:
    return OutboxItem(
        key=row["key"],
        seq=row["seq"],
        lane=row["lane"],
        intent=decode(json.loads(row["payload_json"])),
        state=OutboxState(row["state"]),
        created_at=from_millis(row["created_at"]),
        attempts=row["attempts"],
        first_sent_at=_time(row["first_sent_at"]),
        not_before=_time(row["not_before"]),
        ack_version=row["ack_version"],
        problem_code=row["problem_code"],
        problem_detail=row["problem_detail"],
        base=row["base"],
        parent_key=row["parent_key"],
    )


def _sync_state(row: sqlite3.Row) -> SyncState:
    offset = row["clock_offset_ms"]
    return SyncState(
        epoch=row["epoch"],
        cursor=row["cursor"],
        head_seq_seen=row["head_seq_seen"],
        failures=row["failures"],
        last_synced_at=_time(row["last_synced_at"]),
        last_tried_at=_time(row["last_tried_at"]),
        next_try_at=_time(row["next_try_at"]),
        trouble=row["trouble"],
        trouble_detail=row["trouble_detail"] or "",
        trouble_since=_time(row["trouble_since"]),
        patience_until=_time(row["patience_until"]),
        patience_code=row["patience_code"],
        clock_offset=None if offset is None else timedelta(milliseconds=offset),
        unreadable=row["unreadable"],
        unlisted=row["unlisted"],
    )
