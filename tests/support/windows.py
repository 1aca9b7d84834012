"""A main window on a real desk, with a backstage that only counts how often it was woken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from sync.domain.calls import CallRequest
from tests.support.desks import NOW, TestDesk, desk_with
from ui.main_window import MainWindow
from ui.news import News
from ui.widgets.plain_label import PlainLabel
from ui.wording import Wording, plain_formats

CALIFORNIA = ZoneInfo("America/Los_Angeles")


@dataclass
class QuietBackstage:
    """A worker that is asked and does nothing: rounds are played by the test."""

    woken: int = 0

    def wake(self) -> None:
        self.woken += 1

    def errand(self, *_job: object) -> None:
        raise AssertionError("no window sends errands yet")


@dataclass
class TestWindow:
    """A window with the parts behind it."""

    __test__ = False

    window: MainWindow
    made: TestDesk
    news: News
    backstage: QuietBackstage


def wording_of(made: TestDesk) -> Wording:
    """Words of California, by the desk's clock."""
    return Wording(plain_formats(), made.clock.now, lambda: CALIFORNIA)


def window_with(
    path: Path, calls: Iterable[CallRequest] = (), *, practice: bool = False, place: Path | None = None
) -> TestWindow:
    """Make a main window (not shown yet) on a new database in the folder ``path``."""
    made = desk_with(path / "foreword.sqlite3", calls, NOW)
    news, backstage = News(), QuietBackstage()
    window = MainWindow(made.desk, news, backstage, wording_of(made), practice=practice, place=place)
    made.desk.listen(news.changed.emit)
    return TestWindow(window, made, news, backstage)


def part(window: QWidget, name: str) -> QWidget:
    """Find a part of a window by its objectName."""
    found = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def words_of(window: QWidget, name: str) -> PlainLabel:
    """Find a label."""
    label = part(window, name)
    assert isinstance(label, PlainLabel)
    return label


def words(window: QWidget, name: str) -> str:
    """Read a label."""
    return words_of(window, name).text()


def line_opens(made: TestWindow) -> None:
    """Go to 12:56 PM, four minutes before the call with Harbour & Pine."""
    made.made.clock.advance(timedelta(hours=2, minutes=10))
    made.window.model.refresh()
