"""Between the contract's JSON and the domain's values.

Nothing received is trusted: a wrong type or a missing field raises ``Garbled``; unknown fields are kept in the row's
raw text, unknown words become UNKNOWN; single-line texts lose the characters that could fake or hide something.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot, SlotState
from sync.domain.intents import Accept, Decline, Intent, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import Digest, Field, Gone, Note, NotePart, Profile, Rows
from sync.ports import ChangesPage, Outcome, SnapshotPage

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE: Final = re.compile(r"[\x21-\x7e]{1,2000}")
_DIGITS: Final = re.compile(r"[0-9]{1,20}")
_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_XOR: Final = re.compile(r"[0-9a-f]{64}")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs, but for line feed and tab."""

_COMPACT: Final = json.JSONEncoder(separators=(",", ":"))
_LINE_CHARS: Final = 300
_TEXT_CHARS: Final = 20_000
_NOTE_CHARS: Final = 1_000_000

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
    return SnapshotPage(
        rows=_rows(_list(data, "items")),
        next_page=_optional(data, "next_page", _place),
        cursor=_optional(data, "cursor", _place),
        as_of=_whole(data, "as_of"),
        epoch=epoch,
    )


def read_changes(data: Json, epoch: str) -> ChangesPage:
    """Read a page of ``GET /v1/changes``. Raises Garbled."""
    digest = data.get("digest")
    return ChangesPage(
        rows=_rows(_list(data, "changes")),
        next_cursor=_place(data, "next_cursor"),
        has_more=data.get("has_more") is True,
        head_seq=_whole(data, "head_seq"),
        epoch=epoch,
        digest=_digest(_object(digest, "digest")) if digest is not None else None,
    )


def read_outcome(data: Json, intent: Intent) -> Outcome:
    """Read the 200 of an action: the row that it is about. Raises Garbled."""
    match intent:
        case SaveNote():
            note = read_note(data)
            if (note.call_id, note.part) != (intent.call_id, intent.part):
                raise Garbled("the answer is about another note")
            return Outcome(Rows(notes=(note,)), note.version, note.revision)
        case SetProfile():
            profile = read_profile(data)
            if intent.field not in profile.fields:
                raise Garbled("the answer lacks the field")
            return Outcome(Rows(profile=profile), profile.fields[intent.field].version)
        case _:
            call = read_call(_object(data.get("call_request"), "call_request"))
            if call.id != intent.call_id:
                raise Garbled("the answer is about another call")
            discarded = _optional(data, "discarded_message", _text)
            return Outcome(Rows(calls=(call,)), call.version, discarded_message=discarded)


def read_current(data: Json) -> Rows | None:
    """Read what a problem document says about the present state; None when it says nothing that can be read."""
    current, profile = data.get("current"), data.get("profile")
    try:
        if isinstance(current, dict):
            return Rows(calls=(read_call(current),))
        return Rows(profile=read_profile(profile)) if isinstance(profile, dict) else None
    except Garbled:
        return None


def read_current_note(data: Json) -> Note | None:
    """Read the present note of a 412; None when there is none, or none that can be read."""
    try:
        return read_note(_object(data.get("note"), "note"))
    except Garbled:
        return None


def read_command(data: Json, _epoch: str = "") -> tuple[int, Json]:
    """Read ``GET /v1/commands/{key}``: the stored status and body. Raises Garbled."""
    return _whole(data, "status"), _object(data.get("body"), "body")


def read_note(data: Json) -> Note:
    """Read one Note. Raises Garbled."""
    part = data.get("part")
    if part not in set(NotePart):
        raise Garbled("part: not known here")
    return Note(
        call_id=_id(data, "call_id"),
        part=NotePart(part),
        revision=_id(data, "revision"),
        version=_whole(data, "version"),
        text=_long_text(data, "text"),
        updated_at=_instant(data, "updated_at"),
        conflict=data.get("conflict") is True,
    )


