"""Where everything of a writer lies: one folder, with one folder inside for each account.

Practice is an account of its own, so that made-up customers never stand beside real ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Profile(NamedTuple):
    """One account's place: its ``folder``, and the ``origin`` of its marketplace ("" for practice)."""

    folder: Path
    origin: str

    @property
    def practice(self) -> bool:
        """Tell whether this is the practice marketplace with its made-up customers."""
        return not self.origin

    @property
    def database(self) -> Path:
        """The account's store."""
        return self.folder / "foreword.db"

    @property
    def log(self) -> Path:
        """Where the program writes what it did not expect."""
        return self.folder / "foreword.log"

    @property
    def marketplace_database(self) -> Path:
        """The practice marketplace's own data: the other side of the connection."""
        return self.folder / "marketplace.db"


def default_home() -> Path:
    """Return the folder that the system gives a program for its user's data."""
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed with --home, and not before it is

    return user_data_path("Foreword", appauthor=False)


def profile_of(home: Path, origin: str) -> Profile:
    """Return the profile of a marketplace's origin (in its one spelling) below ``home``; "" is practice.

    Each origin has a name of its own, without the ":" and "/" that no folder of Windows may have.
    """
    if not origin:
        return Profile(home / "practice", origin)
    name = origin.removeprefix("https://").replace("http://", "http:").replace("_", "%5F").replace(":", "_")
    return Profile(home / "accounts" / name, origin)
