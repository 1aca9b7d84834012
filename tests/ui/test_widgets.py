"""The small widgets: text exactly as it is, nothing cut, and copying that gives the raw digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.avatar import initials
from ui.widgets.box import Box
from ui.widgets.buttons import PlainButton, RowButton
from ui.widgets.copy_field import CopyField
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import Strip
from ui.widgets.tab_bar import TabBar
from ui.widgets.tooltips import plain_tooltip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LONG = "We plan four posts for spring, for people who hike with children, and would like to hear how you go about it."


def test_a_label_shows_markup_as_the_letters_it_is_made_of(qtbot: QtBot) -> None:
    label = PlainLabel("<img src=x> & <b>bold</b>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == "<img src=x> & <b>bold</b>"


@pytest.mark.parametrize("line", [1.0, 1.24])
def test_a_wrapped_label_is_never_lower_than_its_words_need_in_nested_layouts(qtbot: QtBot, line: float) -> None:
    outer, inner = QWidget(), QWidget()
    qtbot.addWidget(outer)
    label = PlainLabel(LONG, kind="reading", wrap=True, line=line)
    QVBoxLayout(outer).addWidget(inner)
    QVBoxLayout(inner).addWidget(label)
    outer.resize(300, 60)
    outer.show()
    narrow = label.minimumHeight()
    assert label.height() >= narrow == label.heightForWidth(label.width())
    outer.resize(900, 60)
    assert label.minimumHeight() == label.heightForWidth(label.width()) < narrow


def test_an_empty_line_in_a_letter_is_one_line_high(qtbot: QtBot) -> None:
    heights = []
    for text in ("One", "One\nTwo", "One\n\nTwo"):
        label = PlainLabel(text, wrap=True)
        qtbot.addWidget(label)
        heights.append(label.heightForWidth(400))
    assert heights == [heights[0], 2 * heights[0], 3 * heights[0]]


def test_an_elided_label_tells_the_whole_as_a_tooltip_only_when_it_is_cut(qtbot: QtBot) -> None:
    label = PlainLabel("Alder & Oak Outfitters", elide=True)
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    assert label.toolTip() == "Alder & Oak Outfitters"
    label.resize(400, 20)
    assert label.toolTip() == ""


def test_a_tooltip_with_markup_is_shown_as_letters() -> None:
    assert plain_tooltip("Tom & Jerry") == "Tom & Jerry"
    assert plain_tooltip("<img src=x>") == "<span>&lt;img src=x&gt;</span>"


def test_an_ampersand_in_a_buttons_words_is_shown(qtbot: QtBot) -> None:
    button = PlainButton("Fish & Chips")
    qtbot.addWidget(button)
    assert button.text() == "Fish && Chips"
    assert button.shortcut().isEmpty()


def test_a_row_button_is_as_high_and_as_wide_as_the_design_says(qtbot: QtBot) -> None:
    button = RowButton("View Times")
    qtbot.addWidget(button)
    assert button.minimumHeight() == button.maximumHeight() == 32
    # A button measures its words as Qt lays them out, which rounds up where the font's own advance has a fraction.
    words = button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, "View Times").width()
    assert button.sizeHint().width() - words == 26


def test_copying_gives_the_raw_digits_and_says_so(qtbot: QtBot) -> None:
    field = CopyField("Number", "Copy number", name="number")
    qtbot.addWidget(field)
    field.show_digits("+1 415 555 0142", "+14155550142")
    field.show()
    assert field.button.accessibleName() == "Copy number"
    qtbot.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "+14155550142"
    caption = field.findChild(PlainLabel, "numberCaption")
    assert caption is not None
    assert caption.text() == "Number copied"
    qtbot.waitUntil(lambda: caption.text() == "Number", timeout=5000)


def test_a_tab_with_a_count_is_wider_and_says_it_aloud(qtbot: QtBot) -> None:
    tabs = TabBar(name="tabs")
    qtbot.addWidget(tabs)
    tabs.add("Call Requests")
    before = tabs.tabRect(0).width()
    tabs.set_count(0, "3", "Call Requests, 3 need your answer")
    assert tabs.tabRect(0).width() > before
    assert tabs.accessibleTabName(0) == "Call Requests, 3 need your answer"


def test_a_strip_without_words_is_not_there(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    strip = Strip(name="strip")
    column.addWidget(strip)
    page.show()
    assert not strip.isVisible()
    strip.say("offline", "warn", "Offline since 9:40 AM.", link="Show")
    assert strip.isVisible()
    with qtbot.waitSignal(strip.activated):
        qtbot.mouseClick(strip.findChild(QWidget, "stripLink"), Qt.MouseButton.LeftButton)
    strip.say("offline", "warn", "")
    assert not strip.isVisible()


def test_a_box_holds_its_rows_one_below_the_other(qtbot: QtBot) -> None:
    box = Box()
    qtbot.addWidget(box)
    rows = [PlainLabel("one"), PlainLabel("two")]
    for row in rows:
        box.add(row)
    box.show()
    assert rows[1].y() == rows[0].y() + rows[0].height()


@pytest.mark.parametrize(
    ("company", "letters"),
    [("Alder & Oak Outfitters", "AO"), ("Kiln", "K"), ("  ", ""), ("&", "&"), ("éclair bar", "ÉB")],
)
def test_initials_come_from_the_first_two_words(company: str, letters: str) -> None:
    assert initials(company) == letters
