"""The two programs that ``bench.start`` starts; imports nothing that the measured program would not import.

python -m bench.start_child bare
python -m bench.start_child foreword HOME
"""

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.main_window import MainWindow

QUIET = 1500
"""Milliseconds without a change after which the child ends."""
STRIP, TOP = 80, 400
"""Pixels: the height that the strip may take from the list, and the part of it that is compared."""


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
    """The program as it is, watched from inside its event loop; nothing is looked at before its list is painted."""
    from desktop import __main__ as program

    imported = program._import_qt

    def import_and_watch() -> None:
        imported()
        from ui.main_window import MainWindow

        settle = MainWindow._settle

        def painted(window: MainWindow) -> None:
            first = (now(), proportional_set_kb())
            watch(window, first)
            settle(window)

        MainWindow._settle = painted  # type: ignore[method-assign]

    program._import_qt = import_and_watch
    program.main(["--home", home, "--marketplace", "http://127.0.0.1:9"])


def watch(window: "MainWindow", first: tuple[float, int]) -> None:
    """Note every later paint of the list and of the details, and tell the last that changed the picture."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QWidget

    settled = {"list": first}
    pictures = {"list": picture_of(window.page.list.viewport())}
    quiet = QTimer(window, singleShot=True, interval=QUIET)
    quiet.timeout.connect(lambda: tell(settled["list"], settled["details"]))

    def look(part: str, widget: QWidget, at: float) -> None:
        eye.looking = True
        picture = picture_of(widget)
        eye.looking = False
        if pictures.get(part) != picture:
            pictures[part], settled[part] = picture, (at, proportional_set_kb())
            quiet.start()

    class Eye(QObject):
        looking = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.looking and isinstance(watched, QWidget):
                part, at = "details" if watched.objectName() == "detailBody" else "list", now()
                QTimer.singleShot(0, lambda: look(part, watched, at))
            return False

    eye = Eye(window)
    window.page.list.viewport().installEventFilter(eye)

    def watch_details() -> None:
        body = window.findChild(QWidget, "detailBody")
        body.installEventFilter(eye)
        QTimer.singleShot(0, lambda: look("details", body, now()))

    window.settled.connect(watch_details)


def picture_of(widget: "QWidget") -> tuple[int, bytes]:
    """What the widget shows above the place of the strip, which tells later that nobody answers."""
    image = widget.grab(widget.rect().adjusted(0, 0, 0, -STRIP)).toImage()
    return image.width(), bytes(image.constBits())[: image.bytesPerLine() * TOP]


def tell(*moments: tuple[float, int]) -> None:
    """Hand the figures to the parent and end at once."""
    for at, memory in moments:
        print(at - float(os.environ["BENCH_T0"]), memory, flush=True)
    os._exit(0)


if __name__ == "__main__":
    bare() if sys.argv[1] == "bare" else foreword(sys.argv[2])
