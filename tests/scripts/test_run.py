"""./scripts/run on computers of every kind, each made of a few stand-in commands: nothing is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "cat", "cksum", "dirname", "grep", "readlink", "rm", "uname")
LIBRARIES = [
    "libEGL.so.1",
    "libGL.so.1",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libglib-2.0.so.0",
    "libxkbcommon.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stand-ins for the commands of a Debian")


class Computer:
    """A checkout of the scripts, and a PATH on which there is only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "foreword"
        self.commands = folder / "bin"
        self.commands.mkdir()
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root)
        for name in TOOLS:
            (self.commands / name).symlink_to(str(shutil.which(name)))
        self.put("id", "echo 1000")
        self.know(*LIBRARIES)

    def put(self, name: str, script: str) -> None:
        """Let a command of this name run a line of shell."""
        self._write(self.commands / name, script)

    def know(self, *libraries: str) -> None:
        """Let the linker know these libraries alone."""
        lines = "".join(f"\\t{name} (libc6,x86-64) => /lib/{name}\\n" for name in libraries)
        self.put("ldconfig", f"printf '{lines}'")

    def set_up(self) -> None:
        """Leave behind what a finished setup leaves: a Python that only prints how it was called."""
        python = self.root / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        self._write(python, 'echo "python $*"')
        ask = f"ROOT={self.root}; . {self.root}/scripts/environment.sh; describe requirements.lock"
        answer = subprocess.run(["sh", "-c", ask], env=self._environment(), capture_output=True, text=True, check=True)
        (self.root / ".venv/made-from").write_text(answer.stdout)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Type ``./scripts/run`` with these arguments, with no terminal to ask at."""
        return subprocess.run(
            [str(self.root / "scripts/run"), *arguments],
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": str(self.commands)}

    def _write(self, path: Path, script: str) -> None:
        path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        path.chmod(0o755)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_a_later_start_goes_straight_to_the_program(computer: Computer) -> None:
    computer.set_up()
    outcome = computer.run("--home", "a b", DISPLAY=":0")
    assert (outcome.stdout, outcome.stderr) == ("python -I -m desktop --home a b\n", "")


def test_a_changed_lock_is_installed_before_the_program_starts(computer: Computer) -> None:
    computer.set_up()
    with (computer.root / "requirements.lock").open("a") as file:
        file.write("# changed\n")
    outcome = computer.run(DISPLAY=":0")
    # There is no Python to install with on this computer: that it is looked for shows that the change was seen.
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr == "Foreword needs Python 3.11 or newer, and this computer has none.\n"


def test_a_setup_that_was_moved_is_made_again(computer: Computer) -> None:
    computer.set_up()
    computer.root = computer.root.rename(computer.root.with_name("elsewhere"))
    assert computer.run(DISPLAY=":0").returncode == 1


def test_an_old_python_is_named(computer: Computer) -> None:
    pretend = f'exec {sys.executable} -c "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[2])" "$@"'
    computer.put("python3", f'case $1 in --version) echo "Python 3.9.2" ;; *) {pretend} ;; esac')
    outcome = computer.run(DISPLAY=":0")
    assert outcome.returncode == 1
    assert outcome.stderr == "Foreword needs Python 3.11 or newer, and this computer has Python 3.9.2.\n"


def test_without_a_screen_one_sentence_says_what_to_do_before_anything_is_installed(computer: Computer) -> None:
    outcome = computer.run()
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert "there is none here: start it in a desktop session" in outcome.stderr


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("tour", "--out", "pictures")])
def test_what_needs_no_screen_starts_without_one(computer: Computer, arguments: tuple[str, ...]) -> None:
    computer.set_up()
    assert computer.run(*arguments).stdout == f"python -I -m desktop {' '.join(arguments)}\n"


def test_a_chosen_platform_starts_without_a_screen(computer: Computer) -> None:
    computer.set_up()
    assert computer.run(QT_QPA_PLATFORM="offscreen").stdout == "python -I -m desktop\n"


def test_missing_libraries_are_named_in_one_command_to_type(computer: Computer) -> None:
    computer.set_up()
    computer.know(*(name for name in LIBRARIES if name not in {"libEGL.so.1", "libxcb-cursor.so.0"}))
    computer.put("apt-get", "exit 1")
    outcome = computer.run(WAYLAND_DISPLAY="wayland-0")
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert "sudo apt-get install --no-install-recommends libegl1 libxcb-cursor0\n" in outcome.stderr


def test_pictures_alone_need_no_library_of_windows(computer: Computer) -> None:
    computer.set_up()
    computer.know(*LIBRARIES[:6])
    assert computer.run("tour", "--out", "pictures").returncode == 0


@pytest.mark.parametrize("way", ["root", "sudo"])
def test_missing_libraries_are_installed_where_that_needs_no_question(computer: Computer, way: str) -> None:
    computer.set_up()
    computer.know(*LIBRARIES[1:])
    log = computer.root / "log"
    computer.put("apt-get", f'echo "$*" >> {log}')
    if way == "root":
        computer.put("id", "echo 0")
    else:
        computer.put("sudo", '[ "$1" != -n ] || shift\n"$@"')
        computer.put("true", ":")
    assert computer.run(DISPLAY=":0").stdout == "python -I -m desktop\n"
    calls = log.read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].endswith(" libegl1")


def test_an_old_list_of_packages_is_renewed_once(computer: Computer) -> None:
    computer.set_up()
    computer.know(*LIBRARIES[1:])
    log = computer.root / "log"
    computer.put("id", "echo 0")
    computer.put("apt-get", f'echo "$1" >> {log}\ngrep -q update {log}')
    assert computer.run(DISPLAY=":0").returncode == 0
    assert log.read_text().split() == ["install", "update", "install"]


def test_without_apt_get_the_program_starts_all_the_same(computer: Computer) -> None:
    computer.set_up()
    computer.know(*LIBRARIES[1:])
    outcome = computer.run(DISPLAY=":0")
    assert outcome.stdout == "python -I -m desktop\n"
    assert "Missing on this computer: libegl1" in outcome.stderr


def test_the_checkouts_own_scripts_may_be_started() -> None:
    assert [name for name in ("scripts/run", "scripts/test", ".ci/run") if not os.access(ROOT / name, os.X_OK)] == []
