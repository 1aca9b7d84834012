"""A real practice marketplace for tests: a server in a process of its own, spoken to over HTTP.

    with running_marketplace() as market:
        market.client().get("/v1/snapshot")
        market.advance(120)                      # two minutes later, with all that happens until then
        market.event("withdraw", call_request_id=call_id)
        market.stop(); market.start()            # the same port, the same data

By default it stands at 2026-09-14 15:00 UTC with a manual clock and the seed 1, so that everything repeats.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.support import canaries

ROOT = Path(__file__).resolve().parents[2]
MANUAL_START = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)
_PATIENCE_SECONDS = 20


class RunningMarketplace:
    """One marketplace. ``url`` stays the same over ``stop`` and ``start``; so does ``token``."""

    def __init__(self, folder: Path, database_url: str, options: list[str], seed: int) -> None:
        self.folder = folder
        self.database_url = database_url
        self.log_file = folder / "requests.log"
        self.url = ""
        self.token = ""
        self._options = options
        self._seed = seed
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers; RuntimeError with its own words when it does not."""
        command = ["serve", "--port", str(self._port), "--until-stdin-closes", "--log-file", str(self.log_file)]
        with (self.folder / "stderr.log").open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                self._command(*command, *self._options),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        stdout = self._process.stdout
        assert stdout is not None
        ready = stdout.readline().split()
        if len(ready) != 2:
            raise RuntimeError(f"The marketplace did not start: {self.errors()}")
        self.url = ready[1]
        self._port = int(self.url.rpartition(":")[2])
        if "--practice" in self._options:
            token = stdout.readline().split()[1]
            self.token = self.token or token
            canaries.TOKENS.update({token, self.token})

    def stop(self) -> int | None:
        """End the server in good order and return its exit code; nothing happens when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            return process.wait(_PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def errors(self) -> str:
        """Return what the server wrote to standard error."""
        return (self.folder / "stderr.log").read_text(encoding="utf-8")

    def new_token(self, account: str = "practice") -> str:
        """Return a fresh token for an account, which is made if there is none."""
        token = self.run("token", "--account", account)
        canaries.TOKENS.add(token)
        return token

    def seed(self, requests: int, account: str = "practice") -> None:
        """Add made-up call requests to an account."""
        self.run("seed", "--requests", str(requests), "--account", account)

    def start_new_epoch(self) -> str:
        """Say that a backup was put back (A10) and return the new epoch; it holds at once."""
        return self.run("restored").split()[1]

    def keep_backup(self) -> Path:
        """Copy the SQLite database as it is now, while the server runs, and return the copy."""
        backup = self.folder / f"backup-{len(list(self.folder.glob('backup-*')))}.db"
        with closing(sqlite3.connect(self._sqlite_file())) as present, closing(sqlite3.connect(backup)) as copy:
            present.backup(copy)
        return backup

    def put_back(self, backup: Path) -> None:
        """Put a copy back in place of the present file, and tell nobody: the epoch stays what it was (A10).

        An operator who does it right calls ``start_new_epoch`` then.
        """
        self.stop()
        present = self._sqlite_file()
        for leftover in present.parent.glob(f"{present.name}-*"):
            leftover.unlink()
        shutil.copyfile(backup, present)
        self.start()

    def _sqlite_file(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    def run(self, *command: str) -> str:
        """Run one of the other commands on the same database and return what it prints."""
        done = subprocess.run(self._command(*command), cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def client(self, token: str | None = None) -> httpx2.Client:
        """Return a new HTTP client with a token, the practice account's by default; close it or use ``with``."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx2.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    def advance(self, seconds: float) -> datetime:
        """Move the manual clock on, let everything up to then happen, and return the new time."""
        answer = self._post("/practice/clock", {"advance_seconds": int(seconds)})
        return datetime.fromisoformat(answer["now"])

    def move_to(self, instant: datetime) -> None:
        """Move the manual clock to an instant that is not in its past."""
        self._post("/practice/clock", {"now": instant.isoformat()})

    def event(self, name: str, **fields: Any) -> Any:
        """Make a customer act now and return the call request it is about, None where there is none.

        Names: invite (company, subject, message, starts_in_minutes, answer_in_minutes), withdraw and give_away
        (call_request_id, reason), take_slot, withdraw_slot and move_slot (call_request_id, slot_id, minutes), expire,
        follow_up, remove (call_request_id), expire_tokens, and ask_another (call_request_id, account): the account of
        that name is offered the same times, and whoever accepts one first has it; returns its call request.
        """
        return self._post("/practice/events", {"event": name, **fields})["call_request"]

    def state(self) -> Any:
        """Return the time, the companies, the events, and what the script still has to do."""
        with self.client() as client:
            answer = client.get("/practice/state")
        answer.raise_for_status()
        return answer.json()

    def calls(self, token: str | None = None) -> list[Any]:
        """Return all call requests of the account as the marketplace has them, oldest version first."""
        items: list[Any] = []
        page: dict[str, str] | None = {}
        with self.client(token) as client:
            while page is not None:
                answer = client.get("/v1/snapshot", params=page).raise_for_status().json()
                items += answer["items"]
                page = {"page": answer["next_page"]} if answer["next_page"] else None
        calls = [item["resource"] for item in items if item["kind"] == "call_request"]
        return sorted(calls, key=lambda call: int(call["version"]))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        with self.client() as client:
            answer = client.post(path, json=body)
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.text}")
        return answer.json()

    def _command(self, name: str, *options: str) -> list[str]:
        common = ["--database", self.database_url, "--seed", str(self._seed)]
        return [sys.executable, "-m", "marketplace.sandbox", name, *common, *options]


@contextmanager
def running_marketplace(
    database_url: str | None = None,
    *,
    practice: bool = True,
    clock: str = "manual",
    seed: int = 1,
    requests: int = 0,
    workers: int = 1,
    now: datetime = MANUAL_START,
    options: Sequence[str] = (),
) -> Iterator[RunningMarketplace]:
    """Run a marketplace, on a new SQLite file unless told otherwise, until the block ends.

    ``requests`` adds so many made-up ones to the practice account. ``now`` is where a manual clock starts. Pokes come
    at once; ``options`` are more words for the command.
    """
    options = ["--clock", clock, "--workers", str(workers), "--spread-pokes", "0", *options]
    if practice:
        options.append("--practice")
    if clock == "manual":
        options += ["--now", now.isoformat()]
    with tempfile.TemporaryDirectory(prefix="marketplace-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        market = RunningMarketplace(folder, database_url or f"sqlite:///{folder / 'market.db'}", options, seed)
        try:
            market.start()
            if requests:
                market.seed(requests)
            yield market
        finally:
            market.stop()
            canaries.search(folder)
