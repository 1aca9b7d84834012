"""A time that a customer offers to several writers at once: whoever accepts first has it, the others lose it.

Each writer has a call request of their own. What its times share with those of the others is one row for each time,
locked from the look at it until the acceptance is stored. Nobody waits for another account's lock, so none can block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.sandbox import moves
from marketplace.sandbox.accounts import account_named
from marketplace.sandbox.calls import put_call
from marketplace.sandbox.ledger import Item, Json, Writing, open_writing

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.sandbox.endpoint import Sandbox


def ask_another_writer(sandbox: Sandbox, account_id: str, call_id: str, other: str) -> Json | None:
    """Offer the times of an open call to one more account and return its call request there; None if that cannot be."""
    other_id = account_named(sandbox.database, other)
    if other_id is None or other_id == account_id:
        return None
    with open_writing(sandbox.database, account_id) as writing:
        found = writing.find("call_request", call_id)
        call = found.body if found else None
        if call is None or call["status"] != "open":
            return None
        times = [writing.share_time(call_id, slot["id"]) for slot in call["slots"]]
    with open_writing(sandbox.database, other_id) as writing:
        new_id = sandbox.chance.make_id("call", other_id, writing.seq)
        slots = [slot | {"id": f"{new_id}_{number}"} for number, slot in enumerate(call["slots"], start=1)]
        for slot, time_id in zip(slots, times, strict=True):
            writing.share_time(new_id, slot["id"], time_id)
        return put_call(writing, call | {"id": new_id, "slots": slots, "follow_up_of": None})


def meet_rivals(writing: Writing, found: Item, slot_id: str, now: datetime) -> Item:
    """Look, before a time is accepted, whether another writer has it; it stays as it is found until the commit."""
    call = found.body or {}
    if call["status"] != "open" or not writing.is_lost_to_another(slot_id):
        return found
    put_call(writing, lose(call, slot_id, "taken", now), habit=found.habit)
    return writing.find("call_request", found.id) or found


def lose(call: Json, slot_id: str, state: str, now: datetime) -> Json:
    """Return an open call without one of its times, which is "taken" or "withdrawn"; with the last one it ends."""
    call = moves.set_slot_state(call, slot_id, state)
    if any(slot["state"] == "offered" for slot in call["slots"]):
        return call
    status = "taken" if state == "taken" else "withdrawn"
    return moves.close(call, status, now, "All the times that were offered are gone.")
