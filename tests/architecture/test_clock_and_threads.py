"""The clock is an argument, threads are the shell's business, and no test waits by sleeping."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.source import PACKAGES, Finding, Source, assert_kept, dotted, words_for

# The two clocks: everything else is handed one.
CLOCKS = {"sync/clock.py", "marketplace/sandbox/clock.py"}

# A file and its call that is after something else than the time -> what it is after.
TIME_EXCEPTIONS = {}

TIME_CALLS = (
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime", "QDateTime.currentDateTime", "QDateTime.currentDateTimeUtc", "QDateTime.currentSecsSinceEpoch",
    "QDateTime.currentMSecsSinceEpoch", "QDate.currentDate", "QTime.currentTime",
)  # fmt: skip

THREAD_MAKERS = {
    "Process", "ProcessPoolExecutor", "QRunnable", "QThread", "QThreadPool", "QtConcurrent", "Thread", "ThreadPool",
    "ThreadPoolExecutor", "Timer", "start_new_thread",
}  # fmt: skip

SLEEPS = ("time.sleep", "asyncio.sleep", "anyio.sleep", "qtbot.wait", "QTest.qWait", "QTest.qSleep", "QThread.sleep")


def clock_readings(source: Source) -> Iterator[Finding]:
    """Find where the time of day is read past the clock."""
    if source.path in CLOCKS:
        return
    for call in source.calls():
        if _is_one_of(dotted(call.func), TIME_CALLS) and (source.path, dotted(call.func)) not in TIME_EXCEPTIONS:
            yield Finding(source.path, call.lineno, f"{dotted(call.func)} reads the time past the clock")
    for name, line in source.imports():
        if name == "time.time":
            yield Finding(source.path, line, "time.time reads the time past the clock")


def threads(source: Source) -> Iterator[Finding]:
    """Find where a thread or a pool could be started."""
    for name, line in source.names():
        if name in THREAD_MAKERS:
            yield Finding(source.path, line, f"{name} starts a thread")


def sleeps(source: Source) -> Iterator[Finding]:
    """Find tests that wait for a time where they should wait for an event."""
    for call in source.calls():
        if _is_one_of(dotted(call.func), SLEEPS):
            yield Finding(source.path, call.lineno, f"{dotted(call.func)} waits for a time, not for an event")
    for name, line in source.imports():
        if name in SLEEPS:
            yield Finding(source.path, line, f"{name} waits for a time, not for an event")


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return any(name == known or name.endswith(f".{known}") for known in names)


def test_the_time_of_day_is_read_by_the_clocks_alone() -> None:
    assert_kept(clock_readings, *PACKAGES)


def test_sync_and_ui_start_no_thread() -> None:
    assert_kept(threads, "sync", "ui", "resources")


def test_no_test_sleeps() -> None:
    assert_kept(sleeps, "tests")


def test_a_reading_of_the_time_is_found() -> None:
    for text in (
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "time.time()",
        "from time import time",
        "QDateTime.currentDateTimeUtc()",
    ):
        assert len(words_for(clock_readings, text)) == 1, text
    assert words_for(clock_readings, "datetime.now(UTC)", "sync/clock.py") == []
    assert words_for(clock_readings, "time.monotonic()\nclock.now()") == []


def test_a_thread_is_found_and_a_lock_is_none() -> None:
    for text in (
        "threading.Thread(target=work).start()",
        "from concurrent.futures import ThreadPoolExecutor",
        "class Worker(QThread): ...",
        "QThreadPool.globalInstance()",
        "_thread.start_new_thread(work, ())",
    ):
        assert len(words_for(threads, text)) == 1, text
    assert words_for(threads, "threading.Lock()\nthreading.Condition()\nthreading.local()\nQTimer()") == []


def test_a_sleep_is_found() -> None:
    for text in ("time.sleep(1)", "from time import sleep", "qtbot.wait(50)", "QtTest.QTest.qWait(50)"):
        assert len(words_for(sleeps, text)) == 1, text
    assert words_for(sleeps, "qtbot.waitUntil(done)\ncondition.wait(1)\nqtbot.waitSignal(s)") == []
