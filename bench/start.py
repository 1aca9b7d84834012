"""From the start of the process to the settled first list with 5,000 stored requests, against a bare PySide6 window.

    .venv/bin/python -m bench.start [--runs 11] [--requests 5000]

Each run starts both programs anew, in turn, and stamps the same clock in parent and child. "Settled" is the last moment
at which the picture of the list or of the details changed; the worker, which starts after the first paint, runs as it
always does, against an address where nobody answers. Memory is the proportional set size (Linux) at that moment.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import report

QUIET = 1500
"""Milliseconds without a change after which the child ends."""


def now() -> float:
    """Seconds of a clock that parent and child share."""
    return time.clock_gettime(time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.monotonic()


def proportional_set_kb() -> int:
    """The memory of this process, shared pages counted by share; 0 where the system does not tell."""
    try:
        text = Path("/proc/self/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def bare() -> None:
    """The floor: an empty QMainWindow."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class First(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: tell(now(), proportional_set_kb()))
                watched.removeEventFilter(self)
            return False

    application = QApplication([])
    window = QMainWindow()
    window.resize(1100, 720)
    first = First()
    window.installEventFilter(first)
    window.show()
    application.exec()


def foreword(home: str) -> None:
    """The program as it is, watched from inside its event loop."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    class Watch(QObject):
        """Notes every paint of the list and of the details, and afterwards which of them changed the picture."""

        def __init__(self) -> None:
            super().__init__()
            self.pictures: dict[str, bytes] = {}
            self.settled = (0.0, 0)
            self.looking = False
            self.quiet = QTimer(singleShot=True, interval=QUIET)
            self.quiet.timeout.connect(lambda: tell(*self.settled))

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.looking and isinstance(watched, QWidget):
                part = (
                    "list" if watched.parent() and watched.parent().objectName() == "callList" else watched.objectName()
                )
                if part in {"list", "detailBody"}:
                    at = now()
                    QTimer.singleShot(0, lambda: self.look(part, watched, at))
            return False

        def look(self, part: str, widget: QWidget, at: float) -> None:
            self.looking = True
            picture = widget.grab(widget.rect().adjusted(0, 0, 0, -80)).toImage()
            self.looking = False
            data = bytes(picture.constBits())[: picture.bytesPerLine() * 400]
            if self.pictures.get(part) != data:
                self.pictures[part] = data
                self.settled = (at, proportional_set_kb())
                self.quiet.start()

    watches: list[Watch] = []
    original = QApplication.exec

    def watched_exec(*_: object) -> int:
        watches.append(Watch())
        QApplication.instance().installEventFilter(watches[0])
        return original()

    QApplication.exec = watched_exec  # type: ignore[method-assign, assignment]
    from desktop.__main__ import main

    main(["--home", home, "--marketplace", "http://127.0.0.1:9"])


def tell(at: float, memory: int) -> None:
    """Hand the figures to the parent and end at once."""
    print(at - float(os.environ["BENCH_T0"]), memory, flush=True)
    os._exit(0)


def measure(arguments: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of one start."""
    environment = dict(os.environ, BENCH_T0=str(now()))
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-m", "bench.start", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--child", choices=("bare", "foreword"))
    parser.add_argument("--home", default="")
    chosen = parser.parse_args()
    if chosen.child:
        bare() if chosen.child == "bare" else foreword(chosen.home)
        return
    from bench.accounts import filled

    with tempfile.TemporaryDirectory() as home:
        filled(Path(home), chosen.requests)
        programs = {"bare": ["--child", "bare"], "foreword": ["--child", "foreword", "--home", home]}
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for number in range(chosen.runs + 1):
            for name, arguments in programs.items():
                figure = measure(arguments)
                if number:
                    figures[name].append(figure)
    medians = {
        name: [statistics.median(one[part] for one in found) for part in (0, 1)] for name, found in figures.items()
    }
    for name, (seconds, memory) in medians.items():
        print(f"{name:<9} {seconds * 1e3:5.0f} ms  {memory:5.1f} MB")
    report.ratio("settled first list against a bare window", medians["foreword"][0] / medians["bare"][0], limit=1.6)
    if medians["bare"][1]:
        report.ratio("memory against a bare window", medians["foreword"][1] / medians["bare"][1], limit=1.4)


if __name__ == "__main__":
    main()
