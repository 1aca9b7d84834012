"""Zones, parts of the day, offsets of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.times import PartOfDay, from_millis, offset_words, part_of_day, to_millis, zone

CALIFORNIA = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (0, PartOfDay.NIGHT),
        (6, PartOfDay.NIGHT),
        (7, PartOfDay.MORNING),
        (12, PartOfDay.AFTERNOON),
        (18, PartOfDay.EVENING),
        (21, PartOfDay.NIGHT),
    ],
)
def test_hours_have_names(hour, part):
    assert part_of_day(datetime(2026, 11, 24, hour, tzinfo=CALIFORNIA)) is part


def test_the_offset_is_the_one_of_that_day():
    assert offset_words(datetime(2026, 11, 24, 13, tzinfo=CALIFORNIA)) == "UTC-08:00"
    assert offset_words(datetime(2026, 7, 24, 13, tzinfo=CALIFORNIA)) == "UTC-07:00"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Asia/Kolkata", "UTC+05:30"),
        ("Asia/Kathmandu", "UTC+05:45"),
        ("America/St_Johns", "UTC-03:30"),
        ("UTC", "UTC+00:00"),
    ],
)
def test_offsets_of_half_and_quarter_hours_are_whole(name, words):
    assert offset_words(datetime(2026, 11, 24, 13, tzinfo=ZoneInfo(name))) == words


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "A" * 5000, "Europe", "\0"]
)
def test_a_zone_that_nobody_knows_is_none(name):
    assert zone(name) is None


@given(st.datetimes(datetime(1980, 1, 1), datetime(2900, 1, 1)))
def test_an_instant_survives_as_milliseconds(naive):
    instant = naive.replace(tzinfo=UTC)
    assert timedelta() <= instant - from_millis(to_millis(instant)) < timedelta(milliseconds=1)
