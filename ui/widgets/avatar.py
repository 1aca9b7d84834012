"""The circle with a company's initials, its colours chosen by the customer's id: the same on every computer."""

from __future__ import annotations

from zlib import crc32

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.style import colour, px, tokens, type_font


def initials(company: str) -> str:
    """Return one or two letters for a company: "AO" for "Alder & Oak Outfitters" reads its first and second word."""
    words = [word for word in company.split() if word[0].isalnum()]
    letters = "".join(word[0] for word in words[:2]) or company.strip()[:1]
    return letters.upper()


def paint_avatar(painter: QPainter, circle: QRectF, company: str, customer_id: str, font: QFont) -> None:
    """Paint the circle of a customer into ``circle``."""
    choices = tokens().avatars
    fill, ink = choices[(crc32(customer_id.encode()) >> 16) % len(choices)]
    painter.setPen(colour(ink) if fill == tokens().window else Qt.PenStyle.NoPen)
    painter.setBrush(colour(fill))
    painter.drawEllipse(circle.adjusted(0.5, 0.5, -0.5, -0.5) if fill == tokens().window else circle)
    painter.setPen(colour(ink))
    painter.setFont(font)
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, initials(company))


class Avatar(QWidget):
    """A customer's circle of 48 px; decoration only, the name always stands beside it."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "avatar", size: int = 48) -> None:
        super().__init__(parent)
        from PySide6.QtWidgets import QSizePolicy  # noqa: PLC0415 - a millisecond that the rows' circles do without

        self.setObjectName(name)
        self._company = ""
        self._customer_id = ""
        self._size = px(size)
        self._font = type_font("subheading" if size >= 48 else "body", weight=600)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_customer(self, company: str, customer_id: str) -> None:
        """Show another customer."""
        self._company, self._customer_id = company, customer_id
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the circle."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the circle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_avatar(painter, QRectF(0, 0, self._size, self._size), self._company, self._customer_id, self._font)
