"""Signing in: with this computer's browser, or with a code on another device. Both end with tokens or a Problem.

Both wait for a person, so they run as an errand in the worker thread; ``cancel`` ends them from any other.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sync.api import wire
from sync.api.authority import Authority
from sync.api.loopback import Loopback, Query
from sync.domain.problems import Busy, Offline, Problem, Refused, Trouble
from sync.domain.tokens import DeviceCode, Tokens
from sync.ports import Clock

AT_THE_BROWSER: Final = timedelta(minutes=3)
"""How long the browser's answer is waited for."""

SLOWER: Final = 5
"""Seconds more between two questions, each time that is asked for (RFC 8628, 3.5)."""

LONGEST_INTERVAL: Final = 60


class SignIn:
    """One attempt to sign in; take a new one for the next.

        sign_in = SignIn(authority, clock, lambda: secrets.token_urlsafe(32))
        tokens = sign_in.with_browser(webbrowser.open)      # or
        tokens = sign_in.with_code(lambda code: print(code.address, code.user_code))

    Problems: Refused with SIGN_IN_REFUSED (the marketplace or the writer said no), SIGN_IN_EXPIRED, SIGN_IN_CANCELLED,
    NO_BROWSER or UNSUPPORTED; Offline and Busy as ever. Nothing is kept here: saving the tokens is the caller's.
    ``new_secret`` makes words that nobody can guess, of 43 to 128 characters of A-Z a-z 0-9 - and _.
    ``cancelled`` is what a pause between two questions waits on.
    """

    def __init__(
        self,
        authority: Authority,
        clock: Clock,
        new_secret: Callable[[], str],
        cancelled: threading.Event | None = None,
    ) -> None:
        self._authority = authority
        self._clock = clock
        self._new_secret = new_secret
        self._cancelled = cancelled or threading.Event()

    def cancel(self) -> None:
        """End the attempt at once, from any thread; a request on its way is not waited for by anybody."""
        self._cancelled.set()

    def with_browser(self, open_browser: Callable[[str], bool]) -> Tokens:
        """Show the marketplace's page in the writer's own browser and wait for its answer, 3 minutes at most.

        ``open_browser`` gets the page's address and returns at once, whether a browser was started.
        """
        self._authority.endpoints()
        verifier, state, path = self._new_secret(), self._new_secret(), self._new_secret()
        with Loopback(path) as loopback:
            if not open_browser(self._authority.page(loopback.address, _challenge(verifier), state)):
                raise Refused(Trouble.NO_BROWSER)
            deadline = self._clock.now() + AT_THE_BROWSER
            answer = loopback.receive(lambda query: _has_state(query, state), lambda: self._look(deadline))
        try:
            tokens = self._authority.tokens_for_code(self._code(answer), loopback.address, verifier)
        except Refused as problem:
            raise Refused(Trouble.SIGN_IN_REFUSED, problem.detail) from problem
        return self._unless_cancelled(tokens)

    def with_code(self, show: Callable[[DeviceCode], None]) -> Tokens:
        """Let the writer sign in on another device: ``show`` gets the code to type there and the address.

        Asks as often as the marketplace wishes, less often while it cannot be reached (RFC 8628, 3.5).
        """
        code = self._authority.device_code()
        show(code)
        interval = code.interval
        while True:
            self._cancelled.wait(interval)
            self._look(code.expires_at)
            try:
                return self._unless_cancelled(self._authority.tokens_for_device(code))
            except (Offline, Busy):
                interval = min(interval * 2, LONGEST_INTERVAL)
            except Refused as problem:
                interval += _slower_or_raise(problem)

    def _look(self, deadline: datetime) -> None:
        """Raise when the attempt is over."""
        if self._cancelled.is_set():
            raise Refused(Trouble.SIGN_IN_CANCELLED)
        if self._clock.now() >= deadline:
            raise Refused(Trouble.SIGN_IN_EXPIRED)

    def _code(self, answer: Query) -> str:
        """Return the code in the browser's answer; raise what stands there in its place."""
        endpoints = self._authority.endpoints()
        named = answer.get("iss")
        if named != endpoints.issuer and (named is not None or endpoints.names_itself):  # RFC 9207, 2.4
            raise Busy(Trouble.GARBLED, "the answer comes from another place")
        if "error" in answer:
            raise Refused(Trouble.SIGN_IN_REFUSED, wire.one_line(answer.get("error_description", "")))
        code = answer.get("code", "")
        if not wire.is_token(code):
            raise Busy(Trouble.GARBLED, "the answer has no code")
        return code

    def _unless_cancelled(self, tokens: Tokens) -> Tokens:
        if not self._cancelled.is_set():
            return tokens
        with contextlib.suppress(Problem):
            self._authority.revoke(tokens)
        raise Refused(Trouble.SIGN_IN_CANCELLED)


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _has_state(query: Query, state: str) -> bool:
    return hmac.compare_digest(query.get("state", "").encode(), state.encode())


def _slower_or_raise(problem: Refused) -> int:
    """Return by how many seconds to ask less often; raise what ends the attempt (RFC 8628, 3.5)."""
    if problem.code == "authorization_pending":
        return 0
    if problem.code == "slow_down":
        return SLOWER
    ended = Trouble.SIGN_IN_EXPIRED if problem.code == "expired_token" else Trouble.SIGN_IN_REFUSED
    raise Refused(ended, problem.detail) from problem
