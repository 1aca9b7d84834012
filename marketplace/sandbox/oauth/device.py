"""Sign-in for a computer without a browser: it shows a code, and a person types it in anywhere (RFC 8628)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from marketplace.sandbox.endpoint import sandbox_of
from marketplace.sandbox.oauth import pages
from marketplace.sandbox.oauth.codes import DEVICE_LIFE, POLL_SECONDS, answer_device, begin_device
from marketplace.sandbox.oauth.fields import OAuthRefusal, form_fields, issuer_of, need_client, query_fields
from marketplace.sandbox.oauth.persons import Form, choose_account, open_form, read_form

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def begin(request: Request) -> Response:
    """Give the device its codes."""
    sandbox = sandbox_of(request)
    client_id = need_client(form_fields(request))
    with sandbox.database.writing() as connection:
        device_code, user_code = begin_device(connection, client_id, sandbox.clock.now())
    where = f"{issuer_of(request)}/device"
    return JSONResponse(
        {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": where,
            "verification_uri_complete": f"{where}?user_code={user_code}",
            "expires_in": int(DEVICE_LIFE.total_seconds()),
            "interval": POLL_SECONDS,
        },
        headers={"Pragma": "no-cache"},
    )


def ask(request: Request) -> Response:
    """Show the page on which the code is typed; ``user_code`` in the address fills it in, and changes nothing else."""
    try:
        typed = query_fields(request).get("user_code", "")
    except OAuthRefusal:
        typed = ""
    return _page(open_form(request), typed)


def answer(request: Request) -> Response:
    """Take the person's answer."""
    form = read_form(request)
    if form.fields is None:
        return _page(form, "", "This page was open for too long. Please answer again.", 400)
    typed, allows = form.fields.get("user_code", ""), form.fields.get("answer") == "allow"
    account_id = choose_account(request, form.fields) if allows else None
    if allows and account_id is None:
        return _page(form, typed, "Choose an account, or type a name of at most 40 characters.", 422)
    sandbox = sandbox_of(request)
    with sandbox.database.writing() as connection:
        found = answer_device(connection, typed, account_id, sandbox.clock.now())
    if not found:
        return _page(form, typed, "No computer waits with this code. Look at it again, or ask for a new one.", 422)
    if allows:
        return pages.dead_end("Signed in", "You can close this page and go back to Foreword.", 200)
    return pages.dead_end("Not signed in", "Foreword was not allowed in. You can close this page.", 200)


def _page(form: Form, typed: str, trouble: str | None = None, status: int = 200) -> Response:
    body = pages.device("/device/answer", form.mark, form.accounts, typed[:40], trouble)
    return form.keep_cookie(pages.page("Sign in another computer", body, status))
