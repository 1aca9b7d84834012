"""View Times: the times that a customer offers; the writer chooses one, reads it back and accepts it (M3)."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout

from sync.domain.calls import CallRequest, Slot
from sync.domain.intents import Accept, OutboxItem
from sync.domain.projection import Section, ShownCall
from ui.answer_times import TimesBox
from ui.answer_words import Phase, can_answer, closed_sentence
from ui.call_dialog import CallDialog
from ui.offered import Badge, OfferedTime, first_to_choose, offered_times, zone_line
from ui.refused_words import moved_text, refused_sentence, refused_title
from ui.sentences import Sentence
from ui.style import px
from ui.widgets.buttons import LinkButton, PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot, keep_place
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel
from ui.wording import Wording

_BLOCK = 128
_INSTEAD = "Take this time instead"


class AnswerDialog(CallDialog):
    """Shows the offered times of one request and takes the writer's answer.

    It changes in place: sending, waiting for the network, confirmed with number and PIN, refused with the reason.
    While an answer waits and has not left this computer, another one can be given in its place.
    ``decline`` carries the call's id when none of the times work; the dialog has closed itself by then.
    """

    decline = Signal(str)
    name = "answer"
    wide = 788

    def make_page(self) -> DialogFoot:
        """Put who and about what above the times, and what will be answered below them."""
        self._times: tuple[OfferedTime, ...] = ()
        self._choice = ""
        self._chosen_at: datetime | None = None
        self._asked_about = ""
        self._ripe = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._told: set[str] = set()
        self._stands = ""
        """The key of the waiting answer that the choice began with."""
        self._make_parts()
        zone = QHBoxLayout()
        zone.setSpacing(px(8))
        zone.addWidget(self._globe)
        zone.addWidget(self._zone_line, 1)
        self.page.addWidget(self._subject)
        self.page.addSpacing(px(4))
        self.page.addWidget(self._with)
        self.page.addSpacing(px(16))
        self.page.addLayout(zone)
        self.page.addSpacing(px(8))
        self.page.addWidget(self._box)
        self.page.addSpacing(px(16))
        self.page.addWidget(self.voice)
        self.page.addStretch(1)
        return self._make_foot()

    def focus_first(self) -> None:
        """Begin on the times."""
        self._box.focus_choice()

    def _make_parts(self) -> None:
        self._subject = PlainLabel("", self, kind="heading", wrap=True, name="answerSubject")
        self._with = PlainLabel("", self, tone="text2", wrap=True, name="answerWith")
        self._zone_line = PlainLabel("", self, kind="small", tone="text2", wrap=True, name="answerZone")
        self._globe = IconLabel("globe", "text2", self)
        self._box = TimesBox(self)
        self._box.chosen.connect(self._on_chosen)

    def _make_foot(self) -> DialogFoot:
        self._none = LinkButton("None of these work", self, name="answerNone", tall=True)
        self._cancel = PlainButton("Cancel", self, name="answerCancel", tall=True)
        self._accept = PrimaryButton("Accept", self, name="answerAccept", tall=True)
        self._accept.setEnabled(False)
        self._none.clicked.connect(self._on_none)
        self._cancel.clicked.connect(self.reject)
        self._accept.clicked.connect(self.send)
        return DialogFoot(self, road=self._none, way_out=self._cancel, primary=self._accept, name="answerFoot")

    def show_call(self, shown: ShownCall, phase: Phase) -> None:
        """Show the call as it is now; the writer's choice stays as long as it can be taken."""
        self._times = offered_times(shown.call, self._others(), self.wording)
        self._notice_changes(shown, phase)
        self._show_who(shown.call)
        self._show_times(shown, phase)
        self._show_voice(shown, phase)
        self._show_foot(shown, phase)

    def send(self) -> None:
        """Accept the chosen time, after a second press when it is at night or during another call."""
        line = self._line(self._choice)
        if self.phase is Phase.ACCEPTED:
            self.accept()
            return
        if self.phase is None or line is None or self.shown is None or not self._is_new(self.shown, self.phase):
            return
        if line.needs_second_look and self._asked_about != line.slot.id:
            self._asked_about = line.slot.id
            self.notice = None
            # A double click is one press: the second look needs a second decision.
            self._ripe.start()
            self.refresh()
            self.keep_in_view(self.voice)
        elif not (line.needs_second_look and self._ripe.isActive()):
            self._asked_about = ""
            refused = self.shown.refused
            settles = refused is not None and isinstance(refused.intent, Accept)
            accept = Accept(self.call_id, line.slot.id, line.slot.starts_at, self.shown.call.version)
            self.submit(accept, refused if settles else None)

    def _others(self) -> list[ShownCall]:
        """Return the calls that may lie at the same time as an offered one."""
        wanted = {Section.UPCOMING, Section.WAITING}
        ids = [one for part in self.desk.overview().sections if part.section in wanted for one in part.ids]
        blocks = [self.desk.shown(ids[at : at + _BLOCK]) for at in range(0, len(ids), _BLOCK)]
        return [shown for block in blocks for shown in block]

    def _line(self, slot_id: str) -> OfferedTime | None:
        return next((line for line in self._times if line.slot.id == slot_id), None)

    def _notice_changes(self, shown: ShownCall, phase: Phase) -> None:
        """Find out what the writer must be told; nothing is chosen anew behind their back."""
        if phase is not Phase.OPEN:
            self.notice = None
            self._begin_with_pending(shown, phase)
            return
        self._stands = ""
        refused, line = shown.refused, self._line(self._choice)
        if refused is not None and isinstance(refused.intent, Accept) and refused.key not in self._told:
            self._told.add(refused.key)
            self.notice = refused_sentence(refused, shown.call, self.wording)
            self._choose("")
        elif self._choice and (line is None or not line.can_be_chosen):
            self.notice = self._gone(line)
            self._choose("")
        elif line is not None and line.slot.starts_at != self._chosen_at:
            self.notice = self._moved(line.slot, shown.call)
            self._choose("")
        elif self.phase is None:
            self._choose(first_to_choose(self._times) or "")

    def _begin_with_pending(self, shown: ShownCall, phase: Phase) -> None:
        """Choose what waits: what is taken back is the choice again, and another time can be chosen instead."""
        line, item = self._line(self._choice), shown.pending
        kept = line is not None and line.can_be_chosen and line.slot.starts_at == self._chosen_at
        if item is None or (item.key == self._stands and kept and can_answer(shown, phase)):
            return
        self._stands, self._asked_about = item.key, ""
        accept = item.intent if isinstance(item.intent, Accept) else None
        self._choice, self._chosen_at = (accept.slot_id, accept.starts_at) if accept else ("", None)

    def _is_new(self, shown: ShownCall, phase: Phase) -> bool:
        """Tell whether the choice can be sent: as the answer, or in the place of another one that waits here."""
        if not self._choice or not can_answer(shown, phase):
            return False
        waits = shown.pending.intent if shown.pending else None
        same = isinstance(waits, Accept) and (waits.slot_id, waits.starts_at) == (self._choice, self._chosen_at)
        return not same

    def _choose(self, slot_id: str) -> None:
        """Take a time as the choice, as it is on the screen at this moment; "" takes none."""
        line = self._line(slot_id)
        self._choice, self._asked_about = slot_id, ""
        self._chosen_at = line.slot.starts_at if line else None

    def _gone(self, line: OfferedTime | None) -> Sentence:
        if line is None:
            return Sentence("The time that you chose is not offered any more", "", "Choose another one.")
        what = "has passed" if line.badge is Badge.PAST else "is not offered any more"
        return Sentence(f"{line.day}, {line.time} {what}", "", "Choose another time.")

    def _moved(self, slot: Slot, call: CallRequest) -> Sentence:
        was = self._chosen_at or slot.starts_at
        again = "Nothing is chosen now: choose the new time if it suits you."
        return Sentence("The time that you chose was moved", moved_text(was, slot, call, self.wording), again)

    def _show_who(self, call: CallRequest) -> None:
        who = call.customer
        self.setWindowTitle(f"Times offered by {who.person}, {who.company}")
        self._subject.setText(call.subject)
        place = f", who is in {who.city}" if who.city else ""
        self._with.setText(f"With {who.person}, {who.company}{place}")

    def _show_times(self, shown: ShownCall, phase: Phase) -> None:
        here = phase is not Phase.ACCEPTED and bool(self._times)
        for widget in (self._box, self._zone_line, self._globe):
            widget.setVisible(here)
        if not here:
            return
        self._zone_line.setText(zone_line(shown.call, self.wording))
        self._box.show_times(self._times, chosen=self._choice, choosable=can_answer(shown, phase))

    def _show_voice(self, shown: ShownCall, phase: Phase) -> None:
        self.voice.show_line(shown.line)
        if shown.pending is not None and self.speaks_of_pending(shown, phase):
            hint = "It has not been sent yet, so you can still choose otherwise." if can_answer(shown, phase) else ""
            self.say_pending(shown.pending, shown.call, phase, hint=hint)
        elif phase is Phase.ACCEPTED:
            self._say_accepted(shown)
        elif phase is Phase.CLOSED:
            self._say_closed(shown)
        elif self.notice is not None:
            self.say_notice(self.notice)
        else:
            self._say_choice(shown)

    def speaks_of_pending(self, shown: ShownCall, phase: Phase) -> bool:
        """Tell whether the choice is what waits already."""
        return bool(shown.pending is not None and (self.left_over or not self._is_new(shown, phase)))

    def _say_choice(self, shown: ShownCall) -> None:
        line = self._line(self._choice)
        if line is None:
            none_left = not any(each.can_be_chosen for each in self._times)
            self.voice.say("No time is open any more." if none_left else "Choose a time.")
            return
        start = line.slot.starts_at
        opens = f"The line opens at {self.wording.line_opens(start)}."
        instead = _replaced(shown.pending, self.wording)
        if self._asked_about == line.slot.id:
            detail = f"{_special(line)} Press the button once more to accept it. {instead or opens}"
        elif instead:
            detail = instead
        else:
            detail = f"{opens} You get the number and the PIN as soon as the marketplace confirms."
        self.voice.say(
            "Instead you accept " if instead else "You accept ",
            self.wording.read_back(start),
            f", {self.wording.zone_words(start)}.",
            detail=detail,
            tone="warn" if self._asked_about == line.slot.id else "text2",
        )

    def _say_accepted(self, shown: ShownCall) -> None:
        slot = shown.call.accepted_slot
        told = _refused_before(shown.refused, shown.call, self.wording)
        if slot is None or shown.line is None:
            self.voice.say("", "Accepted.", detail=f"{told}The number and the PIN are not here yet.".strip())
            return
        detail = f"{told}The line opens at {self.wording.line_opens(slot.starts_at)}."
        zone = f", {self.wording.zone_words(slot.starts_at)}."
        self.voice.say("Accepted: ", self.wording.read_back(slot.starts_at), zone, detail=detail)

    def _say_closed(self, shown: ShownCall) -> None:
        sentence, refused = closed_sentence(shown.call), shown.refused
        told = f"{refused_title(refused, self.wording)}. " if refused is not None else ""
        self.voice.say("", f"{sentence.title}.", detail=f"{told}{sentence.paragraph()}")

    def _show_foot(self, shown: ShownCall, phase: Phase) -> None:
        line, answers = self._line(self._choice), can_answer(shown, phase)
        words = {Phase.SENDING: "Sending…", Phase.ACCEPTED: "Done"}.get(phase, "Accept")
        if answers and line is not None and self._asked_about == line.slot.id:
            words = line.accept_words
        elif answers and shown.pending is not None:
            words = _INSTEAD
        self._accept.set_words(words)
        self._accept.setEnabled(phase is Phase.ACCEPTED or (line is not None and self._is_new(shown, phase)))
        self._cancel.set_words("Cancel" if phase is Phase.OPEN else "Close")
        keep_place(self._none, shown=answers)
        keep_place(self._cancel, shown=phase is not Phase.ACCEPTED)
        keep_place(self._accept, shown=phase is not Phase.CLOSED)
        special = (line.accept_words for line in self._times if line.can_be_chosen)
        self.foot.reserve(
            self._accept, "Accept", "Sending…", *([_INSTEAD] if answers and shown.pending else []), *special
        )
        self.foot.reserve(self._cancel, "Cancel", "Close")
        self.foot.relayout()

    def on_phase(self, phase: Phase) -> None:
        """Go to the times, to Done, or to the way out."""
        if phase is Phase.OPEN:
            self._box.focus_choice()
        else:
            (self._accept if phase is Phase.ACCEPTED else self._cancel).setFocus()

    def _on_chosen(self, slot_id: str) -> None:
        self._choose(slot_id)
        self.notice, self.left_over = None, ""
        self.refresh()
        self.keep_in_view(self._box.row_of(slot_id))

    def _on_none(self) -> None:
        self.reject()
        self.decline.emit(self.call_id)


def _special(line: OfferedTime) -> str:
    parts = ["This is at night for you."] * line.at_night
    parts += [f"You have another call then: {line.reason}."] * (line.badge is Badge.OTHER_CALL)
    return " ".join(parts)


def _replaced(pending: OutboxItem | None, wording: Wording) -> str:
    """Say what becomes of the answer that waits when another one takes its place; "" where none waits."""
    if pending is None:
        return ""
    accept = pending.intent if isinstance(pending.intent, Accept) else None
    what = f"{wording.slot(accept.starts_at)}, which you accepted before," if accept else "Your declining message"
    return f"Only this is sent. {what} has not left this computer and is not sent any more."


def _refused_before(refused: OutboxItem | None, call: CallRequest, wording: Wording) -> str:
    if refused is None or not isinstance(refused.intent, Accept):
        return ""
    sentence = refused_sentence(refused, call, wording)
    return " ".join(part for part in (f"{sentence.title}.", sentence.text, sentence.quote) if part) + " "
