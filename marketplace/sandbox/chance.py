"""The one source of randomness: named streams, so that nothing depends on the order in which workers draw."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws for made-up ids, PINs and people. With a ``seed`` every stream repeats, also after a restart."""

    seed: int | None = None

    def stream(self, *names: object) -> random.Random:
        """Return the generator of this purpose; unforeseeable when there is no seed."""
        if self.seed is None:
            return random.SystemRandom()
        return random.Random("/".join(map(str, (self.seed, *names))))  # noqa: S311 - repeatable on purpose

    def make_id(self, prefix: str, *names: object) -> str:
        """Make an id that fits the contract's pattern, for example "call_5f0c..."."""
        return f"{prefix}_{self.stream(prefix, *names).getrandbits(64):016x}"
