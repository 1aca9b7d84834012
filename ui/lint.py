"""What a writer may not want to tell a customer: contact details, an address, links, payment. Warns, never bans.

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
_NO_STREET: Final = (
    r"(?!(?:[AP]M|Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)"
)
"""What follows a number in a time or a date; no street is called so here."""
_STATES: Final = (
    "A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
)
_ADDRESS: Final = re.compile(
    # 12 Elm Street, 4b St Mary's Rd; 12 rue de la Paix; Lange Straße 5, Gartenweg 5; Via Roma 10
    rf"\b\d{{1,5}}[A-Za-z]?,?\s{_NO_STREET}(?:[A-Z][\w'’.-]*\s){{1,4}}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Crescent|Square|Terrace|Parkway)\b"
    r"|\b\d{1,4}(?:\s?bis)?,?\s(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Qq]uai)\s(?:d|l|[A-ZÉ])[\w'’-]*(?:\s[\w'’-]+)?"
    r"|\b[A-ZÄÖÜ][\wäöüß-]*(?:\s[Ss]tra(?:ß|ss)e|stra(?:ß|ss)e|str\.|weg|platz|gasse|allee)\s\d{1,4}[a-z]?\b"
    r"|\b(?:Via|Viale|Piazza|Calle|Plaza|Avenida|Rua)\s(?:[A-ZÁÉÍÓÚ]\w*,?\s){1,3}\d{1,4}\b"
    r"|\bP\.?\s?O\.?\s?[Bb]ox\s\d+"
    rf"|\b(?:{_STATES})\s\d{{5}}(?:-\d{{4}})?\b|\b[A-Z]{{1,2}}\d[A-Z\d]?\s\d[A-Z]{{2}}\b"
)
"""A street with its number, a post-office box, a state with its ZIP code, a British postcode."""
_KINDS: Final = (
    ("a link", _LINK),
    ("a postal address", _ADDRESS),
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
