"""The address of a marketplace: scheme, host and port in one spelling, and whether it is safe to send a token there.

Two spellings of one address are one marketplace, with one store and one token: RFC 3986, 6.2.2 and 6.2.3 (case, default
port), RFC 1034, 3.1 (the root's dot), RFC 5891 with UTS 46 (names in other scripts).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
"""A host name of DNS; no other character reaches the name of a folder or a header."""


def checked_origin(origin: str) -> str:
    """Return scheme, host and port of an address. Raises ValueError, in plain words, for what is not safe to use."""
    found = origin_of(origin.strip())
    if not found:
        raise ValueError(f"{origin} is not a web address of a marketplace.")
    host = urlsplit(found).hostname
    if found.startswith("http://") and host not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError(f"{origin} is not encrypted: a marketplace's address begins with https://.")
    return found


def origin_of(url: str) -> str:
    """Return scheme, host and port in their one spelling; "" for anything that is not a plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc or port == 0:
        return ""
    host = _host(parts.hostname or "")
    if not host:
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS[parts.scheme] else "")


def _host(host: str) -> str:
    """Return a host in its one spelling, "" for what is none."""
    if ":" in host:
        import ipaddress  # noqa: PLC0415 - seldom wanted

        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]" if "%" not in host else ""
        except ValueError:
            return ""
    if not host.isascii():
        import idna  # noqa: PLC0415 - large tables, seldom wanted

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    host = host.removesuffix(".")
    return host if _NAME.fullmatch(host) else ""
