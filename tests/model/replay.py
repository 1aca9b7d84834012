"""Lives through one history again: ``python -m tests.model.replay 17`` or ``... "invite:12 sync:5"``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.model.device import Template
from tests.model.world import Step, live_through, steps_of


def words_of(steps: Sequence[Step]) -> str:
    """Write a history on one line."""
    return " ".join(f"{rule}:{number}" for rule, number in steps)


def read_steps(words: str) -> list[Step]:
    """Read a history from a seed, a seed and a count of steps (``17/60``), or a line of steps."""
    if ":" in words:
        return [(rule, int(number)) for rule, number in (word.split(":") for word in words.split())]
    seed, _, count = words.partition("/")
    return steps_of(int(seed), int(count or 100))


def folder() -> str | None:
    """Return where files are fast, if there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> None:
    """Replay, and say what it came to."""
    with tempfile.TemporaryDirectory(dir=folder()) as name:
        print(live_through(read_steps(" ".join(sys.argv[1:])), Template(Path(name))))


if __name__ == "__main__":
    main()
