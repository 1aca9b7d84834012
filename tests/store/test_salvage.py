"""Damaged files: never a crash, never overwritten, and every queued action that can still be read survives."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from sync.domain.intents import Accept, OutboxState, SaveNote
from sync.domain.problems import StoreProblem, Trouble
from sync.store.database import APPLICATION_ID, SCHEMA_VERSION, Database
from tests.support.damage import PAGE, close, copy_of, file_with, folder_in_memory, original, reading
from tests.support.desks import NOW, START, desk_with, invitation

WAITING = frozenset({OutboxState.QUEUED, OutboxState.REJECTED})


def prepared(path: Path) -> str:
    """Prepare as every start does, until it is done or refused; return what was told, "" for nothing."""
    told = ""
    try:
        Database(path).prepare()
    except StoreProblem as problem:
        told = str(problem.code)
    if told == Trouble.SALVAGED:
        Database(path).prepare()
    return told


def survivors(path: Path) -> dict[str, OutboxState]:
    """Ask what every screen asks; return the actions that are there with their states."""
    with reading(path) as queries:
        for call_id in queries.all_ids():
            queries.calls([call_id])
        queries.ids(NOW)
        queries.sync_state()
        queries.profile()
        return {item.key: item.state for item in queries.items()}


def assert_survives(data: bytes, expected: set[str], log: bytes = b"") -> str:
    with file_with(data, log) as path:
        told = prepared(path)
        assert told in {"", Trouble.SALVAGED}
        here = survivors(path)
        assert expected <= set(here)
        assert set(here.values()) <= WAITING
        if told:
            assert (path.parent / "foreword-damaged-1.db").read_bytes() == data
        return told


@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_bit_costs_at_most_the_row_that_it_lies_in(seed):
    whole, random = original(), Random(seed)
    for _ in range(50):
        at = random.randrange(len(whole.data))
        bad = bytearray(whole.data)
        bad[at] ^= 1 << random.randrange(8)
        assert_survives(bytes(bad), whole.untouched(at, len(bad)))


@pytest.mark.parametrize("part", range(3))
def test_a_file_that_was_cut_keeps_what_lies_before_the_cut(part):
    whole = original()
    pages = len(whole.data) // PAGE
    cuts = [1, 15, 99, 100, 511, *(page * PAGE for page in range(1, pages, 5))]
    cuts += [page * PAGE + 1234 for page in range(0, pages, 9)]
    for cut in cuts[part::3]:
        assert assert_survives(whole.data[:cut], whole.untouched(-1, cut)) == Trouble.SALVAGED


@pytest.mark.parametrize("length", [16, 100, 512, PAGE])
def test_a_beginning_of_zeros_costs_no_action(length):
    whole = original()
    expected = {key for key, places in whole.places.items() if all(place.start >= length for place in places)}
    assert assert_survives(bytes(length) + whole.data[length:], expected) == Trouble.SALVAGED


def test_with_the_header_alone_gone_everything_goes_on_as_it_was():
    whole = original()
    with file_with(bytes(100) + whole.data[100:]) as path:
        prepared(path)
        with reading(path) as queries:
            assert {item.key: item for item in queries.items()} == whole.items
            assert queries.ids(NOW).upcoming == ("cr_next",)
            assert queries.calls(["cr_next"])["cr_next"].line is not None


def test_every_text_of_a_note_survives_the_loss_of_the_first_page():
    whole = original()
    with file_with(bytes(PAGE) + whole.data[PAGE:]) as path:
        prepared(path)
        with reading(path) as queries:
            for item in whole.items.values():
                if isinstance(item.intent, SaveNote):
                    [kept] = queries.revisions(item.intent.call_id, item.intent.part)
                    assert kept.text == item.intent.text


def test_a_file_of_zeros_or_of_nonsense_is_put_aside():
    for data in (bytes(9000), b"this was once a database" * 400, Random(3).randbytes(50_000)):
        assert assert_survives(data, set()) == Trouble.SALVAGED


def test_what_was_changed_by_the_damage_is_shown_and_never_sent_by_itself():
    whole = original()
    key, place = next((key, places[0]) for key, places in whole.places.items() if "cr_3" in str(whole.items[key]))
    at = whole.data.index(b"sl_1", place.start) + 3
    bad = bytearray(whole.data)
    bad[at] = ord("9")
    with file_with(bytes(bad)) as path:
        assert prepared(path) == Trouble.SALVAGED
        with reading(path) as queries:
            item = queries.item(key)
            assert (item.state, item.problem_code) == (OutboxState.REJECTED, Trouble.SALVAGED_ACTION)
            assert key not in {one.key for one in queries.lane_heads()}


def test_an_action_that_makes_no_sense_any_more_is_counted_and_told():
    whole = original()
    key, place = next((key, places[0]) for key, places in whole.places.items() if "cr_3" in str(whole.items[key]))
    bad = bytearray(whole.data)
    bad[whole.data.index(b'{"call_id"', place.start)] = ord("<")
    with file_with(bytes(bad)) as path:
        with pytest.raises(StoreProblem) as problem:
            Database(path).prepare()
        assert problem.value.detail.endswith("foreword-damaged-1.db; 1 action could not be read")
        Database(path).prepare()
        assert set(survivors(path)) == set(whole.items) - {key}


def test_what_was_taken_back_does_not_return_with_the_salvage(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    made.desk.take_back(made.desk.submit(_accept()).key)
    kept = made.desk.submit(_accept())
    close(made)
    data = (tmp_path / "a.db").read_bytes()
    with file_with(bytes(100) + data[100:]) as path:
        prepared(path)
        assert survivors(path) == {kept.key: OutboxState.QUEUED}


def test_everything_is_read_anew_after_a_salvage():
    whole = original()
    with file_with(bytes(100) + whole.data[100:]) as path:
        prepared(path)
        with reading(path) as queries:
            assert queries.sync_state().cursor is None
            assert {call.version for call in queries.calls(["cr_1", "cr_next"]).values()} == {0}


def test_a_second_damage_puts_a_second_file_aside():
    whole = original()
    with file_with(bytes(100) + whole.data[100:]) as path:
        prepared(path)
        path.write_bytes(b"nonsense" * 1000)
        assert prepared(path) == Trouble.SALVAGED
        aside = sorted(one.name for one in path.parent.glob("*damaged*.db"))
        assert aside == ["foreword-damaged-1.db", "foreword-damaged-2.db"]
        assert {one.stat().st_mode & 0o777 for one in path.parent.glob("foreword.db*")} == {0o600}


def test_a_whole_file_is_prepared_without_a_word():
    whole = original()
    with file_with(whole.data) as path:
        assert prepared(path) == ""
        assert path.read_bytes() == whole.data


@pytest.fixture
def with_a_log():
    """A file of which the newest actions are in the log alone, as a crash leaves it."""
    with folder_in_memory() as folder:
        made = desk_with(folder / "made.db", [invitation(f"cr_{number}") for number in range(20)])
        with closing(sqlite3.connect(folder / "made.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        items = [made.desk.submit(_accept(f"cr_{number}")) for number in range(8)]
        path = copy_of(folder / "made.db", folder / "foreword.db")
        close(made)
        yield path, [item.key for item in items]


def test_a_log_without_its_shared_memory_is_read(with_a_log):
    path, keys = with_a_log
    assert prepared(path) == ""
    assert list(survivors(path)) == keys


def test_a_wrong_bit_in_the_log_does_not_hide_what_was_committed_behind_it(with_a_log):
    path, keys = with_a_log
    log = path.with_name("foreword.db-wal")
    bad = bytearray(log.read_bytes())
    bad[len(bad) // 4] ^= 1
    log.write_bytes(bytes(bad))
    assert prepared(path) == Trouble.SALVAGED
    assert set(survivors(path)) >= set(keys[3:])
    assert path.with_name("foreword-damaged-1.db-wal").read_bytes() == bytes(bad)


def test_another_programs_log_beside_our_file_costs_nothing(tmp_path):
    whole = original()
    assert assert_survives(whole.data, set(whole.items), _log_of_another_program(tmp_path)) == Trouble.SALVAGED


def test_an_older_log_of_our_own_file_beside_it_is_passed_over(with_a_log):
    path, keys = with_a_log
    log = path.with_name("foreword.db-wal")
    old = log.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log.write_bytes(old[: len(old) // 2])
    assert prepared(path) in {"", Trouble.SALVAGED}
    assert set(survivors(path)) <= set(keys)


def _log_of_another_program(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "other.db")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("PRAGMA application_id = 77")
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
        return (folder / "other.db-wal").read_bytes()


@pytest.mark.parametrize("application", [0, 77])
def test_another_programs_database_is_not_touched(tmp_path, application):
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    assert prepared(path) == Trouble.NOT_OURS
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_of_a_newer_program_is_not_touched(tmp_path):
    made = desk_with(tmp_path / "a.db", [invitation()])
    with made.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{SCHEMA_VERSION + 1:04}'")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    made.database.close()
    bad = bytes(16) + (tmp_path / "a.db").read_bytes()[16:]
    with file_with(bad) as path:
        assert prepared(path) == Trouble.TOO_NEW
        assert path.read_bytes() == bad


def test_the_header_alone_may_be_wrong_about_whose_file_it_is():
    whole = original()
    for at, right in ((60, SCHEMA_VERSION), (68, APPLICATION_ID)):
        bad = bytearray(whole.data)
        bad[at : at + 4] = (right ^ 0x40).to_bytes(4, "big")
        assert assert_survives(bytes(bad), set(whole.items)) == Trouble.SALVAGED


def _accept(call_id="cr_1"):
    return Accept(call_id, "sl_1", START, 1)
