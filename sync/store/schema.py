"""The tables of one account's database, as the newest migration leaves them.

Instants are whole milliseconds since 1970, UTC. ``call`` and ``call_slot`` change by the marketplace's data alone
(invariant I4); what the writer does goes to ``outbox`` alone.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

METADATA = MetaData()
NO_DIGEST: Final = "0" * 64

ALIVE: Final = text("state IN ('queued', 'inflight', 'acked', 'rejected', 'blocked')")
ON_THE_WAY: Final = text("state IN ('queued', 'inflight', 'acked')")
"""States of an action. SQLite uses an index of some rows only where a question says which rows in the same words."""

SYNC_STATE = Table(
    "sync_state",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("epoch", Text),
    Column("cursor", Text),
    Column("head_seq_seen", Integer),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_synced_at", Integer),
    Column("last_tried_at", Integer),
    Column("next_try_at", Integer),
    Column("trouble", Text),
    Column("trouble_detail", Text),
    Column("trouble_since", Integer),
    Column("patience_until", Integer),
    Column("patience_code", Text),
    Column("digest_count", Integer, nullable=False, server_default="0"),
    Column("digest_xor", Text, nullable=False, server_default=NO_DIGEST),
    Column("digest_misses", Integer, nullable=False, server_default="0"),
    Column("clock_offset_ms", Integer),
    Column("unreadable", Integer, nullable=False, server_default="0"),
    Column("unlisted", Integer, nullable=False, server_default="0"),
    Column("may_sweep", Integer, nullable=False, server_default="0"),
    Column("restoring", Integer, nullable=False, server_default="0"),
)
"""One row, id 1: where this copy stands in the marketplace's history, and how the last round went.

``patience_until``: the marketplace asked not to be asked before that. ``digest_*``: the calls that are here, as the
marketplace counts them, and how often its count was another one. ``unlisted``: a snapshot lacked so many calls that
the writer is asked first; ``may_sweep`` is the yes. ``restoring``: the next whole snapshot looks for lost actions.
"""

CALL = Table(
    "call",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("customer_json", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("deadline_at", Integer),
    Column("accepted_slot_id", Text),
    Column("conf_number", Text),
    Column("conf_pin", Text),
    Column("follow_up_of", Text),
    Column("decline_message", Text),
    Column("closed_reason", Text),
    Column("ends_at", Integer, nullable=False),
    Column("sort_at", Integer, nullable=False),
    Column("server_missing", Integer, nullable=False, server_default="0"),
    Column("raw_json", Text, nullable=False),
    Index("call_by_status", "status", "ends_at"),
    Index("call_by_time", "sort_at", "id"),
)
"""``ends_at`` and ``sort_at`` are the end and the start of the accepted time, else of the last one offered."""

CALL_SLOT = Table(
    "call_slot",
    METADATA,
    Column("call_id", Text, ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("starts_at", Integer, nullable=False),
    Column("ends_at", Integer, nullable=False),
    Column("tz", Text),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("epoch", Text),
    Column("lane", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("cmd_version", Integer, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Integer, nullable=False),
    Column("first_sent_at", Integer),
    Column("not_before", Integer),
    Column("ack_version", Integer),
    Column("acked_at", Integer),
    Column("base", Text),
    Column("parent_key", Text),
    Column("problem_code", Text),
    Column("problem_detail", Text),
    Index(
        "outbox_alive",
        "target_id",
        "seq",
        sqlite_where=ALIVE,
    ),
    Index("outbox_lane", "lane", "seq", sqlite_where=ON_THE_WAY),
    Index("outbox_parent", "parent_key", sqlite_where=text("parent_key IS NOT NULL")),
    sqlite_autoincrement=True,
)
"""``epoch`` is the marketplace's history under which the row may be sent; ``key`` its idempotency key, for ever.

``base`` is the revision or version that the action replaces, fixed when it is first sent.
"""

OUTBOX_LOG = Table(
    "outbox_log",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
)
"""What became of each action, kept for questions and for a marketplace that was restored from an old copy."""

NOTE = Table(
    "note",
    METADATA,
    Column("call_id", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("conflict", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("server_missing", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
"""The notes as the marketplace states them; without a foreign key, since a note outlives its call."""

NOTE_REVISION = Table(
    "note_revision",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("revision", Text),
    Column("parent", Text),
    Column("text", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("conflict", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("key", Text),
    Index("note_revision_of", "call_id", "part", "id"),
)
"""Every text that a note ever had here: saved by the writer (``local``, with the action's key), received (``server``)
or merged (``merge``). ``revision`` is the marketplace's, once it is known; ``parent`` the one that it grew from."""

SETTING = Table(
    "setting",
    METADATA,
    Column("field", Text, primary_key=True),
    Column("value_json", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The profile's fields as the marketplace states them."""
