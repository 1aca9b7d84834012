"""The program with its window: the order in which things start and stop.

The list comes first, from the store as it lies there; the worker, and with it everything heavy, starts after that.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop import crash
from desktop.account import AccountHere, Following
from desktop.cannot_start import CannotStart
from desktop.local_zone import zone_of_window
from desktop.paths import Profile
from desktop.single_instance import Bell, Claim, claim_or_call
from desktop.wiring import Core, open_core
from desktop.worker import Worker
from sync.desk import Desk
from sync.domain.changes import Changed, Kind
from sync.domain.problems import Problem, StoreProblem, Trouble
from sync.settings import Settings
from ui.formats import formats_of
from ui.main_window import MainWindow
from ui.news import News
from ui.style import apply
from ui.window_place import keep_place
from ui.wording import Wording

if TYPE_CHECKING:
    from sync.ports import Keychain
    from sync.round import RoundReport
    from sync.runner import Runner


def run(settings: Settings, profile: Profile, claim: Claim) -> int:
    """Show the window until the writer closes it; returns the exit status. The profile is ``claim``'s until then.

    When the writer signs in to another account, or out, that account's window follows in the same process: its sign-in
    may be in this process's memory alone.
    """
    os.umask(0o077)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Foreword")
    application.setDesktopFileName("foreword")
    apply(application, settings.theme)
    keychain: Keychain | None = None
    while True:
        status, following = show_account(application, settings, profile, claim, keychain)
        if following is None:
            return status
        profile, keychain = following
        try:
            mine = claim_or_call(profile)
        except CannotStart as trouble:
            from ui.start_trouble import StartTrouble  # noqa: PLC0415 - seldom wanted

            StartTrouble(trouble.title, trouble.text, str(trouble.where), trouble.way_on).exec()
            return trouble.status
        if mine is None:
            return 0
        claim = mine


def show_account(
    application: QApplication, settings: Settings, profile: Profile, claim: Claim, keychain: Keychain | None
) -> tuple[int, Following | None]:
    """Show an account's window until it is closed or followed by another account's; return the exit status and that."""
    core = open_core(profile, keychain=keychain)
    news = News()
    core.desk.listen(news.changed.emit)
    crash.catch_the_rest(profile.log, lambda: news.trouble.emit(StoreProblem(Trouble.OWN_ERROR, str(profile.log))))

    def make_runner(started: Callable[[], None], finished: Callable[[RoundReport | Problem], None]) -> Runner:
        from desktop import engine  # noqa: PLC0415 - in the worker thread, after the first paint

        return engine.make_runner(core, profile, started, finished)

    chosen: list[Following] = []

    def follow(following: Following) -> None:
        chosen.append(following)
        application.exit()

    worker = Worker(make_runner, news, hurry=lambda: wait_no_longer(core.desk))
    wording = Wording(formats_of(QLocale.system(), settings.clock), core.clock.now, zone_of_window)
    account = None if profile.practice else AccountHere(core, profile, follow)
    place = profile.window_place
    window = MainWindow(core.desk, news, worker, wording, practice=profile.practice, place=place, account=account)
    window.settled.connect(end_at_an_interrupt)
    window.settled.connect(collect_garbage_again)
    window.settled.connect(worker.start)
    window.settled.connect(lambda: core.ends.callback(answer_other_starts(profile, window, core.desk, worker)))
    window.settled.connect(lambda: watch_outside(application, core, news, worker, window))
    window.show()
    status = application.exec()
    put_away(window, chosen)
    if account is not None:
        account.stop()
    worker.stop()
    core.ends.close()
    claim.release()
    return status, chosen[-1] if chosen else None


def put_away(window: QWidget, chosen: list[Following]) -> None:
    """End a window whose account is followed by another one; that one's window opens in its place."""
    for following in chosen:
        keep_place(window, following.profile.window_place)
    window.hide()
    window.deleteLater()


def answer_other_starts(profile: Profile, window: QWidget, desk: Desk, worker: Worker) -> Callable[[], None]:
    """Come to the front when Foreword is started again, sync when the terminal asks; returns what ends that."""
    from PySide6.QtCore import QSocketNotifier  # noqa: PLC0415 - after the first paint

    def show() -> None:
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def sync() -> None:
        desk.announce(Changed.of(*Kind))  # the terminal may have queued something
        worker.wake()

    try:
        bell = Bell(profile.folder, {"show": show, "sync": sync})
    except OSError:
        return lambda: None  # a profile that can only be read: other starts say that it is open
    notifier = QSocketNotifier(bell.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(bell.answer)
    return bell.close


def wait_no_longer(desk: Desk) -> None:
    """Let everything that waits for a later try go at the next round. Raises StoreProblem."""
    status = desk.status()
    if status.waiting or status.attention:
        desk.send_waiting()


def watch_outside(application: QApplication, core: Core, news: News, worker: Worker, window: QWidget) -> None:
    """Hear of what the window cannot see."""
    from desktop import outside  # noqa: PLC0415 - after the first paint

    outside.watch(application, core, news, worker, window)


def end_at_an_interrupt() -> None:
    """Let Ctrl+C in the terminal end the program, which Qt's loop would keep from Python."""
    import signal  # noqa: PLC0415 - a millisecond that the first paint does without

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def collect_garbage_again() -> None:
    """End the pause of the start; what has been made so far stays for good and is not looked through again."""
    gc.freeze()
    gc.enable()
