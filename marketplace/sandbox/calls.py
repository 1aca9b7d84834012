"""Calls in the ledger: storing them with what time will do to them, letting time pass, making their line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.sandbox import moves
from marketplace.sandbox.instants import to_seconds
from marketplace.sandbox.ledger import Item, Json, Writing
from marketplace.sandbox.lines import make_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from marketplace.sandbox.chance import Chance


def call_item(call: Json, version: int, habit: str | None = None) -> Item:
    """Return the row of a call at a version."""
    due = moves.due_at(call)
    body = call | {"version": version}
    return Item("call_request", call["id"], version, body, to_seconds(due) if due else None, habit)


def put_call(writing: Writing, call: Json, *, habit: str | None = None) -> Json:
    """Store a new or changed call and return it with its new version."""
    fresh = call_item(call, writing.next_version(), habit)
    writing.put(fresh)
    return call | {"version": fresh.version}


def settle(writing: Writing, found: Item, now: datetime) -> Item:
    """Let time pass for one call before anything else is decided about it."""
    call = found.body or {}
    passed = moves.let_time_pass(call, now)
    if passed is call:
        return found
    fresh = call_item(passed, writing.next_version(), found.habit)
    writing.put(fresh)
    return fresh


def make_line_of(chance: Chance, account_id: str, call_id: str) -> Callable[[], dict[str, str]]:
    """Return what makes the conference line of one call."""
    return lambda: make_line(chance.stream("line", account_id, call_id))
