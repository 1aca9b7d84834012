"""The one thread that listens for the marketplace's pokes: it rings for a round and does nothing else.

It listens while rounds are taken: the first round that goes well begins it, one that finds nobody signed in ends it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Protocol

from sync.domain.problems import Problem, Trouble

if TYPE_CHECKING:
    from sync.round import RoundReport

PATIENCE: Final = 1.0
"""Seconds that ``stop`` waits; a thread that still connects then ends by itself, unheard."""

_NOBODY: Final = frozenset({Trouble.NOT_SIGNED_IN, Trouble.TOKEN_EXPIRED})


class Ear(Protocol):
    """What listens: ``sync.api.events.Listener``."""

    @property
    def connected(self) -> bool:
        """Whether pokes arrive now."""
        ...

    def listen(self, on_poke: Callable[[], None]) -> object:
        """Listen until stopped, or until the marketplace says to poll."""
        ...

    def stop(self) -> None:
        """End ``listen``; from any thread."""
        ...


OpenEar = Callable[[threading.Event], AbstractContextManager[Ear]]
"""Makes what listens, to be entered and left by the thread that does; the event is its sign to stop."""


class Pokes:
    """Listens in a thread of its own; ``rung`` is called in that thread at each poke.

    After an answer "do not listen, poll" it listens no more, until the writer has signed in again.
    """

    def __init__(self, open_ear: OpenEar, rung: Callable[[], None]) -> None:
        self._open_ear = open_ear
        self._rung = rung
        self._attempt: _Attempt | None = None

    @property
    def arrive(self) -> bool:
        """Whether pokes arrive now, so that polling can be slow; from any thread."""
        attempt = self._attempt
        return attempt is not None and attempt.connected

    def follow(self, outcome: RoundReport | Problem) -> None:
        """Begin or end with how a round went; always from the same thread."""
        problem = outcome if isinstance(outcome, Problem) else outcome.problem
        if problem is None and self._attempt is None:
            with contextlib.suppress(Problem):  # the next round says it, and is followed by the next attempt
                self._attempt = _Attempt(self._open_ear(stopping := threading.Event()), stopping, self._rung)
        elif problem is not None and problem.code in _NOBODY:
            self.stop()

    def stop(self) -> None:
        """End the stream at once."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.stop()


class _Attempt:
    """One thread with one stream at a time."""

    def __init__(
        self, opened: AbstractContextManager[Ear], stopping: threading.Event, rung: Callable[[], None]
    ) -> None:
        self._opened = opened
        self._stopping = stopping
        self._rung = rung
        self._ear: Ear | None = None
        self._thread = threading.Thread(target=self._run, name="pokes", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        return self._ear is not None and self._ear.connected

    def stop(self) -> None:
        self._stopping.set()
        ear = self._ear
        if ear is not None:
            ear.stop()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        with self._opened as ear:
            self._ear = ear
            ear.listen(self._ring)

    def _ring(self) -> None:
        if not self._stopping.is_set():
            self._rung()
