"""The formats of the writer's locale and the zone in which the computer is, both read from Qt."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale, QTimeZone

from sync.domain.times import zone
from ui.wording import Formats

_PARTS: Final = re.compile(r"'((?:[^']|'')*)'|(hh?|HH?|mm?|AP|ap|Ap|aP)|(.)")
_LONG, _SHORT = QLocale.FormatType.LongFormat, QLocale.FormatType.ShortFormat


def formats_of(locale: QLocale, clock: str = "locale") -> Formats:
    """Return how this locale writes times and dates; ``clock`` ("locale", "12", "24") overrides its hours."""
    dates = re.sub(r"'[^']*'", "", locale.dateFormat(_LONG))
    number = re.search(r"(?<!d)dd?(?!d)([.日일]?)", dates)
    template = _clock_template(locale.timeFormat(_SHORT))
    if clock == "24" and "{ap}" in template:
        template = "{HH}:{mm}"
    elif clock == "12" and "{ap}" not in template:
        template = "{h}:{mm} {ap}"
    return Formats(
        clock=template,
        am=locale.amText() or "AM",
        pm=locale.pmText() or "PM",
        weekdays_short=tuple(locale.dayName(day, _SHORT) for day in range(1, 8)),
        weekdays_long=tuple(locale.dayName(day, _LONG) for day in range(1, 8)),
        months_short=tuple(locale.monthName(month, _SHORT) for month in range(1, 13)),
        months_long=tuple(locale.monthName(month, _LONG) for month in range(1, 13)),
        day_first=number is None or "M" not in dates[: number.start()],
        day_suffix=number.group(1) if number else "",
        language=locale.name(),
    )


def system_zone() -> ZoneInfo:
    """Return the zone in which the computer is now; UTC where the system names one that nobody knows.

    Asked anew each time it follows a change while the program runs. Windows has names of its own, which are mapped.
    """
    name = QTimeZone.systemTimeZoneId()
    found = zone(name.toStdString()) or zone(QTimeZone.windowsIdToDefaultIanaId(name).toStdString())
    return found or ZoneInfo("UTC")


def _clock_template(pattern: str) -> str:
    """Turn a Qt time pattern ("h:mm Ap", "HH 'h' mm") into a template with named fields.

    In Qt "h" is an hour of 24 unless the pattern holds AM/PM; the narrow space before those becomes a plain one,
    so that what is copied can be searched.
    """
    parts = [match.groups() for match in _PARTS.finditer(pattern.replace("\u202f", " ").replace("\u00a0", " "))]
    twelve = any(field and field.lower() == "ap" for _, field, _ in parts)
    pieces = []
    for literal, field, other in parts:
        if field is None:
            pieces.append((literal or other or "").replace("{", "{{").replace("}", "}}"))
        elif field.lower() == "ap":
            pieces.append("{ap}")
        else:
            pieces.append("{mm}" if field[0] == "m" else "{" + (field.lower() if twelve else field.upper()) + "}")
    return "".join(pieces)
