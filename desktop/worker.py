"""The one worker thread: synchronises, runs errands, and turns the core's plain hooks into the window's signals."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from sync.domain.problems import Problem, Trouble
from ui.news import News

if TYPE_CHECKING:  # the window is there before anything that synchronises
    from sync.round import RoundReport
    from sync.runner import Runner

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that the end of the program waits for a request on its way; it is safe to end without it."""


class Worker(QObject):
    """Runs what ``make_runner`` makes, in a thread of its own, and tells the window by ``news`` how that goes.

    ``make_runner`` is called in that thread with the two hooks of the runner; it may take its time. ``hurry`` is called
    in that thread when the writer wants no more waiting.
    """

    _outcome = Signal(object)

    def __init__(
        self,
        make_runner: Callable[[Callable[[], None], Callable[[RoundReport | Problem], None]], Runner],
        news: News,
        hurry: Callable[[], object] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_runner = make_runner
        self._news = news
        self._hurry = hurry
        self._runner: Runner | None = None
        self._salvaged: Problem | None = None
        """Happens once and is over by the next round; it stays in sight until the program ends."""
        self._waiting: list[Callable[[Runner], None]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._outcome.connect(_call, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the current step, waiting for it a little."""
        self._tell(lambda runner: runner.stop())
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def wake(self) -> None:
        """Sync now, after ``hurry`` has ended our own waits."""
        self.errand(self._hurry, lambda _done: None, lambda _problem: None)  # the round says the problem
        self._tell(lambda runner: runner.wake())

    def set_in_view(self, in_view: bool) -> None:  # noqa: FBT001 - the state that is set
        """Tell whether the writer looks: the pace follows that."""
        self._tell(lambda runner: runner.set_in_view(in_view))

    def errand(self, job: Callable[[], T], done: Callable[[T], None], failed: Callable[[Problem], None]) -> None:
        """Run a job in the worker thread; the outcome is delivered in the window's."""

        def run() -> None:
            try:
                result = job()
            except Problem as problem:
                self._deliver(failed, problem)
            else:
                self._deliver(done, result)

        self._tell(lambda runner: runner.errand(run))

    def _deliver(self, receiver: Callable[[T], None], value: T) -> None:
        self._outcome.emit(lambda: receiver(value))

    def _tell(self, message: Callable[[Runner], None]) -> None:
        """Pass a message to the runner, at once or as soon as it is there."""
        with self._lock:
            if self._runner is None:
                self._waiting.append(message)
                return
        message(self._runner)

    def _run(self) -> None:
        try:
            runner = self._make_runner(self._on_started, self._on_finished)
        except Problem as problem:
            self._news.trouble.emit(problem)
            return
        with self._lock:
            self._runner = runner
            waiting, self._waiting = self._waiting, []
        for message in waiting:
            message(runner)
        runner.run()

    def _on_started(self) -> None:
        self._news.syncing.emit(True)  # noqa: FBT003 - a signal has no keywords

    def _on_finished(self, outcome: RoundReport | Problem) -> None:
        self._news.syncing.emit(False)  # noqa: FBT003
        problem = outcome if isinstance(outcome, Problem) else outcome.problem
        ours = isinstance(outcome, Problem) or (problem is not None and problem.code == Trouble.OWN_ERROR)
        if ours and problem is not None and problem.code == Trouble.SALVAGED:
            self._salvaged = problem
        self._news.trouble.emit(problem if ours else self._salvaged)


def _call(deliver: Callable[[], None]) -> None:
    deliver()
