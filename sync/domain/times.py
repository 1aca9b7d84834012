"""Instants seen from a zone: parts of the day and days that differ. Words for them are the window's business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class PartOfDay(StrEnum):
    """How a person names an hour; an offered time at night needs a second look (A4)."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


def zone(name: str | None) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None when it is not known here: a remote name is never trusted."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def part_of_day(local: datetime) -> PartOfDay:
    """Name the part of the day of a local time: night is 9 PM to 7 AM."""
    if local.hour < 7 or local.hour >= 21:
        return PartOfDay.NIGHT
    if local.hour < 12:
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if local.hour < 18 else PartOfDay.EVENING


def is_at_night(local: datetime) -> bool:
    """Tell whether a person may be asleep at a local time: such a time is never taken at one press (A4)."""
    return part_of_day(local) is PartOfDay.NIGHT


def offset_words(local: datetime) -> str:
    """Return the offset in force on that day as "UTC-08:00" (M6)."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def from_millis(millis: int) -> datetime:
    """Turn milliseconds since 1970 into a UTC datetime."""
    return _BEGINNING + timedelta(milliseconds=millis)


def to_millis(instant: datetime) -> int:
    """Turn an aware datetime into whole milliseconds since 1970; what is finer is cut off."""
    return (instant - _BEGINNING) // timedelta(milliseconds=1)
