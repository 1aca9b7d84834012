"""Numbers that a person reads aloud or dials: grouped for the eye. What is copied or dialled is the raw number."""

from __future__ import annotations

import re
from typing import Final

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_ONE_DIGIT_CODES: Final = ("1", "7")
_THREE_DIGIT_CODES: Final = (
    *("21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59"),
    *("67", "68", "69", "80", "85", "87", "88", "96", "97", "99"),
)
"""How country calling codes of ITU-T E.164 with one and three digits begin; all others have two."""


def grouped_number(number: str) -> str:
    """Return an E.164 number as "+1 415 555 0142"; anything else comes back as it is."""
    if not _E164.fullmatch(number):
        return number
    digits = number[1:]
    length = 1 if digits.startswith(_ONE_DIGIT_CODES) else 3 if digits.startswith(_THREE_DIGIT_CODES) else 2
    return f"+{digits[:length]} {_grouped(digits[length:])}"


def grouped_pin(pin: str) -> str:
    """Return the digits of a PIN in groups, "482 913"; anything else comes back as it is."""
    return _grouped(pin) if pin.isascii() and pin.isdigit() else pin


def _grouped(digits: str) -> str:
    """Groups of three from the left; what remains at the end is two to four digits, never one."""
    if len(digits) <= 5:
        return digits
    if len(digits) == 8:
        return f"{digits[:4]} {digits[4:]}"
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups[-1]) == 1:
        last = groups.pop()
        groups[-1] += last
    return " ".join(groups)
