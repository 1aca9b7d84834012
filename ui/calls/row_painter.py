"""Draws one row of the list, to the measures of the design; left and right change places in right-to-left windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ui.calls.row_text import Badge, RowKind, RowText, Tile
from ui.style import base_px, colour, px, tokens, type_font
from ui.widgets.avatar import paint_avatar

if TYPE_CHECKING:
    from ui.icons import IconName

NARROW_EM = 31
"""Below this width of the list the button of a request stands under its text."""


class RowLook(NamedTuple):
    """How a row is to be seen just now; ``right`` is the margin of its contents, ``inset`` that of its card."""

    right: int
    inset: int
    button_width: int
    narrow: bool = False
    hovered: bool = False
    selected: bool = False
    active: bool = True
    focused: bool = False
    unfolded: bool = False
    mirrored: bool = False


def is_narrow(width: int) -> bool:
    """Tell whether a list of that many pixels puts **View Times** under the text."""
    return width < NARROW_EM * base_px()


def row_height(kind: RowKind, *, narrow: bool) -> int:
    """Return the height of a row; the kind alone decides it."""
    match kind:
        case RowKind.SECTION:
            return px(40)
        case RowKind.REQUEST:
            return px(82 + 40) if narrow else px(82)
        case RowKind.CALL:
            return px(62)


class RowPainter:
    """Holds the fonts of the rows; ``paint`` draws one row into its rectangle."""

    def __init__(self) -> None:
        self._fonts = {
            "section": type_font("small", weight=600),
            "count": type_font("small", tabular=True),
            "first": type_font("body", weight=600, tabular=True),
            "beside": type_font("body"),
            "second": type_font("small", tabular=True),
            "third": type_font("fine", tabular=True),
            "badge": type_font("fine", tabular=True),
            "loud": type_font("fine", weight=600, tabular=True),
            "weekday": _sized("fine", 10.5, 600),
            "day": _sized("notes", 16, 600),
            "avatar": type_font("body", weight=600),
        }
        self._metrics = {name: QFontMetricsF(font) for name, font in self._fonts.items()}

    def paint(self, painter: QPainter, area: QRectF, text: RowText, look: RowLook) -> None:
        """Draw a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # English words in a right-to-left window still read from the left.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        brush = _Brush(painter, area, look, self._fonts, self._metrics)
        if text.kind is RowKind.SECTION:
            self._section(brush, text, look)
        else:
            self._card(painter, area, look)
            self._call(brush, text, look)
        painter.restore()

    def is_cut(self, area: QRectF, text: RowText, look: RowLook) -> bool:
        """Tell whether some words of a row do not fit, so that a tooltip has to tell them."""
        if text.kind is RowKind.SECTION:
            return False
        room = self.text_end(text, area.width(), look) - px(74)
        first = self._metrics["first"].horizontalAdvance(text.first) + px(9)
        lines = [
            first + self._metrics["beside"].horizontalAdvance(text.beside),
            self._metrics["second"].horizontalAdvance(text.second),
            self._metrics["third"].horizontalAdvance(text.third.words) + px(19) if text.third else 0,
        ]
        return max(lines) > room

    def text_end(self, text: RowText, width: float, look: RowLook) -> float:
        """Return where the lines of text of a row that is ``width`` wide end."""
        return width - self._right_of(text, look)

    def _right_of(self, text: RowText, look: RowLook) -> float:
        if text.kind is RowKind.REQUEST:
            return look.right + (0 if look.narrow else look.button_width + px(12))
        badge = text.badge
        if badge is None:
            return look.right
        words = self._metrics["loud" if badge.loud else "badge"].horizontalAdvance(badge.words)
        return look.right + words + (px(22) if badge.icon else 0) + px(12)

    def _card(self, painter: QPainter, area: QRectF, look: RowLook) -> None:
        own = tokens()
        left, right = (look.inset, px(8)) if look.mirrored else (px(8), look.inset)
        card = area.adjusted(left, px(1), -right, -px(1))
        painter.setPen(Qt.PenStyle.NoPen)
        if look.selected:
            painter.setBrush(colour(own.tint if look.active else own.press))
        else:
            painter.setBrush(colour(own.hover) if look.hovered else Qt.BrushStyle.NoBrush)
        # Without tints a selection is told by an edge.
        if look.selected and own.tint == own.window:
            painter.setPen(QPen(colour(own.accent), 2))
        painter.drawRoundedRect(card, px(10), px(10))
        if look.focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(own.mark), 2))
            painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), px(9), px(9))

    def _section(self, brush: _Brush, text: RowText, look: RowLook) -> None:
        own = tokens()
        baseline = brush.area.height() - px(12)
        end = brush.line("section", text.first, px(20), baseline, own.text2, brush.area.width() - look.right)
        brush.line("count", text.beside, end + px(7), baseline, own.text3, brush.area.width() - look.right)
        if text.first == "Earlier":
            x, y = brush.area.width() - look.right - px(16), brush.area.height() - px(16) - px(8)
            brush.arrow(own.text2, x, y, down=look.unfolded)
            if look.focused:
                ring = brush.area.adjusted(px(8), px(6), -look.inset, -px(1))
                brush.painter.setPen(QPen(colour(own.mark), 2))
                brush.painter.drawRoundedRect(ring, px(9), px(9))

    def _call(self, brush: _Brush, text: RowText, look: RowLook) -> None:
        own = tokens()
        request = text.kind is RowKind.REQUEST
        top = px(13) if request else px(11)
        if text.tile is None:
            paint_avatar(
                brush.painter, brush.square(px(20), top, px(40)), text.company, text.customer_id, self._fonts["avatar"]
            )
        else:
            self._tile(brush, text.tile, top)
        x, end = px(74), self.text_end(text, brush.area.width(), look)
        first, second = (24.0, 45.0) if request else (25.5, 46.5)
        room_beside = min(self._metrics["beside"].horizontalAdvance(text.beside), (end - x) * 0.4) + px(9)
        head = brush.line("first", text.first, x, px(first), own.text, end - (0 if text.tile else room_beside))
        brush.line("beside", text.beside, head + px(9), px(first), own.text2, end)
        brush.line("second", text.second, x, px(second), own.text if request else own.text2, end)
        if text.third is not None:
            self._third(brush, text.third, x, end)
        if text.badge is not None:
            self._badge(brush, text.badge, look)

    def _third(self, brush: _Brush, badge: Badge, x: float, end: float) -> None:
        ink = getattr(tokens(), badge.tone)
        if badge.icon is not None:
            brush.icon(badge.icon, ink, x, px(65.5) - px(12), 15)
            x += px(19)
        brush.line("loud" if badge.loud else "third", badge.words, x, px(65.5), ink, end)

    def _badge(self, brush: _Brush, badge: Badge, look: RowLook) -> None:
        name = "loud" if badge.loud else "badge"
        ink = getattr(tokens(), badge.tone)
        width = self._metrics[name].horizontalAdvance(badge.words)
        end = brush.area.width() - look.right
        middle = brush.area.height() / 2
        brush.line(name, badge.words, end - width, middle + self._metrics[name].capHeight() / 2, ink, end + 1)
        if badge.icon is not None:
            brush.icon(badge.icon, ink, end - width - px(6) - px(16), middle - px(16) / 2)

    def _tile(self, brush: _Brush, tile: Tile, top: int) -> None:
        own = tokens()
        square = brush.square(px(20), top, px(40))
        brush.painter.setPen(QPen(colour(own.line), 1))
        brush.painter.setBrush(colour(own.base))
        brush.painter.drawRoundedRect(square.adjusted(0.5, 0.5, -0.5, -0.5), px(9), px(9))
        for name, words, ink, baseline in (
            ("weekday", tile.weekday, own.accent_text if tile.today else own.text2, 15.5),
            ("day", tile.day, own.text, 32.0),
        ):
            brush.painter.setFont(self._fonts[name])
            brush.painter.setPen(colour(ink))
            x = square.center().x() - self._metrics[name].horizontalAdvance(words) / 2
            brush.painter.drawText(QPointF(x, square.top() + px(baseline)), words)


