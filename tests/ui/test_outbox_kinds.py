"""The outbox with every kind of action: notes, profile, reports; what is stuck, what follows, what was lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from sync.domain.intents import Accept, Decline, Intent, OutboxState, ReportNoShow, SaveNote, SetProfile
from sync.domain.problems import Busy
from sync.domain.rows import Field, NotePart, Profile, Rows
from sync.store import outbox
from tests.support.desks import NOW, accepted, customer
from tests.support.screens import dress, shoot
from tests.ui.test_outbox_view import OutboxScene, at
from ui.text_file import TextFileDialog
from ui.widgets.plain_label import PlainLabel
from ui.widgets.question import Question

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OWEN = accepted("cr_9", start=at(23, 10, 30), customer=customer("Harbour & Pine", "Owen", "T"))
LONG = "Every word of it. " * 20
ALL: tuple[Intent, ...] = (
    Accept("cr_2", "sl_1", at(25, 11), 1),
    Decline("cr_3", "None of these work for me.", 1),
    ReportNoShow("cr_9", 7),
    SaveNote("cr_9", NotePart.LIVE, "Three dishes, each with its cook."),
    SetProfile("headline", "I write about the outdoors", 1),
    SetProfile("findable", False, 1),
)
TITLES = [
    "Accept Wed 25 Nov, 11:00 AM",
    "Decline Plain-language loans",
    "Report that nobody joined in 7 minutes",
    "Notes of the call",
    "Change your headline",
    "Stop being found by customers",
]


class KindsScene(OutboxScene):
    """The page with a call that is going on, and a profile."""

    def __init__(self, qtbot: QtBot, path: Path) -> None:
        super().__init__(qtbot, path, OWEN)
        fields = {"headline": Field("Writer", 1, NOW), "findable": Field(True, 1, NOW)}
        self.under.ledgers.apply_snapshot_page(Rows(profile=Profile(1, fields)))

    def submit_all(self) -> dict[str, Intent]:
        return {self.desk.submit(intent).key: intent for intent in ALL}

    def stick(self, intent: Intent, tries: int = 20) -> str:
        """Let the marketplace fail at an action so often that it is stuck."""
        key, now = self.desk.submit(intent).key, self.under.clock.now()
        for _ in range(tries):
            self.under.outbox.mark_inflight([key], "epoch", now)
            self.under.outbox.postpone(key, now + timedelta(minutes=4), Busy("http-500", "Oops."), now)
        self.under.receive()
        return key

    def lose(self, intent: Intent) -> str:
        """Let a restored marketplace lose a confirmed action."""
        key = self.desk.submit(intent).key
        self.under.refuse(key, "x", "")
        with self.under.database.write() as connection:
            outbox.say_lost(connection, key, self.under.clock.now())
        self.under.receive()
        return key

    def states(self) -> list[OutboxState]:
        return [entry.item.state for entry in self.desk.outbox()]

    def opened(self, kind: type) -> object:
        return next(one for one in self.window.findChildren(kind) if one.isVisible())


Make = Callable[[], KindsScene]


@pytest.fixture
def scene(qtbot: QtBot, tmp_path: Path) -> Make:
    return lambda: KindsScene(qtbot, tmp_path)


def test_every_kind_of_action_says_what_it_does_and_begins_the_writers_words(scene: Make) -> None:
    one = scene()
    one.submit_all()
    assert one.titles() == TITLES
    assert one.words(3) == (
        "Harbour & Pine, Owen T.  ·  today at 10:46 AM | “Three dishes, each with its cook.” | Not sent yet"
    )
    assert one.words(4).startswith("Public Info  ·  today at 10:46 AM | “I write about the outdoors”")


def test_a_long_text_is_only_begun(scene: Make) -> None:
    one = scene()
    one.desk.submit(SaveNote("cr_9", NotePart.PREPARED, LONG))
    assert one.words().partition("“")[2].partition("”")[0].endswith("Every word…")


def test_every_kind_of_unsent_action_can_be_taken_back(scene: Make) -> None:
    one = scene()
    one.submit_all()
    while one.rows():
        one.press(one.button("Take back"))
    assert one.desk.outbox() == ()


@pytest.mark.parametrize("code", ["validation", "setting-changed", "too-large", "not-allowed", "never-heard-of"])
def test_every_kind_of_refused_action_can_be_put_away(scene: Make, code: str) -> None:
    one = scene()
    for key in one.submit_all():
        one.under.refuse(key, code, "No.")
    assert [title.split()[0] for title in one.titles()] == ["Could"] * len(ALL)
    while one.rows():
        one.press(one.button("Dismiss"))
    assert one.desk.outbox() == ()


@pytest.mark.parametrize("intent", ALL, ids=lambda intent: type(intent).__name__)
def test_every_kind_of_refused_action_can_be_retried(scene: Make, intent: Intent) -> None:
    one = scene()
    one.under.refuse(one.desk.submit(intent).key, "validation", "No.")
    one.press(one.button("Retry"))
    assert one.states() == [OutboxState.QUEUED]
    assert one.stage.woken == 1


def test_a_field_that_was_changed_elsewhere_offers_the_writers_own_value(scene: Make) -> None:
    one = scene()
    key = one.desk.submit(SetProfile("headline", "Mine", 1)).key
    one.under.ledgers.apply_snapshot_page(Rows(profile=Profile(5, {"headline": Field("Theirs", 5, NOW)})))
    one.under.refuse(key, "setting-changed", "")
    assert "It says now: “Theirs”" in one.words()
    assert one.labels() == ["Use mine", "Copy text", "Save as file…", "Dismiss"]
    one.press(one.button("Use mine"))
    assert [entry.item.intent for entry in one.desk.outbox()] == [SetProfile("headline", "Mine", 5)]


def test_what_followed_a_refused_change_says_which(scene: Make) -> None:
    one = scene()
    first = one.desk.submit(SetProfile("headline", "First", 1)).key
    one.under.outbox.mark_inflight([first], "epoch", one.under.clock.now())
    one.desk.submit(SetProfile("headline", "Second", 1))
    assert one.words(1).endswith("After the one before it")
    one.under.refuse(first, "validation", "No.")
    assert "It followed “Change your headline” of today at 10:46 AM, which was not taken" in one.words(1)
    one.press(one.button("Retry", 1))
    assert OutboxState.QUEUED in one.states()


def test_a_report_or_a_note_leads_to_its_call(scene: Make) -> None:
    one = scene()
    one.desk.submit(ReportNoShow("cr_9", 7))
    with one.qtbot.waitSignal(one.window.show_call) as asked:
        one.press(one.button("Show call"))
    assert asked.args == ["cr_9"]


def test_the_writers_text_can_be_saved_as_a_file(scene: Make, tmp_path: Path) -> None:
    one = scene()
    one.under.refuse(one.desk.submit(SaveNote("cr_9", NotePart.LIVE, "Ärger & <b>alles</b>")).key, "http-410", "")
    one.press(one.button("Save as file…"))
    dialog = one.opened(TextFileDialog)
    assert isinstance(dialog, TextFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "note.txt"))
    dialog.reject()
    assert (tmp_path / "note.txt").read_text("utf-8") == "Ärger & <b>alles</b>\n"
    assert one.find("outboxNoticeWords").text() == f"Saved as {tmp_path / 'note.txt'}."


def test_a_place_that_cannot_be_written_is_said(scene: Make, tmp_path: Path) -> None:
    one = scene()
    one.under.refuse(one.desk.submit(Decline("cr_3", "Every word.", 1)).key, "validation", "")
    one.press(one.button("Save as file…"))
    dialog = one.opened(TextFileDialog)
    assert isinstance(dialog, TextFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "no" / "folder" / "note.txt"))
    dialog.reject()
    assert "It could not be saved there: No such file or directory." in one.find("outboxNoticeWords").text()


# Stuck


@pytest.mark.parametrize("intent", ALL, ids=lambda intent: type(intent).__name__)
def test_what_is_stuck_says_so_and_stays_queued(scene: Make, intent: Intent) -> None:
    one = scene()
    one.stick(intent)
    assert one.find("outboxAttention").isVisible()
    assert one.titles()[0].startswith("Not confirmed: ")
    assert "tried it 20 times since today at 10:46 AM, without a yes or a no." in one.words()
    assert one.words().endswith("Tries again in 4 min")
    assert one.desk.status().attention == 1
    assert one.labels()[0] == "Try now"
    assert one.labels()[-1] == "Give up…"


def test_a_stuck_action_can_be_tried_now(scene: Make) -> None:
    one = scene()
    one.stick(ALL[0])
    one.press(one.button("Try now"))
    assert one.desk.outbox()[0].item.not_before is None
    assert one.stage.woken == 1


def test_giving_up_asks_first_and_says_what_is_lost(scene: Make) -> None:
    one = scene()
    one.stick(ALL[1])
    one.press(one.button("Give up…"))
    question = one.opened(Question)
    assert isinstance(question, Question)
    words = question.accessibleDescription()
    assert "Nothing is sent any more. What was sent may have arrived all the same." in words
    assert "Your message goes with it: copy it first if you need it." in words
    question.reject()
    assert one.states() == [OutboxState.QUEUED]


def test_after_giving_up_nothing_is_sent_any_more(scene: Make) -> None:
    one = scene()
    key = one.stick(ALL[0])
    one.press(one.button("Give up…"))
    one.press(one.find("giveUpGo"))
    assert one.desk.outbox() == ()
    assert one.under.outbox.mark_inflight([key], "epoch", one.under.clock.now()) == []


def test_what_is_being_sent_just_then_is_not_given_up_and_that_is_said(scene: Make) -> None:
    one = scene()
    key = one.stick(ALL[0])
    one.press(one.button("Give up…"))
    one.under.outbox.mark_inflight([key], "epoch", one.under.clock.now())
    one.press(one.find("giveUpGo"))
    assert one.states() == [OutboxState.INFLIGHT]
    assert "It is being sent just now." in one.find("outboxNoticeWords").text()


# Lost by a marketplace that went back in time


def test_what_was_lost_stands_together_with_a_copy_of_how_it_was(scene: Make) -> None:
    one = scene()
    one.under.ledgers.begin_epoch("older", one.under.clock.now(), returning=True)
    one.lose(ALL[0])
    one.lose(ALL[1])
    lead = "The marketplace was set back to an earlier copy of itself, which does not have these:"
    assert one.find("outboxLostLead").text() == lead
    assert one.labels() == ["Send again", "Copy text", "Put away"]
    assert "before-restore-20261123T184600Z.db" in one.find("outboxLostCopy").text().replace("\u200b", "")
    assert not one.find("outboxAttention").isVisible()


def test_one_that_was_lost_can_be_sent_again_or_put_away(scene: Make) -> None:
    one = scene()
    one.lose(ALL[0])
    one.lose(ALL[1])
    one.press(one.button("Send again"))
    one.press(one.button("Put away"))
    assert one.titles() == ["Accept Wed 25 Nov, 11:00 AM"]
    assert one.states() == [OutboxState.QUEUED]


def test_all_that_were_lost_can_be_sent_again_at_once(scene: Make) -> None:
    one = scene()
    for intent in ALL:
        one.lose(intent)
    one.press("outboxAllAgain")
    assert one.states() == [OutboxState.QUEUED] * len(ALL)
    assert one.stage.woken == 1


def test_all_that_were_lost_can_be_put_away_at_once(scene: Make) -> None:
    one = scene()
    for intent in ALL:
        one.lose(intent)
    one.press("outboxAllAway")
    assert one.desk.outbox() == ()


def test_what_cannot_be_sent_again_stays_and_is_counted(scene: Make) -> None:
    one = scene()
    one.lose(ALL[0])
    one.lose(ALL[1])
    one.news.blockSignals(True)
    one.under.clock.advance(timedelta(days=3))
    one.press("outboxAllAgain")
    assert "1 of them cannot be sent again. This time has passed." in one.find("outboxNoticeWords").text()
    assert sorted(one.states()) == [OutboxState.QUEUED, OutboxState.REJECTED]


@pytest.mark.parametrize(
    ("base", "width", "theme"),
    [(14, 900, "light"), (14, 900, "dark"), (14, 450, "light"), (28, 900, "light"), (28, 450, "dark")],
)
def test_nothing_is_cut_at_any_width(qapp: QApplication, scene: Make, base: int, width: int, theme: str) -> None:
    dress(qapp, theme, base=base)  # type: ignore[arg-type]
    one = scene()
    one.under.ledgers.begin_epoch("older", one.under.clock.now(), returning=True)
    one.stick(ALL[4])
    one.lose(ALL[1])
    one.lose(ALL[2])
    one.desk.submit(ALL[3])
    one.window.resize(width, 1500 if base == 14 else 2600)
    for _ in range(4):
        QApplication.processEvents()
    shoot(one.window, f"outbox-kinds-{theme}-{base}-{width}", scale=1)
    assert one.window.width() == width
    for row in one.rows():
        assert row.mapTo(one.window, row.rect().topRight()).x() < width
        for button in row.buttons():
            assert button.geometry().right() <= row.width()
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
        state = next(label for label in row.findChildren(PlainLabel) if label.objectName() == "outboxState")
        assert not state.isVisible() or state.height() >= state.heightForWidth(state.width())
