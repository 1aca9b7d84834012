"""Sign-in: OAuth 2.0 for a program on the writer's computer (RFC 6749, 8252), which is a public client.

What is where:
  fields               what all addresses here share: fields, the client, refusals as RFC 6749 words them
  metadata             where everything is (RFC 8414)
  consent, pages       the page in the browser: which account, and may Foreword act for it (PKCE, RFC 7636)
  device               the same for a computer without a browser: a code to type in (RFC 8628)
  tokens               codes and refresh tokens become tokens; signing out (RFC 7009)
  codes, sessions      what is stored, as digests alone
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from marketplace.sandbox.oauth import consent, device, metadata, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response


def routes() -> list[Route]:
    """Return the addresses of sign-in."""
    return [
        Route("/.well-known/oauth-authorization-server", metadata.metadata),
        _by_method("/authorize", GET=consent.ask, POST=consent.answer),
        Route("/token", tokens.token, methods=["POST"]),
        Route("/revoke", tokens.revoke, methods=["POST"]),
        _by_method("/device", GET=device.ask, POST=device.begin),
        Route("/device/answer", device.answer, methods=["POST"]),
    ]


def _by_method(path: str, **endpoints: Callable[[Request], Response]) -> Route:
    endpoints["HEAD"] = endpoints["GET"]
    return Route(path, lambda request: endpoints[request.method](request), methods=list(endpoints))
