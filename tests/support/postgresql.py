"""A PostgreSQL server of the tests' own, in a temporary folder, from the binaries that Debian installs."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

NewDatabase = Callable[[], str]
_USER = "foreword"


@pytest.fixture(scope="session")
def new_postgresql_database() -> Iterator[NewDatabase]:
    """Give a function that makes an empty database and returns its SQLAlchemy URL."""
    if sys.platform != "linux":
        pytest.skip("The tests know how to start PostgreSQL on Linux only.")
    with running_postgresql() as new_database:
        yield new_database


@contextmanager
def running_postgresql() -> Iterator[NewDatabase]:
    """Run a server until the block ends; RuntimeError when PostgreSQL is not installed."""
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="foreword-pg-"))
    data = folder / "data"
    user = _who_may_run_it(folder)
    port = _free_port()
    try:
        _run([binaries / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"], user)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _run([binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"], user)
        try:
            yield _maker_of_databases(port)
        finally:
            _run([binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: these tests need initdb under /usr/lib/postgresql/*/bin.")
    return found[-1].parent


def _who_may_run_it(folder: Path) -> str | None:
    """Give the folder to ``postgres`` when root runs the tests: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "postgres")
    return "postgres"


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        stdout=subprocess.DEVNULL,  # the server inherits it: a pipe would never end
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}; its words are in the server's log.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _maker_of_databases(port: int) -> NewDatabase:
    numbers = itertools.count(1)

    def new_database() -> str:
        name = f"market{next(numbers)}"
        address = f"host=127.0.0.1 port={port} user={_USER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{port}/{name}"

    return new_database
