"""The token endpoint: a code, a device code or a refresh token becomes tokens. And signing out (RFC 7009)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from marketplace.sandbox.endpoint import sandbox_of
from marketplace.sandbox.oauth import codes, sessions
from marketplace.sandbox.oauth.fields import OAuthRefusal, form_fields, need_client, need_field
from marketplace.sandbox.oauth.metadata import DEVICE_GRANT
from marketplace.sandbox.oauth.sessions import ACCESS_LIFE, Issued

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from starlette.requests import Request

Fields = dict[str, str]
Grant = Callable[["Connection", Fields, "datetime", str], Issued | str]

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")

_WORDS: Final[Mapping[str, str]] = {
    "invalid_grant": "This code or token is worth nothing any more. Sign in again.",
    "authorization_pending": "Nobody has answered yet.",
    "slow_down": "Ask less often: 5 seconds more between two questions.",
    "expired_token": "The code has expired. Begin again.",
    "access_denied": "The person said no.",
}


def token(request: Request) -> Response:
    """Give tokens for a grant (RFC 6749, section 3.2)."""
    sandbox = sandbox_of(request)
    fields = form_fields(request)
    need_client(fields)
    grant = _GRANTS.get(need_field(fields, "grant_type"))
    if grant is None:
        raise OAuthRefusal("unsupported_grant_type", f"There are {', '.join(_GRANTS)}.")
    secret, now = sandbox.database.secret(), sandbox.clock.now()
    with sandbox.database.writing() as connection:
        issued = grant(connection, fields, now, secret)
    if isinstance(issued, str):  # told only now: what a refusal changed must stay
        raise OAuthRefusal(issued, _WORDS[issued])
    return JSONResponse(
        {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": issued.refresh_token,
            "subject": issued.account_id,
            "subject_name": issued.account_name,
        },
        headers={"Pragma": "no-cache"},
    )


def revoke(request: Request) -> Response:
    """Sign out; a token that is not known is revoked already (RFC 7009, section 2.2)."""
    sandbox = sandbox_of(request)
    fields = form_fields(request)
    client_id = need_client(fields)
    word = need_field(fields, "token")
    with sandbox.database.writing() as connection:
        sessions.revoke(connection, word, client_id)
    return Response(status_code=200)


def _by_code(connection: Connection, fields: Fields, now: datetime, _secret: str) -> Issued | str:
    verifier = need_field(fields, "code_verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise OAuthRefusal("invalid_request", "The code_verifier is not one (RFC 7636, section 4.1).")
    issued = codes.redeem_code(
        connection,
        need_field(fields, "code"),
        verifier=verifier,
        redirect_uri=need_field(fields, "redirect_uri"),
        client_id=fields["client_id"],
        now=now,
    )
    return issued or "invalid_grant"


def _by_refresh(connection: Connection, fields: Fields, now: datetime, secret: str) -> Issued | str:
    word = need_field(fields, "refresh_token")
    return sessions.refresh(connection, secret, word, fields["client_id"], now) or "invalid_grant"


def _by_device(connection: Connection, fields: Fields, now: datetime, _secret: str) -> Issued | str:
    return codes.poll_device(connection, need_field(fields, "device_code"), fields["client_id"], now)


_GRANTS: Final[Mapping[str, Grant]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    DEVICE_GRANT: _by_device,
}
