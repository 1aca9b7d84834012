"""A small window that asks before something that cannot be undone; Esc and the filled button leave all as it is."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ui.icons import IconName
from ui.style import px
from ui.widgets.buttons import PlainButton, PrimaryButton
from ui.widgets.dialog_foot import DialogFoot
from ui.widgets.plain_label import PlainLabel
from ui.widgets.strip import IconLabel


class Question(QDialog):
    """Says ``words`` under ``title``; ``go`` accepts, ``stay`` rejects and has the keyboard.

    The parts are named ``<name>Words``, ``<name>Go`` and ``<name>Stay``.
    """

    def __init__(
        self,
        title: str,
        words: str,
        parent: QWidget,
        *,
        go: str,
        stay: str,
        name: str,
        icon_name: IconName = "warning",
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleDescription(words)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        label = PlainLabel(words, self, wrap=True, name=f"{name}Words")
        label.setFixedWidth(min(px(400), self.screen().availableGeometry().width() - px(120)))
        going = PlainButton(go, self, name=f"{name}Go", tall=True)
        staying = PrimaryButton(stay, self, name=f"{name}Stay", tall=True)
        going.clicked.connect(self.accept)
        staying.clicked.connect(self.reject)
        for button in (going, staying):
            # Enter presses the one that has the keyboard.
            button.setAutoDefault(True)
        line = QHBoxLayout()
        line.setSpacing(px(12))
        line.addWidget(IconLabel(icon_name, "warn", self))
        line.addWidget(label)
        column = QVBoxLayout(self)
        # Words of a fixed width have a known height, and the dialog is as large as they are.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.setContentsMargins(px(24), px(24), px(24), px(20))
        column.setSpacing(px(20))
        column.addLayout(line)
        column.addWidget(DialogFoot(self, road=None, way_out=going, primary=staying, name=f"{name}Foot"))
        staying.setFocus()
