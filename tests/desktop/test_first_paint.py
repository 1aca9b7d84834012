"""What must wait until the list is there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.desks import desk_with, invitation

HEAVY = (
    "sqlalchemy",
    "alembic",
    "httpx2",
    "icalendar",
    "caldav",
    "keyring",
    "babel",
    "starlette",
    "uvicorn",
    "asyncio",
)
CODE = """
import os, sys
from desktop import __main__ as command
import_qt = command._import_qt
def loaded():
    return " ".join(sorted(name for name in sys.modules if "." not in name))
def watch():
    import_qt()
    from PySide6.QtWidgets import QListView
    from desktop import worker
    from ui.main_window import MainWindow
    settle = MainWindow._settle
    def painted(self):
        print(self.findChild(QListView).model().rowCount(), loaded(), flush=True)
        settle(self)
    def started(self):
        print("worker", loaded(), flush=True)
        os._exit(0)
    MainWindow._settle, worker.Worker.start = painted, started
command._import_qt = watch
command.main(["--home", sys.argv[1], "--marketplace", "https://marketplace.example"])
"""


@pytest.fixture(scope="module")
def moments(tmp_path_factory):
    """What is loaded when the list has been painted, and when the worker starts."""
    home = tmp_path_factory.mktemp("home")
    desk_with(home / "accounts" / "marketplace.example" / "foreword.db", [invitation()]).database.close()
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(home)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=30,
    )
    return [line.split() for line in done.stdout.splitlines()]


def test_nothing_heavy_is_loaded_when_the_list_has_been_painted(moments):
    rows, *loaded = moments[0]
    assert int(rows) == 2
    assert "sqlite3" in loaded
    assert not set(HEAVY) & set(loaded)


def test_nothing_that_talks_or_writes_is_loaded_before_the_worker_starts(moments):
    assert not (set(HEAVY) - {"babel"}) & set(moments[1])
