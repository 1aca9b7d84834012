"""One effect for one key (A4): what a command did is kept in the transaction that did it, and told again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from marketplace.sandbox.instants import to_seconds
from marketplace.sandbox.ledger import Json, KeptCommand, Writing
from marketplace.sandbox.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

KEY_LIFE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Command:
    """A write as it came in. The fingerprint covers everything that decides its effect, not the key."""

    key: str
    operation: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command, fresh or told again."""

    status: int
    body: Json
    replayed: bool


def fingerprint(*parts: Any) -> str:
    """Return the SHA-256 of these JSON values in one spelling."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def execute(writing: Writing, command: Command, now: datetime, act: Callable[[], Json]) -> Outcome:
    """Run ``act`` once for this key, or return what it answered the first time.

    A twin that comes meanwhile waits for the account's lock and then finds the answer. Raises Problem for answers
    that are not kept.
    """
    kept = writing.kept_command(command.key)
    if kept is not None:
        return _tell_again(kept, command, now)
    try:
        status, body = 200, act()
    except Problem as problem:
        if not problem.settles_the_command:
            raise
        status, body = problem.status, problem.body()
    seconds = to_seconds(now)
    writing.keep_command(KeptCommand(command.key, command.operation, command.fingerprint, status, body, seconds))
    return Outcome(status, body, replayed=False)


def _tell_again(kept: KeptCommand, command: Command, now: datetime) -> Outcome:
    if kept.fingerprint != command.fingerprint:
        raise Problem("key-reuse", "This Idempotency-Key was used for another request. Make a new key.")
    if to_seconds(now) - kept.created_at > KEY_LIFE.total_seconds():
        raise Problem("key-expired", "This Idempotency-Key is too old to be told apart. Look at the call first.")
    return Outcome(kept.status, kept.body, replayed=True)
