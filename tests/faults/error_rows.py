"""The error table as data: what an answer is, what the computer takes it for, and what the writer reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sync.domain.problems import Busy, Offline, Paused, Problem, Refused, Resync, Trouble
from tests.support.http_bytes import answer

WORDS = "Said by the other side."
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Row:
    """An answer of ``status`` with the problem code ``code``; ``code`` "" is an answer that is no problem document.

    ``means`` and ``told`` are class and code of the Problem, ``title`` the sentence's, ``wait`` the wait it asks for.
    """

    status: int
    code: str
    means: type[Problem]
    told: str
    title: str
    wait: timedelta | None = None
    headers: dict[str, str] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)

    def answer(self, **members: Any) -> bytes:
        """Return the bytes; ``members`` are added to the problem document."""
        if not self.code:
            return answer(self.status, b"<html>Gateway</html>", "text/html", **self.headers)
        document = {"type": f"urn:foreword:problem:{self.code}", "status": self.status, "code": self.code}
        body = json.dumps(document | {"title": self.code, "detail": WORDS} | self.members | members).encode()
        return answer(self.status, body, "application/problem+json", Sync_Epoch="any", **self.headers)

    def __str__(self) -> str:
        return f"{self.status} {self.code or 'by a gateway'}"


HERE = {"Location": "/v1/elsewhere"}
AWAY = {"Location": "https://wifi.example/sign-in"}
SOON = {"Retry_After": "90"}

MALFORMED = "The marketplace could not read this"
CANNOT = "The marketplace cannot do this"
TROUBLED = "The marketplace has a problem"
TAKEN = "This time was taken"
ELSEWHERE = "Changed on another computer"
PAUSE = "The marketplace asks for a pause"
PORTAL = "This network wants you to sign in first"
FULL = "A limit of your account is reached"
LONG = "The text is too long"
UPDATE = "Foreword needs an update"
SIGN_IN = "Sign in again"

ROWS = (
    Row(307, "", Refused, Trouble.REDIRECTED, "The marketplace points elsewhere", headers=HERE),
    Row(302, "", Offline, Trouble.CAPTIVE_PORTAL, PORTAL, headers=AWAY),
    Row(400, "malformed", Refused, "malformed", MALFORMED),
    Row(401, "token-expired", Paused, Trouble.TOKEN_EXPIRED, SIGN_IN),
    Row(401, "", Paused, Trouble.TOKEN_EXPIRED, SIGN_IN),
    Row(402, "quota", Paused, Trouble.QUOTA, FULL),
    Row(403, "not-allowed", Refused, "not-allowed", "The marketplace does not allow this"),
    Row(403, "account-suspended", Paused, Trouble.ACCOUNT_SUSPENDED, "Your account is on hold"),
    Row(403, "", Offline, Trouble.CAPTIVE_PORTAL, PORTAL),
    Row(404, "unknown-call-request", Refused, "unknown-call-request", "The marketplace does not know this invitation"),
    Row(405, "unsupported", Refused, "unsupported", CANNOT),
    Row(406, "unsupported", Refused, "unsupported", CANNOT),
    Row(415, "unsupported", Refused, "unsupported", CANNOT),
    Row(501, "unsupported", Refused, "unsupported", CANNOT),
    Row(501, "", Refused, "http-501", CANNOT),
    Row(408, "", Busy, "http-408", TROUBLED),
    Row(425, "", Busy, "http-425", TROUBLED),
    Row(409, "in-progress", Busy, "in-progress", "Still being worked on", SECOND, headers={"Retry_After": "1"}),
    Row(409, "epoch-changed", Resync, "epoch-changed", "The marketplace went back in time"),
    Row(409, "too-early", Busy, "too-early", "Too early", 90 * SECOND, members={"retry_at": ...}),
    Row(409, "slot-taken", Refused, "slot-taken", TAKEN),
    Row(409, "slot-gone", Refused, "slot-gone", "This time was taken back"),
    Row(409, "call-withdrawn", Refused, "call-withdrawn", "The invitation was taken back"),
    Row(409, "call-expired", Refused, "call-expired", "The invitation has ended"),
    Row(409, "already-declined", Refused, "already-declined", "Already declined"),
    Row(409, "already-accepted-other-slot", Refused, "already-accepted-other-slot", "Already accepted"),
    Row(409, "setting-changed", Refused, "setting-changed", ELSEWHERE),
    Row(410, "cursor-expired", Resync, "cursor-expired", "Everything is read anew"),
    Row(410, "key-expired", Refused, "key-expired", "Not certain whether this was done"),
    Row(412, "revision-mismatch", Refused, "revision-mismatch", ELSEWHERE),
    Row(413, "too-large", Refused, "too-large", LONG),
    Row(413, "", Refused, "http-413", LONG),
    Row(422, "validation", Refused, "validation", "The marketplace does not take this as it is"),
    Row(422, "key-reuse", Refused, "key-reuse", "Two answers were mixed up"),
    Row(426, "client-too-old", Paused, Trouble.CLIENT_TOO_OLD, UPDATE),
    Row(426, "", Paused, Trouble.CLIENT_TOO_OLD, UPDATE),
    Row(428, "precondition-required", Refused, "precondition-required", "Something was missing"),
    Row(429, "rate-limited", Busy, "rate-limited", PAUSE, 90 * SECOND, headers=SOON),
    Row(429, "", Busy, "http-429", PAUSE, 90 * SECOND, headers=SOON),
    Row(431, "", Refused, "http-431", MALFORMED),
    Row(500, "internal", Busy, "http-500", TROUBLED),
    Row(502, "", Busy, "http-502", TROUBLED),
    Row(503, "unavailable", Busy, "unavailable", TROUBLED, 90 * SECOND, headers=SOON),
    Row(503, "", Busy, "http-503", TROUBLED),
    Row(504, "", Busy, "http-504", TROUBLED),
    Row(507, "quota", Paused, Trouble.QUOTA, FULL),
    Row(511, "", Offline, Trouble.CAPTIVE_PORTAL, PORTAL),
    Row(418, "of-tomorrow", Refused, "of-tomorrow", "The marketplace said no"),
    Row(599, "of-tomorrow", Busy, "http-599", TROUBLED),
)
