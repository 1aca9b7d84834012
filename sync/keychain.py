"""Where sign-ins are kept: the system's own keychain, this process's memory, or a file that its owner alone reads.

The writer's data never depend on it: when it is gone, the writer signs in again and everything is still there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from sync.domain.problems import Paused, Trouble
from sync.domain.tokens import Tokens, tokens_from

SERVICE: Final = "Foreword"

SYSTEMS_OWN: Final = frozenset(
    f"keyring.backends.{name}" for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)
"""The backends of ``keyring`` that encrypt. All others write plainly, keep nothing, or are nobody knows what."""

Value = TypeVar("Value")


class SecretStore(Protocol):
    """The part of ``keyring``'s backends that is used here. Each method may raise anything and may take its time."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret, None if there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        ...


def system_store() -> SecretStore | None:
    """Return the system's store of secrets, None if this computer has none that encrypts. May raise anything."""
    import keyring  # noqa: PLC0415 - looks for every backend that is installed, in the worker's time

    chosen = keyring.get_keyring()
    for store in getattr(chosen, "backends", (chosen,)):  # a chain of several names them
        if type(store).__module__ in SYSTEMS_OWN:
            found: SecretStore = store
            return found
    return None


class SystemKeychain:
    """Keeps sign-ins in the system's store, which may ask the writer for a password and take minutes over it.

    So it is used in the worker thread alone. Whatever goes wrong there is Paused(KEYCHAIN).
    """

    def __init__(self, find_store: Callable[[], SecretStore | None] = system_store) -> None:
        self._find_store = find_store

    def is_there(self) -> bool:
        """Tell whether this computer has a store that can be used."""
        try:
            return _try(self._find_store) is not None
        except Paused:
            return False

    def load(self, origin: str, subject: str) -> Tokens | None:
        """Return the account's tokens, None if there are none. Raises Paused."""
        entry = _entry(origin, subject)
        return tokens_from(_try(lambda: self._store().get_password(SERVICE, entry)), origin, subject)

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, in the place of older ones. Raises Paused."""
        entry, text = _entry(tokens.origin, tokens.subject), tokens.to_text()
        _try(lambda: self._store().set_password(SERVICE, entry, text))

    def forget(self, origin: str, subject: str) -> None:
        """Forget the account's tokens, if there are any. Raises Paused."""
        entry = _entry(origin, subject)
        if _try(lambda: self._store().get_password(SERVICE, entry)) is not None:
            _try(lambda: self._store().delete_password(SERVICE, entry))

    def _store(self) -> SecretStore:
        store = _try(self._find_store)
        if store is None:
            raise Paused(Trouble.KEYCHAIN, "this computer has no keychain that encrypts")
        return store


class MemoryKeychain:
    """Keeps sign-ins until this process ends."""

    def __init__(self) -> None:
        self._kept: dict[str, Tokens] = {}

    def load(self, origin: str, subject: str) -> Tokens | None:
        """Return the account's tokens, None if there are none."""
        return self._kept.get(_entry(origin, subject))

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, in the place of older ones."""
        self._kept[_entry(tokens.origin, tokens.subject)] = tokens

    def forget(self, origin: str, subject: str) -> None:
        """Forget the account's tokens, if there are any."""
        self._kept.pop(_entry(origin, subject), None)


class FileKeychain:
    """Keeps sign-ins in files of ``folder`` that their owner alone can read: for writers who chose this themselves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, origin: str, subject: str) -> Tokens | None:
        """Return the account's tokens, None if there are none. Raises Paused."""
        try:
            return tokens_from(self._path(origin, subject).read_text("utf-8", "replace"), origin, subject)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(error) from error

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, in the place of older ones, all of them or none. Raises Paused."""
        path = self._path(tokens.origin, tokens.subject)
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)  # so that the new one gets the rights that are asked for
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(tokens.to_text())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise _unusable(error) from error

    def forget(self, origin: str, subject: str) -> None:
        """Forget the account's tokens, if there are any. Raises Paused."""
        try:
            self._path(origin, subject).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(error) from error

    def _path(self, origin: str, subject: str) -> Path:
        # A subject is the marketplace's word: never a file name, and two that differ in case are two.
        return self._folder / f"{hashlib.sha256(_entry(origin, subject).encode()).hexdigest()[:32]}.json"


def _entry(origin: str, subject: str) -> str:
    return f"{subject} at {origin}"


def _try(ask: Callable[[], Value]) -> Value:
    try:
        return ask()
    except Paused:
        raise
    except Exception as error:  # noqa: BLE001 - five systems behind keyring, each with errors of its own (keyring#710)
        # Only the kind of error: its words and its chain may hold what was to be kept.
        raise Paused(Trouble.KEYCHAIN, type(error).__name__) from None


def _unusable(error: OSError) -> Paused:
    return Paused(Trouble.KEYCHAIN, error.strerror or type(error).__name__)
