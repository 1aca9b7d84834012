"""The marketplace, or this computer, is put back to an older state (A10): nothing is deleted, nothing is done twice."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta

import pytest

from sync.domain.calls import CallStatus
from sync.domain.intents import Decline, OutboxState, SaveNote, SetProfile
from sync.domain.problems import Trouble
from sync.domain.rows import NotePart
from tests.support.writers import Writer

LIVE = NotePart.LIVE
AGES = {"one action": None, "an hour": timedelta(hours=1), "thirty days": timedelta(days=30), "empty": None}
TEXT = "Six jackets, all blue.\n"


def save(writer, call_id, text):
    shown = writer.desk.note(call_id, LIVE)
    return writer.desk.submit(SaveNote(call_id, LIVE, text, shown.base_revision))


def work(writer, call_ids):
    """Accept the first call, note something for it, and decline the second."""
    accepted = writer.desk.call(call_ids[0])
    declined = writer.desk.call(call_ids[1]).call
    writer.accept(accepted)
    save(writer, call_ids[0], TEXT)
    writer.desk.submit(Decline(declined.id, "Next week would do.", declined.version))
    assert writer.sync().problem is None


def fill_queue(writer, call_id):
    """Let the writer act while there is no network."""
    writer.network.unplugged = True
    items = [
        writer.accept(writer.desk.call(call_id)),
        save(writer, call_id, "Typed on the train.\n"),
        writer.desk.submit(SetProfile("headline", "Warm words", writer.desk.profile()["headline"].version)),
    ]
    writer.sync()
    writer.network.unplugged = False
    return items


def keep_backup(writer, market, age, call_ids):
    """Work for as long as the backup is old; return the backup."""
    if age == "empty":
        backup = market.keep_backup()
        call_ids += [writer.invite().call.id for _ in range(3)]
    else:
        call_ids += [writer.invite().call.id for _ in range(3)]
        backup = market.keep_backup()
    passed = AGES[age]
    if passed is not None and passed > timedelta(days=1):
        writer.wait(passed)
        call_ids[:] = [writer.invite().call.id for _ in range(3)]
    elif passed is not None:
        writer.wait(passed)
    work(writer, call_ids)
    return backup


def rows(writer):
    """How many rows of each kind are here."""
    tables = ("call", "note", "note_revision", "outbox")
    connection = writer.database.connect()
    with closing(connection):
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("queue", ["queue empty", "queue full"])
@pytest.mark.parametrize("told", ["new epoch", "nobody told"])
@pytest.mark.parametrize("age", AGES)
def test_a_marketplace_that_was_put_back_costs_no_row_and_does_nothing_twice(writer, market, age, told, queue):
    call_ids: list[str] = []
    backup = keep_backup(writer, market, age, call_ids)
    line = writer.desk.call(call_ids[0]).line
    queued = fill_queue(writer, call_ids[2]) if queue == "queue full" else []
    before = rows(writer)

    market.put_back(backup)
    market.move_to(writer.clock.now())
    if told == "new epoch":
        market.start_new_epoch()
    for _ in range(4):
        writer.sync()
        writer.clock.advance(timedelta(minutes=6))

    after = rows(writer)
    assert all(after[table] >= before[table] for table in before)
    there = {call["id"]: call for call in market.calls()}
    here = {call_id: writer.desk.call(call_id) for call_id in call_ids}
    assert all(here.values())
    for call_id, shown in here.items():
        assert shown.call.missing == (call_id not in there)
    # The answers that were lost are shown with their words, and nobody has sent them again.
    lost = [entry.item for entry in writer.desk.outbox() if entry.item.problem_code == Trouble.LOST_BY_MARKETPLACE]
    assert {call_ids[0]} <= {item.intent.call_id for item in lost}
    assert all(call["status"] == "open" for call in there.values() if call["id"] in call_ids[:2])
    if call_ids[0] not in there:
        assert here[call_ids[0]].line == line
    # No text is lost: it is noted there again, or it is here.
    texts = [one.text for one in writer.desk.note_history(call_ids[0], LIVE)]
    assert TEXT in texts
    if call_ids[0] in there:
        assert writer.desk.note(call_ids[0], LIVE).text == TEXT
        assert writer.desk.note(call_ids[0], LIVE).pending is None
    if queued:
        accept, note, field = (writer.queries.item(item.key) for item in queued)
        done = {OutboxState.SETTLED} if call_ids[2] in there else {OutboxState.REJECTED}
        assert {accept.state, note.state} == done
        assert field.state is OutboxState.SETTLED
    else:
        assert writer.desk.status().waiting == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize("age", ["one action", "thirty days", "a year"])
def test_a_computer_that_was_put_back_deletes_nothing_there_and_repeats_nothing(writer, market, tmp_path, age):
    first, second = writer.invite().call.id, writer.invite(starts_in_minutes=600).call.id
    writer.network.unplugged = True
    writer.accept(writer.desk.call(first))
    save(writer, first, TEXT)
    decline = writer.desk.call(second).call
    writer.desk.submit(Decline(second, "Next week would do.", decline.version))
    writer.close()
    shutil.copyfile(tmp_path / "a.db", tmp_path / "old")
    writer.restart()
    writer.network.unplugged = False
    writer.sync()
    writer.wait({"one action": timedelta(minutes=1), "thirty days": timedelta(days=30)}.get(age, timedelta(days=365)))
    writer.sync()
    there = {call["id"]: call for call in market.calls()}

    writer.close()
    for leftover in tmp_path.glob("a.db*"):
        leftover.unlink()
    shutil.copyfile(tmp_path / "old", tmp_path / "a.db")
    writer.restart()
    for _ in range(3):
        writer.sync()
        writer.clock.advance(timedelta(minutes=6))

    assert {call["id"]: call for call in market.calls()} == there
    assert writer.desk.status().waiting == writer.desk.status().attention == 0
    assert writer.desk.call(second).call.status is CallStatus.DECLINED
    assert writer.desk.note(first, LIVE).text == TEXT


@pytest.mark.timeout(120)
def test_a_text_that_only_the_other_computer_wrote_comes_back_from_there(writer, market, tmp_path):
    call_id = writer.invite().call.id
    backup = market.keep_backup()
    with closing(Writer(market, tmp_path, "b")) as other:
        other.sync()
        save(other, call_id, TEXT)
        other.sync()
        writer.sync()
        assert writer.desk.note(call_id, LIVE).text == TEXT
        market.put_back(backup)
        market.start_new_epoch()
        for one in (writer, other, writer):
            one.sync()
        assert writer.desk.note(call_id, LIVE).text == other.desk.note(call_id, LIVE).text == TEXT
