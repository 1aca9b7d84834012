"""The last resort keeps what happened where its owner alone can read it."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from desktop import crash


@pytest.fixture
def told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    calls = []
    crash.catch_the_rest(tmp_path / "home" / "foreword.log", lambda: calls.append(1))
    return calls


def raised():
    try:
        raise LookupError("the moon is gone")  # noqa: TRY301 - an exception with a traceback is what is wanted
    except LookupError as error:
        return error


def test_what_nobody_caught_is_in_the_log_and_the_writer_is_told(told, tmp_path):
    error = raised()
    sys.excepthook(type(error), error, error.__traceback__)
    log = tmp_path / "home" / "foreword.log"
    assert "the moon is gone" in log.read_text()
    assert told == [1]
    if os.name != "nt":
        assert log.stat().st_mode & 0o777 == 0o600


def test_a_thread_is_no_hiding_place(told, tmp_path):
    def fail():
        raise raised()

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "the moon is gone" in (tmp_path / "home" / "foreword.log").read_text()


def test_the_log_does_not_grow_for_ever(tmp_path):
    log = tmp_path / "foreword.log"
    log.write_text("x" * (crash.LOG_BYTES + 1))
    crash.write(log, raised())
    assert log.stat().st_size < 10_000
    assert log.with_name("foreword.log.1").stat().st_size > crash.LOG_BYTES
