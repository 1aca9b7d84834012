"""Formats read from real locales, with the writer's own choice of hours over them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QByteArray, QLocale, QTimeZone

from ui import formats
from ui.formats import formats_of, system_zone
from ui.wording import Wording

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


def said(locale: str, clock: str = "locale") -> str:
    words = Wording(formats_of(QLocale(locale), clock), lambda: NOW, lambda: ZoneInfo("America/Los_Angeles"))
    return words.slot(NOW)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_US", "Tue, Nov 24, 1:00 PM"),
        ("en_GB", "Tue 24 Nov, 13:00"),
        ("de_DE", "Di. 24. Nov., 13:00"),
        ("fr_CA", "mar. 24 nov., 13 h 00"),
        ("ja_JP", "火, 11月 24日, 13:00"),
        ("fi_FI", "ti 24. marras, 13.00"),
        ("C", "Tue 24 Nov, 13:00"),
    ],
)
def test_a_locale_orders_its_dates_and_hours(locale: str, words: str) -> None:
    assert said(locale) == words


def test_the_writers_own_choice_of_hours_wins_over_the_locale() -> None:
    assert said("en_US", "24") == "Tue, Nov 24, 13:00"
    assert said("en_GB", "12") == "Tue 24 Nov, 1:00 pm"


ALL = QLocale.matchingLocales(QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry)


@pytest.mark.parametrize("clock", ["locale", "12", "24"])
def test_every_locale_that_qt_knows_shows_hour_and_minute(clock: str) -> None:
    for locale in {each.name(): each for each in ALL}.values():
        found = formats_of(locale, clock)
        shown = Wording(found, lambda: NOW, lambda: ZoneInfo("Asia/Kolkata")).clock(NOW)  # 2:30 in the night
        assert re.search(r"0?2\D+30", shown), (locale.name(), shown)
        assert found.twelve_hour is {"12": True, "24": False}.get(clock, found.twelve_hour)


def test_the_systems_zone_is_one_that_the_core_can_reckon_with() -> None:
    assert NOW.astimezone(system_zone()).utcoffset() is not None


@pytest.mark.parametrize(
    ("name", "key"),
    [("Europe/Berlin", "Europe/Berlin"), ("Pacific Standard Time", "America/Los_Angeles"), ("Nowhere", "UTC")],
)
def test_windows_names_are_mapped_and_an_unknown_zone_is_utc(
    name: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(QTimeZone):
        @staticmethod
        def systemTimeZoneId() -> QByteArray:  # noqa: N802 - Qt's name
            return QByteArray(name.encode())

    monkeypatch.setattr(formats, "QTimeZone", Elsewhere)
    assert system_zone().key == key
