"""The style sheet: tones and filled buttons everywhere, the other controls only where Qt's Fusion draws them.

Lengths in ``u`` follow the writer's text size like ``px(n)``, lengths in ``px`` do not; ``$name`` is a token.
No sizes of text here: fonts come from ``type_font``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Template
from typing import Final

from ui.tokens import Tokens

_EVERYWHERE: Final = """
QLabel[tone="text"] { color: $text; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="text3"] { color: $text3; }
QLabel[tone="accent_text"] { color: $accent_text; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="bad"] { color: $bad; }
QScrollArea[ring] { background: $base; }
QScrollArea[ring="beside"] { border: 2px solid $base; }
QScrollArea[ring="beside"]:focus { border-color: $mark; }
QPushButton[kind="primary"], QPushButton[kind="live"] {
    color: $on_accent; border: 2px solid transparent; border-radius: 8u; padding: 0 16u; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; }
QPushButton[kind="live"] { background: $live; border-color: $live; }
QPushButton[kind="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[kind="live"]:pressed { background: $live_pressed; border-color: $live_pressed; }
QPushButton[kind="primary"]:focus, QPushButton[kind="live"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="live"]:disabled {
    background: $hover; border-color: $hover; color: $text3; }
QPushButton[kind="link"], QPushButton[kind="quiet"], QPushButton[kind="icon"] {
    background: transparent; border: 2px solid transparent; border-radius: 8u; }
QPushButton[kind="link"] { color: $accent_text; padding: 0 4u; }
QPushButton[kind="quiet"] { color: $text2; padding: 0 8u; }
QPushButton[kind="icon"] { padding: 0; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="quiet"]:hover, QPushButton[kind="icon"]:hover { background: $hover; }
QPushButton[kind="quiet"]:pressed, QPushButton[kind="quiet"]:checked, QPushButton[kind="icon"]:pressed {
    background: $press; }
QPushButton[kind="link"]:focus, QPushButton[kind="quiet"]:focus, QPushButton[kind="icon"]:focus {
    border-color: $mark; }
QPushButton[kind="link"]:disabled, QPushButton[kind="quiet"]:disabled { color: $text3; }
"""

_FUSION: Final = """
QPushButton { background: $button; color: $text; border: 1px solid $edge; border-radius: 8u; padding: 0 15u; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $press; }
QPushButton:focus { border: 2px solid $mark; padding: 0 14u; }
QPushButton:disabled { background: $button; color: $text3; }
QPushButton[kind="row"] { color: $accent_text; padding: 0 12u; }
QPushButton[kind="row"]:focus { padding: 0 11u; }
QPushButton[kind="row"]:disabled { color: $text3; }
QRadioButton::indicator { width: $ring; height: $ring; border: 1px solid $ctl; border-radius: 10u; background: $base; }
QRadioButton::indicator:checked { width: $dot; height: $dot; border: 6u solid $accent; background: $on_accent; }
QRadioButton::indicator:disabled { border-color: $edge; background: $window; }
QLineEdit, QPlainTextEdit {
    background: $base; color: $text; border: 1px solid $ctl; border-radius: 8u; padding: 6u 8u; }
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $mark; padding: 5u 7u; }
QScrollBar:vertical { width: 10u; background: transparent; margin: 4u 2u; }
QScrollBar:horizontal { height: 10u; background: transparent; margin: 2u 4u; }
QScrollBar::handle { background: $edge; border-radius: 3u; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $ctl; }
QScrollBar::handle:vertical { min-height: 32u; }
QScrollBar::handle:horizontal { min-width: 32u; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: $base; color: $text; border: 1px solid $edge; padding: 4u; }
"""


def sheet_of(own: Tokens, px: Callable[[float], int], *, own_controls: bool) -> str:
    """Return the sheet for a set of tokens; ``own_controls`` where Fusion draws, ``px`` scales a length."""
    # A radius of more than half the side is not drawn at all, so the sides of the radio's ring follow from it.
    sides = {"ring": f"{2 * px(10) - 2}px", "dot": f"{2 * px(10) - 2 * px(6)}px"}
    rules = Template((_FUSION if own_controls else "") + _EVERYWHERE).substitute(own._asdict() | sides)
    return re.sub(r"\b(\d+)u\b", lambda length: f"{px(int(length[1]))}px", rules)
