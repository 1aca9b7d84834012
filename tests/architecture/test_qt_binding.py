"""The installed Qt binding survives ordinary use: one release ended Python 3.11 after some 5,300 calls."""

from __future__ import annotations

import subprocess
import sys

MANY_CALLS = """
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel()
for number in range(20_000):
    label.setText(str(number))
print(label.text())
"""


def test_twenty_thousand_calls_leave_python_alive() -> None:
    # "Fatal Python error: none_dealloc" would take this process with it: so it runs in one of its own.
    outcome = subprocess.run([sys.executable, "-c", MANY_CALLS], capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (0, "19999\n"), outcome.stderr
