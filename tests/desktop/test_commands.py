"""The commands as a writer types them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BLOCKED = "import sys; sys.modules['PySide6'] = sys.modules['shiboken6'] = None; "


def run(module, *arguments, code="", **environment):
    start = [sys.executable, "-m", module] if not code else [sys.executable, "-c", code]
    settings = {**os.environ, "TZ": "America/Los_Angeles", **environment}
    settings = {name: value for name, value in settings.items() if value}
    return subprocess.run([*start, *arguments], capture_output=True, text=True, check=False, env=settings, timeout=50)


def sync(home, *arguments):
    code = BLOCKED + "from desktop.terminal import main; sys.exit(main())"
    return run("", "--home", str(home), *arguments, code=code)


def test_without_a_screen_one_sentence_says_so_and_what_to_do():
    done = run("desktop", QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "foreword tour" in done.stderr


def test_the_version_is_said_without_a_screen():
    assert run("desktop", "--version", QT_QPA_PLATFORM="", DISPLAY="").stdout.startswith("Foreword 0.")


@pytest.mark.parametrize("module", ["desktop", "desktop.terminal"])
def test_an_address_that_is_not_safe_is_refused_in_words(module, tmp_path):
    arguments = ["--home", str(tmp_path), "--marketplace", "http://marketplace.example"]
    done = run(module, *arguments, *(["list"] if module.endswith("terminal") else []))
    assert done.returncode == 2
    assert "not encrypted" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_settings_file_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "settings.toml").write_text("theme = 7")
    done = sync(tmp_path, "list")
    assert done.returncode == 2
    assert "settings.toml" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_call_is_taken_from_a_terminal_with_qt_not_installed(tmp_path):
    listed = sync(tmp_path, "sync")
    assert listed.returncode == 0, listed.stderr
    call_id = next(line.split()[0] for line in listed.stdout.splitlines() if line.startswith("  "))
    shown = sync(tmp_path, "show", call_id)
    assert "Pacific Time (UTC-0" in shown.stdout
    last = [line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")][-1]
    accepted = sync(tmp_path, "accept", call_id, last)
    assert accepted.returncode == 0, accepted.stderr
    assert "PIN" in accepted.stdout
    again = sync(tmp_path, "decline", call_id, "I cannot after all.")
    assert again.returncode == 1
    assert "PIN" not in again.stderr


def test_a_request_that_is_not_here_is_said_in_words(tmp_path):
    done = sync(tmp_path, "show", "cr_404")
    assert done.returncode == 2
    assert "cr_404" in done.stderr


def test_the_tour_holds_and_leaves_a_picture_of_every_step(tmp_path):
    done = run("desktop", "tour", "--out", str(tmp_path / "pictures"), QT_QPA_PLATFORM="", DISPLAY="")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("ok")]
    assert len(lines) == len(list((tmp_path / "pictures").glob("*.png"))) >= 10
