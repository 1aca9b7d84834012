"""What the writer did and what happened, in plain lists: the oracle that the laws compare the devices with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.domain.intents import OutboxItem, OutboxState, SaveNote
from sync.domain.rows import NotePart

if TYPE_CHECKING:
    from tests.model.device import Device

Place = tuple[str, NotePart]
Editor = tuple[str | None, str | None]


class Memory:
    """Everything here is remembered by the test alone, never read back from a device's decisions."""

    def __init__(self) -> None:
        self.actions: dict[str, set[str]] = {"a": set(), "b": set()}
        self.back: set[str] = set()
        self.put_away: set[str] = set()
        self.late: set[str] = set()
        self.late_from = 0
        self.words: dict[Place, set[str]] = {}
        self.given_up: set[str] = set()
        self.removed_calls: set[str] = set()
        self.restores = 0
        self.silent_restores = 0
        self._editors: dict[tuple[str, Place], Editor] = {}
        self._new_words: set[str] = set()

    def submitted(self, device: str, item: OutboxItem) -> None:
        """Remember an action that the device has acknowledged to the writer (I1), with the words that it brings."""
        self.actions[device].add(item.key)
        if isinstance(item.intent, SaveNote):
            self.words.setdefault((item.intent.call_id, item.intent.part), set()).update(self._new_words)
        self._new_words = set()

    def not_saved(self) -> None:
        """Remember that the device did not acknowledge what was typed."""
        self._new_words = set()

    def typed(self, device: str, place: Place, before: str, after: str, base: str | None) -> None:
        """Remember what an editor shows now, and which words the writer added and took away in it."""
        old, new = set(before.split()), set(after.split())
        self._new_words = new - old
        self.given_up |= old - new
        self._editors[device, place] = (after, base)

    def editor(self, device: str, place: Place) -> Editor:
        """Return what the editor of a note shows, as (text, revision that it was opened on); Nones when closed."""
        return self._editors.get((device, place), (None, None))

    def ended(self, device: Device, key: str, tried: set[str]) -> None:
        """Remember what the writer took back (``back``) or put away (``put_away``): its words may go, if it did."""
        tried.add(key)
        item = device.queries.item(key)
        over = item is not None and item.state in {OutboxState.CANCELLED, OutboxState.DISMISSED}
        if over and item is not None and isinstance(item.intent, SaveNote):
            self.given_up |= set(item.intent.text.split())

    def call_removed(self, call_id: str) -> None:
        """Remember that a call went, and its notes with it."""
        self.removed_calls.add(call_id)

    def restored(self, *, silently: bool) -> None:
        """Remember that the marketplace went back in time, ``silently``: without a new epoch."""
        self.restores += 1
        self.silent_restores += silently
