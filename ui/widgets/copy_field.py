"""A number or a PIN to read aloud or to copy: a caption, big grouped digits, a button that copies the raw ones."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from ui.style import TypeName, px
from ui.widgets.buttons import IconButton
from ui.widgets.plain_label import PlainLabel

_COPIED_MS = 2000


class CopyField(QWidget):
    """Caption over digits; the copy button is named ``action`` ("Copy PIN"), or stands elsewhere and calls ``copy``."""

    def __init__(
        self,
        caption: str,
        action: str,
        parent: QWidget | None = None,
        *,
        name: str,
        kind: TypeName = "heading",
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._caption_words = caption
        self._raw = ""
        self._caption = PlainLabel(caption, self, kind="fine", tone="text2", weight=500, name=f"{name}Caption")
        self._digits = PlainLabel("", self, kind=kind, weight=600, tabular=True, name=f"{name}Digits")
        self._digits.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = IconButton("copy", action, self, name=f"{name}Copy")
        self.button.clicked.connect(self.copy)
        self._back = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._back.timeout.connect(self._on_back)
        row = QHBoxLayout()
        row.setSpacing(px(4))
        row.addWidget(self._digits)
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._caption)
        column.addLayout(row)

    def show_digits(self, grouped: str, raw: str) -> None:
        """Show ``grouped``; what is copied is ``raw``."""
        self._digits.setText(grouped)
        self._raw = raw

    @property
    def raw(self) -> str:
        """What is copied."""
        return self._raw

    def digits_width(self) -> int:
        """Return the width of digits and caption; at once, where a size hint waits for the next layout."""
        return max(self._digits.sizeHint().width(), self._caption.fontMetrics().horizontalAdvance(self._copied_words()))

    def needed_width(self) -> int:
        """Return the width of digits and button."""
        return self.digits_width() + px(4) + self.button.width()

    def copy(self) -> None:
        """Copy the raw digits and say so for two seconds."""
        if not self._raw:
            return
        for other in QApplication.allWidgets():
            # The clipboard holds one thing, so one field alone says that it is there.
            if isinstance(other, CopyField):
                other.forget()
        QGuiApplication.clipboard().setText(self._raw)
        self._caption.setText(self._copied_words())
        self.button.set_icon("check", "ok")
        self._back.start()

    def forget(self) -> None:
        """Say no more that this is what was copied last."""
        if self._back.isActive():
            self._back.stop()
            self._on_back()

    def _copied_words(self) -> str:
        return f"{self._caption_words} copied"

    def _on_back(self) -> None:
        self._caption.setText(self._caption_words)
        self.button.set_icon("copy")
