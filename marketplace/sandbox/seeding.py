"""Many made-up call requests at once, past and to come, for tests of size."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from marketplace.sandbox import moves
from marketplace.sandbox.calls import call_item, make_line_of
from marketplace.sandbox.customers import CUSTOMERS
from marketplace.sandbox.invitations import Offer, invite, span_of
from marketplace.sandbox.ledger import Item, Json, open_writing

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from marketplace.sandbox.chance import Chance
    from marketplace.sandbox.database import Database

_BATCH: Final = 2_000
_PAST_STATES: Final = ("held", "declined", "expired", "withdrawn", "taken", "no_show")
_PAST_SHARE: Final = 0.9
_LONGEST_AGO_DAYS: Final = 3 * 365


def seed_requests(database: Database, account_id: str, count: int, chance: Chance, now: datetime) -> None:
    """Add ``count`` requests to an account; nine in ten are over."""
    for start in range(0, count, _BATCH):
        with open_writing(database, account_id) as writing:
            draw = chance.stream("seed", account_id, writing.seq)
            fresh: list[Item] = []
            for _ in range(min(_BATCH, count - start)):
                call_id = f"call_{draw.getrandbits(64):016x}"
                line = make_line_of(chance, account_id, call_id)
                fresh.append(call_item(_make_up(call_id, draw, now, line), writing.next_version()))
            writing.put_many(fresh)


def _make_up(call_id: str, draw: random.Random, now: datetime, line: Callable[[], dict[str, str]]) -> Json:
    customer = draw.choice(CUSTOMERS)
    brief = draw.choice(customer.briefs)
    is_past = draw.random() < _PAST_SHARE
    around = now - timedelta(days=draw.randint(8, _LONGEST_AGO_DAYS) if is_past else 0)
    offers = [Offer(draw.randint(2, 20), draw.randint(9, 16), draw.choice((0, 15, 30))) for _ in range(3)]
    if is_past:
        offers = [Offer(draw.randint(1, 3), offer.hour, offer.minute) for offer in offers]
    spans = [span_of(offer, customer, around) for offer in offers]
    call = invite(call_id, customer, brief, spans, created_at=around - timedelta(days=draw.randint(1, 3)))
    number = draw.randint(1, 3)
    chosen = moves.Wanted(f"{call_id}_{number}", spans[number - 1].starts_at)
    if not is_past:
        return moves.accept(call, chosen, around, line) if draw.random() < 0.2 else call
    return _finish(call, draw.choice(_PAST_STATES), chosen, around, line)


def _finish(call: Json, status: str, chosen: moves.Wanted, at: datetime, line: Callable[[], dict[str, str]]) -> Json:
    if status == "declined":
        return moves.decline(call, "Thank you, none of these times works for me.", None, at)
    if status in ("expired", "withdrawn", "taken"):
        return moves.close(call, status, at, "The invitation is over.")
    accepted = moves.accept(call, chosen, at, line)
    if status == "held":
        return accepted | {"status": "held"}
    slot = next(slot for slot in call["slots"] if slot["id"] == chosen.slot_id)
    report = {"party": "customer", "waited_minutes": 10, "reported_at": slot["ends_at"]}
    return accepted | {"status": "no_show", "no_show": report}
