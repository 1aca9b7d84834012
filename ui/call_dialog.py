"""What the two answering dialogs share: a page that scrolls, a foot that stays, an ear for changes, a way to act."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from sync.desk import Desk, NotAllowed
from sync.domain.calls import CallRequest
from sync.domain.changes import Changed, Kind
from sync.domain.intents import Intent, OutboxItem
from sync.domain.problems import StoreProblem
from sync.domain.projection import ShownCall
from ui.answer_voice import REFUSED, WAITING, AnswerVoice
from ui.answer_words import Phase, pending_sentence, phase_of
from ui.backstage import Backstage
from ui.news import News
from ui.sentences import Sentence
from ui.style import px
from ui.widgets.dialog_foot import DialogFoot
from ui.wording import Wording

_TICK_MS = 15_000
"""How often an open dialog looks whether an offered time has passed."""


class Surroundings(NamedTuple):
    """What a dialog needs of the program around it: whom it asks, what it hears, who works for it, how it speaks."""

    desk: Desk
    news: News
    backstage: Backstage
    wording: Wording


class CallDialog(QDialog):
    """A dialog about one call. It shows what the desk says and asks again on every change.

    Subclasses make their page and foot, and say how a call is shown and what the primary button sends (Mod+Enter).
    """

    name: ClassVar[str]
    """The beginning of the objectNames."""
    wide: ClassVar[int]
    """Width in px of the base font."""

    def __init__(self, around: Surroundings, call_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.backstage, self.wording, self.call_id = around.desk, around.backstage, around.wording, call_id
        self.setObjectName(f"{self.name}Dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.shown: ShownCall | None = None
        self.phase: Phase | None = None
        self.notice: Sentence | None = None
        """What went wrong, until the writer chooses or sends anew."""
        self.left_over = ""
        """What a waiting answer is to be followed by: why another one was not taken, or an old one could not go."""
        self._trouble: str | None = None
        self.page = QVBoxLayout()
        self.voice = AnswerVoice(self, name=f"{self.name}Voice")
        self.voice.take_back.connect(self._on_take_back)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._in_view: QWidget | None = None
        self._grow_soon = QTimer(self, singleShot=True, interval=0)
        self._grow_soon.timeout.connect(self._grow)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._on_send_keys)
        around.news.changed.connect(self._on_changed)
        self.foot = self.make_page()
        self.refresh()
        self._build(self.foot)
        self.focus_first()

    def make_page(self) -> DialogFoot:
        """Fill ``page``, with ``voice`` in its place, and return the foot."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Put the keyboard where the writer begins."""
        raise NotImplementedError

    def show_call(self, shown: ShownCall, phase: Phase) -> None:
        """Show the call and where its answer stands; ``say_pending`` has the words for one on its way."""
        raise NotImplementedError

    def speaks_of_pending(self, shown: ShownCall, phase: Phase) -> bool:  # noqa: ARG002 - for subclasses
        """Tell whether what is said now is about the answer that waits: then it can be taken back here."""
        return shown.pending is not None

    def on_phase(self, phase: Phase) -> None:
        """Put the keyboard where it belongs in another phase."""
        raise NotImplementedError

    def send(self) -> None:
        """Do what the primary button does."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Ask the desk and show what it says; a store that cannot be read is said in words."""
        try:
            shown, trouble = self.desk.call(self.call_id), self.desk.status().trouble
        except StoreProblem as problem:
            self._say_trouble(problem)
        else:
            if shown is not None:
                self._show(shown, trouble)
        # Wrapped labels know their heights only when the layout has run.
        self._grow_soon.start()

    def _show(self, shown: ShownCall, trouble: str | None) -> None:
        phase = phase_of(shown, trouble)
        self.shown, self._trouble = shown, trouble
        self.show_call(shown, phase)
        self.voice.offer_take_back(possible=self.speaks_of_pending(shown, phase) and _is_unsent(shown))
        before, self.phase = self.phase, phase
        if before not in {None, phase}:
            self.on_phase(phase)
            self.keep_in_view(self.voice)
            announce(self.voice, self.voice.words())

    def say_pending(self, item: OutboxItem, call: CallRequest, phase: Phase, *, hint: str = "") -> None:
        """Say what happens to an answer that is not confirmed yet; ``hint`` is what can be done with it."""
        sentence = pending_sentence(item, call, self._trouble, self.wording)
        after = " ".join(part for part in (sentence.next, hint, self.left_over) if part)
        look = WAITING if phase is Phase.WAITING else None
        self.voice.say_sentence(replace(sentence, next=after), look)

    def say_notice(self, notice: Sentence) -> None:
        """Say what went wrong, in the colours of what was refused."""
        self.voice.say_sentence(notice, REFUSED)

    def submit(self, intent: Intent, refused: OutboxItem | None) -> None:
        """Queue the answer; ``refused`` is an earlier one that the writer has read about: the new answer settles it."""
        self.notice, self.left_over = None, ""
        try:
            self.desk.submit(intent)
        except NotAllowed as no:
            self._say_not_taken(self.wording.refusal(no.refusal))
        except StoreProblem as problem:
            self._say_not_taken(self.wording.problem(problem.code, problem.detail))
        else:
            self.backstage.wake()
            self._put_away(refused)
        self.refresh()

    def _say_not_taken(self, why: Sentence) -> None:
        """Where an earlier answer waits, that one stands, and the writer must not take the new one for queued."""
        if self.shown is None or self.shown.pending is None:
            self.notice = why
        else:
            self.left_over = f"Your new answer was not taken. {why.title}. {why.text}"

    def _put_away(self, refused: OutboxItem | None) -> None:
        """Where that fails, the new answer is queued all the same, and the writer must not read otherwise."""
        if refused is None:
            return
        try:
            self.desk.dismiss(refused.key)
        except StoreProblem as problem:
            why = self.wording.problem(problem.code).title
            self.left_over = f"Your earlier answer, which was refused, still stands in the outbox. {why}."

    def _say_trouble(self, problem: StoreProblem) -> None:
        self.notice = self.wording.problem(problem.code, problem.detail)
        self.say_notice(self.notice)
        self.voice.show()

    def _on_take_back(self) -> None:
        pending = self.shown.pending if self.shown else None
        if pending is None:
            return
        try:
            self.desk.take_back(pending.key)
        except StoreProblem as problem:
            self._say_trouble(problem)
            return
        self.refresh()

    def _build(self, foot: DialogFoot) -> None:
        """Put the page into a scroll area above the foot."""
        inside = _Page(self.page)
        self.page.setContentsMargins(px(28), px(24), px(28), px(16))
        self.page.setSpacing(0)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName(f"{self.objectName()}Scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setBackgroundRole(QPalette.ColorRole.Base)
        self._scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, px(22))
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        holder = QVBoxLayout()
        near, far = px(28) - foot.indent, px(28)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        holder.setContentsMargins(far if mirrored else near, px(6), near if mirrored else far, 0)
        holder.addWidget(foot)
        whole.addLayout(holder)
        self._wide = px(self.wide)
        # Below that the page would be cut at its end: its drafts, for one, stand beside each other in large text too.
        least = self.page.minimumSize().width() + self._scroll.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(min(least, self.screen().availableGeometry().width()))
        self._fitted, self._needed = False, 0
        self.resize(self._wide, self._wide // 2)

    def keep_in_view(self, widget: QWidget) -> None:
        """Scroll to a widget once the page has been laid out anew: what has just changed must be seen."""
        self._in_view = widget
        self._grow_soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look at the clock."""
        super().showEvent(event)
        self._tick.start()
        if not self._fitted:
            # Only now have the labels been told their widths, on which their heights depend.
            self._fitted = True
            self.resize(self._fitting_size())

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking at the clock."""
        super().hideEvent(event)
        self._tick.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the writer's own size as it is: only words that come later ask for more."""
        super().resizeEvent(event)
        self._needed = self.page.totalMinimumHeightForWidth(self.width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, and no other: nothing is sent by accident."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Paint the ground in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _fitting_size(self) -> QSize:
        """The size in which everything is seen, as far as the screen has room."""
        room = self.screen().availableGeometry().size()
        width = min(self._wide, room.width())
        margins = px(28) * 2
        foot = self.foot.heightForWidth(width - margins + self.foot.indent) + px(28)
        page = self.page.totalHeightForWidth(width)
        return QSize(width, min(page + foot, round(room.height() * 0.94)))

    def _grow(self) -> None:
        """Make room for more words where the screen has it; the dialog never shrinks under the pointer."""
        if not self.isVisible() or self.isMaximized():
            return
        needed = self.page.totalMinimumHeightForWidth(self.width())
        more = min(needed - self._needed, needed - self._scroll.viewport().height())
        room = round(self.screen().availableGeometry().height() * 0.94)
        if more > 0 and self.height() < room:
            self.resize(self.width(), min(self.height() + more, room))
        self._needed = needed
        if self._in_view is not None and self._in_view.isVisible():
            self._scroll.ensureWidgetVisible(self._in_view, 0, px(8))
            self._in_view = None

    def _on_send_keys(self) -> None:
        self.send()

    def _on_changed(self, changed: Changed) -> None:
        if changed.kinds & {Kind.CALLS, Kind.OUTBOX, Kind.STATUS}:
            self.refresh()


def _is_unsent(shown: ShownCall) -> bool:
    return shown.pending is not None and shown.pending.can_be_taken_back


class _Page(QWidget):
    """What scrolls. It scrolls only when its parts cannot become smaller any more, a message field for one."""

    def __init__(self, column: QVBoxLayout) -> None:
        super().__init__()
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setLayout(column)
        self._column = column

    def heightForWidth(self, width: int) -> int:
        """Return the least height, which is what the scroll area asks for."""
        return self._column.totalMinimumHeightForWidth(width)


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say what has just changed."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
