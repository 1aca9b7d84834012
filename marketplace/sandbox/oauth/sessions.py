"""Sign-ins and their tokens in the database. A sign-in has one line of refresh tokens, each replaced by the next.

Only digests are stored. The successor of a refresh token follows from the token itself and the server's secret, so that
it can be told again to a client that lost the answer, although nobody can read it from the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from marketplace.sandbox.access import digest_of
from marketplace.sandbox.instants import to_seconds
from marketplace.sandbox.schema import account, refresh_token, session, token

ACCESS_LIFE: Final = timedelta(hours=1)
LOST_REPLY: Final = timedelta(seconds=60)
"""How long an old refresh token gives its successor again even when that one was used meanwhile."""

_KEPT_AFTER_EXPIRY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """What a sign-in or a refresh gives: whose account it is, and the tokens in clear, which are told once."""

    account_id: str
    account_name: str
    access_token: str
    refresh_token: str


def start_session(connection: Connection, account_id: str, client_id: str, now: datetime) -> tuple[str, Issued]:
    """Sign a client in and return the sign-in's id with its first tokens."""
    session_id, first = secrets.token_hex(16), secrets.token_urlsafe(32)
    seconds = to_seconds(now)
    values = {"id": session_id, "account_id": account_id, "client_id": client_id, "created_at": seconds}
    connection.execute(insert(session).values(**values, ended=False))
    connection.execute(insert(refresh_token).values(digest=digest_of(first), session_id=session_id))
    return session_id, _issue(connection, session_id, account_id, first, now)


def refresh(connection: Connection, secret: str, word: str, client_id: str, now: datetime) -> Issued | None:
    """Replace a refresh token; None when it is worth nothing.

    The same old token gives the same successor again for 60 seconds, and for as long as nobody used the successor: then
    the answer was lost. A later use means that two hold the token, and ends the sign-in (RFC 9700, section 4.14.2).
    """
    found = _lock_session_of(connection, word)
    if found is None or found.ended or found.client_id != client_id:
        return None
    old = connection.execute(select(refresh_token).where(refresh_token.c.digest == digest_of(word))).one()
    successor = _successor(secret, word)
    if old.replaced_at is None:
        mine = refresh_token.c.digest == old.digest
        connection.execute(update(refresh_token).where(mine).values(replaced_at=to_seconds(now)))
        connection.execute(insert(refresh_token).values(digest=digest_of(successor), session_id=found.id))
    elif to_seconds(now) - old.replaced_at > LOST_REPLY.total_seconds() and _was_used(connection, successor):
        end_session(connection, found.id)
        return None
    return _issue(connection, found.id, found.account_id, successor, now)


def revoke(connection: Connection, word: str, client_id: str) -> None:
    """Sign out: a refresh token, old ones too, ends its sign-in; an access token ends itself. Others change nothing."""
    found = _lock_session_of(connection, word)
    if found is not None:
        if found.client_id == client_id:
            end_session(connection, found.id)
        return
    connection.execute(update(token).where(token.c.digest == digest_of(word)).values(expired=True))


def end_session(connection: Connection, session_id: str) -> None:
    """End a sign-in with all its tokens."""
    connection.execute(update(session).where(session.c.id == session_id).values(ended=True))
    connection.execute(update(token).where(token.c.session_id == session_id).values(expired=True))


def _lock_session_of(connection: Connection, word: str) -> Row[Any] | None:
    """Lock the sign-in of a refresh token: two refreshes at the same time come one after the other."""
    query = select(refresh_token.c.session_id).where(refresh_token.c.digest == digest_of(word))
    session_id = connection.scalar(query)
    if session_id is None:
        return None
    return connection.execute(select(session).where(session.c.id == session_id).with_for_update()).one()


def _was_used(connection: Connection, word: str) -> bool:
    query = select(refresh_token.c.replaced_at).where(refresh_token.c.digest == digest_of(word))
    return connection.scalar(query) is not None


def _successor(secret: str, word: str) -> str:
    mark = hmac.new(bytes.fromhex(secret), b"refresh token\0" + word.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def _issue(connection: Connection, session_id: str, account_id: str, refresh_word: str, now: datetime) -> Issued:
    forgotten = to_seconds(now - _KEPT_AFTER_EXPIRY)
    connection.execute(delete(token).where(token.c.session_id == session_id, token.c.expires_at < forgotten))
    word = secrets.token_urlsafe(32)
    values = {"digest": digest_of(word), "account_id": account_id, "session_id": session_id, "expired": False}
    connection.execute(insert(token).values(**values, expires_at=to_seconds(now + ACCESS_LIFE)))
    name = connection.scalars(select(account.c.name).where(account.c.id == account_id)).one()
    return Issued(account_id, name, word, refresh_word)
