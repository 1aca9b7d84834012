"""Between the contract's JSON and the domain's values.

Nothing received is trusted: a wrong type or a missing field raises ``Garbled``; unknown fields are kept in the row's
raw text, unknown words become UNKNOWN; single-line texts lose the characters that could fake or hide something.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot, SlotState
from sync.domain.intents import Accept, Decline, Intent
from sync.ports import ChangesPage, Outcome, SnapshotPage

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE: Final = re.compile(r"[\x21-\x7e]{1,2000}")
_DIGITS: Final = re.compile(r"[0-9]{1,20}")
_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_LINE_CHARS: Final = 300
_TEXT_CHARS: Final = 20_000

Json = dict[str, Any]
Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


class Garbled(ValueError):  # noqa: N818 - a verdict on what was received
    """The answer is JSON but not what the contract says; the message names the field."""


def read_object(body: bytes) -> Json:
    """Return the JSON object in ``body``. Raises Garbled."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Garbled("not a JSON object")
    return value


def read_snapshot(data: Json, epoch: str) -> SnapshotPage:
    """Read a page of ``GET /v1/snapshot``. Raises Garbled."""
    items = [_object(item, "items") for item in _list(data, "items")]
    return SnapshotPage(
        calls=tuple(read_call(_object(item.get("resource"), "resource")) for item in items if _is_call(item)),
        next_page=_optional(data, "next_page", _place),
        cursor=_optional(data, "cursor", _place),
        epoch=epoch,
    )


def read_changes(data: Json, epoch: str) -> ChangesPage:
    """Read a page of ``GET /v1/changes``. Raises Garbled."""
    changes = [_object(change, "changes") for change in _list(data, "changes")]
    calls = [change for change in changes if _is_call(change)]
    return ChangesPage(
        calls=tuple(read_call(_object(one.get("resource"), "resource")) for one in calls if one.get("op") == "upsert"),
        gone=tuple((_id(one, "id"), _whole(one, "version")) for one in calls if one.get("op") == "delete"),
        next_cursor=_place(data, "next_cursor"),
        has_more=data.get("has_more") is True,
        head_seq=_whole(data, "head_seq"),
        epoch=epoch,
    )


def read_outcome(data: Json, _epoch: str = "") -> Outcome:
    """Read the 200 of an acceptance or a decline. Raises Garbled."""
    discarded = _optional(data, "discarded_message", _text)
    return Outcome(read_call(_object(data.get("call_request"), "call_request")), discarded)


def read_command(data: Json, _epoch: str = "") -> tuple[int, Json]:
    """Read ``GET /v1/commands/{key}``: the stored status and body. Raises Garbled."""
    return _whole(data, "status"), _object(data.get("body"), "body")


def read_call(data: Json) -> CallRequest:
    """Read one CallRequest. Raises Garbled."""
    status = _word(CallStatus, data.get("status"), CallStatus.UNKNOWN)
    line, decline, closed = (data.get(name) for name in ("line", "decline", "closed"))
    slots = tuple(_slot(_object(slot, "slots")) for slot in _list(data, "slots"))
    if len({slot.id for slot in slots}) < len(slots):
        raise Garbled("slots: two with one id")
    return CallRequest(
        id=_id(data, "id"),
        version=_whole(data, "version"),
        status=status,
        customer=_customer(_object(data.get("customer"), "customer")),
        subject=_line(data, "subject"),
        message=_text(data, "message"),
        created_at=_instant(data, "created_at"),
        slots=slots,
        about=_line(data, "about") if "about" in data else "",
        deadline_at=_optional(data, "deadline_at", _instant),
        accepted_slot_id=_optional(data, "accepted_slot_id", _id),
        line=_conference(_object(line, "line")) if line is not None else None,
        follow_up_of=_optional(data, "follow_up_of", _id),
        decline_message=_text(_object(decline, "decline"), "message") if decline is not None else None,
        closed_reason=_optional(_object(closed, "closed"), "reason", _text) if closed is not None else None,
        raw=json.dumps(data, separators=(",", ":")),
    )


