"""What a marketplace gives to whoever signs in: tokens of one account at one origin, kept in no log and no database."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """``access`` is sent with each request until ``expires_at`` (UTC), ``refresh`` buys the next pair.

    Both are good for the account ``subject`` of the marketplace at ``origin`` alone and are never sent elsewhere.
    ``name`` is what its writer calls the account, one line of plain text, perhaps "".
    """

    origin: str
    subject: str
    name: str
    access: str
    refresh: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Name the account; the tokens themselves are nobody's to read."""
        return f"<Tokens of {self.subject} at {self.origin}>"

    def to_text(self) -> str:
        """Return all of it as JSON, for a keychain."""
        data = {part.name: getattr(self, part.name) for part in fields(self)}
        return json.dumps(data | {"expires_at": self.expires_at.isoformat()})


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the writer types (``user_code``) at which ``address`` on another device, until ``expires_at`` (UTC).

    ``interval`` is how many seconds to wait between two questions whether that has been done.
    """

    user_code: str
    address: str
    expires_at: datetime
    interval: int
    secret: str = field(repr=False)


def tokens_from(text: str | None, origin: str, subject: str) -> Tokens | None:
    """Read what ``to_text`` wrote; None for anything else, and for tokens of another account or origin."""
    try:
        data = json.loads(text or "")
        name, access, refresh = (data[word] for word in ("name", "access", "refresh"))
        expires_at = datetime.fromisoformat(data["expires_at"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    if (data.get("origin"), data.get("subject")) != (origin, subject):
        return None
    if not all(isinstance(word, str) for word in (name, access, refresh)) or not access or not refresh:
        return None
    return Tokens(origin, subject, name, access, refresh, expires_at)
