"""From the start of the process to the settled first list with 5,000 stored requests, against a bare PySide6 window.

    .venv/bin/python -m bench.start [--runs 11] [--requests 5000]

Each run starts both programs anew, in turn, and stamps the same clock in parent and child. "Settled" is the last moment
at which the picture of the list changed; when the details beside it were filled is told as well. The worker, which
starts after that, runs as it always does, against an address where nobody answers. Memory is the proportional set size
(Linux) at the moment of the list.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bench import report
from bench.accounts import filled
from bench.start_child import now
from desktop.paths import Profile


def measure(arguments: list[str]) -> list[float]:
    """Seconds and megabytes of one start: of the list and, for the program, of the details."""
    environment = dict(os.environ, BENCH_T0=str(now()))
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-m", "bench.start_child", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    return [figure for seconds, memory in lines for figure in (float(seconds), int(memory) / 1024)]


def forget_rounds(profile: Profile) -> None:
    """Let each start find the same data: the one before has noted that nobody answers."""
    with closing(sqlite3.connect(profile.database)) as connection, connection:
        connection.execute("DELETE FROM sync_state")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--requests", type=int, default=5000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        profile = filled(Path(home), chosen.requests)
        programs = {"bare": ["bare"], "foreword": ["foreword", home]}
        figures: dict[str, list[list[float]]] = {name: [] for name in programs}
        for number in range(chosen.runs + 1):
            for name, arguments in programs.items():
                forget_rounds(profile)
                figure = measure(arguments)
                if number:
                    figures[name].append(figure)
    bare_time, bare_memory = (statistics.median(part) for part in zip(*figures["bare"], strict=True))
    seconds, memory, filled_at, _ = (statistics.median(part) for part in zip(*figures["foreword"], strict=True))
    print(f"bare window   {bare_time * 1e3:5.0f} ms  {bare_memory:5.1f} MB")
    print(f"first list    {seconds * 1e3:5.0f} ms  {memory:5.1f} MB")
    print(f"and details   {filled_at * 1e3:5.0f} ms")
    report.ratio("settled first list against a bare window", seconds / bare_time, limit=1.6)
    if bare_memory:
        report.ratio("memory against a bare window", memory / bare_memory, limit=1.4)


if __name__ == "__main__":
    main()