def read_profile(data: Json) -> Profile:
    """Read the Profile; fields of an unknown kind are left out. Raises Garbled."""
    fields = {}
    for name, field in _object(data.get("fields"), "fields").items():
        one = _object(field, "fields")
        value = one.get("value")
        if isinstance(value, bool | str):
            clean = value if isinstance(value, bool) else many_lines(value)
            fields[one_line(name)] = Field(clean, _whole(one, "version"), _instant(one, "changed_at"))
    return Profile(_whole(data, "version"), fields)


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
        raw=_COMPACT.encode(data),
    )


class Request(NamedTuple):
    """How an action is asked for: the method, the path below ``/v1``, more headers and the JSON body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json


def write_intent(intent: Intent, base: str | None) -> Request:
    """Return the request that asks for an action: the same for the same intent and base, always."""
    match intent:
        case Accept(call_id, slot_id, starts_at, seen):
            read = {"slot_id": slot_id, "starts_at": _write_instant(starts_at), "seen_version": seen}
            return Request("POST", f"/call-requests/{call_id}/acceptance", {}, read)
        case Decline(call_id, message, seen):
            body = {"message": message, "reason": None, "seen_version": seen}
            return Request("POST", f"/call-requests/{call_id}/decline", {}, body)
        case ReportNoShow(call_id, waited):
            body = {"party": "customer", "waited_minutes": waited}
            return Request("POST", f"/call-requests/{call_id}/no-show", {}, body)
        case SaveNote(call_id, part, text, _, conflict):
            when = {"If-None-Match": "*"} if base is None else {"If-Match": f'"{base}"'}
            path = f"/call-requests/{call_id}/notes/{part}"
            return Request("PUT", path, when, {"text": text, "conflict": conflict})
        case SetProfile(field, value, seen):
            change = {"value": value, "base_version": int(base) if base is not None else seen}
            return Request("PATCH", "/profile", {}, {"fields": {field: change}})


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
    text = value[: _LINE_CHARS * 4]
    if not text.isprintable():  # as nearly all are
        kept = (" " if char.isspace() else char for char in text)
        text = "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})
    return " ".join(text.split())[:_LINE_CHARS]


def many_lines(value: str, longest: int = _TEXT_CHARS) -> str:
    """Make a remote text fit to stand in a plain-text box: line ends and tabs stay, control characters go."""
    return _CONTROLS.sub("", value[:longest].replace("\r\n", "\n").replace("\r", "\n"))


def _rows(items: list[object]) -> Rows:
    """Read the rows of a page; one that is not as the contract says is counted and left out, the others are kept."""
    calls, notes, gone = [], [], []
    profile, unreadable = None, 0
    for item in items:
        try:
            row = _object(item, "items")
            kind, resource = row.get("kind"), row.get("resource")
            if row.get("op") == "delete":
                gone.append(Gone(one_line(_raw(row, "kind")), _id(row, "id"), _whole(row, "version")))
            elif kind == "call_request":
                calls.append(read_call(_object(resource, "resource")))
            elif kind == "profile":
                profile = read_profile(_object(resource, "resource"))
            elif isinstance(kind, str) and kind.endswith("_note"):
                notes.append(read_note(_object(resource, "resource")))
        except Garbled:
            unreadable += 1
    return Rows(tuple(calls), tuple(notes), profile, tuple(gone), unreadable)


def _digest(data: Json) -> Digest:
    xor = _raw(data, "xor")
    if not _XOR.fullmatch(xor):
        raise Garbled("xor: not a digest")
    return Digest(_whole(data, "count"), xor)


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


def _long_text(data: Json, name: str) -> str:
    """A text of the writer's own, which is never cut."""
    text = _raw(data, name)
    if len(text) > _NOTE_CHARS:
        raise Garbled(f"{name}: too long")
    return many_lines(text, _NOTE_CHARS)


def _optional(data: Json, name: str, read: Callable[[Json, str], Value]) -> Value | None:
    return None if data.get(name) is None else read(data, name)


def _word(words: type[Word], value: object, unknown: Word) -> Word:
    try:
        return words(str(value))
    except ValueError:
        return unknown
