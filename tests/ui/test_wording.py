"""Times as words: the zone of the writer, the offset of that very day, the order and the hours of the locale."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calls import Customer, Slot
from ui.digits import grouped_number, grouped_pin
from ui.wording import Formats, Wording, count_of, plain_formats

PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 24, 18, 46, tzinfo=UTC)  # 10:46 AM in California
CALL = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)  # 1:00 PM
DANA = Customer("c1", "Alder & Oak Outfitters", "Dana", "R", time_zone="Europe/London")
ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc", "posix", "right")))


def wording(formats: Formats | None = None, now: datetime = NOW, zone: str = "America/Los_Angeles") -> Wording:
    return Wording(formats or plain_formats(), lambda: now, lambda: ZoneInfo(zone))


def day_and_night() -> Formats:
    return plain_formats()._replace(clock="{HH}:{mm}")


def month_first() -> Formats:
    return plain_formats()._replace(day_first=False)


def slot(starts_at: datetime, zone: str | None = None) -> Slot:
    return Slot("s", starts_at, starts_at + timedelta(minutes=30), zone)


def test_a_time_is_shown_in_the_writers_zone() -> None:
    assert wording().clock(CALL) == "1:00 PM"
    assert wording(zone="Europe/Berlin").clock(CALL) == "10:00 PM"


def test_a_zone_that_changes_while_the_program_runs_changes_what_is_shown() -> None:
    zones = [ZoneInfo("Asia/Tokyo"), PACIFIC]
    words = Wording(plain_formats(), lambda: NOW, lambda: zones[-1])
    assert words.slot(CALL) == "Tue 24 Nov, 1:00 PM"
    zones.pop()
    assert words.slot(CALL) == "Wed 25 Nov, 6:00 AM"


def test_midnight_and_noon_are_twelve_on_a_clock_of_two_halves() -> None:
    assert wording(zone="UTC").clock(datetime(2026, 1, 1, 0, 0, tzinfo=UTC)) == "12:00 AM"
    assert wording(zone="UTC").clock(datetime(2026, 1, 1, 12, 5, tzinfo=UTC)) == "12:05 PM"


def test_a_november_call_and_a_july_call_name_the_offset_of_their_own_day() -> None:
    july = datetime(2027, 7, 6, 20, 0, tzinfo=UTC)
    assert wording().with_zone(CALL) == "1:00 PM Pacific Time (UTC-08:00)"
    assert wording().with_zone(july) == "1:00 PM Pacific Time (UTC-07:00)"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Kolkata", "India Time (UTC+05:30)"),
        ("Europe/London", "United Kingdom Time (UTC+00:00)"),
        ("America/St_Johns", "Newfoundland Time (UTC-03:30)"),
        ("Etc/UTC", "UTC+00:00"),
        ("Etc/GMT+8", "UTC-08:00"),
    ],
)
def test_zones_are_named_as_a_person_would_and_left_out_where_they_have_no_name(zone: str, words: str) -> None:
    assert wording(zone=zone).zone_words(CALL) == words


def test_a_zone_is_named_in_the_language_of_the_locale_and_in_english_when_that_is_unknown() -> None:
    german = plain_formats()._replace(language="de_DE")
    unknown = plain_formats()._replace(language="xx_YY")
    assert wording(german).zone_words(CALL) == "Nordamerikanische Westküstenzeit (UTC-08:00)"
    assert wording(unknown).zone_words(CALL) == "Pacific Time (UTC-08:00)"


def test_babel_is_not_loaded_until_a_zone_is_named() -> None:
    code = (
        "import sys, ui.wording, ui.sync_words, datetime, zoneinfo\n"
        "now = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)\n"
        "w = ui.wording.Wording(ui.wording.plain_formats(), lambda: now, lambda: zoneinfo.ZoneInfo('Asia/Tokyo'))\n"
        "w.slot(now), w.problem('unreachable')\n"
        "assert not {m for m in sys.modules if m.split('.')[0] in {'babel', 'PySide6', 'sqlalchemy'}}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_days_are_ordered_as_the_locale_orders_them() -> None:
    assert wording().day(CALL) == "Tue 24 Nov"
    assert wording().day(CALL, in_full=True) == "Tuesday 24 November"
    assert wording(month_first()).day(CALL) == "Tue, Nov 24"
    assert wording(month_first()).day(CALL, in_full=True) == "Tuesday, November 24"
    assert wording(plain_formats()._replace(day_suffix=".")).day(CALL) == "Tue 24. Nov"


def test_a_far_day_of_another_year_has_its_year_and_a_near_one_has_not() -> None:
    old = datetime(2024, 11, 26, 21, 0, tzinfo=UTC)
    assert wording().day(old) == "Tue 26 Nov 2024"
    assert wording(month_first()).day(old) == "Tue, Nov 26, 2024"
    assert wording().day(datetime(2027, 1, 5, 21, 0, tzinfo=UTC)) == "Tue 5 Jan"


def test_a_stretch_of_time_names_the_half_of_the_day_once_when_it_is_the_same() -> None:
    half_hour = timedelta(minutes=30)
    assert wording().span(CALL, CALL + half_hour) == "1:00–1:30 PM"
    before_noon = CALL - timedelta(hours=1, minutes=30)
    assert wording().span(before_noon, before_noon + timedelta(hours=1)) == "11:30 AM–12:30 PM"
    assert wording(day_and_night()).span(CALL, CALL + half_hour) == "13:00–13:30"


def test_the_customers_time_is_shown_when_their_zone_is_known() -> None:
    assert wording().for_them(slot(CALL), DANA) == "9:00 PM for them"
    assert wording(day_and_night()).for_them(slot(CALL), DANA) == "21:00 for them"


def test_the_customers_time_is_taken_from_the_offered_time_when_the_customer_has_none() -> None:
    nobody = DANA._replace(time_zone=None)
    assert wording().for_them(slot(CALL, "Europe/London"), nobody) == "9:00 PM for them"


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd"])
def test_a_zone_that_is_not_known_is_never_guessed(zone: str | None) -> None:
    assert wording().for_them(slot(CALL, zone), DANA._replace(time_zone=zone)) == ""


def test_another_day_for_them_is_named_and_midnight_has_its_word() -> None:
    monday_4_pm = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert wording().for_them(slot(monday_4_pm), DANA) == "Tue, midnight for them"
    assert wording(day_and_night()).for_them(slot(monday_4_pm), DANA) == "Tue, 00:00 for them"


@pytest.mark.parametrize("theirs", ["America/Los_Angeles", "America/Vancouver", "Etc/GMT+8"])
def test_a_customer_whose_clock_shows_the_same_needs_no_second_time(theirs: str) -> None:
    assert wording().for_them(slot(CALL), DANA._replace(time_zone=theirs)) == ""


def test_zones_that_agree_in_winter_alone_are_told_apart_in_summer() -> None:
    arizona = DANA._replace(time_zone="America/Phoenix")
    denver = wording(zone="America/Denver")
    assert denver.for_them(slot(CALL), arizona) == ""
    assert denver.for_them(slot(datetime(2027, 7, 6, 20, 0, tzinfo=UTC)), arizona) == "1:00 PM for them"


def test_noon_for_them_has_its_word() -> None:
    assert wording().for_them(slot(CALL - timedelta(hours=9)), DANA) == "noon for them"


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [(12, 0, "noon"), (0, 0, "midnight"), (12, 1, "afternoon"), (0, 30, "night"), (9, 0, "morning")],
)
def test_noon_and_midnight_are_parts_of_the_day_of_their_own(hour: int, minute: int, part: str) -> None:
    assert wording().part_of_day(datetime(2026, 11, 24, hour, minute, tzinfo=PACIFIC)) == part


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=2, minutes=14), "1:00 PM, in 2 h 14 min"),
        (timedelta(hours=11), "9:46 PM, in 11 h"),
        (timedelta(hours=13, minutes=34), "tomorrow at 12:20 AM"),
        (timedelta(hours=22, minutes=14), "tomorrow at 9:00 AM"),
        (timedelta(days=6), "Mon 30 Nov at 10:46 AM"),
    ],
)
def test_a_call_to_come_is_told_with_its_hour(left: timedelta, words: str) -> None:
    assert wording().soon(NOW + left) == words


def test_a_call_soon_after_midnight_is_told_with_the_minutes_left() -> None:
    late = datetime(2026, 11, 25, 7, 50, tzinfo=UTC)  # 11:50 PM
    assert wording(now=late).soon(late + timedelta(minutes=20)) == "12:10 AM, in 20 min"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(), "now"),
        (timedelta(seconds=1), "in 1 min"),
        (timedelta(minutes=4), "in 4 min"),
        (timedelta(hours=2), "in 2 h"),
        (timedelta(hours=2, minutes=14), "in 2 h 14 min"),
        (timedelta(hours=20), "tomorrow"),
        (timedelta(days=7), "in 7 days"),
    ],
)
def test_a_countdown_says_how_long_it_is(left: timedelta, words: str) -> None:
    assert wording().countdown(NOW + left) == words


def test_a_call_soon_after_midnight_is_told_in_minutes_not_as_tomorrow() -> None:
    late = datetime(2026, 11, 25, 7, 50, tzinfo=UTC)  # 11:50 PM
    assert wording(now=late).countdown(late + timedelta(minutes=20)) == "in 20 min"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=2, seconds=30), "2 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=26), "yesterday"),
        (timedelta(days=5), "5 days ago"),
    ],
)
def test_a_past_time_says_how_long_ago_it_was(past: timedelta, words: str) -> None:
    assert wording().ago(NOW - past) == words


def test_a_clock_that_was_set_back_never_shows_a_time_ago_that_is_still_to_come() -> None:
    assert wording().ago(NOW + timedelta(hours=3)) == "just now"


def test_days_near_today_have_their_own_names_inside_a_sentence() -> None:
    assert wording().when(NOW) == "today at 10:46 AM"
    assert wording().when(NOW - timedelta(hours=18, minutes=26)) == "yesterday at 4:20 PM"
    assert wording().when(NOW + timedelta(days=1)) == "tomorrow at 10:46 AM"
    assert wording().when(NOW - timedelta(days=3)) == "Sat 21 Nov at 10:46 AM"


def test_offered_times_are_counted_with_the_first_of_them() -> None:
    slots = [slot(CALL + timedelta(days=1)), slot(CALL), slot(CALL + timedelta(days=2))]
    assert wording().times_offered(slots) == "3 times, first Tue 24 Nov, 1:00 PM"
    assert wording().times_offered(slots[:1]) == "1 time, Wed 25 Nov, 1:00 PM"
    assert wording().times_offered([]) == "No time is open any more"


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (13, 0, "1:00 in the afternoon"),
        (0, 0, "12:00 midnight"),
        (0, 30, "12:30 after midnight"),
        (5, 30, "5:30 in the early morning"),
        (9, 0, "9:00 in the morning"),
        (12, 0, "12:00 noon"),
        (19, 15, "7:15 in the evening"),
        (22, 0, "10:00 at night"),
    ],
)
def test_a_read_back_tells_each_hour_of_the_day_apart(hour: int, minute: int, words: str) -> None:
    instant = datetime(2026, 11, 24, hour, minute, tzinfo=PACIFIC)
    assert wording().read_back(instant) == f"Tuesday 24 November, {words}"


def test_the_line_opens_five_minutes_before_and_names_the_day_when_it_is_the_day_before() -> None:
    assert wording().line_opens(CALL) == "12:55 PM"
    assert wording().line_opens(datetime(2026, 11, 25, 0, 2, tzinfo=PACIFIC)) == "Tue 24 Nov, 11:57 PM"


def test_a_time_without_a_zone_has_no_words() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        wording().clock(datetime(2026, 11, 24, 13, 0))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+14155550142", "+1 415 555 0142"),
        ("+442079460123", "+44 207 946 0123"),
        ("+4930901820", "+49 3090 1820"),
        ("+35312345678", "+353 1234 5678"),
        ("+79161234567", "+7 916 123 4567"),
        ("not a number", "not a number"),
        ("+1415555014x", "+1415555014x"),
        ("", ""),
    ],
)
def test_numbers_are_grouped_and_what_is_no_number_stays(number: str, shown: str) -> None:
    assert grouped_number(number) == shown


@pytest.mark.parametrize(
    ("pin", "shown"),
    [
        ("482913", "482 913"),
        ("4829", "4829"),
        ("48291", "48291"),
        ("4829137", "482 9137"),
        ("48291375", "4829 1375"),
        ("12a4567", "12a4567"),
    ],
)
def test_a_pin_is_grouped(pin: str, shown: str) -> None:
    assert grouped_pin(pin) == shown


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_grouping_a_number_changes_spaces_alone(number: str) -> None:
    shown = grouped_number(number)
    assert shown.replace(" ", "") == number
    assert min(len(group) for group in shown.split()[1:]) >= 2


def test_a_count_agrees_with_its_noun() -> None:
    assert count_of(1, "time") == "1 time"
    assert count_of(2, "reply", "replies") == "2 replies"
    assert count_of(1200, "action") == "1,200 actions"


instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(instants, st.sampled_from(ZONES))
def test_the_offset_shown_leads_back_to_the_instant_in_every_zone(instant: datetime, zone: str) -> None:
    words = wording(zone=zone)
    sign, hours, minutes = re.fullmatch(r"UTC([+-])(\d\d):(\d\d)", words.offset(instant)).groups()  # type: ignore[union-attr]
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    local = instant.astimezone(ZoneInfo(zone))
    assert abs(local.replace(tzinfo=UTC) - offset - instant) < timedelta(minutes=1)


@given(instants, st.sampled_from(ZONES), st.booleans(), st.booleans())
def test_a_read_back_time_is_the_same_instant(instant: datetime, zone: str, twelve: bool, day_first: bool) -> None:
    formats = (plain_formats() if twelve else day_and_night())._replace(day_first=day_first)
    words = wording(formats, zone=zone, now=instant)
    assert parsed(words.read_back(instant), instant, zone, twelve=twelve) == instant.astimezone(ZoneInfo(zone)).replace(
        tzinfo=None
    )


def parsed(text: str, near: datetime, zone: str, *, twelve: bool) -> datetime:
    """Read a read-back as a person would; the year is that of ``near``."""
    names = plain_formats()
    day = int(re.search(r"\b(\d{1,2})\b(?!:)", text).group(1))  # type: ignore[union-attr]
    month = next(i for i, name in enumerate(names.months_long, 1) if name in text)
    hour, minute = (int(part) for part in re.search(r"(\d+):(\d\d)", text).groups())  # type: ignore[union-attr]
    if twelve:
        late = any(half in text for half in ("noon", "afternoon", "evening", "at night"))
        hour = hour % 12 + (12 if late else 0)
    return datetime(near.astimezone(ZoneInfo(zone)).year, month, day, hour, minute)


@given(instants, instants, st.sampled_from(ZONES))
def test_a_clock_of_24_hours_never_shows_a_half_of_the_day(instant: datetime, now: datetime, zone: str) -> None:
    words = wording(day_and_night(), now=now, zone=zone)
    end = instant + timedelta(minutes=45)
    shown = [
        words.clock(instant), words.slot(instant), words.span(instant, end), words.when(instant),
        words.line_opens(instant), words.times_offered([slot(instant)]),
    ]  # fmt: skip
    theirs = words.for_them(slot(instant), DANA)
    assert not [text for text in (*shown, theirs) if re.search(r"\b[AP]M\b|midnight|noon", text)]
    assert all(re.search(r"\b\d\d:\d\d\b", text) for text in (*shown, *[theirs] * bool(theirs)))


@given(instants, instants)
def test_a_countdown_to_what_is_to_come_is_never_now(instant: datetime, now: datetime) -> None:
    assert (wording(now=now).countdown(instant) == "now") == (instant <= now)
