"""The list as a model: what stands where, what it says, and that it tells the view no more than what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from sync.domain.calls import CallRequest, CallStatus
from sync.domain.changes import Changed, Kind
from sync.domain.intents import Accept, Decline
from sync.domain.problems import StoreProblem
from sync.domain.projection import Section
from tests.support.desks import NOW, START, TestDesk, accepted, customer, desk_with, invitation, slots
from tests.support.states import at, calls_of_the_pictures, earlier, kiln, requests, upcoming
from tests.support.windows import wording_of
from ui.calls.list_model import BLOCK, CallListModel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Shown:
    """A model that is looked at, with its desk and everything it told."""

    def __init__(self, path: Path, calls: Sequence[CallRequest]) -> None:
        self.made: TestDesk = desk_with(path / "a.sqlite3", calls)
        self.model = CallListModel(self.made.desk, wording_of(self.made))
        self.tester = QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Warning)
        self.model.set_awake(True)
        self.made.desk.listen(self.model.hear)
        self.told: list[str] = []
        for name in ("rowsInserted", "rowsRemoved", "rowsMoved", "modelReset", "layoutChanged"):
            getattr(self.model, name).connect(lambda *_, name=name: self.told.append(name))
        self.model.dataChanged.connect(self._on_data_changed)

    def _on_data_changed(self, first: Any, last: Any, _roles: Any = None) -> None:
        self.told.append(f"dataChanged {first.row()}" + (f"-{last.row()}" if last.row() != first.row() else ""))

    def picture(self) -> str:
        """Draw the list as text, one line a row."""
        lines = []
        for row in range(self.model.rowCount()):
            text, here = self.model.text_at(row), self.model.row_at(row)
            if not here.call_id:
                lines.append(f"{text.first} {text.beside}")
                continue
            tile = f"[{text.tile.weekday} {text.tile.day}] " if text.tile else ""
            parts = [f"{tile}{text.first} {text.beside}", text.second]
            parts += [badge.words for badge in (text.third, text.badge) if badge]
            lines.append("  " + " | ".join(parts))
        return "\n".join(lines)

    def rows(self) -> list[str]:
        """Return the headings and the ids of the calls under them."""
        rows = [self.model.row_at(row) for row in range(self.model.rowCount())]
        return [row.call_id or row.section.value for row in rows]


@pytest.fixture
def shown(tmp_path: Path, qapp: object, qtlog: Any) -> Iterator[Shown]:
    made = Shown(tmp_path, [*requests(), kiln(), *upcoming(), *earlier(5)])
    yield made
    assert [record.message for record in qtlog.records if "FAIL" in record.message] == []


def test_the_list_reads_as_in_the_picture(shown: Shown) -> None:
    shown.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    assert shown.picture() == (
        "Needs your answer 3\n"
        "  Alder & Oak Outfitters Dana R. | Spring hiking series, 4 blog posts | 3 times, first Tue 24 Nov, 1:00 PM\n"
        "  Brightwater Farms Lee W. | Seed-to-table newsletter | 2 times, first Wed 25 Nov, 9:30 AM\n"
        "  Northpier Credit Union Amira K. | Plain-language guides to saving | Follow-up: Mon 30 Nov, 9:00 AM\n"
        "Waiting to be sent 1\n"
        "  Kiln Street Ceramics Priya S. | You accept Wed 25 Nov, 11:00 AM | Not sent yet\n"
        "Upcoming 3\n"
        "  [Mon 23] 1:00 PM Harbour & Pine | Owen T., Winter menu stories | in 2 h 14 min\n"
        "  [Tue 24] 9:00 AM Juniper Lane Travel | Sofia M., Lisbon in five walks | tomorrow\n"
        "  [Mon 30] 2:30 PM Meridian Dental | Grace O., Patient guides | in 7 days\n"
        "Earlier 5"
    )


def test_earlier_shows_what_became_of_each_call_when_it_is_unfolded(shown: Shown) -> None:
    shown.model.set_unfolded(True)
    assert shown.picture().split("Earlier 5\n")[1] == (
        "  Company 1 Kim B. | Assignment 1 | Declined\n"
        "  Company 2 Kim B. | Assignment 2 | Withdrawn\n"
        "  Company 3 Kim B. | Assignment 3 | Expired\n"
        "  Company 4 Kim B. | Mon 16 Nov · Assignment 4 | Nobody joined\n"
        "  Company 5 Kim B. | Sun 15 Nov · Assignment 5 | Held"
    )
    shown.model.set_unfolded(False)
    assert shown.picture().endswith("Earlier 5")


def test_reading_again_tells_nothing_when_nothing_differs(shown: Shown) -> None:
    shown.picture()
    shown.told.clear()
    shown.model.refresh()
    assert shown.told == []


def test_another_subject_changes_one_row_and_nothing_else(shown: Shown) -> None:
    call = requests()[1]
    row = shown.rows().index("cr_bright")
    shown.told.clear()
    shown.made.receive(replace(call, version=2, subject="Harvest letters"))
    assert shown.told == [f"dataChanged {row}"]
    assert shown.model.text_at(row).second == "Harvest letters"


def test_an_accepted_request_moves_to_waiting_and_back_when_it_is_taken_back(shown: Shown) -> None:
    before = shown.rows()
    item = shown.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    rows = shown.rows()
    assert rows[rows.index("waiting") + 1] == "cr_kiln"
    shown.made.desk.take_back(item.key)
    assert shown.rows() == before
    assert "modelReset" not in shown.told
    assert "layoutChanged" not in shown.told


def test_a_confirmed_call_appears_under_upcoming_with_its_time(shown: Shown) -> None:
    item = shown.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    harbour = upcoming()[0]
    shown.made.confirm(
        item.key, replace(kiln(), version=2, status=CallStatus.ACCEPTED, accepted_slot_id="sl_1", line=harbour.line)
    )
    rows = shown.rows()
    assert "waiting" not in rows
    assert rows.index("cr_kiln") > rows.index("upcoming")


def test_a_new_earlier_time_changes_the_order_of_the_requests(shown: Shown) -> None:
    call = requests()[2]
    shown.made.receive(replace(call, version=2, slots=slots(NOW + timedelta(hours=1))))
    assert shown.rows()[1] == "cr_north"


def test_a_refused_answer_says_what_is_left(shown: Shown) -> None:
    item = shown.made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    shown.made.refuse(item.key, "slot-gone", "This slot is no longer offered.")
    text = shown.model.text_at(shown.model.row_of("cr_kiln"))
    assert text.third is not None
    assert (text.third.words, text.third.icon) == ("Could not accept, 2 times open", "warning")


def test_a_request_whose_first_time_is_at_night_says_so_by_the_sign_of_view_times(shown: Shown) -> None:
    shown.made.receive(invitation("cr_night", starts=(at(25, 5, 30), at(26, 13))))
    text = shown.model.text_at(shown.model.row_of("cr_night"))
    assert text.third is not None
    assert (text.third.words, text.third.icon, text.third.tone) == ("At night: Wed 25 Nov, 5:30 AM", "moon", "warn")


def test_a_call_to_come_that_is_at_night_says_so(shown: Shown) -> None:
    shown.made.receive(accepted("cr_night", start=at(25, 5, 30)))
    badge = shown.model.text_at(shown.model.row_of("cr_night")).badge
    assert badge is not None
    assert (badge.words, badge.icon, badge.tone) == ("in 2 days, at night", "moon", "warn")


def test_a_waiting_decline_says_so(shown: Shown) -> None:
    shown.made.desk.submit(Decline("cr_bright", "None of these.", 1))
    assert shown.model.text_at(shown.model.row_of("cr_bright")).second == "You decline"


def test_a_request_whose_last_time_passes_moves_to_earlier_by_itself(qtbot: QtBot, tmp_path: Path) -> None:
    soon = invitation("cr_soon", starts=(NOW + timedelta(milliseconds=60),))
    shown = Shown(tmp_path, [soon])
    assert shown.rows() == ["needs_answer", "cr_soon"]
    shown.made.clock.advance(timedelta(seconds=1))
    qtbot.waitUntil(lambda: shown.rows() == ["earlier"])
    shown.model.set_unfolded(True)
    assert "No time left" in shown.picture()


def test_the_line_opens_in_the_list_at_its_very_instant(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(tmp_path, [])
    opens_soon = NOW + timedelta(minutes=5, milliseconds=60)
    harbour = upcoming()[0]
    shown.made.receive(replace(harbour, slots=slots(opens_soon)))
    assert "in 6 min" in shown.picture()
    shown.made.clock.advance(timedelta(milliseconds=100))
    qtbot.waitUntil(lambda: "Line open" in shown.picture())


def test_a_minute_later_only_the_countdown_has_changed(shown: Shown) -> None:
    shown.picture()
    shown.told.clear()
    shown.made.clock.advance(timedelta(minutes=1))
    shown.model.refresh()
    row = shown.rows().index("cr_harbour")
    assert shown.told == [f"dataChanged {row}"]
    assert "in 2 h 13 min" in shown.picture()


def test_nothing_is_asked_while_nobody_looks_and_all_is_there_on_waking(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    overview = shown.made.desk.overview
    monkeypatch.setattr(shown.made.desk, "overview", lambda: asked.append("overview") or overview())
    shown.model.set_awake(False)
    shown.made.receive(invitation("cr_new", customer=customer("Late Guest", "Ann", "B")))
    assert asked == []
    assert "cr_new" not in shown.rows()
    shown.model.set_awake(True)
    assert "cr_new" in shown.rows()


def test_news_about_the_sync_alone_asks_for_no_calls(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    overview = shown.made.desk.overview
    monkeypatch.setattr(shown.made.desk, "overview", lambda: asked.append("overview") or overview())
    shown.model.hear(Changed.of(Kind.STATUS))
    assert asked == []


def test_a_long_earlier_is_read_in_blocks_and_only_where_it_is_looked_at(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(tmp_path, [*requests(), *earlier(1000)])
    read: list[int] = []
    ask = shown.made.desk.shown
    monkeypatch.setattr(shown.made.desk, "shown", lambda ids: read.append(len(ids)) or ask(ids))
    shown.model.set_unfolded(True)
    del shown.tester  # it looks at every row
    read.clear()
    last = shown.model.rowCount() - 1
    assert shown.model.text_at(last).first.startswith("Company")
    shown.model.text_at(last - 10)
    assert sum(read) <= 2 * BLOCK


def test_a_store_that_cannot_be_read_leaves_the_list_as_it_was(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown.picture()

    def fail() -> None:
        raise StoreProblem("damaged", "")

    monkeypatch.setattr(shown.made.desk, "overview", fail)
    shown.model.refresh()
    assert shown.model.problem is not None
    assert shown.picture() == before
    monkeypatch.undo()
    shown.model.refresh()
    assert shown.model.problem is None


def test_a_row_speaks_its_whole_meaning_to_screen_readers(shown: Shown) -> None:
    row = shown.rows().index("cr_alder")
    said = shown.model.data(shown.model.index(row))
    assert said == (
        "Alder & Oak Outfitters, Dana R.. Spring hiking series, 4 blog posts. 3 times, first Tue 24 Nov, 1:00 PM"
    )
    assert shown.model.data(shown.model.index(0)) == "Needs your answer (4)"


def test_the_next_calls_come_earliest_first(tmp_path: Path, qapp: object) -> None:
    shown = Shown(tmp_path, calls_of_the_pictures())
    assert [one.call.id for one in shown.model.upcoming()] == ["cr_harbour", "cr_juniper", "cr_meridian"]
    assert shown.model.count(Section.UPCOMING) == 3


def test_a_burst_of_news_is_read_once(qtbot: QtBot, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    overview = shown.made.desk.overview
    monkeypatch.setattr(shown.made.desk, "overview", lambda: asked.append("overview") or overview())
    shown.model._pause.start(50)
    for number in range(10):
        shown.made.receive(invitation(f"cr_new_{number}", customer=customer(f"New {number}")))
    assert asked == []
    qtbot.waitUntil(lambda: "cr_new_9" in shown.rows())
    assert asked == ["overview"]


def test_what_a_round_brings_is_read_once_when_it_ends(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    overview = shown.made.desk.overview
    monkeypatch.setattr(shown.made.desk, "overview", lambda: asked.append("overview") or overview())
    shown.model.set_syncing(True)
    for number in range(3):
        shown.made.receive(invitation(f"cr_new_{number}", customer=customer(f"New {number}")))
    assert asked == []
    shown.model.set_syncing(False)
    assert "cr_new_2" in shown.rows()
    assert asked == ["overview"]


def test_a_round_that_takes_long_is_not_waited_for(qtbot: QtBot, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.calls.list_model._REST", 20)
    shown.model.set_syncing(True)
    shown.made.receive(invitation("cr_new", customer=customer("New")))
    assert "cr_new" not in shown.rows()
    qtbot.waitUntil(lambda: "cr_new" in shown.rows())


def test_only_rows_that_are_looked_at_are_read_again(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(tmp_path, [invitation(f"cr_{number:03}") for number in range(400)])
    del shown.tester  # it looks at every row
    shown.model.text_at(300)
    read: list[str] = []
    ask = shown.made.desk.shown
    monkeypatch.setattr(shown.made.desk, "shown", lambda ids: read.extend(ids) or ask(ids))
    shown.model.refresh()
    assert shown.model.row_at(300).call_id in read
    assert len(read) < 150


def test_what_the_writer_does_is_shown_at_once_even_in_a_burst_of_news(shown: Shown) -> None:
    shown.model._pause.start(60_000)
    shown.made.receive(invitation("cr_new", customer=customer("New"), version=1))
    assert "cr_new" not in shown.rows()
    shown.made.desk.submit(Accept("cr_new", "sl_1", START, 1))
    assert "cr_new" in shown.rows()
