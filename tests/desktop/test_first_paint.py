"""What must wait until the list is there."""

from __future__ import annotations

import os
import subprocess
import sys

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
from PySide6.QtWidgets import QApplication, QListView
from desktop import worker
def started(self):
    window = next(one for one in QApplication.topLevelWidgets() if one.objectName() == "mainWindow")
    rows = window.findChild(QListView).model().rowCount()
    print(rows, *sorted(name for name in sys.modules if "." not in name), flush=True)
    os._exit(0)
worker.Worker.start = started
from desktop.__main__ import main
main(["--home", sys.argv[1], "--marketplace", "https://marketplace.example"])
"""


def test_nothing_heavy_is_loaded_when_the_list_has_been_painted(tmp_path):
    desk_with(tmp_path / "accounts" / "marketplace.example" / "foreword.db", [invitation()]).database.close()
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=30,
    )
    rows, *loaded = done.stdout.split()
    assert int(rows) == 2
    assert "sqlite3" in loaded
    assert not set(HEAVY) & set(loaded)
