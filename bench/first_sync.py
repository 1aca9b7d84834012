"""The first sync of an account against the least that anybody would have to do for it, in one run over real HTTP.

    .venv/bin/python -m bench.first_sync [--requests 20000] [--runs 3]

The least: fetch the same pages with httpx2, parse them as JSON and insert the rows with plain sqlite3 into the same
tables, a transaction for each page, forced to the disk like ours; nothing is checked, compared or counted. Both sides
take turns. The marketplace's own time is in the wall clock of both; the processor's time is that of the client alone.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import report
from desktop.paths import profile_of
from desktop.wiring import Access, build_round, open_core
from sync.store.database import Database
from tests.support.marketplace import RunningMarketplace, running_marketplace


def ours(market: RunningMarketplace, folder: Path) -> int:
    """The program's own first round; returns how many calls are here then."""
    core = open_core(profile_of(folder, market.url))
    with core.ends:
        core.database.prepare()
        done = build_round(core, market.url, Access(lambda: market.token)).run()
        assert done.problem is None, done.problem
        return len(core.queries.all_ids())


def least(market: RunningMarketplace, folder: Path) -> int:
    """The same bytes into the same tables, by hand."""
    path = profile_of(folder, market.url).database
    Database(path).prepare()
    page: str | None = ""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, market.client() as http:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        while page is not None:
            answer = http.get("/v1/snapshot", params={"page": page} if page else {})
            data = json.loads(answer.content)
            connection.execute("BEGIN IMMEDIATE")
            insert([row["resource"] for row in data["items"] if row["kind"] == "call_request"], connection)
            connection.execute("COMMIT")
            page = data["next_page"]
        return int(connection.execute("SELECT count(*) FROM call").fetchone()[0])


def insert(calls: list[dict[str, Any]], connection: sqlite3.Connection) -> None:
    connection.executemany(f"INSERT INTO call VALUES ({','.join('?' * 19)})", [values_of(call) for call in calls])
    connection.executemany(
        "INSERT INTO call_slot VALUES (?, ?, ?, ?, ?, ?)",
        [
            (call["id"], slot["id"], millis(slot["starts_at"]), millis(slot["ends_at"]), slot["time_zone"], "offered")
            for call in calls
            for slot in call["slots"]
        ],
    )


def values_of(call: dict[str, Any]) -> tuple[object, ...]:
    line, ends = call.get("line") or {}, [millis(slot["ends_at"]) for slot in call["slots"]] or [0]
    return (
        call["id"], call["version"], call["status"], json.dumps(call["customer"]), call.get("about", ""),
        call["subject"], call["message"], millis(call["created_at"]), None, call.get("accepted_slot_id"),
        line.get("number"), line.get("pin"), call.get("follow_up_of"), None, None, max(ends), max(ends), 0,
        json.dumps(call),
    )  # fmt: skip


def millis(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def timed(work: Callable[[RunningMarketplace, Path], int], market: RunningMarketplace) -> tuple[float, float, int]:
    """Seconds by the wall clock and of the processor, and the number of calls."""
    with tempfile.TemporaryDirectory() as name:
        wall, processor = time.perf_counter(), time.process_time()
        calls = work(market, Path(name))
        return time.perf_counter() - wall, time.process_time() - processor, calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with running_marketplace(clock="system", requests=chosen.requests) as market:
        taken: dict[str, list[tuple[float, float]]] = {"least": [], "ours": []}
        for number in range(chosen.runs + 1):
            for name, work in (("least", least), ("ours", ours)):
                wall, processor, calls = timed(work, market)
                assert calls >= chosen.requests, calls
                if number:  # the first of each imports
                    taken[name].append((wall, processor))
    for name, figures in taken.items():
        wall, processor = (statistics.median(part) for part in zip(*figures, strict=True))
        print(f"{name}: {wall:.2f} s, of which {processor:.2f} s are the client's own work")
    walls = [statistics.median(wall for wall, _ in taken[name]) for name in ("least", "ours")]
    report.ratio(f"first sync of {chosen.requests:,} requests against the least", walls[1] / walls[0], limit=2.0)


if __name__ == "__main__":
    main()