class _Brush:
    """Draws pieces at places counted from the row's leading edge and top."""

    def __init__(
        self,
        painter: QPainter,
        area: QRectF,
        look: RowLook,
        fonts: dict[str, QFont],
        metrics: dict[str, QFontMetricsF],
    ) -> None:
        self.painter = painter
        self.area = area
        self._look = look
        self._fonts = fonts
        self._metrics = metrics

    def _left(self, x: float, width: float) -> float:
        return self.area.right() - x - width if self._look.mirrored else self.area.left() + x

    def square(self, x: float, y: float, size: float) -> QRectF:
        """Return a square in the painter's coordinates."""
        return QRectF(self._left(x, size), self.area.top() + y, size, size)

    def icon(self, name: IconName, ink: str, x: float, y: float, size: int = 16) -> None:
        """Draw an icon of ``size`` (at a base font of 14)."""
        from ui.icons import draw  # noqa: PLC0415 - most lists have none in their first picture

        draw(self.painter, name, ink, QPointF(self._left(x, px(size)), self.area.top() + y), px(size))

    def arrow(self, ink: str, x: float, y: float, *, down: bool) -> None:
        """Draw an arrow of 16 that points down or to the row's end; by hand, for it is in the first picture."""
        box = self.square(x, y, px(16))
        thin, far = box.width() * 0.36, box.width() * 0.27
        side = -1 if self._look.mirrored else 1
        tip = QPointF(0, thin / 2) if down else QPointF(side * thin / 2, 0)
        ends = (
            (QPointF(-far, -thin / 2), QPointF(far, -thin / 2))
            if down
            else (QPointF(-side * thin / 2, -far), QPointF(-side * thin / 2, far))
        )
        self.painter.setPen(QPen(colour(ink), box.width() * 0.08, c=Qt.PenCapStyle.RoundCap))
        self.painter.drawPolyline([box.center() + ends[0], box.center() + tip, box.center() + ends[1]])

    def line(self, font: str, words: str, x: float, baseline: float, ink: str, end: float) -> float:
        """Draw words on a baseline, cut at ``end``; return where they ended."""
        metrics, room = self._metrics[font], end - x
        if room <= 0 or not words:
            return x
        width = metrics.horizontalAdvance(words)
        if width > room:
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(words)
        self.painter.setFont(self._fonts[font])
        self.painter.setPen(QColor(colour(ink)))
        self.painter.drawText(QPointF(self._left(x, width), self.area.top() + baseline), words)
        return x + width


def _sized(name: str, size: float, weight: int) -> QFont:
    """Return the font of the date tile, whose sizes are no part of the type table."""
    font = type_font("fine" if name == "fine" else "notes", weight=weight, tabular=True)
    font.setPointSizeF(font.pointSizeF() * size / (12.5 if name == "fine" else 16.1))
    return font
