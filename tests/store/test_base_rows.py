"""Base rows change by the marketplace's data alone, and only forwards."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.domain.calls import CallStatus
from sync.domain.intents import Accept
from sync.domain.rows import Gone, Rows
from sync.ports import ChangesPage
from tests.support.desks import NOW, START, accepted, desk_with, invitation

HOUR = timedelta(hours=1)
_numbers = itertools.count()


def page(*calls, gone=(), cursor="c1", head=1):
    removed = tuple(Gone("call_request", call_id, version) for call_id, version in gone)
    return ChangesPage(Rows(tuple(calls), gone=removed), cursor, has_more=False, head_seq=head, epoch="e1")


def test_a_row_with_a_lower_or_equal_version_changes_nothing(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation(version=5, subject="new")])
    made.ledgers.apply_changes(page(invitation(version=5, subject="same")))
    made.ledgers.apply_snapshot_page(Rows((invitation(version=4, subject="old"),)))
    assert made.desk.call("cr_1").call.subject == "new"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([1, 2, 3, 4, 5]), st.lists(st.booleans(), min_size=5, max_size=5))
def test_acknowledgement_pull_and_snapshot_commute(tmp_path, order, through_snapshot):
    """Whatever order the versions arrive in, and on which way, the newest one stands (invariant I4)."""
    made = desk_with(tmp_path / f"{next(_numbers)}.db")
    for version, by_snapshot in zip(order, through_snapshot, strict=True):
        call = invitation(version=version, subject=f"version {version}", starts=[NOW + version * HOUR])
        if by_snapshot or version < (made.desk.call("cr_1").call.version if made.desk.call("cr_1") else 0):
            made.ledgers.apply_snapshot_page(Rows((call,)))
        else:
            made.ledgers.apply_changes(page(call))
    shown = made.desk.call("cr_1").call
    assert (shown.version, shown.subject) == (5, "version 5")
    assert [slot.starts_at for slot in shown.slots] == [NOW + 5 * HOUR]


def test_the_cursor_stands_exactly_when_the_rows_of_its_page_do(tmp_path, monkeypatch):
    made = desk_with(tmp_path / "a.db")
    with made.database.write() as connection:
        connection.exec_driver_sql("CREATE TRIGGER no BEFORE INSERT ON call_slot BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        made.ledgers.apply_changes(page(invitation(), cursor="c7"))
    assert made.queries.sync_state().cursor is None
    assert made.desk.call("cr_1") is None


def test_a_deleted_call_is_marked_and_kept_with_its_line(tmp_path):
    made = desk_with(tmp_path / "a.db", [accepted(start=NOW + HOUR)])
    made.ledgers.apply_changes(page(gone=[("cr_2", 9), ("cr_unknown", 9)]))
    shown = made.desk.call("cr_2")
    assert shown.call.missing
    assert shown.line is not None


def test_a_snapshot_marks_what_it_does_not_list_and_a_later_one_brings_it_back(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation(), invitation("cr_9")])
    made.finish_snapshot({"cr_1"})
    assert made.desk.call("cr_9").call.missing
    made.ledgers.apply_snapshot_page(Rows((invitation("cr_9"),)))
    assert not made.desk.call("cr_9").call.missing


def test_an_unknown_status_is_kept_and_shown_as_unknown(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    with made.database.write() as connection:
        connection.exec_driver_sql("UPDATE call SET status = 'postponed_by_moon'")
    assert made.desk.call("cr_1").call.status is CallStatus.UNKNOWN


def test_what_was_received_is_kept_to_the_letter(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation(raw='{"future_field":1}')])
    with made.database.write() as connection:
        assert connection.exec_driver_sql("SELECT raw_json FROM call").scalar() == '{"future_field":1}'


def test_an_acknowledged_action_settles_when_its_effect_arrives_by_another_way(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    item = made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    with made.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'acked', ack_version = 6")
    assert made.desk.call("cr_1").pending is not None
    made.ledgers.apply_changes(page(accepted("cr_1", start=NOW + HOUR, version=6)))
    assert made.desk.call("cr_1").pending is None
    assert made.queries.item(item.key).state == "settled"


def test_the_list_is_in_the_order_of_the_window(tmp_path):
    made = desk_with(
        tmp_path / "a.db",
        [
            invitation("late", starts=[NOW + 9 * HOUR]),
            invitation("soon", starts=[NOW - HOUR, NOW + 2 * HOUR]),
            invitation("over", starts=[NOW - 2 * HOUR]),
            accepted("next", start=NOW + HOUR),
            accepted("then", start=NOW + 30 * HOUR),
            accepted("held", start=NOW - 5 * HOUR, status=CallStatus.HELD),
        ],
    )
    overview = made.desk.overview()
    assert [one.ids for one in overview.sections] == [("soon", "late"), (), ("next", "then"), ()]
    assert overview.earlier_count == 2
    assert made.desk.earlier_ids() == ("over", "held")


def test_blocks_come_in_the_order_asked_without_the_unknown(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation("a"), invitation("b")])
    assert [shown.call.id for shown in made.desk.shown(["b", "x", "a"])] == ["b", "a"]
