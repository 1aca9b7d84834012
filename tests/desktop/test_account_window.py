"""Signing in and out by the window: real clicks, a real marketplace, a person at a browser, the real worker thread."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop import account
from desktop.paths import profile_of
from desktop.wiring import open_core
from desktop.worker import Worker
from sync.keychain import FileKeychain, MemoryKeychain
from sync.round import RoundReport
from sync.runner import Runner
from tests.support.marketplace import ROOT, RunningMarketplace, running_marketplace
from tests.support.screens import dress, shoot
from tests.support.sign_ins import Person
from tests.support.windows import CALIFORNIA
from ui.news import News
from ui.sign_in_dialog import SignInDialog
from ui.signing_in import SigningIn, Stage
from ui.wording import Wording, plain_formats


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace(clock="system") as running:
        yield running


class Idle:
    """Rounds that find nothing to do: here only errands count."""

    def run(self) -> RoundReport:
        return RoundReport(None, None)


class AtHome(account.AccountHere):
    """The window's account, whose pages are opened by a person instead of a browser."""

    person = Person()

    def open_page(self, address):
        return self.person.open(address)


class Scene:
    """A sign-in window over everything real but the browser; ``keychain`` takes what goes to the system's."""

    def __init__(self, qtbot, profile, ends, keychain=None, *, again=False):
        self.qtbot, self.followed = qtbot, []
        self.core = open_core(profile, keychain=keychain)
        ends.push(self.core.ends)
        news = News()
        self.account = AtHome(self.core, profile, self.followed.append)
        self.account.person = Person()
        self.worker = Worker(lambda *_hooks: Runner(Idle(), self.core.clock), news)
        ends.callback(self.worker.stop)
        ends.callback(self.account.stop)
        self.worker.start()
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self.parent.resize(900, 700)
        self.parent.show()
        self.signing = SigningIn(self.account, self.worker, self.parent, again=again)
        wording = Wording(plain_formats(), self.core.clock.now, lambda: CALIFORNIA)
        self.dialog = SignInDialog(self.signing, wording, self.parent)
        self.dialog.open()

    def part(self, name):
        found = self.dialog.findChild(QWidget, name)
        assert found is not None, name
        return found

    def press(self, name):
        self.qtbot.mouseClick(self.part(name), Qt.MouseButton.LeftButton)

    def until(self, *stages):
        self.qtbot.waitUntil(lambda: self.signing.stage in stages, timeout=20_000)

    @property
    def said(self):
        return f"{self.part('signInTitle').text()}. {self.part('signInText').text()}"

    @property
    def trouble(self):
        box = self.part("signInProblem")
        return self.part("signInProblemTitle").text() if box.isVisible() else ""


@pytest.fixture
def place(tmp_path, market):
    return profile_of(tmp_path, market.url)


@pytest.fixture
def ends():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def stage(qtbot, qapp, ends, place, monkeypatch):
    dress(qapp)
    # No test may reach the keychain of whoever runs it.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return lambda profile=place, keychain=None, **more: Scene(qtbot, profile, ends, keychain, **more)


def signed_in(stage):
    """Sign in as Robin, kept until Foreword closes."""
    one = stage()
    one.press("signInPrimary")
    one.until(Stage.CHOOSE)
    one.press("signInPrimary")
    one.until(Stage.IN)
    return one


def test_signing_in_with_the_browser_without_a_keychain_asks_where_to_keep_it(stage):
    one = stage()
    assert one.said.startswith("Sign in at 127.0.0.1:")
    one.press("signInPrimary")
    assert one.part("signInTitle").text() == "Waiting for your browser…"
    one.until(Stage.CHOOSE)
    assert "this computer's keychain for passwords is not there or did not take it" in one.said
    assert one.part("signInKeepMemory").isChecked()
    assert not list(one.account._profile.folder.parent.rglob("*.json"))
    one.press("signInPrimary")
    one.until(Stage.IN)
    assert one.part("signInTitle").text() == "Signed in as Robin"
    assert "Your sign-in is kept until Foreword closes." in one.said
    one.press("signInPrimary")
    assert isinstance(one.followed[0].keychain, MemoryKeychain)
    assert one.followed[0].profile.name == "Robin"


