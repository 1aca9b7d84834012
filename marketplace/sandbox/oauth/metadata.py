"""Where everything of sign-in is, for a client that knows nothing but the marketplace's address (RFC 8414)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from marketplace.sandbox.oauth.fields import issuer_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


def metadata(request: Request) -> Response:
    """Tell the addresses and what they can do."""
    issuer = issuer_of(request)
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "revocation_endpoint": f"{issuer}/revoke",
            "device_authorization_endpoint": f"{issuer}/device",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_GRANT],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "authorization_response_iss_parameter_supported": True,
        }
    )
