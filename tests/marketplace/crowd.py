"""Writers in processes of their own that change one account through the marketplace's own ledger, all at once.

``write_rightly`` is the marketplace as it is. ``write_wrongly`` is a build with the mistake that the account's counter
prevents: a number that is drawn before the commit and without the lock, from a global sequence.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

from sqlalchemy import insert, text, update

from marketplace.sandbox.chance import Chance
from marketplace.sandbox.database import Database, open_database
from marketplace.sandbox.ledger import Item, open_writing
from marketplace.sandbox.schema import account, item

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 2


def write_many(url: str, account_id: str, writer: int, count: int, *, wrongly: bool) -> list[str]:
    """Write ``count`` notes in two threads and return their ids."""
    database = open_database(url, Chance())
    write = _write_wrongly if wrongly else _write_rightly
    made: list[str] = []

    def run(thread: int) -> None:
        draw = random.Random(f"{writer}/{thread}")
        for number in range(count // THREADS):
            name = f"w{writer}_{thread}_{number}"
            write(database, account_id, name, _hold(draw))
            made.append(name)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    return made


def _hold(draw: random.Random) -> Callable[[], object]:
    """Let one transaction in ten stay open for up to 3 ms, as a slow disk or a busy worker does."""
    if draw.random() >= 0.1:
        return lambda: None
    seconds = draw.uniform(0, 0.003)
    return lambda: threading.Event().wait(seconds)


def _note(name: str, version: int) -> Item:
    told = {"call_id": name, "part": "prepared", "revision": f"v{version}", "version": version, "conflict": False}
    return Item("prepared_note", name, version, told | {"text": name, "updated_at": "2026-09-14T15:00:00Z"})


def _write_rightly(database: Database, account_id: str, name: str, hold: Callable[[], object]) -> None:
    with open_writing(database, account_id) as writing:
        writing.put(_note(name, writing.next_version()))
        hold()


def _write_wrongly(database: Database, account_id: str, name: str, hold: Callable[[], object]) -> None:
    with database.writing() as connection:
        version = connection.scalar(text("SELECT nextval('wrong_number')"))
        place = {"account_id": account_id, "kind": "prepared_note", "id": name, "version": version}
        connection.execute(insert(item).values(**place, body='{"text": ""}'))
        hold()
        head = update(account).where(account.c.id == account_id, account.c.seq < version).values(seq=version)
        connection.execute(head)
