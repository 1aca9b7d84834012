"""The calls of the design's pictures: what the windows are tested with and looked at with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.domain.calls import CallRequest, CallStatus
from tests.support.desks import NOW, accepted, customer, invitation


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of November 2026 in California as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=8)


def requests() -> list[CallRequest]:
    """Three requests, the last one a follow-up."""
    return [
        invitation(
            "cr_alder",
            starts=(at(24, 13), at(25, 5, 30), at(30, 16)),
            message="We loved your piece on walking the Lost Coast. We plan four posts for spring, for people who hike "
            "with children, and would like to hear how you would go about it. Twenty minutes is plenty.",
        ),
        invitation(
            "cr_bright",
            customer=customer("Brightwater Farms", "Lee", "W"),
            subject="Seed-to-table newsletter",
            starts=(at(25, 9, 30), at(30, 9)),
        ),
        invitation(
            "cr_north",
            customer=customer("Northpier Credit Union", "Amira", "K"),
            subject="Plain-language guides to saving",
            starts=(at(30, 9),),
            follow_up_of="cr_old_3",
        ),
    ]


def kiln() -> CallRequest:
    """A request to accept while offline."""
    return invitation(
        "cr_kiln",
        customer=customer("Kiln Street Ceramics", "Priya", "S"),
        subject="Studio stories",
        starts=(at(25, 11), at(26, 11)),
    )


def upcoming() -> list[CallRequest]:
    """Three confirmed calls: today at 1:00 PM, tomorrow, in a week."""
    return [
        accepted(
            "cr_harbour",
            start=at(23, 13),
            customer=customer("Harbour & Pine", "Owen", "T"),
            subject="Winter menu stories",
            message="Three short features for our winter menu, each about one dish and its cook.",
        ),
        accepted(
            "cr_juniper",
            start=at(24, 9),
            customer=customer("Juniper Lane Travel", "Sofia", "M"),
            subject="Lisbon in five walks",
        ),
        accepted(
            "cr_meridian",
            start=at(30, 14, 30),
            customer=customer("Meridian Dental", "Grace", "O"),
            subject="Patient guides",
        ),
    ]


def earlier(count: int = 41) -> list[CallRequest]:
    """Closed calls in every state, one a day back from last Friday."""
    states = (CallStatus.HELD, CallStatus.DECLINED, CallStatus.WITHDRAWN, CallStatus.EXPIRED, CallStatus.NO_SHOW)
    made = []
    for number in range(1, count + 1):
        status, start = states[number % len(states)], at(20, 10) - timedelta(days=number % 3000)
        taken = status in {CallStatus.HELD, CallStatus.NO_SHOW}
        made.append(
            invitation(
                f"cr_old_{number}",
                starts=(start,),
                status=status,
                customer=customer(f"Company {number}", "Kim", "B"),
                subject=f"Assignment {number}",
                accepted_slot_id="sl_1" if taken else None,
                created_at=start - timedelta(days=3),
            )
        )
    return made


def calls_of_the_pictures() -> list[CallRequest]:
    """Everything of picture 01."""
    return [*requests(), *upcoming(), *earlier()]


__all__ = ["NOW", "at", "calls_of_the_pictures", "earlier", "kiln", "requests", "upcoming"]
