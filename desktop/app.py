"""The program with its window: the order in which things start and stop.

The list comes first, from the store as it lies there; the worker, and with it everything heavy, starts after that.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QEvent, QLocale, QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop import crash
from desktop.paths import Profile
from desktop.practice import PracticeMarketplace
from desktop.wiring import Core, connect, open_core
from desktop.worker import Worker
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem, Trouble
from sync.round import RoundReport
from sync.runner import POLL_IN_VIEW, Runner
from sync.settings import Settings
from ui.formats import formats_of, system_zone
from ui.main_window import MainWindow
from ui.news import News
from ui.style import apply
from ui.wording import Wording

Started = Callable[[], None]
Finished = Callable[[RoundReport | StoreProblem], None]

PRACTICE_POLL = timedelta(seconds=5)
"""Practice customers are on this computer and answer fast; nobody is bothered by the asking."""


def run(settings: Settings, profile: Profile) -> int:
    """Show the window until the writer closes it; returns the exit status."""
    os.umask(0o077)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Foreword")
    application.setDesktopFileName("foreword")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    apply(application, settings.theme)
    core = open_core(profile)
    news = News()
    core.desk.listen(news.changed.emit)
    practice = PracticeMarketplace(profile.marketplace_database) if profile.practice else None
    worker = Worker(lambda started, finished: make_runner(core, profile, practice, started, finished), news)
    wording = Wording(formats_of(QLocale.system(), settings.clock), core.clock.now, system_zone)
    window = MainWindow(core.desk, news, worker, wording, practice=profile.practice)
    log = crash.open_log(profile.folder)
    crash.catch_the_rest(lambda: news.trouble.emit(StoreProblem(Trouble.OWN_ERROR, str(log))))
    window.show()
    painted = AfterFirstPaint(window, worker.start)
    status = application.exec()
    del painted
    worker.stop()
    if practice is not None:
        practice.stop()
    core.ends.close()
    return status


def make_runner(
    core: Core, profile: Profile, practice: PracticeMarketplace | None, started: Started, finished: Finished
) -> Runner:
    """Make the store ready, start practice if that is what runs, and connect; in the worker's thread.

    Raises Problem when that cannot be done.
    """
    core.database.prepare()
    core.desk.announce(Changed.of(*Kind))
    made = connect(core, profile, practice)

    def begin() -> None:
        if practice is not None:
            practice.ensure_running()
        started()

    poll = PRACTICE_POLL if practice is not None else POLL_IN_VIEW
    return Runner(made, core.clock, poll=poll, started=begin, finished=finished)


class AfterFirstPaint(QObject):
    """Calls ``begin`` once, after the window has been painted for the first time."""

    def __init__(self, window: QObject, begin: Callable[[], None]) -> None:
        super().__init__(window)
        self._begin = begin
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the paint."""
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._begin)
        return super().eventFilter(watched, event)
