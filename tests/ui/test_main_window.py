"""The main window as used: the first second, the open line, offline, practice, one pane or two, and keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sync.domain.changes import Changed, Kind
from sync.domain.intents import Accept
from sync.domain.problems import Offline, Paused, Problem, StoreProblem
from tests.support.desks import accepted, customer
from tests.support.screens import dress
from tests.support.states import at, calls_of_the_pictures, kiln, requests, upcoming
from tests.support.windows import TestWindow, line_opens, part, window_with, words
from ui.header import PRACTICE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Open = Callable[..., TestWindow]


# The first second


def test_the_window_opens_with_what_needs_an_answer_and_the_next_call(opened: Open) -> None:
    window = opened(calls_of_the_pictures()).window
    assert window.header.tabs.tabText(0) == "Call Requests"
    assert window.header.tabs.count() == 1
    assert window.header.tabs.accessibleTabName(0) == "Call Requests, 3 need your answer"
    assert window.header.next.text() == "Next: Harbour && Pine, 1:00 PM, in 2 h 14 min"
    assert window.header.sync.text() == "Synced 2 min ago"
    assert window.page.list.selected_id == "cr_alder"
    assert words(window, "detailTitle") == "Alder & Oak Outfitters"
    assert window.banner is None
    assert window.strip is not None
    assert not window.strip.isVisible()


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = (
        "import sys\n"
        "import ui.main_window, ui.style, ui.news, ui.wording\n"
        "from PySide6.QtWidgets import QApplication\n"
        "heavy = {'babel', 'sqlalchemy', 'alembic', 'httpx2', 'PySide6.QtSvg', 'ui.calls.detail', 'ui.line_banner',\n"
        "         'ui.answer_dialog', 'ui.decline_dialog', 'ui.outbox_view'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_window_tells_when_list_and_details_are_there(qtbot: QtBot, tmp_path: Path) -> None:
    made = window_with(tmp_path, calls_of_the_pictures())
    qtbot.addWidget(made.window)
    with qtbot.waitSignal(made.window.settled):
        made.window.show()
    assert words(made.window, "detailTitle") == "Alder & Oak Outfitters"


def test_babel_waits_for_the_first_paint(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = window_with(tmp_path, calls_of_the_pictures())
    qtbot.addWidget(made.window)
    order: list[str] = []
    paint = made.window.page.list.paintEvent
    monkeypatch.setattr(made.window.page.list, "paintEvent", lambda event: (order.append("list"), paint(event))[1])
    settle = made.window.page.settle
    monkeypatch.setattr(made.window.page, "settle", lambda: (order.append("detail"), settle())[1])
    made.window.show()
    qtbot.waitUntil(lambda: "detail" in order)
    assert order[0] == "list"


# The sync


SYNC = [
    (Offline("unreachable"), "Offline"),
    (Paused("token-expired"), "Sign in again"),
]


@pytest.mark.parametrize(("problem", "said"), SYNC)
def test_the_sync_button_says_what_is_the_matter(opened: Open, problem: Problem, said: str) -> None:
    window = opened(calls_of_the_pictures(), problem=problem).window
    assert window.header.sync.text() == said
    assert window.header.sync.accessibleName() == said


def test_the_sync_button_counts_what_waits_and_what_was_refused(opened: Open) -> None:
    made = opened([*calls_of_the_pictures(), kiln()])
    item = made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    assert made.window.header.sync.text() == "1 to send"
    made.news.syncing.emit(True)
    assert made.window.header.sync.text() == "Syncing…"
    made.news.syncing.emit(False)
    made.made.refuse(item.key, "slot-gone", "Gone.")
    assert made.window.header.sync.text() == "1 needs attention"


def test_the_strip_is_there_only_while_it_says_something(opened: Open) -> None:
    made = opened([*calls_of_the_pictures(), kiln()])
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.made.ledgers.record_round(Offline("unreachable"), None, made.made.clock.now())
    made.news.changed.emit(Changed.of(Kind.STATUS))
    assert words(made.window, "stripWords") == "Offline since 10:46 AM. 1 action waits to be sent."
    assert words(made.window, "stripAside") == "Everything you see was saved at 10:44 AM."
    made.made.ledgers.record_round(None, None, made.made.clock.now())
    made.news.changed.emit(Changed.of(Kind.STATUS))
    assert made.window.strip is not None
    assert not made.window.strip.isVisible()


def test_the_strip_and_the_sync_button_lead_to_the_outbox_and_escape_back(qtbot: QtBot, opened: Open) -> None:
    made = opened([*calls_of_the_pictures(), kiln()], problem=Offline("unreachable"))
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    qtbot.mouseClick(part(made.window, "stripLink"), Qt.MouseButton.LeftButton)
    assert not made.window.page.isVisible()
    assert made.window.header.sync.isChecked()
    qtbot.keyClick(made.window, Qt.Key.Key_Escape)
    assert made.window.page.isVisible()
    assert not made.window.header.sync.isChecked()
    qtbot.mouseClick(made.window.header.sync, Qt.MouseButton.LeftButton)
    assert not made.window.page.isVisible()
    qtbot.mouseClick(made.window.header.sync, Qt.MouseButton.LeftButton)
    assert made.window.page.isVisible()


def test_calls_that_are_listed_no_more_are_marked_only_when_the_writer_agrees(qtbot: QtBot, opened: Open) -> None:
    made = opened([*requests(), *upcoming()])
    made.made.finish_snapshot(set())
    made.made.desk.announce(Changed.of(Kind.STATUS))
    assert words(made.window, "stripWords").startswith("The marketplace does not list 6 of your calls any more.")
    assert made.made.desk.status().unlisted == 6
    qtbot.mouseClick(part(made.window, "stripLink"), Qt.MouseButton.LeftButton)
    assert made.made.desk.status().unlisted == 0
    assert made.backstage.woken == 1
    assert not part(made.window, "strip").isVisible()


def test_a_question_of_the_strip_can_be_put_off(qtbot: QtBot, opened: Open) -> None:
    made = opened([*requests(), *upcoming()])
    made.made.finish_snapshot(set())
    made.made.desk.announce(Changed.of(Kind.STATUS))
    qtbot.mouseClick(part(made.window, "stripOther"), Qt.MouseButton.LeftButton)
    assert not part(made.window, "strip").isVisible()
    assert made.made.desk.status().unlisted == 6


def test_what_stops_the_sync_on_this_computer_is_said_until_it_is_over(opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    made.news.trouble.emit(StoreProblem("disk-full", ""))
    assert words(made.window, "stripWords") == "This computer's disk is full."
    made.news.trouble.emit(None)
    assert made.window.strip is not None
    assert not made.window.strip.isVisible()


def test_control_r_syncs(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    qtbot.keyClick(made.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert made.backstage.woken == 1


# The open line


def test_an_open_line_shows_whose_it_is_with_number_and_pin(opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    assert words(made.window, "lineBannerTitle") == "Line open: Owen T., Harbour & Pine"
    assert words(made.window, "lineBannerWords") == "Winter menu stories"
    assert words(made.window, "lineBannerWhen") == ". Starts at 1:00 PM, in 4 min"
    assert words(made.window, "lineNumberDigits") == "+1 415 555 0142"
    assert words(made.window, "linePinDigits") == "482 913"
    assert not made.window.header.next.isVisible()
    assert made.window.banner is not None
    assert made.window.banner.height() == 68
    made.made.clock.advance(timedelta(minutes=40))
    made.window.model.refresh()
    assert not made.window.banner.isVisible()


def test_number_and_pin_are_copied_by_button_and_by_key(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    qtbot.mouseClick(part(made.window, "lineCopyPin"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "482913"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(made.window, Qt.Key.Key_C, both)
    assert QGuiApplication.clipboard().text() == "+14155550142"
    qtbot.keyClick(made.window, Qt.Key.Key_P, both)
    assert QGuiApplication.clipboard().text() == "482913"


def test_one_field_at_a_time_says_that_it_was_copied(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    made.window.show_call("cr_harbour")
    qtbot.waitUntil(lambda: words(made.window, "detailNumberDigits") != "")
    for pressed in ("lineCopyNumber", "detailNumberCopy", "lineCopyPin"):
        qtbot.mouseClick(part(made.window, pressed), Qt.MouseButton.LeftButton)
    captions = ("lineNumberCaption", "linePinCaption", "detailNumberCaption", "detailPinCaption")
    assert [words(made.window, name) for name in captions] == ["Number", "PIN copied", "Number", "PIN"]


@pytest.mark.parametrize("how", ["click on the words", "click beside them", "Enter"])
def test_the_banner_leads_to_the_details_of_its_call(qtbot: QtBot, opened: Open, how: str) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    assert made.window.banner is not None
    banner, words_of_it = made.window.banner, part(made.window, "lineBannerOpen")
    assert words_of_it.accessibleName() == (
        "Line open: Owen T., Harbour & Pine. Winter menu stories. Starts at 1:00 PM, in 4 min"
    )
    if how == "Enter":
        words_of_it.setFocus()
        qtbot.keyClick(words_of_it, Qt.Key.Key_Return)
    elif how == "click on the words":
        qtbot.mouseClick(part(made.window, "lineBannerWords"), Qt.MouseButton.LeftButton)
    else:
        qtbot.mouseClick(banner, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    qtbot.waitUntil(lambda: words(made.window, "detailTitle") == "Harbour & Pine")
    assert made.window.page.list.selected_id == "cr_harbour"


def test_without_an_open_line_the_keys_copy_from_the_chosen_call(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    made.window.show_call("cr_juniper")
    qtbot.waitUntil(lambda: words(made.window, "detailTitle") == "Juniper Lane Travel")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(made.window, Qt.Key.Key_P, both)
    assert QGuiApplication.clipboard().text() == "482913"


# Practice


def test_practice_is_said_in_the_head_and_in_the_title(opened: Open) -> None:
    window = opened(calls_of_the_pictures(), practice=True, width=460).window
    sign = part(window, "practiceSign")
    assert sign.isVisible()
    assert sign.toolTip() == sign.accessibleDescription() == PRACTICE
    assert window.windowTitle().endswith("(practice)")


def test_without_practice_nothing_speaks_of_it(opened: Open) -> None:
    window = opened(calls_of_the_pictures()).window
    assert not part(window, "practiceSign").isVisible()
    assert "practice" not in window.windowTitle()


# One pane or two


def test_below_62_em_the_detail_comes_over_the_list_and_goes_by_escape(qtbot: QtBot, opened: Open) -> None:
    window = opened(calls_of_the_pictures(), width=720).window
    detail = window.page.detail
    assert detail is not None
    assert window.page.list.isVisible()
    assert not detail.isVisible()
    window.show_call("cr_harbour")
    assert detail.isVisible()
    assert not window.page.list.isVisible()
    qtbot.keyClick(detail, Qt.Key.Key_Escape)
    assert window.page.list.isVisible()
    window.show_call("cr_harbour")
    qtbot.mouseClick(part(window, "detailBack"), Qt.MouseButton.LeftButton)
    assert window.page.list.isVisible()
    assert not detail.isVisible()


def test_large_text_is_the_same_case_as_a_small_window(qapp: QApplication, opened: Open) -> None:
    dress(qapp, base=28)
    window = opened(calls_of_the_pictures(), width=900).window
    assert not window.page.two_panes
    assert window.header.sync.text() == ""
    assert window.header.sync.accessibleName() == "Synced 2 min ago"
    assert window.header.sync.toolTip() == "Synced 2 min ago"


def test_a_long_name_of_the_next_call_is_cut_and_its_time_is_not(opened: Open) -> None:
    long_name = customer("The Very Old Guild of Bookbinders and Letterpress Printers and Sons", "Max", "B")
    window = opened([accepted("cr_1", start=at(24, 9), customer=long_name)], width=990).window
    assert window.width() == 990
    shown = window.header.next.text()
    assert shown.startswith("Next: The Very Old Guild")
    assert shown.endswith("…, tomorrow at 9:00 AM")
    assert window.header.next.accessibleName() == f"Next: {long_name.company}, tomorrow at 9:00 AM"


def test_the_next_call_is_named_from_70_em_on(opened: Open) -> None:
    window = opened(calls_of_the_pictures(), width=990).window
    assert window.header.next.isVisible()
    window.resize(960, 720)
    assert not window.header.next.isVisible()


# Nothing to show


def test_a_new_writer_reads_what_will_appear(opened: Open) -> None:
    window = opened([]).window
    assert words(window, "emptyTitle") == "No invitations yet"
    assert "profile" in words(window, "emptyText")


def test_before_the_first_sync_nobody_claims_that_there_are_no_invitations(opened: Open) -> None:
    assert words(opened([], synced=False).window, "emptyTitle") == "Getting your invitations"


def test_offline_at_the_first_start_is_said(opened: Open) -> None:
    window = opened([], synced=False, problem=Offline("unreachable")).window
    assert words(window, "emptyTitle") == "You are offline"


def test_the_first_invitation_takes_the_place_of_the_empty_page(opened: Open) -> None:
    made = opened([])
    made.made.receive(*requests())
    assert made.window.page.isVisible()
    assert made.window.empty is not None
    assert not made.window.empty.isVisible()


def test_a_store_that_cannot_be_opened_says_so(
    opened: Open, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = window_with(tmp_path, calls_of_the_pictures())
    qtbot.addWidget(made.window)

    def fail(*_: object) -> None:
        raise StoreProblem("damaged", "file is not a database")

    for question in ("overview", "status", "shown", "call"):
        monkeypatch.setattr(made.made.desk, question, fail)
    made.window.show()
    assert words(made.window, "emptyTitle") == "The data on this computer are damaged"


def test_a_full_disk_is_said_in_the_strip_and_loses_nothing(
    qtbot: QtBot, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = opened([*calls_of_the_pictures(), kiln()])
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.window.show_call("cr_kiln")

    def fail(_key: str) -> bool:
        raise StoreProblem("disk-full", "")

    monkeypatch.setattr(made.made.desk, "take_back", fail)
    qtbot.waitUntil(lambda: part(made.window, "detailNotice1Button").isVisible())
    qtbot.mouseClick(part(made.window, "detailNotice1Button"), Qt.MouseButton.LeftButton)
    assert words(made.window, "stripWords") == "This computer's disk is full."


# What the writer does


def test_take_back_in_the_detail_returns_the_request(qtbot: QtBot, opened: Open) -> None:
    made = opened([*calls_of_the_pictures(), kiln()])
    made.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    made.window.show_call("cr_kiln")
    qtbot.waitUntil(lambda: part(made.window, "detailNotice1Button").isVisible())
    qtbot.mouseClick(part(made.window, "detailNotice1Button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: part(made.window, "detailViewTimes").isVisible())
    assert made.made.desk.status().waiting == 0


def test_view_times_opens_the_dialog_of_that_call(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    qtbot.mouseClick(part(made.window, "viewTimes_cr_bright"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert "Lee W., Brightwater Farms" in dialog.windowTitle()
    dialog.close()


def test_the_next_call_in_the_head_leads_to_it(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    qtbot.mouseClick(made.window.header.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words(made.window, "detailTitle") == "Harbour & Pine")


def test_a_change_of_the_chosen_call_shows_in_the_detail_at_once(qtbot: QtBot, opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    made.made.receive(replace(requests()[0], version=2, subject="Autumn series"))
    qtbot.waitUntil(lambda: "Autumn series" in words(made.window, "detailWho"))
