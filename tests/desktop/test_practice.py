"""The practice marketplace as a process of the program's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import httpx2
import pytest

from desktop.practice import PracticeMarketplace
from sync.domain.problems import Offline, StoreProblem, Trouble


def answers(origin):
    try:
        return httpx2.get(f"{origin}/v1/meta", trust_env=False).json()["practice"]
    except httpx2.HTTPError:
        return False


def test_it_starts_once_and_is_gone_after_stop(tmp_path):
    practice = PracticeMarketplace(tmp_path / "market.db")
    address = practice.ensure_running()
    assert answers(address.origin)
    assert practice.ensure_running() == address
    practice.stop()
    assert not answers(address.origin)


def test_after_it_died_it_comes_back_at_the_same_address_with_a_token_that_still_works(tmp_path):
    practice = PracticeMarketplace(tmp_path / "market.db")
    address = practice.ensure_running()
    practice._companion._process.kill()
    practice._companion._process.wait()
    assert practice.ensure_running().origin == address.origin
    headers = {"Authorization": f"Bearer {address.token}"}
    assert httpx2.get(f"{address.origin}/v1/snapshot", headers=headers, trust_env=False).status_code == 200
    practice.stop()


def test_a_folder_may_bear_any_name(tmp_path):
    asked = "" if os.name == "nt" else " of what?"
    database = tmp_path / f"100%{asked} #1 (ü)" / "market.db"
    practice = PracticeMarketplace(database)
    assert answers(practice.ensure_running().origin)
    practice.stop()
    assert [path.name for path in tmp_path.iterdir()] == [database.parent.name]
    assert database.exists()


def test_a_start_that_fails_is_being_offline(tmp_path):
    practice = PracticeMarketplace(tmp_path / "market.db", ["--no-such-option"])
    with pytest.raises(Offline):
        practice.ensure_running()
    practice.stop()


def test_a_folder_that_cannot_be_made_is_a_problem_of_the_store(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreProblem) as problem:
        PracticeMarketplace(tmp_path / "file" / "practice" / "market.db").ensure_running()
    assert problem.value.code == Trouble.READ_ONLY


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_no_marketplace_is_left_behind_when_the_program_is_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from desktop.practice import PracticeMarketplace;"
        f"p = PracticeMarketplace(Path({str(tmp_path / 'market.db')!r}));"
        "print(p.ensure_running().origin, p._companion._process.pid, flush=True); sys.stdin.read()"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    origin, _ = program.stdout.readline().split()
    assert answers(origin)
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdin.close()
    program.stdout.close()
    deadline = time.monotonic() + 10
    while answers(origin) and time.monotonic() < deadline:
        pass
    assert not answers(origin)