def test_a_writer_can_choose_a_file(stage):
    one = stage()
    one.press("signInPrimary")
    one.until(Stage.CHOOSE)
    one.part("signInKeepFile").click()
    one.press("signInPrimary")
    one.until(Stage.IN)
    one.dialog.reject()
    assert isinstance(one.followed[0].keychain, FileKeychain)


def test_a_place_that_cannot_be_written_is_said_and_another_can_be_chosen(stage):
    one = stage()
    one.press("signInPrimary")
    one.until(Stage.CHOOSE)
    one.account._profile.folder.parent.mkdir(parents=True, exist_ok=True)
    one.account._profile.folder.write_text("a file where a folder is needed")
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.trouble), timeout=20_000)
    assert one.signing.stage is Stage.CHOOSE
    one.account._profile.folder.unlink()
    one.press("signInPrimary")
    one.until(Stage.IN)


def test_not_keeping_a_sign_in_ends_it_at_the_marketplace(stage, market):
    one = stage()
    one.press("signInPrimary")
    one.until(Stage.CHOOSE)
    access = one.signing._tokens.access
    one.press("signInWayOut")
    assert one.signing.stage is Stage.OUT

    def refused():
        with market.client(access) as client:
            return client.get("/v1/snapshot").status_code == 401

    one.qtbot.waitUntil(refused, timeout=20_000)


def test_signing_in_with_a_code_on_another_device(stage):
    one = stage()
    one.press("signInRoad")
    one.until(Stage.CODE)
    code = one.signing.code
    assert one.part("signInCodeDigits").text() == code.user_code
    one.press("signInCodeCopy")
    assert QGuiApplication.clipboard().text() == code.user_code
    assert one.part("signInAddressDigits").text() in code.address
    Person("Robin").allow_device(code.address, code.user_code)
    one.until(Stage.CHOOSE)


def test_waiting_can_be_cancelled_and_begun_anew(stage):
    one = stage()
    one.account.person.open = lambda _address: True
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.signing.address), timeout=20_000)
    assert one.part("signInCopyAddress").isVisible()
    one.press("signInCopyAddress")
    assert QGuiApplication.clipboard().text() == one.signing.address
    one.press("signInWayOut")
    assert one.signing.stage is Stage.OUT
    assert one.trouble == ""
    one.press("signInRoad")
    one.until(Stage.CODE)


def test_a_computer_without_a_browser_is_told_of_the_code(stage):
    one = stage()
    one.account.person.open = lambda _address: False
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.trouble), timeout=20_000)
    assert one.trouble == "No browser opened."
    assert one.signing.stage is Stage.OUT


def test_a_no_at_the_marketplace_is_said(stage):
    one = stage()
    one.account.person.answer = "deny"
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.trouble), timeout=20_000)
    assert one.trouble == "The marketplace did not sign you in."


def test_without_a_network_signing_in_says_so(stage, tmp_path):
    one = stage(profile_of(tmp_path, "http://127.0.0.1:9"))
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.trouble), timeout=20_000)
    assert one.trouble == "You are offline."


def test_signing_in_again_as_the_same_account_leaves_the_window_as_it_is(stage):
    first = signed_in(stage)
    first.dialog.accept()
    made = first.followed[0]
    again = stage(made.profile, made.keychain)
    assert again.part("signInTitle").text() == "Signed in as Robin"
    again.signing.begin_in_browser()
    again.until(Stage.CHOOSE)
    again.press("signInPrimary")
    again.until(Stage.IN)
    again.press("signInPrimary")
    assert again.followed == []


def test_an_ended_sign_in_leads_to_signing_in_again(stage):
    first = signed_in(stage)
    first.dialog.accept()
    made = first.followed[0]
    one = stage(made.profile, made.keychain, again=True)
    assert one.said.startswith("Sign in again as Robin at 127.0.0.1")
    one.press("signInPrimary")
    one.until(Stage.CHOOSE)
    one.press("signInPrimary")
    one.until(Stage.IN)
    one.press("signInPrimary")
    assert one.followed == []


