"""View Times by keys and clicks, over a real desk: choose, accept, wait, be confirmed or refused, all in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QRadioButton, QWidget

from sync.domain.calls import CallRequest, CallStatus, Line, SlotState
from sync.domain.intents import Accept, OutboxState
from tests.support.desks import START, accepted, customer, invitation
from tests.support.scenes import PACIFIC, Scene
from tests.support.screens import dress, shoot
from ui.answer_dialog import AnswerDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Make = Callable[..., "AnswerScene"]
KEY = Qt.Key


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC)


class AnswerScene(Scene):
    """View Times over a real desk."""

    @property
    def accept(self) -> QPushButton:
        return self.find("answerAccept")  # type: ignore[no-any-return]

    @property
    def said(self) -> str:
        return self.find("answerVoice").words()  # type: ignore[no-any-return]

    def radio(self, number: int) -> QRadioButton:
        return self.find(f"offeredTime{number}Radio")  # type: ignore[no-any-return]

    def confirm(self) -> None:
        entry = self.desk.outbox()[0]
        assert isinstance(entry.item.intent, Accept)
        yes = dataclasses.replace(
            self.call(),
            version=9,
            status=CallStatus.ACCEPTED,
            accepted_slot_id=entry.item.intent.slot_id,
            line=Line("+14155550142", "482913"),
        )
        self.under.confirm(entry.item.key, yes)

    def refuse(self, code: str = "slot-gone", words: str = "This slot is no longer offered.") -> None:
        entry = self.desk.outbox()[0]
        call = self.call()
        slots = tuple(
            slot._replace(state=SlotState.WITHDRAWN) if slot.id == getattr(entry.item.intent, "slot_id", "") else slot
            for slot in call.slots
        )
        self.under.refuse(entry.item.key, code, words, dataclasses.replace(call, version=9, slots=slots))


@pytest.fixture
def scene(qtbot: QtBot, tmp_path: Path) -> Make:
    def make(*calls: CallRequest) -> AnswerScene:
        return AnswerScene(qtbot, tmp_path, calls or (request(),), open_dialog)

    return make


def open_dialog(scene: Scene) -> AnswerDialog:
    return AnswerDialog(scene.around, "cr_1")


def request(**more: object) -> CallRequest:
    values: dict[str, object] = {
        "starts": [at(24, 13), at(25, 5, 30), at(30, 16)],
        "customer": customer(city="London", time_zone="Europe/London"),
    }
    return invitation(**(values | more))  # type: ignore[arg-type]


def test_the_first_free_time_is_chosen_and_read_back(scene: Make) -> None:
    one = scene()
    assert one.radio(1).isChecked()
    assert one.said == (
        "You accept Tuesday 24 November, 1:00 in the afternoon, Pacific Time (UTC-08:00). "
        "The line opens at 12:55 PM. You get the number and the PIN as soon as the marketplace confirms."
    )


def test_the_window_names_who_offers_and_where_they_are(scene: Make) -> None:
    one = scene(request(customer=customer("Tom & Co <b>", "Dana", "R", city="London")))
    assert one.window.windowTitle() == "Times offered by Dana R., Tom & Co <b>"
    assert one.find("answerWith").text() == "With Dana R., Tom & Co <b>, who is in London"


def test_accepting_queues_one_answer_for_the_version_that_was_seen_and_wakes_the_worker(scene: Make) -> None:
    one = scene(request(version=7))
    one.press(one.accept)
    assert one.waiting() == [Accept("cr_1", "sl_1", START, 7)]
    assert one.stage.woken == 1


def test_pressing_accept_twice_queues_one_answer(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    one.press(one.accept)
    assert len(one.desk.outbox()) == 1


def test_the_arrows_choose_and_mod_enter_accepts(scene: Make) -> None:
    one = scene(request(starts=[at(24, 13), at(24, 15)]))
    one.key(KEY.Key_Down)
    assert one.radio(2).isChecked()
    one.key(KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert one.waiting() == [Accept("cr_1", "sl_2", at(24, 15), 1)]


def test_enter_on_a_time_sends_nothing_and_enter_on_a_button_presses_it(scene: Make) -> None:
    one = scene()
    one.key(KEY.Key_Return)
    assert one.desk.outbox() == ()
    one.accept.setFocus()
    one.key(KEY.Key_Return)
    assert len(one.waiting()) == 1


def test_escape_closes_and_sends_nothing(scene: Make) -> None:
    one = scene()
    one.key(KEY.Key_Escape)
    assert not one.window.isVisible()
    assert one.desk.outbox() == ()


def test_a_press_anywhere_on_a_line_chooses_it(scene: Make) -> None:
    one = scene()
    one.press(one.find("offeredTime3"))
    assert one.radio(3).isChecked()
    assert "Monday 30 November, 4:00 in the afternoon" in one.said


def test_a_time_at_night_asks_by_name_and_a_second_press_sends(scene: Make) -> None:
    one = scene()
    one.press(one.radio(2))
    assert one.accept.text() == "Accept"
    one.press(one.accept)
    assert one.accept.text() == "Accept at 5:30 AM, at night"
    assert "This is at night for you." in one.said
    assert one.desk.outbox() == ()
    one.qtbot.waitUntil(lambda: not one.window._ripe.isActive())
    one.press(one.accept)
    assert one.waiting() == [Accept("cr_1", "sl_2", at(25, 5, 30), 1)]


def test_a_double_click_does_not_pass_the_second_look(scene: Make) -> None:
    one = scene()
    one.press(one.radio(2))
    one.press(one.accept)
    one.press(one.accept)
    assert one.desk.outbox() == ()


def test_choosing_another_time_takes_the_second_look_back(scene: Make) -> None:
    one = scene()
    one.press(one.radio(2))
    one.press(one.accept)
    one.press(one.radio(1))
    assert one.accept.text() == "Accept"


def test_a_time_during_another_call_names_the_company_and_asks_again(scene: Make) -> None:
    other = accepted("cr_9", start=at(30, 16), customer=customer("Juniper Lane Travel", "Sofia", "M"))
    one = scene(request(), other)
    one.press(one.radio(3))
    one.press(one.accept)
    assert one.accept.text() == "Accept despite another call"
    assert "You have another call then: Juniper Lane Travel." in one.said


def test_nothing_is_chosen_when_every_time_is_special(scene: Make) -> None:
    one = scene(request(starts=[at(25, 5, 30)]))
    assert not one.radio(1).isChecked()
    assert not one.accept.isEnabled()


def test_a_past_time_cannot_be_chosen(scene: Make) -> None:
    one = scene(request(starts=[at(23, 9), at(24, 13)]))
    assert not one.radio(1).isEnabled()
    one.press(one.find("offeredTime1"))
    assert one.radio(2).isChecked()


def test_no_button_moves_while_the_answer_goes_its_way(scene: Make) -> None:
    one = scene()
    names = ("answerNone", "answerCancel", "answerAccept")
    before = one.places(*names)
    one.press(one.radio(2))
    one.press(one.accept)
    assert one.places(*names) == before
    one.press(one.radio(1))
    one.press(one.accept)
    assert one.places(*names) == before
    one.confirm()
    assert one.places(*names) == before


def test_while_it_is_sent_the_times_cannot_be_changed(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    assert one.said.startswith("Sending…")
    assert not any(one.radio(number).isEnabled() for number in (1, 2, 3))


def test_without_a_network_it_says_that_the_time_is_not_the_writers_until_then(scene: Make) -> None:
    one = scene()
    one.go_offline()
    one.press(one.accept)
    assert one.said.startswith("Will be accepted when you are online. The time is not yours until then.")


def test_taking_back_leads_to_the_choice_again(scene: Make) -> None:
    one = scene()
    one.go_offline()
    one.press(one.accept)
    one.press(one.find("answerVoiceTakeBack"))
    assert one.desk.outbox() == ()
    assert one.radio(1).isChecked()
    assert one.accept.isEnabled()


def test_what_was_sent_cannot_be_taken_back(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    one.under.outbox.mark_inflight(["key-1"], "epoch", one.under.clock.now())
    one.under.receive()
    assert not one.find("answerVoiceTakeBack").isVisible()


def test_a_confirmed_call_shows_number_and_pin_and_copies_the_raw_digits(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    assert not one.find("answerVoiceDigits").isVisible()
    one.confirm()
    assert "Accepted: Tuesday 24 November, 1:00 in the afternoon" in one.said
    assert one.find("answerVoiceNumberDigits").text() == "+1 415 555 0142"
    one.press(one.find("answerVoiceNumberCopy"))
    assert QGuiApplication.clipboard().text() == "+14155550142"
    one.press(one.find("answerVoicePinCopy"))
    assert QGuiApplication.clipboard().text() == "482913"
    assert one.accept.text() == "Done"


def test_a_refusal_says_why_and_leaves_the_other_times_to_choose(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    one.refuse()
    one.window.refresh()
    assert one.said.startswith("Could not accept Tue 24 Nov, 1:00 PM. Dana has taken this time back.")
    assert "“This slot is no longer offered.”" in one.said
    assert not one.radio(1).isEnabled()
    assert not one.radio(3).isChecked()
    one.press(one.radio(3))
    one.press(one.accept)
    assert one.waiting() == [Accept("cr_1", "sl_3", at(30, 16), 9)]


def test_answering_a_refusal_with_another_time_settles_it(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    one.refuse()
    one.press(one.radio(3))
    one.press(one.accept)
    assert [entry.item.state for entry in one.desk.outbox()] == [OutboxState.QUEUED]


def test_a_refusal_stands_when_the_dialog_is_opened_again(scene: Make) -> None:
    one = scene()
    one.press(one.accept)
    one.refuse()
    one.show(open_dialog)
    assert "Could not accept" in one.said
    assert one.radio(3).isEnabled()


def test_a_chosen_time_that_goes_away_is_told_and_nothing_is_chosen_instead(scene: Make) -> None:
    one = scene()
    call = one.call()
    gone = call.slots[0]._replace(state=SlotState.TAKEN)
    one.under.receive(dataclasses.replace(call, version=2, slots=(gone, *call.slots[1:])))
    one.window.refresh()
    assert one.said == "Tue 24 Nov, 1:00 PM is not offered any more. Choose another time."
    assert not any(one.radio(number).isChecked() for number in (1, 2, 3))
    assert not one.accept.isEnabled()


def test_a_chosen_time_that_passes_is_told(scene: Make) -> None:
    one = scene()
    one.under.clock.advance(timedelta(days=2))
    one.window.refresh()
    assert one.said == "Tue 24 Nov, 1:00 PM has passed. Choose another time."


def test_a_choice_stays_when_something_else_of_the_call_changes(scene: Make) -> None:
    one = scene()
    one.press(one.radio(3))
    one.under.receive(dataclasses.replace(one.call(), version=2, subject="Autumn hikes"))
    assert one.radio(3).isChecked()
    assert one.find("answerSubject").text() == "Autumn hikes"


def test_an_invitation_that_is_taken_back_meanwhile_closes_the_choice_with_the_reason(scene: Make) -> None:
    one = scene()
    over = dataclasses.replace(
        one.call(), version=2, status=CallStatus.WITHDRAWN, closed_reason="Plans <i>changed</i>."
    )
    one.under.receive(over)
    assert one.said.startswith("Dana has taken the invitation back.")
    assert "Plans <i>changed</i>." in one.said
    assert not one.accept.isVisible()


def test_none_of_these_work_leads_to_declining(scene: Make) -> None:
    one = scene()
    with one.qtbot.waitSignal(one.window.decline) as asked:
        one.press(one.find("answerNone"))
    assert asked.args == ["cr_1"]
    assert not one.window.isVisible()


def test_a_move_that_is_not_allowed_is_said_and_the_choice_stays(scene: Make) -> None:
    one = scene()
    one.news.blockSignals(True)
    one.under.clock.advance(timedelta(days=2))
    one.press(one.accept)
    assert one.desk.outbox() == ()
    assert "has passed" in one.said


def test_a_store_that_cannot_be_written_is_said_and_the_choice_stays(scene: Make) -> None:
    one = scene()
    one.no_more_writing()
    one.press(one.accept)
    assert one.said.startswith("Foreword may not write its file.")
    assert one.radio(1).isChecked()
    assert one.accept.isEnabled()


@pytest.mark.parametrize(("base", "width", "theme"), [(14, 788, "light"), (14, 450, "light"), (28, 450, "dark")])
def test_nothing_is_cut_at_any_width(qapp: QApplication, scene: Make, base: int, width: int, theme: str) -> None:
    dress(qapp, theme, base=base)  # type: ignore[arg-type]
    one = scene()
    one.window.resize(width, 700)
    QApplication.processEvents()
    shoot(one.window, f"view-times-{theme}-{base}-{width}")
    assert one.window.width() == max(width, one.window.minimumWidth())
    for name in ("answerAccept", "answerCancel", "answerNone"):
        button = one.find(name)
        assert button.geometry().right() <= button.parentWidget().width()
        assert button.geometry().bottom() <= button.parentWidget().height()
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_in_a_low_window_the_line_under_the_keyboard_and_then_the_answer_are_scrolled_into_view(scene: Make) -> None:
    one = scene(request(starts=[at(24, 8 + hour) for hour in range(10)]))
    one.window.resize(788, 360)
    view = one.find("answerDialogScroll").viewport()

    def is_seen(widget: QWidget) -> bool:
        top = widget.mapTo(view, widget.rect().topLeft()).y()
        return top >= 0 and top + widget.height() <= view.height()

    for _ in range(9):
        one.key(KEY.Key_Down)
    one.qtbot.waitUntil(lambda: is_seen(one.find("offeredTime10")))
    one.press(one.accept)
    one.qtbot.waitUntil(lambda: is_seen(one.find("answerVoice")))


def test_every_widget_that_can_be_reached_has_a_name_to_say(scene: Make) -> None:
    one = scene()
    for widget in one.reachable():
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget.objectName()
