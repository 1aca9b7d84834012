"""Every window test runs offscreen in English with one font, in the light theme unless it asks for another."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.domain.calls import CallRequest
from sync.domain.problems import Problem
from tests.support.screens import dress
from tests.support.windows import TestWindow, window_with

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    dress(qapp)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Callable[..., TestWindow]:
    """Return a way to open a window that was synced two minutes ago."""

    def open_window(
        calls: Sequence[CallRequest] = (),
        *,
        practice: bool = False,
        width: int = 1100,
        synced: bool = True,
        problem: Problem | None = None,
    ) -> TestWindow:
        made = window_with(tmp_path, calls, practice=practice)
        qtbot.addWidget(made.window)
        if synced:
            made.made.ledgers.record_round(None, None, made.made.clock.now() - timedelta(minutes=2))
        if problem is not None:
            made.made.ledgers.record_round(problem, None, made.made.clock.now())
        made.window.resize(width, 720)
        with qtbot.waitExposed(made.window):
            made.window.show()
        qtbot.waitUntil(lambda: made.window.page.detail is not None)
        return made

    return open_window
