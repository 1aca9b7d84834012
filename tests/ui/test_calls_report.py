"""A report that nobody joined, on its way: what the call's details and its row in the list say about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.domain.intents import Accept, ReportNoShow, SaveNote
from sync.domain.problems import Busy
from sync.domain.projection import Section
from sync.domain.rows import NotePart
from tests.support.desks import NOW, START, TestDesk, accepted, desk_with, invitation
from tests.support.windows import QuietBackstage, wording_of
from ui.answer_dialog import AnswerDialog
from ui.call_dialog import Surroundings
from ui.calls.detail_text import Step, detail_text
from ui.calls.row_text import row_text
from ui.decline_dialog import DeclineDialog
from ui.news import News

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog
    from pytestqt.qtbot import QtBot


@pytest.fixture
def made(tmp_path: Path) -> TestDesk:
    over = accepted("cr_9", start=NOW - timedelta(hours=1))
    return desk_with(tmp_path / "a.sqlite3", [over, invitation()])


def said(made: TestDesk, call_id: str = "cr_9") -> list[tuple[str, Step | None]]:
    shown = made.desk.call(call_id)
    assert shown is not None
    return [(notice.title, notice.step) for notice in detail_text(shown, wording_of(made)).notices]


def badge(made: TestDesk) -> str:
    shown = made.desk.call("cr_9")
    assert shown is not None
    found = row_text(shown, Section.EARLIER, wording_of(made)).badge
    assert found is not None
    return found.words


def test_an_unsent_report_can_be_taken_back(made: TestDesk) -> None:
    made.desk.submit(ReportNoShow("cr_9", 7))
    assert said(made)[-1] == ("Your report is not sent yet", Step.TAKE_BACK)
    assert badge(made) == "Report not sent"


def test_a_report_that_was_sent_without_a_verdict_is_not_said_to_be_unsent(made: TestDesk) -> None:
    key = made.desk.submit(ReportNoShow("cr_9", 7)).key
    made.outbox.mark_inflight([key], "epoch", NOW)
    assert said(made)[-1] == ("Sending your report that nobody joined…", None)
    made.outbox.postpone(key, NOW + timedelta(minutes=2), Busy("too-early"), NOW)
    assert said(made)[-1] == ("Your report is not confirmed yet", None)
    assert badge(made) == "Report not confirmed"


def test_a_refused_report_needs_attention_and_can_be_put_away(made: TestDesk) -> None:
    key = made.desk.submit(ReportNoShow("cr_9", 7)).key
    made.refuse(key, "not-allowed", "")
    assert said(made)[-1] == ("Could not report that nobody joined", Step.DISMISS)
    assert badge(made) == "Needs attention"


def test_times_can_be_viewed_while_an_answer_waits_and_not_once_it_has_left(made: TestDesk) -> None:
    def can_answer() -> bool:
        shown = made.desk.call("cr_1")
        assert shown is not None
        return detail_text(shown, wording_of(made)).can_answer

    key = made.desk.submit(Accept("cr_1", "sl_1", START, 1)).key
    assert can_answer()
    made.outbox.mark_inflight([key], "epoch", NOW)
    assert not can_answer()


@pytest.mark.parametrize("dialog", [AnswerDialog, lambda around, call_id: DeclineDialog(around, call_id, {})])
def test_the_answering_dialogs_open_beside_a_report_and_a_note_that_wait(
    qtbot: QtBot, made: TestDesk, dialog: Callable[[Surroundings, str], QDialog]
) -> None:
    made.desk.submit(ReportNoShow("cr_9", 7))
    made.desk.submit(SaveNote("cr_9", NotePart.LIVE, "Nobody came."))
    opened = dialog(Surroundings(made.desk, News(), QuietBackstage(), wording_of(made)), "cr_9")
    qtbot.addWidget(opened)
    opened.show()
    assert opened.isVisible()
