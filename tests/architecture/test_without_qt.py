"""Everything that is true without a screen is there without Qt: a server, a terminal and a test need none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

IMPORT_WITHOUT_QT = """
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6"}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
        # Alembic runs these itself, inside a migration.
        if ".migrations." not in found.name:
            importlib.import_module(found.name)
print(sum(name.split(".")[0] == sys.argv[1] for name in sys.modules))
"""


def _import_without_qt(folder: Path, *modules: str) -> subprocess.CompletedProcess[str]:
    """Import modules with everything below them in a fresh Python in which Qt cannot be imported."""
    command = [sys.executable, "-c", IMPORT_WITHOUT_QT, *modules]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_all_of_sync_imports_without_qt() -> None:
    outcome = _import_without_qt(ROOT, "sync")
    assert outcome.returncode == 0, outcome.stderr
    assert int(outcome.stdout) >= len(list((ROOT / "sync").rglob("*.py"))) - _migration_files()


def _migration_files() -> int:
    return len([path for path in (ROOT / "sync/store/migrations").rglob("*.py") if path.parent.name != "store"])


def test_the_practice_marketplace_imports_without_qt() -> None:
    assert _import_without_qt(ROOT, "marketplace").stderr == ""


def test_the_wiring_and_the_terminal_command_import_without_qt() -> None:
    assert _import_without_qt(ROOT, "desktop.wiring", "desktop.terminal").stderr == ""


def test_qt_anywhere_below_a_package_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store/__init__.py").touch()
    (tmp_path / "store/rows.py").write_text("from PySide6.QtCore import QObject\n")
    assert "PySide6 is blocked" in _import_without_qt(tmp_path, "store").stderr
