"""The question before the window closes while something still needs it: an answer that is not sent, an open line."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ui.style import px
from ui.widgets.buttons import PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel


class ClosingQuestion(QDialog):
    """Says ``words`` over **Close**, which closes ``parent`` after all, and **Stay**, which Esc does too."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("closing")
        self.setWindowTitle("Close Foreword?")
        self.setAccessibleDescription(words)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        label = PlainLabel(words, self, wrap=True, name="closingWords")
        label.setFixedWidth(min(px(400), self.screen().availableGeometry().width() - px(120)))
        close = PlainButton("Close", self, name="closingClose", tall=True)
        stay = PrimaryButton("Stay", self, name="closingStay", tall=True)
        close.clicked.connect(self.accept)
        stay.clicked.connect(self.reject)
        for button in (close, stay):
            # Enter presses the one that has the keyboard.
            button.setAutoDefault(True)
        line = QHBoxLayout()
        line.setSpacing(px(12))
        line.addWidget(IconLabel("clock", "warn", self))
        line.addWidget(label)
        column = QVBoxLayout(self)
        # Words of a fixed width have a known height, and the dialog is as large as they are.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.setContentsMargins(px(24), px(24), px(24), px(20))
        column.setSpacing(px(20))
        column.addLayout(line)
        column.addWidget(DialogFoot(self, road=None, way_out=close, primary=stay, name="closingFoot"))
        self.accepted.connect(parent.close)
        stay.setFocus()
