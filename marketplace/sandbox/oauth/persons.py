"""What the pages share: the form that no other site can send, and choosing or making a practice account."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from marketplace.sandbox.accounts import account_named, need_account
from marketplace.sandbox.endpoint import Sandbox, sandbox_of
from marketplace.sandbox.intake import ID, is_plain_text
from marketplace.sandbox.oauth.fields import OAuthRefusal, form_fields
from marketplace.sandbox.practice import start_practice
from marketplace.sandbox.schema import account

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

NAME_CHARS: Final = 40
_SHOWN: Final = 20
_COOKIE: Final = "foreword_sign_in"
_COOKIE_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Form:
    """A form on a page. ``fields`` is what was sent with it, None where it was not this page that sent it."""

    mark: str
    accounts: list[tuple[str, str]]
    """The accounts to choose from as (id, name)."""
    cookie: str
    secure: bool
    fields: dict[str, str] | None = None

    def keep_cookie(self, response: Response) -> Response:
        """Let the browser keep what makes the form this browser's own."""
        response.set_cookie(
            _COOKIE, self.cookie, _COOKIE_SECONDS, path="/", secure=self.secure, httponly=True, samesite="strict"
        )
        return response


def open_form(request: Request) -> Form:
    """Prepare a form for this browser. Its mark follows from a cookie that other sites can neither read nor send."""
    sandbox = sandbox_of(request)
    cookie = request.cookies.get(_COOKIE, "")
    if not _COOKIE_VALUE.fullmatch(cookie):
        cookie = secrets.token_urlsafe(32)
    with sandbox.database.reading() as connection:
        rows = connection.execute(select(account.c.id, account.c.name).order_by(account.c.name).limit(_SHOWN))
        accounts = [(row.id, row.name) for row in rows]
    return Form(_mark(sandbox, cookie), accounts, cookie, request.url.scheme == "https")


def read_form(request: Request) -> Form:
    """Read what was sent, with ``fields`` only if this browser was shown the page by us a short while ago."""
    form = open_form(request)
    try:
        fields = form_fields(request)
    except OAuthRefusal:
        return form
    own = request.cookies.get(_COOKIE) == form.cookie
    if not own or not hmac.compare_digest(fields.get("mark", "").encode(), form.mark.encode()):
        return form
    return Form(form.mark, form.accounts, form.cookie, form.secure, fields)


def choose_account(request: Request, fields: dict[str, str]) -> str | None:
    """Return the id of the account that was typed, made if there is none, or else of the chosen one."""
    sandbox = sandbox_of(request)
    name = " ".join(fields.get("name", "").split())
    if name:
        fits = len(name) <= NAME_CHARS and is_plain_text(name, multiline=False)
        return _account_called(sandbox, name) if fits else None
    if not ID.fullmatch(fields.get("account", "")):
        return None
    with sandbox.database.reading() as connection:
        found: str | None = connection.scalar(select(account.c.id).where(account.c.id == fields["account"]))
    return found


def _account_called(sandbox: Sandbox, name: str) -> str:
    known = account_named(sandbox.database, name)
    if known is not None:
        return known
    account_id = need_account(sandbox.database, name, sandbox.chance, sandbox.clock.now())
    if sandbox.practice:
        start_practice(sandbox, account_id)
    return account_id


def _mark(sandbox: Sandbox, cookie: str) -> str:
    secret = bytes.fromhex(sandbox.database.secret())
    return hmac.new(secret, b"form\0" + cookie.encode(), hashlib.sha256).hexdigest()
