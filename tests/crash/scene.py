"""What the kills share: a marketplace, a computer to copy from, the factory of children, and what must hold then."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sync.domain.intents import Accept, Decline, Intent, OutboxState, SaveNote, SetProfile, encode
from sync.domain.rows import NotePart
from tests.crash.computer import Computer
from tests.support.marketplace import ROOT, RunningMarketplace

ENDED = frozenset({OutboxState.SETTLED, OutboxState.CANCELLED})


class Job(NamedTuple):
    """One child's work on ``folder``: ``intent`` is what its writer asks for, None when that waits already.

    ``wished`` is the intent in any case; ``effects`` so many changes the marketplace counts when it is done.
    """

    folder: Path
    wished: Intent
    intent: Intent | None
    first: bool = False
    effects: int = 1


class Factory:
    """The process that forks children, spoken to in lines."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.crash.factory"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate(timeout=20)


class Crashes:
    """Makes jobs, has them killed, and checks the invariants."""

    def __init__(self, market: RunningMarketplace, folder: Path, factory: Factory) -> None:
        self.market = market
        self.folder = folder
        self.home = Computer(market, folder, "home", run="home")
        self.other = Computer(market, folder, "other", run="other")
        self._numbers = itertools.count(1)
        self._client = market.client()
        self._factory = factory
        self.home.sync()

    def close(self) -> None:
        for one in (self._client, self.home, self.other):
            one.close()

    def seq(self) -> int:
        """Return how many changes the account has seen."""
        return int(self._client.get("/practice/state").raise_for_status().json()["seq"])

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        return None if answer.status_code == 404 else answer.raise_for_status().json()

    def new_folder(self) -> Path:
        folder = self.folder / f"job-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def copy_home(self, to: Path) -> None:
        """Give a job the file of the computer at home."""
        with closing(sqlite3.connect(self.home.database.path)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)

    def wish(self, payload: str) -> Intent:
        """Return something new to ask for, of which the computer at home knows what it is about."""
        number = next(self._numbers)
        if payload == "profile":
            self.home.sync()
            version = self.home.desk.profile()["headline"].version
            return SetProfile("headline", f"Clear words, {number}", version)
        made = self._client.post("/practice/events", json={"event": "invite"}).raise_for_status().json()
        self.home.sync()
        shown = self.home.desk.call(made["call_request"]["id"])
        assert shown is not None
        if payload == "note":
            return SaveNote(shown.call.id, NotePart.LIVE, f"They said {number}.\nAnd more.")
        if payload == "decline":
            return Decline(shown.call.id, f"None of these, {number}.", shown.call.version)
        slot = shown.call.slots[0]
        return Accept(shown.call.id, slot.id, slot.starts_at, shown.call.version)

    def run(self, job: Job, *, die_at: list[Any] | None = None, die_after: int = -1, room: int = -1) -> dict[str, Any]:
        """Have a child do the job, up to the point or the number of steps, or with no ``room`` for larger files."""
        order = {
            "folder": str(job.folder),
            "url": self.market.url,
            "token": self.market.token,
            "first": job.first,
            "intent": encode(job.intent) if job.intent else None,
            "die_at": die_at,
            "die_after": die_after,
            "room": room,
        }
        return self._factory.ask(order)

    def kill_everywhere(self, make: Callable[[], Job]) -> int:
        """Do the job once whole to learn its points, then once for each point, killed there; return the kills."""
        whole = make()
        before = self.seq()
        done = self.run(whole)
        assert done["status"] == 0
        self.check(whole, done, before)
        for point in done["points"]:
            job = make()
            before = self.seq()
            ended = self.run(job, die_at=point)
            assert ended["killed"], point
            self.check(job, ended, before)
        assert _versions(self.home) == {call["id"]: call["version"] for call in self.market.calls()}
        return len(done["points"])

    def check(self, job: Job, ended: dict[str, Any], before: int) -> None:
        """Start again on what the kill left, drain the queue, and hold everything against the marketplace."""
        computer = Computer(self.market, job.folder, "a", run=f"{job.folder.name}-after")
        with closing(computer):
            rounds = 0
            while not rounds or (computer.desk.status().waiting and rounds < 6):
                computer.sync()
                rounds += 1
            self._check_agreement(computer)
            self._check_actions(job, computer, ended["acknowledged"], before)
            assert computer.desk.care.check() == ()  # I2, I6, I11
        shutil.rmtree(job.folder)

    def _check_actions(self, job: Job, computer: Computer, acknowledged: str, before: int) -> None:
        connection = computer.queries.connection()
        states = dict(connection.execute("SELECT key, state FROM outbox").fetchall())
        if job.intent is None or acknowledged:
            assert states, "an action that the writer was told of is gone"  # I1
        if acknowledged:
            assert acknowledged in states  # I1
        assert set(states.values()) <= ENDED, [entry.item for entry in computer.desk.outbox()]  # I7
        effects = self.seq() - before
        assert effects == (job.effects if states else job.effects - 1)  # I3
        if states:
            assert self._is_done(job.wished)

    def _check_agreement(self, computer: Computer) -> None:
        """Everything here is what the marketplace states, and the cursor is at its end (I4, I5)."""
        self.home.sync()
        assert _versions(computer) == _versions(self.home)
        assert computer.queries.sync_state().head_seq_seen == self.seq()

    def _is_done(self, wished: Intent) -> bool:
        match wished:
            case Accept():
                return bool(self.get(f"/v1/call-requests/{wished.call_id}")["accepted_slot_id"] == wished.slot_id)
            case Decline():
                answer = self.get(f"/v1/call-requests/{wished.call_id}")
                return bool(answer["decline"]["message"] == wished.message)
            case SaveNote():
                return self.home.desk.note(wished.call_id, wished.part).text.count(wished.text.split("\n")[0]) == 1
            case SetProfile():
                return self.home.desk.profile()[wished.field].value == wished.value
            case _:
                return False


def _versions(computer: Computer) -> dict[str, int]:
    return dict(computer.queries.connection().execute("SELECT id, version FROM call").fetchall())
