"""The list on the screen: the mouse and the keyboard on rows, told as wishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QItemSelectionRange, QModelIndex, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.job_delegate import Action, JobDelegate, Zone, action_of, row_height
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.messages_above import WayShown
from kraken_desktop.gui.opening import Opening
from kraken_desktop.gui.results import local_files
from kraken_desktop.gui.row_text import failure_of
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.job import JobState, JobStatus, SourceKind
from kraken_desktop.model.links import LinkFormat, is_web_address

_COPIED_MS = 1600
RETRYABLE = frozenset({JobState.FAILED, JobState.CANCELLED})
"""States out of which a job can be tried again."""


class JobView(QTableView):
    """A row a job.

    Signals:
        copy_wanted: a ``list[JobStatus]`` and a ``LinkFormat``, or None for the usual one.
        report_wanted: a ``list[JobStatus]``, whose troubles are to be copied as text.
        cancel_wanted, retry_wanted, remove_wanted: a ``list`` of job ids.
        way_wanted: a ``JobStatus``, and the ``Offer`` that is the way out of its trouble.
        current_changed: the only selected ``JobStatus``, or None.
    """

    copy_wanted = Signal(object, object)
    report_wanted = Signal(object)
    cancel_wanted = Signal(object)
    retry_wanted = Signal(object)
    remove_wanted = Signal(object)
    way_wanted = Signal(object, object)
    current_changed = Signal(object)

    def __init__(self, model: JobListModel, delegate: JobDelegate, theme: Theme, parent: QWidget | None = None) -> None:
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
        model.modelReset.connect(self._tell_current)
        model.rowsInserted.connect(self._on_inserted)
        self.selectionModel().selectionChanged.connect(self._stay)
        self.verticalScrollBar().actionTriggered.connect(self._stay)
        theme.changed.connect(self.viewport().update)

    # --- what is selected ---

    def selected(self) -> list[JobStatus]:
        """The selected rows, from the top."""
        rows: set[int] = set()
        for part in self._ranges():
            rows.update(range(part.top(), part.bottom() + 1))
        return [self._jobs.status(row) for row in sorted(rows)]

    def _under_the_cursor(self) -> list[JobStatus]:
        """The row with the frame of the keyboard around it: it need not be selected."""
        current = self.currentIndex()
        return [self._jobs.status(current.row())] if current.isValid() else []

    def show_next_rows(self) -> None:
        """Scroll to the rows that come in next, unless the person turns to others before they do."""
        self._shows_next = True

    def _stay(self) -> None:
        self._shows_next = False

    def _on_inserted(self, _parent: QModelIndex, first: int, _last: int) -> None:
        if self._shows_next:
            self._shows_next = False
            # The view makes room for new rows later.
            self.updateGeometries()
            self.scrollTo(self._jobs.index(first, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def show_copied(self, job_ids: Sequence[str]) -> None:
        """Tick the rows whose links were just copied."""
        self._delegate.just_copied = frozenset(job_ids)
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
        self.current_changed.emit(self._jobs.status(row) if row is not None else None)

    def _on_data(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self._only_row()
        if row is not None and first.row() <= row <= last.row():
            self._tell_current()

    def _on_scrolled(self) -> None:
        self._hover_at(self.viewport().mapFromGlobal(self.cursor().pos()))

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
        status, zone = self._zone_at(event.position().toPoint())
        if status is None or zone is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif zone is Zone.LINK:
            self.open_links([status])
        else:
            self.act_on(status)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        status, zone = self._zone_at(event.position().toPoint())
        if status is not None and zone is None:
            self.open_links([status])

    def _zone_at(self, point: QPoint) -> tuple[JobStatus | None, Zone | None]:
        index = self.indexAt(point)
        if not index.isValid():
            return None, None
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        status = self._jobs.status(index.row())
        return status, self._delegate.zone_at(option, status, point)

    def _hover_at(self, point: QPoint) -> None:
        inside = self.viewport().rect().contains(point) and self.underMouse()
        status, zone = self._zone_at(point) if inside else (None, None)
        self._set_hovered((status.job.id, zone) if status is not None else None)

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
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(self.selected() or self._under_the_cursor(), None)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            for status in self.selected()[:1]:
                self.act_on(status)
        elif event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self._delete(self.selected())
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

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

    def act_on(self, status: JobStatus) -> None:
        """Do what the row's button does."""
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
        icon = self._theme.icon
        ids = [status.job.id for status in chosen]
        linked = [status for status in chosen if status.links]
        failed = [status.job.id for status in chosen if status.state in RETRYABLE]
        running = [status.job.id for status in chosen if not status.state.ended]
        troubled = [status for status in chosen if failure_of(status) is not None]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copying = menu.addAction(
            icon("copy"), self.tr("&Copy %n link(s)", "", max(1, len(linked))), lambda: self._copy(linked)
        )
        copying.setShortcut(QKeySequence.StandardKey.Copy)
        copying.setEnabled(bool(linked))
        formats = menu.addMenu(icon("link"), self.tr("Copy &as"))
        formats.setEnabled(bool(linked))
        for name, text in format_names().items():
            formats.addAction(text, partial(self.copy_wanted.emit, linked, name))
        on_disk = [path for status in linked for path in local_files(status)]
        in_browser = any(is_web_address(status.links[0].url) for status in linked)
        opening = self.tr("&Open in the browser") if in_browser or not linked else self.tr("&Open")
        menu.addAction(icon("open"), opening, lambda: self.open_links(linked)).setEnabled(
            0 < len(linked) <= _MOST_OPENED
        )
        if on_disk:
            menu.addAction(
                icon("folder"), self.tr("Sho&w in folder"), lambda: self.opening.folder_of(on_disk[0])
            ).setEnabled(len(chosen) == 1)
        menu.addSeparator()
        for way in self.ways_of(chosen[0]) if len(chosen) == 1 else ():
            menu.addAction(icon("retry"), way.label, partial(self.way_wanted.emit, chosen[0], way.offer))
        menu.addAction(icon("retry"), self.tr("Retr&y"), lambda: self.retry_wanted.emit(failed)).setEnabled(
            bool(failed)
        )
        menu.addAction(icon("cancel"), self.tr("Ca&ncel"), lambda: self.cancel_wanted.emit(running)).setEnabled(
            bool(running)
        )
        menu.addAction(
            icon("paste"), self.tr("Copy the &error’s details"), lambda: self.report_wanted.emit(troubled)
        ).setEnabled(bool(troubled))
        menu.addSeparator()
        source = chosen[0].job.source
        menu.addAction(
            icon("folder"), self.tr("Show the ori&ginal’s folder"), lambda: self.opening.folder_of(source.location)
        ).setEnabled(len(chosen) == 1 and source.kind is SourceKind.FILE)
        removing = menu.addAction(icon("clear"), self.tr("Re&move from the list"), lambda: self.remove_wanted.emit(ids))
        removing.setShortcut(QKeySequence.StandardKey.Delete)
        removing.setEnabled(not running)
        return menu

    def _copy(self, chosen: list[JobStatus]) -> None:
        self.copy_wanted.emit(chosen, None)


_MOST_OPENED = 10
"""So many pages at once, and no more: a hundred tabs are no help."""


def format_names() -> dict[LinkFormat, str]:
    """The formats of links, as a menu names them."""
    return {
        LinkFormat.PLAIN: _tr("Plain address"),
        LinkFormat.MARKDOWN: _tr("Markdown"),
        LinkFormat.HTML: _tr("HTML"),
        LinkFormat.CSS: _tr("CSS"),
        LinkFormat.BBCODE: _tr("BBCode"),
        LinkFormat.PICTURE: _tr("<picture> element"),
    }


def _tr(text: str) -> str:
    return QGuiApplication.translate("links", text)
