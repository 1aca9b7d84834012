"""What the core needs from outside, as Protocols: the marketplace, the keychain and the clock.

Adapters raise ``sync.domain.problems.Problem`` and nothing else; they are chosen in ``desktop/wiring.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sync.domain.calls import CallRequest
from sync.domain.intents import Intent
from sync.domain.tokens import Tokens


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """At most 200 calls. ``next_page`` is None on the last page, which alone has the ``cursor``."""

    calls: tuple[CallRequest, ...]
    next_page: str | None
    cursor: str | None
    epoch: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Changes after a cursor: calls as they are now, and (id, version) of those that are gone."""

    calls: tuple[CallRequest, ...]
    gone: tuple[tuple[str, int], ...]
    next_cursor: str
    has_more: bool
    head_seq: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A yes of the marketplace: the call with the action's effect. ``discarded_message`` was not used (A7)."""

    call: CallRequest
    discarded_message: str | None = None


class Marketplace(Protocol):
    """The other side of the contract in ``marketplace/openapi.yaml``. Every method may raise a Problem."""

    def snapshot(self, page: str | None) -> SnapshotPage:
        """Return one page of the whole account; None asks for the first."""
        ...

    def changes(self, cursor: str) -> ChangesPage:
        """Return the changes after the cursor."""
        ...

    def send(self, key: str, intent: Intent, epoch: str) -> Outcome:
        """Ask for an action, once in effect however often it is sent with the same key."""
        ...

    def outcome_of(self, key: str) -> Outcome | None:
        """Return what became of an action whose answer was lost; None if the marketplace never saw the key."""
        ...


class Keychain(Protocol):
    """Where sign-ins are kept. Every method may raise Paused(KEYCHAIN), and may take as long as a person does."""

    def load(self, origin: str, subject: str) -> Tokens | None:
        """Return the tokens of an account, None if there are none."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, in the place of older ones of the same account."""
        ...

    def forget(self, origin: str, subject: str) -> None:
        """Forget the tokens of an account, if there are any."""
        ...
