"""A state that needs a sentence: a tinted box with an icon, what it is, what can be done, and at most one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.icons import IconName
from ui.style import Tone, px
from ui.widgets.box import Box, BoxTone
from ui.widgets.buttons import PlainButton
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel


class NoticeBox(Box):
    """``say`` fills it; ``pressed`` when its button is."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent, tone="sunken", name=name)
        self._icon = IconLabel("info", "text2", self, size=18)
        self._title = PlainLabel("", self, weight=600, wrap=True, name=f"{name}Title")
        self._text = PlainLabel("", self, wrap=True, line=1.1, name=f"{name}Text")
        self.button = PlainButton("", self, name=f"{name}Button")
        self.button.clicked.connect(self.pressed)
        words = QVBoxLayout()
        words.setSpacing(px(4))
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout()
        row.setContentsMargins(px(16), px(14), px(16), px(14))
        row.setSpacing(px(12))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(row)

    def say(
        self, icon_name: IconName, tone: Tone, title: str, text: str, *, button: str = "", tinted: bool = True
    ) -> None:
        """Show a state in its tone, on a ground of that tone unless it is to be calm."""
        grounds: dict[str, BoxTone] = {"ok": "ok_tint", "warn": "warn_tint", "bad": "bad_tint"}
        self.set_tone(grounds.get(tone, "sunken") if tinted else "sunken")
        self._icon.show_icon(icon_name, tone)
        self._title.setText(title)
        self._title.set_tone(tone if tone in grounds else "text")
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.set_words(button)
        self.button.setVisible(bool(button))
