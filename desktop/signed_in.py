"""Signing in and out on this computer: what an attempt has given is kept, and the account gets its own folder.

Nobody sees or sends what is another account's. All of it blocks: in a window it is an errand of the worker thread.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from desktop.paths import Profile, account_of
from desktop.wiring import Core, open_keychain, open_session, revoke
from sync.domain.problems import Problem, StoreProblem, Trouble

if TYPE_CHECKING:
    from sync.domain.tokens import Tokens
    from sync.ports import Keychain

Keeping = Literal["system", "memory", "file"]
"""Where a sign-in is kept; "file" is for writers who chose it themselves."""


class SignedIn(NamedTuple):
    """The account's ``profile`` and the ``keychain`` with its tokens: both are for ``open_core``.

    ``moved`` tells that it is another folder than before: a window that is open shows somebody else's.
    """

    profile: Profile
    keychain: Keychain
    moved: bool


def keep(core: Core, profile: Profile, tokens: Tokens, keeping: Keeping) -> SignedIn:
    """Keep a new sign-in at the profile's marketplace, and end the one that ``profile`` had.

    Raises Paused(KEYCHAIN) when it cannot be kept there, StoreProblem when the folder cannot be written: then whoever
    was signed in still is.
    """
    made = account_of(profile, tokens.subject, tokens.name, keeping)
    keychain = core.keychain() if profile.keeping == keeping else open_keychain(made)
    before = _tokens_of(core, profile)
    keychain.save(tokens)
    _remember(made)
    if before is not None:
        _end(core, before, forget=(profile.subject, profile.keeping) != (made.subject, keeping))
    return SignedIn(made, keychain, moved=made.folder != profile.folder)


def sign_out(core: Core, profile: Profile) -> bool:
    """Forget the sign-in; tells whether the marketplace has heard of it as well. The account's folder stays as it is.

    Raises Paused(KEYCHAIN) and StoreProblem when it could not be forgotten.
    """
    heard = open_session(core, profile, core.keychain()).sign_out()
    with _writing(profile):
        profile.signed_in_file.unlink(missing_ok=True)
    return heard


def _tokens_of(core: Core, profile: Profile) -> Tokens | None:
    if not profile.subject:
        return None
    with contextlib.suppress(Problem):
        return core.keychain().load(profile.origin, profile.subject)
    return None


def _end(core: Core, tokens: Tokens, *, forget: bool) -> None:
    """End an older sign-in as far as that is possible now; it is in nobody's way."""
    with contextlib.suppress(Problem):
        if forget:
            core.keychain().forget(tokens.origin, tokens.subject)
        revoke(core, tokens)


def _remember(profile: Profile) -> None:
    known = {
        "folder": profile.folder.name,
        "subject": profile.subject,
        "name": profile.name,
        "keeping": profile.keeping,
    }
    with _writing(profile):
        profile.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = profile.signed_in_file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file)
        draft.replace(profile.signed_in_file)


@contextlib.contextmanager
def _writing(profile: Profile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreProblem(Trouble.READ_ONLY, f"{profile.signed_in_file}: {error.strerror}") from error
