"""A start that fails says what is wrong, where, and what can be done: in a window after a click, else in a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from desktop.cannot_start import broken_settings, set_aside
from tests.support.windows import part, words
from ui.start_trouble import StartTrouble

PRESS = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from desktop import __main__ as command

import_qt = command._import_qt
pressed = sys.argv.pop(1)
seen = []

def look():
    window = QApplication.activeModalWidget() or QApplication.activeWindow()
    if window is None or window in seen:
        return
    seen.append(window)
    print(window.objectName(), *(label.text() for label in window.findChildren(PlainLabel)), sep="|", flush=True)
    if window.objectName() == "startTrouble":
        window.findChild(QPushButton, pressed).click()
    else:
        window.close()
        QApplication.exit()

def watch():
    import_qt()
    global PlainLabel
    from ui.widgets.plain_label import PlainLabel
    from ui import style
    apply = style.apply
    def look_often(application, theme):
        apply(application, theme)
        timer = QTimer(application, interval=20)
        timer.timeout.connect(look)
        timer.start()
    style.apply = look_often

command._import_qt = watch
sys.exit(command.main())
"""
"""Somebody who starts the program by a click, reads what comes, and presses one button."""


def click(home, pressed="startTroubleQuit"):
    command = [sys.executable, "-c", PRESS, pressed, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)


def type_in_a_terminal(home):
    """Start it where standard error is a terminal; returns the exit status and what stands there."""
    import pty

    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "desktop", "--home", str(home)]
    status = subprocess.run(command, stderr=theirs, check=False, timeout=50).returncode
    os.close(theirs)
    said = os.read(mine, 10_000).decode()
    os.close(mine)
    return status, said


def test_settings_that_cannot_be_used_open_a_window_that_says_so(tmp_path):
    (tmp_path / "settings.toml").write_text("theme purple")
    done = click(tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith("startTrouble|")
    assert "line 1" in done.stdout
    assert str(tmp_path / "settings.toml") in done.stdout.replace("\u200b", "")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "settings.toml").read_text() == "theme purple"


def test_with_standard_settings_the_window_opens_and_the_file_is_kept(tmp_path):
    (tmp_path / "settings.toml").write_text("theme purple")
    os.utime(tmp_path / "settings.toml", (1_795_435_200, 1_795_435_200))  # noon UTC, 23 November 2026
    done = click(tmp_path, "startTroubleOffer")
    assert done.returncode == 0, done.stderr
    assert [line.split("|")[0] for line in done.stdout.splitlines()] == ["startTrouble", "mainWindow"]
    kept = [path for path in tmp_path.iterdir() if path.is_file()]
    assert [path.name for path in kept] == ["settings.toml.broken-2026-11-23"]
    assert kept[0].read_text() == "theme purple"


def test_an_address_in_the_settings_that_is_not_safe_is_a_matter_of_the_settings(tmp_path):
    (tmp_path / "settings.toml").write_text('marketplace = "http://marketplace.example"')
    done = click(tmp_path)
    assert done.returncode == 2
    assert "not encrypted" in done.stdout


@pytest.mark.parametrize("home", ["/etc/passwd", "/dev/null/home", "/proc/foreword"])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="places that every Linux has")
def test_a_folder_that_cannot_be_used_opens_a_window_that_says_so(home):
    done = click(home)
    assert done.returncode == 1, done.stderr
    assert "Foreword cannot use this folder" in done.stdout
    assert home in done.stdout.replace("\u200b", "")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals are other things there")
def test_in_a_terminal_it_is_one_line_and_an_exit_status(tmp_path):
    (tmp_path / "settings.toml").write_text("theme purple")
    status, said = type_in_a_terminal(tmp_path)
    assert status == 2
    assert said.strip().count("\n") == 0
    assert str(tmp_path / "settings.toml") in said
    status, said = type_in_a_terminal("/etc/passwd")
    assert status == 1
    assert said.strip().count("\n") == 0
    assert "/etc/passwd" in said


def test_a_second_broken_file_of_one_day_is_kept_too(tmp_path):
    kept = []
    for text in ("first", "second"):
        (tmp_path / "settings.toml").write_text(text)
        os.utime(tmp_path / "settings.toml", (1_795_435_200, 1_795_435_200))
        kept.append(set_aside(tmp_path / "settings.toml"))
    assert [path.name for path in kept] == [
        "settings.toml.broken-2026-11-23",
        "settings.toml.broken-2026-11-23-2",
    ]
    assert [path.read_text() for path in kept] == ["first", "second"]


@pytest.fixture
def window(qtbot):
    trouble = broken_settings(Path("/home/ann/<b>settings</b>.toml"), "theme is 7.")
    made = StartTrouble(trouble.title, trouble.text, str(trouble.where), trouble.way_on, offer="Start anyway")
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_the_window_shows_what_is_wrong_and_where_exactly_as_it_is(window):
    assert "theme is 7." in words(window, "startTroubleText")
    assert words(window, "startTroubleWhere").replace("\u200b", "") == "/home/ann/<b>settings</b>.toml"
    spoken = QAccessible.queryAccessibleInterface(window).text(QAccessible.Text.Description)
    assert "theme is 7." in spoken
    assert "/home/ann/<b>settings</b>.toml" in spoken


def test_enter_takes_the_offer_and_escape_quits(window, qtbot):
    part(window, "startTroubleOffer").setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert window.result() == StartTrouble.DialogCode.Accepted
    window.show()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.result() == StartTrouble.DialogCode.Rejected


def test_everything_fits_into_the_window(window):
    for name in ("Title", "Text", "Where", "WayOn"):
        label = part(window, f"startTrouble{name}")
        assert label.height() >= label.heightForWidth(label.width())
        assert window.rect().contains(label.mapTo(window, label.rect().bottomRight()))
