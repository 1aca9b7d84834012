"""The buttons: one ``PrimaryButton`` a window, ``PlainButton`` for the rest, ``LinkButton`` for the other road.

Texts may hold names: every ``&`` is shown. ``icon`` is a name of ui/icons.py; give each button an objectName.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ui.style import Tone, TypeName, px, tokens, type_font
from ui.widgets.tooltips import set_tooltip

if TYPE_CHECKING:
    from ui.icons import IconName


def escape_mnemonic(text: str) -> str:
    """Double every ``&``, which Qt would eat as the mark of a mnemonic in button, tab and menu text."""
    return text.replace("&", "&&")


class PlainButton(QPushButton):
    """A button with an edge, 32 px high, or 36 in a dialog's foot (``tall=True``)."""

    kind: ClassVar[str] = "plain"
    type_name: ClassVar[TypeName] = "button"
    icon_tone: ClassVar[Tone] = "text"
    weight: ClassVar[int] = 500

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        name: str = "",
        icon_name: IconName | None = None,
        tall: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", self.kind)
        self.setObjectName(name)
        self.setFont(type_font(self.type_name, weight=self.weight))
        self.setFixedHeight(px(36 if tall else 32))
        self.setAutoDefault(False)
        self._icon_name: IconName | None = None
        self._icon_tone: Tone = self.icon_tone
        self.set_words(text)
        self.set_icon(icon_name)

    def set_words(self, text: str) -> None:
        """Show other words; ``&`` is shown as it is."""
        escaped = escape_mnemonic(text)
        if escaped == self.text():
            return
        had_words = bool(self.text())
        self.setText(escaped)
        if had_words != bool(escaped):
            self._draw_icon()

    def set_icon(self, name: IconName | None, tone: Tone | None = None) -> None:
        """Show another icon, or none; ``tone`` is its colour if it differs from the kind's own."""
        tone = tone or self.icon_tone
        if (name, tone) == (self._icon_name, self._icon_tone):
            return
        self._icon_name, self._icon_tone = name, tone
        self._draw_icon()

    def _draw_icon(self) -> None:
        if self._icon_name is None:
            return
        from ui.icons import icon  # noqa: PLC0415 - not before the first icon

        size, gap = px(16), px(4) if self.text() else 0
        self.setIconSize(QSize(size + gap, size))
        self.setIcon(icon(self._icon_name, getattr(tokens(), self._icon_tone), size, gap))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the colours of a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_icon_name", None) is not None:
            self._draw_icon()


class PrimaryButton(PlainButton):
    """The one filled button of a window."""

    kind = "primary"
    icon_tone = "on_accent"
    weight = 600


class RowButton(PlainButton):
    """The button of a list's row: plain, with blue words."""

    kind = "row"
    type_name = "fine"
    icon_tone = "accent_text"
    weight = 600


class LinkButton(PlainButton):
    """Words in blue without an edge: the other road, far left in a dialog's foot."""

    kind = "link"
    icon_tone = "accent_text"

    def __init__(self, text: str, parent: QWidget | None = None, *, name: str = "", tall: bool = False) -> None:
        super().__init__(text, parent, name=name, tall=tall)
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class QuietButton(PlainButton):
    """A button of the header: icon and words in the second tone, an edge only when something happens to it."""

    kind = "quiet"
    icon_tone = "text2"

    def __init__(
        self, text: str, parent: QWidget | None = None, *, name: str = "", icon_name: IconName | None = None
    ) -> None:
        super().__init__(text, parent, name=name, icon_name=icon_name)
        self.setFlat(True)


class IconButton(PlainButton):
    """A square button with an icon alone; ``words`` are its accessible name and tooltip."""

    kind = "icon"
    icon_tone = "text2"

    def __init__(self, icon_name: IconName, words: str, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__("", parent, name=name, icon_name=icon_name)
        self.setFixedSize(px(32), px(32))
        self.setFlat(True)
        self.say(words)

    def say(self, words: str) -> None:
        """Give the button another name for the tooltip and for screen readers."""
        self.setAccessibleName(words)
        set_tooltip(self, words)
