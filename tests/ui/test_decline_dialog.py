"""Declining with a message by keys and clicks, over a real desk: nothing typed is lost, nothing is sent by accident."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sync.domain.calls import CallRequest, CallStatus
from sync.domain.intents import MESSAGE_CHARS, Accept, Decline, OutboxState
from tests.support.desks import START, customer, invitation
from tests.support.scenes import Scene
from tests.support.screens import dress, shoot
from ui.decline_dialog import DeclineDialog
from ui.drafts import Draft

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WARM, SHORT, LATER, OWN = range(4)


class DeclineScene(Scene):
    """The declining message over a real desk; ``drafts`` outlives each dialog, as in the program."""

    def __init__(self, qtbot: QtBot, path: Path, *calls: CallRequest) -> None:
        self.drafts: dict[str, Draft] = {}
        super().__init__(qtbot, path, calls or (invitation(),), self.make)

    def make(self, scene: Scene) -> DeclineDialog:
        return DeclineDialog(scene.around, "cr_1", self.drafts)

    def open_again(self) -> None:
        self.show(self.make)

    @property
    def text(self) -> str:
        return self.find("declineMessage").toPlainText()  # type: ignore[no-any-return]

    @property
    def said(self) -> str:
        voice = self.find("declineVoice")
        return voice.words() if voice.isVisible() else ""

    def write(self, text: str) -> None:
        self.find("declineMessage").setPlainText(text)

    def manner(self, index: int) -> None:
        segments = self.find("declineManner")
        self.qtbot.mouseClick(segments, Qt.MouseButton.LeftButton, pos=segments.tabRect(index).center())


Make = Callable[..., DeclineScene]


@pytest.fixture
def scene(qtbot: QtBot, tmp_path: Path) -> Make:
    return lambda *calls: DeclineScene(qtbot, tmp_path, *calls)


def test_it_begins_with_a_warm_draft_that_can_be_sent_as_it_stands(scene: Make) -> None:
    assert scene().text == (
        "Hello Dana,\n\nThank you for the invitation. I would like to talk about “Spring hiking series, 4 blog posts”, "
        "but I cannot make any of the three times.\n\nIf you have other times, please send a new invitation. "
        "I look forward to it."
    )


@pytest.mark.parametrize(("count", "words"), [(1, "the time that you offer"), (2, "either of the two times")])
def test_a_draft_counts_the_times_that_are_offered(scene: Make, count: int, words: str) -> None:
    starts = [slot.starts_at for slot in invitation().slots[:count]]
    assert words in scene(invitation(starts=starts)).text


def test_switching_drafts_keeps_what_was_typed_in_each(scene: Make) -> None:
    one = scene()
    one.write("warm and mine")
    one.manner(OWN)
    assert one.text == ""
    one.write("my own")
    one.manner(SHORT)
    one.manner(WARM)
    assert one.text == "warm and mine"
    one.manner(OWN)
    assert one.text == "my own"


def test_the_arrows_switch_drafts(scene: Make) -> None:
    one = scene()
    one.find("declineManner").setFocus()
    one.key(Qt.Key.Key_Right)
    assert one.text.startswith("Hello Dana, I cannot make")


def test_what_was_typed_survives_escape(scene: Make) -> None:
    one = scene()
    one.manner(LATER)
    one.write("Not now.")
    one.key(Qt.Key.Key_Escape)
    assert not one.window.isVisible()
    one.open_again()
    assert one.text == "Not now."
    assert one.find("declineManner").currentIndex() == LATER
    assert one.desk.outbox() == ()


def test_declining_queues_the_message_and_wakes_the_worker(scene: Make) -> None:
    one = scene(invitation(version=7))
    one.write("  Sorry & thanks <b>  \n")
    one.press("declineSend")
    assert one.waiting() == [Decline("cr_1", "Sorry & thanks <b>", 7)]
    assert one.stage.woken == 1


def test_mod_enter_sends_and_enter_is_a_line_break(scene: Make) -> None:
    one = scene()
    one.find("declineMessage").setFocus()
    before = one.text
    one.key(Qt.Key.Key_Return)
    assert one.text == before + "\n"
    assert one.desk.outbox() == ()
    one.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(one.waiting()) == 1


def test_tab_leaves_the_message(scene: Make) -> None:
    one = scene()
    one.find("declineMessage").setFocus()
    one.key(Qt.Key.Key_Tab)
    assert not one.find("declineMessage").hasFocus()


def test_an_empty_message_cannot_be_sent(scene: Make) -> None:
    one = scene()
    one.write(" \n ")
    assert not one.find("declineSend").isEnabled()
    one.window.send()
    assert one.desk.outbox() == ()


def test_the_count_appears_near_the_limit_and_a_longer_message_cannot_be_sent(scene: Make) -> None:
    one = scene()
    assert one.find("declineCount").text() == ""
    one.write("x" * (MESSAGE_CHARS - 12))
    assert one.find("declineCount").text() == "3,988 of 4,000"
    assert one.find("declineSend").isEnabled()
    one.write("x" * (MESSAGE_CHARS + 1))
    assert not one.find("declineSend").isEnabled()


def test_private_details_are_warned_about_and_can_be_sent_all_the_same(scene: Make) -> None:
    one = scene()
    assert (
        one.find("declineLint").text()
        == "Nothing here looks like a phone number, an e-mail or postal address, a link or payment data."
    )
    one.write("Call me: 415 555 0142")
    assert "looks like a phone number" in one.find("declineLint").text()
    assert one.find("declineSend").isEnabled()


def test_it_says_that_times_cannot_be_proposed_formally(scene: Make) -> None:
    assert scene().find("declineInfo").text() == (
        "Times cannot be proposed formally. Dana answers with a new invitation; it will appear here as a follow-up."
    )


def test_without_a_network_it_waits_and_can_be_taken_back_with_its_text(scene: Make) -> None:
    one = scene()
    one.go_offline()
    one.write("Sorry.")
    one.press("declineSend")
    assert one.said == (
        "Will be declined when you are online. Dana gets your message then. You can still change your message."
    )
    one.press("declineVoiceTakeBack")
    assert one.desk.outbox() == ()
    assert one.text == "Sorry."
    assert not one.find("declineMessage").isReadOnly()


def test_a_confirmed_decline_says_so_and_forgets_the_draft(scene: Make) -> None:
    one = scene()
    one.write("Sorry.")
    one.press("declineSend")
    one.under.confirm("key-1", dataclasses.replace(one.call(), version=9, status=CallStatus.DECLINED))
    assert one.said == "Declined. Dana has your message."
    assert one.drafts == {}
    one.press("declineSend")
    assert not one.window.isVisible()


def test_a_refusal_says_why_and_the_text_can_be_changed_and_sent_again(scene: Make) -> None:
    one = scene()
    one.write("See words.com")
    one.press("declineSend")
    one.under.refuse("key-1", "validation", "No links, please.")
    assert "Could not decline." in one.said
    assert "“No links, please.”" in one.said
    one.write("Sorry.")
    one.press("declineSend")
    assert [entry.item.state for entry in one.desk.outbox()] == [OutboxState.QUEUED]


def test_a_message_that_waits_or_was_refused_is_there_after_a_restart(scene: Make) -> None:
    one = scene()
    one.write("Every word of it.")
    one.press("declineSend")
    one.drafts.clear()
    one.open_again()
    assert one.text == "Every word of it."
    one.under.refuse("key-1", "validation", "")
    one.drafts.clear()
    one.open_again()
    assert one.text == "Every word of it."


def test_back_to_times_keeps_the_text_and_leads_there(scene: Make) -> None:
    one = scene()
    one.write("Half a sent")
    with one.qtbot.waitSignal(one.window.view_times) as asked:
        one.press("declineBack")
    assert asked.args == ["cr_1"]
    one.open_again()
    assert one.text == "Half a sent"


def test_a_call_that_was_accepted_elsewhere_is_said_and_the_text_stays(scene: Make) -> None:
    one = scene()
    one.write("Sorry.")
    one.under.receive(dataclasses.replace(one.call(), version=3, status=CallStatus.WITHDRAWN))
    assert one.said.startswith("Dana has taken the invitation back.")
    assert one.text == "Sorry."


def test_a_move_that_is_not_allowed_is_said_and_the_text_stays(scene: Make) -> None:
    one = scene()
    one.write("Sorry.")
    one.news.blockSignals(True)
    accepted = one.desk.submit(Accept("cr_1", "sl_1", START, 1))
    one.under.outbox.mark_inflight([accepted.key], "epoch", one.under.clock.now())
    one.press("declineSend")
    assert [type(entry.item.intent) for entry in one.desk.outbox()] == [Accept]
    assert one.text == "Sorry."


def test_a_store_that_cannot_be_written_is_said_and_the_text_stays(scene: Make) -> None:
    one = scene()
    one.write("Sorry.")
    one.no_more_writing()
    one.press("declineSend")
    assert one.said.startswith("Foreword may not write its file.")
    assert one.text == "Sorry."


def test_no_button_moves_while_the_message_goes_its_way(scene: Make) -> None:
    one = scene()
    before = one.places("declineBack", "declineSend")
    one.press("declineSend")
    assert one.places("declineBack", "declineSend") == before
    one.under.refuse("key-1", "validation", "A reason of some length, so that the box has something to say. " * 2)
    QApplication.processEvents()
    assert one.places("declineBack", "declineSend") == before


@pytest.mark.parametrize(("base", "width", "theme"), [(14, 680, "light"), (14, 450, "dark"), (28, 450, "light")])
def test_nothing_is_cut_at_any_width(qapp: QApplication, scene: Make, base: int, width: int, theme: str) -> None:
    dress(qapp, theme, base=base)  # type: ignore[arg-type]
    one = scene(invitation(customer=customer("A Company With A Name That Goes On And On", "Dana", "R")))
    one.window.resize(width, 760)
    QApplication.processEvents()
    shoot(one.window, f"decline-{theme}-{base}-{width}")
    page = one.find("declineDialogScroll")
    assert page.widget().width() <= page.viewport().width()
    for name in ("declineBack", "declineSend"):
        button = one.find(name)
        assert button.mapTo(one.window, button.rect().bottomRight()).x() <= one.window.width()
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_every_widget_that_can_be_reached_has_a_name_to_say(scene: Make) -> None:
    one = scene()
    for widget in one.reachable():
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget.objectName()
