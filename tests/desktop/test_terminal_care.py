"""foreword-sync looks after the data: check, export, back-up, and what is said of a damaged file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from desktop import terminal
from tests.support.damage import close
from tests.support.desks import desk_with, invitation
from tests.support.sign_ins import signed_in

ORIGIN = "http://127.0.0.1:9"


@pytest.fixture
def type_words(tmp_path, capsys):
    """Give a way to type a command where one invitation is; it returns the exit status and what is read."""
    profile = signed_in(tmp_path / "home", ORIGIN)
    profile.folder.mkdir(parents=True, exist_ok=True)
    close(desk_with(profile.database, [invitation()]))

    def type_words(*words):
        status = terminal.main(["--home", str(tmp_path / "home"), "--marketplace", ORIGIN, *words])
        read = capsys.readouterr()
        return status, read.out + read.err

    type_words.database = profile.database
    return type_words


def test_data_in_order_are_said_to_be(type_words):
    assert type_words("check") == (0, "The data on this computer are in order.\n")


def test_each_finding_is_a_line_and_an_exit_status(type_words):
    with closing(sqlite3.connect(type_words.database, isolation_level=None)) as connection:
        connection.execute("UPDATE call SET status = 'accepted'")
    assert type_words("check") == (1, "An accepted call has no number and PIN (cr_1).\n")


def test_everything_is_exported_and_copied(type_words, tmp_path):
    status, said = type_words("export", str(tmp_path / "all.json"))
    assert (status, said) == (
        0,
        f"Written to {tmp_path / 'all.json'}; customers' names, numbers and PINs are in it.\n",
    )
    assert json.loads((tmp_path / "all.json").read_text("utf-8"))["tables"]["call"][0]["id"] == "cr_1"
    assert type_words("back-up", str(tmp_path / "copy.db"))[0] == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM call").fetchone() == (1,)


def test_a_place_that_cannot_be_written_is_said(type_words, tmp_path):
    (tmp_path / "taken").write_text("")
    assert type_words("export", str(tmp_path / "taken" / "all.json"))[0] == 1


def test_a_damaged_file_is_said_once_with_where_it_lies_now(type_words):
    with type_words.database.open("rb+") as file:
        file.write(bytes(100))
    status, said = type_words("list")
    assert status == 1
    assert "Foreword has saved what it could from a damaged file." in said
    assert str(type_words.database.with_name("foreword-damaged-1.db")) in said
    assert type_words("list")[0] == 0
