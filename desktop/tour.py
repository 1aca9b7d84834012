"""The guided tour: walks through the main job by itself, with the real windows and a practice marketplace over HTTP.

Every step says in one line what was seen and saves a picture; the exit status tells whether all of it held.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEventLoop, QLocale, Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QWidget

from desktop.paths import Profile
from desktop.practice import PracticeMarketplace
from desktop.wiring import Access, Core, build_round, open_core
from desktop.worker import Worker
from sync.domain.projection import Section, ShownCall
from sync.runner import Runner
from sync.settings import Theme
from ui.answer_dialog import AnswerDialog
from ui.decline_dialog import DeclineDialog
from ui.formats import formats_of
from ui.main_window import MainWindow
from ui.news import News
from ui.style import apply
from ui.wording import Wording

BEGINS: Final = datetime(2026, 11, 23, 18, 46, tzinfo=UTC)
"""Monday, 10:46 AM in California: always the same moment, so that the pictures are always the same."""

PATIENCE: Final = 30.0
"""Seconds after which something that was to appear is said to be missing."""

SCREEN: Final = {"name": "tour", "x": 0, "y": 0, "width": 2880, "height": 1800, "logicalDpi": 96}

Found = TypeVar("Found")


class Missing(Exception):  # noqa: N818 - a finding of the tour
    """Something that a step promises was not seen."""


class TourClock:
    """The practice marketplace's clock, as this computer knows it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return self.instant


def tour(out: Path, theme: Theme) -> int:
    """Walk, save the pictures below ``out``, and return the exit status: 0 when every step held."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return _walk(Path(folder), out, theme)


def _walk(folder: Path, out: Path, theme: Theme) -> int:
    """Show everything on a screen in memory, with room for every dialog and pixels enough for a page."""
    (folder / "screen.json").write_text(json.dumps({"screens": [SCREEN]}), encoding="utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={folder / 'screen.json'}"
    os.environ.setdefault("QT_SCALE_FACTOR", "1.5")
    # The screen in memory says at every window that it has no window manager to tell sizes to.
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    application = QApplication(sys.argv[:1])
    QLocale.setDefault(QLocale("en_US"))
    if "Inter" in QFontDatabase.families():
        font = QFont("Inter")
        font.setPixelSize(14)
        application.setFont(font)
    apply(application, theme)
    with ExitStack() as ends:
        held = Walk(Stage(folder, out, ends)).run()
    print(f"{'All of it held.' if held else 'Something did not hold.'} The pictures are in {out}.")
    return 0 if held else 1


class Stage:
    """The program around the tour: practice marketplace, core, worker, window, and the hands that use them."""

    def __init__(self, folder: Path, out: Path, ends: ExitStack) -> None:
        self.out = out
        self.clock = TourClock(BEGINS)
        profile = Profile(folder, "")
        manual = ("--clock", "manual", "--now", BEGINS.isoformat(), "--seed", "7")
        self.practice = PracticeMarketplace(profile.marketplace_database, manual)
        ends.callback(self.practice.stop)
        self.core: Core = open_core(profile, self.clock)
        ends.push(self.core.ends)
        self.news = News()
        self.core.desk.listen(self.news.changed.emit)
        self.core.database.prepare()
        self.address = self.practice.ensure_running()
        self.worker = Worker(self._make_runner, self.news)
        wording = Wording(
            formats_of(QLocale("en_US"), "locale"), self.clock.now, lambda: ZoneInfo("America/Los_Angeles")
        )
        self.window = MainWindow(self.core.desk, self.news, self.worker, wording, practice=True)
        ends.callback(self.worker.stop)
        self.worker.start()
        self.window.show()

    def _make_runner(self, started: Callable[[], None], finished: Callable[[Any], None]) -> Runner:
        made = build_round(self.core, self.address.origin, Access(lambda: self.address.token))
        return Runner(made, self.clock, started=started, finished=finished)

    def sync(self) -> None:
        """Press Sync now, in effect."""
        self.worker.wake()

    def unplug(self) -> None:
        """Take the marketplace away."""
        self.practice.stop()
        self.sync()

    def plug_in(self) -> None:
        """Bring it back where it was."""
        self.practice.ensure_running()
        self.sync()

    def customer(self, event: str, **fields: object) -> Any:
        """Let a customer do something now."""
        import httpx2  # noqa: PLC0415 - the window comes before anything heavy, here too

        headers = {"Authorization": f"Bearer {self.address.token}"}
        answer = httpx2.post(
            f"{self.address.origin}/practice/events", json={"event": event, **fields}, headers=headers, trust_env=False
        )
        if answer.is_error:
            raise Missing(f"the practice customer did not {event}: {answer.text}")
        return answer.json()["call_request"]

    def let_time_pass(self, by: timedelta) -> None:
        """Move the clock of both sides."""
        import httpx2  # noqa: PLC0415

        self.clock.instant += by
        headers = {"Authorization": f"Bearer {self.address.token}"}
        now = {"now": self.clock.instant.isoformat()}
        httpx2.post(f"{self.address.origin}/practice/clock", json=now, headers=headers, trust_env=False)
        self.sync()

    def until(self, look: Callable[[], Found | None], what: str) -> Found:
        """Let the program run until ``look`` finds something. Raises Missing when it does not."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            pause = QEventLoop()
            QTimer.singleShot(20, pause.quit)
            pause.exec()
        raise Missing(what)

    def settle(self) -> None:
        """Let everything that is due be painted."""
        for _ in range(5):
            QApplication.processEvents()

    def press(self, parent: QWidget, name: str) -> None:
        """Click a button as a hand would."""
        button = parent.findChild(QPushButton, name)
        if button is None or not button.isVisible() or not button.isEnabled():
            raise Missing(f"the button {name} cannot be pressed")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def shown(self, call_id: str) -> ShownCall:
        """Return the call as the window shows it."""
        shown = self.core.desk.call(call_id)
        if shown is None:
            raise Missing(f"the call {call_id}")
        return shown

    def picture(self, widget: QWidget, name: str) -> None:
        """Save how a window looks."""
        self.window.activateWindow()
        self.settle()
        if not widget.grab().save(str(self.out / f"{name}.png")):
            raise Missing(f"the picture {name} could not be saved below {self.out}")


