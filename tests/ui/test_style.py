"""Colours that can be read, measures that follow the text size, and a theme that follows the system."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, get_args

import pytest
from PySide6.QtGui import QColor, QFontInfo, QPalette

from tests.support.screens import dress
from ui import icons, style
from ui.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

TEXTS = ("text", "text2", "text3", "accent_text", "ok", "warn", "bad")
GROUNDS = ("window", "base", "sunken", "hover", "button")


def luminance(value: str) -> float:
    colour = QColor(value)
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(own: Tokens) -> list[tuple[str, str]]:
    """Every text with every ground that it stands on somewhere."""
    plain = [(getattr(own, text), getattr(own, ground)) for text in TEXTS for ground in GROUNDS]
    filled = [(own.on_accent, fill) for fill in (own.accent, own.accent_pressed, own.live, own.live_pressed)]
    tinted = [(own.ok, own.ok_tint), (own.warn, own.warn_tint), (own.bad, own.bad_tint), (own.text2, own.busy)]
    chosen = [(text, ground) for text in (own.text, own.text2, own.accent_text) for ground in (own.tint, own.press)]
    banner = [(own.text, own.ok_tint), (own.text2, own.ok_tint)]
    return list(chain(plain, filled, tinted, chosen, banner, ((ink, fill) for fill, ink in own.avatars)))


@pytest.mark.parametrize("own", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_has_a_contrast_of_at_least_four_and_a_half(own: Tokens) -> None:
    weak = {pair: round(contrast(*pair), 2) for pair in pairs(own) if contrast(*pair) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("own", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_and_the_focus_ring_have_a_contrast_of_at_least_three(own: Tokens) -> None:
    assert min(contrast(edge, ground) for edge in (own.ctl, own.mark) for ground in (own.window, own.base)) >= 3


def test_measures_and_fonts_follow_the_writers_text_size(qapp: QApplication) -> None:
    assert (style.px(13), QFontInfo(style.type_font("body")).pixelSize()) == (13, 14)
    dress(qapp, base=28)
    assert (style.px(13), QFontInfo(style.type_font("body")).pixelSize()) == (26, 28)


def test_the_type_table_is_kept(qapp: QApplication) -> None:
    sizes = {name: QFontInfo(style.type_font(name)).pixelSize() for name in get_args(style.TypeName)}
    assert sizes["clock"] == 44
    assert sizes["digits"] == 30
    assert sizes["title"] == 24
    assert sizes["heading"] == 20
    assert sizes["notes"] == 16
    assert sizes["reading"] == 15
    assert sizes["small"] == 13


def test_the_palette_says_which_tokens_are_in_force(qapp: QApplication) -> None:
    dress(qapp, "dark")
    assert style.tokens() is DARK
    dress(qapp, "light")
    assert style.tokens() is LIGHT


def test_a_large_contrast_palette_of_the_system_is_taken_over_without_tints(qapp: QApplication) -> None:
    black = QPalette()
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.Button):
        black.setColor(role, QColor("#000000"))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
        black.setColor(role, QColor("#ffffff"))
    qapp.setPalette(black)
    own = style.tokens()
    assert {own.window, own.tint, own.ok_tint, own.hover} == {"#000000"}
    assert {own.text, own.text2, own.line, own.edge, own.mark} == {"#ffffff"}


@pytest.mark.parametrize("name", get_args(icons.IconName))
def test_every_icon_is_drawn_in_the_colour_asked_for(qapp: QApplication, name: icons.IconName) -> None:
    picture = icons.pixmap(name, "#2850b4", 20, 2.0).toImage()
    inked = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).alpha() == 255
    }
    assert inked == {"#2850b4"}


def test_every_drawing_in_the_folder_has_a_name_in_the_code() -> None:
    assert {path.stem for path in icons.FOLDER.glob("*.svg")} == {*get_args(icons.IconName), "foreword"}


def test_the_programs_own_sign_is_drawn_in_every_size_that_title_bars_ask_for(qapp: QApplication) -> None:
    sign = icons.window_icon()
    for size in (16, 32, 256):
        picture = sign.pixmap(size, size).toImage()
        assert picture.width() == size
        assert picture.pixelColor(size // 2, size // 10).name() == LIGHT.accent
