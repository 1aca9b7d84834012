"""Every window by the keyboard alone and by a screen reader: each control has a name, and Tab comes by all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.support.desks import NOW, START, accepted, customer, invitation
from tests.support.scenes import Scene
from ui.account import Who
from ui.answer_dialog import AnswerDialog
from ui.decline_dialog import DeclineDialog
from ui.main_window import MainWindow
from ui.sign_in_dialog import SignInDialog
from ui.signing_in import SigningIn

CALLS = (
    invitation("cr_1", starts=[NOW + timedelta(hours=3), NOW + timedelta(hours=30)]),
    invitation("cr_2", starts=[NOW + timedelta(hours=5)], customer=customer("Brightwater Farms", "Lee", "W")),
    accepted("cr_3", start=NOW + timedelta(minutes=3), customer=customer("Harbour & Pine", "Owen", "T")),
)


def main_window(scene: Scene) -> QWidget:
    window = MainWindow(scene.desk, scene.news, scene.stage, scene.wording, practice=True)
    window.resize(1100, 720)
    return window


def view_times(scene: Scene) -> QWidget:
    return AnswerDialog(scene.around, "cr_1")


def decline(scene: Scene) -> QWidget:
    return DeclineDialog(scene.around, "cr_1", {})


def outbox(scene: Scene) -> QWidget:
    item = scene.desk.submit(next(iter(accepts("cr_1"))))
    scene.under.refuse(item.key, "slot-taken", "Another writer was faster.")
    scene.desk.submit(next(iter(accepts("cr_2"))))
    window = main_window(scene)
    assert isinstance(window, MainWindow)
    window.show_outbox()
    return window


class NobodyYet:
    """An account that is only looked at."""

    who = Who("marketplace.example")


def sign_in(scene: Scene) -> QWidget:
    return SignInDialog(SigningIn(NobodyYet(), scene.stage), scene.wording, None)


def accepts(call_id):
    from sync.domain.intents import Accept

    yield Accept(call_id, "sl_1", START, 1)


@pytest.fixture(params=[main_window, view_times, decline, outbox, sign_in], ids=lambda make: make.__name__)
def scene(request, qtbot, tmp_path):
    made = Scene(qtbot, tmp_path, CALLS, request.param)
    if isinstance(made.window, MainWindow):
        qtbot.waitUntil(lambda: made.window.page.detail is not None)
    return made


def controls(window):
    """What a writer can press, type into or walk through, as it stands in the window now."""
    return [
        one
        for one in window.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_every_control_says_what_it_is(scene):
    nameless = [
        f"{type(one).__name__} {one.objectName()}"
        for one in controls(scene.window)
        if not (QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name) or "").strip()
    ]
    assert nameless == []


def test_every_button_has_a_name_of_its_own_for_those_who_drive_it_from_outside(scene):
    assert [one.text() for one in scene.window.findChildren(QAbstractButton) if not one.objectName()] == []


def test_tab_comes_by_every_control(scene):
    wanted = set(controls(scene.window))
    seen = set()
    for _ in range(4 * len(wanted) + 4):
        focused = scene.window.focusWidget()
        if focused is not None:
            seen.add(focused)
        # Ctrl+Tab leaves a text, in which Tab is a character.
        scene.window.focusNextChild()
    missed = {one.objectName() or type(one).__name__ for one in wanted - seen if not in_group_of(one, seen)}
    assert missed == set()


def in_group_of(one, seen):
    """Radio buttons of a group share one place in the order; the arrows go between them."""
    return any(type(other) is type(one) and other.parent() is one.parent() for other in seen)
