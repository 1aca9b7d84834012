"""Sends one action after the other in the calling thread: in a terminal, Ctrl+C ends a wait for an answer at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class InTurn(Executor):
    """A pool of no threads: each job is done when it is submitted; an interruption is raised at once."""

    def submit(self, job: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the job now."""
        done: Future[Any] = Future()
        try:
            done.set_result(job(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the job's outcome
            done.set_exception(error)
        return done
