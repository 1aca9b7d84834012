"""Who is asking: tokens. A token is random, shown once and kept only as its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select, update

from marketplace.sandbox.instants import to_seconds
from marketplace.sandbox.schema import token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from marketplace.sandbox.database import Database


def issue_token(database: Database, account_id: str) -> str:
    """Make one more token for the account."""
    word = secrets.token_urlsafe(32)
    with database.writing() as connection:
        connection.execute(insert(token).values(digest=digest_of(word), account_id=account_id, expired=False))
    return word


def account_of(database: Database, word: str, now: datetime) -> str | None:
    """Return whose token this is; None for an unknown or expired one."""
    with database.reading() as connection:
        return connection.scalar(select(token.c.account_id).where(token.c.digest == digest_of(word), lives_at(now)))


def lives_at(now: datetime) -> ColumnElement[bool]:
    """Return the condition on tokens that are good at an instant."""
    return token.c.expired.is_(False) & or_(token.c.expires_at.is_(None), token.c.expires_at > to_seconds(now))


def expire_tokens(database: Database, account_id: str) -> None:
    """Let all access tokens of the account expire; who signed in can refresh."""
    with database.writing() as connection:
        connection.execute(update(token).where(token.c.account_id == account_id).values(expired=True))


def digest_of(word: str) -> str:
    """Return the form in which a token is stored: it tells nothing about the token."""
    return hashlib.sha256(word.encode()).hexdigest()
