"""A process that has imported everything and forks a child for each job: a kill costs milliseconds, not a start.

Lines of JSON in, lines of JSON out. A job opens a computer of a writer, does what a writer does, and dies by SIGKILL at
the point that it names, or when the parent has seen so many of its steps.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sync.domain.intents import decode
from sync.domain.problems import StoreProblem
from sync.store import salvage, upgrade
from sync.store.database import Database
from tests.crash.computer import Computer
from tests.support.writers import Network

if TYPE_CHECKING:
    import httpx2

WARM = (salvage, upgrade)
"""What a child would else import while it works."""


class Points:
    """Counts the points that a child reaches, tells the parent, and ends the process at the chosen one."""

    def __init__(self, pipe: int, die_at: list[Any] | None) -> None:
        self._pipe = pipe
        self._die_at = die_at
        self._seen: Counter[str] = Counter()
        self.acknowledged = False

    def reach(self, name: str) -> None:
        self._seen[name] += 1
        self.tell(f"{name}|{self._seen[name]}")
        if self._die_at == [name, self._seen[name]]:
            os.kill(os.getpid(), signal.SIGKILL)

    def acknowledge(self, key: str) -> None:
        """Tell that the writer was told: this is on the disk."""
        self.acknowledged = True
        self.tell(f"acknowledged|{key}")

    def tell(self, line: str) -> None:
        os.write(self._pipe, f"{line}\n".encode())

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def reached(*arguments: Any, **options: Any) -> Any:
            self.reach(f"before {name}")
            result = call(*arguments, **options)
            self.reach(f"after {name}")
            return result

        return reached

    def watch_the_disk(self) -> None:
        """Put points around every commit and every change of a file's name."""
        write = Database.write

        @contextmanager
        def watched(database: Database) -> Iterator[Any]:
            with write(database) as connection:
                yield connection
                self.reach("before commit")
            self.reach("after commit")

        Database.write = watched  # type: ignore[method-assign]
        for name in ("replace", "unlink", "hardlink_to"):
            setattr(Path, name, self.around(name, getattr(Path, name)))


class Road(Network):
    """The way to the marketplace with points before a request and when its answer begins."""

    def __init__(self, points: Points) -> None:
        super().__init__(verify=False)
        self._points = points

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._points.reach("before send")
        response = super().handle_request(request)
        self._points.reach("after send")
        return response


class Answers:
    """A marketplace with a point after each answer, before anything of it is stored."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def ask(*arguments: Any) -> Any:
            answer = found(*arguments)
            self._points.reach("after reply")
            return answer

        return ask


def work(job: dict[str, Any], points: Points) -> None:
    """Do the job; with little room at first, and then again what was refused."""
    points.watch_the_disk()
    done = False
    if job["room"] >= 0:
        most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["room"], most[1]))
        try:
            done = live(job, points, "child", job["intent"])
        except StoreProblem as problem:
            points.tell(f"refused|{problem.code}")
            done = points.acknowledged
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    live(job, points, "again", None if done else job["intent"])


def live(job: dict[str, Any], points: Points, run: str, intent: dict[str, Any] | None) -> bool:
    """Open the computer, sync if it never did, do what the writer does, sync."""
    market: Any = SimpleNamespace(url=job["url"], token=job["token"])
    folder = Path(job["folder"])
    road, run = Road(points), f"{folder.name}-{run}"
    with ExitStack() as ends:
        computer = Computer(market, folder, "a", lambda inner: Answers(inner, points), network=road, run=run)
        ends.callback(computer.close)
        if job["first"]:
            computer.sync()
        if intent is not None:
            points.acknowledge(computer.desk.submit(decode(intent)).key)
        computer.sync()
    return True


def fork(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job in a child; return the points that it reached and how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        status = 1
        try:
            work(job, Points(writer, job["die_at"]))
            status = 0
        except BaseException:  # noqa: BLE001 - told, and the child ends here in any case
            traceback.print_exc()
        os._exit(status)
    os.close(writer)
    lines = []
    with open(reader, encoding="utf-8") as steps:  # noqa: PTH123 - a pipe
        for line in steps:
            lines.append(line.rstrip("\n").split("|"))
            if len(lines) == job["die_after"]:
                os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    acknowledged = [key for name, key in lines if name == "acknowledged"]
    return {
        "points": [[name, int(number)] for name, number in lines if name not in {"acknowledged", "refused"}],
        "refused": [code for name, code in lines if name == "refused"],
        "acknowledged": acknowledged[0] if acknowledged else "",
        "killed": os.WIFSIGNALED(status),
        "status": status,
    }


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
