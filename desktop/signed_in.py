"""Who is signed in at a marketplace on this computer, and how somebody signs in and out.

A sign-in names its account, and the account's own folder is used from then on: nobody sees or sends what belongs to
another. All of it blocks: in a window it is an errand of the worker thread.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from desktop.paths import Profile, account_of
from sync.domain.problems import StoreProblem, Trouble

if TYPE_CHECKING:
    from sync.domain.tokens import Tokens
    from sync.ports import Keychain

Keeping = Literal["system", "memory", "file"]


def remember(place: Profile, tokens: Tokens, keeping: Keeping, keychain_of: Callable[[Profile], Keychain]) -> Profile:
    """Keep a new sign-in and return the profile of its account, which is used from the next start on.

    Raises Paused(KEYCHAIN) when it cannot be kept there, StoreProblem when the folder cannot be written; then nothing
    has changed.
    """
    profile = account_of(place, tokens.subject, tokens.name, keeping)
    keychain_of(profile).save(tokens)
    with _writing(profile):
        profile.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = {"folder": profile.folder.name, "subject": profile.subject, "name": profile.name, "keeping": keeping}
        draft = profile.signed_in_file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file)
        draft.replace(profile.signed_in_file)
    return profile


def leave(profile: Profile) -> None:
    """Let nobody be signed in there; what belongs to the account stays in its folder. Raises StoreProblem."""
    with _writing(profile):
        profile.signed_in_file.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(profile: Profile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreProblem(Trouble.READ_ONLY, f"{profile.signed_in_file}: {error.strerror}") from error
