"""The system's clock: the one place of the core that asks the computer for the time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The Clock port over the computer's own clock."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)
