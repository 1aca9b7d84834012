"""The road between the two answering dialogs: there and back, with one of them open at a time and no text lost."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QPlainTextEdit, QPushButton

from sync.domain.intents import Decline
from tests.support.desks import invitation
from tests.support.scenes import Scene
from ui.answer_dialog import AnswerDialog
from ui.answering import Answering
from ui.decline_dialog import DeclineDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class RoadScene(Scene):
    """A main window from which the dialogs are opened."""

    def __init__(self, qtbot: QtBot, path: Path) -> None:
        super().__init__(qtbot, path, (invitation(), invitation("cr_2")), lambda _: QMainWindow())
        self.answering = Answering(self.desk, self.news, self.stage, self.wording, self.window)

    def open_dialogs(self) -> list[QDialog]:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return [dialog for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]

    def only(self, kind: type[QDialog]) -> QDialog:
        found = self.open_dialogs()
        assert [type(dialog) for dialog in found] == [kind]
        return found[0]

    def press_in(self, kind: type[QDialog], name: str) -> None:
        button = self.only(kind).findChild(QPushButton, name)
        assert button is not None
        self.press(button)


@pytest.fixture
def road(qtbot: QtBot, tmp_path: Path) -> RoadScene:
    return RoadScene(qtbot, tmp_path)


def field(dialog: QDialog) -> QPlainTextEdit:
    found = dialog.findChild(QPlainTextEdit, "declineMessage")
    assert found is not None
    return found


def test_none_of_these_work_leads_to_the_message_and_back_to_times_leads_back(road: RoadScene) -> None:
    road.answering.view_times("cr_1")
    road.press_in(AnswerDialog, "answerNone")
    road.press_in(DeclineDialog, "declineBack")
    road.only(AnswerDialog)


def test_what_was_typed_is_there_after_going_to_the_times_and_back(road: RoadScene) -> None:
    road.answering.decline("cr_1")
    field(road.only(DeclineDialog)).setPlainText("Half a sent")
    road.press_in(DeclineDialog, "declineBack")
    road.press_in(AnswerDialog, "answerNone")
    assert field(road.only(DeclineDialog)).toPlainText() == "Half a sent"


def test_each_call_keeps_a_text_of_its_own(road: RoadScene) -> None:
    road.answering.decline("cr_1")
    field(road.only(DeclineDialog)).setPlainText("For the first")
    road.answering.decline("cr_2")
    assert "Hello Dana" in field(road.only(DeclineDialog)).toPlainText()


def test_a_second_dialog_takes_the_place_of_the_first(road: RoadScene) -> None:
    road.answering.view_times("cr_1")
    road.answering.view_times("cr_2")
    road.only(AnswerDialog)


def test_a_dialog_can_be_opened_again_after_it_was_closed_and_is_gone(road: RoadScene) -> None:
    for _ in range(3):
        road.answering.view_times("cr_1")
        road.only(AnswerDialog).reject()
        assert road.open_dialogs() == []
        gc.collect()
    assert road.window.findChildren(QDialog) == []


def test_a_sent_message_leaves_by_the_same_road(road: RoadScene) -> None:
    road.answering.decline("cr_1")
    field(road.only(DeclineDialog)).setPlainText("Sorry.")
    road.press_in(DeclineDialog, "declineSend")
    assert road.waiting() == [Decline("cr_1", "Sorry.", 1)]
