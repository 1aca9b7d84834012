"""Notes in the queue and in the base rows: what an edit replaces, and what a snapshot says by leaving a note out."""

from __future__ import annotations

import pytest

from sync.domain.intents import Accept, OutboxState, SaveNote
from sync.domain.notes import Merged
from sync.domain.problems import Offline, Outdated, Refused
from sync.domain.rows import Note, NotePart, Rows
from sync.store.outbox import Merging
from tests.support.desks import NOW, START, desk_with, invitation

LIVE = NotePart.LIVE


def note(version, text):
    return Note("cr_1", LIVE, f"v{version}", version, text, NOW)


@pytest.fixture
def made(tmp_path):
    made = desk_with(tmp_path / "foreword.db", [invitation()])
    made.ledgers.apply_snapshot_page(Rows(notes=(note(3, "Six jackets."),)))
    return made


def save(made, text, base="v3"):
    return made.desk.submit(SaveNote("cr_1", LIVE, text, base))


def send(made, item):
    [sent] = made.outbox.mark_inflight([item.key], "e1", NOW)
    return sent


def end_snapshot(made, listed, unreadable=0):
    made.ledgers.finish_snapshot(
        listed, "c", head=9, unreadable=unreadable, now=NOW, new_key=lambda: "again", merge=lambda *_: Merged("", False)
    )


def test_an_edit_of_a_waiting_text_replaces_what_that_text_replaces(made):
    save(made, "Six blue jackets.")
    made.ledgers.apply_snapshot_page(Rows(notes=(note(4, "Six jackets. Monday."),)))
    assert made.desk.note("cr_1", LIVE).base_revision == "v3"


def test_an_edit_that_grew_from_the_text_before_a_merge_is_no_successor_of_the_merge(made):
    sent = send(made, save(made, "Six blue jackets."))
    stale = Outdated("revision-mismatch", "", note(4, "Six jackets. Monday."), "Six jackets.")
    both = Merging(lambda *_: Merged("Six blue jackets. Monday.", conflict=False), "merged", None)
    made.outbox.merge_note(sent, stale, both, NOW)
    later = save(made, "Six blue jackets and a hat.")
    assert made.queries.item("merged").state is OutboxState.QUEUED
    assert (later.base, later.parent_key) == ("v3", None)


def test_a_text_that_is_sent_again_goes_over_what_it_grew_from_and_beside_what_waits(made):
    refused = save(made, "Six blue jackets.")
    made.outbox.refuse(refused.key, Refused("validation"), NOW)
    waiting = save(made, "Seven jackets.")
    again = made.desk.retry(refused.key)
    assert (again.base, again.parent_key) == ("v3", None)
    assert made.queries.item(waiting.key).state is OutboxState.QUEUED
    assert made.queries.item(refused.key).state is OutboxState.DISMISSED


def test_a_text_that_waits_beside_one_that_is_merged_is_kept_for_a_merge_of_its_own(made):
    refused = save(made, "Six blue jackets.")
    made.outbox.refuse(refused.key, Refused("validation"), NOW)
    waiting = send(made, save(made, "Seven jackets."))
    again = made.desk.retry(refused.key)
    stale = Outdated("revision-mismatch", "", note(4, "Six jackets. Monday."), "Six jackets.")
    merged = []

    def merge(_base, mine, _theirs):
        merged.append(mine)
        return Merged("Seven jackets. Monday.", conflict=False)

    made.outbox.merge_note(waiting, stale, Merging(merge, "merged", None), NOW)
    assert merged == ["Seven jackets."]
    assert made.queries.item(again.key).state is OutboxState.QUEUED


@pytest.mark.parametrize(("arrived", "stands"), [(False, "Six jackets."), (True, "Six blue jackets.")])
def test_what_was_typed_after_a_text_in_doubt_goes_on_in_a_new_history(made, arrived, stands):
    send(made, save(made, "Six blue jackets."))
    later = save(made, "Six blue jackets and a hat.")
    made.outbox.requeue_inflight()
    made.ledgers.begin_epoch("e2", NOW, returning=True)
    made.ledgers.apply_snapshot_page(Rows(notes=(note(5 if arrived else 3, stands),)))
    end_snapshot(made, {"cr_1", "cr_1/live"})
    shown = made.desk.note("cr_1", LIVE)
    assert (shown.text, shown.refused) == ("Six blue jackets and a hat.", None)
    assert shown.pending.base == ("v5" if arrived else "v3")
    assert made.queries.item(later.key).state is OutboxState.CANCELLED


