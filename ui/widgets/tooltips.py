"""Tooltips that show their words as they are: Qt would read anything that looks like markup as rich text."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtWidgets import QWidget  # noqa: TC002 - loaded by every window anyway


def plain_tooltip(text: str) -> str:
    """Return what to hand to Qt so that exactly ``text`` is shown; for item data and ``set_tooltip``."""
    if not QtGui.Qt.mightBeRichText(text):
        return text
    letters = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<span>{letters}</span>"


def set_tooltip(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip of plain words."""
    widget.setToolTip(plain_tooltip(text))
