"""What a writer may not want to tell a customer: contact details, links, payment. Warns, never bans.

Customers see no contact details of writers, and some marketplaces forbid exchanging them (M13).
"""

from __future__ import annotations

import re
from typing import Final

_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?)[\w.-]*\w",
    re.IGNORECASE,
)
_ENDINGS: Final = (
    "com|org|net|info|biz|io|co|me|dev|app|blog|page|site|example|eu|us|uk|ca|au|nz|ie|de|at|ch|fr|es|it|nl"
)
_LINK: Final = re.compile(
    rf"(?:https?://|www\.)\S+|(?<![\w.@-])[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})\b(?:/\S*)?", re.IGNORECASE
)
_DATE: Final = re.compile(r"\b(?:\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-](?:\d{4}|\d\d)?)")
_PHONE: Final = re.compile(r"[+(]?\d[\d\s().\-–/]{5,30}\d")
_ACCOUNT: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
_CARD: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_HANDLE: Final = re.compile(r"(?<![\w.])@\w{3,30}")
_KINDS: Final = (
    ("a link", _LINK),
    ("a bank account", _ACCOUNT),
    ("a card number", _CARD),
    ("a name on another site", _HANDLE),
)
_LONGEST_SHOWN: Final = 40


def lint(text: str) -> tuple[str, ...]:
    """Return a warning for each private detail that the text seems to hold, in the order of the text's kinds."""
    found = [("an e-mail address", match) for match in _EMAIL.findall(text)]
    rest = _EMAIL.sub(" ", text)
    for what, pattern in _KINDS:
        found += [(what, match) for match in pattern.findall(rest)]
        rest = pattern.sub(" | ", rest)
    rest = _DATE.sub(" | ", rest)
    found += [("a phone number", match) for match in _PHONE.findall(rest) if _is_phone(match)]
    return tuple(dict.fromkeys(f"This looks like {what}: “{_short(words)}”." for what, words in found))


def _is_phone(digits: str) -> bool:
    """Tell a number that can be dialled from a list of hours: it has a run of digits, or begins as numbers do."""
    count = sum(character.isdigit() for character in digits)
    return 7 <= count <= 15 and (digits[0] in "+(0" or re.search(r"\d{3}", digits) is not None)


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 1] + "…"
