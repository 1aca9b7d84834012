"""What the two answering dialogs share: a page that scrolls, a foot that stays, and an ear for what changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from sync.desk import Desk
from sync.domain.changes import Changed, Kind
from sync.domain.problems import StoreProblem
from sync.domain.projection import ShownCall
from ui.backstage import Backstage
from ui.news import News
from ui.style import px
from ui.widgets.dialog_foot import DialogFoot
from ui.wording import Wording

_TICK_MS = 15_000
"""How often an open dialog looks whether an offered time has passed."""


class CallDialog(QDialog):
    """A dialog about one call. It shows what the desk says and asks again on every change.

    Subclasses fill ``page`` and implement ``show_call``, ``show_trouble`` and ``send`` (Mod+Enter).
    """

    def __init__(
        self, desk: Desk, news: News, backstage: Backstage, wording: Wording, call_id: str, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.desk, self.backstage, self.wording, self.call_id = desk, backstage, wording, call_id
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.page = QVBoxLayout()
        self._news = news
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._in_view: QWidget | None = None
        self._grow_soon = QTimer(self, singleShot=True, interval=0)
        self._grow_soon.timeout.connect(self._grow)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._on_send_keys)
        news.changed.connect(self._on_changed)

    def build(self, foot: DialogFoot, width: int) -> None:
        """Put the page into a scroll area above the foot; ``width`` in px of the base font."""
        inside = _Page(self.page)
        self.page.setContentsMargins(px(28), px(24), px(28), px(16))
        self.page.setSpacing(0)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName(f"{self.objectName()}Scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setBackgroundRole(QPalette.ColorRole.Base)
        self._scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, px(22))
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        holder = QVBoxLayout()
        near, far = px(28) - foot.indent, px(28)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        holder.setContentsMargins(far if mirrored else near, px(6), near if mirrored else far, 0)
        holder.addWidget(foot)
        whole.addLayout(holder)
        self._foot = foot
        self._wide = px(width)
        self._fitted, self._needed = False, 0
        self.resize(self._wide, self._wide // 2)

    def refresh(self) -> None:
        """Ask the desk and show what it says; a store that cannot be read is said in words."""
        try:
            shown = self.desk.call(self.call_id)
            if shown is not None:
                self.show_call(shown, self.desk.status().trouble)
        except StoreProblem as problem:
            self.show_trouble(problem)
        # Wrapped labels know their heights only when the layout has run.
        self._grow_soon.start()

    def keep_in_view(self, widget: QWidget) -> None:
        """Scroll to a widget once the page has been laid out anew: what has just changed must be seen."""
        self._in_view = widget
        self._grow_soon.start()

    def show_call(self, shown: ShownCall, trouble: str | None) -> None:
        """Show the call; ``trouble`` is the problem code of the last round of sync."""
        raise NotImplementedError

    def show_trouble(self, problem: StoreProblem) -> None:
        """Say that the store on this computer could not be used; nothing that was chosen or typed is lost."""
        raise NotImplementedError

    def send(self) -> None:
        """Do what the primary button does."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look at the clock."""
        super().showEvent(event)
        self._tick.start()
        if not self._fitted:
            # Only now have the labels been told their widths, on which their heights depend.
            self._fitted = True
            self.resize(self._fitting_size())

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking at the clock."""
        super().hideEvent(event)
        self._tick.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the writer's own size as it is: only words that come later ask for more."""
        super().resizeEvent(event)
        self._needed = self.page.totalMinimumHeightForWidth(self.width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, and no other: nothing is sent by accident."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Paint the ground in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _fitting_size(self) -> QSize:
        """The size in which everything is seen, as far as the screen has room."""
        room = self.screen().availableGeometry().size()
        width = min(self._wide, room.width())
        margins = px(28) * 2
        foot = self._foot.heightForWidth(width - margins + self._foot.indent) + px(28)
        page = self.page.totalHeightForWidth(width)
        return QSize(width, min(page + foot, round(room.height() * 0.94)))

    def _grow(self) -> None:
        """Make room for more words where the screen has it; the dialog never shrinks under the pointer."""
        if not self.isVisible() or self.isMaximized():
            return
        needed = self.page.totalMinimumHeightForWidth(self.width())
        more = min(needed - self._needed, needed - self._scroll.viewport().height())
        room = round(self.screen().availableGeometry().height() * 0.94)
        if more > 0 and self.height() < room:
            self.resize(self.width(), min(self.height() + more, room))
        self._needed = needed
        if self._in_view is not None and self._in_view.isVisible():
            self._scroll.ensureWidgetVisible(self._in_view, 0, px(8))
            self._in_view = None

    def _on_send_keys(self) -> None:
        self.send()

    def _on_changed(self, changed: Changed) -> None:
        if changed.kinds & {Kind.CALLS, Kind.OUTBOX, Kind.STATUS}:
            self.refresh()


class _Page(QWidget):
    """What scrolls. It scrolls only when its parts cannot become smaller any more, a message field for one."""

    def __init__(self, column: QVBoxLayout) -> None:
        super().__init__()
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setLayout(column)
        self._column = column

    def heightForWidth(self, width: int) -> int:
        """Return the least height, which is what the scroll area asks for."""
        return self._column.totalMinimumHeightForWidth(width)


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say what has just changed."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
