"""Plays the script: the account's opening, what comes later, how customers react, and what time itself does.

Progress is kept in the database and moves under the account's lock, so that each event happens exactly once however
many workers play.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from marketplace.sandbox import moves, script
from marketplace.sandbox.calls import make_line_of, put_call, settle
from marketplace.sandbox.customers import Brief, Customer, customer_named, customer_with_id
from marketplace.sandbox.instants import from_seconds, from_text, to_seconds, to_text
from marketplace.sandbox.invitations import OTHER_TIMES, Span, invite, soon, span_of, zone_of
from marketplace.sandbox.ledger import Item, Json, Writing, open_writing
from marketplace.sandbox.reads import NOTE_PARTS
from marketplace.sandbox.rivals import lose
from marketplace.sandbox.schema import account, item, step

if TYPE_CHECKING:
    from marketplace.sandbox.chance import Chance
    from marketplace.sandbox.database import Database
    from marketplace.sandbox.endpoint import Sandbox

_BATCH: Final = 200
_ANSWER: Final = "answer:"
_LOST: Final = "lost:"
_POSTPONED: Final = timedelta(minutes=1)
"""Customers who cannot find the writer (M12) look again after this time."""


def advance(sandbox: Sandbox, now: datetime) -> None:
    """Let everything happen that is due at ``now``, in order, for all accounts."""
    for account_id in _accounts_with_something_due(sandbox.database, now):
        busy = True
        while busy:
            with open_writing(sandbox.database, account_id) as writing:
                player = Player(sandbox.chance, writing)
                busy = all(player.play_next(now) for _ in range(_BATCH))


def _accounts_with_something_due(database: Database, now: datetime) -> list[str]:
    limit = to_seconds(now)
    passed = exists().where(item.c.account_id == account.c.id, item.c.due_at <= limit)
    planned = exists().where(step.c.account_id == account.c.id, step.c.due_at <= limit)
    due = select(account.c.id).where(or_(passed, planned)).order_by(account.c.id)
    with database.reading() as connection:
        return list(connection.scalars(due))


def start_practice(sandbox: Sandbox, account_id: str) -> bool:
    """Open the practice account: past calls, one to come, invitations; tell whether this was the first time."""
    now = sandbox.clock.now()
    with open_writing(sandbox.database, account_id) as writing:
        if writing.practises:
            return False
        writing.begin_practising()
        player = Player(sandbox.chance, writing)
        for past in (*script.PAST, script.ACCEPTED):
            player.recall(past, now)
        for opening in script.OPENING:
            player.invite(opening, now)
        for name, (offset, _) in script.LATER.items():
            writing.plan_step(name, to_seconds(now + offset))
    return True


def meet_accept(writing: Writing, found: Item, slot_id: str) -> Item:
    """Let a customer with that habit take the time back in the moment in which it is accepted."""
    call = found.body or {}
    offered = [slot["id"] for slot in call["slots"] if slot["state"] == "offered"]
    if found.habit != script.GIVES_THE_TIME_AWAY or slot_id not in offered or len(offered) < 2:
        return found
    put_call(writing, moves.set_slot_state(call, slot_id, "withdrawn"))
    return writing.find("call_request", found.id) or found


def meet_decline(writing: Writing, call_id: str, now: datetime) -> None:
    """Let the customer think of other times."""
    if writing.practises:
        writing.plan_step(_ANSWER + call_id, to_seconds(now + script.ANSWER_TO_A_DECLINE))


class Player:
    """Makes customers act in one account, inside one transaction."""

    def __init__(self, chance: Chance, writing: Writing) -> None:
        self._chance = chance
        self._writing = writing

    def play_next(self, now: datetime) -> bool:
        """Do the one thing that is due first; tell whether there was one."""
        limit = to_seconds(now)
        steps = self._writing.steps()
        found = self._writing.next_due_item()
        step_due = steps[0][1] if steps else limit + 1
        item_due = found.due_at if found is not None and found.due_at is not None else limit + 1
        if min(step_due, item_due) > limit:
            return False
        if found is not None and item_due <= step_due:
            settle(self._writing, found, from_seconds(item_due))
        else:
            self._play(steps[0][0], from_seconds(step_due), now)
        return True

    def _play(self, name: str, moment: datetime, now: datetime) -> None:
        if name.startswith(_LOST):
            self._writing.drop_step(name)
            _, call_id, slot_id = name.split(":")
            self.lose_slot(call_id, slot_id, "taken", moment)
            return
        event = script.LATER[name][1] if name in script.LATER else None
        invites = event is None or isinstance(event, script.Invite)
        if invites and not self._can_be_found():
            self._writing.plan_step(name, to_seconds(now + _POSTPONED))
            return
        self._writing.drop_step(name)
        if event is None:
            self.offer_again(name.removeprefix(_ANSWER), moment)
        elif isinstance(event, script.Invite):
            self.invite(event, moment)
        elif isinstance(event, script.Withdraw):
            self.withdraw(self._call_id(event.label), moment, event.reason)
        else:
            call_id = self._call_id(event.label)
            self.lose_slot(call_id, f"{call_id}_{event.number}", "withdrawn", moment)

    def invite(self, event: script.Invite, now: datetime) -> None:
        """Send an invitation of the script."""
        customer = customer_named(event.company) or _nearest_to_midday(now)
        spans = [soon(now)] if event.starts_soon else []
        spans += [span_of(offer, customer, now) for offer in event.offers]
        deadline = now + event.answer_within if event.answer_within else None
        before = self._call_id(event.follow_up_of) if event.follow_up_of else None
        brief = customer.briefs[event.brief]
        if before:
            brief = Brief(brief.about, brief.subject, customer.other_times)
        call_id = self._call_id(event.label)
        call = invite(call_id, customer, brief, spans, created_at=now, deadline_at=deadline, follow_up_of=before)
        put_call(self._writing, call, habit=event.habit)

    def invite_now(
        self, customer: Customer, brief: Brief, spans: list[Span], now: datetime, deadline_at: datetime | None
    ) -> Json:
        """Send an invitation that is not in the script."""
        call_id = self._chance.make_id("call", self._writing.account_id, self._writing.seq)
        call = invite(call_id, customer, brief, spans, created_at=now, deadline_at=deadline_at)
        return put_call(self._writing, call)

    def offer_again(self, call_id: str, now: datetime) -> Json | None:
        """Send a new invitation with other times after a decline; None if the declined one is gone."""
        declined = self._call(call_id)
        customer = customer_with_id(declined["customer"]["id"]) if declined else None
        if declined is None or customer is None:
            return None
        brief = Brief(declined["about"], declined["subject"], customer.other_times)
        spans = [span_of(offer, customer, now) for offer in OTHER_TIMES]
        new_id = self._chance.make_id("call", self._writing.account_id, self._writing.seq)
        call = invite(new_id, customer, brief, spans, created_at=now, follow_up_of=call_id)
        return put_call(self._writing, call)

    def withdraw(self, call_id: str, now: datetime, reason: str) -> Json | None:
        """Take an open invitation back, or cancel an accepted call; None if it is over already."""
        return self._end(call_id, "withdrawn", now, reason)

    def give_away(self, call_id: str, now: datetime, reason: str) -> Json | None:
        """Agree with another writer; None unless the invitation is open."""
        call = self._call(call_id)
        return self._end(call_id, "taken", now, reason) if call and call["status"] == "open" else None

    def lose_slot(self, call_id: str, slot_id: str, state: str, now: datetime) -> Json | None:
        """Take one offered time away as "taken" or "withdrawn"; with the last one the invitation ends."""
        call = self._call(call_id)
        if call is None or call["status"] != "open":
            return None
        return put_call(self._writing, lose(call, slot_id, state, now), habit=self._habit(call_id))

    def move_slot(self, call_id: str, slot_id: str, by: timedelta) -> Json | None:
        """Shift one time, of an invitation or of an accepted call; None if the call is over."""
        call = self._call(call_id)
        if call is None or call["status"] not in ("open", "accepted"):
            return None
        slots = [_shifted(slot, by) if slot["id"] == slot_id else slot for slot in call["slots"]]
        return put_call(self._writing, call | {"slots": slots}, habit=self._habit(call_id))

    def expire(self, call_id: str, now: datetime) -> Json | None:
        """Let the deadline of an open invitation pass; None unless it is open."""
        call = self._call(call_id)
        if call is None or call["status"] != "open":
            return None
        return self._end(call_id, "expired", now, "Nobody answered before the deadline.")

    def remove(self, call_id: str) -> None:
        """Take a call and its note out of the account for good, leaving tombstones."""
        for kind in ("call_request", *(f"{part}_note" for part in NOTE_PARTS)):
            found = self._writing.find(kind, call_id)
            if found is not None and found.body is not None:
                self._writing.put(Item(kind, call_id, self._writing.next_version(), None))

    def recall(self, past: script.Past, now: datetime) -> None:
        """Put a call into the account that began before the account did."""
        customer = customer_named(past.company)
        if customer is None:
            raise LookupError(past.company)
        asked_at = now - timedelta(days=past.days_ago)
        answered_at = asked_at + timedelta(hours=5)
        call_id = self._call_id(past.label)
        spans = [span_of(past.offer, customer, now)]
        call = invite(call_id, customer, customer.briefs[past.brief], spans, created_at=asked_at)
        if past.outcome == "withdrawn":
            call = moves.close(call, "withdrawn", answered_at, past.words or "")
        elif past.outcome == "declined":
            call = moves.decline(call, past.words or "", None, answered_at)
        else:
            line = make_line_of(self._chance, self._writing.account_id, call_id)
            call = moves.accept(call, moves.Wanted(f"{call_id}_1", spans[0].starts_at), asked_at, line) | {
                "status": past.outcome
            }
        put_call(self._writing, call)

    def _end(self, call_id: str, status: str, now: datetime, reason: str) -> Json | None:
        call = self._call(call_id)
        if call is None or call["status"] not in ("open", "accepted"):
            return None
        return put_call(self._writing, moves.close(call, status, now, reason))

    def _call_id(self, label: str) -> str:
        """Return the id of a call of the script; it follows from the label, so that later events find it."""
        mark = hashlib.sha256(f"{self._writing.account_id}/{label}".encode()).hexdigest()
        return f"call_{mark[:16]}"

    def _call(self, call_id: str) -> Json | None:
        found = self._writing.find("call_request", call_id)
        return found.body if found else None

    def _habit(self, call_id: str) -> str | None:
        found = self._writing.find("call_request", call_id)
        return found.habit if found else None

    def _can_be_found(self) -> bool:
        profile = self._writing.find("profile", "profile")
        return profile is None or profile.body is None or profile.body["fields"]["findable"]["value"]


def _nearest_to_midday(now: datetime) -> Customer:
    customers = [customer for customer in map(customer_named, script.SOON_COMPANIES) if customer is not None]

    def distance(customer: Customer) -> int:
        local = now.astimezone(ZoneInfo(zone_of(customer)))
        return abs(local.hour * 60 + local.minute - 12 * 60)

    return min(customers, key=distance)


def _shifted(slot: Json, by: timedelta) -> Json:
    return slot | {name: to_text(from_text(slot[name]) + by) for name in ("starts_at", "ends_at")}
