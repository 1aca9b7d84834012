"""What the writer feels: the window's event loop while a sync of 5,000 changes runs, and scrolling a long list.

    .venv/bin/python -m bench.window [--changes 5000] [--long 100000]

Lateness: a precise timer is to fire every 10 ms and scrolls and paints the list each time, first with nothing else
running, then while the worker stores 5,000 changes that come over HTTP, in turn, several times. How much later than
due it fires is what a click would have to wait. The same is told for a timer that paints nothing. For comparison: the
idle window beside a process that has nothing to do with it and keeps a processor busy at the courier's low priority,
which is what this computer does to any program; and the longest wait when the list takes in what a round has brought.
Scrolling: the time of one painted frame with 1,000 and with 100,000 rows in the unfolded list.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtWidgets import QApplication

from bench import report
from bench.accounts import filled
from desktop.app import collect_garbage_again
from desktop.courier import Courier
from desktop.local_zone import zone_of_window
from desktop.paths import Profile
from desktop.practice import Address
from desktop.wiring import Core, open_core
from desktop.worker import Worker
from sync.domain.problems import Problem
from sync.round import RoundReport
from sync.runner import Runner
from sync.store.ledgers import Ledgers
from tests.support.marketplace import RunningMarketplace, running_marketplace
from ui.formats import formats_of
from ui.main_window import MainWindow
from ui.news import News
from ui.style import apply
from ui.wording import Wording

BEAT = 0.010
"""Seconds between two beats."""


@contextmanager
def window_over(core: Core, worker: Worker, news: News) -> Iterator[MainWindow]:
    """The main window with Earlier unfolded."""
    wording = Wording(formats_of(QLocale("en_US")), core.clock.now, zone_of_window)
    window = MainWindow(core.desk, news, worker, wording, practice=True)
    window.show()
    QApplication.processEvents()
    window.model.set_unfolded(True)
    settle(window)
    yield window
    window.close()
    window.deleteLater()


def settle(window: MainWindow) -> None:
    """Let the list lay all its rows out, which it does in batches between other events, and a moment more."""
    view, model = window.page.list, window.model
    while not view.visualRect(model.index(model.rowCount() - 1)).isValid():
        QApplication.processEvents()
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        QApplication.processEvents()


class Beats:
    """Fires every 10 ms and notes how much too late; ``painting`` scrolls and repaints the list at every beat."""

    def __init__(self, window: MainWindow, *, painting: bool) -> None:
        self.late: list[float] = []
        self._window, self._painting = window, painting
        self._due = 0.0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._beat)

    def during(self, condition: Callable[[], bool]) -> list[float]:
        """Collect until the condition no longer holds; milliseconds."""
        self.late = []
        self._due = time.perf_counter() + BEAT
        self._timer.start(int(BEAT * 1000))
        while condition():
            QApplication.processEvents()
            time.sleep(0.0002)
        self._timer.stop()
        return self.late

    def _beat(self) -> None:
        self.late.append((time.perf_counter() - self._due) * 1000)
        if self._painting:
            bar = self._window.page.list.verticalScrollBar()
            bar.setValue((bar.value() + 37) % max(bar.maximum(), 1))
            self._window.page.list.viewport().repaint()
        self._due = time.perf_counter() + BEAT
        self._timer.start(int(BEAT * 1000))


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def lateness(folder: Path, changes: int, rounds: int) -> None:
    """Compare the window idle with the window during a sync."""
    with ExitStack() as ends:
        market = ends.enter_context(running_marketplace(requests=changes, clock="system"))
        profile = filled(folder, 0, market.url)
        core = open_core(profile)
        ends.push(core.ends)
        news = News()
        core.desk.listen(news.changed.emit)
        finished = threading.Event()

        def runner(started: Callable[[], None], ended: Callable[[RoundReport | Problem], None]) -> Runner:
            return make_runner(core, profile, market, started, lambda outcome: (ended(outcome), finished.set()))

        worker = Worker(runner, news)
        worker.start()
        ends.callback(worker.stop)
        with window_over(core, worker, news) as window:
            sync(worker, finished)
            settle(window)
            collect_garbage_again()
            for painting in (True, False):
                compare(window, core, worker, finished, rounds, painting=painting)


def make_runner(
    core: Core,
    profile: Profile,
    market: RunningMarketplace,
    started: Callable[[], None],
    finished: Callable[[RoundReport | Problem], object],
) -> Runner:
    courier = Courier(profile, lambda: Address(market.url, market.token), core.clock, core.desk.announce, core.keychain)
    core.ends.callback(courier.stop)
    return Runner(courier, core.clock, poked=lambda: True, started=started, finished=finished)


def compare(
    window: MainWindow, core: Core, worker: Worker, finished: threading.Event, rounds: int, *, painting: bool
) -> None:
    """Measure idle, beside another and syncing in turn; before each sync the copy is told to take everything anew."""
    beats = Beats(window, painting=painting)
    idle: list[float] = []
    beside: list[float] = []
    busy: list[float] = []
    ends: list[float] = []
    took = []
    ledgers = Ledgers(core.database)
    for _ in range(rounds):
        ledgers.begin_epoch(core.queries.sync_state().epoch or "", core.clock.now(), returning=True)
        idle += beats.during(for_seconds(3))
        with busy_process():
            beside += beats.during(for_seconds(3))
        finished.clear()
        began = time.perf_counter()
        worker.wake()
        busy += beats.during(lambda: not finished.is_set())
        took.append(time.perf_counter() - began)
        ends.append(max(beats.during(for_seconds(0.5))))
        settle(window)
    kind = "painting" if painting else "timer alone"
    for name, values in (("idle", idle), ("beside another process", beside), ("syncing", busy)):
        figures = ", ".join(f"p{int(part * 100)} {percentile(values, part):.1f}" for part in (0.5, 0.9, 0.99))
        print(f"{kind}, {name}: {figures}, most {max(values):.1f} ms late ({len(values)} beats)")
    print(f"{len(core.queries.all_ids()):,} changes were synced in {statistics.median(took):.1f} s beside that")
    print(f"longest wait when the list took in a round: {statistics.median(ends):.1f} ms")
    alone, other, ours = (percentile(values, 0.99) for values in (idle, beside, busy))
    print(f"the computer's own part, beside another process against idle: {other / alone:.2f}")
    report.ratio(f"lateness at p99, {kind}, syncing against idle", ours / alone, limit=1.5)


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Return a condition that holds so long from now."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


@contextmanager
def busy_process() -> Iterator[None]:
    """Keep a processor busy by a process of the courier's priority that shares nothing with the window."""
    code = "import os\nif hasattr(os, 'nice'): os.nice(10)\nprint(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()


