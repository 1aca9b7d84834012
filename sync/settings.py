"""The writer's settings: one frozen value, read from a TOML file that is safe to copy; secrets are never in it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The writer's choices: ``theme`` is system, light or dark, ``clock`` is locale, 12 or 24.

    ``marketplace`` is the origin of a marketplace; empty means practice.
    """

    theme: str = "system"
    clock: str = "locale"
    marketplace: str = ""


class SettingsError(ValueError):
    """The file cannot be used; the message names the file and the reason in plain words."""


def _choice(data: dict[str, Any], name: str, allowed: tuple[str, ...], path: Path) -> str:
    value = data.get(name, allowed[0])
    if value not in allowed:
        raise SettingsError(f"{path}: {name} is {value!r}; it can be {', '.join(allowed)}.")
    return str(value)


def load_settings(path: Path) -> Settings:
    """Read the settings; a file that does not exist gives the defaults. Raises SettingsError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    marketplace = data.get("marketplace", "")
    if not isinstance(marketplace, str):
        raise SettingsError(f"{path}: marketplace must be an address in quotation marks.")
    return Settings(
        theme=_choice(data, "theme", ("system", "light", "dark"), path),
        clock=_choice(data, "clock", ("locale", "12", "24"), path),
        marketplace=marketplace,
    )
