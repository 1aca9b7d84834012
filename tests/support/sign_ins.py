"""Signing in at the real practice marketplace: a person at a browser, and a network that can be told what to answer."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx2

from desktop.paths import Profile, profile_of
from desktop.signed_in import keep
from desktop.wiring import open_core
from sync.api.authority import METADATA_PATH
from sync.domain.tokens import Tokens


def said(status: int, data: Any = None, **headers: str) -> httpx2.Response:
    """Make an answer that somebody else than the marketplace gives, or the marketplace on a bad day."""
    kinds = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(data).encode() if data is not None else b""
    return httpx2.Response(status, headers=kinds, stream=httpx2.ByteStream(body))


class Network(httpx2.HTTPTransport):
    """The way to the marketplace.

    ``instead`` has answers for a path, given in turn in the place of the marketplace's; None lets one through.
    ``losing`` drops that many answers to a path after the marketplace has given them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unplugged = False
        self.instead: dict[str, list[httpx2.Response | None]] = {}
        self.losing: dict[str, int] = {}
        self.asked: list[tuple[str, str]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.unplugged:
            raise httpx2.ConnectError("no network", request=request)
        path = request.url.path
        self.asked.append((path, request.content.decode()))
        waiting = self.instead.get(path)
        scripted = waiting.pop(0) if waiting else None
        if scripted is not None:
            return scripted
        response = super().handle_request(request)
        if self.losing.get(path):
            self.losing[path] -= 1
            response.read()
            response.close()
            raise httpx2.ReadError("the answer was lost", request=request)
        return response

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=self, trust_env=False)

    def times(self, path: str) -> int:
        """Tell how often a path was asked for."""
        return [asked for asked, _ in self.asked].count(path)


class _Form(HTMLParser):
    """The one form of a page: where it leads, and what it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values["value"]


@dataclass
class Person:
    """A writer with a browser, who signs in as ``name`` and allows what Foreword asks for, unless told otherwise.

    ``open`` is an ``open_browser``; ``last_page`` waits for what the browser shows in the end.
    """

    name: str = "Robin"
    answer: str = "allow"
    addresses: list[str] = field(default_factory=list)
    _pages: list[httpx2.Response] = field(default_factory=list)
    _browser: threading.Thread | None = None

    def open(self, address: str) -> bool:
        self.addresses.append(address)
        self._browser = threading.Thread(target=self.go_to, args=(address,), daemon=True)
        self._browser.start()
        return True

    def last_page(self) -> str:
        assert self._browser is not None
        self._browser.join(20)
        return self._pages[-1].text

    def go_to(self, address: str, **typed: str) -> httpx2.Response:
        """Open a page, fill its form in, send it, and go wherever that leads."""
        with httpx2.Client(trust_env=False, timeout=30) as browser:
            form = _Form(browser.get(address).raise_for_status().text)
            fields = form.fields | {"name": self.name, "answer": self.answer} | typed
            page = browser.post(urljoin(address, form.action), data=fields, follow_redirects=True)
        self._pages.append(page)
        return page

    def allow_device(self, address: str, user_code: str) -> httpx2.Response:
        """Type a code on the page for other devices."""
        return self.go_to(address, user_code=user_code)


def signed_in(home: Path, origin: str) -> Profile:
    """Return the profile of somebody who has signed in, with a token that no marketplace has given."""
    place = profile_of(home, origin)
    tokens = Tokens(origin, "acc_1", "Robin", "token", "refresh", datetime(2100, 1, 1, tzinfo=UTC))
    return keep(open_core(place), place, tokens, "file").profile


def metadata(origin: str, **changes: Any) -> dict[str, Any]:
    """Return what a marketplace at ``origin`` says about signing in, with changes; None takes a part away."""
    told = {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/authorize",
        "token_endpoint": f"{origin}/token",
        "revocation_endpoint": f"{origin}/revoke",
        "device_authorization_endpoint": f"{origin}/device",
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def callback(redirect: str, **words: str) -> httpx2.Response:
    """Knock at a loopback address as any program on this computer can."""
    with httpx2.Client(trust_env=False) as client:
        return client.get(f"{redirect}?{urlencode(words)}")


__all__ = ["METADATA_PATH", "Network", "Person", "callback", "metadata", "said", "signed_in"]
