"""What a window may ask of the worker behind it: sync now, and small jobs away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sync.domain.problems import Problem

T = TypeVar("T")


class Backstage(Protocol):
    """The one door from windows to the worker thread; ``done`` and ``failed`` are called in the window's thread."""

    def wake(self) -> None:
        """Sync now, as far as the marketplace's own wishes (``Retry-After``) allow."""

    def errand(self, job: Callable[[], T], done: Callable[[T], None], failed: Callable[[Problem], None]) -> None:
        """Run a job in the worker thread."""
