"""A keychain that lies in another process: the courier asks the window's, which may be that one's memory.

Between them go lines of JSON over a pipe that nobody else can read. The asking side is a Keychain like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.domain.problems import Paused, Problem, Trouble
from sync.domain.tokens import Tokens, tokens_from
from sync.ports import Keychain

Message = dict[str, Any]


class PipedKeychain:
    """The asking side; ``ask`` sends a message and returns the answer, an empty one when the other side is gone."""

    def __init__(self, ask: Callable[[Message], Message]) -> None:
        self._ask = ask

    def load(self, origin: str, subject: str) -> Tokens | None:
        """Return the tokens of an account, None if there are none. Raises Paused."""
        return tokens_from(self._done("load", origin, subject), origin, subject)

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, in the place of older ones. Raises Paused."""
        self._done("save", tokens.origin, tokens.subject, tokens.to_text())

    def forget(self, origin: str, subject: str) -> None:
        """Forget the tokens of an account, if there are any. Raises Paused."""
        self._done("forget", origin, subject)

    def _done(self, what: str, origin: str, subject: str, tokens: str = "") -> str:
        answer = self._ask({"keychain": what, "origin": origin, "subject": subject, "tokens": tokens})
        if "tokens" not in answer:
            raise Paused(answer.get("problem", Trouble.KEYCHAIN), answer.get("detail", ""))
        return str(answer["tokens"])


def answer(keychain: Keychain, message: Message) -> Message:
    """Do what the asking side wants and return the answer to it."""
    origin, subject = message["origin"], message["subject"]
    try:
        if message["keychain"] == "load":
            found = keychain.load(origin, subject)
            return {"tokens": found.to_text() if found else ""}
        tokens = tokens_from(message["tokens"], origin, subject)
        if message["keychain"] == "save" and tokens is not None:
            keychain.save(tokens)
        elif message["keychain"] == "forget":
            keychain.forget(origin, subject)
    except Problem as problem:
        return {"problem": str(problem.code), "detail": problem.detail}
    return {"tokens": ""}
