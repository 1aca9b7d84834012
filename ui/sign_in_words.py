"""What the sign-in window says at each stage, and what its buttons do; knows no Qt."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ui.account import Who

if TYPE_CHECKING:
    from ui.account import Keeping


class Deed(StrEnum):
    """What a button does; the value is its label."""

    NONE = ""
    WAITING = "Waiting…"
    BROWSER = "Sign in with your browser"
    CODE = "Use a code on another device instead"
    BROWSER_INSTEAD = "Use the browser of this computer instead"
    CANCEL = "Cancel"
    CLOSE = "Close"
    KEEP = "Keep it so"
    SIGN_OUT = "Sign out"
    DONE = "Done"
    GO_ON = "Go on"
    COPY_ADDRESS = "Copy the page's address"


class PageWords(NamedTuple):
    """A stage in words: title, text, and the three places of the foot."""

    title: str
    text: str
    road: Deed
    way_out: Deed
    primary: Deed


_KEPT: Final[dict[Keeping, str]] = {
    "system": "Your sign-in is kept in this computer's keychain.",
    "memory": "Your sign-in is kept until Foreword closes.",
    "file": "Your sign-in is kept in a file that only you can read.",
}
CHOICES: Final[dict[Keeping, tuple[str, str]]] = {
    "memory": ("Until Foreword closes", "You sign in again at the next start. Nothing is written down."),
    "file": ("In a file that only you can read", "Whoever gets at your files can act as you at the marketplace."),
}
STAYS: Final = "Your calls, your notes and what waits to be sent stay on this computer"


def out_words(who: Who) -> PageWords:
    """Return what stands before signing in."""
    text = (
        f"You sign in on the page of {who.marketplace} itself, in your browser. Foreword never sees your password, "
        "and you can end its access there at any time."
    )
    again = f" again as {who.name}" if who.name else ""
    return PageWords(f"Sign in{again} at {who.marketplace}", text, Deed.CODE, Deed.CANCEL, Deed.BROWSER)


def browser_words(*, opened: bool) -> PageWords:
    """Return what stands while the browser is waited for."""
    text = "Sign in on the page that has opened there, and allow Foreword. Then come back here."
    waiting = text if opened else "The page opens in a moment."
    return PageWords("Waiting for your browser…", waiting, Deed.CODE, Deed.CANCEL, Deed.WAITING)


def code_words(address: str) -> PageWords:
    """Return what stands beside the code; ``address`` is where it is typed, "" while it is asked for."""
    if not address:
        return PageWords("Asking for a code…", "It takes a moment.", Deed.BROWSER_INSTEAD, Deed.CANCEL, Deed.WAITING)
    text = "Open this address on your phone or any other device, type the code, and allow Foreword:"
    return PageWords("Type this code on another device", text, Deed.BROWSER_INSTEAD, Deed.CANCEL, Deed.WAITING)


def busy_words(*, leaving: bool) -> PageWords:
    """Return what stands while the sign-in is put away or forgotten; the system may ask for a password of its own."""
    title = "Signing out…" if leaving else "Keeping your sign-in…"
    text = "If this computer asks for the password of its keychain, type it there."
    return PageWords(title, text, Deed.NONE, Deed.NONE, Deed.WAITING)


def choose_words() -> PageWords:
    """Return what stands when this computer has no keychain."""
    text = "You are signed in, but this computer's keychain for passwords is not there or did not take it. Keep it:"
    return PageWords("Where shall your sign-in be kept?", text, Deed.NONE, Deed.CANCEL, Deed.KEEP)


def in_words(who: Who, *, moved: bool) -> PageWords:
    """Return what stands when somebody is signed in."""
    title = f"Signed in as {who.name}" if who.name else "Signed in"
    kept = _KEPT[who.kept] if who.kept else ""
    if moved:
        text = f"At {who.marketplace}. {kept} Foreword opens this account's calls now."
        return PageWords(title, text, Deed.NONE, Deed.NONE, Deed.GO_ON)
    text = f"At {who.marketplace}. {kept}\n\nIf you sign out, nothing is sent or fetched any more. {STAYS}."
    return PageWords(title, text, Deed.SIGN_OUT, Deed.NONE, Deed.DONE)


def gone_words(who: Who, *, heard: bool) -> PageWords:
    """Return what stands after signing out."""
    text = f"{STAYS}, for your next sign-in."
    if not heard:
        text += (
            f" {who.marketplace} could not be told. To be sure, end this computer's sign-in on its own pages as well."
        )
    return PageWords("Signed out", text, Deed.NONE, Deed.NONE, Deed.GO_ON)


def grouped_code(code: str) -> str:
    """Return the code as it is read aloud: in the marketplace's own groups, or in groups of four."""
    plain = code.strip()
    if any(not sign.isalnum() for sign in plain):
        return plain
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
