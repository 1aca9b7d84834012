"""What the sign-in window needs of the program behind it: who is signed in, the way in, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from sync.domain.tokens import DeviceCode, Tokens

Keeping = Literal["system", "memory", "file"]
"""Where a sign-in is kept: the system's keychain, this process's memory, a file that its owner alone can read."""


class Who(NamedTuple):
    """The account of this window: its ``name``, its ``marketplace`` as a person says it, and where it is ``kept``.

    ``kept`` is "" while nobody is signed in.
    """

    marketplace: str
    name: str = ""
    kept: Keeping | Literal[""] = ""


class Attempt(Protocol):
    """One attempt to sign in. Both ways wait for a person, and raise Refused, Offline and Busy."""

    def with_browser(self, open_browser: Callable[[str], bool]) -> Tokens:
        """Have the marketplace's page shown by ``open_browser`` (address -> whether it was), wait for its answer."""
        ...

    def with_code(self, show: Callable[[DeviceCode], None]) -> Tokens:
        """Have the code shown that the writer types on another device, and wait for that."""
        ...

    def cancel(self) -> None:
        """End the attempt at once, from any thread."""
        ...


class Account(Protocol):
    """The account of a window. All but ``who``, ``open_page`` and ``go_on`` block: they are errands."""

    @property
    def who(self) -> Who:
        """Who is signed in."""
        ...

    def new_attempt(self) -> Attempt:
        """Begin to sign in."""
        ...

    def keep(self, tokens: Tokens, keeping: Keeping) -> bool:
        """Keep a sign-in; tells whether ``go_on`` is needed, since it is another account than this window shows.

        Raises Paused(KEYCHAIN) when it cannot be kept there, StoreProblem when the account's folder cannot be written.
        """
        ...

    def drop(self, tokens: Tokens) -> None:
        """Make a sign-in useless that the writer does not want to keep, as far as the network allows."""
        ...

    def sign_out(self) -> bool:
        """Forget the sign-in; tells whether the marketplace has heard of it. Raises Paused(KEYCHAIN), StoreProblem."""
        ...

    def open_page(self, address: str) -> bool:
        """Open a page in the writer's browser; tells whether one was started. In the window's thread."""
        ...

    def go_on(self) -> None:
        """Open the window of the account that was signed in or out, in the place of this one."""
        ...
