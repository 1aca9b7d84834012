"""What the buttons of the outbox do, and how it is said when something of it is not possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from sync.desk import Desk, NotAllowed
from sync.domain.problems import StoreProblem
from ui.backstage import Backstage
from ui.outbox_words import ASKING_AGAIN, OutboxLine, Step
from ui.sentences import Sentence
from ui.widgets.strip import Strip
from ui.wording import Wording

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget


class Deeds(QObject):
    """Does what is asked of one action or of all that were lost; ``done`` after each, so that the page looks again."""

    done = Signal()

    def __init__(self, desk: Desk, backstage: Backstage, wording: Wording, notice: Strip, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._backstage, self._wording = desk, backstage, wording
        self._notice, self._page = notice, parent
        self._copied = ""
        self._dialog: QDialog | None = None
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard)

    def do(self, line: OutboxLine, step: Step) -> None:
        """Take a step with one action; giving up asks first."""
        match step:
            case Step.COPY:
                QGuiApplication.clipboard().setText(line.copy)
                self._copied = line.copy
                self._notice.say("check", "ok", "Copied.")
            case Step.SAVE:
                self._save(line)
            case Step.GIVE_UP:
                self._ask_to_give_up(line)
            case Step.TRY_NOW:
                self.send_waiting()
            case Step.TAKE_BACK:
                self._try(lambda: self._take_back(line.key))
            case _ if step in ASKING_AGAIN:
                self.send_again([line.key])
            case _:
                self.put_away([line.key])

    def send_waiting(self) -> None:
        """Let everything that waits for a later try go now."""
        if self._try(self._desk.send_waiting):
            self._backstage.wake()

    def send_again(self, keys: Sequence[str]) -> None:
        """Ask for refused or lost actions anew; those that are not possible any more stay, and that is said."""
        left: list[NotAllowed] = []

        def send() -> None:
            for key in keys:
                try:
                    self._desk.retry(key)
                except NotAllowed as no:
                    left.append(no)

        sent = self._try(send)
        if len(left) < len(keys):
            self._backstage.wake()
        if sent and left:
            why = self._wording.refusal(left[0].refusal)
            them = "1 of them" if len(left) == 1 else f"{len(left)} of them"
            many = f"{them} cannot be sent again. " if len(keys) > 1 else ""
            self.say(Sentence(f"{many}{why.title}", why.text, why.next))

    def put_away(self, keys: Sequence[str]) -> None:
        """Put actions away; what was sent meanwhile stays."""

        def dismiss() -> None:
            for key in keys:
                self._desk.dismiss(key)

        self._try(dismiss)

    def say(self, sentence: Sentence) -> None:
        """Say what did not work."""
        self._notice.say("warning", "warn", f"{sentence.title}. {sentence.paragraph()}".strip())

    def forget(self) -> None:
        """Say nothing any more."""
        self._copied = ""
        self._notice.say("info", "text2", "")

    def _try(self, write: Callable[[], object]) -> bool:
        """Write to the store; a store that cannot be written is said."""
        try:
            write()
        except StoreProblem as problem:
            self.say(self._wording.problem(problem.code, problem.detail))
            return False
        finally:
            self.done.emit()
        return True

    def _take_back(self, key: str) -> None:
        if not self._desk.take_back(key):
            self.say(Sentence("It was sent already", "", "Wait for the marketplace's answer."))

    def _ask_to_give_up(self, line: OutboxLine) -> None:
        from ui.widgets.question import Question  # noqa: PLC0415 - seldom wanted

        question = Question(
            "Give up on this?", line.question, self._page, go="Give up", stay="Keep trying", name="giveUp"
        )
        question.accepted.connect(lambda: self._give_up(line))
        self._open(question)

    def _give_up(self, line: OutboxLine) -> None:
        given_up: list[bool] = []
        if self._try(lambda: given_up.append(self._desk.dismiss(line.key))) and not all(given_up):
            self.say(Sentence("It is being sent just now", "", "Wait for the marketplace's answer."))

    def _save(self, line: OutboxLine) -> None:
        from ui.text_file import TextFileDialog  # noqa: PLC0415 - seldom wanted

        dialog = TextFileDialog(line.own_text, "Foreword.txt", self._page)
        dialog.saved.connect(lambda place: self._notice.say("check", "ok", f"Saved as {place}."))
        dialog.failed.connect(lambda why: self.say(Sentence(f"It could not be saved there: {why}", "", "")))
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()

    def _on_clipboard(self) -> None:
        """Say no more that a text was copied once something else was."""
        if self._copied and QGuiApplication.clipboard().text() != self._copied:
            self.forget()
