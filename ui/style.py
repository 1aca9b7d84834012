"""Colours, type and measures: two frozen sets of tokens, the palette and the small sheet made from them.

``apply(app, theme)`` once at start; then ``tokens()`` for colours in a ``paintEvent``, ``px(n)`` for every measure,
``type_font(name)`` for every font. Labels take a tone by the property ``tone``, buttons a kind by ``kind``.
"""

from __future__ import annotations

from functools import lru_cache
from sys import platform
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ui.sheet import sheet_of
from ui.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QStyleHints

Theme = Literal["system", "light", "dark"]
Tone = Literal["text", "text2", "text3", "accent_text", "ok", "warn", "bad", "on_accent", "mark"]
TypeName = Literal[
    "clock", "digits", "title", "heading", "subheading", "notes", "reading", "body", "button", "small", "fine"
]


_TYPES: Final[dict[str, tuple[float, int, bool]]] = {
    "clock": (3.15, 600, True),
    "digits": (2.15, 600, True),
    "title": (1.7, 600, False),
    "heading": (1.43, 600, False),
    "subheading": (1.3, 600, False),
    "notes": (1.15, 400, False),
    "reading": (1.07, 400, False),
    "body": (1.0, 400, False),
    "button": (0.965, 500, False),
    "small": (0.93, 400, False),
    "fine": (0.893, 400, False),
}
"""Factor of the base font, weight, tabular digits."""

_BASE_PX: Final = 14


def base_px() -> float:
    """Return the size of the application's font in logical pixels: one em."""
    font = QApplication.font()
    if font.pixelSize() > 0:
        return float(font.pixelSize())
    return font.pointSizeF() * _dots_per_inch() / 72


def px(measure: float) -> int:
    """Scale a measure given for a base font of 14 px to the writer's own text size."""
    return round(measure * base_px() / _BASE_PX)


def type_font(name: TypeName, *, weight: int | None = None, tabular: bool = False) -> QFont:
    """Return the font of that name of the type table; ``tabular`` keeps digits of equal width."""
    return QFont(_type_font(QApplication.font().key(), name, weight, tabular))


@lru_cache(maxsize=128)
def _type_font(app_font: str, name: TypeName, weight: int | None, tabular: bool) -> QFont:  # noqa: ARG001, FBT001 - the key
    factor, own_weight, digits = _TYPES[name]
    font = QApplication.font()
    # In points, because Qt takes whole pixels only and 12.5 px would become 12.
    font.setPointSizeF(base_px() * factor * 72 / _dots_per_inch())
    font.setWeight(QFont.Weight(weight or own_weight))
    if name == "title":
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 99)
    if tabular or digits:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _dots_per_inch() -> float:
    return QGuiApplication.primaryScreen().logicalDotsPerInchY()


@lru_cache(maxsize=256)
def colour(value: str) -> QColor:
    """Return the QColor of a token's value; shared, so never change it."""
    return QColor(value)


def tokens() -> Tokens:
    """Return the colours in force. The application's palette alone says which, so nothing can disagree with it."""
    palette = QGuiApplication.palette()
    window = palette.color(QPalette.ColorRole.Window).name()
    if window == LIGHT.window:
        return LIGHT
    return DARK if window == DARK.window else _system_tokens(palette)


def _system_tokens(palette: QPalette) -> Tokens:
    """Return tokens for a system's large-contrast palette: edges in the colour of text, no tints."""

    def role(which: QPalette.ColorRole) -> str:
        return palette.color(which).name()

    roles = QPalette.ColorRole
    window, text, base = role(roles.Window), role(roles.WindowText), role(roles.Base)
    accent, on_accent = role(roles.Highlight), role(roles.HighlightedText)
    names = Tokens._fields
    values = dict.fromkeys(names, text)
    values |= dict.fromkeys(("window", "sunken", "hover", "press", "tint", "busy"), window)
    values |= dict.fromkeys(("ok_tint", "warn_tint", "bad_tint"), window)
    values |= {"base": base, "button": role(roles.Button), "on_accent": on_accent, "accent_text": role(roles.Link)}
    values |= dict.fromkeys(("accent", "accent_pressed", "live", "live_pressed"), accent)
    del values["avatars"]
    return Tokens(**values, avatars=((window, text),))


