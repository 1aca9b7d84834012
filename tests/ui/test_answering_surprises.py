"""What the answering dialogs say when something happened behind them: a time moved, a refusal, a disk that is full."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QWidget

from sync.domain.calls import SlotState
from sync.domain.intents import Accept, Decline, OutboxState
from sync.domain.problems import Busy, StoreProblem
from tests.support.desks import NOW, START, invitation
from tests.support.scenes import Scene
from tests.support.screens import shoot
from ui.answer_dialog import AnswerDialog
from ui.decline_dialog import DeclineDialog
from ui.style import colour, tokens

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Open = Callable[[Callable[[Scene], QWidget]], Scene]
HOUR = timedelta(hours=1)


def view_times(scene: Scene) -> QWidget:
    return AnswerDialog(scene.around, "cr_1")


def decline(scene: Scene) -> QWidget:
    return DeclineDialog(scene.around, "cr_1", {})


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> Open:
    return lambda make: Scene(qtbot, tmp_path, (invitation(),), make)


def said(one: Scene) -> str:
    return one.find(f"{one.window.name}Voice").words()  # type: ignore[no-any-return]


def ground(one: Scene) -> str:
    """The colour of the box in which the dialog speaks."""
    box = one.find(f"{one.window.name}Voice")
    return box.grab().toImage().pixelColor(box.width() // 2, 4).name()  # type: ignore[no-any-return]


def move_first_slot(one: Scene, to: datetime, version: int = 2) -> None:
    """Have the customer put the time that was offered first at another hour, under the same id."""
    moved = invitation().slots[0]._replace(starts_at=to, ends_at=to + HOUR / 2)
    one.under.receive(dataclasses.replace(one.call(), version=version, slots=(moved, *invitation().slots[1:])))


def test_a_chosen_time_that_is_moved_is_chosen_no_more_and_the_writer_reads_where_it_went(dialog: Open) -> None:
    one = dialog(view_times)
    move_first_slot(one, START + 5 * HOUR)
    assert said(one) == (
        "The time that you chose was moved. Dana has moved this time, from Tue 24 Nov, 1:00 PM to Tue 24 Nov, 6:00 PM. "
        "Nothing is chosen now: choose the new time if it suits you."
    )
    assert not one.find("answerAccept").isEnabled()
    one.window.send()
    assert one.desk.outbox() == ()


def test_the_new_hour_of_a_moved_time_can_be_chosen_and_is_what_is_accepted(dialog: Open) -> None:
    one = dialog(view_times)
    move_first_slot(one, START + 5 * HOUR)
    one.press("offeredTime3")
    one.press("answerAccept")
    assert one.waiting() == [Accept("cr_1", "sl_1", START + 5 * HOUR, 2)]


def test_the_second_look_at_a_night_time_is_asked_for_again_when_that_time_moves(dialog: Open) -> None:
    one = dialog(view_times)
    move_first_slot(one, START + 9 * HOUR)
    one.press("offeredTime3")
    one.press("answerAccept")
    assert "at night" in one.find("answerAccept").text()
    move_first_slot(one, START + 10 * HOUR, version=3)
    assert one.find("answerAccept").text() == "Accept"
    assert not one.find("answerAccept").isEnabled()


def test_a_time_that_moved_while_its_acceptance_waited_comes_back_unchosen(dialog: Open) -> None:
    one = dialog(view_times)
    one.go_offline()
    one.press("answerAccept")
    move_first_slot(one, START + 5 * HOUR)
    one.press("answerVoiceTakeBack")
    assert said(one).startswith("The time that you chose was moved.")


def test_a_refusal_of_a_moved_time_says_where_it_went_and_not_that_it_is_gone(dialog: Open) -> None:
    one = dialog(view_times)
    one.press("answerAccept")
    move_first_slot(one, START + 5 * HOUR)
    one.under.refuse("key-1", "slot-gone", "Dana has moved this time.", one.call())
    assert said(one).startswith(
        "Could not accept Tue 24 Nov, 1:00 PM. Dana has moved this time, from Tue 24 Nov, 1:00 PM to Tue 24 Nov, "
        "6:00 PM. 3 other times are still open, first Tue 24 Nov, 2:00 PM."
    )


def test_a_refusal_has_the_sign_and_the_colour_of_one_until_another_time_is_chosen(dialog: Open) -> None:
    one = dialog(view_times)
    calm = ground(one)
    one.press("answerAccept")
    one.under.refuse("key-1", "slot-gone", "Gone.", dataclasses.replace(one.call(), version=5))
    assert ground(one) == colour(tokens().bad_tint).name()
    assert one.find("answerVoiceIcon").isVisible()
    shoot(one.window, "view-times-refused")
    one.press("offeredTime2")
    assert ground(one) == calm
    assert not one.find("answerVoiceIcon").isVisible()


def test_a_time_has_the_ring_of_the_keyboard_only_while_the_keyboard_is_on_it(dialog: Open) -> None:
    one = dialog(view_times)
    row, radio = one.find("offeredTime1"), one.find("offeredTime1Radio")

    def has_ring() -> bool:
        edge = row.grab().toImage().pixelColor(2, row.height() // 2).name()
        return edge == colour(tokens().mark).name()  # type: ignore[no-any-return]

    one.find("answerCancel").setFocus()
    radio.setFocus(Qt.FocusReason.TabFocusReason)
    assert has_ring()
    one.find("answerCancel").setFocus()
    # A window in the background loses the keyboard without a word.
    QApplication.sendEvent(radio, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert not has_ring()


def test_a_refused_message_has_the_sign_and_the_colour_of_a_refusal(dialog: Open) -> None:
    one = dialog(decline)
    one.press("declineSend")
    one.under.refuse("key-1", "validation", "No links, please.")
    assert ground(one) == colour(tokens().bad_tint).name()
    assert one.find("declineVoiceIcon").isVisible()
    shoot(one.window, "decline-refused")


@pytest.mark.parametrize(("make", "button"), [(view_times, "answerAccept"), (decline, "declineSend")])
def test_when_only_the_old_refusal_cannot_be_put_away_the_new_answer_is_said_to_be_on_its_way(
    dialog: Open, monkeypatch: pytest.MonkeyPatch, make: Callable[[Scene], QWidget], button: str
) -> None:
    one = dialog(make)
    one.press(button)
    gone = one.call().slots[0]._replace(state=SlotState.TAKEN)
    one.under.refuse(
        "key-1", "slot-taken", "", dataclasses.replace(one.call(), version=5, slots=(gone, *one.call().slots[1:]))
    )

    def fail(_key: str) -> bool:
        raise StoreProblem("disk-full", "")

    monkeypatch.setattr(one.desk, "dismiss", fail)
    if make is view_times:
        one.press("offeredTime2")
    one.press(button)
    assert len(one.waiting()) == 1
    assert one.stage.woken == 2
    assert said(one).startswith("Sending…")
    assert "still stands in the outbox. This computer's disk is full." in said(one)
    assert "nothing was changed" not in said(one)


@pytest.mark.parametrize(("make", "button"), [(view_times, "answerAccept"), (decline, "declineSend")])
def test_an_answer_that_was_sent_without_a_verdict_is_not_said_to_be_unsent(
    dialog: Open, make: Callable[[Scene], QWidget], button: str
) -> None:
    one = dialog(make)
    one.press(button)
    one.under.outbox.mark_inflight(["key-1"], "epoch", NOW)
    one.under.outbox.postpone("key-1", NOW + HOUR, Busy("timeout"), NOW)
    one.go_offline()
    assert [entry.item.state for entry in one.desk.outbox()] == [OutboxState.QUEUED]
    assert said(one).startswith("Not confirmed yet. It was sent, and the marketplace has not confirmed it yet.")


def test_better_times_that_the_writer_names_stand_in_the_message_with_their_zone(dialog: Open) -> None:
    one = dialog(decline)
    assert one.window.focusWidget() is one.find("declineTimes")
    one.qtbot.keyClicks(one.find("declineTimes"), "weekdays before noon.")
    line = "These times would suit me better, in Pacific Time: weekdays before noon."
    assert one.find("declineMessage").toPlainText().endswith(f"\n\n{line}")
    one.press("declineSend")
    [sent] = one.waiting()
    assert isinstance(sent, Decline)
    assert sent.message.count("would suit me better") == 1


def test_better_times_stand_in_every_draft_and_go_when_the_field_is_emptied(dialog: Open) -> None:
    one = dialog(decline)
    before = one.find("declineMessage").toPlainText()
    one.qtbot.keyClicks(one.find("declineTimes"), "Fridays")
    one.find("declineManner").setCurrentIndex(3)
    own = "These times would suit me better, in Pacific Time: Fridays."
    assert one.find("declineMessage").toPlainText() == own
    one.find("declineTimes").selectAll()
    one.qtbot.keyClick(one.find("declineTimes"), "\b")
    assert one.find("declineMessage").toPlainText() == ""
    one.find("declineManner").setCurrentIndex(0)
    assert one.find("declineMessage").toPlainText() == before


def test_a_line_of_times_that_the_writer_has_changed_by_hand_stays_theirs(dialog: Open) -> None:
    one = dialog(decline)
    one.qtbot.keyClicks(one.find("declineTimes"), "Fridays")
    one.find("declineMessage").setPlainText("Fridays it is, Dana.")
    one.qtbot.keyClicks(one.find("declineTimes"), "!")
    assert one.find("declineMessage").toPlainText() == "Fridays it is, Dana."
