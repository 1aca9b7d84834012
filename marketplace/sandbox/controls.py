"""The levers of practice: moving the clock, making a customer act now, looking at what is planned.

They are outside the contract (/practice), need a token, and exist only where practice is switched on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from starlette.routing import Route

from marketplace.sandbox import access, intake
from marketplace.sandbox.clock import ManualClock
from marketplace.sandbox.customers import CUSTOMERS, Brief, customer_named
from marketplace.sandbox.endpoint import Answer, Asked, signed_in
from marketplace.sandbox.instants import from_seconds, from_text, to_exact_text, to_text
from marketplace.sandbox.intake import Form
from marketplace.sandbox.invitations import LATER_TIMES, Span, span_of
from marketplace.sandbox.ledger import Json, Reading, open_reading, open_writing
from marketplace.sandbox.practice import Player, advance
from marketplace.sandbox.problems import Problem
from marketplace.sandbox.rivals import ask_another_writer

_YEAR_SECONDS: Final = 366 * 86_400
_LONGEST_MOVE_MINUTES: Final = 60 * 24 * 30

Happening = Callable[[Player, Reading, Form, datetime], Json | None]


def routes() -> list[Route]:
    """Return the addresses of the controls."""
    return [
        Route("/practice/state", signed_in(state)),
        Route("/practice/clock", signed_in(move_clock), methods=["POST"]),
        Route("/practice/events", signed_in(make_happen), methods=["POST"]),
    ]


def state(asked: Asked) -> Answer:
    """Tell the time, the companies, and what the script still has to do."""
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        body = {
            "now": to_exact_text(asked.now),
            "clock": "manual" if isinstance(asked.sandbox.clock, ManualClock) else "system",
            "epoch": reading.epoch,
            "seq": reading.seq,
            "companies": [customer.company for customer in CUSTOMERS],
            "events": list(_HAPPENINGS),
            "planned": [{"id": name, "due_at": to_text(from_seconds(due))} for name, due in reading.steps()],
        }
        return Answer(body, reading.seq)


def move_clock(asked: Asked) -> Answer:
    """Move a manual clock to {"now": ts}, or on by {"advance_seconds": n}, and let everything up to then happen."""
    clock = asked.sandbox.clock
    if not isinstance(clock, ManualClock):
        raise Problem("unsupported", "Only a manual clock can be moved: serve with --clock manual.", status=501)
    form = Form(intake.json_body(asked.request))
    if form.has("advance_seconds"):
        span = timedelta(seconds=form.integer("advance_seconds", 0, 10 * _YEAR_SECONDS))
        form.check()
        goal = clock.advance(span)
    else:
        goal = _move_to(clock, form)
    advance(asked.sandbox, goal)
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        return Answer({"now": to_exact_text(goal), "seq": reading.seq}, reading.seq)


def _move_to(clock: ManualClock, form: Form) -> datetime:
    text = form.text("now", 40)
    form.check()
    try:
        goal = from_text(text)
        clock.move(goal)
    except ValueError:
        form.refuse("now", "Must be an instant such as 2026-09-14T15:00:00Z, and not in the past.")
        form.check()
    return goal


def make_happen(asked: Asked) -> Answer:
    """Make a customer do something now: {"event", "call_request_id"?, "slot_id"?, "company"?, ...}."""
    form = Form(intake.json_body(asked.request))
    happening = _HAPPENINGS[form.choice("event", tuple(_HAPPENINGS))]
    form.check()
    if happening is _expire_tokens:
        access.expire_tokens(asked.sandbox.database, asked.account_id)
    if happening is _ask_another:
        return _ask_another_writer(asked, form)
    with open_writing(asked.sandbox.database, asked.account_id) as writing:
        call = happening(Player(asked.sandbox.chance, writing), writing, form, asked.now)
        form.check()
        seq = writing.seq
    return Answer({"call_request": call, "seq": seq}, seq)


def _ask_another_writer(asked: Asked, form: Form) -> Answer:
    call_id, other = form.id("call_request_id"), form.text("account", 80)
    form.check()
    call = ask_another_writer(asked.sandbox, asked.account_id, call_id, other)
    if call is None:
        form.refuse("account", "It needs another account, and an open call to share with it.")
    form.check()
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        return Answer({"call_request": call, "seq": reading.seq}, reading.seq)


def _invite(player: Player, _reading: Reading, form: Form, now: datetime) -> Json | None:
    customer = customer_named(form.optional_text("company", 80) or CUSTOMERS[0].company)
    if customer is None:
        form.refuse("company", "There is no such company here.")
        return None
    brief = customer.briefs[0]
    subject = form.optional_text("subject", 200) or brief.subject
    message = form.optional_text("message", 4_000, multiline=True) or brief.message
    spans = [span_of(offer, customer, now) for offer in LATER_TIMES]
    if form.has("starts_in_minutes"):
        starts_at = now + timedelta(minutes=form.integer("starts_in_minutes", 1, _LONGEST_MOVE_MINUTES))
        spans.insert(0, Span(starts_at, starts_at + timedelta(minutes=30)))
    deadline = None
    if form.has("answer_in_minutes"):
        deadline = now + timedelta(minutes=form.integer("answer_in_minutes", 1, _LONGEST_MOVE_MINUTES))
    return player.invite_now(customer, Brief(brief.about, subject, message), spans, now, deadline)


def _withdraw(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    reason = form.optional_text("reason", 400) or "Our plans have changed. Sorry for the trouble."
    return _done(form, player.withdraw(_call_of(reading, form)["id"], now, reason))


def _give_away(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    reason = form.optional_text("reason", 400) or "We have found a writer for this. Thank you all the same."
    return _done(form, player.give_away(_call_of(reading, form)["id"], now, reason))


def _take_slot(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    call = _call_of(reading, form)
    return _done(form, player.lose_slot(call["id"], _slot_of(call, form), "taken", now))


def _withdraw_slot(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    call = _call_of(reading, form)
    return _done(form, player.lose_slot(call["id"], _slot_of(call, form), "withdrawn", now))


def _move_slot(player: Player, reading: Reading, form: Form, _now: datetime) -> Json | None:
    call = _call_of(reading, form)
    minutes = form.integer("minutes", -_LONGEST_MOVE_MINUTES, _LONGEST_MOVE_MINUTES) if form.has("minutes") else 60
    return _done(form, player.move_slot(call["id"], _slot_of(call, form), timedelta(minutes=minutes)))


def _expire(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    return _done(form, player.expire(_call_of(reading, form)["id"], now))


def _follow_up(player: Player, reading: Reading, form: Form, now: datetime) -> Json | None:
    return _done(form, player.offer_again(_call_of(reading, form)["id"], now))


def _remove(player: Player, reading: Reading, form: Form, _now: datetime) -> Json | None:
    player.remove(_call_of(reading, form)["id"])
    return None


def _ask_another(_player: Player, _reading: Reading, _form: Form, _now: datetime) -> Json | None:
    return None


def _expire_tokens(_player: Player, _reading: Reading, _form: Form, _now: datetime) -> Json | None:
    return None


_HAPPENINGS: Final[Mapping[str, Happening]] = {
    "invite": _invite,
    "withdraw": _withdraw,
    "take_slot": _take_slot,
    "withdraw_slot": _withdraw_slot,
    "move_slot": _move_slot,
    "give_away": _give_away,
    "expire": _expire,
    "follow_up": _follow_up,
    "remove": _remove,
    "expire_tokens": _expire_tokens,
    "ask_another": _ask_another,
}


def _call_of(reading: Reading, form: Form) -> Json:
    found = reading.find("call_request", form.id("call_request_id"))
    form.check()
    if found is None or found.body is None:
        raise Problem("unknown-call-request", "There is no call request with this id.")
    return found.body


def _slot_of(call: Json, form: Form) -> str:
    """Return the slot that is named, else the accepted one, else the first that is still offered."""
    known = [str(slot["id"]) for slot in call["slots"]]
    if form.has("slot_id"):
        slot_id = form.id("slot_id")
        if slot_id not in known:
            form.refuse("slot_id", "This call has no such time.")
        form.check()
        return slot_id
    offered = [str(slot["id"]) for slot in call["slots"] if slot["state"] == "offered"]
    return str(call["accepted_slot_id"] or (offered or known)[0])


def _done(form: Form, call: Json | None) -> Json | None:
    if call is None:
        form.refuse("call_request_id", "This call is in a state in which that cannot happen.")
    return call
