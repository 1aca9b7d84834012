"""The present tokens of one account: fetched from the keychain, renewed by one at a time, forgotten when they end.

One of all threads and processes of this computer renews (a lock file); the others find its tokens in the keychain. An
answer that was lost is asked for again with the same refresh token. Only ``invalid_grant`` ends a sign-in.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sync.domain.problems import Busy, Paused, Problem, Refused, StoreProblem, Trouble
from sync.domain.tokens import Tokens
from sync.ports import Clock, Keychain

if TYPE_CHECKING:  # httpx2 comes with it, and most starts renew nothing
    from sync.api.authority import Authority


class Session:
    """Gives the token of the account ``subject`` at ``origin``, and of no other, to those who talk to that marketplace.

    ``authority`` is asked for at the first renewal. ``lock`` is a file in the account's folder. All methods block, for
    the keychain and the network, and may raise Paused (sign in), Offline and Busy.
    """

    def __init__(
        self,
        origin: str,
        subject: str,
        keychain: Keychain,
        lock: Path,
        authority: Callable[[], Authority],
        clock: Clock,
    ) -> None:
        self._origin = origin
        self._subject = subject
        self._keychain = keychain
        self._lock = lock
        self._authority = authority
        self._clock = clock
        self._held: Tokens | None = None
        self._one = threading.Lock()

    def token(self) -> str:
        """Return the token to send now. Raises Paused(TOKEN_EXPIRED) when the writer has to sign in again."""
        held = self._held = self._held or self._load()
        return held.access if self._clock.now() < held.expires_at else self.renew(held.access)

    def reread(self) -> None:
        """Look into the keychain again at the next ``token``: the writer may have signed out or in meanwhile."""
        self._held = None

    def renew(self, refused: str) -> str:
        """Return another token than the one that the marketplace did not take.

        It is kept before it is used: a refresh token that is used and lost would end the sign-in (RFC 9700, 4.14.2).
        """
        with self._alone():
            tokens = self._load()
            if tokens.access == refused:
                tokens = self._successors_of(tokens)
                self._keychain.save(tokens)
            self._held = tokens
            return tokens.access

    def sign_out(self) -> bool:
        """Forget the tokens here, then make them useless there; tells whether the marketplace has heard of it.

        Raises Paused(KEYCHAIN) when they could not be forgotten.
        """
        with self._alone():
            self._held = None
            tokens = self._keychain.load(self._origin, self._subject)
            self._keychain.forget(self._origin, self._subject)
            try:
                if tokens is not None:
                    self._authority().revoke(tokens)
            except Problem:
                return False
            return True

    def _load(self) -> Tokens:
        tokens = self._keychain.load(self._origin, self._subject)
        if tokens is None:
            raise Paused(Trouble.TOKEN_EXPIRED)
        return tokens

    def _successors_of(self, tokens: Tokens) -> Tokens:
        try:
            return self._authority().successors_of(tokens)
        except Refused as problem:
            if problem.code != "invalid_grant":
                raise Busy(problem.code, problem.detail) from problem
            self._keychain.forget(self._origin, self._subject)
            self._held = None
            raise Paused(Trouble.TOKEN_EXPIRED, problem.detail) from problem

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of all threads and processes; the system frees it when its holder dies."""
        with self._one, _open(self._lock) as file:
            _wait_for_lock(file)
            yield


@contextmanager
def _open(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreProblem(Trouble.READ_ONLY, str(error)) from error
    try:
        yield file
    finally:
        os.close(file)


def _wait_for_lock(file: int) -> None:
    """Wait until nobody else holds the file: as long as another's request takes. A disk without locks does without."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows has it alone

        while True:
            try:
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)  # tries for ten seconds
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    return
            else:
                return
    else:
        import fcntl  # noqa: PLC0415 - Windows lacks it

        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
