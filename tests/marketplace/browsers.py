"""A person with a browser, and the program that asks to be let in: both speak nothing but HTTP."""

from __future__ import annotations

import base64
import hashlib
import secrets
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2

if TYPE_CHECKING:
    from tests.support.marketplace import RunningMarketplace

REDIRECT = "http://127.0.0.1:49152/aXg3k2"
VERIFIER = "v" * 43
CLIENT = "foreword-desktop"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


WISH = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": REDIRECT,
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
    "state": "s-1 &=?",
}


class Page(HTMLParser):
    """What a page shows and what its form would send."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.answer = answer
        self.action = ""
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self.words = ""
        self.labels: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "form":
            self.action = given["action"] or ""
        elif tag == "label" and given.get("for"):
            self.labels.add(given["for"] or "")
        elif tag == "input":
            self.inputs.append(given)
            if given.get("type") != "radio" or "checked" in given:
                self.fields[given["name"] or ""] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.words += data


class Browser:
    """A browser with its own cookies; it never follows a redirect by itself."""

    def __init__(self, market: RunningMarketplace) -> None:
        self.http = httpx2.Client(base_url=market.url, trust_env=False, timeout=30)

    def open(self, path: str = "/authorize", **query: str) -> Page:
        return Page(self.http.get(path, params=query))

    def send(self, page: Page, answer: str = "allow", **fields: str) -> httpx2.Response:
        return self.http.post(page.action, data=page.fields | {"answer": answer} | fields)

    def allow(self, name: str = "practice", **wish: str) -> str:
        """Allow the program in and return the code that comes back."""
        back = self.send(self.open(**WISH | wish), name=name)
        assert back.status_code == 303, back.text
        return query_of(back)["code"]

    def close(self) -> None:
        self.http.close()


def query_of(answer: httpx2.Response) -> dict[str, str]:
    """Return what a redirect carries."""
    found = parse_qs(urlsplit(answer.headers["Location"]).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


class Program:
    """A program that signs in: it has no cookies and no token of its own."""

    def __init__(self, market: RunningMarketplace) -> None:
        self.http = httpx2.Client(base_url=market.url, trust_env=False, timeout=30)

    def ask(self, grant: str, **fields: str) -> httpx2.Response:
        return self.http.post("/token", data={"grant_type": grant, "client_id": CLIENT} | fields)

    def redeem(self, code: str, **fields: str) -> httpx2.Response:
        whole = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return self.ask("authorization_code", **whole | fields)

    def refresh(self, word: str, **fields: str) -> httpx2.Response:
        return self.ask("refresh_token", refresh_token=word, **fields)

    def poll(self, device_code: str) -> httpx2.Response:
        return self.ask("urn:ietf:params:oauth:grant-type:device_code", device_code=device_code)

    def revoke(self, word: str) -> httpx2.Response:
        return self.http.post("/revoke", data={"token": word, "client_id": CLIENT})

    def status(self, access_token: str) -> int:
        """Return what the marketplace says to this token."""
        return self.http.get("/v1/profile", headers={"Authorization": f"Bearer {access_token}"}).status_code

    def close(self) -> None:
        self.http.close()


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the error of section 5.2."""
    return answer.status_code, answer.json()["error"]


def new_verifier() -> str:
    return secrets.token_urlsafe(48)


Tokens = dict[str, Any]