def test_signing_out_says_what_stays_and_goes_on_without_anybody(stage):
    first = signed_in(stage)
    first.dialog.accept()
    made = first.followed[0]
    one = stage(made.profile, made.keychain)
    assert "Your calls, your notes and what waits to be sent stay on this computer." in one.said
    one.press("signInRoad")
    one.until(Stage.GONE)
    assert one.said == (
        "Signed out. Your calls, your notes and what waits to be sent stay on this computer, for your next sign-in."
    )
    one.press("signInPrimary")
    assert one.followed[0].profile.subject == ""
    assert made.keychain.load(made.profile.origin, made.profile.subject) is None


@pytest.mark.parametrize(("base", "theme"), [(14, "light"), (14, "dark"), (28, "light")])
def test_nothing_is_cut_at_any_stage(stage, qapp, base, theme):
    one = stage()
    one.dialog.reject()
    dress(qapp, theme, base=base)
    one = stage()
    pictures = {}

    def look(name):
        for _ in range(4):
            QApplication.processEvents()
        pictures[name] = shoot(one.dialog, f"sign-in-{name}-{theme}-{base}", scale=1)
        for button in ("signInRoad", "signInWayOut", "signInPrimary"):
            found = one.part(button)
            if found.isVisible():
                assert found.width() >= found.fontMetrics().horizontalAdvance(found.text()), (name, button)
                assert one.dialog.rect().contains(found.mapTo(one.dialog, found.rect().bottomRight())), (name, button)

    look("out")
    one.account.person.open = lambda _address: True
    one.press("signInPrimary")
    one.qtbot.waitUntil(lambda: bool(one.signing.address), timeout=20_000)
    look("browser")
    one.press("signInRoad")
    one.until(Stage.CODE)
    look("code")
    Person("Robin").allow_device(one.signing.code.address, one.signing.code.user_code)
    one.until(Stage.CHOOSE)
    look("choose")
    one.press("signInPrimary")
    one.until(Stage.IN)
    look("in")
    assert len(pictures) == 5


WALK = """
    import sys
    from pathlib import Path
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QPushButton
    from desktop import account, app
    from desktop.paths import profile_of
    from desktop.single_instance import claim
    from sync.settings import Settings
    from tests.support.sign_ins import Person
    from ui.main_window import MainWindow

    person = Person()
    account.AccountHere.open_page = lambda self, address: person.open(address)
    profile = profile_of(Path(sys.argv[1]), sys.argv[2])
    steps = iter([
        ("emptyButton", "Not signed in"), ("signInPrimary", "Sign in at"), ("signInPrimary", "Where shall"),
        ("signInPrimary", "Signed in as Robin"), ("account", "Call Requests"), ("signInRoad", "Signed in as Robin"),
        ("signInPrimary", "Signed out"), ("", "Not signed in"),
    ])
    wanted = [next(steps)]

    def words(window):
        return [one.text() for one in window.findChildren(object) if hasattr(one, "text") and callable(one.text)
                and getattr(one, "isVisible", lambda: False)()]

    def look():
        for window in QApplication.topLevelWidgets():
            if not isinstance(window, MainWindow) or not window.isVisible():
                continue
            name, title = wanted[-1]
            if title == "Call Requests":
                open_now = any(dialog.isVisible() for dialog in window.findChildren(account_dialog))
                ready = window.model.rowCount() > 0 and not open_now
            else:
                ready = any(str(text).startswith(title) for text in words(window))
            if not ready:
                continue
            if not name:
                print("walked", flush=True)
                window.close()
                return
            button = window.findChild(QPushButton, name)
            if button is None or not button.isVisible() or not button.isEnabled():
                continue
            print(title, flush=True)
            wanted.append(next(steps))
            button.click()

    from ui.sign_in_dialog import SignInDialog as account_dialog
    timer = QTimer()
    timer.timeout.connect(look)
    held = []
    apply = app.apply
    def apply_and_watch(application, theme):
        apply(application, theme)
        timer.start(50)
    app.apply = apply_and_watch
    sys.exit(app.run(Settings(), profile, claim(profile)))
"""


def test_the_program_goes_from_nobody_to_an_account_and_back_without_a_restart(tmp_path, market):
    code = textwrap.dedent(WALK)
    environment = os.environ | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), market.url],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=80, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "Not signed in", "Sign in at", "Where shall", "Signed in as Robin", "Call Requests", "Signed in as Robin",
        "Signed out", "walked",
    ], done.stdout + done.stderr  # fmt: skip
    assert done.returncode == 0, done.stderr
