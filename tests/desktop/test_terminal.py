"""foreword-sync says what the windows say, asks for a second look where they do, and never calls done what is not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from desktop import terminal
from desktop.single_instance import Bell, claim
from sync.domain.calls import CallStatus
from sync.domain.intents import Accept, Decline, OutboxState
from tests.support.answers import EPOCH, answering, free_port, ok, problem
from tests.support.desks import accepted, customer, desk_with, invitation
from tests.support.sign_ins import signed_in

# Long after any day on which these tests run, so that the program's own clock finds the times open.
DAY = datetime(2036, 11, 25, tzinfo=UTC)
AT_1_PM = DAY + timedelta(hours=21)
AT_5_30_AM = DAY + timedelta(hours=13, minutes=30)
EMPTY = {"changes": [], "next_cursor": "c1", "has_more": False, "head_seq": 4}


class Writer:
    """A writer in California at a terminal; ``type`` returns the exit status and what is read, errors below."""

    def __init__(self, home, origin, capsys):
        self.home, self.origin, self._capsys = home, origin, capsys
        self.profile = signed_in(home, origin)
        self.made = None

    def has(self, *calls):
        self.profile.folder.mkdir(parents=True, exist_ok=True)
        self.made = desk_with(self.profile.database, calls)
        self.made.ledgers.begin_epoch(EPOCH, self.made.clock.now(), returning=False)
        self.made.finish_snapshot({call.id for call in calls}, "c1")

    def type(self, *words):
        status = terminal.main(["--home", str(self.home), "--marketplace", self.origin, *words])
        read = self._capsys.readouterr()
        return status, read.out + read.err

    def queued(self):
        return [entry.item.intent for entry in self.made.desk.outbox()]


@pytest.fixture
def writer_at(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    return lambda origin: Writer(tmp_path, origin, capsys)


@pytest.fixture
def writer(writer_at):
    """Whose marketplace is out of reach."""
    return writer_at(f"http://127.0.0.1:{free_port()}")


@contextmanager
def open_window(writer):
    """A window that has claimed the writer's profile and answers the bell; gives what it was asked for."""
    asked = []
    mine = claim(writer.profile)
    bell = Bell(writer.profile.folder, {"sync": lambda: asked.append("sync")})
    ended = threading.Event()

    def serve():
        while not ended.is_set():
            bell.answer()

    thread = threading.Thread(target=serve)
    thread.start()
    yield asked
    ended.set()
    thread.join()
    bell.close()
    mine.release()


def test_a_time_at_night_needs_a_second_look(writer):
    writer.has(invitation(starts=[AT_5_30_AM, AT_1_PM]))
    status, read = writer.type("accept", "cr_1", "1")
    assert status == 4
    assert "5:30 AM Pacific Time (UTC-08:00) (at night: 5:30 in the early morning)" in read
    assert "--anyway" in read
    assert writer.queued() == []
    assert writer.type("accept", "cr_1", "1", "--anyway")[0] == 3
    assert len(writer.queued()) == 1


def test_a_time_during_another_call_needs_a_second_look(writer):
    busy = accepted("cr_2", start=AT_1_PM, customer=customer("Harbour & Pine", "Owen", "T"))
    writer.has(invitation(starts=[AT_1_PM]), busy)
    status, read = writer.type("accept", "cr_1", "1")
    assert status == 4
    assert "(another call: Harbour & Pine)" in read
    assert writer.queued() == []


