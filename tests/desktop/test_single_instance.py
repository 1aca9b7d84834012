"""One program at a time writes a profile: proven with real processes, one of them killed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from desktop import app, single_instance, terminal
from desktop.cannot_start import CannotStart
from desktop.paths import Profile, profile_of
from desktop.single_instance import BELL, LOCK, Bell, claim, claim_or_call, ring
from desktop.wiring import open_core
from sync.domain.problems import StoreProblem

pytestmark = pytest.mark.skipif(os.name == "nt", reason="real windows without a screen, and kill -9")


def until(condition, seconds=50.0):
    """Wait until it is so; fails after a deadline."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.02)


@pytest.fixture
def started():
    """A way to start the window for a home; what still runs at the end is killed."""
    running = []

    def start(home):
        command = [sys.executable, "-m", "desktop", "--home", str(home)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def profile(tmp_path):
    return Profile(tmp_path / "practice", "")


@pytest.fixture
def door():
    """A folder whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def stranger(door):
    """Be a user who owns nothing here, so that what is not allowed is really not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    door.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)


def answering(bell):
    """Answer callers in a thread until the bell is closed; a window does it between two events."""

    def serve():
        with contextlib.suppress(ValueError, OSError):
            while bell.fileno() >= 0:
                bell.answer()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_profile_is_one_programs_until_it_lets_go(profile):
    first = claim(profile)
    assert claim(profile) is None
    first.release()
    assert claim(profile) is not None


def test_each_account_is_claimed_by_itself(tmp_path):
    assert claim(profile_of(tmp_path, "")) is not None
    assert claim(profile_of(tmp_path, "https://marketplace.example")) is not None


def test_folder_and_lock_are_for_their_owner_alone(profile):
    claim(profile)
    assert profile.folder.stat().st_mode & 0o777 == 0o700
    assert (profile.folder / LOCK).stat().st_mode & 0o777 == 0o600


