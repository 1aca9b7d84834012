"""The writers' accounts: finding one by name, and making one with its public profile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from marketplace.sandbox.instants import to_text
from marketplace.sandbox.ledger import NO_DIGEST, Json
from marketplace.sandbox.schema import account, item

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.sandbox.chance import Chance
    from marketplace.sandbox.database import Database

PRACTICE_ACCOUNT = "practice"
"""The name of the account that --practice signs in."""


def account_named(database: Database, name: str) -> str | None:
    """Return the id of the account with this name."""
    with database.reading() as connection:
        return connection.scalar(select(account.c.id).where(account.c.name == name))


def create_account(database: Database, name: str, chance: Chance, now: datetime) -> str:
    """Make an account with nothing but a profile and return its id; IntegrityError if the name is in use."""
    account_id = chance.make_id("acc", name)
    profile = {"account_id": account_id, "kind": "profile", "id": "profile", "version": 1}
    with database.writing() as connection:
        values = {"id": account_id, "name": name, "seq": 1, "live_count": 0, "live_xor": NO_DIGEST}
        connection.execute(insert(account).values(**values, practises=False))
        connection.execute(insert(item).values(**profile, body=json.dumps(_first_profile(now))))
    return account_id


def need_account(database: Database, name: str, chance: Chance, now: datetime) -> str:
    """Return the id of the account with this name, made now if there is none."""
    known = account_named(database, name)
    if known is not None:
        return known
    try:
        return create_account(database, name, chance, now)
    except IntegrityError:  # somebody else made it in this moment
        return account_named(database, name) or ""


def _first_profile(now: datetime) -> Json:
    values = {
        "findable": True,
        "display_name": "Robin A.",
        "headline": "Clear words for complicated things",
        "about": "I write guides, stories and letters for companies that would rather be understood than admired.",
    }
    changed_at = to_text(now)
    fields = {name: {"value": value, "version": 1, "changed_at": changed_at} for name, value in values.items()}
    return {"fields": fields, "version": 1}
