"""The list of call requests: one delegate for all rows, and a real **View Times** button over each that waits.

Keys: arrows move, Enter opens the times of a request (or the call), Left and Right fold Earlier. ``picked`` follows
the current call, ``opened`` is a click or Enter on a call, ``view_times`` asks for the dialog.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sync.domain.projection import Section
from ui.calls.list_model import CallListModel
from ui.calls.row_painter import RowLook, RowPainter, is_narrow, row_height
from ui.calls.row_text import RowKind
from ui.style import px, type_font
from ui.widgets.buttons import RowButton
from ui.widgets.tooltips import plain_tooltip

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent

Index = QModelIndex | QPersistentModelIndex

_BATCH = 2000
"""Rows laid out at a time: some 10 ms."""


class RowDelegate(QStyledItemDelegate):
    """Draws rows; heights come from the kind alone, so laying out 100,000 rows reads no call."""

    def __init__(self, view: CallList, model: CallListModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._painter = RowPainter()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return the height of the row's kind."""
        return self._view.row_size(self._model.kind_at(index.row()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        row = index.row()
        self._painter.paint(painter, QRectF(option.rect), self._model.text_at(row), self._view.look(row))

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Tell the whole words of a row that is cut."""
        text = self._model.text_at(index.row()) if index.isValid() else None
        look = self._view.look(index.row())
        if text is None or not self._painter.is_cut(QRectF(option.rect), text, look):
            return super().helpEvent(event, view, option, index)
        from PySide6.QtWidgets import QToolTip  # noqa: PLC0415 - seldom wanted

        QToolTip.showText(event.globalPos(), plain_tooltip(text.spoken), view)
        return True


class CallList(QListView):
    """The list pane; ``select`` chooses a call by id and keeps it chosen whatever happens to its row."""

    picked = Signal(str)
    opened = Signal(str)
    view_times = Signal(str)

    def __init__(self, model: CallListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callList")
        self.setAccessibleName("Call requests")
        self._model = model
        self._buttons: dict[str, RowButton] = {}
        self._tab_order: list[RowButton] = []
        self._button_width = px(99)
        self._hovered = -1
        self._sizes: dict[RowKind, QSize] = {}
        self._narrow = False
        self._focus_seen = False
        self.selected_id = ""
        self.shows_choice = True
        """Whether the chosen call stands beside the list, so that its row is to be marked."""
        # A viewport of our own making: for Qt's, PySide would first look through all kinds of widgets (7 ms).
        self.setViewport(QWidget(self))
        self.setItemDelegate(RowDelegate(self, model))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, px(2), 0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_entered)
        self.verticalScrollBar().setSingleStep(px(31))
        self.viewport().setAutoFillBackground(False)
        model.changed.connect(self._on_model_changed)
        # Last: each of the settings above would lay out the rows anew.
        self.setModel(model)

    # Measures

    def fitting_width(self) -> int:
        """Return the width at which no time is cut beside its button, whatever the font and the locale's order."""
        words = QFontMetrics(type_font("fine")).horizontalAdvance(self._model.longest_times())
        return max(px(436), px(74) + words + px(12) + self._button_width + px(24))

    def row_size(self, kind: RowKind) -> QSize:
        """Return the size of a row of that kind; the width is the view's own business."""
        size = self._sizes.get(kind)
        if size is None:
            size = self._sizes[kind] = QSize(px(100), row_height(kind, narrow=self._narrow))
        return size

    def look(self, row: int) -> RowLook:
        """Return how a row is to be drawn now."""
        here = self._model.row_at(row)
        bar = self.verticalScrollBar()
        beside = bar.width() if bar.isVisible() else 0
        return RowLook(
            right=px(20) - min(beside, px(18)),
            inset=px(2) if beside else px(8),
            button_width=self._button_width,
            narrow=self._narrow,
            hovered=row == self._hovered,
            selected=self.shows_choice and bool(here.call_id) and here.call_id == self.selected_id,
            active=self.isActiveWindow(),
            focused=row == self.currentIndex().row() and self.hasFocus() and self._focus_seen,
            unfolded=self._model.unfolded,
            mirrored=self.isRightToLeft(),
        )

    def _on_entered(self, index: Index | None = None) -> None:
        """Light the row under the pointer; none where there is no row."""
        self._hovered = index.row() if index is not None and index.isValid() else -1
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Light no row without a pointer."""
        super().leaveEvent(event)
        self._on_entered()

    # Selection

    def select(self, call_id: str) -> None:
        """Choose a call; "" chooses none."""
        self.selected_id = call_id
        row = self._model.row_of(call_id)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row))
        self.viewport().update()

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        """Follow the current row: a call is picked, a heading leaves the choice as it was."""
        super().currentChanged(current, previous)
        call_id = self._model.row_at(current.row()).call_id if current.isValid() else ""
        if call_id and call_id != self.selected_id and not self._model.moving:
            self.selected_id = call_id
            self.viewport().update()
            self.picked.emit(call_id)

    def _on_model_changed(self) -> None:
        row = self._model.row_of(self.selected_id)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self._model.index(row))
        self._place_buttons()

    # Keys and clicks

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Left and Right fold; arrows are Qt's."""
        self._focus_seen = True
        row = self.currentIndex().row()
        here = self._model.row_at(row) if row >= 0 else None
        key = event.key()
        if key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self._go_to_end(first=key == Qt.Key.Key_Home)
        elif here is not None and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._activate(row)
        elif here is not None and here.section is Section.EARLIER and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._fold((key == Qt.Key.Key_Right) != self.isRightToLeft(), here.call_id)
        elif here is not None and not here.call_id and key == Qt.Key.Key_Space:
            self._activate(row)
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click shows no ring around the row."""
        self._focus_seen = False
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a call opens it, on Earlier folds it."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        here = self._model.row_at(index.row())
        if here.call_id:
            self.opened.emit(here.call_id)
        elif here.section is Section.EARLIER:
            self._model.set_unfolded(not self._model.unfolded)

    def _go_to_end(self, *, first: bool) -> None:
        """Go to the first or the last row that can be chosen; Qt would stop at a heading, which cannot."""
        rows = range(self._model.rowCount())
        indexes = map(self._model.index, rows if first else reversed(rows))
        end = next((index for index in indexes if index.flags() & Qt.ItemFlag.ItemIsEnabled), None)
        if end is not None:
            self.setCurrentIndex(end)

    def _activate(self, row: int) -> None:
        here = self._model.row_at(row)
        if not here.call_id:
            if here.section is Section.EARLIER:
                self._model.set_unfolded(not self._model.unfolded)
        elif here.section is Section.NEEDS_ANSWER:
            self.view_times.emit(here.call_id)
        else:
            self.opened.emit(here.call_id)

    def _fold(self, unfolded: bool, call_id: str) -> None:  # noqa: FBT001 - what the key asks for
        if unfolded and call_id:
            self.opened.emit(call_id)
            return
        if not unfolded and call_id:
            heading = self._model.row_of(call_id)
            while heading > 0 and self._model.row_at(heading).call_id:
                heading -= 1
            self.setCurrentIndex(self._model.index(heading))
        self._model.set_unfolded(unfolded)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the keyboard brought the focus here."""
        ways = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
        if event.reason() in ways:
            self._focus_seen = True
        super().focusInEvent(event)

    # The buttons

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the rows out anew where the button changes its place."""
        narrow = is_narrow(self.width())
        if narrow != self._narrow:
            self._narrow = narrow
            self._sizes.clear()
            self.scheduleDelayedItemsLayout()
        super().resizeEvent(event)
        self._place_buttons()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:  # noqa: N802 - Qt's name
        """Draw again; QListView would lay out all rows anew, but words never change a height."""
        QAbstractItemView.dataChanged(self, first, last, roles)
        self._place_buttons()

    def doItemsLayout(self) -> None:  # noqa: N802 - Qt's name
        """Lay out at once as far as the view is scrolled, so that it stays where it is; the rest comes in batches."""
        in_sight = self.verticalScrollBar().value() + 2 * self.viewport().height()
        self.setBatchSize(max(_BATCH, in_sight // px(40)))
        super().doItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Show the choice in the colours of an active window or of another."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.viewport().update()

    def updateGeometries(self) -> None:
        """Put the buttons in their places after every layout."""
        super().updateGeometries()
        self._place_buttons()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802 - Qt's name
        """Take the buttons along."""
        super().scrollContentsBy(dx, dy)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Put a button over each request in sight or just outside, in the order of the rows; hide the others."""
        height, wanted = self.viewport().height(), {}
        for row in range(1, self._model.count(Section.NEEDS_ANSWER) + 1):
            if row >= self._model.rowCount() or self._model.kind_at(row) is not RowKind.REQUEST:
                break
            area = self.visualRect(self._model.index(row))
            if area.top() > 2 * height:
                break
            if area.isValid() and area.bottom() > -height:
                wanted[self._model.row_at(row).call_id] = (row, area)
        for call_id in self._buttons.keys() - wanted.keys():
            self._buttons.pop(call_id).deleteLater()
        for call_id, (row, area) in wanted.items():
            if call_id not in self._buttons:
                self._buttons[call_id] = self._make_button(call_id)
            self._place(self._buttons[call_id], row, area)
        self._order_by_tab([self._buttons[call_id] for call_id in wanted])

    def _make_button(self, call_id: str) -> RowButton:
        button = RowButton("View Times", self.viewport(), name=f"viewTimes_{call_id}")
        button.clicked.connect(lambda: self._on_button(call_id))
        button.installEventFilter(self)
        button.setMouseTracking(True)
        self._button_width = button.sizeHint().width()
        button.show()
        return button

    def _on_button(self, call_id: str) -> None:
        """Choose the row whose button it is before its times are asked for."""
        self.setCurrentIndex(self._model.index(self._model.row_of(call_id)))
        self.view_times.emit(call_id)

    def _place(self, button: RowButton, row: int, area: QRect) -> None:
        name = f"View times offered by {self._model.text_at(row).company}"
        if button.accessibleName() != name:
            button.setAccessibleName(name)
        look = self.look(row)
        width, tall = self._button_width, button.height()
        if self._narrow:
            x, y = area.left() + px(74), area.top() + px(76)
        else:
            x, y = area.right() + 1 - look.right - width, area.top() + (px(82) - tall) // 2
        if look.mirrored:
            x = area.right() + 1 - (x - area.left()) - width
        button.setGeometry(x, y, width, tall)

    def _order_by_tab(self, buttons: list[RowButton]) -> None:
        if buttons == self._tab_order:
            return
        self._tab_order = buttons
        for before, button in zip([self, *buttons], buttons, strict=False):
            QWidget.setTabOrder(before, button)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep a row lit while the pointer is on its button, and bring a focused button into sight."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.FocusIn} and isinstance(watched, RowButton):
            call_id = next((one for one, button in self._buttons.items() if button is watched), "")
            index = self._model.index(self._model.row_of(call_id))
            if event.type() == QEvent.Type.Enter:
                self._on_entered(index)
            elif index.isValid():
                self.scrollTo(index)
        return super().eventFilter(watched, event)
