"""What one action costs does not grow with the queue: nothing that it runs looks through a whole table."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from sync.domain.intents import Accept, SaveNote
from sync.domain.rows import Note, NotePart, Rows
from sync.ports import Outcome
from tests.support.desks import NOW, START, desk_with, invitation


@pytest.fixture
def made(tmp_path):
    return desk_with(tmp_path / "foreword.db", [invitation()])


@pytest.fixture
def plans(made):
    """How SQLite does each statement that is run from here on, told when asked."""
    asked = []
    engine = made.database._open()
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, words, values, *_: asked.append((words, values)))

    def explain():
        found = []
        with made.database.write() as connection:
            for words, values in [one for one in asked if one[0].split()[0] in {"SELECT", "UPDATE", "DELETE"}]:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
                found += [(row.detail, words) for row in rows]
        return found

    return explain


def scans(plans):
    return [one for one in plans() if one[0].startswith("SCAN") and "CONSTANT" not in one[0]]


def test_an_answer_to_a_call_is_queued_sent_and_confirmed_by_index_alone(made, plans):
    item = made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    made.outbox.mark_inflight([item.key], "e1", NOW)
    made.outbox.acknowledge(item.key, Outcome(Rows((invitation(version=2),)), 2), NOW)
    assert len(plans()) > 5
    assert scans(plans) == []


def test_a_note_is_queued_sent_and_confirmed_by_index_alone(made, plans):
    item = made.desk.submit(SaveNote("cr_1", NotePart.PREPARED, "Ask about the tone.", None))
    made.outbox.mark_inflight([item.key], "e1", NOW)
    note = Note("cr_1", NotePart.PREPARED, "r1", 2, "Ask about the tone.", NOW)
    made.outbox.acknowledge(item.key, Outcome(Rows(notes=(note,)), 2, "r1"), NOW)
    assert len(plans()) > 5
    assert scans(plans) == []
