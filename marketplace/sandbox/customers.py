"""The made-up companies of the practice marketplace, their people and what they ask for.

Their sites end in .example, which nobody can own (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from marketplace.sandbox.ledger import Json

About = Literal["job_request", "project"]


@dataclass(frozen=True, slots=True)
class Brief:
    """Something that a customer wants to talk about."""

    about: About
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A person at a company. ``city``, ``time_zone`` (IANA) and ``website`` are None where they are not told."""

    id: str
    company: str
    first_name: str
    last_initial: str
    city: str | None
    time_zone: str | None
    website: str | None
    briefs: tuple[Brief, ...]
    other_times: str
    """What this person says when a declined call is offered again."""

    def as_json(self) -> Json:
        """Return the customer as the contract shows it to a writer."""
        return {
            "id": self.id,
            "company": self.company,
            "first_name": self.first_name,
            "last_initial": self.last_initial,
            "city": self.city,
            "time_zone": self.time_zone,
            "website": self.website,
        }


CUSTOMERS: Final = (
    Customer(
        id="cus_alder_oak",
        company="Alder & Oak Outfitters",
        first_name="Dana",
        last_initial="R",
        city="London",
        time_zone="Europe/London",
        website="https://alderandoak.example",
        briefs=(
            Brief(
                "job_request",
                "Spring catalogue: stories behind six jackets",
                "Hello! I read your piece on repairing waxed cotton twice. We make outdoor clothes that are meant to "
                "be mended, and our spring catalogue needs six short stories about the people who wear them.\n\n"
                "Could we talk for half an hour? I would like to hear how you find people to interview.",
            ),
            Brief(
                "project",
                "A guide to looking after wool",
                "We get the same ten questions about washing wool every week. I would love one calm, friendly guide "
                "that our shop staff can hand out. Can I tell you what people ask?",
            ),
        ),
        other_times="Thank you for saying so, mornings are hard here as well. I have moved two things: do any of these "
        "suit you better?",
    ),
    Customer(
        id="cus_brightwater",
        company="Brightwater Farms",
        first_name="Lee",
        last_initial="W",
        city="Fresno",
        time_zone="America/Los_Angeles",
        website="https://brightwater-farms.example",
        briefs=(
            Brief(
                "project",
                "Newsletter for our farm boxes",
                "Hi, we deliver vegetable boxes to about 900 homes. The newsletter in the box is the thing people "
                "keep on the fridge, and I am out of ideas after four years of writing it at midnight.\n\n"
                "I'd like to hand it over to somebody who likes food and does not oversell it.",
            ),
        ),
        other_times="No problem at all, harvest eats my mornings too. Here are some afternoons.",
    ),
    Customer(
        id="cus_northpier",
        company="Northpier Credit Union",
        first_name="Amira",
        last_initial="K",
        city="Halifax",
        time_zone="America/Halifax",
        website="https://northpier.example",
        briefs=(
            Brief(
                "job_request",
                "First mortgage, explained without jargon",
                "We are rewriting the part of our site for people who buy their first home. Your profile says you can "
                "make dry things readable, which is what we need.\n\nA few rules come from our legal team, so a call "
                "would save us both some rounds.",
            ),
        ),
        other_times="Of course. Our compliance meeting moved, so I can offer these instead.",
    ),
    Customer(
        id="cus_harbour_pine",
        company="Harbour & Pine",
        first_name="Owen",
        last_initial="T",
        city="Vancouver",
        time_zone="America/Vancouver",
        website="https://harbourandpine.example",
        briefs=(
            Brief(
                "project",
                "Voice for a small furniture brand",
                "We build tables from wood that others throw away. Our texts sound like everybody else's, and I would "
                "like to find out with you what we sound like when nobody polishes us.",
            ),
        ),
        other_times="Fair enough, my calendar is a mess this week. Next try:",
    ),
    Customer(
        id="cus_juniper_lane",
        company="Juniper Lane Travel",
        first_name="Sofia",
        last_initial="M",
        city="Lisbon",
        time_zone="Europe/Lisbon",
        website="https://juniperlane.example",
        briefs=(
            Brief(
                "job_request",
                "Slow weekends in the Alentejo, 1,200 words",
                "Olá! We sell quiet trips. I need a text on three weekends in the Alentejo that makes people want to "
                "leave their phone in the car. Could we talk about what to leave out?",
            ),
        ),
        other_times="Thank you for being frank about the times. I have later ones as well, so here they are.",
    ),
    Customer(
        id="cus_kiln_street",
        company="Kiln Street Ceramics",
        first_name="Priya",
        last_initial="S",
        city="Jaipur",
        time_zone="Asia/Kolkata",
        website="https://kilnstreet.example",
        briefs=(
            Brief(
                "job_request",
                "Product texts for 24 glazes",
                "Each of our glazes has a story and none of them is written down. I can show you the pieces on my desk "
                "while we talk, well, describe them. Twenty minutes would do.",
            ),
        ),
        other_times="That is late for you, I see it now. Perhaps one of these?",
    ),
    Customer(
        id="cus_meridian",
        company="Meridian Dental",
        first_name="Grace",
        last_initial="O",
        city="Chicago",
        time_zone="America/Chicago",
        website="https://meridian-dental.example",
        briefs=(
            Brief(
                "project",
                "Letters that patients read",
                "Our reminder letters frighten people. I would like five that do not. There is a list of words that we "
                "cannot use, and I'd rather explain it than send it.",
            ),
        ),
        other_times="Understood. Between two patients is a bad moment for me too; these are quieter.",
    ),
    Customer(
        id="cus_saltmarsh",
        company="Saltmarsh Audio",
        first_name="Tomas",
        last_initial="H",
        city="Melbourne",
        time_zone="Australia/Melbourne",
        website="https://saltmarsh-audio.example",
        briefs=(
            Brief(
                "project",
                "Show notes for a podcast about tides",
                "G'day. We have twelve episodes and no show notes. You would get the rough cuts. Let's see on the "
                "phone whether the tone fits.",
            ),
        ),
        other_times="Too early for you, sorry. I keep forgetting how far away everybody is. Try these.",
    ),
    Customer(
        id="cus_copperfield",
        company="Copperfield Cycles",
        first_name="Inés",
        last_initial="V",
        city="Valencia",
        time_zone="Europe/Madrid",
        website=None,
        briefs=(
            Brief(
                "job_request",
                "How to choose a cargo bike",
                "Parents ask us the same questions every Saturday. We would like a long read that answers them "
                "honestly, also where a bike is not the answer.",
            ),
        ),
        other_times="No worries. The shop is quiet at these times, so I can really talk.",
    ),
    Customer(
        id="cus_larkspur",
        company="Larkspur Learning",
        first_name="Noah",
        last_initial="B",
        city=None,
        time_zone=None,
        website="https://larkspur-learning.example",
        briefs=(
            Brief(
                "job_request",
                "Ten short lessons on reading a contract",
                "We teach people who start their own business. Each lesson is about 400 words, with one example. I can "
                "share the outline on the call.",
            ),
        ),
        other_times="Thanks for the quick answer! Would one of these be possible?",
    ),
)


def customer_named(company: str) -> Customer | None:
    """Return the customer of a company."""
    return next((customer for customer in CUSTOMERS if customer.company == company), None)


def customer_with_id(customer_id: str) -> Customer | None:
    """Return the customer with this id."""
    return next((customer for customer in CUSTOMERS if customer.id == customer_id), None)
