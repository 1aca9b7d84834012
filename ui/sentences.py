"""What to tell the writer when something did not work: what happened, what can be done, then the other side's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sync.domain.calls import Refusal

LONGEST_QUOTE: Final = 400
"""Characters of the other side's words that are shown; the rest ends in an ellipsis."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A short ``title`` without a full stop, ``text`` (what happened), ``next`` (what can be done), ``quote``.

    ``quote`` is the other side's own words, plain text, already in a sentence of ours: 'The marketplace says: “...”'.
    """

    title: str
    text: str
    next: str
    quote: str = ""

    def paragraph(self) -> str:
        """Return what happened, what can be done and the reason as one paragraph."""
        return " ".join(part for part in (self.text, self.next, self.quote) if part)


def quoted(words: str, lead: str = "The marketplace says") -> str:
    """Return the other side's words as a sentence, without control characters and not endlessly; "" for none."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    if not plain:
        return ""
    short = plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"{lead}: “{short}”"


_KEPT: Final = "Nothing is lost: what you did here is kept and sent by itself when it works again."
_OTHER_TIME: Final = "Choose another time, or decline with a message that says which times suit you."
_OURS: Final = "Copy your text if you wrote one, then try again. If it comes back, tell the people who make Foreword."

_OFFLINE: Final = {
    "unreachable": Sentence("You are offline", "The marketplace could not be reached.", _KEPT),
    "timeout": Sentence("The marketplace does not answer", "It took too long to answer.", _KEPT),
    "cut-off": Sentence("The connection was cut", "It broke while something was on its way.", _KEPT),
    "captive-portal": Sentence(
        "This network wants you to sign in first",
        "Something else answered in the marketplace's place, as the sign-in page of a café, hotel or train does.",
        "Open any page in your browser, sign in to the network, then sync again. Nothing is lost.",
    ),
    "tls": Sentence(
        "The connection is not safe",
        "What answered could not prove that it is the marketplace, so nothing was sent to it.",
        "Check the date of this computer, or use another network. Nothing is lost.",
    ),
    "garbled": Sentence("The answer made no sense", "What came back cannot be read, so nothing of it was used.", _KEPT),
    "redirected": Sentence(
        "The marketplace points elsewhere",
        "It sent us to another address, and your answers are never sent to an address that you did not choose.",
        "Ask the marketplace which address is right now. Nothing is lost.",
    ),
}

_PAUSED: Final = {
    "not-signed-in": Sentence(
        "Not signed in",
        "Foreword has no sign-in for this marketplace yet, so nothing can be sent or read.",
        "Sign in. What waits here is kept and sent afterwards.",
    ),
    "token-expired": Sentence(
        "Sign in again",
        "The marketplace does not know this computer any more, so nothing can be sent or read.",
        "Sign in again. What waits here is kept and sent afterwards.",
    ),
    "client-too-old": Sentence(
        "Foreword needs an update",
        "The marketplace does not talk to this version any more.",
        "Update Foreword. Until then you can read everything, and what waits here is kept.",
    ),
    "account-suspended": Sentence(
        "Your account is on hold",
        "The marketplace has stopped your account, so nothing can be sent.",
        "Write to the marketplace's support. You can still read everything, and what waits here is kept.",
    ),
    "quota": Sentence(
        "A limit of your account is reached",
        "The marketplace takes nothing more from it for now.",
        "Look at your account on the marketplace. What waits here is kept.",
    ),
    "invalid_grant": Sentence(
        "Sign in again",
        "Your sign-in has ended, so nothing can be sent or read.",
        "Sign in again. What waits here is kept and sent afterwards.",
    ),
    "rate-limited": Sentence("The marketplace asks for a pause", "It was asked too often.", _KEPT),
    "in-progress": Sentence("Still being worked on", "The marketplace has your answer and is not done yet.", _KEPT),
    "unavailable": Sentence("The marketplace has a problem", "It cannot answer just now.", _KEPT),
}

_STORE: Final = {
    "disk-full": Sentence(
        "This computer's disk is full",
        "Foreword could not save, so nothing was changed.",
        "Free some space, then do it again.",
    ),
    "disk-error": Sentence(
        "This computer's disk did not answer as it should",
        "Foreword could not save, so nothing was changed.",
        "Do it again. If it comes back, save your work elsewhere and have the disk looked at.",
    ),
    "read-only": Sentence(
        "Foreword may not write its file",
        "The folder of its data can only be read, so nothing was changed.",
        "Check the rights of that folder, or start Foreword with another one.",
    ),
    "damaged": Sentence(
        "The data on this computer are damaged",
        "Part of the file cannot be read.",
        "At the next sync Foreword puts the file aside and saves what can be read; the marketplace brings the rest.",
    ),
    "salvaged": Sentence(
        "Foreword has saved what it could from a damaged file",
        "Part of the data on this computer could not be read. The damaged file is kept.",
        "See whether what waits to be sent is all there. The marketplace brings the rest.",
    ),
    "not-ours": Sentence(
        "The file belongs to another program",
        "What lies in the place of Foreword's data was made by something else, so it was left as it is.",
        "Move that file elsewhere, or start Foreword with another folder.",
    ),
    "not-upgraded": Sentence(
        "The data could not be brought up to date",
        "They come from an older Foreword, and were left as they were.",
        "Start the older version again, or tell the people who make Foreword. Nothing is lost.",
    ),
    "too-new": Sentence(
        "The data come from a newer Foreword",
        "This version cannot read them and leaves them untouched.",
        "Start the newer version, or update this one.",
    ),
    "locked": Sentence(
        "Another program holds the data",
        "The file was busy for too long, so nothing was changed.",
        "Close other windows of Foreword and backup programs, then do it again.",
    ),
}

