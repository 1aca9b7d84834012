"""The small window of a start that failed: what is wrong, where, and what can be done about it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ui.style import Tone, TypeName, px
from ui.widgets.box import Box
from ui.widgets.buttons import PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel

_BREAKS: Final = "/\\"


class StartTrouble(QDialog):
    """Shows ``title``, ``text``, the place and ``way_on``; ``offer`` is the button that puts it right, "" for none.

    Accepted when the writer took the offer, rejected for Quit.
    """

    def __init__(self, title: str, text: str, where: str, way_on: str, *, offer: str = "") -> None:
        super().__init__()
        self.setObjectName("startTrouble")
        self.setWindowTitle("Foreword")
        self.setAccessibleDescription(f"{title}. {text} {where}. {way_on}")
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        # Words of a fixed width have a known height, and the window is as large as they are.
        self._width = min(px(464), self.screen().availableGeometry().width() - px(80))
        column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.setContentsMargins(px(28), px(24), px(28), px(28))
        column.setSpacing(px(12))
        heading = QHBoxLayout()
        heading.setSpacing(px(10))
        heading.addWidget(IconLabel("warning", "warn", self, size=20), 0, Qt.AlignmentFlag.AlignVCenter)
        heading.addWidget(self._words(title, "Title", kind="heading", less=30))
        column.addLayout(heading)
        column.addWidget(self._words(text, "Text"))
        column.addWidget(self._place(where))
        column.addWidget(self._words(way_on, "WayOn", tone="text2"))
        column.addSpacing(px(8))
        column.addWidget(self._foot(offer))

    def _words(
        self, words: str, name: str, *, kind: TypeName = "body", tone: Tone = "text", less: int = 0
    ) -> PlainLabel:
        label = PlainLabel(words, self, kind=kind, tone=tone, wrap=True, name=f"startTrouble{name}")
        label.setFixedWidth(self._width - px(less))
        return label

    def _place(self, where: str) -> QWidget:
        box = Box(self, tone="sunken", name="startTroublePlace", margin=px(12))
        # A path has no spaces at which it could be broken: invisible ones let it be read whole.
        shown = "".join(f"{character}\u200b" if character in _BREAKS else character for character in where)
        box.add(self._words(shown, "Where", kind="small", less=24))
        return box

    def _foot(self, offer: str) -> QWidget:
        if not offer:
            quit_alone = PrimaryButton("Quit", self, name="startTroubleQuit", tall=True)
            quit_alone.clicked.connect(self.reject)
            quit_alone.setDefault(True)
            row = QWidget(self)
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.addStretch(1)
            line.addWidget(quit_alone)
            return row
        leave = PlainButton("Quit", self, name="startTroubleQuit", tall=True)
        take = PrimaryButton(offer, self, name="startTroubleOffer", tall=True)
        leave.clicked.connect(self.reject)
        take.clicked.connect(self.accept)
        take.setDefault(True)
        return DialogFoot(self, road=None, way_out=leave, primary=take, name="startTroubleFoot")
