"""What the addresses of sign-in share: reading fields, knowing the client, refusing in the words of RFC 6749."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CLIENT_ID: Final = "foreword-desktop"
"""The one client: a program on the writer's computer, which can keep no secret (RFC 8252, section 8.4)."""

_MOST_FIELDS: Final = 40


class OAuthRefusal(Exception):  # noqa: N818 - an answer, not a fault
    """An error answer of section 5.2: ``error`` is the standard's word, ``description`` is for a developer."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


def refusal_response(_request: Request, refusal: Exception) -> Response:
    """Return the answer for a refusal."""
    if not isinstance(refusal, OAuthRefusal):
        raise refusal
    body = {"error": refusal.error, "error_description": refusal.description}
    return JSONResponse(body, refusal.status, headers={"Pragma": "no-cache"})


def form_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form, each of which may come once (section 3.2); empty ones count as not sent."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise OAuthRefusal("invalid_request", "Send application/x-www-form-urlencoded.")
    return _once_each(request.state.body)


def query_fields(request: Request) -> dict[str, str]:
    """Return the fields of the query in the same way."""
    query: bytes = request.scope["query_string"]
    return _once_each(query)


def need_client(fields: dict[str, str]) -> str:
    """Return the client's id; OAuthRefusal for one that nobody registered."""
    if fields.get("client_id") != CLIENT_ID:
        raise OAuthRefusal("invalid_client", f"The client is not known here; Foreword is {CLIENT_ID}.", 401)
    return CLIENT_ID


def need_field(fields: dict[str, str], name: str) -> str:
    """Return a field that has to be there."""
    if name not in fields:
        raise OAuthRefusal("invalid_request", f"The field {name} is missing.")
    return fields[name]


def issuer_of(request: Request) -> str:
    """Return who we are: the address under which the client reached us (RFC 8414), whose name the guard has checked."""
    return f"{request.url.scheme}://{request.headers['host']}"


def _once_each(encoded: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(encoded.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise OAuthRefusal("invalid_request", "The fields cannot be read.") from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise OAuthRefusal("invalid_request", "A field came more than once.")
    return fields
