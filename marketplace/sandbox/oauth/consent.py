"""The page in the writer's own browser: which account, and may Foreword act for it (RFC 6749 4.1, RFC 8252, PKCE)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from marketplace.sandbox.endpoint import sandbox_of
from marketplace.sandbox.oauth import pages
from marketplace.sandbox.oauth.codes import Permission, keep_code
from marketplace.sandbox.oauth.fields import CLIENT_ID, OAuthRefusal, issuer_of, query_fields
from marketplace.sandbox.oauth.persons import Form, choose_account, open_form, read_form

if TYPE_CHECKING:
    from starlette.requests import Request

_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|\[::1\]):[0-9]{1,5}(/[A-Za-z0-9._~/-]{0,200})?")
"""Where a code may go: to a program on the same computer, by number and not by name, at any port (RFC 8252, 7.3)."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for a code that can be granted."""

    redirect_uri: str
    challenge: str
    state: str | None


class _Elsewhere(Exception):  # noqa: N818 - a request that must not be answered at its own address
    """The redirect address cannot be trusted, so the person is told instead (section 4.1.2.1)."""


def ask(request: Request) -> Response:
    """Show the page, or tell the client what is wrong with its request."""
    wish = _read(request)
    return wish if isinstance(wish, Response) else _page(request, open_form(request), wish)


def answer(request: Request) -> Response:
    """Take the person's answer to the page and go back to the client, with a code or with "access_denied"."""
    wish = _read(request)
    if isinstance(wish, Response):
        return wish
    form = read_form(request)
    if form.fields is None:
        return _page(request, form, wish, "This page was open for too long. Please answer again.", 400)
    if form.fields.get("answer") != "allow":
        return _back(request, wish.redirect_uri, wish.state, error="access_denied")
    account_id = choose_account(request, form.fields)
    if account_id is None:
        return _page(request, form, wish, "Choose an account, or type a name of at most 40 characters.", 422)
    sandbox = sandbox_of(request)
    with sandbox.database.writing() as connection:
        permission = Permission(account_id, CLIENT_ID, wish.redirect_uri, wish.challenge)
        code = keep_code(connection, permission, sandbox.clock.now())
    return _back(request, wish.redirect_uri, wish.state, code=code)


def _read(request: Request) -> Wish | Response:
    """Read the request for a code, or return the answer that refuses it."""
    try:
        fields = query_fields(request)
        redirect_uri = _trusted_address(fields)
    except (OAuthRefusal, _Elsewhere):
        return pages.dead_end(
            "This sign-in cannot go on",
            "The address that brought you here is not complete or was changed on its way. "
            "Go back to Foreword and choose Sign in again.",
        )
    state = fields.get("state")
    if state is not None and len(state) > _STATE_CHARS:
        return _back(request, redirect_uri, None, error="invalid_request")
    error = _fault(fields)
    if error is not None:
        return _back(request, redirect_uri, state, error=error)
    return Wish(redirect_uri, fields["code_challenge"], state)


def _trusted_address(fields: dict[str, str]) -> str:
    redirect_uri = fields.get("redirect_uri", "")
    if fields.get("client_id") != CLIENT_ID or not _LOOPBACK.fullmatch(redirect_uri):
        raise _Elsewhere
    return redirect_uri


def _fault(fields: dict[str, str]) -> str | None:
    if fields.get("response_type") != "code":
        return "unsupported_response_type" if "response_type" in fields else "invalid_request"
    if fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(fields.get("code_challenge", "")):
        return "invalid_request"
    return "invalid_scope" if "scope" in fields else None


def _page(request: Request, form: Form, wish: Wish, trouble: str | None = None, status: int = 200) -> Response:
    client = urlsplit(wish.redirect_uri)
    action = f"/authorize?{request.scope['query_string'].decode('ascii')}"
    body = pages.consent(action, form.mark, form.accounts, trouble)
    return form.keep_cookie(pages.page("Sign in", body, status, leads_to=f"{client.scheme}://{client.netloc}"))


def _back(request: Request, redirect_uri: str, state: str | None, **result: str) -> Response:
    """Go back to the client; ``iss`` says who answers, against mix-ups (RFC 9207)."""
    fields = result | ({"state": state} if state is not None else {}) | {"iss": issuer_of(request)}
    return Response(status_code=303, headers={"Location": f"{redirect_uri}?{urlencode(fields)}"})
