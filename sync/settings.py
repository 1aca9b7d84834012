"""The writer's settings: one frozen value, read from a TOML file that is safe to copy; secrets are never in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args

Theme = Literal["system", "light", "dark"]
HourClock = Literal["locale", "12", "24"]

Choice = TypeVar("Choice", bound=str)
_THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
_CLOCKS: Final[tuple[HourClock, ...]] = get_args(HourClock)


class Settings(NamedTuple):
    """The writer's choices: ``theme`` is system, light or dark, ``clock`` is locale, 12 or 24.

    ``marketplace`` is the origin of a marketplace; empty means practice.
    """

    theme: Theme = "system"
    clock: HourClock = "locale"
    marketplace: str = ""


class SettingsError(ValueError):
    """The file at ``path`` cannot be used; ``reason`` says why in plain words, and the message says both."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be used: {reason}")
        self.path = path
        self.reason = reason


def _choice(data: dict[str, Any], name: str, allowed: tuple[Choice, ...], path: Path) -> Choice:
    value = data.get(name, allowed[0])
    for choice in allowed:
        if choice == value:
            return choice
    allowed_words = ", ".join(f'"{choice}"' for choice in allowed)
    raise SettingsError(path, f"{name} is {value!r}; it can be {allowed_words}.")


def load_settings(path: Path) -> Settings:
    """Read the settings; a file that does not exist gives the defaults. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsError(path, "it is not plain text.") from error
    except OSError as error:
        raise SettingsError(path, f"{error.strerror}.") from error
    import tomllib  # noqa: PLC0415 - most writers have no such file

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, f"{error}.") from error
    marketplace = data.get("marketplace", "")
    if not isinstance(marketplace, str):
        raise SettingsError(path, "marketplace must be an address in quotation marks.")
    return Settings(
        theme=_choice(data, "theme", _THEMES, path),
        clock=_choice(data, "clock", _CLOCKS, path),
        marketplace=marketplace,
    )
