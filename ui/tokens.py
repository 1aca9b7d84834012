"""The colours of Foreword as values: two frozen sets, light and dark, and nothing else."""

from __future__ import annotations

from typing import Final, NamedTuple


class Tokens(NamedTuple):
    """One set of colours as "#rrggbb"; the names are those of the table of colours."""

    window: str
    base: str
    sunken: str
    button: str
    hover: str
    press: str
    text: str
    text2: str
    text3: str
    line: str
    edge: str
    ctl: str
    accent: str
    accent_pressed: str
    on_accent: str
    accent_text: str
    mark: str
    tint: str
    live: str
    live_pressed: str
    ok: str
    ok_tint: str
    warn: str
    warn_tint: str
    bad: str
    bad_tint: str
    busy: str
    avatars: tuple[tuple[str, str], ...]
    """Fill and ink of the circles that stand for customers."""


LIGHT: Final = Tokens(
    window="#f6f4f0",
    base="#ffffff",
    sunken="#f6f4f0",
    button="#ffffff",
    hover="#eeebe5",
    press="#e6e2da",
    text="#1e1c19",
    text2="#57534c",
    text3="#6b665e",
    line="#e5e1da",
    edge="#d3cec5",
    ctl="#8a847a",
    accent="#2d57c4",
    accent_pressed="#2549a8",
    on_accent="#ffffff",
    accent_text="#2850b4",
    mark="#2d57c4",
    tint="#e5ebf9",
    live="#1c7446",
    live_pressed="#165e38",
    ok="#1b6b42",
    ok_tint="#e3f1e8",
    warn="#835000",
    warn_tint="#faefd9",
    bad="#af2a20",
    bad_tint="#fbeae7",
    busy="#e9e5de",
    avatars=(
        ("#dce6f5", "#2f4a78"),
        ("#f3e2d3", "#77461c"),
        ("#dfebdd", "#2f5a38"),
        ("#efe0ec", "#6b3564"),
        ("#e6e3f4", "#453b82"),
        ("#f1e8cc", "#655012"),
    ),
)
DARK: Final = Tokens(
    window="#1b1a18",
    base="#232220",
    sunken="#2b2a27",
    button="#2b2a27",
    hover="#2c2a28",
    press="#36332f",
    text="#f2efea",
    text2="#b9b4ab",
    text3="#a39d94",
    line="#34322e",
    edge="#4a4741",
    ctl="#8e887e",
    accent="#3f6ad8",
    accent_pressed="#3760c8",
    on_accent="#ffffff",
    accent_text="#9db8fb",
    mark="#7fa0f5",
    tint="#2a334d",
    live="#26804f",
    live_pressed="#217247",
    ok="#86d3a6",
    ok_tint="#1e3429",
    warn="#e8b968",
    warn_tint="#382d1b",
    bad="#ff9f94",
    bad_tint="#40241f",
    busy="#3a3733",
    avatars=(
        ("#2d3a50", "#bfd3f5"),
        ("#493628", "#f0c9a6"),
        ("#2c4232", "#b4ddbb"),
        ("#463247", "#e8bfe2"),
        ("#39365a", "#cbc5f7"),
        ("#453d22", "#e6d59a"),
    ),
)
