"""The outbox by keys and clicks, over a real desk: what waits, what was refused and why, and what can be done."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from sync.domain.calls import CallRequest, SlotState
from sync.domain.intents import Accept, Decline, OutboxState
from sync.domain.problems import Busy, Offline
from tests.support.desks import customer, invitation
from tests.support.scenes import PACIFIC, Scene
from tests.support.screens import dress, shoot
from ui.outbox_rows import OutboxRow
from ui.outbox_view import OutboxView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC)


LEE = invitation("cr_1", starts=[at(25, 9, 30), at(30, 9)], customer=customer("Brightwater Farms", "Lee", "W"))
PRIYA = invitation("cr_2", starts=[at(25, 11)], customer=customer("Kiln Street Ceramics", "Priya", "S"))
AMIRA = invitation(
    "cr_3",
    starts=[at(25, 14)],
    customer=customer("Northpier Credit Union", "Amira", "K"),
    subject="Plain-language loans",
)


class OutboxScene(Scene):
    """The page over a real desk with three requests."""

    def __init__(self, qtbot: QtBot, path: Path, *more: CallRequest) -> None:
        super().__init__(qtbot, path, (LEE, PRIYA, AMIRA, *more), self.make)

    def make(self, scene: Scene) -> OutboxView:
        view = OutboxView(scene.desk, scene.news, scene.stage, scene.wording)
        view.resize(900, 740)
        return view

    def rows(self) -> list[OutboxRow]:
        """Return the rows from top to bottom."""
        shown = [row for row in self.window.findChildren(OutboxRow) if row.isVisible()]
        return sorted(shown, key=lambda row: row.mapTo(self.window, row.rect().topLeft()).y())

    def titles(self) -> list[str]:
        return [row.line.title for row in self.rows() if row.line]

    def words(self, row: int = 0) -> str:
        line = self.rows()[row].line
        assert line is not None
        return f"{line.about} | {line.text} | {line.state}"

    def labels(self, row: int = 0) -> list[str]:
        return [button.text() for button in self.rows()[row].buttons()]

    def button(self, label: str, row: int = 0) -> QPushButton:
        return next(button for button in self.rows()[row].buttons() if button.text() == label)

    def refuse_lee(self, code: str = "slot-gone") -> None:
        """Let the marketplace refuse the first time of Brightwater Farms, and take it out of the offer."""
        key = self.desk.submit(Accept("cr_1", "sl_1", at(25, 9, 30), 1)).key
        gone = LEE.slots[0]._replace(state=SlotState.WITHDRAWN)
        now = dataclasses.replace(LEE, version=4, slots=(gone, LEE.slots[1]))
        self.under.refuse(key, code, "This slot is no longer offered.", now)


Make = Callable[..., OutboxScene]


@pytest.fixture
def scene(qtbot: QtBot, tmp_path: Path) -> Make:
    return lambda *more: OutboxScene(qtbot, tmp_path, *more)


def test_an_empty_outbox_says_what_will_appear(scene: Make) -> None:
    one = scene()
    assert one.find("outboxEmpty").isVisible()
    assert one.find("outboxEmptyTitle").text() == "Nothing waits to be sent"


def test_an_action_that_waits_says_what_for_whom_and_when(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    assert one.titles() == ["Accept Wed 25 Nov, 11:00 AM"]
    assert one.words() == "Kiln Street Ceramics, Priya S.  ·  today at 10:46 AM |  | Not sent yet"
    assert one.find("outboxWaitingCount").text() == "1"
    assert not one.find("outboxAttention").isVisible()


def test_taking_back_empties_the_outbox(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.press(one.button("Take back"))
    assert one.desk.outbox() == ()
    assert one.find("outboxEmpty").isVisible()


def test_what_is_on_its_way_is_under_sending_and_cannot_be_taken_back(scene: Make) -> None:
    one = scene()
    key = one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1)).key
    one.under.outbox.mark_inflight([key], "epoch", one.under.clock.now())
    one.under.receive()
    assert one.find("outboxSending").isVisible()
    assert one.labels() == []
    assert one.words().endswith("Sending now")


def test_what_was_tried_says_when_it_goes_again(scene: Make) -> None:
    one = scene()
    key, now = one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1)).key, one.under.clock.now()
    one.under.outbox.mark_inflight([key], "epoch", now)
    one.under.outbox.postpone(key, now + timedelta(minutes=2), Busy("timeout"), now)
    one.under.receive()
    assert one.words().endswith("Tries again in 2 min")
    assert one.labels() == []


def test_a_refused_time_says_why_in_the_marketplaces_words_and_what_is_still_open(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    assert one.titles() == ["Could not accept Wed 25 Nov, 9:30 AM"]
    assert one.words() == (
        "Brightwater Farms, Lee W.  ·  you accepted today at 10:46 AM | Lee has taken this time back. One other time "
        "is still open: Mon 30 Nov, 9:00 AM. The marketplace says: “This slot is no longer offered.” | "
    )
    assert one.labels() == ["View Times", "Decline with a message", "Copy text", "Dismiss"]


@pytest.mark.parametrize(("label", "signal"), [("View Times", "view_times"), ("Decline with a message", "decline")])
def test_a_refused_time_leads_to_the_other_times_or_to_a_message(scene: Make, label: str, signal: str) -> None:
    one = scene()
    one.refuse_lee()
    with one.qtbot.waitSignal(getattr(one.window, signal)) as asked:
        one.press(one.button(label))
    assert asked.args == ["cr_1"]


def test_dismissing_puts_a_refusal_away(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    one.press(one.button("Dismiss"))
    assert one.desk.outbox() == ()


def test_a_refused_message_can_be_copied_edited_and_tried_again(scene: Make) -> None:
    one = scene()
    key = one.desk.submit(Decline("cr_3", "Every word & <b> of it.", 1)).key
    one.under.refuse(key, "validation", "No.")
    assert one.labels() == ["Edit", "Retry", "Copy text", "Save as file…", "Dismiss"]
    one.press(one.button("Copy text"))
    assert QGuiApplication.clipboard().text() == "Every word & <b> of it."
    with one.qtbot.waitSignal(one.window.decline):
        one.press(one.button("Edit"))


def test_that_a_text_was_copied_is_said_until_something_else_is(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    one.press(one.button("Copy text"))
    assert one.find("outboxNoticeWords").text() == "Copied."
    QGuiApplication.clipboard().setText("482913")
    assert not one.find("outboxNotice").isVisible()


def test_retry_asks_again_under_a_new_key_and_wakes_the_worker(scene: Make) -> None:
    one = scene()
    key = one.desk.submit(Decline("cr_3", "Sorry.", 1)).key
    one.under.refuse(key, "validation", "No.")
    one.press(one.button("Retry"))
    entries = one.desk.outbox()
    assert [(entry.item.state, entry.item.key != key) for entry in entries] == [(OutboxState.QUEUED, True)]
    assert one.stage.woken == 1


def test_a_retry_that_is_not_possible_any_more_is_said(scene: Make) -> None:
    one = scene()
    key = one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1)).key
    one.under.refuse(key, "not-allowed", "No.")
    one.news.blockSignals(True)
    one.under.clock.advance(timedelta(days=3))
    one.press(one.button("Retry"))
    assert "This time has passed." in one.find("outboxNoticeWords").text()


def test_a_time_that_is_gone_offers_no_retry(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    assert "Retry" not in one.labels()


def test_a_waiting_message_can_be_looked_at(scene: Make) -> None:
    one = scene()
    one.desk.submit(Decline("cr_3", "Sorry.", 1))
    assert one.titles() == ["Decline Plain-language loans"]
    with one.qtbot.waitSignal(one.window.decline) as asked:
        one.press(one.button("Edit"))
    assert asked.args == ["cr_3"]


def test_what_needs_attention_comes_first_and_has_the_one_primary_button(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.refuse_lee()
    one.under.refuse(one.desk.submit(Decline("cr_3", "Sorry.", 1)).key, "validation", "No.")
    assert one.titles() == ["Could not accept Wed 25 Nov, 9:30 AM", "Could not decline", "Accept Wed 25 Nov, 11:00 AM"]
    kinds = [button.property("kind") for row in one.rows() for button in row.buttons()]
    assert kinds.count("primary") == 1


def test_it_says_when_it_tried_and_when_it_tries_again_and_can_be_told_to_try_now(scene: Make) -> None:
    one = scene()
    now = one.under.clock.now()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.under.ledgers.record_round(Offline("unreachable"), now + timedelta(minutes=1), now - timedelta(minutes=1))
    one.under.receive()
    assert one.find("outboxTried").text() == "Last tried 10:45 AM. Tries again by itself at 10:47 AM."
    one.press("outboxRetryNow")
    assert one.stage.woken == 1


def test_while_something_is_being_sent_nothing_is_said_of_another_try(scene: Make) -> None:
    one = scene()
    now = one.under.clock.now()
    key = one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1)).key
    one.under.ledgers.record_round(Offline("unreachable"), now + timedelta(minutes=1), now - timedelta(minutes=1))
    one.under.outbox.mark_inflight([key], "epoch", now)
    one.under.receive()
    assert one.find("outboxTried").text() == "Sending now. This can take a minute."
    assert not one.find("outboxRetryNow").isVisible()


def test_where_nothing_waits_nothing_can_be_tried_again_now(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    assert not one.find("outboxFoot").isVisible()


def test_what_was_sent_and_not_confirmed_is_not_said_to_be_unsent(scene: Make) -> None:
    one = scene()
    key, now = one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1)).key, one.under.clock.now()
    one.under.outbox.mark_inflight([key], "epoch", now)
    one.under.outbox.postpone(key, now, Busy("timeout"), now)
    one.under.receive()
    assert one.words().endswith("Not confirmed yet")


def test_a_refresh_keeps_the_keyboards_place(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.button("Copy text").setFocus()
    one.desk.submit(Decline("cr_3", "Sorry.", 1))
    assert one.button("Copy text").hasFocus()


def test_when_a_row_goes_the_keyboard_goes_to_the_next(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.desk.submit(Decline("cr_3", "Sorry.", 1))
    one.button("Take back").setFocus()
    one.key(Qt.Key.Key_Space)
    assert one.titles() == ["Decline Plain-language loans"]
    assert one.button("Take back").hasFocus()


def test_tab_goes_down_the_page(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.refuse_lee()
    one.button("View Times").setFocus()
    walked = []
    for _ in range(5):
        one.key(Qt.Key.Key_Tab)
        walked.append(one.window.focusWidget().text())
    assert walked == ["Decline with a message", "Copy text", "Dismiss", "Take back", "Retry now"]


def test_a_hidden_page_is_up_to_date_when_it_is_shown(scene: Make) -> None:
    one = scene()
    one.window.hide()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.window.show()
    assert one.titles() == ["Accept Wed 25 Nov, 11:00 AM"]


def test_escape_asks_to_leave(scene: Make) -> None:
    one = scene()
    with one.qtbot.waitSignal(one.window.back):
        one.qtbot.keyClick(one.window, Qt.Key.Key_Escape)


def test_a_store_that_cannot_be_written_is_said(scene: Make) -> None:
    one = scene()
    one.desk.submit(Accept("cr_2", "sl_1", at(25, 11), 1))
    one.no_more_writing()
    one.press(one.button("Take back"))
    assert "Foreword may not write its file." in one.find("outboxNoticeWords").text()
    assert one.titles() == ["Accept Wed 25 Nov, 11:00 AM"]


def test_an_action_whose_call_is_not_here_can_still_be_read_and_put_away(scene: Make) -> None:
    one = scene()
    intent = Decline("cr_gone", "Every word.", 1)
    one.under.outbox.append("key-x", intent, one.under.clock.now())
    one.under.refuse("key-x", "unknown-call-request", "")
    assert one.labels() == ["Copy text", "Save as file…", "Dismiss"]
    assert "not here any more" in one.words()


def test_a_thousand_actions_are_shown_in_pages_quickly(scene: Make) -> None:
    many = [invitation(f"many_{number}", starts=[at(26, 11)]) for number in range(1000)]
    one = scene(*many)
    one.window.hide()
    one.news.blockSignals(True)
    for call in many:
        one.under.outbox.append(f"k{call.id}", Accept(call.id, "sl_1", at(26, 11), 1), one.under.clock.now())
    one.news.blockSignals(False)
    began = time.perf_counter()
    one.window.show()
    QApplication.processEvents()
    assert time.perf_counter() - began < 3
    assert len(one.rows()) == 50
    assert one.find("outboxWaitingCount").text() == "1,000"
    one.press("outboxWaitingMore")
    assert len(one.rows()) == 100


def test_a_refresh_keeps_the_scroll_position(scene: Make) -> None:
    many = [invitation(f"many_{number}", starts=[at(26, 11)]) for number in range(30)]
    one = scene(*many)
    for call in many:
        one.desk.submit(Accept(call.id, "sl_1", at(26, 11), 1))
    QApplication.processEvents()
    bar = one.find("outboxScroll").verticalScrollBar()
    bar.setValue(400)
    one.refuse_lee()
    one.under.receive(dataclasses.replace(many[3], version=2, subject="Changed"))
    QApplication.processEvents()
    assert bar.value() == 400


@pytest.mark.parametrize(("base", "width", "theme"), [(14, 900, "light"), (14, 450, "dark"), (28, 450, "light")])
def test_nothing_is_cut_at_any_width(qapp: QApplication, scene: Make, base: int, width: int, theme: str) -> None:
    dress(qapp, theme, base=base)  # type: ignore[arg-type]
    one = scene()
    one.desk.submit(Decline("cr_3", "Sorry.", 1))
    one.refuse_lee()
    one.window.resize(width, 760)
    QApplication.processEvents()
    shoot(one.window, f"outbox-{theme}-{base}-{width}")
    assert one.window.width() == width
    for row in one.rows():
        for button in row.buttons():
            assert button.geometry().right() <= row.width()
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_every_widget_that_can_be_reached_has_a_name_to_say(scene: Make) -> None:
    one = scene()
    one.refuse_lee()
    for widget in one.reachable():
        assert isinstance(widget, QWidget)
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget.objectName()