def test_a_time_behind_another_text_of_the_lane_is_no_reason_for_a_round(made):
    sent = send(made, save(made, "Six blue jackets."))
    stale = Outdated("revision-mismatch", "", note(4, "Six jackets. Monday."), "Six jackets.")
    save(made, "Seven jackets.", "v2")
    both = Merging(lambda *_: Merged("Six blue jackets. Monday.", conflict=False), "merged", NOW)
    made.outbox.merge_note(sent, stale, both, NOW)
    assert made.queries.item("merged").not_before == NOW
    assert made.queries.next_due() is None


def test_a_text_written_where_nothing_was_has_no_text_to_compare_with(made):
    first = send(made, made.desk.submit(SaveNote("cr_1", NotePart.PREPARED, "Mine.", None)))
    seen = []

    def merge(base, mine, theirs):
        seen.append(base)
        return Merged(f"{mine} {theirs}", conflict=False)

    theirs = Note("cr_1", NotePart.PREPARED, "v5", 5, "Theirs.", NOW)
    made.outbox.merge_note(first, Outdated("revision-mismatch", "", theirs, None), Merging(merge, "m", None), NOW)
    assert seen == [""]


def test_a_merge_is_counted_as_waiting_and_not_as_stuck(made):
    sent = send(made, save(made, "Six blue jackets."))
    stale = Outdated("revision-mismatch", "", note(4, "Six jackets. Monday."), "Six jackets.")
    both = Merging(lambda *_: Merged("Six blue jackets. Monday.", conflict=False), "merged", None)
    made.outbox.merge_note(sent, stale, both, NOW)
    assert (made.desk.status().waiting, made.desk.status().attention) == (1, 0)


def test_what_an_old_history_said_is_no_ground_for_a_merge_in_a_new_one(made):
    item = save(made, "Six jackets.\nMine.")
    made.ledgers.begin_epoch("e2", NOW, returning=True)
    seen = []

    def merge(base, mine, theirs):
        seen.append(base)
        return Merged(f"{mine}\n{theirs}", conflict=False)

    stale = Outdated("revision-mismatch", "", note(4, "Theirs."), None)
    made.outbox.merge_note(send(made, item), stale, Merging(merge, "m", None), NOW)
    assert seen == [""]


def test_a_note_that_a_snapshot_lists_no_more_is_marked_and_its_text_stays(made):
    end_snapshot(made, {"cr_1"})
    with made.database.write() as connection:
        assert connection.exec_driver_sql("SELECT text, server_missing FROM note").all() == [("Six jackets.", 1)]


def test_a_snapshot_with_an_unreadable_row_marks_nothing(made):
    end_snapshot(made, set(), unreadable=1)
    with made.database.write() as connection:
        assert connection.exec_driver_sql("SELECT server_missing FROM note").all() == [(0,)]
    assert not made.desk.call("cr_1").call.missing


def test_the_names_of_old_revisions_are_no_names_in_a_new_history(made):
    waiting = save(made, "Six blue jackets.")
    made.ledgers.begin_epoch("e2", NOW, returning=True)
    assert made.queries.item(waiting.key).base != "v3"
    assert made.queries.item(waiting.key).base.endswith("-v3")


def test_a_revision_that_the_new_history_still_has_gets_its_name_back(made):
    waiting = save(made, "Six blue jackets.")
    made.ledgers.begin_epoch("e2", NOW, returning=True)
    made.ledgers.apply_snapshot_page(Rows(notes=(note(3, "Six jackets."),)))
    assert made.queries.item(waiting.key).base == "v3"
    assert [one.text for one in made.desk.note_history("cr_1", LIVE)] == ["Six jackets.", "Six blue jackets."]


def test_what_was_on_its_way_at_a_crash_can_not_be_taken_back_after_a_try_without_a_network(made):
    item = made.desk.submit(Accept("cr_1", "sl_1", START, 1))
    first = send(made, item)
    made.outbox.requeue_inflight()
    send(made, item)
    made.outbox.put_back(item.key, Offline("unreachable"), NOW, never_left=first.first_sent_at)
    assert not made.desk.take_back(item.key)
