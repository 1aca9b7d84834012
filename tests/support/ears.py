"""A listener for pokes in a thread of its own, as a test hears with it.

with listening(server.origin) as ear:
    ear.hear()
    ear.listener.stop()
    assert ear.end() is Ending.STOPPED
"""

from __future__ import annotations

import itertools
import queue
import threading
from contextlib import contextmanager
from random import Random

from sync.api.events import Listener, new_stream_client
from tests.support.desks import FixedClock
from tests.support.streams import PATIENCE


class Bell(threading.Event):
    """The event that a listener waits on between two connections: it notes each wait, and rings at once.

    After ``rounds`` waits it stops the listener.
    """

    def __init__(self, rounds=1_000):
        super().__init__()
        self.waits = []
        self._rounds = rounds

    def wait(self, timeout=None):
        self.waits.append(timeout)
        if len(self.waits) >= self._rounds:
            self.set()
        return self.is_set()


class Ear:
    """A listener in a thread of its own; ``pokes`` is what it heard, ``ending`` how it ended."""

    def __init__(self, origin, stopping=None, token=lambda: "secret", clock=None, http=None, **options):
        self.pokes = queue.Queue()
        self.ending = None
        self.http = http or new_stream_client()
        self.clock = clock or FixedClock()
        ids = (f"request-{number}" for number in itertools.count(1))
        self.listener = Listener(
            origin, token, self.http, self.clock, Random(1), lambda: next(ids), stopping or Bell(), **options
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        self.ending = self.listener.listen(lambda: self.pokes.put(threading.current_thread()))

    def hear(self, count=1):
        """Wait for so many pokes."""
        for _ in range(count):
            assert self.pokes.get(timeout=PATIENCE) is self.thread

    def end(self):
        """Wait until the listener has ended and tell why."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.ending


@contextmanager
def listening(origin, **options):
    ear = Ear(origin, **options)
    ear.thread.start()
    try:
        yield ear
    finally:
        ear.listener.stop()
        ear.thread.join(PATIENCE)
        ear.http.close()
        assert not ear.thread.is_alive()
