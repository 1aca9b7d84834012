"""``foreword-sync sign-in`` and ``sign-out``: with a browser of this computer, or with a code on another device."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from desktop.paths import Profile
from desktop.signed_in import Keeping, keep, sign_out
from desktop.terminal_desk import DONE, SAID_NO, WRONG_WORDS, complain, say
from desktop.wiring import Core, has_system_keychain, open_sign_in
from sync.domain.tokens import DeviceCode

COMMANDS: Final = ("sign-in", "sign-out")


def add_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the two commands by ``add``, which gets a name and what it does."""
    command = add("sign-in", "sign in at the marketplace, on its own page in a browser")
    command.add_argument("--device", action="store_true", help="with a code that you type in on another device")
    command.add_argument(
        "--keep-in-file",
        action="store_true",
        help="keep the sign-in in a file that only you can read, not in this computer's keychain",
    )
    add("sign-out", "sign out; what is on this computer stays")


def run(chosen: argparse.Namespace, core: Core, profile: Profile) -> int:
    """Do what was asked; returns the exit status. Raises Problem."""
    if profile.practice:
        complain("Practice needs no sign-in. Name a marketplace: --marketplace ADDRESS.")
        return WRONG_WORDS
    return _sign_out(core, profile) if chosen.what == "sign-out" else _sign_in(chosen, core, profile)


def _sign_in(chosen: argparse.Namespace, core: Core, profile: Profile) -> int:
    keeping: Keeping = "file" if chosen.keep_in_file else "system"
    if keeping == "system" and not has_system_keychain():
        complain(
            "This computer has no keychain that could keep your sign-in safe. "
            "--keep-in-file keeps it in a file that only you can read; whoever can read your files can act as you."
        )
        return SAID_NO
    attempt = open_sign_in(core, profile)
    tokens = attempt.with_code(_show) if chosen.device else attempt.with_browser(_show_address)
    made = keep(core, profile, tokens, keeping)
    say(f"Signed in as {made.profile.name or made.profile.subject}.")
    if made.moved:
        say("If Foreword is open, close it and start it again.")
    return DONE


def _sign_out(core: Core, profile: Profile) -> int:
    if not profile.subject:
        say("Nobody is signed in.")
        return DONE
    heard = sign_out(core, profile)
    say("Signed out. Your calls and what waits to be sent stay on this computer, for your next sign-in.")
    if not heard:
        say("The marketplace could not be told. To be sure, end this computer's sign-in on its own pages too.")
    return DONE


def _show(code: DeviceCode) -> None:
    say(f"Open {code.address} on any device and type {code.user_code}\nWaiting for you there; Ctrl+C stops it.")


def _show_address(address: str) -> bool:
    """Leave the opening to the writer: a browser that draws in this terminal would wait for us as we wait for it."""
    say(f"Open this address in a browser on this computer:\n{address}\nWaiting for you there; Ctrl+C stops it.")
    return True
