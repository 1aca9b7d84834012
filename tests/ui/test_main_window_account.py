"""Where the window leads to signing in: the empty page, the strip, and the button in its head."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from sync.domain.changes import Changed, Kind
from sync.domain.problems import Paused
from tests.support.states import requests
from tests.support.windows import TestWindow, part, window_with, wording_of, words
from ui.account import Who
from ui.main_window import MainWindow
from ui.sign_in_dialog import SignInDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class NobodyYet:
    """An account that is only looked at."""

    who = Who("marketplace.example", "Robin", "system")


@pytest.fixture
def made(qtbot: QtBot, tmp_path: Path):
    def open_window(calls=(), trouble="token-expired", account=None) -> TestWindow:
        made = window_with(tmp_path, calls)
        made.window.deleteLater()
        made.window = MainWindow(
            made.made.desk, made.news, made.backstage, wording_of(made.made), practice=False, account=account
        )
        qtbot.addWidget(made.window)
        now = made.made.clock.now()
        made.made.ledgers.record_round(None, None, now - timedelta(minutes=2))
        if trouble:
            made.made.ledgers.record_round(Paused(trouble), None, now)
        with qtbot.waitExposed(made.window):
            made.window.show()
        qtbot.waitUntil(lambda: made.window.page.detail is not None)
        made.made.desk.announce(Changed.of(Kind.STATUS))
        return made

    return open_window


def dialog_of(made: TestWindow) -> SignInDialog:
    return next(one for one in made.window.findChildren(SignInDialog) if one.isVisible())


def press(qtbot: QtBot, made: TestWindow, name: str) -> None:
    qtbot.mouseClick(part(made.window, name), Qt.MouseButton.LeftButton)


def test_an_empty_window_of_nobody_leads_to_signing_in(qtbot, made) -> None:
    one = made(account=NobodyYet())
    assert words(one.window, "emptyTitle") == "Sign in again"
    press(qtbot, one, "emptyButton")
    assert dialog_of(one).windowTitle() == "Account"


def test_the_strip_leads_to_signing_in_again(qtbot, made) -> None:
    one = made(requests(), account=NobodyYet())
    assert words(one.window, "stripWords") == "Sign in again."
    press(qtbot, one, "stripLink")
    assert words(dialog_of(one), "signInTitle") == "Sign in again as Robin at marketplace.example"


def test_the_head_leads_to_who_is_signed_in(qtbot, made) -> None:
    one = made(requests(), trouble="", account=NobodyYet())
    press(qtbot, one, "account")
    assert words(dialog_of(one), "signInTitle") == "Signed in as Robin"


def test_in_practice_nobody_signs_in(made) -> None:
    one = made(requests(), trouble="")
    assert one.window.findChild(type(one.window.header.sync), "account") is None
    one.window.sign_in()
    assert one.window.findChildren(SignInDialog) == []
