"""Secrets that every test uses, and the search for them in whatever the tests have written (invariant I15)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TOKENS: Final[set[str]] = set()
"""The tokens that marketplaces have given in this run; they stand in no file of any kind."""

LEAKS: Final[list[str]] = []
"""What was found where."""

_LINE: Final = re.compile(rb"\+1\d{3}55501\d{2}|\bpin\b\W{0,5}\d{4,12}", re.IGNORECASE)
"""A practice line's number, or a PIN that is called so; they stand in a store, and in no log."""

_LOGS: Final = frozenset({".log", ".txt", ".toml", ".lock"})
_BYTES: Final = 64 * 1024 * 1024


def search(folder: Path) -> None:
    """Look through all files under the folder and keep what should not be there in ``LEAKS``."""
    tokens = re.compile(b"|".join(re.escape(token.encode()) for token in TOKENS)) if TOKENS else None
    for path in _files(folder):
        with path.open("rb") as file:
            data = file.read(_BYTES)
        if tokens is not None and tokens.search(data):
            LEAKS.append(f"a token in {path}")
        if path.suffix in _LOGS and (found := _LINE.search(data)):
            LEAKS.append(f"{found[0].decode()} in {path}")


def _files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path
