"""What the command line says; the same for the window and for the terminal command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from desktop.cannot_start import broken_settings
from desktop.paths import Profile, default_home, profile_of
from desktop.wiring import checked_origin
from sync.settings import Settings, SettingsError, load_settings


class Parser(argparse.ArgumentParser):
    """Reads words as they are, abbreviates nothing, and says in one line what is wrong with them: exit status 2."""

    def __init__(self, *, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Say it and end."""
        sys.stderr.write(f"{self.prog}: {message}. `{self.prog} --help` lists what there is.\n")
        sys.exit(2)


def add_profile_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose whose data are used."""
    parser.add_argument("--home", type=_folder, metavar="DIR", help="keep all data in DIR, apart from everything else")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--practice", action="store_true", help="use the practice marketplace (the default)")
    choice.add_argument(
        "--marketplace",
        metavar="ADDRESS",
        help="use the marketplace at this address; `foreword-sync sign-in` signs in there",
    )
    parser.add_argument("--version", action=_SayVersion, nargs=0, help="say which version this is")


class _SayVersion(argparse.Action):
    """Says it and ends; 20 ms of looking it up that no other start should pay."""

    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415

        sys.stdout.write(f"Foreword {version('foreword')}\n")
        sys.exit(0)


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it names no folder")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"{text} is nobody's folder here") from error


def home_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of all data."""
    return arguments.home or default_home()


def choose(arguments: argparse.Namespace) -> tuple[Settings, Profile]:
    """Return settings and profile.

    Raises CannotStart for settings that cannot be used, and ValueError, in words, for an address on the command line.
    """
    home = home_of(arguments)
    file = home / "settings.toml"
    try:
        settings = load_settings(file)
    except SettingsError as error:
        raise broken_settings(file, error.reason) from error
    if arguments.marketplace is not None:
        return settings, profile_of(home, checked_origin(arguments.marketplace))
    if arguments.practice or not settings.marketplace:
        return settings, profile_of(home, "")
    try:
        return settings, profile_of(home, checked_origin(settings.marketplace))
    except ValueError as error:
        raise broken_settings(file, str(error)) from error
