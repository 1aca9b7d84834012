"""What the command line says; the same for the window and for the terminal command."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.paths import Profile, default_home, profile_of
from desktop.wiring import checked_origin
from sync.settings import Settings, load_settings


def add_profile_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose whose data are used."""
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep all data in DIR, apart from everything else")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--practice", action="store_true", help="use the practice marketplace (the default)")
    choice.add_argument(
        "--marketplace",
        metavar="ADDRESS",
        help="use the marketplace at this address; its token is read from FOREWORD_TOKEN",
    )


def home_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of all data."""
    return arguments.home.expanduser().absolute() if arguments.home else default_home()


def choose(arguments: argparse.Namespace) -> tuple[Settings, Profile]:
    """Return settings and profile. Raises ValueError, in words, for settings or an address that cannot be used."""
    home = home_of(arguments)
    settings = load_settings(home / "settings.toml")
    origin = "" if arguments.practice else arguments.marketplace or settings.marketplace
    return settings, profile_of(home, checked_origin(origin) if origin else "")
