"""The box in which a dialog speaks: what will be answered, what became of it, and number and PIN once confirmed."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sync.domain.calls import Line
from ui.digits import grouped_number, grouped_pin
from ui.icons import IconName
from ui.sentences import Sentence
from ui.style import Tone, px
from ui.widgets.box import Box, BoxTone
from ui.widgets.buttons import PlainButton
from ui.widgets.copy_field import CopyField
from ui.widgets.emphasis_label import EmphasisLabel
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel


class Look(NamedTuple):
    """The sign and the colours of a state, the same as in the details of a call."""

    icon: IconName
    tone: Tone
    ground: BoxTone


REFUSED: Final = Look("warning", "bad", "bad_tint")
WAITING: Final = Look("clock", "warn", "warn_tint")


class AnswerVoice(Box):
    """One sentence with its weight on the right words, a quieter one below, **Take back** while that is possible."""

    take_back = Signal()

    def __init__(self, parent: QWidget, *, name: str) -> None:
        super().__init__(parent, tone="sunken", name=name, margin=px(20))
        self.setMinimumHeight(px(84))
        self.column.setContentsMargins(px(20), px(16), px(20), px(16))
        self._icon = IconLabel("warning", "bad", self, size=18)
        self._icon.setObjectName(f"{name}Icon")
        self._loud = EmphasisLabel(self, name=f"{name}Loud")
        self._quiet = PlainLabel("", self, kind="small", tone="text2", wrap=True, name=f"{name}Quiet")
        self._take_back = PlainButton("Take back", self, name=f"{name}TakeBack")
        self._take_back.clicked.connect(self.take_back)
        self.number = CopyField("Number", "Copy number", self, name=f"{name}Number")
        self.pin = CopyField("PIN", "Copy PIN", self, name=f"{name}Pin")
        self._digits = QWidget(self)
        self._digits.setObjectName(f"{name}Digits")
        fields = QHBoxLayout(self._digits)
        fields.setContentsMargins(0, px(12), 0, 0)
        fields.setSpacing(px(32))
        fields.addWidget(self.number)
        fields.addWidget(self.pin)
        fields.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(px(6))
        words.addWidget(self._loud)
        words.addWidget(self._quiet)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._take_back, 0, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(row)
        self.column.addWidget(self._digits)
        self.column.addStretch(1)
        self.show_line(None)

    def say(self, before: str, strong: str = "", after: str = "", *, detail: str = "", tone: Tone = "text2") -> None:
        """Say a sentence with its middle in bold, and a quieter one below it."""
        self._wear(None)
        self._loud.say(before, strong, after)
        self._quiet.setText(detail)
        self._quiet.set_tone(tone)
        self._quiet.setVisible(bool(detail))

    def say_sentence(self, sentence: Sentence, look: Look | None = None) -> None:
        """Say what happened, what can be done, and the reason; ``look`` is for a state that has to be looked at."""
        stop = "" if sentence.title.endswith("…") else "."
        self.say("", f"{sentence.title}{stop}", detail=sentence.paragraph(), tone="text" if look else "text2")
        self._wear(look)

    def _wear(self, look: Look | None) -> None:
        self.set_tone(look.ground if look else "sunken")
        self._loud.set_tone(look.tone if look else "text")
        self._icon.setVisible(look is not None)
        if look is not None:
            self._icon.show_icon(look.icon, look.tone)

    def words(self) -> str:
        """Return all that is said, for screen readers and tests."""
        return f"{self._loud.text()} {self._quiet.text()}".strip()

    def offer_take_back(self, *, possible: bool) -> None:
        """Show **Take back** while an answer has not left this computer."""
        self._take_back.setVisible(possible)

    def show_line(self, line: Line | None) -> None:
        """Show number and PIN of a confirmed call; never anything made up (M4)."""
        self._digits.setVisible(line is not None)
        if line is not None:
            self.number.show_digits(grouped_number(line.number), line.number)
            self.pin.show_digits(grouped_pin(line.pin), line.pin)
