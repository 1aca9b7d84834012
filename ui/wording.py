"""Every time, number and problem as words, in one place; knows no Qt, so the terminal says the same.

Words are made for a person: the zone where the writer is now, the offset of that very day (M6), 12 or 24 hours
and the order of a date as the locale has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from sync.domain.calls import LINE_OPENS_BEFORE, Customer, Refusal, Slot
from sync.domain.times import PartOfDay, offset_words, part_of_day, zone

if TYPE_CHECKING:
    from ui.sentences import Sentence

ONE_VERSION: Final = "One version:"
OTHER_VERSION: Final = "Other version:"
"""Before each line of a note that was changed in two places; every device shows them, for the writer to choose."""

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
FAR: Final = timedelta(days=180)
"""A date of another year that is nearer than this needs no year to be understood."""


class Formats(NamedTuple):
    """How a locale writes times and dates. ``clock`` is a template with the fields h, hh, H, HH, mm and ap.

    Weekdays begin with Monday, months with January; ``day_suffix`` follows the day's number ("24." in German).
    ``language`` is a locale such as "en_US"; it chooses the words for zones.
    """

    clock: str
    am: str
    pm: str
    weekdays_short: tuple[str, ...]
    weekdays_long: tuple[str, ...]
    months_short: tuple[str, ...]
    months_long: tuple[str, ...]
    day_first: bool
    day_suffix: str
    language: str

    @property
    def twelve_hour(self) -> bool:
        """Tell whether the clock has a first and a second half of the day."""
        return "{ap}" in self.clock


def plain_formats() -> Formats:
    """Return the English formats that the terminal uses: "Tue 24 Nov", "1:00 PM"."""
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return Formats(
        clock="{h}:{mm} {ap}",
        am="AM",
        pm="PM",
        weekdays_short=tuple(name[:3] for name in weekdays),
        weekdays_long=weekdays,
        months_short=tuple(name[:3] for name in months),
        months_long=months,
        day_first=True,
        day_suffix="",
        language="en",
    )


def count_of(number: int, thing: str, things: str = "") -> str:
    """Return a number with its noun: "1 time", "3 times"; ``things`` is the plural where it is not ``thing`` + s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


