"""The list on the screen: the mouse and the keyboard on rows, told as wishes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QEvent, QItemSelectionRange, QModelIndex, QPoint, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.frugal_table import FrugalTableView
from kraken_desktop.gui.job_delegate import JobDelegate
from kraken_desktop.gui.job_lines import Line, can_open, images_of, narrowed
from kraken_desktop.gui.lines_model import LinesModel
from kraken_desktop.gui.messages_above import WayShown
from kraken_desktop.gui.opening import Opening
from kraken_desktop.gui.row_layout import Action, Zone, action_of, image_row_height, row_height
from kraken_desktop.gui.row_menu import UNPUBLISH, row_menu
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.job import JobStatus
from kraken_desktop.model.links import is_web_address

_COPIED_MS = 1600


class JobView(FrugalTableView):
    """A row a job, and below an open job a row for each of its images.

    Where images of a set are chosen, the job is told as if it had those only (``narrowed``).

    Signals:
        copy_wanted: a ``list[JobStatus]`` and a ``LinkFormat``, or None for the usual one.
        report_wanted: a ``list[JobStatus]``, whose troubles are to be copied as text.
        cancel_wanted, retry_wanted, remove_wanted: a ``list`` of job ids.
        unpublish_wanted: a ``list[JobStatus]``, whose images are to be removed from the bucket.
        way_wanted: a ``JobStatus``, and the ``Offer`` that is the way out of its trouble.
        current_changed: the only selected ``JobStatus``, or None.
    """

    copy_wanted = Signal(object, object)
    report_wanted = Signal(object)
    cancel_wanted = Signal(object)
    retry_wanted = Signal(object)
    remove_wanted = Signal(object)
    unpublish_wanted = Signal(object)
    way_wanted = Signal(object, object)
    current_changed = Signal(object)

    def __init__(self, model: LinesModel, delegate: JobDelegate, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = model
        self._delegate = delegate  # a view does not own its delegate
        self._theme = theme
        self._copied_timer = QTimer(self)
        self._copied_timer.setSingleShot(True)
        self._copied_timer.setInterval(_COPIED_MS)
        self._copied_timer.timeout.connect(self._forget_copied)
        self._shows_next = False
        self.opening = Opening(self)
        self.ways_of: Callable[[JobStatus], Sequence[WayShown]] = lambda _status: ()

        self.setAccessibleName(self.tr("Images"))
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)  # the whole window does
        self.viewport().setAcceptDrops(False)
        self.setMouseTracking(True)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(row_height(self.fontMetrics()))
        self.verticalScrollBar().setSingleStep(row_height(self.fontMetrics()) // 2)

        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().selectionChanged.connect(self._tell_current)
        model.dataChanged.connect(self._on_data)
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        self.selectionModel().selectionChanged.connect(self._stay)
        self.verticalScrollBar().actionTriggered.connect(self._stay)
        theme.changed.connect(self.viewport().update)

    # --- what is selected ---

    def selected(self) -> list[JobStatus]:
        """The selected jobs from the top, each with what is selected of its images."""
        found: dict[str, tuple[JobStatus, set[int]]] = {}
        for row in sorted({row for part in self._ranges() for row in range(part.top(), part.bottom() + 1)}):
            line = self._jobs.line(row)
            _, places = found.setdefault(line.status.job.id, (line.status, set()))
            places.update(range(len(images_of(line.status))) if line.at is None else (line.at,))
        return [
            status if len(places) == len(images_of(status)) else narrowed(status, places)
            for status, places in found.values()
        ]

    def selected_jobs(self) -> list[JobStatus]:
        """The selected jobs themselves, without those of which only images are selected."""
        return [status for status in self.selected() if self._jobs.is_whole(status)]

    def _current_line(self) -> Line | None:
        """The row with the frame of the keyboard around it: it need not be selected."""
        current = self.currentIndex()
        return self._jobs.line(current.row()) if current.isValid() else None

    def show_next_rows(self) -> None:
        """Scroll to the rows that come in next, unless the person turns to others before they do."""
        self._shows_next = True

    def _stay(self) -> None:
        self._shows_next = False

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._set_heights(first, last)
        if self._shows_next:
            self._shows_next = False
            # The view makes room for new rows later.
            self.updateGeometries()
            self.scrollTo(self._jobs.index(first, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def _on_reset(self) -> None:
        self._set_heights(0, self._jobs.rowCount() - 1)
        self._tell_current()

    def _set_heights(self, first: int, last: int) -> None:
        """Rows of images are lower than those of jobs. A header keeps the heights of a list that is gone."""
        metrics, rows = self.fontMetrics(), self.verticalHeader()
        of_job, of_image = row_height(metrics), image_row_height(metrics)
        for row in range(first, last + 1):
            height = of_job if self._jobs.line(row).at is None else of_image
            if rows.sectionSize(row) != height:
                rows.resizeSection(row, height)

    def show_picture(self, location: str) -> None:
        """The picture of a source has come: paint its rows anew, if they are in sight, and no others."""
        jobs = self._jobs
        self.paint_rows(r for r in self.rows_in_sight() if jobs.line(r).status.job.source.location == location)

    def show_copied(self, urls: Collection[str]) -> None:
        """Tick the rows whose links were just copied."""
        self._delegate.just_copied = frozenset(urls)
        self._copied_timer.start()
        self.viewport().update()

    def _forget_copied(self) -> None:
        self._delegate.just_copied = frozenset()
        self.viewport().update()

    def _ranges(self) -> list[QItemSelectionRange]:
        # Asking for each index takes a third of a second for a hundred thousand rows.
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def _only_row(self) -> int | None:
        ranges = self._ranges()
        return ranges[0].top() if len(ranges) == 1 and ranges[0].height() == 1 else None

    def _tell_current(self) -> None:
        row = self._only_row()
        self.current_changed.emit(self._jobs.line(row).chosen if row is not None else None)

    def _on_data(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self._only_row()
        if row is not None and first.row() <= row <= last.row():
            self._tell_current()

    def _on_scrolled(self) -> None:
        self._hover_at(self.viewport().mapFromGlobal(self.cursor().pos()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The row that is spoken of below the list stays in sight when that takes or leaves room."""
        row = self._only_row()
        index = self._jobs.index(row, 0) if row is not None else QModelIndex()
        was_seen = index.isValid() and self.visualRect(index).intersects(QRect(QPoint(), event.oldSize()))
        super().resizeEvent(event)
        if was_seen:
            self.scrollTo(index)

    # --- mouse ---

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_at(event.position().toPoint())

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._set_hovered(None)
        return super().viewportEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # A press on a button of a row is no selection.
        if self._zone_at(event.position().toPoint())[1] is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        line, zone = self._zone_at(event.position().toPoint())
        if line is None or zone is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif zone is Zone.LINK:
            self.open_links([line.chosen])
        elif zone is Zone.OPENER:
            self.set_open(line, not line.is_open)
        else:
            self.act_on(line)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line, zone = self._zone_at(event.position().toPoint())
        if line is None:
            return
        if zone is Zone.OPENER or (zone is None and line.at is None and can_open(line.status)):
            # The second of two quick clicks counts like the first.
            self.set_open(line, not line.is_open)
        elif zone is None:
            self.open_links([line.chosen])

    def _zone_at(self, point: QPoint) -> tuple[Line | None, Zone | None]:
        index = self.indexAt(point)
        if not index.isValid():
            return None, None
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        line = self._jobs.line(index.row())
        return line, self._delegate.zone_at(option, line, point)

    def _hover_at(self, point: QPoint) -> None:
        inside = self.viewport().rect().contains(point) and self.underMouse()
        line, zone = self._zone_at(point) if inside else (None, None)
        self._set_hovered((line.key, zone) if line is not None else None)

    def _set_hovered(self, hovered: tuple[str, Zone | None] | None) -> None:
        if hovered == self._delegate.hovered:
            return
        self._delegate.hovered = hovered
        pointing = hovered is not None and hovered[1] is not None
        shape = Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        self.viewport().update()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._stay()
        super().wheelEvent(event)

    # --- keyboard ---

    @override
    def moveCursor(self, action: QAbstractItemView.CursorAction, keys: Qt.KeyboardModifier) -> QModelIndex:
        # Home and End of a table are the ends of a row, and there is one column.
        match action:
            case QAbstractItemView.CursorAction.MoveHome:
                return self._jobs.index(0, 0)
            case QAbstractItemView.CursorAction.MoveEnd:
                return self._jobs.index(self._jobs.rowCount() - 1, 0)
            case _:
                return super().moveCursor(action, keys)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._current_line()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(self.selected() or ([line.chosen] if line is not None else []), None)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
        elif event.keyCombination() == UNPUBLISH:
            self.unpublish_wanted.emit([status for status in self.selected() if status.links])
        elif event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self._delete(self.selected_jobs())
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        elif event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and line is not None:
            mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            self._turn(line, to_images=(event.key() == Qt.Key.Key_Right) is not mirrored)
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        rows = sorted(part.top() for part in self._ranges())
        if rows:
            self.act_on(self._jobs.line(rows[0]))

    def _turn(self, line: Line, *, to_images: bool) -> None:
        """As in a tree: show the images, or go to them; go back to their job, or hide them."""
        row = self._jobs.row_of(line.status.job.id)
        if row is None:
            return
        if line.at is None and line.is_open is not to_images:
            self.set_open(line, to_images)
        elif line.at is not None and not to_images:
            self.setCurrentIndex(self._jobs.index(row, 0))
        elif line.is_open and to_images:
            self.setCurrentIndex(self._jobs.index(row + 1, 0))

    def set_open(self, line: Line, is_open: bool) -> None:
        """Show or hide the rows of a job's images."""
        if not can_open(line.status):
            return
        self._jobs.set_open([line.status.job.id], is_open)
        row = self._jobs.row_of(line.status.job.id)
        if row is None:
            return
        announce(self, self._jobs.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))
        if is_open:
            # All of them are seen, if there is room, and their job in any case.
            self.updateGeometries()
            for each in (row + len(images_of(line.status)), row):
                self.scrollTo(self._jobs.index(each, 0))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._jobs.rowCount():
            self.selectionModel().setCurrentIndex(self._jobs.index(0, 0), self.selectionModel().SelectionFlag.NoUpdate)

    def _delete(self, chosen: Sequence[JobStatus]) -> None:
        running = [status.job.id for status in chosen if not status.state.ended]
        ended = [status.job.id for status in chosen if status.state.ended]
        if running:
            self.cancel_wanted.emit(running)
        elif ended:
            self.remove_wanted.emit(ended)

    # --- acting ---

    def act_on(self, line: Line) -> None:
        """Do what the row's button does."""
        status = line.status
        if line.image is not None:
            if line.image.there:
                self.copy_wanted.emit([line.chosen], None)
            return
        match action_of(status):
            case Action.COPY:
                self.copy_wanted.emit([status], None)
            case Action.RETRY:
                self.retry_wanted.emit([status.job.id])
            case Action.CANCEL:
                self.cancel_wanted.emit([status.job.id])
            case None:
                return

    def open_links(self, chosen: Sequence[JobStatus]) -> None:
        """Open stored images: in the browser, or in the program that shows files of their kind."""
        for status in chosen:
            for image in status.links[:1]:
                url = QUrl(image.url)
                if is_web_address(image.url) or url.isLocalFile():
                    self.opening.url(url)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        chosen = self.selected()
        if chosen:
            self.menu_for(chosen).popup(place)

    def menu_for(self, chosen: list[JobStatus]) -> QMenu:
        """What can be done with these rows."""
        return row_menu(self, self._jobs, chosen, self._theme)
