"""Runs rounds in a process of its own, so that a sync of thousands of changes never holds up a click or a frame.

Python lets one thread run at a time: a round in a thread of the window's process delays every event by some
milliseconds. The two processes share the store; between them go lines of JSON, and the end of the window's process
ends the other. What a crash of the courier leaves behind is what a crash of the program leaves behind: nothing lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from desktop import piped_keychain
from desktop.companion import Companion
from desktop.paths import Profile
from desktop.practice import Address
from sync.domain.changes import Changed, Kind
from sync.domain.problems import Problem, StoreProblem, Trouble
from sync.ports import Clock, Keychain
from sync.round import RoundReport

AFTER_A_CRASH: Final = timedelta(seconds=10)


class Courier:
    """Carries rounds out for a Runner; ``announce`` hears what they changed, in the thread of ``run``.

    ``address`` is asked when the process starts, ``keychain`` while it runs, for whoever is signed in.
    """

    def __init__(
        self,
        profile: Profile,
        address: Callable[[], Address],
        clock: Clock,
        announce: Callable[[Changed], None],
        keychain: Callable[[], Keychain],
    ) -> None:
        self._profile = profile
        self._address = address
        self._clock = clock
        self._announce = announce
        self._keychain = keychain
        self._companion = Companion("desktop.courier_main")

    def _start(self) -> None:
        """Start the process, which makes the store ready before its first round."""
        address = self._address()
        self._companion.start()
        profile = {"profile": [str(self._profile.folder), *self._profile[1:]]}
        self._companion.say(json.dumps(profile | {"address": address.origin, "token": address.token}))

    def run(self) -> RoundReport:
        """Run one round. Raises StoreProblem; a process that has died is said in the report and started anew."""
        if not self._companion.alive:
            self._start()
        self._companion.say("run")
        while line := self._companion.hear():
            message = json.loads(line)
            if "changed" in message:
                self._announce(Changed(frozenset(map(Kind, message["changed"])), frozenset(message["ids"])))
            elif "keychain" in message:
                self._companion.say(json.dumps(piped_keychain.answer(self._keychain(), message)))
            elif "store" in message:
                if message["store"] in {Trouble.DAMAGED, Trouble.NOT_READY}:
                    self._companion.stop()  # the next one makes the file ready, or saves what can be read of it
                raise StoreProblem(message["store"], message["detail"])
            else:
                return _report(message)
        return RoundReport(Problem(Trouble.OWN_ERROR, str(self._profile.log)), self._clock.now() + AFTER_A_CRASH)

    def stop(self) -> None:
        """End the process, from any thread."""
        self._companion.stop()


def _report(message: dict[str, Any]) -> RoundReport:
    due = message["next_try_at"]
    return RoundReport(
        problem=Problem(message["problem"], message["detail"]) if message["problem"] else None,
        next_try_at=datetime.fromisoformat(due) if due else None,
        sent=message["sent"],
        refused=message["refused"],
    )
