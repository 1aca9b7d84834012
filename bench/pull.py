"""What a pull of ten changes costs with 100 and with 100,000 stored requests, side by side over real HTTP.

    .venv/bin/python -m bench.pull [--large 100000] [--rounds 30]

Two practice marketplaces and two computers of a writer; the rounds alternate, and the medians are compared. The
window's part (the list asks for its sections again) is measured with it, because every pull causes it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from bench import report
from tests.support.marketplace import RunningMarketplace, running_marketplace
from tests.support.writers import Writer

SMALL = 100
CHANGES = 10


def prepared(stack: ExitStack, folder: Path, requests: int) -> tuple[RunningMarketplace, Writer]:
    """A marketplace with so many requests and a writer who has them all."""
    market = stack.enter_context(running_marketplace(requests=requests))
    writer = stack.enter_context(closing(Writer(market, folder, f"writer-{requests}")))
    began = time.perf_counter()
    writer.sync()
    print(f"first sync of {len(writer.queries.all_ids()):,} requests: {time.perf_counter() - began:.1f} s")
    return market, writer


def one_pull(market: RunningMarketplace, writer: Writer) -> tuple[float, float]:
    """Seconds of a pull of ten changes, and of the list asking again."""
    for _ in range(CHANGES):
        market.event("invite")
    began = time.perf_counter()
    result = writer.sync()
    pulled = time.perf_counter()
    writer.desk.overview()
    assert result.problem is None, result.problem
    return pulled - began, time.perf_counter() - pulled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    chosen = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        sides = [prepared(stack, Path(name), requests) for requests in (SMALL, chosen.large)]
        times: list[list[tuple[float, float]]] = [[], []]
        for number in range(chosen.rounds + 3):
            for side, (market, writer) in enumerate(sides):
                measured = one_pull(market, writer)
                if number >= 3:
                    times[side].append(measured)
        small, large = ([statistics.median(one[part] for one in side) for part in (0, 1)] for side in times)
        print(f"pull of {CHANGES}: {small[0] * 1e3:.1f} ms with {SMALL}, {large[0] * 1e3:.1f} ms with {chosen.large:,}")
        print(f"sections asked again: {small[1] * 1e3:.2f} ms and {large[1] * 1e3:.2f} ms")
        report.ratio("pull of 10 changes, 100,000 stored against 100", large[0] / small[0], limit=1.3)


if __name__ == "__main__":
    main()
