"""Starts the practice marketplace in a process of its own and tells where it listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.companion import Companion
from sync.domain.problems import Offline, StoreProblem, Trouble


@dataclass(frozen=True, slots=True)
class Address:
    """Where a marketplace listens, and the token that practice gives; "" for whoever has to sign in."""

    origin: str
    token: str


class PracticeMarketplace:
    """The process behind practice mode; its data lie in the file ``database``."""

    def __init__(self, database: Path, arguments: Sequence[str] = ()) -> None:
        self._database = database
        self._arguments = tuple(arguments)
        self._companion = Companion("marketplace.sandbox")
        self._port = "0"
        self._address: Address | None = None

    def ensure_running(self) -> Address:
        """Start it if it does not run, again at the same port.

        Raises Offline when it does not come up, StoreProblem when its folder cannot be made.
        """
        if self._address is not None and self._companion.alive:
            return self._address
        try:
            self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreProblem(Trouble.READ_ONLY, str(error)) from error
        serve = ["serve", "--practice", "--until-stdin-closes", "--database", f"sqlite:///{self._database}"]
        serve += ["--spread-pokes", "0"]  # nobody else is waiting for them
        serve += ["--begin-anew"]  # practice of an older Foreword is worth less than practice that runs
        self._companion.start([*serve, "--port", self._port, *self._arguments])
        ready, _, origin = self._companion.hear().partition(" ")
        named, _, token = self._companion.hear().partition(" ")
        if (ready, named) != ("ready", "token"):
            raise Offline(Trouble.UNREACHABLE, "the practice marketplace did not start")
        self._port = origin.rpartition(":")[2]
        self._address = Address(origin, token)
        return self._address

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self._companion.stop()
