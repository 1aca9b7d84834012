"""Where everything of a writer lies: one folder, with one folder inside for each account.

Practice is an account of its own, so that made-up customers never stand beside real ones; and so is each account that a
writer signs in to, so that nothing of one is ever sent or shown under another.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Profile(NamedTuple):
    """One account's place: its ``folder``, and the ``origin`` of its marketplace ("" for practice).

    ``subject`` is the account's id there and ``name`` what its writer calls it, "" where nobody has signed in;
    ``keeping`` is where the sign-in is kept: "system", "memory" or "file".
    """

    folder: Path
    origin: str
    subject: str = ""
    name: str = ""
    keeping: str = ""

    @property
    def practice(self) -> bool:
        """Tell whether this is the practice marketplace with its made-up customers."""
        return not self.origin

    @property
    def signed_in_file(self) -> Path:
        """Tells who is signed in; it lies in the marketplace's folder, which has one folder for each account."""
        return (self.folder.parent if self.subject else self.folder) / "signed-in.json"

    @property
    def sign_in_lock(self) -> Path:
        """Held while the sign-in is renewed, so that one program does it at a time."""
        return self.folder / "sign-in.lock"

    @property
    def database(self) -> Path:
        """The account's store."""
        return self.folder / "foreword.db"

    @property
    def window_place(self) -> Path:
        """Where the window was when it was closed."""
        return self.folder / "window-place"

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

    It is that of the account that is signed in there, if one is.
    """
    if not origin:
        return Profile(home / "practice", origin)
    # A name of its own, without the ":" and "/" that no folder of Windows may have.
    name = origin.removeprefix("https://").replace("http://", "http:").replace("_", "%5F").replace(":", "_")
    place = Profile(home / "accounts" / name, origin)
    try:
        known = json.loads(place.signed_in_file.read_text("utf-8"))
        folder, *words = (str(known[word]) for word in ("folder", "subject", "name", "keeping"))
    except (OSError, ValueError, LookupError, TypeError):
        return place
    return Profile(place.folder / folder, origin, *words)


def account_of(place: Profile, subject: str, name: str, keeping: str) -> Profile:
    """Return the profile of an account beside those of others at the same marketplace."""
    import hashlib  # noqa: PLC0415 - at a sign-in alone

    # The id is the marketplace's word: never a folder's name, and two that differ in case are two.
    mark = hashlib.sha256(subject.encode()).hexdigest()[:16]
    return Profile(place.signed_in_file.parent / f"account-{mark}", place.origin, subject, name, keeping)
