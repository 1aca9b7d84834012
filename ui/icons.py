"""Our own icons: 20 px drawings in one stroke, coloured when drawn. ``icon`` for buttons, ``draw`` in a ``paintEvent``.

QtSvg is imported with the first icon that is really drawn, not before.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap

IconName = Literal[
    "calendar",
    "check",
    "clock",
    "copy",
    "cross",
    "down",
    "globe",
    "info",
    "left",
    "lock",
    "moon",
    "note",
    "offline",
    "okc",
    "person",
    "phone",
    "reply",
    "right",
    "sync",
    "unrecorded",
    "warning",
]
FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "icons"
_INK: Final = "#000"
"""The stroke in the files; the colour asked for is put in its place."""


def icon(name: IconName, colour: str, size: int, gap: int = 0) -> QIcon:
    """Return an icon of ``size`` logical pixels in a token's colour ("#rrggbb"), sharp on every screen in use.

    ``gap`` is empty room towards the words of a button, because Qt keeps 4 px between them and no more.
    """
    made = QIcon()
    for ratio in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}):
        picture = pixmap(name, colour, size, ratio)
        if gap:
            picture = _with_gap(picture, size, gap)
        made.addPixmap(picture)
        # The sheet greys the words of a disabled button; the icon keeps its weight.
        made.addPixmap(picture, QIcon.Mode.Disabled)
    return made


def _with_gap(picture: QPixmap, size: int, gap: int) -> QPixmap:
    ratio = picture.devicePixelRatio()
    wider = QPixmap(round((size + gap) * ratio), round(size * ratio))
    wider.setDevicePixelRatio(ratio)
    wider.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wider)
    mirrored = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    painter.drawPixmap(gap if mirrored else 0, 0, picture)
    painter.end()
    return wider


def draw(painter: QPainter, name: IconName, colour: str, corner: QPointF, size: int) -> None:
    """Draw an icon with its top left corner at ``corner``."""
    picture = pixmap(name, colour, size, painter.device().devicePixelRatioF())
    painter.drawPixmap(QRectF(corner.x(), corner.y(), size, size), picture, QRectF(picture.rect()))


def window_icon() -> QIcon:
    """Return the program's own sign, for title bars and task bars."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_rendered((FOLDER / "foreword.svg").read_bytes(), size, 1))
    return made


@lru_cache(maxsize=256)
def pixmap(name: IconName, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the drawing as pixels for a screen of that device pixel ratio."""
    text = (FOLDER / f"{name}.svg").read_text(encoding="ascii").replace(f'"{_INK}"', f'"{colour}"')
    return _rendered(text.encode("ascii"), size, ratio)


def _rendered(drawing: bytes, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415 - not before the first icon is drawn

    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(drawing).render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
