"""The main window as seen: nothing cut in any size, everything named, one primary button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from sync.domain.problems import Offline, Paused
from tests.support.desks import accepted, customer, invitation
from tests.support.screens import dress, shoot
from tests.support.states import at, calls_of_the_pictures
from tests.support.windows import TestWindow, line_opens, words_of
from ui.widgets.plain_label import PlainLabel

Open = Callable[..., TestWindow]


def uncut(window: QWidget) -> list[str]:
    """Return the words that do not fit where they stand."""
    cut = []
    for label in window.findChildren(PlainLabel):
        if label.isVisible() and label.wordWrap() and label.height() < label.heightForWidth(label.width()):
            cut.append(label.text())
    for area in window.findChildren(QScrollArea):
        if area.isVisible() and area.widget().width() > area.viewport().width():
            cut.append(f"{area.objectName()}: {area.widget().width()} > {area.viewport().width()}")
    for button in window.findChildren(QWidget):
        if button.isVisible() and button.inherits("QPushButton") and button.width() < button.sizeHint().width():
            cut.append(f"{button.objectName()}: {button.width()} < {button.sizeHint().width()}")
    return cut + cut_in_banner(window)


def cut_in_banner(window: QWidget) -> list[str]:
    """Return what is cut there: names to a few letters, time, number and PIN at all."""
    cut = []
    for name in (words_of(window, "lineBannerTitle"), words_of(window, "lineBannerWords")):
        if name.width() < min(100, name.fontMetrics().horizontalAdvance(name.text())):
            cut.append(name.text())
    for whole in (words_of(window, name) for name in ("lineBannerWhen", "lineNumberDigits", "linePinDigits")):
        right = whole.mapTo(window, whole.rect().bottomRight())
        if not whole.rect().contains(QRect(QPoint(0, 0), whole.sizeHint())) or not window.rect().contains(right):
            cut.append(whole.text())
    return cut


LOOKS = [
    ("light", 14, 1100),
    ("dark", 14, 900),
    ("light", 14, 720),
    ("dark", 14, 450),
    ("light", 28, 900),
    ("dark", 14, 343),
    ("light", 28, 700),
]


@pytest.mark.parametrize(("theme", "base", "width"), LOOKS)
def test_nothing_is_cut(qapp: QApplication, opened: Open, theme: str, base: int, width: int) -> None:
    dress(qapp, "dark" if theme == "dark" else "light", base=base)
    long_name = customer("The Very Old Guild of Bookbinders and Letterpress Printers & Sons", "Maximiliana", "B")
    made = opened(
        [
            *calls_of_the_pictures(),
            accepted("cr_live", start=at(23, 12, 55), customer=long_name),
            invitation("cr_long", customer=long_name, subject="A history of ink, paper and patience in nine parts"),
        ],
        practice=True,
        width=width,
        problem=Offline("unreachable"),
    )
    line_opens(made)
    QApplication.processEvents()
    shoot(made.window, f"main-{theme}-{base}-{width}")
    assert uncut(made.window) == []
    for call_id in ("cr_long", "cr_harbour"):
        made.window.show_call(call_id)
        QApplication.processEvents()
        shoot(made.window, f"main-{theme}-{base}-{width}-{call_id}")
        assert uncut(made.window) == []


def test_every_widget_that_is_used_has_a_name_and_says_what_it_is(opened: Open) -> None:
    made = opened(calls_of_the_pictures())
    line_opens(made)
    window = made.window
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() is Qt.FocusPolicy.NoFocus or not widget.isVisible():
            continue
        if widget.objectName().startswith("qt_"):
            continue
        assert widget.objectName(), widget
        text = widget.text() if hasattr(widget, "text") else ""
        assert text or widget.accessibleName(), widget.objectName()


def test_one_primary_button_is_to_be_seen(opened: Open) -> None:
    window = opened(calls_of_the_pictures()).window
    seen = [one for one in window.findChildren(QWidget) if one.isVisible() and one.property("kind") == "primary"]
    assert [one.objectName() for one in seen] == ["detailViewTimes"]


@pytest.mark.parametrize("width", [900, 450])
def test_a_long_reason_in_the_strip_is_read_whole_or_stands_in_its_tooltip(opened: Open, width: int) -> None:
    reason = "Somebody has complained about messages that hold contact details. " * 4
    made = opened(calls_of_the_pictures(), width=width, problem=Paused("account-suspended", reason))
    loud, quiet = words_of(made.window, "stripWords"), words_of(made.window, "stripAside")
    assert quiet.isVisible() == (width == 900)
    assert width == 900 or reason.strip() in loud.toolTip()
    QApplication.processEvents()
    for label in (label for label in (loud, quiet) if label.isVisible()):
        assert label.height() >= label.heightForWidth(label.width())
        assert label.mapTo(made.window, label.rect().topRight()).x() < width
