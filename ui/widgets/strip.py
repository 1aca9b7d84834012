"""A strip of 42 px along an edge of a window: an icon, a sentence, its links, and a quieter word at the far end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.icons import IconName, draw
from ui.style import Tone, colour, px, tokens
from ui.widgets.buttons import LinkButton
from ui.widgets.plain_label import PlainLabel
from ui.widgets.tooltips import set_tooltip


class IconLabel(PlainLabel):
    """An icon in a tone; decoration beside words, so it says nothing to screen readers."""

    def __init__(self, icon_name: IconName, tone: Tone, parent: QWidget | None = None, *, size: int = 16) -> None:
        super().__init__("", parent)
        self._icon_name, self._icon_tone, self._size = icon_name, tone, px(size)
        self.setFixedSize(self._size, self._size)

    def show_icon(self, icon_name: IconName, tone: Tone) -> None:
        """Show another icon."""
        if (icon_name, tone) != (self._icon_name, self._icon_tone):
            self._icon_name, self._icon_tone = icon_name, tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the icon in the colour that its tone has now."""
        draw(QPainter(self), self._icon_name, getattr(tokens(), self._icon_tone), QPointF(0, 0), self._size)


class Strip(QWidget):
    """Hidden until ``say`` gives it something to say; ``activated`` when its link is pressed, ``put_off`` the other."""

    activated = Signal()
    put_off = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setMinimumHeight(px(42))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._roomy = True
        self._icon = IconLabel("offline", "warn", self)
        self._words = PlainLabel("", self, weight=600, wrap=True, name=f"{name}Words")
        self._link = LinkButton("", self, name=f"{name}Link")
        self._link.clicked.connect(self.activated)
        self._other = LinkButton("", self, name=f"{name}Other")
        self._other.clicked.connect(self.put_off)
        self._aside = PlainLabel("", self, kind="body", tone="text2", wrap=True, name=f"{name}Aside")
        row = QHBoxLayout(self)
        row.setContentsMargins(px(20), px(4), px(20), px(4))
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words)
        row.addWidget(self._link)
        row.addWidget(self._other)
        row.addStretch(1)
        row.addWidget(self._aside)
        self.hide()

    def say(
        self, icon_name: IconName, tone: Tone, words: str, *, link: str = "", other: str = "", aside: str = ""
    ) -> None:
        """Show a sentence; without words the strip goes away."""
        self._icon.show_icon(icon_name, tone)
        self._words.setText(words)
        self._link.set_words(link)
        self._link.setVisible(bool(link))
        self._other.set_words(other)
        self._other.setVisible(bool(other))
        self._aside.setText(aside)
        self._show_aside()
        self.setVisible(bool(words))

    def set_roomy(self, roomy: bool) -> None:  # noqa: FBT001 - a setter
        """In a narrow window the quieter words are left out; the tooltip of the others has them."""
        self._roomy = roomy
        self._show_aside()

    def _show_aside(self) -> None:
        self._aside.setVisible(self._roomy and bool(self._aside.text()))
        set_tooltip(self._words, "" if self._roomy else self._aside.text())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground and the hairline above."""
        own = tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(own.window))
        painter.setPen(QPen(colour(own.line), 1))
        painter.drawLine(0, 0, self.width(), 0)
