"""Who may import whom: the contracts of pyproject.toml hold, and each of them notices a breach."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import PACKAGES, ROOT, Finding, Source, assert_kept, words_for

# The contract's name -> a module, and the import that the contract forbids it.
BREACHES = {
    "desktop -> ui -> sync, never back": ("sync/domain/times.py", "import ui"),
    "sync knows no Qt": ("sync/domain/retry.py", "from PySide6.QtCore import QObject"),
    "inside sync": ("sync/domain/changes.py", "import sync.store.database"),
    "ui sees the desk, the domain and the settings, nothing else of sync": ("ui/tokens.py", "import sync.store.calls"),
    "sync's adapters are chosen in desktop/wiring.py alone": ("desktop/paths.py", "import sync.api.client"),
    "the practice marketplace knows nothing of the program, and the program starts it only in a process of its own": (
        "desktop/paths.py",
        "import marketplace",
    ),
    "marketplace shares no code with sync and ui": ("marketplace/sandbox/moves.py", "import sync.domain.calls"),
    "sync and ui never import the marketplace": ("ui/tokens.py", "import marketplace.sandbox.moves"),
}


def _contracts() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    command = [lint_imports, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def foreign_imports(source: Source) -> Iterator[Finding]:
    """Find shipped code that imports tests, or a whole package of ours where a name of it is meant."""
    for name, line in source.imports():
        if name.split(".")[0] in {"tests", "bench", "scripts"}:
            yield Finding(source.path, line, f"{name} does not ship")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for name in (alias.name for alias in node.names if alias.name in PACKAGES):
                words = f"import {name}: take the name that is meant from its module"
                yield Finding(source.path, node.lineno, words)


def test_every_contract_holds() -> None:
    outcome = _lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_contract_notices_its_breach(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in BREACHES.values():
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    printed = " ".join(_lint(tmp_path).stdout.split())
    assert [name for name in _contracts() if f"{name} BROKEN" not in printed] == []


def test_every_contract_has_a_breach_to_notice() -> None:
    assert set(BREACHES) == set(_contracts())


def test_what_ships_imports_no_test_and_no_whole_package() -> None:
    assert_kept(foreign_imports, *PACKAGES)


def test_an_import_of_tests_or_of_a_whole_package_is_found() -> None:
    assert words_for(foreign_imports, "from tests.support import desks") == ["tests.support.desks does not ship"]
    assert len(words_for(foreign_imports, "import sync")) == 1
    assert words_for(foreign_imports, "from sync.desk import Desk\nimport json") == []
