"""The tables. Everything of an account is keyed by the account first, so that no query can forget whose it is."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

SCHEMA_VERSION: Final = 3

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("seq", BigInteger, nullable=False),
    Column("live_count", Integer, nullable=False),
    Column("live_xor", Text, nullable=False),
    Column("practises", Boolean, nullable=False),
)
"""``seq`` is the change number, and its row the account's write lock (A2). ``live_*`` is the digest of its calls."""

token = Table(
    "token",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", Text, nullable=False, index=True),
    Column("expired", Boolean, nullable=False),
    Column("session_id", Text),
    Column("expires_at", BigInteger),
    Column("streams", Integer, nullable=False, server_default="0"),
)
"""Access tokens. Those that a command printed belong to no session and expire only when they are made to.
``streams`` counts the streams of pokes that were ever opened with it."""

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
)
"""A client that signed in, until it signs out. Its row is the lock for what happens to its tokens."""

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("session_id", Text, nullable=False, index=True),
    Column("replaced_at", BigInteger),
)

sign_in_code = Table(
    "sign_in_code",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("session_id", Text),
)
"""What a person allowed in the browser; ``session_id`` is the sign-in that came of it."""

device_request = Table(
    "device_request",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user_code", Text, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("interval", Integer, nullable=False),
    Column("polled_at", BigInteger),
    Column("account_id", Text),
    Column("denied", Boolean, nullable=False),
    Column("session_id", Text),
)
"""A device that waits for a person; ``interval`` is how many seconds it has to let pass between two questions."""

item = Table(
    "item",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", Text),
    Column("due_at", BigInteger),
    Column("habit", Text),
    Index("item_by_version", "account_id", "version", unique=True),
    Index("item_by_due", "account_id", "due_at", "id"),
)
"""Calls, notes and the profile, each as its JSON. The index by version is the change log; no body is a tombstone.
``due_at`` (Unix seconds) is when time itself changes the call; ``habit`` is how its customer behaves."""

shared_time = Table(
    "shared_time",
    metadata,
    Column("id", Text, primary_key=True),
    Column("taken_by", Text),
)
"""A time that a customer offers to several accounts. Its row is the lock for who gets it."""

shared_copy = Table(
    "shared_copy",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("slot_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("time_id", Text, nullable=False, index=True),
)
"""Where the accounts have such a time."""

note_text = Table(
    "note_text",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("call_id", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

command = Table(
    "command",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

step = Table(
    "step",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("due_at", BigInteger, nullable=False, index=True),
)
"""What the script still has to do; a row goes in the transaction that does it."""