def test_an_ordinary_time_is_taken_as_it_was_shown(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    assert "1  Tue 25 Nov 2036, 1:00 PM Pacific Time (UTC-08:00)\n" in writer.type("show", "cr_1")[1]
    writer.type("accept", "cr_1", "1")
    assert writer.queued() == [Accept("cr_1", "sl_1", AT_1_PM, 1)]


def test_a_time_that_is_not_on_the_list_is_a_wrong_argument(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    status, read = writer.type("accept", "cr_1", "2")
    assert status == 2
    assert "2 is not one of them" in read
    assert writer.queued() == []


def test_what_looks_private_in_a_message_needs_a_second_look(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    status, read = writer.type("decline", "cr_1", "Call me at +1 415 555 0142.")
    assert status == 4
    assert "phone number" in read
    assert writer.queued() == []
    assert writer.type("decline", "cr_1", "Call me at +1 415 555 0142.", "--anyway")[0] == 3
    assert writer.queued() == [Decline("cr_1", "Call me at +1 415 555 0142.", 1)]


def test_an_empty_message_is_a_wrong_argument(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    assert writer.type("decline", "cr_1", " \n")[0] == 2
    assert writer.queued() == []


@pytest.mark.parametrize(("clock", "words"), [("24", "13:00"), ("12", "1:00 PM"), ("locale", "1:00 PM")])
def test_the_clock_is_the_one_of_the_settings(writer, clock, words):
    (writer.home / "settings.toml").write_text(f'clock = "{clock}"')
    writer.has(invitation(starts=[AT_1_PM]))
    assert f"first Tue 25 Nov 2036, {words}" in writer.type("list")[1] or f"2036, {words}\n" in writer.type("list")[1]
    assert f", {words} Pacific" in writer.type("show", "cr_1")[1]


def test_number_and_pin_are_in_groups_to_be_read_aloud(writer):
    writer.has(accepted("cr_2", start=AT_1_PM))
    read = writer.type("show", "cr_2")[1]
    assert "+1 415 555 0142  PIN 482 913" in read
    assert "12:55 PM" in read


def test_earlier_calls_are_listed_when_asked_for(writer):
    past = [
        invitation(f"cr_{number}", starts=[DAY], status=CallStatus.DECLINED, customer=customer(f"Company {number}"))
        for number in range(300)
    ]
    writer.has(*past)
    status, read = writer.type("list")
    assert status == 0
    assert read == "Earlier (300); `foreword-sync list --earlier` shows them\n"
    rows = writer.type("list", "--earlier")[1].splitlines()[1:]
    assert len(rows) == 300
    assert all("You declined this invitation" in row for row in rows)


def test_nothing_that_a_customer_writes_moves_the_cursor_or_makes_a_row(writer):
    odd = customer("Evil\n  cr_9   Free money\x1b]0;title\x07", "D\x1b[2Jana")
    writer.has(invitation(starts=[AT_1_PM], customer=odd, message="Hello\n\x1b[31mred\u202e"))
    listed, shown = writer.type("list")[1], writer.type("show", "cr_1")[1]
    assert not {"\x1b", "\x07", "\u202e"} & {*listed, *shown}
    assert [row for row in listed.splitlines() if row.startswith("  cr_9")] == []
    assert "Hello\n" in shown


def test_an_answer_while_offline_is_queued_and_says_so(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    status, read = writer.type("accept", "cr_1", "1")
    assert status == 3
    assert read.startswith("It is queued; ")
    assert "could not be reached" in read
    assert "not sent yet" in writer.type("show", "cr_1")[1]


def test_an_answer_that_the_marketplace_cannot_take_now_is_queued_and_says_so(writer_at):
    with answering(problem(500, "broken"), ok(EMPTY)) as server:
        writer = writer_at(server.origin)
        writer.has(invitation(starts=[AT_1_PM]))
        status, read = writer.type("accept", "cr_1", "1")
    assert status == 3
    assert read.startswith("It is queued; ")
    assert ", not before " in read
    assert "Accepted" not in read
    assert writer.made.desk.outbox()[0].item.state is OutboxState.QUEUED


def test_an_answer_that_the_marketplace_refuses_is_said_with_what_can_be_done(writer_at):
    with answering(problem(409, "slot-taken", "Another writer was faster."), ok(EMPTY)) as server:
        writer = writer_at(server.origin)
        writer.has(invitation(starts=[AT_1_PM]))
        status, read = writer.type("accept", "cr_1", "1")
    assert status == 1
    assert "Could not accept" in read
    assert "Another writer was faster." in read


def test_with_a_window_open_reading_works_and_the_window_is_asked_to_sync(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    with open_window(writer) as asked:
        assert writer.type("list")[0] == 0
        assert asked == []
        status, read = writer.type("sync")
        assert (status, asked) == (0, ["sync"])
        assert "its window does the sending" in read
        assert "cr_1" in read


def test_with_a_window_open_an_answer_is_queued_for_it(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    with open_window(writer) as asked:
        status, read = writer.type("accept", "cr_1", "1")
    assert (status, asked) == (3, ["sync"])
    assert read == "It is queued; the open window of Foreword sends it.\n"
    assert len(writer.queued()) == 1


def test_a_second_answer_takes_the_place_of_one_that_was_not_sent(writer):
    writer.has(invitation(starts=[AT_1_PM]))
    writer.type("accept", "cr_1", "1")
    status, _ = writer.type("decline", "cr_1", "Not at all.")
    assert status == 3
    assert [intent.message for intent in writer.queued()] == ["Not at all."]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is another thing there")
def test_ctrl_c_stops_without_a_traceback_and_the_answer_stays_queued(writer_at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        writer = writer_at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        writer.has(invitation(starts=[AT_1_PM]))
        command = [sys.executable, "-m", "desktop.terminal", "--home", str(writer.home)]
        words = ["--marketplace", writer.origin, "accept", "cr_1", "1"]
        accepting = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.settimeout(20)
        caller, _ = silent.accept()
        with caller:
            accepting.send_signal(signal.SIGINT)
            read, complained = accepting.communicate(timeout=20)
    assert (accepting.returncode, read) == (130, "")
    assert complained == "Stopped. What was queued stays queued.\n"
    assert len(writer.queued()) == 1


@pytest.mark.parametrize("command", [[], ["list"], ["accept"]])
def test_help_names_every_exit_status(command, capsys):
    with pytest.raises(SystemExit) as end:
        terminal.main([*command, "--help"])
    assert end.value.code == 0
    read = capsys.readouterr().out
    assert all(f"\n  {status}  " in read for status in range(5))


@pytest.mark.parametrize("words", [[], ["frob"], ["accept", "cr_1"], ["accept", "cr_1", "one"], ["list", "--earl"]])
def test_wrong_words_are_said_in_one_line(words, capsys):
    with pytest.raises(SystemExit) as end:
        terminal.main(words)
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently there")
def test_a_reader_who_has_read_enough_is_no_accident(writer):
    writer.has(*(invitation(f"cr_{number}", starts=[AT_1_PM]) for number in range(1500)))
    command = [sys.executable, "-m", "desktop.terminal", "--home", str(writer.home), "--marketplace", writer.origin]
    listing = subprocess.Popen([*command, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout.readline().startswith(b"Needs your answer")
    listing.stdout.close()
    assert listing.stderr.read() == b""
    assert listing.wait() == 141
    listing.stderr.close()
