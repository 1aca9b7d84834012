"""What is handed out: five plain packages that belong to this distribution alone, from locked requirements."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT

ASK_FOR_OWNERS = """
import importlib.metadata, json, sys
owners = importlib.metadata.packages_distributions()
print(json.dumps({name: sorted(set(owners.get(name, []))) for name in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as an installer would, with the locked build tools that are already here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(folder)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return folder / printed.split()[-1]


def _owners(folder: Path) -> dict[str, list[str]]:
    command = [sys.executable, "-c", ASK_FOR_OWNERS, *PACKAGES]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    printed = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    owners: dict[str, list[str]] = json.loads(printed)
    return owners


def test_the_packages_belong_to_foreword_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    assert _owners(tmp_path) == {name: ["foreword"] for name in PACKAGES}


def test_a_package_of_the_same_name_from_elsewhere_is_noticed(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "sync/other.py").touch()
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "RECORD").write_text("sync/other.py,,\n")
    assert _owners(tmp_path)["sync"] == ["foreword", "other"]


def test_the_wheel_holds_every_module_and_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    assert modules - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)


def _requirements(lock: str) -> Iterator[str]:
    """Each requirement of a lock with its marker and hashes, on one line."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return (" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "scripts/installer.lock"])
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(lock: str) -> None:
    form = re.compile(r"[a-z0-9-]+==[^ ]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+")
    assert [line for line in _requirements(lock) if not form.fullmatch(line)] == []


def test_the_tests_lock_holds_all_of_the_programs_lock() -> None:
    # ./scripts/run leaves a .venv as it is that has been made for the tests.
    assert set(_requirements("requirements.lock")) - set(_requirements("requirements-dev.lock")) == set()


def test_every_requirement_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {"requirements.lock": project["project"]["dependencies"]}
    wanted["requirements-dev.lock"] = [*project["dependency-groups"]["dev"], *project["build-system"]["requires"]]
    for lock, requirements in wanted.items():
        locked = {line.split("==")[0] for line in _requirements(lock)}
        names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}
        assert names - locked == set(), lock