class Wording:
    """Words for times, as seen at ``now()`` (UTC) from ``zone()``, the zone in which the writer is.

    All methods take timezone-aware datetimes of any zone and raise ValueError for naive ones.
    """

    def __init__(self, formats: Formats, now: Callable[[], datetime], zone: Callable[[], ZoneInfo]) -> None:
        self.formats = formats
        self.now = now
        self._zone = zone
        self._zone_names: dict[tuple[str, str], str] = {}

    def local(self, instant: datetime) -> datetime:
        """Return the instant in the writer's zone."""
        if instant.tzinfo is None:
            raise ValueError("a time without a zone has no words")
        return instant.astimezone(self._zone())

    def clock(self, instant: datetime) -> str:
        """Return the time of day: "1:00 PM" or "13:00"."""
        return self._clock(self.local(instant))

    def day(self, instant: datetime, *, in_full: bool = False) -> str:
        """Return the day: "Tue 24 Nov", in full "Tuesday 24 November", with its year when that is another and far."""
        own = self.formats
        names = (own.weekdays_long, own.months_long) if in_full else (own.weekdays_short, own.months_short)
        return self._day(self.local(instant), *names)

    def slot(self, starts_at: datetime) -> str:
        """Return day and time: "Tue 24 Nov, 1:00 PM"."""
        return f"{self.day(starts_at)}, {self.clock(starts_at)}"

    def span(self, starts_at: datetime, ends_at: datetime) -> str:
        """Return a stretch of time without its day: "1:00–1:30 PM"."""
        start, end = self.local(starts_at), self.local(ends_at)
        same_half = start.hour // 12 == end.hour // 12 and start.date() == end.date()
        first, half = self._clock(start), " {ap}"
        if same_half and self.formats.clock.endswith(half):
            first = self._clock(start, self.formats.clock.removesuffix(half))
        return f"{first}–{self._clock(end)}"

    def zone_words(self, instant: datetime) -> str:
        """Return zone and offset in force on that day (M6): "Pacific Time (UTC-08:00)"."""
        name, offset = self.zone_name(), self.offset(instant)
        return f"{name} ({offset})" if name else offset

    def zone_name(self) -> str:
        """Return the name of the writer's zone as a person would say it, or "" where it has none.

        The first call for a zone takes some 70 ms (it loads Babel): never before the first paint.
        """
        key = (self._zone().key or "", self.formats.language)
        if key not in self._zone_names:
            self._zone_names[key] = _generic_zone_name(*key)
        return self._zone_names[key]

    def offset(self, instant: datetime) -> str:
        """Return the writer's offset on that day: "UTC-08:00" in November, "UTC-07:00" in July."""
        return offset_words(self.local(instant))

    def with_zone(self, instant: datetime) -> str:
        """Return the time with its zone (M6): "1:00 PM Pacific Time (UTC-08:00)"."""
        return f"{self.clock(instant)} {self.zone_words(instant)}"

    def for_them(self, slot: Slot, customer: Customer) -> str:
        """Return the time where the customer is, "9:00 PM for them"; "" when it is the writer's, or their zone unknown.

        A day that differs from the writer's is named: "Tue, midnight for them".
        """
        theirs = zone(customer.time_zone) or zone(slot.time_zone)
        if theirs is None:
            return ""
        there, here = slot.starts_at.astimezone(theirs), self.local(slot.starts_at)
        if there.utcoffset() == here.utcoffset():
            return ""
        words = (self.formats.twelve_hour and _noon_or_midnight(there)) or self._clock(there)
        if there.date() != here.date():
            words = f"{self.formats.weekdays_short[there.weekday()]}, {words}"
        return f"{words} for them"

    def countdown(self, instant: datetime) -> str:
        """Return how long until then: "now", "in 4 min", "in 2 h 14 min", "tomorrow", "in 7 days"."""
        left = instant - self.now()
        if left <= timedelta():
            return "now"
        days = (self.local(instant).date() - self.local(self.now()).date()).days
        minutes = -(-left // MINUTE)
        if days > 0 and minutes > 12 * 60:
            return "tomorrow" if days == 1 else f"in {days} days"
        hours, rest = divmod(minutes, 60)
        return "in " + " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0))

    def ago(self, instant: datetime) -> str:
        """Return how long ago: "just now", "2 min ago", "3 h ago", "yesterday", "5 days ago"."""
        past = self.now() - instant
        if past < MINUTE:
            return "just now"
        if past < HOUR:
            return f"{past // MINUTE} min ago"
        days = (self.local(self.now()).date() - self.local(instant).date()).days
        if days == 0 or past < 12 * HOUR:
            return f"{past // HOUR} h ago"
        return "yesterday" if days == 1 else f"{days} days ago"

    def when(self, instant: datetime) -> str:
        """Return day and time inside a sentence: "today at 8:52 AM", "yesterday at ...", "Tue 24 Nov at ..."."""
        days = (self.local(instant).date() - self.local(self.now()).date()).days
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
        return f"{near.get(days) or self.day(instant)} at {self.clock(instant)}"

    def times_offered(self, slots: Sequence[Slot]) -> str:
        """Return what a request offers: "3 times, first Tue 24 Nov, 1:00 PM". ``slots`` are those still open."""
        if not slots:
            return "No time is open any more"
        first = self.slot(min(slot.starts_at for slot in slots))
        return f"1 time, {first}" if len(slots) == 1 else f"{count_of(len(slots), 'time')}, first {first}"

    def soon(self, instant: datetime) -> str:
        """Return when a call is, for a short line: "1:00 PM, in 2 h 14 min", "tomorrow at 9:00 AM"."""
        far = self.local(instant).date() != self.local(self.now()).date() and instant - self.now() > 12 * HOUR
        return self.when(instant) if far else f"{self.clock(instant)}, {self.countdown(instant)}"

    def part_of_day(self, instant: datetime) -> str:
        """Return "night", "morning", "noon", "afternoon", "evening" or "midnight"."""
        local = self.local(instant)
        return _noon_or_midnight(local) or str(part_of_day(local))

    def read_back(self, instant: datetime) -> str:
        """Return a time so that it cannot be taken for another: "Tuesday 24 November, 1:00 in the afternoon"."""
        local = self.local(instant)
        template = self.formats.clock.replace("{ap}", "").strip()
        return f"{self.day(instant, in_full=True)}, {self._clock(local, template)} {_half_in_words(local)}"

    def line_opens(self, starts_at: datetime) -> str:
        """Return when the line of a call opens (M7): "12:55 PM", with its day when that is the day before."""
        opens_at = starts_at - LINE_OPENS_BEFORE
        same_day = self.local(opens_at).date() == self.local(starts_at).date()
        return self.clock(opens_at) if same_day else self.slot(opens_at)

    def problem(self, code: str, detail: str = "", *, who: str = "") -> Sentence:
        """Return what a problem code means; ``who`` is the customer's first name, ``detail`` their words."""
        from ui.sentences import problem_sentence  # noqa: PLC0415 - seldom wanted, never in the first second

        return problem_sentence(code, detail, who=who)

    def refusal(self, refusal: Refusal) -> Sentence:
        """Return why a move is not possible."""
        from ui.sentences import refusal_sentence  # noqa: PLC0415

        return refusal_sentence(refusal)

    def _clock(self, local: datetime, template: str = "") -> str:
        hour = local.hour % 12 or 12
        half = self.formats.am if local.hour < 12 else self.formats.pm
        fields = {"h": f"{hour}", "hh": f"{hour:02}", "H": f"{local.hour}", "HH": f"{local.hour:02}"}
        return (template or self.formats.clock).format(**fields, mm=f"{local.minute:02}", ap=half)

    def _day(self, local: datetime, weekdays: Sequence[str], months: Sequence[str]) -> str:
        weekday, month = weekdays[local.weekday()], months[local.month - 1]
        number = f"{local.day}{self.formats.day_suffix}"
        now = self.local(self.now())
        year = f" {local.year}" if local.year != now.year and abs(local - now) > FAR else ""
        if self.formats.day_first:
            return f"{weekday} {number} {month}{year}"
        return f"{weekday}, {month} {number}{year and ',' + year}"


def _half_in_words(local: datetime) -> str:
    """Name the part of the day so that each hour of a 12-hour clock is told apart, midnight and noon included."""
    if word := _noon_or_midnight(local):
        return word
    if local.hour < 7:
        return "in the early morning" if local.hour else "after midnight"
    part = part_of_day(local)
    return "at night" if part is PartOfDay.NIGHT else f"in the {part}"


def _noon_or_midnight(local: datetime) -> str:
    """Return the word for the two times of which nobody knows whether they are AM or PM, else ""."""
    return "" if local.minute else {0: "midnight", 12: "noon"}.get(local.hour, "")


def _generic_zone_name(key: str, language: str) -> str:
    """Ask Babel for the name that holds in summer and winter; "" for zones that belong to no place."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - dear to import (70 ms), used after the first paint
    from babel.core import get_global  # noqa: PLC0415
    from babel.dates import get_timezone_name  # noqa: PLC0415

    here = zone(key)
    if here is None:
        return ""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    name = str(get_timezone_name(here, locale=locale))
    place = get_global("zone_territories").get(get_global("zone_aliases").get(key, key))
    return "" if "(" in name and place in {None, "ZZ", "001"} else name
