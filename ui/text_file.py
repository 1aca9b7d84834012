"""Saves what the writer wrote as a plain text file, wherever they want it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget


class TextFileDialog(QFileDialog):
    """Asks for a place and writes ``text`` there in UTF-8; ``saved`` carries the place, ``failed`` the reason."""

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, text: str, suggested: str, parent: QWidget) -> None:
        super().__init__(parent, "Save as file")
        self.setObjectName("saveText")
        self._text = text
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setNameFilter("Text (*.txt)")
        self.setDefaultSuffix("txt")
        self.selectFile(suggested)
        self.fileSelected.connect(self._on_selected)

    def _on_selected(self, place: str) -> None:
        try:
            Path(place).write_text(f"{self._text.rstrip()}\n", encoding="utf-8")
        except OSError as error:
            self.failed.emit(error.strerror or type(error).__name__)
        else:
            self.saved.emit(place)
