"""The drafts of a declining message: three to begin with and an empty one; what the writer typed is always kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sync.domain.calls import CallRequest
from ui.wording import Wording

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Manner(StrEnum):
    """The drafts in the order of the segments."""

    WARM = "Warm"
    SHORT = "Short"
    LATER = "Later"
    OWN = "My own"


@dataclass
class Draft:
    """The texts of one declining message, one for each manner, as the writer left them."""

    manner: Manner = Manner.WARM
    texts: dict[Manner, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the text of the chosen manner."""
        return self.texts.get(self.manner, "")


def first_draft(call: CallRequest, wording: Wording) -> Draft:
    """Write the drafts for a request. Each can be sent as it stands; better times are for the writer to add (M5)."""
    who, about = call.customer.first_name, call.subject.strip().rstrip(".")
    times = _times_in_words(len(call.open_slots(wording.now())))
    hello = f"Hello {who},\n\nThank you for the invitation. I would like to talk about “{about}”, but"
    return Draft(
        texts={
            Manner.WARM: f"{hello} I cannot make {times}.\n\nIf you have other times, please send a new invitation. "
            "I look forward to it.",
            Manner.SHORT: f"Hello {who}, I cannot make {times}. Please send a new invitation with other times.",
            Manner.LATER: f"{hello} not in these days. Please send a new invitation with times in a week or two.",
            Manner.OWN: "",
        }
    )


def draft_of(message: str) -> Draft:
    """Return a message that was written before, to look at or to change."""
    return Draft(Manner.OWN, {Manner.OWN: message})


def _times_in_words(count: int) -> str:
    if count <= 1:
        return "the time that you offer"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{'either' if count == 2 else 'any'} of the {number} times"