_SIGN_IN: Final = {
    "sign-in-refused": Sentence(
        "The marketplace did not sign you in", "It said no, or you did.", "Try again, or sign in with another account."
    ),
    "sign-in-expired": Sentence(
        "Signing in took too long", "The page in your browser is not valid any more.", "Begin again."
    ),
    "sign-in-cancelled": Sentence("Not signed in", "You stopped signing in.", "Begin again when you want to."),
}

_OWN: Final = {
    "keychain": Sentence(
        "The sign-in cannot be kept safely",
        "This computer's keychain for passwords is not there, or did not answer.",
        "Unlock it and try again, or stay signed in until you quit Foreword.",
    ),
    "no-browser": Sentence(
        "No browser opened",
        "Foreword asked this computer to open the page for signing in, and nothing happened.",
        "Sign in with a code on another device, such as your phone.",
    ),
    "not-ready": Sentence("Starting…", "Foreword is getting ready.", "It goes on by itself in a moment."),
    "own-error": Sentence(
        "Something went wrong in Foreword",
        "The fault is Foreword's, not yours.",
        "It is tried again by itself, and nothing is lost. If it comes back, tell the people who make Foreword.",
    ),
}

_CALLS: Final = {
    "slot-taken": Sentence(
        "This time was taken", "The time was given to somebody else before your answer.", _OTHER_TIME
    ),
    "slot-gone": Sentence("This time was taken back", "{who} has taken this time back.", _OTHER_TIME),
    "parent-refused": Sentence(
        "The change before it was not taken",
        "It followed an earlier change that the marketplace did not take, so it was not sent.",
        "It is the newer of the two: “Retry” sends it by itself.",
    ),
    "lost-by-marketplace": Sentence(
        "The marketplace has lost this",
        "It was confirmed, but then the marketplace was set back to an earlier copy, which does not have it.",
        "“Send again” sends it once more.",
    ),
    "unreadable-rows": Sentence(
        "Some of it could not be read",
        "The marketplace sent something that this version of Foreword does not understand. The rest is here.",
        "A newer version of Foreword may be able to read it.",
    ),
    "salvaged-action": Sentence(
        "This was in a damaged file",
        "It may not be what you asked for any more, so it was not sent by itself.",
        "Look at it. Press “Retry” to send it, or put it away.",
    ),
    "slot-passed": Sentence("This time has passed", "It was already over when your answer could be sent.", _OTHER_TIME),
    "call-withdrawn": Sentence(
        "The invitation was taken back",
        "{who} has taken the invitation back, so there is no call.",
        "Nothing is left to do. If {who} invites you again, it appears under Call Requests.",
    ),
    "call-expired": Sentence(
        "The invitation has ended",
        "Its last day to answer had passed when your answer arrived.",
        "Nothing is left to do. If {who} invites you again, it appears under Call Requests.",
    ),
    "already-declined": Sentence(
        "Already declined",
        "This invitation was declined before, perhaps by you on another computer.",
        "It stays declined. {who} can send you a new invitation.",
    ),
    "already-accepted-other-slot": Sentence(
        "Already accepted",
        "This call was accepted before, perhaps by you on another computer. That answer stands.",
        "The call and its time are under Upcoming.",
    ),
    "unknown-call-request": Sentence(
        "The marketplace does not know this invitation",
        "It is not on the marketplace any more.",
        "You can still read it here. If it was real, {who} can send it again.",
    ),
    "too-early": Sentence("Too early", "The marketplace does not take this yet.", "It is sent again by itself."),
    "setting-changed": Sentence(
        "Changed on another computer",
        "This was changed somewhere else after you last saw it. The newer value stands.",
        "Look at it, and change it again if you want yours.",
    ),
    "revision-mismatch": Sentence(
        "Changed on another computer",
        "The text was changed somewhere else in the meantime.",
        "Both texts are kept.",
    ),
}

