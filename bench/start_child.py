"""The two programs that ``bench.start`` starts; imports nothing that the measured program would not import.

python -m bench.start_child bare
python -m bench.start_child foreword HOME
"""

import os
import sys
import time
from typing import Any

QUIET = 1500
"""Milliseconds without a change after which the child ends."""


def now() -> float:
    """Seconds of a clock that parent and child share."""
    return time.clock_gettime(time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.monotonic()


def proportional_set_kb() -> int:
    """The memory of this process, shared pages counted by share; 0 where the system does not tell."""
    try:
        with open("/proc/self/smaps_rollup") as rollup:  # noqa: PTH123 - pathlib would be an import more
            text = rollup.read()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def bare() -> None:
    """The floor: an empty QMainWindow."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class First(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: tell((now(), proportional_set_kb())))
                watched.removeEventFilter(self)
            return False

    application = QApplication([])
    window = QMainWindow()
    window.resize(1100, 720)
    first = First()
    window.installEventFilter(first)
    window.show()
    application.exec()


def foreword(home: str) -> None:
    """The program as it is, watched from inside its event loop."""
    from desktop.__main__ import main

    arguments = ["--home", home, "--marketplace", "http://127.0.0.1:9"]
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QListView, QWidget

    class Watch(QObject):
        """Notes every paint of the list and of the details, and afterwards which of them changed the picture."""

        def __init__(self) -> None:
            super().__init__()
            self.pictures: dict[str, bytes] = {}
            self.settled: dict[str, tuple[float, int]] = {}
            self.first = (0.0, 0)
            self.looking = False
            self.quiet = QTimer(singleShot=True, interval=QUIET)
            self.quiet.timeout.connect(lambda: tell(self.settled["list"], self.settled["detailBody"]))

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.looking and isinstance(watched, QWidget):
                part = watched.objectName() or "list"
                at = now()
                QTimer.singleShot(0, lambda: self.look(part, watched, at))
            return False

        def watch_details(self) -> None:
            body = window().findChild(QWidget, "detailBody")
            body.installEventFilter(self)
            QTimer.singleShot(0, lambda: self.look("detailBody", body, now()))

        def painted(self) -> None:
            """Right after the first paint, before anything that waits for it."""
            self.first = (now(), proportional_set_kb())

        def look(self, part: str, widget: QWidget, at: float) -> None:
            memory = proportional_set_kb()
            self.looking = True
            picture = widget.grab(widget.rect().adjusted(0, 0, 0, -80)).toImage()
            self.looking = False
            data = bytes(picture.constBits())[: picture.bytesPerLine() * 400]
            if self.pictures.get(part) != data:
                self.settled[part] = (at, memory) if self.pictures.get(part) or part != "list" else self.first
                self.pictures[part] = data
                self.quiet.start()

    def window() -> Any:
        return next(one for one in QApplication.topLevelWidgets() if one.objectName() == "mainWindow")

    watches: list[Watch] = []
    original = QApplication.exec

    def watched_exec(*_: object) -> int:
        watches.append(Watch())
        window().findChild(QListView).viewport().installEventFilter(watches[0])
        window().settled.connect(watches[0].watch_details)
        after_paint = type(window())._settle
        type(window())._settle = lambda self: (watches[0].painted(), after_paint(self))
        return original()

    QApplication.exec = watched_exec  # type: ignore[method-assign, assignment]
    main(arguments)


def tell(*moments: tuple[float, int]) -> None:
    """Hand the figures to the parent and end at once."""
    for at, memory in moments:
        print(at - float(os.environ["BENCH_T0"]), memory, flush=True)
    os._exit(0)


if __name__ == "__main__":
    bare() if sys.argv[1] == "bare" else foreword(sys.argv[2])
