"""Starts the practice marketplace in a process of its own and tells where it listens.

It ends with this program, also when that is killed: it watches the pipe that it reads from.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sync.domain.problems import Offline, Trouble


@dataclass(frozen=True, slots=True)
class Address:
    """Where the practice marketplace listens, and the token of the practice account."""

    origin: str
    token: str


class PracticeMarketplace:
    """The process behind practice mode; its data lie in the file ``database``."""

    def __init__(self, database: Path, arguments: Sequence[str] = ()) -> None:
        self._database = database
        self._arguments = tuple(arguments)
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def ensure_running(self) -> Address | None:
        """Start it if it does not run; returns its address after a start, None if it ran already.

        A start after the first one uses the same port. Raises Offline when it does not come up.
        """
        if self._process is not None and self._process.poll() is None:
            return None
        self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments of our own
            [sys.executable, "-I", "-m", "marketplace.sandbox", *self._command()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self._read_address(self._process)

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _command(self) -> list[str]:
        address = f"sqlite:///{self._database}"
        serve = ["serve", "--practice", "--until-stdin-closes", "--database", address, "--port", str(self._port)]
        return [*serve, *self._arguments]

    def _read_address(self, process: subprocess.Popen[str]) -> Address:
        origin = _value(process.stdout, "ready")
        token = _value(process.stdout, "token")
        if not origin or not token:
            raise Offline(Trouble.UNREACHABLE, "the practice marketplace did not start")
        self._port = int(origin.rpartition(":")[2])
        return Address(origin, token)


def _value(output: IO[str] | None, name: str) -> str:
    """Read the line ``name value``; an ended process gives an empty one."""
    line = output.readline() if output else ""
    found, _, value = line.strip().partition(" ")
    return value if found == name else ""
