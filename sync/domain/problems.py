"""Everything that can go wrong outside the program's own code, by what is done about it.

A problem carries a code and the other side's words; the sentence for the writer is found in ``ui/wording.py``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.domain.rows import Note, Rows


class Trouble(StrEnum):
    """Codes of this program's own; the marketplace's problem codes are strings from its contract."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    CAPTIVE_PORTAL = "captive-portal"
    CUT_OFF = "cut-off"
    GARBLED = "garbled"
    REDIRECTED = "redirected"
    NOT_SIGNED_IN = "not-signed-in"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a problem code
    KEYCHAIN = "keychain"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGN_IN_EXPIRED = "sign-in-expired"
    SIGN_IN_CANCELLED = "sign-in-cancelled"
    NO_BROWSER = "no-browser"
    CLIENT_TOO_OLD = "client-too-old"
    ACCOUNT_SUSPENDED = "account-suspended"
    QUOTA = "quota"
    UNSUPPORTED = "unsupported"
    SLOT_PASSED = "slot-passed"
    PARENT_REFUSED = "parent-refused"
    LOST_BY_MARKETPLACE = "lost-by-marketplace"
    UNREADABLE_ROWS = "unreadable-rows"
    DISK_FULL = "disk-full"
    DISK_ERROR = "disk-error"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    SALVAGED = "salvaged"
    SALVAGED_ACTION = "salvaged-action"
    NOT_OURS = "not-ours"
    NOT_UPGRADED = "not-upgraded"
    TOO_NEW = "too-new"
    LOCKED = "locked"
    NOT_READY = "not-ready"
    OWN_ERROR = "own-error"


class Problem(Exception):  # noqa: N818 - a refusal or an outage is not an error of the program
    """Base of all; ``code`` finds the sentence, ``detail`` is the other side's own words as plain text.

    Problem
    ├── Offline          nothing was reached: wait for the network; no attempt is counted
    ├── Busy             reached, but try later: retry with the same key
    ├── Refused          the marketplace said no to this one action: park it, tell the writer
    │   └── Outdated     a note was changed elsewhere meanwhile: merge, and ask again
    ├── Paused           nothing of this account can be sent until the writer does something
    ├── Resync           our place in the marketplace's history is gone: take a snapshot
    └── StoreProblem     this computer's own storage: full, read-only, damaged, too new
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class Offline(Problem):
    """Nothing usable was reached (no network, refused, captive portal)."""


class Busy(Problem):
    """Reached or perhaps reached, no verdict yet. ``retry_at`` is the earliest next try (UTC), if one was named.

    ``everything`` means that the whole marketplace asks for patience (429), not this one action.
    """

    def __init__(
        self, code: str, detail: str = "", retry_at: datetime | None = None, *, everything: bool = False
    ) -> None:
        super().__init__(code, detail)
        self.retry_at = retry_at
        self.everything = everything


class Refused(Problem):
    """A final no to one action; ``current`` is what the marketplace states now, as far as the answer told it."""

    def __init__(self, code: str, detail: str = "", current: Rows | None = None) -> None:
        super().__init__(code, detail)
        self.current = current


class Outdated(Refused):
    """The text grew from an older revision than ``note``, the present one (None: there is none any more).

    ``base_text`` is the text that it grew from, where the marketplace still knows it.
    """

    def __init__(self, code: str, detail: str, note: Note | None, base_text: str | None) -> None:
        super().__init__(code, detail)
        self.note = note
        self.base_text = base_text


class Paused(Problem):
    """The account cannot act: sign in again, update, or wait for the marketplace. The queue is kept."""


class Resync(Problem):
    """The cursor or the epoch is not valid any more; base rows are read anew, the queue is kept."""


class StoreProblem(Problem):
    """The file on this computer could not be read or written; nothing was half done."""
