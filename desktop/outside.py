"""What the window cannot see by itself: the writer coming back, the network coming back, another process's writes.

Begun after the first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance

from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem

if TYPE_CHECKING:
    from PySide6.QtNetwork import QNetworkInformation
    from PySide6.QtWidgets import QApplication

    from desktop.wiring import Core
    from desktop.worker import Worker
    from ui.news import News

LOOK_MS: Final = 1_000
"""Asking SQLite whether anything was written costs some microseconds."""


def watch(application: QApplication, core: Core, news: News, worker: Worker, parent: QObject) -> None:
    """Watch all of it for as long as ``parent`` lives."""
    Returns(application, network_information(), worker, parent)
    ForeignWrites(core.queries.data_version, core.desk.announce, news.changed, parent)


def network_information() -> QNetworkInformation | None:
    """Return what tells of the computer's network; None where nothing does, and polling has to find out."""
    from PySide6.QtNetwork import QNetworkInformation  # noqa: PLC0415 - not on the way to the first list

    if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability):
        return None
    return QNetworkInformation.instance()


class Returns(QObject):
    """Tells the worker when the writer comes and goes, and wakes it when the network, or another one, is there."""

    def __init__(
        self,
        application: QApplication,
        network: QNetworkInformation | None,
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker = worker
        application.applicationStateChanged.connect(self._on_application_state)
        if network is not None:
            self._gone = type(network).Reachability.Disconnected
            network.reachabilityChanged.connect(self._on_reachability)

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        self._worker.set_in_view(state == Qt.ApplicationState.ApplicationActive)

    def _on_reachability(self, reached: QNetworkInformation.Reachability) -> None:
        if reached != self._gone:
            self._worker.wake()


class ForeignWrites(QObject):
    """Announces that anything may have changed when another program has written, such as ``foreword-sync``.

    What is announced anyway (``changed``, in the window's thread) explains a change of ``data_version``; a change that
    nothing explains until the second look was somebody else's.
    """

    def __init__(
        self,
        data_version: Callable[[], int],
        announce: Callable[[Changed], None],
        changed: SignalInstance,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._data_version = data_version
        self._announce = announce
        self._explained = self._present()
        self._doubtful = self._explained
        changed.connect(self._on_changed)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Compare; the timer does so every second."""
        present = self._present()
        if present != self._explained and present == self._doubtful:
            self._announce(Changed.of(*Kind))
        self._doubtful = present

    def _on_changed(self, _changed: Changed) -> None:
        self._explained = self._present()

    def _present(self) -> int | None:
        try:
            return self._data_version()
        except StoreProblem:
            return None  # not made yet, or not to be read: whoever asks for what is in it says so
