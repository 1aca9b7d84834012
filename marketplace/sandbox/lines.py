"""The conference line of an accepted call: a number that belongs to nobody, and a PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

AREA_CODES: Final = ("206", "212", "303", "312", "415", "503", "604", "617", "702", "718")


def make_line(draw: random.Random) -> dict[str, str]:
    """Return {"number", "pin"}: E.164 in 555-0100 to 555-0199, which North America keeps for fiction, and 6 digits."""
    return {
        "number": f"+1{draw.choice(AREA_CODES)}55501{draw.randrange(100):02d}",
        "pin": f"{draw.randrange(1_000_000):06d}",
    }
