"""What happens in the practice marketplace, as data: who invites when, who changes their mind, and how they say so.

Times are offsets from the account's start. Offers are in the customer's working days (invitations.Offer).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from marketplace.sandbox.invitations import Offer

if TYPE_CHECKING:
    from collections.abc import Mapping

GIVES_THE_TIME_AWAY: Final = "gives_the_time_away"
"""A habit: the time that the writer accepts is taken back the moment the accept arrives, once, and others stay.
Harbour & Pine has it, so that everybody meets "this time is gone" once with something left to choose."""

ANSWER_TO_A_DECLINE: Final = timedelta(minutes=2)
"""How long a customer needs to send a new invitation after a decline."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A company invites. ``answer_within`` gives a deadline; ``starts_soon`` puts a first time 7 to 12 minutes away."""

    label: str
    company: str
    offers: tuple[Offer, ...]
    brief: int = 0
    answer_within: timedelta | None = None
    starts_soon: bool = False
    habit: str | None = None
    follow_up_of: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The company takes an invitation back, or cancels the call that came of it."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakeTimeAway:
    """The company takes back one of its times; ``number`` counts from 1."""

    label: str
    number: int


Event = Invite | Withdraw | TakeTimeAway


@dataclass(frozen=True, slots=True)
class Past:
    """A call that is over when the account starts. ``days_ago`` is when it was offered."""

    label: str
    company: str
    offer: Offer
    days_ago: int
    outcome: str
    words: str | None = None
    brief: int = 0


PAST: Final = (
    Past("held", "Meridian Dental", Offer(-6, 11), 12, "held"),
    Past(
        "declined",
        "Juniper Lane Travel",
        Offer(-2, 10),
        6,
        "declined",
        "Thank you for asking me, Sofia. Mornings do not work for me this week; any afternoon after 3 PM your time "
        "would.",
    ),
    Past(
        "withdrawn",
        "Copperfield Cycles",
        Offer(2, 12),
        4,
        "withdrawn",
        "We decided to write this one ourselves after all. Sorry for the trouble, and thank you.",
    ),
)

ACCEPTED: Final = Past("accepted", "Northpier Credit Union", Offer(1, 13, 30), 3, "accepted")
"""A call that stands already when the account starts."""

SOON_COMPANIES: Final = ("Alder & Oak Outfitters", "Brightwater Farms", "Saltmarsh Audio", "Kiln Street Ceramics")
"""Who may have the call that starts within minutes: the one where it is nearest to midday just then."""

OPENING: Final = (
    Invite("soon", "", (Offer(1, 11), Offer(2, 14)), brief=-1, starts_soon=True),
    Invite(
        "answer-soon",
        "Alder & Oak Outfitters",
        (Offer(1, 10), Offer(1, 15, 30), Offer(2, 11)),
        answer_within=timedelta(hours=2),
    ),
    Invite("given-away", "Harbour & Pine", (Offer(2, 9, 30), Offer(2, 13), Offer(3, 10)), habit=GIVES_THE_TIME_AWAY),
    Invite("asked-again", "Juniper Lane Travel", (Offer(3, 15), Offer(4, 16)), follow_up_of="declined"),
)

LATER: Final[Mapping[str, tuple[timedelta, Event]]] = {
    "larkspur-asks": (
        timedelta(minutes=1),
        Invite("larkspur", "Larkspur Learning", (Offer(2, 10), Offer(3, 14)), answer_within=timedelta(days=1)),
    ),
    "meridian-asks": (
        timedelta(minutes=3),
        Invite("meridian", "Meridian Dental", (Offer(1, 12, 15), Offer(3, 9), Offer(3, 16))),
    ),
    "meridian-is-booked": (timedelta(minutes=6), TakeTimeAway("meridian", 2)),
    "larkspur-withdraws": (
        timedelta(minutes=9),
        Withdraw("larkspur", "Our budget for this quarter is gone. I hope we can come back to you in spring."),
    ),
    "copperfield-asks": (
        timedelta(minutes=25),
        Invite("copperfield", "Copperfield Cycles", (Offer(2, 10), Offer(2, 17)), answer_within=timedelta(hours=20)),
    ),
    "another-soon": (
        timedelta(hours=1),
        Invite("another-soon", "", (Offer(1, 10), Offer(2, 15)), brief=-1, starts_soon=True),
    ),
    "kiln-asks": (timedelta(hours=3), Invite("kiln", "Kiln Street Ceramics", (Offer(1, 18), Offer(2, 18, 30)))),
    "brightwater-asks": (
        timedelta(hours=20),
        Invite("brightwater", "Brightwater Farms", (Offer(2, 14), Offer(3, 9)), answer_within=timedelta(days=2)),
    ),
    "saltmarsh-asks": (timedelta(days=2), Invite("saltmarsh", "Saltmarsh Audio", (Offer(2, 9), Offer(3, 17)))),
    "alder-asks": (timedelta(days=4), Invite("alder", "Alder & Oak Outfitters", (Offer(2, 11), Offer(3, 16)), brief=1)),
}
"""The rest of the script, by the name under which its progress is kept."""
