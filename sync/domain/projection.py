"""What the writer sees: the marketplace's rows with the waiting actions laid over them.

Pure: taking an action out of the list *is* the way back, so no undo images exist. ``project(call, ())`` shows
the call as it is (invariant I8), and no number or PIN comes from here (invariant I11).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sync.domain.calls import CallRequest, CallStatus, Line, Slot
from sync.domain.intents import Accept, Decline, OutboxItem, OutboxState, ReportNoShow, call_of


class Section(StrEnum):
    """The sections of the Call Requests list, in the order of the window."""

    NEEDS_ANSWER = "needs_answer"
    WAITING = "waiting"
    UPCOMING = "upcoming"
    EARLIER = "earlier"


class ShownCall(NamedTuple):
    """A call as shown: the marketplace's state, and the writer's answer that is not confirmed yet, if any.

    ``report`` is a no-show report that waits or was refused.
    """

    call: CallRequest
    pending: OutboxItem | None = None
    refused: OutboxItem | None = None
    report: OutboxItem | None = None

    @property
    def pending_slot(self) -> Slot | None:
        """The time that the writer has taken but the marketplace has not confirmed."""
        intent = self.pending.intent if self.pending else None
        return self.call.slot(intent.slot_id) if isinstance(intent, Accept) else None

    @property
    def line(self) -> Line | None:
        """Number and PIN, only of a confirmed call (M4)."""
        return self.call.line if self.call.status is CallStatus.ACCEPTED else None

    def section(self, now: datetime) -> Section:
        """Return where the list shows this call at ``now`` (UTC)."""
        if self.pending is not None:
            return Section.WAITING
        slot = self.call.accepted_slot
        if self.call.status is CallStatus.ACCEPTED and slot is not None and slot.ends_at > now:
            return Section.UPCOMING
        return Section.NEEDS_ANSWER if self.call.open_slots(now) else Section.EARLIER


def covers(item: OutboxItem, call: CallRequest) -> bool:
    """Tell whether a queued action still lies over the call.

    An acknowledged one stays until the call's row has reached the version that contains its effect, so nothing
    flickers back; a refused one never does.
    """
    match item.state:
        case OutboxState.QUEUED | OutboxState.INFLIGHT:
            return True
        case OutboxState.ACKED:
            return item.ack_version is None or call.version < item.ack_version
        case _:
            return False


def project(call: CallRequest, items: Iterable[OutboxItem]) -> ShownCall:
    """Lay the actions of one call, in any order, over it."""
    mine = sorted((item for item in items if call_of(item.intent) == call.id), key=lambda item: item.seq)
    answers = [item for item in mine if isinstance(item.intent, Accept | Decline)]
    over = [item for item in answers if covers(item, call)]
    refused = [item for item in answers if item.state is OutboxState.REJECTED]
    reports = [item for item in mine if isinstance(item.intent, ReportNoShow) and _stands(item, call)]
    return ShownCall(
        call,
        over[-1] if over else None,
        refused[-1] if refused else None,
        reports[-1] if reports else None,
    )


def _stands(item: OutboxItem, call: CallRequest) -> bool:
    return covers(item, call) or item.state is OutboxState.REJECTED
