"""A window over a real desk, driven by keys and clicks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from sync.domain.calls import CallRequest
from sync.domain.intents import Accept, Decline, OutboxState
from sync.domain.problems import Offline
from tests.support.desks import desk_with
from ui.call_dialog import Surroundings
from ui.news import News
from ui.wording import Wording, plain_formats

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

PACIFIC = ZoneInfo("America/Los_Angeles")


class Stage:
    """Counts how often the worker was woken."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    def errand(self, *_: object) -> None:
        raise AssertionError("no window under test has errands")


class Scene:
    """A shown and active window over a real desk that has received ``calls``; ``open_window`` makes the window."""

    def __init__(
        self, qtbot: QtBot, path: Path, calls: tuple[CallRequest, ...], open_window: Callable[[Scene], QWidget]
    ) -> None:
        self.qtbot: Any = qtbot
        self.under = desk_with(path / "desk.sqlite3", calls)
        self.desk = self.under.desk
        self.news = News()
        self.desk.listen(self.news.changed.emit)
        self.stage = Stage()
        self.wording = Wording(plain_formats(), self.under.clock.now, lambda: PACIFIC)
        self.around = Surroundings(self.desk, self.news, self.stage, self.wording)
        self.window: Any = None
        self.show(open_window)

    def show(self, open_window: Callable[[Scene], QWidget]) -> None:
        """Open a window in place of the one before."""
        if self.window is not None:
            self.window.close()
        self.window = open_window(self)
        self.qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        with self.qtbot.waitActive(self.window):
            pass

    def find(self, name: str) -> Any:
        """Return the widget of that objectName."""
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def press(self, widget: QWidget | str) -> None:
        """Click a widget, or the one of that name."""
        target = self.find(widget) if isinstance(widget, str) else widget
        self.qtbot.mouseClick(target, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def call(self, call_id: str = "cr_1") -> CallRequest:
        """Return a call as the desk has it."""
        shown = self.desk.call(call_id)
        assert shown is not None
        return shown.call

    def go_offline(self) -> None:
        """Let a round of sync fail for want of a network."""
        self.under.ledgers.record_round(Offline("unreachable"), None, self.under.clock.now())
        self.under.receive()

    def waiting(self) -> list[Accept | Decline]:
        """Return what waits to be sent."""
        return [entry.item.intent for entry in self.desk.outbox() if entry.item.state is OutboxState.QUEUED]

    def no_more_writing(self) -> None:
        """Let the store refuse every write from now on, as a read-only disk does."""
        with self.under.database.write() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")

    def reachable(self) -> list[QWidget]:
        """Return every visible widget that Tab can reach."""
        return [
            widget
            for widget in self.window.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        ]

    def places(self, *names: str) -> list[tuple[int, int]]:
        """Return where buttons stand in the window: their right edge and top."""
        found: list[QPushButton] = [self.find(name) for name in names]
        corners = [button.mapTo(self.window, button.rect().topRight()) for button in found]
        return [(corner.x(), corner.y()) for corner in corners]
