"""Reads a damaged database file without SQLite's help (sqlite.org, "Database File Format" and "WAL-mode File Format").

A file and its log become one image in memory that SQLite opens; and rows are found in it wherever they lie, though
nothing leads to them any more.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

PAGE_BYTES: Final = 4096
"""The page size of every file that this program makes; a header that can be read may say otherwise."""

MAGIC: Final = b"SQLite format 3\0"
Value = None | int | float | str | bytes
Record = tuple[Value, ...]

_LOG_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
_FRAME_HEAD: Final = 24
_WIDTHS: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
_LONGEST: Final = 1 << 24
_TEXTS: Final = bytes(byte for byte in range(13, 256) if byte % 2 or byte > 127)
_CANDIDATE: Final = re.compile(rb"(?=[\x08-\x7f]\0[" + re.escape(_TEXTS) + rb"])")
"""How a row begins: the length of its header, and the kinds of its first two columns, none and text."""


def page_size(main: bytes) -> int:
    """Return the size of the pages, as the header says if it can be believed."""
    said = int.from_bytes(main[16:18], "big")
    size = 65536 if said == 1 else said
    believed = main.startswith(MAGIC) and size >= 512 and size & (size - 1) == 0
    return size if believed else PAGE_BYTES


class Frame(NamedTuple):
    """One page in a log. ``commit``: it ends a transaction; ``valid``: every checksum up to here is right."""

    number: int
    commit: bool
    valid: bool
    page: bytes


def frames(log: bytes, size: int) -> Iterator[Frame]:
    """Give the frames of a log's present use, in order; older ones that lie behind them bear other marks (salts)."""
    order = _LOG_MAGIC.get(int.from_bytes(log[:4], "big"), "<")
    head = log[:32].ljust(32, b"\0")
    running = struct.unpack(">2I", head[24:])
    valid = int.from_bytes(head[8:12], "big") == size and _checksum(order, head[:24], (0, 0)) == running
    salts = head[16:24] if valid else log[40:48]
    for at in range(32, len(log) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        page = log[at + _FRAME_HEAD : at + _FRAME_HEAD + size]
        ours = log[at + 8 : at + 16] == salts
        if valid:
            running = _checksum(order, page, _checksum(order, log[at : at + 8], running))
            valid = ours and running == struct.unpack(">2I", log[at + 16 : at + 24])
        number, commit = struct.unpack(">2I", log[at : at + 8])
        if ours:
            yield Frame(number, commit > 0, valid, page)


def lost_transactions(log: bytes, size: int) -> int:
    """Count the whole transactions behind a break in a log.

    SQLite takes the first frame with a wrong checksum for the log's end, and says nothing. More than one transaction
    behind it means damage: each was on the disk before the next began, so a power cut can only tear the last.
    """
    return sum(frame.commit and not frame.valid for frame in frames(log, size))


def _committed(log: bytes, size: int) -> dict[int, bytes]:
    pages: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    for frame in frames(log, size):
        if not frame.valid:
            break
        waiting[frame.number] = frame.page
        if frame.commit:
            pages |= waiting
            waiting = {}
    return pages


def _checksum(order: str, data: bytes, start: tuple[int, ...]) -> tuple[int, ...]:
    """Go on with the checksum of the log's format over 8-byte steps."""
    first, second = start
    for one, two in struct.iter_unpack(f"{order}2I", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second


def image(main: bytes, log: bytes, *, all_frames: bool = False) -> bytes:
    """Lay the log over the file, and mend the header, so that SQLite opens the result in memory.

    ``all_frames``: also those that a break in the log hides; what comes out is for ``find_records`` alone.
    """
    size = page_size(main)
    pages = {one.number: one.page for one in frames(log, size)} if all_frames else _committed(log, size)
    whole = bytearray(main + bytes(-len(main) % size))
    for number, page in pages.items():
        end = number * size
        if 0 < end <= len(main) + len(log) + _LONGEST:
            whole.extend(bytes(max(0, end - len(whole))))
            whole[end - size : end] = page
    if whole:
        _mend_header(whole, size)
    return bytes(whole)


def _mend_header(whole: bytearray, size: int) -> None:
    """Write the fields that are the same in every file of ours; no log, no free pages, no vacuuming by itself."""
    fixed = MAGIC + (size & 0xFFFF or 1).to_bytes(2, "big") + b"\1\1\0\x40\x20\x20"
    whole[: len(fixed)] = fixed
    for at, number in ((28, len(whole) // size), (32, 0), (36, 0), (44, 4), (52, 0), (56, 1)):
        whole[at : at + 4] = number.to_bytes(4, "big")
    whole[92:96] = whole[24:28]  # the page count is believed where both are equal


def find_records(data: bytes, columns: set[int], fits: Callable[[Record], bool]) -> Iterator[tuple[int | None, Record]]:
    """Give every row with so many columns that ``fits`` takes, live or not, with its rowid where that can be read.

    The first column must be the table's own integer key, which a row keeps outside as its rowid; the second a text.
    """
    size = page_size(data)
    for candidate in _CANDIDATE.finditer(data):
        at = candidate.start()
        record = _record_at(data, at, size, columns)
        if record is not None and fits(record[0]):
            yield _rowid_before(data, at, record[1]), record[0]


def _record_at(data: bytes, at: int, size: int, columns: set[int]) -> tuple[Record, int] | None:
    """Return the row whose header begins at ``at`` and its length in bytes, None when none does."""
    types: list[int] = []
    place, end = at + 1, at + data[at]
    while place < min(end, len(data)):
        kind, place = _varint(data, place)
        types.append(kind)
    if place != end or len(types) not in columns or any(kind in {10, 11} or kind > _LONGEST for kind in types):
        return None
    length = data[at] + sum(map(_width, types))
    payload = _payload(data, at, length, size)
    return (_values(payload, data[at], types), length) if payload is not None else None


def _payload(data: bytes, at: int, length: int, size: int) -> bytes | None:
    """Follow a row into the pages that its page has no room for."""
    most = size - 35
    local = length
    if length > most:
        least = (size - 12) * 32 // 255 - 23
        local = least + (length - least) % (size - 4)
        local = least if local > most else local
    if at % size + local > size:
        return None
    payload, pointer = data[at : at + local], at + local
    while len(payload) < length:
        number = int.from_bytes(data[pointer : pointer + 4], "big")
        pointer = (number - 1) * size
        if number < 2 or pointer + size > len(data):
            return None
        payload += data[pointer + 4 : pointer + min(size, length - len(payload) + 4)]
    return payload if len(payload) == length else None


def _values(payload: bytes, at: int, types: list[int]) -> Record:
    values: list[Value] = []
    for kind in types:
        width = _width(kind)
        values.append(_value(kind, payload[at : at + width]))
        at += width
    return tuple(values)


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind == 7:
        return float(struct.unpack(">d", raw)[0])
    if kind in {8, 9}:
        return kind - 8
    if kind < 7:
        return int.from_bytes(raw, "big", signed=True)
    return raw.decode("utf-8", "replace") if kind % 2 else raw


def _width(kind: int) -> int:
    return _WIDTHS[kind] if kind < 10 else (kind - 12) // 2


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, min(at + 9, len(data))):
        byte = data[place]
        if place == at + 8:
            return value << 8 | byte, place + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    return value, len(data) + 1


def _rowid_before(data: bytes, at: int, length: int) -> int | None:
    """Return the rowid that stands before a row: its length and the rowid, each as a number of variable width."""
    for width in range(1, 6):
        rowid, end = _varint(data, at - width) if at >= width else (0, 0)
        for more in range(1, 6):
            start = at - width - more
            if end == at and start >= 0 and _varint(data, start) == (length, at - width):
                return rowid
    return None
