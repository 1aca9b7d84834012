"""Codes in the database: the one that the browser carries to the client, and the two of a device.

A code signs in once. When it comes a second time somebody else may have it, so that sign-in ends (RFC 6749, 4.1.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from marketplace.sandbox.access import digest_of
from marketplace.sandbox.instants import to_seconds
from marketplace.sandbox.oauth.sessions import Issued, end_session, start_session
from marketplace.sandbox.schema import device_request, sign_in_code

CODE_LIFE: Final = timedelta(seconds=60)
DEVICE_LIFE: Final = timedelta(minutes=10)
POLL_SECONDS: Final = 5
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words (RFC 8628, section 6.1)
_KEPT_AFTER_EXPIRY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a person allowed in the browser, and what the client has to show to use it."""

    account_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    """The S256 code challenge (RFC 7636): the digest of what the client alone knows."""


def keep_code(connection: Connection, permission: Permission, now: datetime) -> str:
    """Make the code for a permission."""
    _forget(connection, sign_in_code, now)
    word = secrets.token_urlsafe(32)
    values = {
        "digest": digest_of(word),
        "account_id": permission.account_id,
        "client_id": permission.client_id,
        "redirect_uri": permission.redirect_uri,
        "challenge": permission.challenge,
        "expires_at": to_seconds(now + CODE_LIFE),
    }
    connection.execute(insert(sign_in_code).values(**values))
    return word


def redeem_code(
    connection: Connection, word: str, *, verifier: str, redirect_uri: str, client_id: str, now: datetime
) -> Issued | None:
    """Sign in with a code; None when it is worth nothing."""
    found = _lock(connection, sign_in_code, word)
    if found is None or found.client_id != client_id:
        return None
    if found.session_id is not None:
        end_session(connection, found.session_id)
        return None
    is_theirs = found.redirect_uri == redirect_uri and hmac.compare_digest(found.challenge, challenge_of(verifier))
    if found.expires_at <= to_seconds(now) or not is_theirs:
        return None
    return _sign_in(connection, sign_in_code, found, now)


def challenge_of(verifier: str) -> str:
    """Return the S256 code challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def begin_device(connection: Connection, client_id: str, now: datetime) -> tuple[str, str]:
    """Make the code that the device keeps and the one that a person types, for example "WDJB-MJHT"."""
    _forget(connection, device_request, now)
    word = secrets.token_urlsafe(32)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    user_code = f"{letters[:4]}-{letters[4:]}"
    values = {"digest": digest_of(word), "user_code": user_code, "client_id": client_id, "denied": False}
    expires_at = to_seconds(now + DEVICE_LIFE)
    connection.execute(insert(device_request).values(**values, expires_at=expires_at, interval=POLL_SECONDS))
    return word, user_code


def answer_device(connection: Connection, typed: str, account_id: str | None, now: datetime) -> bool:
    """Allow a device, or deny with None; False when no device waits with this code."""
    letters = "".join(letter for letter in typed.upper() if letter in _LETTERS)
    waiting = (
        device_request.c.user_code == f"{letters[:4]}-{letters[4:]}",
        device_request.c.expires_at > to_seconds(now),
        device_request.c.account_id.is_(None),
        device_request.c.denied.is_(False),
    )
    answer = {"account_id": account_id, "denied": account_id is None}
    return connection.execute(update(device_request).where(*waiting).values(**answer)).rowcount == 1


def poll_device(connection: Connection, word: str, client_id: str, now: datetime) -> Issued | str:
    """Sign a device in if a person has allowed it, else return the error of RFC 8628, section 3.5."""
    found = _lock(connection, device_request, word)
    if found is None or found.client_id != client_id:
        return "invalid_grant"
    if found.session_id is not None:
        end_session(connection, found.session_id)
        return "invalid_grant"
    if found.expires_at <= to_seconds(now):
        return "expired_token"
    if found.denied:
        return "access_denied"
    if found.account_id is None:
        return _told_to_wait(connection, found, to_seconds(now))
    return _sign_in(connection, device_request, found, now)


def _told_to_wait(connection: Connection, found: Row[Any], seconds: int) -> str:
    hurries = found.polled_at is not None and seconds - found.polled_at < found.interval
    interval = found.interval + (5 if hurries else 0)
    mine = device_request.c.digest == found.digest
    connection.execute(update(device_request).where(mine).values(polled_at=seconds, interval=interval))
    return "slow_down" if hurries else "authorization_pending"


def _lock(connection: Connection, table: Table, word: str) -> Row[Any] | None:
    return connection.execute(select(table).where(table.c.digest == digest_of(word)).with_for_update()).one_or_none()


def _sign_in(connection: Connection, table: Table, found: Row[Any], now: datetime) -> Issued:
    session_id, issued = start_session(connection, found.account_id, found.client_id, now)
    connection.execute(update(table).where(table.c.digest == found.digest).values(session_id=session_id))
    return issued


def _forget(connection: Connection, table: Table, now: datetime) -> None:
    connection.execute(delete(table).where(table.c.expires_at < to_seconds(now - _KEPT_AFTER_EXPIRY)))
