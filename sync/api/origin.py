"""The address of a marketplace: scheme, host and port, and whether it is safe to send a token there."""

from __future__ import annotations

from urllib.parse import urlsplit


def checked_origin(origin: str) -> str:
    """Return scheme, host and port of an address. Raises ValueError, in plain words, for what is not safe to use."""
    found = origin_of(origin)
    if not found:
        raise ValueError(f"{origin} is not a web address of a marketplace.")
    host = urlsplit(found).hostname
    if found.startswith("http://") and host not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError(f"{origin} is not encrypted: a marketplace's address begins with https://.")
    return found


def origin_of(url: str) -> str:
    """Return scheme, host and port in one spelling; "" for anything that is not a plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.password:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
