"""Cursors and page tokens: opaque to the client, and refused when somebody has written on them (A2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final

_LONGEST: Final = 600


def seal(secret: str, fields: list[Any]) -> str:
    """Put plain JSON values into one URL-safe word of ``[A-Za-z0-9_-]``."""
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(secret, payload) + payload).decode().rstrip("=")


def unseal(secret: str, word: str) -> list[Any]:
    """Return what ``seal`` was given; ValueError for anything that it did not make."""
    if len(word) > _LONGEST or not word.isascii():
        raise ValueError("not a cursor")
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not a cursor") from error
    mark, payload = raw[:12], raw[12:]
    if not hmac.compare_digest(mark, _mark(secret, payload)):
        raise ValueError("not a cursor of this server")
    fields = json.loads(payload)
    if not isinstance(fields, list):
        raise ValueError("not a cursor")  # noqa: TRY004 - all refusals are one to the caller
    return fields


def _mark(secret: str, payload: bytes) -> bytes:
    return hmac.new(bytes.fromhex(secret), payload, hashlib.sha256).digest()[:12]
