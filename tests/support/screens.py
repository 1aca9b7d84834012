"""Pictures of windows, drawn offscreen with one font so that they look the same on every machine that has it.

``FOREWORD_SCREENS=<folder>`` makes ``shoot`` keep its pictures there; without it pictures are only made.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from ui import style

_INTER: Final = Path("/usr/share/fonts/opentype/inter")
_WEIGHTS: Final = ("Regular", "Medium", "SemiBold")


def dress(app: QApplication, theme: Literal["light", "dark"] = "light", *, base: int = 14) -> None:
    """Give the application English formats, a font of ``base`` pixels (Inter where it is installed), and a theme."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    app.setStyle("Fusion")
    families = QFontDatabase.families()
    if "Inter" not in families:
        for weight in _WEIGHTS:
            if (_INTER / f"Inter-{weight}.otf").exists():
                QFontDatabase.addApplicationFont(str(_INTER / f"Inter-{weight}.otf"))
    font = QFont("Inter")
    font.setPixelSize(base)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
    style.apply(app, theme)


def shoot(widget: QWidget, name: str, *, scale: float = 1.5) -> QImage:
    """Draw a shown widget as the pictures beside the design are drawn, and keep it when a folder is named."""
    QApplication.processEvents()
    picture = QPixmap(round(widget.width() * scale), round(widget.height() * scale))
    picture.setDevicePixelRatio(scale)
    widget.render(picture)
    folder = os.environ.get("FOREWORD_SCREENS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        picture.save(str(Path(folder) / f"{name}.png"))
    return picture.toImage()