def apply(app: QApplication, theme: Theme) -> None:
    """Give the application its colours and sheet, and keep them in step with the system's scheme and contrast."""
    old = app.property("follower")
    if isinstance(old, _Follower):
        old.setParent(None)
    follower = _Follower(app, theme)
    app.setProperty("follower", follower)
    follower.follow()


class _Follower(QObject):
    """Puts palette and sheet in force, again whenever the system's scheme or contrast changes."""

    def __init__(self, app: QApplication, theme: Theme) -> None:
        super().__init__(app)
        self._app = app
        self._theme = theme
        hints = app.styleHints()
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(theme, Qt.ColorScheme.Unknown)
        hints.setColorScheme(scheme)
        hints.colorSchemeChanged.connect(self.follow)
        accessibility = _accessibility(hints)
        if accessibility is not None:
            accessibility.contrastPreferenceChanged.connect(self.follow)

    def follow(self) -> None:
        """Apply what the theme and the system ask for now."""
        hints = self._app.styleHints()
        if _wants_contrast(hints):
            self._app.setPalette(QPalette())
        else:
            scheme = hints.colorScheme()
            dark = self._theme == "dark" or (self._theme == "system" and scheme is Qt.ColorScheme.Dark)
            self._app.setPalette(palette_of(DARK if dark else LIGHT))
        self._app.setStyleSheet(sheet_of(tokens(), px, own_controls=self._own_controls()))

    def _own_controls(self) -> bool:
        """Whether the sheet draws the controls: where Fusion does, which on Linux is the one style that we ship."""
        if platform.startswith("linux"):
            return True  # asking the style costs 6 ms of the start, for its hundreds of enumerators
        # With a sheet in force Qt hides the name of the style beneath it.
        self._app.setStyleSheet("")
        return self._app.style().name() == "fusion"


def _accessibility(hints: QStyleHints) -> Any:
    """Return the system's accessibility wishes; Qt tells them from 6.10 on."""
    ask = getattr(hints, "accessibility", None)
    return ask() if ask is not None else None


def _wants_contrast(hints: QStyleHints) -> bool:
    accessibility = _accessibility(hints)
    return accessibility is not None and accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast


def palette_of(own: Tokens) -> QPalette:
    """Return the palette of a set of tokens, with its disabled and inactive looks."""
    roles = QPalette.ColorRole
    values = {
        roles.Window: own.window,
        roles.WindowText: own.text,
        roles.Base: own.base,
        roles.AlternateBase: own.sunken,
        roles.Text: own.text,
        roles.PlaceholderText: own.text3,
        roles.Button: own.button,
        roles.ButtonText: own.text,
        roles.BrightText: own.on_accent,
        roles.Light: own.base,
        roles.Midlight: own.hover,
        roles.Mid: own.line,
        roles.Dark: own.edge,
        roles.Shadow: own.edge,
        roles.Highlight: own.accent,
        roles.HighlightedText: own.on_accent,
        roles.Accent: own.accent,
        roles.Link: own.accent_text,
        roles.LinkVisited: own.accent_text,
        roles.ToolTipBase: own.base,
        roles.ToolTipText: own.text,
    }
    palette = QPalette()
    for role, value in values.items():
        palette.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(own.text3))
    palette.setColor(QPalette.ColorGroup.Inactive, roles.Highlight, QColor(own.press))
    palette.setColor(QPalette.ColorGroup.Inactive, roles.HighlightedText, QColor(own.text))
    return palette


def set_property(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the sheet asks for (``kind``, ``tone``, ``ring``) and have it look at the widget again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
