"""An answer that waits and never left this computer can be replaced by another; what will be sent is said plainly."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from sync.domain.calls import SlotState
from sync.domain.intents import Accept, Decline
from sync.domain.problems import Offline
from tests.support.desks import START, invitation
from tests.support.scenes import Scene
from tests.support.screens import dress, shoot
from ui.answer_dialog import AnswerDialog
from ui.decline_dialog import DeclineDialog
from ui.drafts import Draft

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ACCEPT = Accept("cr_1", "sl_1", START, 1)
DECLINE = Decline("cr_1", "I cannot make any of these.", 1)


class InsteadScene(Scene):
    """A dialog over a request to which an answer waits for the network."""

    def __init__(self, qtbot: QtBot, path: Path, first: Accept | Decline, *, declines: bool) -> None:
        self.drafts: dict[str, Draft] = {}

        def make(scene: Scene) -> AnswerDialog | DeclineDialog:
            scene.under.ledgers.record_round(Offline("unreachable"), None, scene.under.clock.now())
            scene.desk.submit(first)
            return DeclineDialog(scene.around, "cr_1", self.drafts) if declines else AnswerDialog(scene.around, "cr_1")

        super().__init__(qtbot, path, (invitation(),), make)

    @property
    def said(self) -> str:
        return str(self.window.voice.words())

    def choose(self, number: int) -> None:
        self.find(f"offeredTime{number}Radio").click()

    def leave(self) -> None:
        """Let the answer that waits be sent while the dialog is open, without a word."""
        self.news.blockSignals(True)
        key = self.desk.outbox()[0].item.key
        self.under.outbox.mark_inflight([key], "epoch", self.under.clock.now())


Make = Callable[..., InsteadScene]


@pytest.fixture
def times(qtbot: QtBot, tmp_path: Path) -> Make:
    return lambda first=ACCEPT: InsteadScene(qtbot, tmp_path, first, declines=False)


@pytest.fixture
def message(qtbot: QtBot, tmp_path: Path) -> Make:
    return lambda first=ACCEPT: InsteadScene(qtbot, tmp_path, first, declines=True)


def test_a_waiting_acceptance_begins_chosen_and_says_that_it_can_be_changed(times: Make) -> None:
    one = times()
    assert one.said == (
        "Will be accepted when you are online. The time is not yours until then. It has not been sent yet, so you can "
        "still choose otherwise."
    )
    assert one.find("answerAccept").text() == "Take this time instead"
    assert not one.find("answerAccept").isEnabled()


def test_choosing_another_time_says_that_only_that_one_is_sent(times: Make) -> None:
    one = times()
    one.choose(2)
    assert one.said == (
        "Instead you accept Tuesday 24 November, 2:00 in the afternoon, Pacific Time (UTC-08:00). Only this is sent. "
        "Tue 24 Nov, 1:00 PM, which you accepted before, has not left this computer and is not sent any more."
    )


def test_taking_another_time_instead_leaves_one_answer(times: Make) -> None:
    one = times()
    one.choose(2)
    one.press("answerAccept")
    assert [intent.slot_id for intent in one.waiting() if isinstance(intent, Accept)] == ["sl_2"]
    assert one.said.startswith("Will be accepted when you are online.")
    assert not one.find("answerAccept").isEnabled()


def test_a_time_at_night_is_asked_about_here_too(qtbot: QtBot, tmp_path: Path) -> None:
    one = InsteadScene(qtbot, tmp_path, ACCEPT, declines=False)
    one.under.receive(invitation(starts=[START, START + timedelta(hours=14)], version=2))
    one.choose(2)
    one.press("answerAccept")
    assert "This is at night for you." in one.said
    assert [intent.slot_id for intent in one.waiting() if isinstance(intent, Accept)] == ["sl_1"]


def test_none_of_these_work_leads_from_an_unsent_acceptance_to_the_message(times: Make) -> None:
    one = times()
    with one.qtbot.waitSignal(one.window.decline):
        one.press("answerNone")


def test_an_unsent_message_can_be_replaced_by_a_time(times: Make) -> None:
    one = times(DECLINE)
    one.choose(1)
    assert "Your declining message has not left this computer and is not sent any more." in one.said
    one.press("answerAccept")
    assert one.waiting() == [ACCEPT]


def test_an_answer_that_left_meanwhile_stands_and_the_other_is_said_not_to_be_taken(times: Make) -> None:
    one = times()
    one.choose(2)
    one.leave()
    one.press("answerAccept")
    assert "Your new answer was not taken. Your earlier answer is on its way." in one.said
    assert not one.find("answerNone").isVisible()


def test_a_full_disk_leaves_the_earlier_answer_and_says_so(times: Make) -> None:
    one = times()
    one.choose(2)
    one.no_more_writing()
    one.press("answerAccept")
    assert "Your new answer was not taken. Foreword may not write its file." in one.said
    assert one.waiting() == [ACCEPT]


def test_another_time_that_goes_away_is_chosen_no_more(times: Make) -> None:
    one = times()
    one.choose(2)
    slots = invitation().slots
    gone = slots[1]._replace(state=SlotState.WITHDRAWN)
    one.under.receive(dataclasses.replace(invitation(version=3), slots=(slots[0], gone, slots[2])))
    assert one.said.startswith("Will be accepted when you are online.")
    assert not one.find("answerAccept").isEnabled()


def test_declining_instead_says_that_the_acceptance_is_not_sent(message: Make) -> None:
    one = message()
    assert one.said == (
        "You accepted Tue 24 Nov, 1:00 PM, and that has not been sent yet. If you decline now, only this message is "
        "sent, and the acceptance is not sent any more."
    )
    assert one.find("declineSend").text() == "Decline instead"
    one.press("declineSend")
    assert [type(intent) for intent in one.waiting()] == [Decline]


def test_a_waiting_message_can_be_changed_without_ever_being_nothing(message: Make) -> None:
    one = message(DECLINE)
    assert one.said.endswith("You can still change your message.")
    assert not one.find("declineSend").isEnabled()
    one.find("declineMessage").setPlainText("Better words.")
    assert one.said == ("Your message waits in its earlier words. If you replace it, only the words above are sent.")
    one.press("declineSend")
    assert [intent.message for intent in one.waiting() if isinstance(intent, Decline)] == ["Better words."]


@pytest.mark.parametrize(("base", "width", "theme"), [(14, 900, "light"), (14, 450, "dark"), (28, 900, "light")])
def test_nothing_is_cut_while_another_answer_is_chosen(
    qapp: QApplication, times: Make, base: int, width: int, theme: str
) -> None:
    dress(qapp, theme, base=base)  # type: ignore[arg-type]
    one = times()
    one.choose(2)
    one.window.resize(width, 700)
    for _ in range(4):
        QApplication.processEvents()
    shoot(one.window, f"instead-{theme}-{base}-{width}", scale=1)
    button = one.find("answerAccept")
    assert button.geometry().right() <= one.find("answerFoot").width()
    assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