def sync(worker: Worker, finished: threading.Event) -> None:
    """Run one round and wait for it."""
    worker.wake()
    while not finished.is_set():
        QApplication.processEvents()


def scrolling(folder: Path, short: int, long: int) -> None:
    """Compare the frame time of a short and of a long list, frame by frame in turn."""
    with ExitStack() as ends:
        windows = []
        for rows in (short, long):
            core = open_core(filled(folder / str(rows), rows))
            ends.push(core.ends)
            news = News()
            began = time.perf_counter()
            window = ends.enter_context(window_over(core, Worker(lambda *_: None, news), news))  # type: ignore[arg-type, return-value]
            print(f"window over {rows:,} rows, unfolded: {time.perf_counter() - began:.2f} s")
            windows.append(window)
        frames: list[list[float]] = [[], []]
        gc.collect()
        for _ in range(600):
            for side, window in enumerate(windows):
                bar = window.page.list.verticalScrollBar()
                began = time.perf_counter()
                bar.setValue((bar.value() + 61) % bar.maximum())
                window.page.list.viewport().repaint()
                frames[side].append((time.perf_counter() - began) * 1000)
        for rows, values in zip((short, long), frames, strict=True):
            print(f"{rows:,} rows: frame {statistics.median(values):.2f} ms, p99 {percentile(values, 0.99):.2f} ms")
        few, many = (statistics.median(values) for values in frames)
        report.ratio(f"frame time, {long:,} rows against {short:,}", many / few, 1.5)
        report.ratio("the same at p99", percentile(frames[1], 0.99) / percentile(frames[0], 0.99), 1.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--short", type=int, default=1000)
    parser.add_argument("--long", type=int, default=100_000)
    parser.add_argument("--only", choices=("lateness", "scrolling"))
    chosen = parser.parse_args()
    application = QApplication(sys.argv[:1])
    apply(application, "light")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        if chosen.only != "lateness":
            scrolling(Path(name), chosen.short, chosen.long)
        if chosen.only != "scrolling":
            lateness(Path(name) / "late", chosen.changes, chosen.rounds)


if __name__ == "__main__":
    main()
