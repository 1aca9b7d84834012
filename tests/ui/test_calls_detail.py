"""The detail of a call in every state: the words, what can be done, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from sync.domain.calls import CallStatus
from sync.domain.intents import Accept, Decline, OutboxState
from sync.domain.problems import Busy
from sync.domain.projection import ShownCall
from tests.support.desks import NOW, TestDesk, desk_with, slots
from tests.support.states import at, kiln, requests, upcoming
from tests.support.windows import wording_of
from ui.calls.detail import DetailPane
from ui.calls.detail_text import UNRECORDED, Step, detail_text
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def made(tmp_path: Path) -> TestDesk:
    return desk_with(tmp_path / "a.sqlite3", [*requests(), kiln(), *upcoming()])


def pane_with(qtbot: QtBot, made: TestDesk, call_id: str) -> DetailPane:
    pane = DetailPane(wording_of(made))
    qtbot.addWidget(pane)
    pane.resize(664, 640)
    pane.show_call(made.desk.call(call_id))
    pane.show()
    return pane


def said(pane: DetailPane) -> list[str]:
    """All words that are to be seen, from top to bottom."""
    labels = [label for label in pane.findChildren(PlainLabel) if label.isVisibleTo(pane) and label.text()]
    return [label.text() for label in labels]


def part(pane: DetailPane, name: str) -> QWidget:
    found = pane.findChild(QWidget, name)
    assert found is not None
    return found


def test_an_open_request_tells_who_what_when_and_what_the_customer_wrote(qtbot: QtBot, made: TestDesk) -> None:
    words = said(pane_with(qtbot, made, "cr_alder"))
    assert words[:3] == [
        "Alder & Oak Outfitters",
        "Dana R.  ·  Spring hiking series, 4 blog posts",
        "3 times offered, first Tue 24 Nov, 1:00 PM Pacific Time (UTC-08:00)",
    ]
    assert "Dana wrote yesterday at 4:46 PM" in words
    assert any(word.startswith("We loved your piece") for word in words)
    assert UNRECORDED not in words


def test_the_primary_button_asks_for_the_times(qtbot: QtBot, made: TestDesk) -> None:
    pane = pane_with(qtbot, made, "cr_alder")
    assert pane.primary.accessibleName() == "View times offered by Alder & Oak Outfitters"
    with qtbot.waitSignal(pane.view_times) as asked:
        qtbot.mouseClick(pane.primary, Qt.MouseButton.LeftButton)
    assert asked.args == ["cr_alder"]


def test_number_and_pin_are_grouped_for_the_eye_and_copied_raw(qtbot: QtBot, made: TestDesk) -> None:
    pane = pane_with(qtbot, made, "cr_harbour")
    assert {"+1 415 555 0142", "482 913", UNRECORDED} <= set(said(pane))
    assert not pane.primary.isVisible()
    assert (pane.number.button.accessibleName(), pane.pin.button.accessibleName()) == ("Copy number", "Copy PIN")
    qtbot.mouseClick(pane.number.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "+14155550142"
    qtbot.mouseClick(pane.pin.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "482913"


def test_the_time_line_says_when_the_line_opens_and_then_that_it_is_open(made: TestDesk) -> None:
    shown, words = made.desk.call("cr_harbour"), wording_of(made)
    assert shown is not None
    before = detail_text(shown, words)
    assert (before.when, before.zone, before.after) == (
        "Today, 1:00–1:30 PM",
        "Pacific Time (UTC-08:00)",
        "Line opens at 12:55 PM",
    )
    made.clock.advance(timedelta(hours=2, minutes=9))
    assert detail_text(shown, words).after == "Line open since 12:55 PM"


def test_a_confirmed_call_that_the_marketplace_lists_no_more_says_so(made: TestDesk) -> None:
    shown = made.desk.call("cr_harbour")
    assert shown is not None
    gone = ShownCall(replace(shown.call, missing=True))
    assert [notice.title for notice in detail_text(gone, wording_of(made)).notices] == [
        "The marketplace does not know this invitation"
    ]


def test_a_waiting_accept_is_not_yet_the_writers_and_can_be_taken_back(qtbot: QtBot, made: TestDesk) -> None:
    item = made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    pane = pane_with(qtbot, made, "cr_kiln")
    words = said(pane)
    assert "Will be accepted when you are online. The time is not yours until then." in words
    assert "Wed 25 Nov, 11:00–11:30 AM Pacific Time (UTC-08:00)" in words
    assert not part(pane, "detailLine").isVisible()
    assert UNRECORDED not in words
    with qtbot.waitSignal(pane.take_back) as asked:
        qtbot.mouseClick(part(pane, "detailNotice1Button"), Qt.MouseButton.LeftButton)
    assert asked.args == [item.key]


def test_what_is_on_its_way_cannot_be_taken_back(made: TestDesk) -> None:
    made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    shown = made.desk.call("cr_kiln")
    assert shown is not None
    assert shown.pending is not None
    sent = shown.pending._replace(state=OutboxState.INFLIGHT, first_sent_at=NOW)
    notice = detail_text(ShownCall(shown.call, sent), wording_of(made)).notices[0]
    assert (notice.title, notice.step) == ("Sending…", None)


def test_a_waiting_decline_shows_the_message_that_will_go(qtbot: QtBot, made: TestDesk) -> None:
    made.desk.submit(Decline("cr_kiln", "Wednesdays suit me after 2 PM.", 1))
    words = said(pane_with(qtbot, made, "cr_kiln"))
    assert {"Will be declined when you are online.", "Your message", "Wednesdays suit me after 2 PM."} <= set(words)


def test_what_was_sent_and_not_confirmed_is_not_said_to_be_unsent(qtbot: QtBot, made: TestDesk) -> None:
    item = made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.outbox.mark_inflight([item.key], "epoch", NOW)
    made.outbox.postpone(item.key, NOW, Busy("timeout"), NOW)
    words = said(pane_with(qtbot, made, "cr_kiln"))
    assert "Not confirmed yet" in words
    assert "Not sent yet" not in words


def test_the_reason_of_a_closed_call_is_not_laid_in_the_marketplaces_mouth(qtbot: QtBot, made: TestDesk) -> None:
    made.receive(replace(kiln(), version=2, status=CallStatus.WITHDRAWN, closed_reason="Plans changed."))
    words = " ".join(said(pane_with(qtbot, made, "cr_kiln")))
    assert "The reason given: “Plans changed.”" in words
    assert "The marketplace says" not in words


def test_a_refusal_quotes_the_marketplace_and_leaves_the_other_times(qtbot: QtBot, made: TestDesk) -> None:
    item = made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.refuse(item.key, "slot-gone", "This slot is no longer offered.")
    pane = pane_with(qtbot, made, "cr_kiln")
    words = " ".join(said(pane))
    assert "Could not accept Wed 25 Nov, 11:00 AM" in words
    assert "Priya has taken this time back." in words
    assert "The marketplace says: “This slot is no longer offered.”" in words
    assert pane.primary.isVisible()
    with qtbot.waitSignal(pane.dismiss) as asked:
        qtbot.mouseClick(part(pane, "detailNotice1Button"), Qt.MouseButton.LeftButton)
    assert asked.args == [item.key]


CLOSED = {
    CallStatus.WITHDRAWN: "Withdrawn",
    CallStatus.EXPIRED: "Expired",
    CallStatus.TAKEN: "Taken",
    CallStatus.DECLINED: "Declined",
    CallStatus.HELD: "Held",
    CallStatus.NO_SHOW: "Nobody joined",
    CallStatus.UNKNOWN: "See the marketplace",
}


@pytest.mark.parametrize(("status", "title"), CLOSED.items())
def test_a_closed_call_says_what_became_of_it_and_shows_no_line(made: TestDesk, status: CallStatus, title: str) -> None:
    closed = replace(upcoming()[0], status=status, slots=slots(NOW - timedelta(days=1)))
    text = detail_text(ShownCall(closed), wording_of(made))
    assert [notice.title for notice in text.notices] == [title]
    assert text.notices[0].step is Step.TAKE_BACK or text.notices[0].step is None
    assert text.line is None
    assert not text.can_answer


def test_the_reason_of_the_marketplace_is_quoted(made: TestDesk) -> None:
    gone = replace(kiln(), status=CallStatus.WITHDRAWN, closed_reason="The project is on hold.")
    assert "“The project is on hold.”" in detail_text(ShownCall(gone), wording_of(made)).notices[0].text


def test_a_request_without_time_left_says_what_can_come_next(made: TestDesk) -> None:
    over = replace(kiln(), slots=slots(NOW - timedelta(hours=1)))
    notice = detail_text(ShownCall(over), wording_of(made)).notices[0]
    assert notice.title == "No time left"
    assert "Priya can send you a new invitation" in notice.text


def test_a_declined_call_shows_what_the_writer_wrote(qtbot: QtBot, made: TestDesk) -> None:
    made.receive(replace(kiln(), version=2, status=CallStatus.DECLINED, decline_message="Any day after 2 PM."))
    words = said(pane_with(qtbot, made, "cr_kiln"))
    assert {"You wrote", "Any day after 2 PM."} <= set(words)


def test_a_follow_up_leads_to_the_invitation_before_it(qtbot: QtBot, made: TestDesk) -> None:
    pane = pane_with(qtbot, made, "cr_north")
    with qtbot.waitSignal(pane.open_call) as asked:
        qtbot.mouseClick(part(pane, "detailFollowUp"), Qt.MouseButton.LeftButton)
    assert asked.args == ["cr_old_3"]


def test_markup_in_remote_words_stays_letters(qtbot: QtBot, made: TestDesk) -> None:
    evil = replace(kiln(), version=2, subject="<b>Hi</b>", message='<img src="file:///etc/passwd">')
    made.receive(evil)
    pane = pane_with(qtbot, made, "cr_kiln")
    assert '<img src="file:///etc/passwd">' in said(pane)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in pane.findChildren(PlainLabel))


def test_the_same_call_again_keeps_the_place_that_was_scrolled_to(qtbot: QtBot, made: TestDesk) -> None:
    made.receive(replace(kiln(), version=2, message="A long letter.\n" * 200))
    pane = pane_with(qtbot, made, "cr_kiln")
    bar = pane.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 500)
    bar.setValue(300)
    made.receive(replace(kiln(), version=3, subject="Another subject", message="A long letter.\n" * 200))
    pane.show_call(made.desk.call("cr_kiln"))
    assert bar.value() == 300
    pane.show_call(made.desk.call("cr_alder"))
    assert bar.value() == 0


def test_below_72_em_the_zone_has_a_line_of_its_own_and_the_button_stands_under_it(
    qtbot: QtBot, made: TestDesk
) -> None:
    pane = pane_with(qtbot, made, "cr_alder")
    beside = pane.primary.mapTo(pane, pane.primary.rect().topLeft()).x()
    pane.set_compact(True)
    qtbot.waitUntil(lambda: pane.primary.mapTo(pane, pane.primary.rect().topLeft()).x() < beside)
    assert "3 times offered, first Tue 24 Nov, 1:00 PM\nPacific Time (UTC-08:00)" in said(pane)


def test_a_call_is_in_its_final_place_before_it_is_painted(qtbot: QtBot, made: TestDesk) -> None:
    pane = pane_with(qtbot, made, "cr_alder")
    pane.resize(402, 600)
    pane.set_compact(True)
    QApplication.processEvents()
    for call_id in ("cr_harbour", "cr_north"):
        pane.show_call(made.desk.call(call_id))
        at_once = [(one.objectName(), one.geometry()) for one in pane.findChildren(QWidget) if one.isVisible()]
        for _ in range(5):
            QApplication.processEvents()
        assert [(one.objectName(), one.geometry()) for one in pane.findChildren(QWidget) if one.isVisible()] == at_once
