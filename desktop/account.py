"""The account of a window: signing in and out with the core behind it, and the browser of this computer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from desktop.paths import Profile
from desktop.wiring import Core, open_sign_in, revoke
from sync.domain.problems import Problem
from ui.account import Who

if TYPE_CHECKING:
    from sync.domain.tokens import Tokens
    from sync.ports import Keychain
    from ui.account import Attempt, Keeping


class Following(NamedTuple):
    """The account whose window comes next; ``keychain`` holds its sign-in, None where nobody is signed in."""

    profile: Profile
    keychain: Keychain | None


class AccountHere:
    """The account of ``profile``, as the sign-in window wants it; ``follow`` opens another account's window."""

    def __init__(self, core: Core, profile: Profile, follow: Callable[[Following], None]) -> None:
        self._core = core
        self._profile = profile
        self._follow = follow
        self._following: Following | None = None
        self._attempt: Attempt | None = None

    @property
    def who(self) -> Who:
        """Who is signed in, as of the last step."""
        profile = self._following.profile if self._following else self._profile
        place = profile.origin.partition("://")[2]
        kept = {"system": "system", "memory": "memory", "file": "file"}.get(profile.keeping, "")
        return Who(place, profile.name, kept if profile.subject else "")  # type: ignore[arg-type]

    def new_attempt(self) -> Attempt:
        """Begin to sign in."""
        self._attempt = open_sign_in(self._core, self._profile)
        return self._attempt

    def stop(self) -> None:
        """End an attempt that waits, since the program ends."""
        if self._attempt is not None:
            self._attempt.cancel()

    def keep(self, tokens: Tokens, keeping: Keeping) -> bool:
        """Keep a sign-in; tells whether the window is another account's now. Raises Paused and StoreProblem."""
        from desktop import signed_in  # noqa: PLC0415 - seldom wanted

        made = signed_in.keep(self._core, self._profile, tokens, keeping)
        # The keychain may be this process's memory: whoever goes on has to have the same one.
        self._following = Following(made.profile, made.keychain)
        return made.profile != self._profile or made.keychain is not self._core.keychain()

    def drop(self, tokens: Tokens) -> None:
        """Make a sign-in useless, as far as the network allows."""
        with contextlib.suppress(Problem):
            revoke(self._core, tokens)

    def sign_out(self) -> bool:
        """Forget the sign-in; tells whether the marketplace has heard of it. Raises Paused and StoreProblem."""
        from desktop import signed_in  # noqa: PLC0415 - seldom wanted

        heard = signed_in.sign_out(self._core, self._profile)
        self._following = Following(Profile(self._profile.signed_in_file.parent, self._profile.origin), None)
        return heard

    def open_page(self, address: str) -> bool:
        """Open a page in the writer's browser."""
        from PySide6.QtCore import QUrl  # noqa: PLC0415 - seldom wanted
        from PySide6.QtGui import QDesktopServices  # noqa: PLC0415

        url = QUrl(address, QUrl.ParsingMode.StrictMode)
        return url.scheme() in {"https", "http"} and QDesktopServices.openUrl(url)

    def go_on(self) -> None:
        """Open the window of whoever is signed in now."""
        if self._following is not None:
            self._follow(self._following)
