"""The list as seen and used: real buttons over the rows, keys, clicks, focus, and a choice that stays chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from sync.domain.calls import CallRequest
from sync.domain.intents import Accept
from tests.support.desks import NOW, TestDesk, customer, desk_with, invitation
from tests.support.states import at, calls_of_the_pictures, earlier, kiln, requests, upcoming
from tests.support.windows import wording_of
from ui.calls.list_model import CallListModel
from ui.calls.list_view import CallList
from ui.calls.row_painter import RowLook, RowPainter, row_height
from ui.calls.row_text import RowKind, RowText
from ui.widgets.buttons import RowButton

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def list_with(qtbot: QtBot, path: Path, calls: Sequence[CallRequest], width: int = 434) -> tuple[CallList, TestDesk]:
    """Show a list of that width with the keyboard in it."""
    made = desk_with(path / "a.sqlite3", calls)
    model = CallListModel(made.desk, wording_of(made))
    model.set_awake(True)
    made.desk.listen(model.hear)
    view = CallList(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(width, 664)
    with qtbot.waitExposed(view):
        view.show()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    return view, made


def model_of(view: CallList) -> CallListModel:
    model = view.model()
    assert isinstance(model, CallListModel)
    return model


def button_of(view: CallList, call_id: str) -> RowButton:
    button = view.viewport().findChild(RowButton, f"viewTimes_{call_id}")
    assert button is not None
    return button


def place_of(view: CallList, call_id: str) -> QPoint:
    """A point of a row left of its button."""
    area = view.visualRect(view.model().index(model_of(view).row_of(call_id)))
    return QPoint(area.left() + 150, area.center().y())


def test_each_request_has_a_real_button_that_says_whose_times_it_opens(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    button = button_of(view, "cr_bright")
    assert button.accessibleName() == "View times offered by Brightwater Farms"
    with qtbot.waitSignal(view.view_times) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == ["cr_bright"]


def test_a_button_stands_where_the_design_has_it(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    row = view.visualRect(view.model().index(1))
    place = button_of(view, "cr_alder").geometry()
    assert row.height() == row_height(RowKind.REQUEST, narrow=False) == 82
    assert place.right() + 1 == row.right() + 1 - 20
    assert abs(place.center().y() - row.center().y()) <= 1


def test_words_end_before_the_button_beside_a_scroll_bar_too() -> None:
    text = RowText(RowKind.REQUEST, "Company", "Ann B.", "x" * 60)
    beside_a_bar = RowLook(right=10, inset=2, button_width=99)
    end = RowPainter().text_end(text, 426, beside_a_bar)
    assert end == 426 - 10 - 99 - 12


def test_in_a_very_narrow_list_the_button_stands_under_the_text(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures(), width=400)
    row = view.visualRect(view.model().index(1))
    place = button_of(view, "cr_alder").geometry()
    assert row.height() == 122
    assert place.left() == row.left() + 74
    assert row.top() + 66 < place.top()
    assert place.bottom() < row.bottom()


def test_enter_on_a_request_opens_its_times_and_on_a_call_opens_the_call(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    view.select("cr_north")
    with qtbot.waitSignal(view.view_times) as asked:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert asked.args == ["cr_north"]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.selected_id == "cr_harbour"
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["cr_harbour"]


def test_home_and_end_go_to_the_first_and_the_last_row(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, [*requests(), *upcoming()])
    view.select("cr_north")
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.selected_id == "cr_meridian"
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.selected_id == "cr_alder"


def test_pressing_view_times_chooses_its_row_first(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    view.select("cr_harbour")
    button = view.findChild(QWidget, "viewTimes_cr_bright")
    assert button is not None
    with qtbot.waitSignals([view.picked, view.view_times], order="strict"):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.selected_id == "cr_bright"


def test_the_arrows_pass_over_headings_and_reach_earlier(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, [*requests()[:1], *upcoming()[:1], *earlier(2)])
    view.select("cr_alder")
    picked: list[str] = []
    view.picked.connect(picked.append)
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert picked == ["cr_harbour"]
    assert not model_of(view).row_at(view.currentIndex().row()).call_id
    assert view.selected_id == "cr_harbour"


def test_earlier_opens_by_right_and_closes_by_left_from_any_of_its_calls(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, [*requests(), *earlier(3)])
    model = model_of(view)
    view.setCurrentIndex(model.index(model.rowCount() - 1))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert model.unfolded
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.selected_id == "cr_old_2"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not model.unfolded
    assert model.row_at(view.currentIndex().row()).section.value == "earlier"


def test_a_click_or_enter_on_earlier_folds_and_unfolds_it(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, [*requests(), *earlier(3)])
    model = model_of(view)
    heading = model.index(model.rowCount() - 1)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(heading).center())
    assert model.unfolded
    view.setCurrentIndex(heading)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert not model.unfolded


def test_a_click_on_a_row_picks_and_opens_it(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    with qtbot.waitSignals([view.picked, view.opened]):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view, "cr_juniper"))
    assert view.selected_id == "cr_juniper"


def test_tab_goes_from_the_list_through_the_buttons_in_their_order(qtbot: QtBot, tmp_path: Path) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    visited = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget() or view, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget)
        visited.append(focused.objectName())
    assert visited == ["viewTimes_cr_alder", "viewTimes_cr_bright", "viewTimes_cr_north"]


def test_the_chosen_call_stays_chosen_when_its_row_moves(qtbot: QtBot, tmp_path: Path) -> None:
    view, made = list_with(qtbot, tmp_path, [*requests(), kiln()])
    view.select("cr_kiln")
    picked: list[str] = []
    view.picked.connect(picked.append)
    made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    assert view.selected_id == "cr_kiln"
    assert model_of(view).row_at(view.currentIndex().row()).call_id == "cr_kiln"
    assert picked == []


def test_the_button_goes_when_the_request_is_answered(qtbot: QtBot, tmp_path: Path) -> None:
    view, made = list_with(qtbot, tmp_path, [*requests(), kiln()])
    button = button_of(view, "cr_kiln")
    made.desk.submit(Accept("cr_kiln", "sl_1", at(25, 11), 1))
    qtbot.waitUntil(lambda: view.viewport().findChild(RowButton, "viewTimes_cr_kiln") is None)
    assert button is not None


def test_a_new_call_above_leaves_a_long_list_where_it_was_scrolled_to(qtbot: QtBot, tmp_path: Path) -> None:
    view, made = list_with(qtbot, tmp_path, [*requests(), *earlier(5000)])
    model_of(view).set_unfolded(True)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 5000 * 62 - 700)
    bar.setValue(200_000)
    made.receive(invitation("cr_new", starts=(NOW + timedelta(hours=3),)))
    QApplication.processEvents()
    assert bar.value() == 200_000


def test_many_requests_have_buttons_only_near_what_is_seen(qtbot: QtBot, tmp_path: Path) -> None:
    many = [invitation(f"cr_{number}", customer=customer(f"Company {number}")) for number in range(300)]
    view, _ = list_with(qtbot, tmp_path, many)
    assert 8 <= len(view.viewport().findChildren(RowButton)) <= 40


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_button_is_on_the_trailing_side(qtbot: QtBot, tmp_path: Path, direction: Qt.LayoutDirection) -> None:
    view, _ = list_with(qtbot, tmp_path, calls_of_the_pictures())
    view.setLayoutDirection(direction)
    view.resize(436, 664)
    QApplication.processEvents()
    on_the_right = button_of(view, "cr_alder").geometry().center().x() > view.width() / 2
    assert on_the_right == (direction is Qt.LayoutDirection.LeftToRight)