def test_a_second_start_brings_the_window_to_the_front_and_ends_well(started, tmp_path, profile, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.showMinimized()
    mine = claim(profile)
    end = app.answer_other_starts(profile, window, open_core(profile).desk, Quiet())
    second = started(tmp_path)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert second.returncode == 0
    assert second.stderr.read() == ""
    assert not window.windowState() & Qt.WindowState.WindowMinimized
    end()
    mine.release()


class Quiet:
    """A worker that counts how often it was asked to sync."""

    def __init__(self):
        self.woken = 0

    def wake(self):
        self.woken += 1


def test_a_real_window_hears_the_terminal_and_a_killed_one_leaves_nothing_behind(started, tmp_path, profile):
    first = started(tmp_path)
    until(lambda: ring(profile.folder, "sync"))
    assert claim(profile) is None
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = started(tmp_path)
    until(lambda: ring(profile.folder, "sync"))
    assert second.poll() is None
    assert claim(profile) is None


def test_an_answer_typed_beside_a_real_window_is_sent_by_the_window(started, tmp_path, profile, capsys):
    started(tmp_path)
    core = open_core(profile)

    def to_answer():
        with contextlib.suppress(StoreProblem):  # which is not ready before the window has made it
            ids = core.desk.overview().sections[0].ids
            return [shown for shown in core.desk.shown(ids) if shown.call.open_slots(core.clock.now())]
        return []

    until(to_answer)
    assert claim(profile) is None
    call = to_answer()[0].call
    number = 1 + call.slots.index(call.open_slots(core.clock.now())[-1])
    status = terminal.main(["--home", str(tmp_path), "accept", call.id, str(number), "--anyway"])
    read = capsys.readouterr().out
    # The window may be so quick that there is nothing left to wait for.
    assert (status, read.split(";")[0].split("\n")[0]) in {(3, "It is queued"), (0, "Accepted.")}
    until(lambda: core.desk.call(call.id).line is not None)
    core.ends.close()


def test_of_two_starts_at_once_one_window_stays_and_the_other_ends_well(started, tmp_path):
    both = [started(tmp_path), started(tmp_path)]
    until(lambda: any(one.poll() is not None for one in both))
    assert sorted((one.poll() is None, one.poll()) for one in both) == [(False, 0), (True, None)]


def test_a_program_that_has_the_profile_and_does_not_answer_is_said_in_words(profile, monkeypatch):
    monkeypatch.setattr(single_instance, "PATIENCE", 0.2)
    mine = claim(profile)
    with pytest.raises(CannotStart, match="open already") as trouble:
        claim_or_call(profile)
    assert str(profile.folder) in str(trouble.value)
    mine.release()


def test_a_window_that_hangs_is_said_in_words(door, monkeypatch):
    monkeypatch.setattr(single_instance, "PATIENCE", 0.2)
    profile = Profile(door, "")
    mine, bell = claim(profile), Bell(door, {"show": lambda: None})
    with pytest.raises(CannotStart, match="does not answer"):
        claim_or_call(profile)
    bell.close()
    mine.release()


def test_a_start_waits_for_a_program_that_is_about_to_end(profile):
    mine = claim(profile)
    threading.Timer(0.2, mine.release).start()
    assert claim_or_call(profile) is not None


def test_a_disk_that_cannot_lock_is_said_in_words(profile, monkeypatch):
    import fcntl

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(CannotStart, match="network disks"):
        claim(profile)


def test_a_file_in_the_folders_place_is_said_in_words(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(CannotStart, match="a file stands where a folder is needed"):
        claim(Profile(tmp_path / "home" / "practice", ""))


def test_a_place_where_nothing_can_be_made_is_said_in_words():
    with pytest.raises(CannotStart, match="cannot use this folder"):
        claim(Profile(Path("/dev/null/practice"), ""))


def test_another_users_folder_is_said_in_words(stranger, door):
    with pytest.raises(CannotStart, match="you may not write there"):
        claim(Profile(door / "practice", ""))


def test_data_that_can_only_be_read_are_there_to_be_read(door, stranger):
    os.seteuid(0)
    (door / "foreword.db").touch(0o644)
    os.seteuid(65534)
    assert claim(Profile(door, "")) is not None
    assert claim(Profile(door, "")) is not None


@pytest.mark.parametrize("depth", [0, 120], ids=["socket", "port"])
def test_who_knows_the_way_is_heard(door, depth):
    folder = door / ("x" * depth)
    folder.mkdir(exist_ok=True)
    heard = []
    bell = Bell(folder, {"show": lambda: heard.append("show")})
    assert (folder / BELL).is_socket() is (depth == 0)
    thread = answering(bell)
    assert ring(folder, "show")
    assert not ring(folder, "dance")
    bell.close()
    thread.join()
    assert heard == ["show"]
    assert not ring(folder, "show")


def test_the_bell_is_its_owners_alone(door):
    bell = Bell(door, {})
    assert (door / BELL).stat().st_mode & 0o777 == 0o600
    bell.close()


def test_another_user_does_not_get_at_the_bell(door):
    bell = Bell(door, {"show": lambda: pytest.fail("heard")})
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    door.chmod(0o755)
    os.seteuid(65534)
    try:
        assert not ring(door, "show")
    finally:
        os.seteuid(0)
        bell.close()


@pytest.mark.parametrize("said", [b"", b"show\n", b"- show\n", b"0000 show\n", b"\xff\xff show\n", b"x" * 1000])
def test_without_the_secret_nobody_is_heard_at_the_port(door, said):
    folder = door / ("x" * 120)
    folder.mkdir()
    bell = Bell(folder, {"show": lambda: pytest.fail("heard")})
    port = int((folder / BELL).read_text().split()[0])
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)
        bell.answer()
        with contextlib.suppress(ConnectionError):
            assert caller.recv(10) == b""
    assert (folder / BELL).stat().st_mode & 0o777 == 0o600
    bell.close()


def test_a_caller_who_says_nothing_holds_the_window_up_for_a_moment_only(door):
    bell = Bell(door, {})
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(door / BELL))
        begin = time.monotonic()
        bell.answer()
    assert time.monotonic() - begin < 5
    bell.close()
