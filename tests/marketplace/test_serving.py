"""The command and the process: ready when it listens, ends well, says in plain words what is wrong."""

from __future__ import annotations

import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.marketplace.devices import Writer
from tests.marketplace.sizes import size
from tests.support.marketplace import ROOT, running_marketplace

if TYPE_CHECKING:
    from pathlib import Path


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "marketplace.sandbox", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)


def start(*words: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*words), cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'market.db'}"


def test_it_tells_its_address_and_token_when_it_really_listens(database: str, tmp_path: Path) -> None:
    ready_file = tmp_path / "ready"
    with start("serve", "--database", database, "--practice", "--ready-file", str(ready_file)) as process:
        assert process.stdout is not None
        ready, token = process.stdout.readline().split(), process.stdout.readline().split()
        headers = {"Authorization": f"Bearer {token[1]}"}
        answer = httpx2.get(f"{ready[1]}/v1/snapshot", headers=headers, trust_env=False)
        told = ready_file.read_text(encoding="utf-8")
        process.terminate()
        assert process.wait(20) == 0
        assert process.communicate()[1] == ""
    assert (ready[0], token[0], answer.status_code) == ("ready", "token", 200)
    assert told == f"ready {ready[1]}\ntoken {token[1]}\n"
    assert stat.S_IMODE(ready_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT", "end of input"])
def test_it_ends_well(database: str, way: str, workers: str) -> None:
    with start("serve", "--database", database, "--until-stdin-closes", "--workers", workers) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().startswith("ready ")
        if way == "end of input":
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, way))
        assert process.wait(20) == 0


def test_without_being_asked_it_does_not_care_about_its_input(database: str) -> None:
    with start("serve", "--database", database) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdin.close()
        url = process.stdout.readline().split()[1]
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            assert httpx2.get(f"{url}/v1/meta", trust_env=False).status_code == 200
        process.terminate()
        process.wait(20)


def test_it_listens_on_this_computer_alone(database: str) -> None:
    with start("serve", "--database", database) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in addresses - {"127.0.0.1"}:
            if not address.startswith("127."):
                with pytest.raises(OSError, match="refused"):
                    socket.create_connection((address, port), timeout=2)
        process.terminate()
        process.wait(20)


def test_it_starts_again_on_the_same_port_with_the_same_data(database_url: str | None) -> None:
    with running_marketplace(database_url) as market:
        url, calls = market.url, market.calls()
        for _ in range(2):
            assert market.stop() == 0
            with pytest.raises(httpx2.ConnectError):
                market.calls()
            market.start()
        assert (market.url, market.calls()) == (url, calls)


def test_a_power_cut_loses_nothing_that_was_answered() -> None:
    with running_marketplace() as market:
        device = Writer(market)
        accepted = device.accept(market.event("invite")).json()["call_request"]
        market.kill()
        market.start()
        assert accepted in market.calls()
        device.http.close()


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of a command that cannot do what it was asked for."""
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_port_in_use_is_said(database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} on 127.0.0.1 cannot be used" in said(run("serve", "--database", database, "--port", port))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "is no database address"),
        ("mysql://localhost/x", "mysql is not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:////nowhere/at/all/market.db", "cannot be used"),
        ("postgresql+psycopg://someone:secret@127.0.0.1:1/x", "cannot be used"),
        ("postgresql://someone@127.0.0.1:1/x", "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_said(url: str, words: str) -> None:
    for name in ("serve", "seed", "token", "restored"):
        sentence = said(run(name, "--database", url))
        assert words in sentence
        assert "secret" not in sentence


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 500, encoding="utf-8")
    assert "cannot be used" in said(run("token", "--database", f"sqlite:///{tmp_path / 'notes.txt'}"))


@pytest.mark.parametrize("version", ["1", "99"])
def test_a_database_of_another_version_is_not_touched(database: str, version: str) -> None:
    run("token", "--database", database)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (version,))
    connection.close()
    assert f"is of version {version}" in said(run("serve", "--database", database))


def test_practice_of_an_older_version_is_put_aside_and_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "market.db"
    run("token", "--database", f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    connection.close()
    with running_marketplace(f"sqlite:///{file}", options=["--begin-anew"]) as market:
        assert market.calls()
    assert (tmp_path / "market.db.version-1").exists()


def test_a_token_makes_the_account_and_each_is_another(database: str) -> None:
    first, second = (run("token", "--database", database, "--account", "a").stdout.strip() for _ in range(2))
    assert first != second
    assert len(first) >= 40


def test_many_requests_are_made_fast() -> None:
    count = size(20_000, 100_000)
    with running_marketplace() as market:
        began = time.monotonic()
        market.seed(count)
        took = time.monotonic() - began
        assert market.state()["seq"] == count + 9
        assert took < 45
