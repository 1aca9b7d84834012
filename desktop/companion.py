"""A process of our own beside this one, spoken to in lines over two pipes; it ends when this process does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

PATIENCE: Final = 5.0
"""Seconds that ``stop`` gives it to end by itself; ours are made so that being killed loses nothing."""


def _clean_environment() -> dict[str, str]:
    """Return the environment without what bends Python: with ``-P`` no folder of the moment brings code in.

    Not ``-I``, which also hides what ``pip install --user`` installed; where that lies is told on.
    """
    return {name: value for name, value in os.environ.items() if name[:6] != "PYTHON" or name == "PYTHONUSERBASE"}


_FLAGS: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""On Windows: no console, and the window goes first. Elsewhere a process lowers its own priority."""


class Companion:
    """Runs ``python -m module``; started anew after it has died, stopped from any thread."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[str] | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, arguments: Sequence[str] = ()) -> None:
        """Start it, after putting away what is left of the one before."""
        self.stop()
        # A computer without room for one more process is like a process that ended at once: the next round tries again.
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments of our own
                [sys.executable, "-P", "-m", self._module, *arguments],
                env=_clean_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                creationflags=_FLAGS,
            )

    def say(self, line: str) -> None:
        """Write a line to it; one that has died says so by its silence."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()

    def hear(self) -> str:
        """Wait for its next line, without the line's end; "" when it has ended, were it in the middle of a line."""
        if self._process is None or self._process.stdout is None:
            return ""
        line = self._process.stdout.readline()
        return line.rstrip("\n") if line.endswith("\n") else ""

    def stop(self) -> None:
        """End it: closing the pipe is the sign, killing the last resort."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
