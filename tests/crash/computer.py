"""A writer's computer that is opened again and again on the same file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from sync.domain.problems import StoreProblem, Trouble
from sync.round import RoundReport
from tests.support.writers import Network, Writer


@dataclass
class Computer(Writer):
    """``run`` is part of each key that it makes, as no two runs of the program ever make the same."""

    run: str = ""
    network: Network = field(default_factory=lambda: Network(verify=False))
    """Without the certificates of the world, which take longer to read than a round takes, and prove nothing here."""

    def restart(self) -> None:
        self._keys = (f"{self.name}-{self.run}-{number}" for number in itertools.count(1))
        try:
            super().restart()
        except StoreProblem as problem:
            if problem.code != Trouble.SALVAGED:
                raise
            super().restart()

    def sync(self) -> RoundReport:
        """Run one round now. Raises StoreProblem, which a runner would keep for the window."""
        return self.round.run()
