"""Problems as RFC 9457 tells them: one code, one status and title each, and what the client needs to go on (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from marketplace.sandbox.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CATALOGUE: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read"),
    "token-expired": (401, "Sign in again"),
    "not-allowed": (403, "This is not allowed"),
    "unknown-call-request": (404, "There is no such call request"),
    "unknown-note": (404, "There is no note for this call yet"),
    "unknown-command": (404, "This key was never seen"),
    "unknown-address": (404, "There is nothing at this address"),
    "unsupported": (501, "This marketplace does not offer that"),
    "epoch-changed": (409, "The marketplace's history has changed"),
    "too-early": (409, "It is too early for that"),
    "slot-taken": (409, "Another writer has this time"),
    "slot-gone": (409, "This time is no longer offered"),
    "call-withdrawn": (409, "The customer has withdrawn the invitation"),
    "call-expired": (409, "The invitation has expired"),
    "already-declined": (409, "The invitation is already declined"),
    "already-accepted-other-slot": (409, "The call is already accepted"),
    "setting-changed": (409, "This was changed elsewhere"),
    "cursor-expired": (410, "The cursor is too old"),
    "key-expired": (410, "The key is too old"),
    "revision-mismatch": (412, "The note was changed elsewhere"),
    "too-large": (413, "The request is too large"),
    "validation": (422, "Some fields are not right"),
    "key-reuse": (422, "The key belongs to another request"),
    "precondition-required": (428, "A header is missing"),
    "internal": (500, "Something broke on our side"),
    "unavailable": (503, "The marketplace is busy"),
}


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """An answer that is not what was asked for. ``extra`` holds members beside the standard ones."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        retry_at: datetime | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status or CATALOGUE[code][0]
        self.headers = dict(headers or {})
        self.extra = extra | ({"retry_at": to_text(retry_at)} if retry_at else {})

    @property
    def settles_the_command(self) -> bool:
        """Whether a retry with the same key gets this answer again; "too early" is true only for a while (A4)."""
        return self.code != "too-early"

    def body(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        return {
            "type": f"urn:foreword:problem:{self.code}",
            "title": CATALOGUE[self.code][1],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        } | self.extra


def problem_response(problem: Problem) -> JSONResponse:
    """Return the answer for a problem."""
    return stored_problem_response(problem.status, problem.body(), problem.headers)


def stored_problem_response(
    status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the answer for a problem document that was kept under a key."""
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")
