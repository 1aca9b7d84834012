"""What comes in: headers, queries and JSON bodies are checked here, field by field, before anything happens."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from marketplace.sandbox.instants import from_text
from marketplace.sandbox.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_QUOTED: Final = re.compile(r'"([A-Za-z0-9_-]{1,64})"')
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_LINE_BREAKS: Final = "\u2028\u2029"
_MULTILINE_CONTROLS: Final = "\n\r\t"


def bearer(request: Request) -> str | None:
    """Return the token of the Authorization header, if there is one (RFC 6750)."""
    scheme, _, word = (single_header(request, "Authorization") or "").partition(" ")
    return word.strip() if scheme.lower() == "bearer" and word.strip() else None


def single_header(request: Request, name: str) -> str | None:
    """Return a header that must not come twice: two parties could read two different ones."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise Problem("malformed", f"The header {name} came more than once.")
    return values[0] if values else None


def need_api_version(request: Request) -> None:
    """Refuse a version of the contract that is not spoken here."""
    asked = request.headers.get("api-version", "1")
    if asked != "1":
        raise Problem("unsupported", "This marketplace speaks version 1 of the API.", status=406)


def idempotency_key(request: Request) -> str:
    """Return the key without its quotes; a write needs one."""
    return _need_quoted(request, "Idempotency-Key")


def sync_epoch(request: Request) -> str:
    """Return the epoch that the client takes for the present one; a write needs it."""
    value = single_header(request, "Sync-Epoch")
    if value is None:
        raise Problem("precondition-required", "A write needs the header Sync-Epoch.")
    return value


def note_precondition(request: Request) -> str | None:
    """Return the revision of If-Match, or None for ``If-None-Match: *``; exactly one of them is needed."""
    match, none_match = single_header(request, "If-Match"), single_header(request, "If-None-Match")
    if match is not None and none_match is not None:
        raise Problem("malformed", "Send If-Match or If-None-Match, not both.")
    if match is not None:
        return _need_quoted(request, "If-Match")
    if none_match is None:
        raise Problem("precondition-required", "Writing a note needs If-Match, or If-None-Match: * for a first note.")
    if none_match != "*":
        raise Problem("malformed", "If-None-Match can only be * here.")
    return None


def _need_quoted(request: Request, name: str) -> str:
    value = single_header(request, name)
    if value is None:
        raise Problem("precondition-required", f"The header {name} is missing.")
    found = _QUOTED.fullmatch(value)
    if found is None:
        raise Problem("malformed", f'{name} must be "..." with at most 64 of A-Z, a-z, 0-9, _ and -.')
    return found[1]


def page_size(request: Request, default: int, largest: int) -> int:
    """Return the query's limit."""
    text = request.query_params.get("limit", str(default))
    if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) is None or not 1 <= int(text) <= largest:
        raise Problem(
            "validation", "The limit is not right.", errors=[_error("limit", f"A number from 1 to {largest}.")]
        )
    return int(text)


def json_body(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object; the guard has read it already."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem("unsupported", "Send application/json.", status=415)
    try:
        body = json.loads(request.state.body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Problem("malformed", "The body is not JSON in UTF-8.") from error
    if not isinstance(body, dict):
        raise Problem("validation", "The body must be a JSON object.", errors=[_error("", "Must be an object.")])
    return body


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}


def is_plain_text(text: str, *, multiline: bool) -> bool:
    """Tell whether text holds no control characters (of several lines: but line breaks and tabs), no half symbols."""
    allowed = _MULTILINE_CONTROLS if multiline else ""
    return not any(
        (unicodedata.category(char) in ("Cc", "Cs") and char not in allowed) or (not multiline and char in _LINE_BREAKS)
        for char in text
    )


class Form:
    """Reads the fields of a JSON object, and collects what is wrong with all of them at once."""

    def __init__(self, body: Mapping[str, Any], prefix: str = "") -> None:
        self._body = body
        self._prefix = prefix
        self.errors: list[dict[str, str]] = []

    def has(self, field: str) -> bool:
        """Tell whether a field is there and not null."""
        return self._body.get(field) is not None

    def refuse(self, field: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.errors.append(_error(self._prefix + field, message))

    def text(self, field: str, longest: int, *, multiline: bool = False) -> str:
        """Read a string of at most ``longest`` characters."""
        value = self._body.get(field)
        if not isinstance(value, str):
            self.refuse(field, "Must be text.")
        elif len(value) > longest:
            self.refuse(field, f"Must have at most {longest:,} characters.")
        elif not is_plain_text(value, multiline=multiline):
            self.refuse(field, "Must not contain control characters.")
        else:
            return value
        return ""

    def optional_text(self, field: str, longest: int, *, multiline: bool = False) -> str | None:
        """Read a string that may be null or missing."""
        return None if self._body.get(field) is None else self.text(field, longest, multiline=multiline)

    def id(self, field: str) -> str:
        """Read an id."""
        value = self._body.get(field)
        if isinstance(value, str) and ID.fullmatch(value):
            return value
        self.refuse(field, "Must be an id.")
        return ""

    def instant(self, field: str) -> datetime:
        """Read an instant in UTC (RFC 3339)."""
        value = self._body.get(field)
        try:
            if isinstance(value, str) and _INSTANT.fullmatch(value):
                return from_text(value)
        except ValueError:
            pass  # a day or an hour that does not exist
        self.refuse(field, "Must be an instant such as 2026-09-14T15:00:00Z.")
        return datetime.min.replace(tzinfo=UTC)

    def integer(self, field: str, smallest: int, largest: int = 2**53) -> int:
        """Read a whole number; 5.0 is one too (JSON has no integers of its own)."""
        value = self._body.get(field)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest:
            return value
        self.refuse(field, f"Must be a whole number from {smallest:,} to {largest:,}.")
        return smallest

    def flag(self, field: str) -> bool:
        """Read true or false."""
        value = self._body.get(field)
        if not isinstance(value, bool):
            self.refuse(field, "Must be true or false.")
        return value is True

    def optional_flag(self, field: str) -> bool:
        """Read true or false; missing is false."""
        return field in self._body and self.flag(field)

    def choice(self, field: str, words: tuple[str, ...]) -> str:
        """Read one of some words."""
        value = self._body.get(field)
        if isinstance(value, str) and value in words:
            return value
        self.refuse(field, f"Must be one of: {', '.join(words)}.")
        return words[0]

    def check(self) -> None:
        """Raise the problem if anything was wrong."""
        if self.errors:
            raise Problem("validation", "Some fields are not right.", errors=self.errors)
