"""What the core needs from outside, as Protocols: the marketplace, the keychain and the clock.

Adapters raise ``sync.domain.problems.Problem`` and nothing else; they are chosen in ``desktop/wiring.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sync.domain.calls import CallRequest
    from sync.domain.intents import Intent
    from sync.domain.rows import Digest, Rows
    from sync.domain.tokens import Tokens


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """At most 200 rows. ``next_page`` is None on the last page, which alone has the ``cursor``."""

    rows: Rows
    next_page: str | None
    cursor: str | None
    as_of: int
    epoch: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Changes after a cursor, each row as it is now. ``digest`` comes with the last page, if at all."""

    rows: Rows
    next_cursor: str
    has_more: bool
    head_seq: int
    epoch: str
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A yes of the marketplace: the row with the action's effect, and the version (and revision) that it has now.

    ``discarded_message`` was not used, because another device's message stands (A7).
    """

    rows: Rows
    version: int
    revision: str | None = None
    discarded_message: str | None = None

    @property
    def call(self) -> CallRequest | None:
        """The call that the answer brought, if it is about one."""
        return self.rows.calls[0] if self.rows.calls else None


class Marketplace(Protocol):
    """The other side of the contract in ``marketplace/openapi.yaml``. Every method may raise a Problem."""

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the marketplace's clock is ahead of this computer's; None before the first answer."""
        ...

    def snapshot(self, page: str | None) -> SnapshotPage:
        """Return one page of the whole account; None asks for the first."""
        ...

    def changes(self, cursor: str) -> ChangesPage:
        """Return the changes after the cursor."""
        ...

    def send(self, key: str, intent: Intent, epoch: str, base: str | None = None) -> Outcome:
        """Ask for an action, once in effect however often it is sent with the same key; from several threads.

        ``base`` is the revision or version that a note or a field of the profile had before.
        """
        ...

    def outcome_of(self, key: str, intent: Intent) -> Outcome | None:
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
