"""The zone in which this computer is now; asked anew each time, it follows a change while the program runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sync.domain.times import zone


def named_zone() -> ZoneInfo | None:
    """Return the zone that TZ names, or to which /etc/localtime points; None where neither tells (Windows)."""
    named = zone(os.environ.get("TZ", "").removeprefix(":"))
    if named is not None:
        return named
    return _linked_zone(os.readlink) or _linked_zone(os.path.realpath)


def _linked_zone(follow: Callable[[str], str]) -> ZoneInfo | None:
    """Return the zone to which /etc/localtime points: by one step, which is cheap, or to the very end."""
    try:
        target = follow("/etc/localtime")
    except OSError:
        return None
    return zone(target.partition("/zoneinfo/")[2])


def zone_of_window() -> ZoneInfo:
    """Return the zone for a program with Qt, which knows Windows' names; asking Qt first costs 5 ms of the start."""
    found = named_zone()
    if found is None:
        from ui.formats import system_zone  # noqa: PLC0415 - Qt, which the terminal command does without

        found = system_zone()
    return found


def zone_of_terminal() -> ZoneInfo:
    """Return the zone for a program without Qt; Babel knows Windows' names."""
    found = named_zone()
    if found is None:
        from babel.localtime import get_localzone  # noqa: PLC0415 - where no file tells

        local = get_localzone()
        found = local if isinstance(local, ZoneInfo) else ZoneInfo("UTC")
    return found
