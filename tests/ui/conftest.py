"""Every window test runs offscreen in English with one font, in the light theme unless it asks for another."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import pytest

from tests.support.screens import dress

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    dress(qapp)
