"""The format of server-sent events, read as the pieces arrive (WHATWG HTML, 9.2.6 "Interpreting an event stream")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sync.api import wire
from sync.domain.problems import Busy, Trouble

LINE_BYTES: Final = 64 * 1024
SHORTEST_RETRY: Final = timedelta(seconds=1)
LONGEST_RETRY: Final = timedelta(minutes=5)

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventParser:
    """Reads a ``text/event-stream`` piece by piece, save for the data, which nobody needs.

    ``last_id`` is the newest id of a whole event, "" without one; ids that cannot stand in a header are passed over.
    ``retry`` is the wait before the next connection that the stream asked for, within bounds; None if it did not.
    """

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self.retry: timedelta | None = None
        self._rest = b""
        self._at_start = True
        self._after_return = False
        self._begin_event()

    def feed(self, piece: bytes) -> Iterator[str]:
        """Yield the kind of each event that the piece completes. Raises Busy for a line without end."""
        for line in self._lines(piece):
            if line:
                self._read_field(line)
            elif (kind := self._end_event()) is not None:
                yield kind

    def _lines(self, piece: bytes) -> Iterator[bytes]:
        if not piece:
            return
        text = self._rest + (piece.removeprefix(b"\n") if self._after_return else piece)
        if self._at_start:
            if _BYTE_ORDER_MARK.startswith(text):
                self._rest = text
                return
            text, self._at_start = text.removeprefix(_BYTE_ORDER_MARK), False
        # A return ends its line at once; a line feed that comes with the next piece belongs to it.
        self._after_return = piece.endswith(b"\r")
        *lines, self._rest = _LINE_END.split(text)
        if any(len(line) > LINE_BYTES for line in (*lines, self._rest)):
            raise Busy(Trouble.GARBLED, "a line longer than 64 KiB")
        yield from lines

    def _begin_event(self) -> None:
        self._kind, self._id, self._has_data = "", self.last_id, False

    def _end_event(self) -> str | None:
        kind = (self._kind or "message") if self._has_data else None
        self.last_id = self._id
        self._begin_event()
        return kind

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        words = value.removeprefix(b" ").decode("utf-8", "replace")
        match name:
            case b"event":
                self._kind = words
            case b"data":
                self._has_data = True
            case b"id" if not words or wire.is_token(words):
                self._id = words
            case b"retry" if words.isascii() and words.isdigit():
                self.retry = _clamped(words)


def _clamped(milliseconds: str) -> timedelta:
    asked = timedelta(milliseconds=int(milliseconds.lstrip("0")[:9] or "0"))
    return min(max(asked, SHORTEST_RETRY), LONGEST_RETRY)
