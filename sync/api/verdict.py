"""The error table: every answer that is not a yes, and what kind of problem it is.

One row per status and problem code (RFC 9457 ``code`` member of the contract); a row without a code is for every other
answer of that status, and the last resort is the hundred. A row never drops an action: it retries, parks or pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sync.api import wire
from sync.api.exchange import Reply, is_from_between, retry_after
from sync.domain.problems import Busy, Offline, Outdated, Paused, Problem, Refused, Resync, Trouble
from sync.domain.rows import Note, Rows
from sync.ports import Clock


@dataclass(frozen=True, slots=True)
class Answer:
    """What the marketplace said, as far as it could be read: ``code`` is "" when the body told none."""

    status: int
    code: str = ""
    detail: str = ""
    retry_at: datetime | None = None
    current: Rows | None = None
    note: Note | None = None
    base_text: str | None = None


Make = Callable[[Answer], Problem]
_SHARED: Final = frozenset({"token-expired", "account-suspended", "client-too-old", "quota", "unsupported"})
_OURS: Final = frozenset(Trouble) - _SHARED
WAITS: Final = frozenset({"in-progress", "too-early", "rate-limited", "unavailable"})
"""The contract's codes that tell more about a wait than its status; for all others the status tells."""


def _code(answer: Answer) -> str:
    """The marketplace's code; a word of this program's own would say something else in its mouth."""
    return answer.code if answer.code and answer.code not in _OURS else f"http-{answer.status}"


def _busy(answer: Answer) -> Busy:
    code = answer.code if answer.code in WAITS else f"http-{answer.status}"
    return Busy(code, answer.detail, answer.retry_at)


def _patience(answer: Answer) -> Problem:
    busy = _busy(answer)
    return Busy(busy.code, busy.detail, busy.retry_at, everything=True)


def _unavailable(answer: Answer) -> Problem:
    """A marketplace that tells when it will be back (RFC 9110, 15.6.4) is not there for anything else either."""
    return _busy(answer) if answer.retry_at is None else _patience(answer)


def _refused(answer: Answer) -> Problem:
    return Refused(_code(answer), answer.detail, answer.current)


def _outdated(answer: Answer) -> Problem:
    return Outdated(answer.code, answer.detail, answer.note, answer.base_text)


def _redirected(answer: Answer) -> Problem:
    return Refused(Trouble.REDIRECTED, answer.detail)


def _portal(answer: Answer) -> Problem:
    return Offline(Trouble.CAPTIVE_PORTAL, answer.detail)


def _resync(answer: Answer) -> Problem:
    return Resync(answer.code, answer.detail)


def _pause(trouble: Trouble) -> Make:
    return lambda answer: Paused(trouble, answer.detail)


TABLE: Final[dict[tuple[int, str], Make]] = {
    (400, ""): _refused,
    (401, ""): _pause(Trouble.TOKEN_EXPIRED),
    (402, ""): _pause(Trouble.QUOTA),
    (403, "account-suspended"): _pause(Trouble.ACCOUNT_SUSPENDED),
    (403, ""): _refused,
    (404, ""): _refused,
    (408, ""): _busy,
    (409, "in-progress"): _busy,
    (409, "too-early"): _busy,
    (409, "epoch-changed"): _resync,
    (409, ""): _refused,
    (410, "cursor-expired"): _resync,
    (410, ""): _refused,
    (412, "revision-mismatch"): _outdated,
    (412, ""): _refused,
    (413, ""): _refused,
    (415, ""): _refused,
    (422, ""): _refused,
    (425, ""): _busy,
    (426, ""): _pause(Trouble.CLIENT_TOO_OLD),
    (428, ""): _refused,
    (429, ""): _patience,
    (431, ""): _refused,
    (500, ""): _busy,
    (501, ""): _refused,
    (502, ""): _busy,
    (503, ""): _unavailable,
    (504, ""): _busy,
    (507, ""): _pause(Trouble.QUOTA),
    (511, ""): _portal,
}
"""(status, problem code) -> the problem; RFC 9110 and RFC 6585 for the statuses, the contract for the codes."""

HUNDREDS: Final[dict[int, Make]] = {3: _redirected, 4: _refused, 5: _busy}
"""For statuses that are not in the table."""


def problem_of(answer: Answer) -> Problem:
    """Return the problem that an answer with a status of 300 or more is."""
    row = TABLE.get((answer.status, answer.code)) or TABLE.get((answer.status, ""))
    return (row or HUNDREDS.get(answer.status // 100, _busy))(answer)


def refusal(reply: Reply, origin: str, clock: Clock) -> Problem:
    """Return what an answer that is not a yes means; one that did not come from the marketplace is being offline."""
    if is_from_between(reply, origin):
        return Offline(Trouble.CAPTIVE_PORTAL)
    data = reply.data or {}
    code, detail = data.get("code"), data.get("detail") or data.get("title")
    return problem_of(
        Answer(
            status=reply.status,
            code=wire.one_line(code) if isinstance(code, str) else "",
            detail=wire.one_line(detail) if isinstance(detail, str) else "",
            retry_at=wire.read_instant(data.get("retry_at")) or retry_after(reply.headers, clock),
            current=wire.read_current(data),
            note=wire.read_current_note(data),
            base_text=data["base_text"] if isinstance(data.get("base_text"), str) else None,
        )
    )