def write_intent(intent: Intent) -> tuple[str, Json]:
    """Return the path below ``/v1`` and the JSON body that ask for an action: the same for the same intent, always."""
    match intent:
        case Accept(call_id, slot_id, starts_at, seen):
            body = {"slot_id": slot_id, "starts_at": _write_instant(starts_at), "seen_version": seen}
            return f"/call-requests/{call_id}/acceptance", body
        case Decline(call_id, message, seen):
            body = {"message": message, "reason": None, "seen_version": seen}
            return f"/call-requests/{call_id}/decline", body


def is_token(value: str) -> bool:
    """Tell whether a text can stand in a header: printable ASCII, at most 2,000 characters."""
    return _PLACE.fullmatch(value) is not None


def read_instant(value: object) -> datetime | None:
    """Read an RFC 3339 timestamp; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo and 1971 <= instant.year <= 9000 else None


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def one_line(value: str) -> str:
    """Make a remote text fit to stand on one line: no control, bidi or invisible characters, at most 300."""
    kept = (" " if char.isspace() else char for char in value[: _LINE_CHARS * 4])
    visible = "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})
    return " ".join(visible.split())[:_LINE_CHARS]


def many_lines(value: str) -> str:
    """Make a remote text fit to stand in a plain-text box: line ends and tabs stay, control characters go."""
    text = value[:_TEXT_CHARS].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})


def _customer(data: Json) -> Customer:
    return Customer(
        id=_id(data, "id"),
        company=_line(data, "company"),
        first_name=_line(data, "first_name"),
        last_initial=_line(data, "last_initial")[:2] if data.get("last_initial") else "",
        city=_optional(data, "city", _line),
        time_zone=_optional(data, "time_zone", _line),
        website=_web_address(data.get("website")),
    )


def _web_address(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    address = one_line(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme == "https" and parts.hostname and not parts.username else None


def _slot(data: Json) -> Slot:
    return Slot(
        id=_id(data, "id"),
        starts_at=_instant(data, "starts_at"),
        ends_at=_instant(data, "ends_at"),
        time_zone=_optional(data, "time_zone", _line),
        state=_word(SlotState, data.get("state"), SlotState.UNKNOWN),
    )


def _conference(data: Json) -> Line:
    number, pin = _line(data, "number"), _line(data, "pin")
    if not _E164.fullmatch(number) or not _DIGITS.fullmatch(pin):
        raise Garbled("line: not a number and a PIN")
    return Line(number, pin)


def _is_call(item: Json) -> bool:
    return item.get("kind") == "call_request"


def _object(value: object, name: str) -> Json:
    if not isinstance(value, dict):
        raise Garbled(f"{name}: not an object")
    return value


def _list(data: Json, name: str) -> list[object]:
    value = data.get(name)
    if not isinstance(value, list):
        raise Garbled(f"{name}: not a list")
    return value


def _whole(data: Json, name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Garbled(f"{name}: not a whole number")
    return value


def _instant(data: Json, name: str) -> datetime:
    instant = read_instant(data.get(name))
    if instant is None:
        raise Garbled(f"{name}: not a time")
    return instant


def _id(data: Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Garbled(f"{name}: not an id")
    return value


def _place(data: Json, name: str) -> str:
    """A cursor or page token: opaque, so it is kept to the letter."""
    value = data.get(name)
    if not isinstance(value, str) or not _PLACE.fullmatch(value):
        raise Garbled(f"{name}: not a token")
    return value


def _raw(data: Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise Garbled(f"{name}: not a text")
    return value


def _line(data: Json, name: str) -> str:
    return one_line(_raw(data, name))


def _text(data: Json, name: str) -> str:
    return many_lines(_raw(data, name))


def _optional(data: Json, name: str, read: Callable[[Json, str], Value]) -> Value | None:
    return None if data.get(name) is None else read(data, name)


def _word(words: type[Word], value: object, unknown: Word) -> Word:
    return words(value) if isinstance(value, str) and value in set(words) else unknown
