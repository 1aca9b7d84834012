"""A queue of 10,000 actions: what one more costs the writer, and how fast it drains over a real loopback connection.

    .venv/bin/python -m bench.outbox [--actions 10000]

Enqueueing is ``desk.submit``, which returns when the action is on the disk. Draining is the program's own push, with
every answer stored before its lane goes on. The measure is a bare httpx2 loop that sends as many requests of the same
kind to the same marketplace, one after another, and stores nothing: half of them before the draining, half after it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import report
from desktop.paths import profile_of
from desktop.wiring import Access, Core, build_round, open_core
from sync.domain.intents import SaveNote
from sync.domain.rows import NotePart
from sync.round import Round
from tests.support.marketplace import RunningMarketplace, running_marketplace

TEXT = "Ask about the tone, the length and what to stay away from; they liked the piece on the Lost Coast. " * 3


def enqueue(core: Core, ids: Sequence[str]) -> list[float]:
    """Queue a note for each call; milliseconds of each."""
    taken = []
    for call_id in ids:
        began = time.perf_counter()
        core.desk.submit(SaveNote(call_id, NotePart.PREPARED, TEXT, None))
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


def drain(core: Core, done: Round, actions: int) -> None:
    """Send all that waits."""
    done._push.sent = 0
    done._push.run(core.queries.sync_state().epoch or "")
    assert done._push.sent == actions, done._push.sent


def bare(market: RunningMarketplace, epoch: str, ids: Sequence[str]) -> None:
    """Send a note for each call, another one than the program's, and store nothing."""
    with market.client() as http:
        for call_id in ids:
            headers = {
                "API-Version": "1",
                "Content-Type": "application/json",
                "Idempotency-Key": f'"{uuid.uuid4()}"',
                "If-None-Match": "*",
                "Sync-Epoch": epoch,
            }
            content = json.dumps({"text": TEXT, "conflict": False}).encode()
            answer = http.put(f"/v1/call-requests/{call_id}/notes/live", headers=headers, content=content)
            assert answer.status_code == 200, answer.text
            json.loads(answer.content)


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the wall clock and of this process's processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def measure(core: Core, market: RunningMarketplace, actions: int) -> None:
    done = build_round(core, market.url, Access(lambda: market.token))
    assert done.run().problem is None
    ids = core.queries.all_ids()[:actions]
    epoch = core.queries.sync_state().epoch or ""
    taken = enqueue(core, ids)
    late = sorted(taken)[int(len(taken) * 0.99)]
    print(f"one more action: median {statistics.median(taken):.2f} ms, most {max(taken):.1f} ms")
    report.ratio(f"one more action, up to {len(ids):,} in the queue, p99 in ms", late, limit=20)
    half = len(ids) // 2
    before = timed(lambda: bare(market, epoch, ids[:half]))
    ours = timed(lambda: drain(core, done, len(ids)))
    after = timed(lambda: bare(market, epoch, ids[half:]))
    wall, processor = (one + other for one, other in zip(before, after, strict=True))
    for name, took, own in (("bare loop", wall, processor), ("drained", *ours)):
        print(
            f"{name}: {len(ids) / took:.0f} actions a second, {own / len(ids) * 1e3:.2f} ms of the processor for each"
        )
    report.ratio("time of draining against the bare loop", ours[0] / wall, limit=2.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_marketplace(clock="system", requests=chosen.actions) as market:
        core = open_core(profile_of(Path(name), market.url))
        with core.ends:
            core.database.prepare()
            measure(core, market, chosen.actions)


if __name__ == "__main__":
    main()
