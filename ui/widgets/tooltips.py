"""Tooltips that show their words as they are: Qt would read anything that looks like markup as rich text."""

from __future__ import annotations

from html import escape

from PySide6 import QtGui
from PySide6.QtWidgets import QWidget  # noqa: TC002 - loaded by every window anyway


def plain_tooltip(text: str) -> str:
    """Return what to hand to Qt so that exactly ``text`` is shown; for item data and ``set_tooltip``."""
    return f"<span>{escape(text)}</span>" if QtGui.Qt.mightBeRichText(text) else text


def set_tooltip(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip of plain words."""
    widget.setToolTip(plain_tooltip(text))
