"""What the View Times dialog says about each offered time: night, another call, past or gone; knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.domain.calls import CallRequest, CallStatus, Slot, SlotState
from sync.domain.projection import ShownCall
from sync.domain.times import is_at_night
from ui.wording import Wording


class Badge(StrEnum):
    """The state of an offered time; an empty one is an ordinary time that can be taken."""

    NONE = ""
    NIGHT = "night"
    OTHER_CALL = "other_call"
    PAST = "past"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class OfferedTime:
    """One line of the dialog, all of it in words; ``reason`` is the second line under the badge."""

    slot: Slot
    day: str
    theirs: str
    time: str
    part: str
    badge: Badge
    badge_words: str = ""
    reason: str = ""
    at_night: bool = False

    @property
    def can_be_chosen(self) -> bool:
        """Tell whether the writer can take this time."""
        return self.badge not in {Badge.PAST, Badge.GONE}

    @property
    def needs_second_look(self) -> bool:
        """Tell whether taking it asks for a second, named confirmation (A4)."""
        return self.badge in {Badge.NIGHT, Badge.OTHER_CALL}

    @property
    def accept_words(self) -> str:
        """The words of the button that names what is special: "Accept at 5:30 AM, at night"."""
        if self.badge is Badge.OTHER_CALL:
            return "Accept despite another call"
        return f"Accept at {self.time}, at night" if self.at_night else "Accept"

    @property
    def said(self) -> str:
        """The whole line for a screen reader."""
        return ", ".join(
            part for part in (self.day, self.time, self.part, self.theirs, self.badge_words, self.reason) if part
        )


def offered_times(call: CallRequest, others: Sequence[ShownCall], wording: Wording) -> tuple[OfferedTime, ...]:
    """Return a line for each time of a request, earliest first; ``others`` are calls that may lie at the same time."""
    slots = sorted(call.slots, key=lambda slot: slot.starts_at)
    offsets = {wording.offset(slot.starts_at) for slot in slots}
    return tuple(_line(slot, call, others, wording, with_offset=len(offsets) > 1) for slot in slots)


def zone_line(call: CallRequest, wording: Wording) -> str:
    """Return in which zone the times are; the offset is left to the lines when the days have different ones."""
    starts = [slot.starts_at for slot in call.slots]
    if len({wording.offset(start) for start in starts}) == 1:
        return f"Times are in {wording.zone_words(starts[0])}, where you are now."
    return f"Times are in {wording.zone_name() or 'your zone'}, where you are now."


def first_to_choose(times: Sequence[OfferedTime]) -> str | None:
    """Return the id of the first time without anything special, which the dialog chooses by itself."""
    return next((line.slot.id for line in times if line.badge is Badge.NONE), None)


def calls_at(slot: Slot, others: Sequence[ShownCall]) -> tuple[ShownCall, ...]:
    """Return the confirmed and the waiting calls that overlap a time."""
    return tuple(shown for shown in others if (at := taken_slot(shown)) is not None and _overlap(slot, at))


def taken_slot(shown: ShownCall) -> Slot | None:
    """Return the time that a call takes in the writer's day, confirmed or still waiting to be."""
    if shown.pending_slot is not None:
        return shown.pending_slot
    return shown.call.accepted_slot if shown.call.status is CallStatus.ACCEPTED else None


def _overlap(one: Slot, other: Slot) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _line(
    slot: Slot, call: CallRequest, others: Sequence[ShownCall], wording: Wording, *, with_offset: bool
) -> OfferedTime:
    part = wording.part_of_day(slot.starts_at)
    night = is_at_night(wording.local(slot.starts_at))
    badge, words, reason = _badge(slot, [shown for shown in others if shown.call.id != call.id], wording, night=night)
    return OfferedTime(
        slot=slot,
        day=wording.day(slot.starts_at),
        theirs=wording.for_them(slot, call.customer),
        time=wording.clock(slot.starts_at),
        part=f"{part}, {wording.offset(slot.starts_at)}" if with_offset else part,
        badge=badge,
        badge_words=words,
        reason=reason,
        at_night=night,
    )


def _badge(slot: Slot, others: Sequence[ShownCall], wording: Wording, *, night: bool) -> tuple[Badge, str, str]:
    if slot.state is not SlotState.OFFERED:
        words = {SlotState.TAKEN: "Taken", SlotState.WITHDRAWN: "Taken back"}.get(slot.state, "Not offered")
        return Badge.GONE, words, "cannot be chosen"
    if slot.starts_at <= wording.now():
        return Badge.PAST, "Past", "cannot be chosen"
    if at_same_time := calls_at(slot, others):
        return Badge.OTHER_CALL, "Another call", ", ".join(shown.call.customer.company for shown in at_same_time)
    if night:
        return Badge.NIGHT, "At night", wording.read_back(slot.starts_at).rpartition(", ")[2]
    return Badge.NONE, "", ""
