"""None of these work: a message to the customer, in the writer's own words, that declines the times (M5)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from sync.domain.calls import CallStatus
from sync.domain.intents import MESSAGE_CHARS, Accept, Decline, OutboxItem
from sync.domain.projection import ShownCall
from ui.answer_voice import WAITING
from ui.answer_words import Phase, can_answer, closed_sentence
from ui.call_dialog import CallDialog, Surroundings
from ui.drafts import Draft, Manner, draft_of, first_draft
from ui.lint import lint
from ui.refused_words import refused_sentence
from ui.sentences import Sentence
from ui.style import px, type_font
from ui.widgets.buttons import PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot, keep_place
from ui.widgets.plain_label import PlainLabel
from ui.widgets.segments import Segments
from ui.widgets.strip import IconLabel

_COUNT_FROM: Final = MESSAGE_CHARS - 400
_CLEAR: Final = "Nothing here looks like a phone number, an e-mail or postal address, a link or payment data."
_TIMES: Final = "Times that would suit you better"


class DeclineDialog(CallDialog):
    """Writes and sends the declining message. Esc keeps what was typed in ``drafts``, by call id, until it is sent.

    ``view_times`` carries the call's id when the writer goes back to the times; the dialog has closed itself by then.
    """

    view_times = Signal(str)
    name = "decline"
    wide = 680

    def __init__(
        self, around: Surroundings, call_id: str, drafts: dict[str, Draft], parent: QWidget | None = None
    ) -> None:
        self._drafts = drafts
        super().__init__(around, call_id, parent)

    def make_page(self) -> DialogFoot:
        """Put whom and what about above the better times and the message, and what became of it below."""
        self._draft: Draft | None = self._drafts.get(self.call_id)
        self._told: str | None = None
        self._is_ours = False
        """Whether the answer was on its way while this dialog was open."""
        self.setWindowTitle("None of these work")
        self._make_parts()
        lint_line, info_line = _line(self._lint_icon, self._lint), _line(self._info_icon, self._info)
        lint_line.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        for widget, space in (
            (self._subject, 4),
            (self._to, 16),
            (self._times_heading, 6),
            (self._times, 16),
            (self._heading, 6),
            (self._segments, 10),
        ):
            self.page.addWidget(widget)
            self.page.addSpacing(px(space))
        self.page.addWidget(self._editor, 1)
        self.page.addSpacing(px(8))
        self.page.addLayout(lint_line)
        self.page.addSpacing(px(12))
        self.page.addWidget(self.voice)
        self.page.addLayout(info_line)
        return self._make_foot()

    def focus_first(self) -> None:
        """Begin with the better times, for they are why a writer declines by a message."""
        self._times.setFocus()

    def _make_parts(self) -> None:
        self._subject = PlainLabel("", self, kind="heading", wrap=True, name="declineSubject")
        self._to = PlainLabel("", self, tone="text2", wrap=True, name="declineTo")
        self._times_heading = _heading(_TIMES, self, "declineTimesHeading")
        self._times = QLineEdit(self)
        self._times.setObjectName("declineTimes")
        self._times.setAccessibleName(_TIMES)
        self._times.setFont(type_font("reading"))
        self._times.setPlaceholderText("For example: Tuesday or Thursday, before noon")
        self._times.textEdited.connect(self._on_times)
        self._heading = _heading("Your message", self, "declineHeading")
        self._segments = Segments([manner.value for manner in Manner], self, name="declineManner")
        self._segments.setAccessibleName("Drafts")
        self._segments.currentChanged.connect(self._on_manner)
        self._editor = _MessageField(self)
        self._editor.textChanged.connect(self._on_typed)
        self._lint_icon = IconLabel("okc", "ok", self)
        self._lint = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="declineLint")
        self._count = PlainLabel("", self, kind="small", tone="text3", tabular=True, name="declineCount")
        self._info = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="declineInfo")
        self._info_icon = IconLabel("info", "text2", self)

    def _make_foot(self) -> DialogFoot:
        self._back = PlainButton("Back to times", self, name="declineBack", tall=True)
        self._send = PrimaryButton("Decline and send", self, name="declineSend", tall=True)
        self._back.clicked.connect(self._on_back)
        self._send.clicked.connect(self.send)
        foot = DialogFoot(self, road=None, way_out=self._back, primary=self._send, name="declineFoot")
        foot.reserve(self._send, "Decline and send", "Decline instead", "Replace message", "Sending…", "Done")
        foot.reserve(self._back, "Back to times", "Close")
        return foot

    def show_call(self, shown: ShownCall, phase: Phase) -> None:
        """Show the call as it is now; the message is the writer's and is not touched."""
        if self._draft is None:
            self._draft = self._first_draft(shown)
        self._is_ours = self._is_ours or shown.pending is not None
        if self.phase is None:
            self._show_draft(self._draft)
        refused = shown.refused
        if phase is Phase.OPEN and refused and isinstance(refused.intent, Decline) and refused.key != self._told:
            self._told = refused.key
            self.notice = refused_sentence(refused, shown.call, self.wording)
        who = shown.call.customer
        self._subject.setText(shown.call.subject)
        self._to.setText(f"To {who.person}, {who.company}")
        self._info.setText(
            f"Times cannot be proposed formally. {who.first_name} answers with a new invitation; "
            "it will appear here as a follow-up."
        )
        self._editor.setPlaceholderText(f"Write to {who.first_name}: which times would suit you?")
        self._show_voice(shown, phase)
        self._show_foot(shown, phase)
        if self._is_done():
            self._drafts.pop(self.call_id, None)

    def send(self) -> None:
        """Decline with the message, or close when that is done."""
        if self._is_done():
            self.accept()
            return
        if self.phase is None or self.shown is None or not self._send.isEnabled():
            return
        if not can_answer(self.shown, self.phase):
            return
        self.submit(Decline(self.call_id, self._text(), self.shown.call.version), self.shown.refused)

    def _text(self) -> str:
        return self._editor.toPlainText().strip()

    def _first_draft(self, shown: ShownCall) -> Draft:
        """Begin with a message that waits or was refused, if there is one: nothing typed is lost."""
        for item in (shown.pending, shown.refused):
            if item is not None and isinstance(item.intent, Decline):
                return draft_of(item.intent.message)
        return first_draft(shown.call, self.wording)

    def _is_done(self) -> bool:
        return self._is_ours and self.shown is not None and self.shown.call.status is CallStatus.DECLINED

    def _show_draft(self, draft: Draft) -> None:
        self._segments.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._segments.setCurrentIndex(list(Manner).index(draft.manner))
        self._segments.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._editor.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._editor.setPlainText(draft.text())
        self._editor.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._editor.moveCursor(QTextCursor.MoveOperation.End)
        if self._times.text() != draft.times:
            self._times.setText(draft.times)
        self._show_lint()

    def _show_lint(self) -> None:
        warnings = lint(self._editor.toPlainText())
        self._lint_icon.show_icon(*(("warning", "warn") if warnings else ("okc", "ok")))
        again = " Customers see no contact details unless you write them." if warnings else ""
        self._lint.setText("\n".join(warnings) + again if warnings else _CLEAR)
        self._lint.set_tone("warn" if warnings else "text2")
        length = len(self._text())
        self._count.setText(f"{length:,} of {MESSAGE_CHARS:,}" if length > _COUNT_FROM else "")
        self._count.set_tone("bad" if length > MESSAGE_CHARS else "text3")

    def _show_voice(self, shown: ShownCall, phase: Phase) -> None:
        told = self._closing(shown, phase)
        if shown.pending is not None and can_answer(shown, phase):
            self._say_replaceable(shown.pending, shown, phase)
        elif shown.pending is not None:
            self.say_pending(shown.pending, shown.call, phase)
        elif told is not None:
            self.voice.say_sentence(told)
        elif self.notice is not None:
            self.say_notice(self.notice)
        speaks = shown.pending is not None or told is not None or self.notice is not None
        self.voice.setVisible(speaks)
        for widget in (self._info_icon, self._info):
            widget.setVisible(not speaks)

    def _say_replaceable(self, item: OutboxItem, shown: ShownCall, phase: Phase) -> None:
        """Say what will be sent: of the answer that waits here and this message, only one."""
        if isinstance(item.intent, Accept) and not self.left_over:
            title = f"You accepted {self.wording.slot(item.intent.starts_at)}, and that has not been sent yet"
            text = "If you decline now, only this message is sent, and the acceptance is not sent any more."
            self.voice.say_sentence(Sentence(title, text, ""), WAITING)
        elif self._is_new(item) and not self.left_over:
            title = "Your message waits in its earlier words"
            text = "If you replace it, only the words above are sent."
            self.voice.say_sentence(Sentence(title, text, ""), WAITING)
        else:
            self.say_pending(item, shown.call, phase, hint="You can still change your message.")

    def _is_new(self, item: OutboxItem | None) -> bool:
        """Tell whether the text is another one than the message that waits."""
        return item is None or not isinstance(item.intent, Decline) or item.intent.message != self._text()

    def _closing(self, shown: ShownCall, phase: Phase) -> Sentence | None:
        """Return why nothing is left to answer, None while something is."""
        if self._is_done():
            return Sentence("Declined", f"{shown.call.customer.first_name} has your message.", "")
        if phase is Phase.CLOSED:
            return closed_sentence(shown.call)
        return Sentence("You accepted this call", "", "It is under Upcoming.") if phase is Phase.ACCEPTED else None

    def _show_foot(self, shown: ShownCall, phase: Phase) -> None:
        answers = can_answer(shown, phase)
        self._editor.setReadOnly(not answers)
        self._segments.setEnabled(answers)
        self._times.setEnabled(answers)
        done = self._is_done()
        self._send.set_words(_sending_words(shown, phase, done=done, answers=answers))
        self._back.set_words("Back to times" if answers else "Close")
        keep_place(self._back, shown=not done)
        keep_place(self._send, shown=answers or done or phase in {Phase.SENDING, Phase.WAITING})
        fits = 0 < len(self._text()) <= MESSAGE_CHARS
        self._send.setEnabled(done or (answers and fits and self._is_new(shown.pending)))
        self.foot.relayout()

    def on_phase(self, phase: Phase) -> None:
        """Go to the message, to Done, or to the way out."""
        (self._editor if phase is Phase.OPEN else self._send if self._is_done() else self._back).setFocus()

    def _on_times(self, times: str) -> None:
        if self._draft is not None:
            zone = self.wording.zone_name() or self.wording.offset(self.wording.now())
            self._draft.name_times(times, zone)
            self._keep(self._draft)

    def _on_typed(self) -> None:
        if self._draft is not None:
            self._draft.texts[self._draft.manner] = self._editor.toPlainText()
            self._drafts[self.call_id] = self._draft
        self._show_lint()
        self._show_answer()

    def _on_manner(self, index: int) -> None:
        if self._draft is not None:
            self._draft.manner = list(Manner)[index]
            self._keep(self._draft)

    def _keep(self, draft: Draft) -> None:
        """Keep what was changed other than in the message itself, and show it there."""
        self._drafts[self.call_id] = draft
        self._show_draft(draft)
        self._show_answer()

    def _show_answer(self) -> None:
        """Say anew what would be sent with the text as it is now."""
        if self.shown is not None and self.phase is not None:
            if self.shown.pending is not None:
                self._show_voice(self.shown, self.phase)
            self._show_foot(self.shown, self.phase)

    def _on_back(self) -> None:
        back = self.phase is not None and self.shown is not None and can_answer(self.shown, self.phase)
        self.reject()
        if back:
            self.view_times.emit(self.call_id)


class _MessageField(QPlainTextEdit):
    """The message as plain text; it gives up height when the dialog has more to say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("declineMessage")
        self.setAccessibleName("Your message")
        self.setFont(type_font("reading"))
        self.setTabChangesFocus(True)
        self.setMinimumHeight(px(110))
        self.document().setDocumentMargin(px(8))

    def sizeHint(self) -> QSize:
        """Return room for some ten lines."""
        return QSize(px(600), px(224))


def _sending_words(shown: ShownCall, phase: Phase, *, done: bool, answers: bool) -> str:
    """Return what the primary button says: what pressing it sends, or what has become of it."""
    if done or phase is Phase.SENDING:
        return "Done" if done else "Sending…"
    if not answers or shown.pending is None:
        return "Decline and send"
    return "Decline instead" if isinstance(shown.pending.intent, Accept) else "Replace message"


def _line(icon: IconLabel, words: PlainLabel) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(px(8))
    line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(words, 1)
    return line


def _heading(words: str, parent: QWidget, name: str) -> PlainLabel:
    return PlainLabel(words, parent, kind="small", tone="text2", weight=600, name=name)
