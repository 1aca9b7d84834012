"""None of these work: a message to the customer, in the writer's own words, that declines the times (M5)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from sync.desk import Desk, NotAllowed
from sync.domain.calls import CallStatus
from sync.domain.intents import MESSAGE_CHARS, Decline
from sync.domain.problems import StoreProblem
from sync.domain.projection import ShownCall
from ui.answer_voice import AnswerVoice
from ui.answer_words import Phase, closed_sentence, pending_sentence, phase_of, refused_sentence
from ui.backstage import Backstage
from ui.call_dialog import CallDialog, announce
from ui.drafts import Draft, Manner, draft_of, first_draft
from ui.lint import lint
from ui.news import News
from ui.sentences import Sentence
from ui.style import px, type_font
from ui.widgets.buttons import PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot, keep_place
from ui.widgets.plain_label import PlainLabel
from ui.widgets.segments import Segments
from ui.widgets.strip import IconLabel
from ui.wording import Wording

_COUNT_FROM = MESSAGE_CHARS - 400


_CLEAR: Final = "Nothing here looks like a phone number, an e-mail or postal address, a link or payment data."


class DeclineDialog(CallDialog):
    """Writes and sends the declining message. Esc keeps what was typed in ``drafts``, by call id, until it is sent.

    ``view_times`` carries the call's id when the writer goes back to the times; the dialog has closed itself by then.
    """

    view_times = Signal(str)

    def __init__(
        self,
        desk: Desk,
        news: News,
        backstage: Backstage,
        wording: Wording,
        call_id: str,
        drafts: dict[str, Draft],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(desk, news, backstage, wording, call_id, parent)
        self.setObjectName("declineDialog")
        self.setWindowTitle("None of these work")
        self._drafts = drafts
        self._draft: Draft | None = drafts.get(call_id)
        self._shown: ShownCall | None = None
        self._phase: Phase | None = None
        self._told: str | None = None
        self._is_ours = False
        """Whether the answer was on its way while this dialog was open."""
        self._notice: Sentence | None = None
        self._make_page()
        foot = self._make_foot()
        self.refresh()
        self.build(foot, 680)
        self._editor.setFocus()

    def _make_page(self) -> None:
        self._subject = PlainLabel("", self, kind="heading", wrap=True, name="declineSubject")
        self._to = PlainLabel("", self, tone="text2", wrap=True, name="declineTo")
        self._heading = PlainLabel("Your message", self, kind="small", tone="text2", weight=600, name="declineHeading")
        self._segments = Segments([manner.value for manner in Manner], self, name="declineManner")
        self._segments.setAccessibleName("Drafts")
        self._segments.currentChanged.connect(self._on_manner)
        self._editor = _MessageField(self)
        self._editor.textChanged.connect(self._on_typed)
        self._lint_icon = IconLabel("okc", "ok", self)
        self._lint = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="declineLint")
        self._count = PlainLabel("", self, kind="small", tone="text3", tabular=True, name="declineCount")
        self._info = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="declineInfo")
        self._voice = AnswerVoice(self, name="declineVoice")
        self._voice.take_back.connect(self._on_take_back)
        self._info_icon = IconLabel("info", "text2", self)
        lint_line, info_line = _line(self._lint_icon, self._lint), _line(self._info_icon, self._info)
        lint_line.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        for widget, space in ((self._subject, 4), (self._to, 16), (self._heading, 8), (self._segments, 10)):
            self.page.addWidget(widget)
            self.page.addSpacing(px(space))
        self.page.addWidget(self._editor, 1)
        self.page.addSpacing(px(8))
        self.page.addLayout(lint_line)
        self.page.addSpacing(px(12))
        self.page.addWidget(self._voice)
        self.page.addLayout(info_line)

    def _make_foot(self) -> DialogFoot:
        self._back = PlainButton("Back to times", self, name="declineBack", tall=True)
        self._send = PrimaryButton("Decline and send", self, name="declineSend", tall=True)
        self._back.clicked.connect(self._on_back)
        self._send.clicked.connect(self.send)
        self._foot = DialogFoot(self, road=None, way_out=self._back, primary=self._send, name="declineFoot")
        self._foot.reserve(self._send, "Decline and send", "Sending…", "Done")
        self._foot.reserve(self._back, "Back to times", "Close")
        return self._foot

    def show_call(self, shown: ShownCall, trouble: str | None) -> None:
        """Show the call as it is now; the message is the writer's and is not touched."""
        self._shown = shown
        phase = phase_of(shown, trouble)
        if self._draft is None:
            self._draft = self._first_draft(shown)
        self._is_ours = self._is_ours or shown.pending is not None
        if self._phase is None:
            self._show_draft(self._draft)
        refused = shown.refused
        if phase is Phase.OPEN and refused and isinstance(refused.intent, Decline) and refused.key != self._told:
            self._told = refused.key
            self._notice = refused_sentence(refused, shown.call, self.wording)
        who = shown.call.customer
        self._subject.setText(shown.call.subject)
        self._to.setText(f"To {who.person}, {who.company}")
        self._info.setText(
            f"Times cannot be proposed formally. {who.first_name} answers with a new invitation; "
            "it will appear here as a follow-up."
        )
        self._editor.setPlaceholderText(f"Write to {who.first_name}: which times would suit you?")
        self._show_voice(shown, phase, trouble)
        self._show_foot(phase)
        if phase is not self._phase:
            self._on_phase(phase)

    def show_trouble(self, problem: StoreProblem) -> None:
        """Say that the store could not be used; the message stays in the field."""
        self._notice = self.wording.problem(problem.code, problem.detail)
        self._voice.say_sentence(self._notice)
        self._voice.show()

    def send(self) -> None:
        """Decline with the message, or close when that is done."""
        if self._is_done():
            self.accept()
            return
        if self._phase is not Phase.OPEN or self._shown is None or not self._send.isEnabled():
            return
        refused = self._shown.refused
        try:
            self.desk.submit(Decline(self.call_id, self._text(), self._shown.call.version))
            if refused is not None:
                # The writer has read why and answers in another way: that settles it.
                self.desk.dismiss(refused.key)
        except NotAllowed as no:
            self._notice = self.wording.refusal(no.refusal)
        except StoreProblem as problem:
            self._notice = self.wording.problem(problem.code, problem.detail)
        else:
            self._notice = None
            self.backstage.wake()
        self.refresh()

    def _text(self) -> str:
        return self._editor.toPlainText().strip()

    def _first_draft(self, shown: ShownCall) -> Draft:
        """Begin with a message that waits or was refused, if there is one: nothing typed is lost."""
        for item in (shown.pending, shown.refused):
            if item is not None and isinstance(item.intent, Decline):
                return draft_of(item.intent.message)
        return first_draft(shown.call, self.wording)

    def _is_done(self) -> bool:
        return self._is_ours and self._shown is not None and self._shown.call.status is CallStatus.DECLINED

    def _show_draft(self, draft: Draft) -> None:
        self._segments.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._segments.setCurrentIndex(list(Manner).index(draft.manner))
        self._segments.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._editor.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._editor.setPlainText(draft.text())
        self._editor.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._editor.moveCursor(QTextCursor.MoveOperation.End)
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

    def _show_voice(self, shown: ShownCall, phase: Phase, trouble: str | None) -> None:
        pending = shown.pending
        self._voice.offer_take_back(possible=pending is not None and pending.can_be_taken_back)
        sentence = self._notice
        if pending is not None:
            sentence = pending_sentence(pending, shown.call, trouble, self.wording)
        elif self._is_done():
            sentence = Sentence("Declined", f"{shown.call.customer.first_name} has your message.", "")
        elif phase is Phase.CLOSED:
            sentence = closed_sentence(shown.call)
        elif phase is Phase.ACCEPTED:
            sentence = Sentence("You accepted this call", "", "It is under Upcoming.")
        if sentence is not None:
            self._voice.say_sentence(sentence)
        self._voice.setVisible(sentence is not None)
        for widget in (self._info_icon, self._info):
            widget.setVisible(sentence is None)

    def _show_foot(self, phase: Phase) -> None:
        open_now = phase is Phase.OPEN
        self._editor.setReadOnly(not open_now)
        self._segments.setEnabled(open_now)
        done = self._is_done()
        self._send.set_words("Sending…" if phase is Phase.SENDING else "Done" if done else "Decline and send")
        self._back.set_words("Back to times" if open_now else "Close")
        keep_place(self._back, shown=not done)
        keep_place(self._send, shown=open_now or done or phase in {Phase.SENDING, Phase.WAITING})
        fits = 0 < len(self._text()) <= MESSAGE_CHARS
        self._send.setEnabled(done or (open_now and fits))
        self._foot.relayout()

    def _on_phase(self, phase: Phase) -> None:
        first, self._phase = self._phase is None, phase
        if self._is_done():
            self._drafts.pop(self.call_id, None)
        if first:
            return
        (self._editor if phase is Phase.OPEN else self._send if self._is_done() else self._back).setFocus()
        self.keep_in_view(self._voice)
        announce(self._voice, self._voice.words())

    def _on_typed(self) -> None:
        if self._draft is not None:
            self._draft.texts[self._draft.manner] = self._editor.toPlainText()
            self._drafts[self.call_id] = self._draft
        self._show_lint()
        if self._phase is not None:
            self._show_foot(self._phase)

    def _on_manner(self, index: int) -> None:
        if self._draft is None:
            return
        self._draft.manner = list(Manner)[index]
        self._drafts[self.call_id] = self._draft
        self._show_draft(self._draft)
        if self._phase is not None:
            self._show_foot(self._phase)

    def _on_take_back(self) -> None:
        pending = self._shown.pending if self._shown else None
        if pending is None:
            return
        try:
            self.desk.take_back(pending.key)
        except StoreProblem as problem:
            self.show_trouble(problem)
            return
        self.refresh()

    def _on_back(self) -> None:
        back = self._phase is Phase.OPEN
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


def _line(icon: IconLabel, words: PlainLabel) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(px(8))
    line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(words, 1)
    return line
