"""A process beside this one is of the same installation, and nothing of the moment's folder or shell gets into it."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.companion import Companion

ROOT = Path(__file__).resolve().parents[2]
START_PRACTICE = """
import sys
from pathlib import Path
from desktop.practice import PracticeMarketplace
practice = PracticeMarketplace(Path(sys.argv[1]))
print(practice.ensure_running().origin)
practice.stop()
"""


@pytest.mark.parametrize("variable", ["HOME", "PYTHONUSERBASE"])
@pytest.mark.skipif(os.name == "nt", reason="a user's own packages lie elsewhere")
def test_an_installation_for_one_user_alone_finds_itself(tmp_path, variable):
    # The Python below the virtual environment, which knows nothing of Foreword but what lies in the user's folder.
    python = getattr(sys, "_base_executable", sys.executable)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**kept, "HOME": str(tmp_path), variable: str(tmp_path)}
    asked = subprocess.run(
        [python, "-m", "site", "--user-site"], env=environment, capture_output=True, text=True, check=False
    )
    packages = Path(asked.stdout.strip())
    assert packages.is_relative_to(tmp_path)
    packages.mkdir(parents=True)
    (packages / "foreword.pth").write_text("\n".join([str(ROOT), *site.getsitepackages()]))
    command = [python, "-P", "-c", START_PRACTICE, str(tmp_path / "market.db")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=50, check=False)
    assert done.stdout.startswith("http://127.0.0.1:"), done.stderr


def test_nothing_of_the_folder_and_the_shell_of_the_moment_gets_in(tmp_path, monkeypatch, capfd):
    (tmp_path / "json.py").write_text("raise SystemExit('bent')")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('bent')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    companion = Companion("json.tool")
    companion.start(["--json-lines", "--compact"])
    companion.say('{"said": 1}')
    companion._process.stdin.close()
    assert companion.hear() == '{"said":1}'
    companion.stop()
    assert capfd.readouterr().err == ""


def test_one_that_cannot_be_started_is_one_that_has_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    companion = Companion("json.tool")
    companion.start()
    assert not companion.alive
    assert companion.hear() == ""
    companion.say("hello")
    companion.stop()


def test_one_that_dies_in_the_middle_of_a_line_has_said_nothing(tmp_path, monkeypatch):
    package = tmp_path / "cut_off"
    package.mkdir()
    (package / "__main__.py").write_text("print('whole'); print('ha', end='')")
    monkeypatch.setattr("desktop.companion._clean_environment", lambda: os.environ | {"PYTHONPATH": str(tmp_path)})
    companion = Companion("cut_off")
    companion.start()
    assert companion.hear() == "whole"
    assert companion.hear() == ""
    companion.stop()
