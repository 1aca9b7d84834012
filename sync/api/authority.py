"""The marketplace's half of signing in: where it is done, and tokens in return for a code, a device or older tokens.

OAuth 2.0 for programs on a desk (RFC 6749, RFC 8252): a public client without a secret, PKCE with S256 alone
(RFC 7636), metadata (RFC 8414), a code for another device (RFC 8628), revocation (RFC 7009). All of it at one origin.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from sync.api import wire
from sync.api.exchange import exchange, is_from_between, retry_after
from sync.api.origin import checked_origin, origin_of
from sync.api.verdict import Answer, problem_of
from sync.domain.problems import Busy, Offline, Problem, Refused, Trouble
from sync.domain.tokens import DeviceCode, Tokens
from sync.ports import Clock

if TYPE_CHECKING:
    import httpx2

CLIENT_ID: Final = "foreword-desktop"
METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"

_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255}")
_USER_CODE: Final = re.compile(r"[A-Za-z0-9-]{4,20}")
_SECRETS: Final = frozenset({"code", "code_verifier", "device_code", "refresh_token", "token"})
"""What is sent and must not come back in the words of a problem, which are shown and stored."""

_LIFETIME: Final = timedelta(hours=1)
"""Of an access token, where the marketplace does not tell (RFC 6749, 5.1, leaves that open)."""

_INTERVAL: Final = 5
"""Seconds between two questions, where the marketplace does not tell (RFC 8628, 3.2)."""


class Endpoints(NamedTuple):
    """Where the marketplace does what (RFC 8414). ``names_itself``: its answers to the browser have ``iss`` (RFC 9207).

    ``revocation`` and ``device`` are "" where it has none.
    """

    issuer: str
    authorization: str
    token: str
    revocation: str
    device: str
    names_itself: bool


class Authority:
    """Speaks with the marketplace at ``origin`` about tokens; they are sent nowhere else.

    Every method may raise Offline or Busy, and Refused with the marketplace's error code (RFC 6749, 5.2).
    """

    def __init__(self, origin: str, http: httpx2.Client, clock: Clock) -> None:
        self.origin = checked_origin(origin)
        self._http = http
        self._clock = clock
        self._endpoints: Endpoints | None = None

    def endpoints(self) -> Endpoints:
        """Return where what is done; asked for once."""
        if self._endpoints is None:
            try:
                data = self._ask("GET", self.origin + METADATA_PATH)
            except Refused as problem:
                raise Refused(Trouble.UNSUPPORTED, problem.detail) from problem
            self._endpoints = self._read_endpoints(data)
        return self._endpoints

    def page(self, redirect: str, challenge: str, state: str) -> str:
        """Return the address where the writer signs in with a browser, which then goes to ``redirect``."""
        words = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": redirect,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": state,
        }
        place = self.endpoints().authorization
        return f"{place}{'&' if '?' in place else '?'}{urlencode(words)}"

    def tokens_for_code(self, code: str, redirect: str, verifier: str) -> Tokens:
        """Return the tokens for the code that the browser brought."""
        words = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        return self._read_tokens(self._token_request(words))

    def tokens_for_device(self, code: DeviceCode) -> Tokens:
        """Return the tokens, once the writer has let this computer in on another device."""
        return self._read_tokens(self._token_request({"grant_type": DEVICE_GRANT, "device_code": code.secret}))

    def successors_of(self, tokens: Tokens) -> Tokens:
        """Return the next tokens of the same account. Asking again with the same ones, after a lost answer, is safe."""
        data = self._token_request({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        kept = {"refresh_token": tokens.refresh, "subject": tokens.subject, "subject_name": tokens.name}
        # RFC 6749, 6: what is not told has not changed.
        fresh = self._read_tokens(kept | data)
        if fresh.subject != tokens.subject:
            raise Busy(Trouble.GARBLED, "the answer is about another account")
        return fresh

    def revoke(self, tokens: Tokens) -> None:
        """Make the tokens useless, everywhere."""
        place = self.endpoints().revocation
        if place:
            self._post(place, {"token": tokens.refresh, "token_type_hint": "refresh_token"}, needs_json=False)

    def device_code(self) -> DeviceCode:
        """Return a code to sign in with on another device. Raises Refused(UNSUPPORTED)."""
        place = self.endpoints().device
        if not place:
            raise Refused(Trouble.UNSUPPORTED)
        data = self._post(place, {})
        address, user_code, secret = (_text(data, name) for name in ("verification_uri", "user_code", "device_code"))
        if not origin_of(address) or not _USER_CODE.fullmatch(user_code):
            raise Busy(Trouble.GARBLED, "no address or no code to type")
        return DeviceCode(
            user_code=user_code,
            address=address,
            expires_at=self._clock.now() + timedelta(seconds=_whole(data, "expires_in", 600, 3600)),
            interval=_whole(data, "interval", _INTERVAL, 60),
            secret=secret,
        )

    def _token_request(self, words: dict[str, str]) -> wire.Json:
        return self._post(self.endpoints().token, words)

    def _post(self, place: str, words: dict[str, str], *, needs_json: bool = True) -> wire.Json:
        return self._ask("POST", place, {"client_id": CLIENT_ID, **words}, needs_json=needs_json)

    def _ask(self, method: str, url: str, words: dict[str, str] | None = None, *, needs_json: bool = True) -> wire.Json:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if words else {}
        reply = exchange(self._http, self._clock, method, url, headers, urlencode(words or {}).encode())
        if 200 <= reply.status < 300 and (reply.data is not None or not needs_json):
            return reply.data or {}
        if reply.status < 300 or is_from_between(reply, self.origin):
            raise Offline(Trouble.CAPTIVE_PORTAL)
        secrets = {word for name, word in (words or {}).items() if name in _SECRETS}
        raise _problem(reply.status, reply.data or {}, secrets, retry_after(reply.headers, self._clock))

    def _read_endpoints(self, data: wire.Json) -> Endpoints:
        """Read the metadata; only those of this marketplace about itself are taken (RFC 8414, 3.3)."""
        issuer = _text(data, "issuer")
        if origin_of(issuer) != self.origin or "S256" not in (data.get("code_challenge_methods_supported") or ()):
            raise Busy(Trouble.GARBLED, "not this marketplace's way to sign in, or not a safe one")
        return Endpoints(
            issuer=issuer,
            authorization=self._place(data, "authorization_endpoint"),
            token=self._place(data, "token_endpoint"),
            revocation=self._place(data, "revocation_endpoint") if "revocation_endpoint" in data else "",
            device=self._place(data, "device_authorization_endpoint")
            if "device_authorization_endpoint" in data
            else "",
            names_itself=data.get("authorization_response_iss_parameter_supported") is True,
        )

    def _place(self, data: wire.Json, name: str) -> str:
        place = _text(data, name)
        if origin_of(place) != self.origin or "#" in place:
            raise Busy(Trouble.GARBLED, f"{name}: not at this marketplace")
        return place

    def _read_tokens(self, data: wire.Json) -> Tokens:
        subject = _text(data, "subject")
        if _text(data, "token_type").lower() != "bearer" or not _SUBJECT.fullmatch(subject):
            raise Busy(Trouble.GARBLED, "not tokens as they are used here")
        lifetime = timedelta(seconds=_whole(data, "expires_in", int(_LIFETIME.total_seconds()), 365 * 86_400))
        return Tokens(
            origin=self.origin,
            subject=subject,
            name=wire.one_line(name) if isinstance(name := data.get("subject_name"), str) else "",
            access=_text(data, "access_token"),
            refresh=_text(data, "refresh_token"),
            expires_at=self._clock.now() + lifetime,
        )


def _problem(status: int, data: wire.Json, secrets: set[str], retry_at: datetime | None) -> Problem:
    """Return what a no means; an error of OAuth is Refused with its code. What was sent is not told again."""
    error, described = data.get("error"), data.get("error_description") or data.get("detail")
    detail = wire.one_line(described) if isinstance(described, str) else ""
    if any(secret in detail for secret in secrets):
        detail = ""
    if 400 <= status < 500 and status != 429 and isinstance(error, str):
        return Refused(wire.one_line(error), detail)
    return problem_of(Answer(status=status, detail=detail, retry_at=retry_at))


def _text(data: wire.Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not wire.is_token(value):
        raise Busy(Trouble.GARBLED, f"{name}: not a text that can be sent")
    return value


def _whole(data: dict[str, Any], name: str, otherwise: int, most: int) -> int:
    value = data.get(name)
    usable = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return min(value, most) if usable and value is not None else otherwise
