"""Who is asking: tokens. A token is random, shown once and kept only as its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from marketplace.sandbox.schema import token

if TYPE_CHECKING:
    from marketplace.sandbox.database import Database


def issue_token(database: Database, account_id: str) -> str:
    """Make one more token for the account."""
    word = secrets.token_urlsafe(32)
    with database.writing() as connection:
        connection.execute(insert(token).values(digest=_digest(word), account_id=account_id, expired=False))
    return word


def account_of(database: Database, word: str) -> str | None:
    """Return whose token this is; None for an unknown or expired one."""
    with database.reading() as connection:
        query = select(token.c.account_id).where(token.c.digest == _digest(word), token.c.expired.is_(False))
        return connection.scalar(query)


def expire_tokens(database: Database, account_id: str) -> None:
    """Let all tokens of the account expire."""
    with database.writing() as connection:
        connection.execute(update(token).where(token.c.account_id == account_id).values(expired=True))


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