_COMMANDS: Final = {
    "validation": Sentence(
        "The marketplace does not take this as it is",
        "Something in it is not as the marketplace wants it.",
        "Change it and send it again.",
    ),
    "too-large": Sentence(
        "The text is too long", "The marketplace takes only shorter ones.", "Shorten it and send it again."
    ),
    "not-allowed": Sentence(
        "The marketplace does not allow this",
        "Your account may not do this.",
        "Look at {thing} on the marketplace, or write to its support.",
    ),
    "key-expired": Sentence(
        "Not certain whether this was done",
        "It waited so long that the marketplace cannot tell whether it has it already.",
        "Look at {thing} first, then try again if it does not stand as you want it.",
    ),
    "epoch-changed": Sentence(
        "The marketplace went back in time",
        "It was restored from an older state, so everything is read anew and nobody can tell what it has of this.",
        "Nothing on this computer is deleted. Look at {thing}, and try again if it does not stand as you want it.",
    ),
    "cursor-expired": Sentence(
        "Everything is read anew", "This computer was away for long.", "Nothing is lost. It takes a moment."
    ),
    "unsupported": Sentence(
        "The marketplace cannot do this", "It does not offer this.", "Do it on the marketplace's own pages."
    ),
    "malformed": Sentence("The marketplace could not read this", "It was sent in a wrong form.", _OURS),
    "key-reuse": Sentence("Two answers were mixed up", "The marketplace got two under one name.", _OURS),
    "precondition-required": Sentence("Something was missing", "It was sent without a part that must be there.", _OURS),
}

_SENTENCES: Final = {**_OFFLINE, **_PAUSED, **_STORE, **_SIGN_IN, **_OWN, **_CALLS, **_COMMANDS}

_BY_STATUS: Final = {
    "http-400": "malformed",
    "http-405": "unsupported",
    "http-406": "unsupported",
    "http-408": "unavailable",
    "http-413": "too-large",
    "http-415": "unsupported",
    "http-422": "validation",
    "http-425": "unavailable",
    "http-428": "precondition-required",
    "http-429": "rate-limited",
    "http-431": "malformed",
    "http-501": "unsupported",
}
"""What the statuses of RFC 9110 and RFC 6585 mean where the answer had no code of the contract."""

_UNKNOWN: Final = Sentence(
    "The marketplace said no",
    "It gave a reason that this version does not know.",
    "Look at {thing} on the marketplace, or try again.",
)

_REFUSALS: Final = {
    Refusal.SLOT_PASSED: Sentence("This time has passed", "The call would already have begun.", _OTHER_TIME),
    Refusal.SLOT_GONE: Sentence("This time is gone", "It is not offered any more.", _OTHER_TIME),
    Refusal.NOT_OPEN: Sentence(
        "This invitation cannot be answered any more",
        "It was answered, taken back or has ended in the meantime.",
        "Its row in Call Requests tells what happened.",
    ),
    Refusal.NOT_READY: Sentence(
        "Your Public Info is not here yet",
        "It comes with the first synchronisation.",
        "Try again once Foreword has been online.",
    ),
    Refusal.ALREADY_WAITING: Sentence(
        "Your earlier answer is on its way",
        "It has left this computer, and the marketplace has not said yet what became of it.",
        "Wait for its answer; then you can answer anew.",
    ),
    Refusal.TOO_LONG: Sentence("The message is too long", "Customers get shorter ones.", "Shorten it, then send it."),
}


def offline_codes() -> frozenset[str]:
    """Return the codes that mean: the marketplace was not reached."""
    return frozenset(_OFFLINE)


def sign_in_codes() -> frozenset[str]:
    """Return the codes that only signing in cures."""
    return frozenset({"not-signed-in", "token-expired", "invalid_grant"})


def known_codes() -> frozenset[str]:
    """Return every code that has a sentence of its own."""
    return frozenset(_SENTENCES)


def problem_sentence(code: str, detail: str = "", *, who: str = "", thing: str = "what you did last") -> Sentence:
    """Return the sentence of a problem code, the other side's words quoted; any code has one.

    ``who`` is the customer's first name, ``thing`` what it is about.
    """
    found = _SENTENCES.get(_BY_STATUS.get(code) or ("unavailable" if code.startswith("http-5") else code), _UNKNOWN)
    name = who or "the customer"
    ours = code in _OFFLINE or code in _STORE or code in _OWN
    quote = quoted(detail, "In detail") if ours else quoted(detail)
    return Sentence(found.title, _named(found.text, name, thing), _named(found.next, name, thing), quote)


def refusal_sentence(refusal: Refusal) -> Sentence:
    """Return why a move is not possible, before the marketplace was asked."""
    return _REFUSALS[refusal]


def _named(text: str, who: str, thing: str) -> str:
    # The name comes last: one that looks like a template stays a name.
    filled = text.replace("{thing}", thing).replace("{who}", who)
    return filled[:1].upper() + filled[1:]
