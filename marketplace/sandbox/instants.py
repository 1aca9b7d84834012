"""Instants in the forms that leave and enter the program: RFC 3339 text in UTC and whole Unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(instant: datetime) -> str:
    """Write an aware datetime to the second: "2026-09-14T15:00:00Z" (RFC 3339)."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_exact_text(instant: datetime) -> str:
    """Write an aware datetime to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read RFC 3339 text as aware UTC; ValueError when it is not, or carries no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    return instant.astimezone(UTC)


def to_seconds(instant: datetime) -> int:
    """Return whole Unix seconds, rounded down."""
    return int(instant.timestamp() // 1)


def from_seconds(seconds: int) -> datetime:
    """Return the aware UTC datetime of whole Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)
