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
    times: str = ""
    """The better times, as the writer named them in their own field."""

    def text(self) -> str:
        """Return the text of the chosen manner."""
        return self.texts.get(self.manner, "")

    def name_times(self, times: str, zone: str) -> None:
        """Say at the end of every text which times in the writer's ``zone`` would be better (M5).

        What was said before is replaced; where the writer has changed it by hand, their words stay as they are.
        """
        old, new = _times_line(self.times, zone), _times_line(times, zone)
        self.times = times
        self.texts = {manner: _with_line(text, old, new) for manner, text in self.texts.items()}


def first_draft(call: CallRequest, wording: Wording) -> Draft:
    """Write the drafts for a request. Each can be sent as it stands; ``name_times`` adds better times (M5)."""
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


def _times_line(times: str, zone: str) -> str:
    plain = " ".join(times.split()).rstrip(".")
    return f"These times would suit me better, in {zone}: {plain}." if plain else ""


def _with_line(text: str, old: str, new: str) -> str:
    if old:
        return text.replace(old, new, 1) if new else text.replace(f"\n\n{old}", "", 1).replace(old, "", 1)
    return f"{text.rstrip()}\n\n{new}".lstrip() if new else text


def _times_in_words(count: int) -> str:
    if count <= 1:
        return "the time that you offer"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{'either' if count == 2 else 'any'} of the {number} times"