class Walk:
    """The steps, in order; each returns the sentence that it proves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._window = stage.window
        self._number = 0
        self._first = ""
        self._second = ""
        self._third = ""
        self._dialog: QWidget | None = None

    def run(self) -> bool:
        """Take every step; a step that does not hold ends the walk."""
        steps = (
            self.an_invitation_arrives,
            self.view_times,
            self.accept,
            self.line_and_pin,
            self.accept_offline,
            self.waiting_to_be_sent,
            self.back_online,
            self.refused,
            self.needs_attention,
            self.decline,
            self.follow_up,
        )
        for step in steps:
            self._number += 1
            name = f"{self._number:02}-{step.__name__.replace('_', '-')}"
            try:
                said = step(name)
            except Missing as finding:
                print(f"FAILED {name}: not seen: {finding}", flush=True)
                return False
            print(f"ok     {name}: {said}", flush=True)
        return True

    def an_invitation_arrives(self, name: str) -> str:
        """A customer invites; the request stands under Needs your answer."""
        self._first = self._stage.customer("invite", company="Alder & Oak Outfitters")["id"]
        self._second = self._stage.customer("invite", company="Kiln Street Ceramics")["id"]
        self._third = self._stage.customer("invite", company="Brightwater Farms")["id"]
        self._stage.sync()
        self._in_section(self._third, Section.NEEDS_ANSWER)
        self._window.show_call(self._first)
        self._stage.picture(self._window, name)
        return "Invitations arrive over HTTP and stand under Needs your answer, each with View Times."

    def view_times(self, name: str) -> str:
        """The dialog with the offered times opens."""
        self._dialog = self._open_times(self._first)
        self._stage.picture(self._dialog, name)
        return "View Times shows the offered times in the writer's zone and reads the choice back."

    def accept(self, name: str) -> str:
        """Accept shows number and PIN in place."""
        dialog = self._the_dialog()
        self._stage.press(dialog, "answerAccept")
        self._stage.until(lambda: self._stage.shown(self._first).line, "number and PIN after accepting")
        self._stage.picture(dialog, name)
        return "Accept changes the dialog in place: the marketplace has confirmed, number and PIN are there."

    def line_and_pin(self, name: str) -> str:
        """The call is upcoming, with its line."""
        self._close()
        self._in_section(self._first, Section.UPCOMING)
        self._window.show_call(self._first)
        self._stage.picture(self._window, name)
        return "The call is under Upcoming, its details show number and PIN with copy buttons."

    def accept_offline(self, name: str) -> str:
        """Without a network an acceptance is kept, and no number is made up."""
        self._stage.unplug()
        self._stage.until(lambda: self._stage.core.desk.status().trouble, "that the window notices being offline")
        self._dialog = self._open_times(self._second)
        self._stage.press(self._dialog, "answerAccept")
        self._in_section(self._second, Section.WAITING)
        if self._stage.shown(self._second).line is not None:
            raise Missing("that nothing is made up while offline")
        self._stage.picture(self._dialog, name)
        return "Offline, Accept is kept: the time is not the writer's until it is sent, and no PIN is shown."

    def waiting_to_be_sent(self, name: str) -> str:
        """The list and the strip say what waits."""
        self._close()
        self._window.show_call(self._second)
        self._stage.picture(self._window, name)
        return "The request stands under Waiting to be sent, and the strip says since when it is offline."

    def back_online(self, name: str) -> str:
        """The queue is sent by itself."""
        self._stage.plug_in()
        self._stage.until(lambda: self._stage.shown(self._second).line, "number and PIN after the network came back")
        self._in_section(self._second, Section.UPCOMING)
        self._stage.picture(self._window, name)
        return "Back online, the waiting answer is sent by itself and the call is confirmed."

    def refused(self, name: str) -> str:
        """A time that another writer got first is refused, with the reason and the times left."""
        self._stage.unplug()
        self._stage.until(lambda: self._stage.core.desk.status().trouble, "that the window notices being offline")
        self._dialog = self._open_times(self._third)
        self._stage.press(self._dialog, "answerAccept")
        pending = self._stage.shown(self._third).pending_slot
        self._stage.practice.ensure_running()
        self._stage.customer("take_slot", call_request_id=self._third, slot_id=pending.id if pending else "")
        self._stage.sync()
        refusal = self._stage.until(lambda: self._stage.shown(self._third).refused, "the refusal")
        self._stage.picture(self._dialog, name)
        return f"A time that was taken meanwhile is refused in plain words ({refusal.problem_code}); others stay open."

    def needs_attention(self, name: str) -> str:
        """The outbox keeps the refused action with what can be done next."""
        self._close()
        self._window.show_outbox()
        self._stage.picture(self._window, name)
        if self._stage.core.desk.status().attention != 1:
            raise Missing("the refused action under Needs attention")
        return "The outbox keeps it under Needs attention until the writer has decided."

    def decline(self, name: str) -> str:
        """None of these work: a message to the customer."""
        self._window.show_calls()
        self._window.show_decline(self._third)
        self._dialog = self._stage.until(lambda: self._window.findChild(DeclineDialog), "the decline dialog")
        editor = self._dialog.findChild(QPlainTextEdit)
        if editor is None or not editor.toPlainText():
            raise Missing("a draft of the message")
        self._stage.picture(self._dialog, name)
        return "None of these work offers drafts of a message, and warns before private details are sent."

    def follow_up(self, name: str) -> str:
        """The customer answers a decline with a new invitation."""
        dialog = self._the_dialog()
        self._stage.press(dialog, "declineSend")
        self._stage.until(lambda: self._stage.shown(self._third).call.decline_message, "the confirmed decline")
        self._close()
        self._stage.let_time_pass(timedelta(minutes=10))
        found = self._stage.until(self._answer_to_decline, "a new invitation after the decline")
        self._window.show_call(found)
        self._stage.picture(self._window, name)
        return "The customer answers with a new invitation, shown as a follow-up of the declined one."

    def _answer_to_decline(self) -> str | None:
        overview = self._stage.core.desk.overview()
        ids = next(one.ids for one in overview.sections if one.section is Section.NEEDS_ANSWER)
        shown = self._stage.core.desk.shown(ids)
        return next((one.call.id for one in shown if one.call.follow_up_of == self._third), None)

    def _open_times(self, call_id: str) -> QWidget:
        self._window.show_times(call_id)
        return self._stage.until(lambda: self._window.findChild(AnswerDialog), "the dialog with the times")

    def _the_dialog(self) -> QWidget:
        if self._dialog is None:
            raise Missing("an open dialog")
        return self._dialog

    def _close(self) -> None:
        """Close the dialog and wait until it is gone."""
        dialog, self._dialog = self._the_dialog(), None
        dialog.close()
        self._stage.settle()

    def _in_section(self, call_id: str, section: Section) -> None:
        def look() -> bool:
            shown = self._stage.core.desk.call(call_id)
            return shown is not None and shown.section(self._stage.clock.now()) is section

        self._stage.until(look, f"the call under {section.value.replace('_', ' ')}")
