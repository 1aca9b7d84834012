"""Closing the main window: a question only while something still needs it, and the next start where this one was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from sync.domain.intents import Accept, Decline
from tests.support.desks import customer
from tests.support.screens import dress, shoot
from tests.support.states import at, calls_of_the_pictures, kiln
from tests.support.windows import TestWindow, line_opens, part, window_with, words
from ui.main_window import MainWindow
from ui.sync_words import closing_words
from ui.widgets.question import Question

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Open = Callable[..., TestWindow]
TWO_UNSENT = "2 answers are not sent yet. They stay on this computer and are sent when Foreword is open again."


def with_two_unsent(opened: Open) -> MainWindow:
    made = opened([*calls_of_the_pictures(), kiln()])
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.made.desk.submit(Decline("cr_bright", "Sorry.", 1))
    return made.window


def question(window: QWidget) -> Question | None:
    return next((one for one in window.findChildren(Question) if one.isVisible()), None)


def test_a_window_that_nothing_waits_for_closes_without_a_word(opened: Open) -> None:
    window = opened(calls_of_the_pictures()).window
    assert window.close()
    assert not window.isVisible()


def test_with_unsent_answers_closing_asks_and_staying_stays(qtbot: QtBot, opened: Open) -> None:
    window = with_two_unsent(opened)
    assert not window.close()
    assert words(window, "closingWords") == TWO_UNSENT
    asked = question(window)
    assert asked is not None
    assert asked.focusWidget() is part(window, "closingStay")
    qtbot.mouseClick(part(window, "closingStay"), Qt.MouseButton.LeftButton)
    assert window.isVisible()
    assert question(window) is None
    assert not window.close()


def test_with_unsent_answers_the_writer_can_close_all_the_same(qtbot: QtBot, opened: Open) -> None:
    window = with_two_unsent(opened)
    window.close()
    qtbot.mouseClick(part(window, "closingGo"), Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_enter_presses_the_button_that_has_the_keyboard(qtbot: QtBot, opened: Open) -> None:
    window = with_two_unsent(opened)
    window.close()
    part(window, "closingGo").setFocus()
    qtbot.keyClick(part(window, "closingGo"), Qt.Key.Key_Return)
    assert not window.isVisible()


def test_escape_stays(qtbot: QtBot, opened: Open) -> None:
    window = with_two_unsent(opened)
    window.close()
    asked = question(window)
    assert asked is not None
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert window.isVisible()


def test_while_a_line_is_open_closing_asks(opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    assert not made.window.close()
    assert words(made.window, "closingWords").startswith("The line to Owen T. is open.")


@pytest.mark.parametrize(
    ("waiting", "person", "said"),
    [
        (0, "", ""),
        (2, "", TWO_UNSENT),
        (
            1,
            "",
            "1 answer is not sent yet. It stays on this computer and is sent when Foreword is open again.",
        ),
    ],
)
def test_the_question_says_what_stays_here(waiting: int, person: str, said: str) -> None:
    assert closing_words(waiting, person) == said


@pytest.mark.parametrize(("theme", "base", "width"), [("light", 14, 1100), ("dark", 28, 700)])
def test_the_question_is_seen_whole(qapp: QApplication, opened: Open, theme: str, base: int, width: int) -> None:
    dress(qapp, "dark" if theme == "dark" else "light", base=base)
    made = opened([replace(kiln(), customer=customer("Kiln", "Priya", "S"))], width=width)
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.window.close()
    asked = question(made.window)
    assert asked is not None
    QApplication.processEvents()
    shoot(asked, f"closing-{theme}-{base}")
    for name in ("closingGo", "closingStay", "closingWords"):
        widget = part(made.window, name)
        corner = widget.mapTo(asked, widget.rect().bottomRight())
        assert asked.rect().contains(corner), name
    label = part(made.window, "closingWords")
    assert label.height() >= label.heightForWidth(label.width())


def test_the_window_opens_where_it_was_closed(qtbot: QtBot, tmp_path: Path) -> None:
    first = start(qtbot, tmp_path)
    first.setGeometry(40, 60, 640, 560)
    first.close()
    assert start(qtbot, tmp_path).geometry() == QRect(40, 60, 640, 560)


def test_a_window_whose_screen_is_gone_opens_on_one_that_is_there(qtbot: QtBot, tmp_path: Path) -> None:
    first = start(qtbot, tmp_path)
    first.setGeometry(6000, 5000, 640, 560)
    first.close()
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.contains(start(qtbot, tmp_path).geometry())


@pytest.mark.parametrize("content", [b"", b"junk", None])
def test_a_place_that_cannot_be_read_is_no_place(qtbot: QtBot, tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "place").mkdir() if content is None else (tmp_path / "place").write_bytes(content)
    window = start(qtbot, tmp_path)
    assert window.width() == min(1100, QGuiApplication.primaryScreen().availableGeometry().width())
    assert window.close()


def start(qtbot: QtBot, path: Path) -> MainWindow:
    """Open a window on an account's folder as the program does."""
    path.joinpath("a").mkdir(exist_ok=True)
    made = window_with(path / "a", place=path / "place")
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    return made.window
