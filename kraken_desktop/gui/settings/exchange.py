"""Export and import on the page of the profiles: buttons, dialogs, and files that are dropped there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.background import Background
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.importing import Done, read, take, undo, write
from kraken_desktop.gui.settings.notice import Action, Notice
from kraken_desktop.messages import Message
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.image_types import IMAGE_EXTENSIONS
from kraken_desktop.model.parcel import Parcel, arrivals
from kraken_desktop.model.profile import LOCAL_PROFILE_ID, Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores import exchange
from kraken_desktop.stores.foreign_settings import Program

if TYPE_CHECKING:
    from kraken_desktop.gui.settings.exchange_view import ExchangeView

FILE_NAME = "kraken-profiles.json"


class Exchange(QObject):
    """Hands profiles on, and takes them in.

    Args:
        page: files are dropped on it.
        guarded: does something at once, or after the question about unsaved changes.
        current: the profile that is shown, as it is saved.

    Signals:
        changed: with the settings as they are on disk now, and the id of the profile to show; may be empty.
        lead_wanted: the id of a profile and the field that waits for something.
    """

    changed = Signal(object, str)
    lead_wanted = Signal(str, str)

    def __init__(
        self,
        page: QWidget,
        collaborators: Collaborators,
        *,
        background: Background,
        guarded: Callable[[Callable[[], None]], None],
        current: Callable[[], Profile | None],
    ) -> None:
        super().__init__(page)
        self._page = page
        self._use = collaborators
        self._background = background
        self.notice = Notice(collaborators.theme, page)
        """What became of it. Apart from the page's own, which goes with the entry that is shown."""
        self._guarded = guarded
        self._current = current
        self.view: ExchangeView | None = None
        """The question what to import, while it is open."""
        self.import_button = QPushButton(self.tr("Import"), page)
        self.export_button = QPushButton(self.tr("Export"), page)
        for button in (self.import_button, self.export_button):
            button.setAutoDefault(False)
        into = QMenu(self.import_button)
        into.addAction(self.tr("From a &file…"), self._choose_file)
        into.addSeparator()
        for program in Program:
            action = into.addAction(self.tr("From {program}").replace("{program}", program.product))
            action.triggered.connect(functools.partial(self.begin, program))
        self.import_button.setMenu(into)
        out = QMenu(self.export_button)
        self._this = out.addAction(self.tr("&This profile…"), self._export_this)
        out.addAction(self.tr("&All profiles and recipes…"), self._export_all)
        out.aboutToShow.connect(lambda: self._this.setEnabled(self._current() is not None))
        self.export_button.setMenu(out)
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    # --- export -----------------------------------------------------------------------------------

    def _export_this(self) -> None:
        profile = self._current()
        if profile is not None:
            self._choose_target((profile,), every_recipe=False)

    def _export_all(self) -> None:
        profiles = self._use.store.peek().profiles
        self._choose_target([each for each in profiles if each.id != LOCAL_PROFILE_ID], every_recipe=True)

    def _choose_target(self, profiles: Sequence[Profile], *, every_recipe: bool) -> None:
        dialog = QFileDialog(self._page, self.tr("Export profiles"), FILE_NAME, self._kinds())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.export(Path(path), profiles, every_recipe=every_recipe))
        dialog.open()

    def export(self, path: Path, profiles: Sequence[Profile], *, every_recipe: bool) -> None:
        """Writes them into a file."""
        store = self._use.store

        def work() -> None:
            write(path, exchange.export(store.peek(), profiles, every_recipe=every_recipe))

        def done(_nothing: None) -> None:
            message = Message(
                self.tr("Exported to “{file}”.").replace("{file}", path.name),
                self.tr("Secrets, access key IDs and accounts are not in the file; each reader enters their own."),
                "",
            )
            self.notice.show_message(message, [(self.tr("OK"), self.notice.clear)], is_good=True)

        self._background.run("exchange", work, done, self._show_error)

    # --- import -----------------------------------------------------------------------------------

    def _choose_file(self) -> None:
        dialog = QFileDialog(self._page, self.tr("Import profiles"), "", self._kinds())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.begin(Path(path)))
        dialog.open()

    def begin(self, source: Path | Program, _checked: bool = False) -> None:
        """Reads what a file or a program brings, and shows it."""
        self._guarded(lambda: self._read(source))

    def _read(self, source: Path | Program) -> None:
        store = self._use.store
        self.notice.clear()

        def work() -> tuple[Parcel, Settings]:
            return read(source), store.peek()

        def done(found: tuple[Parcel, Settings]) -> None:
            name = source.product if isinstance(source, Program) else source.name
            self._ask(name, *found)

        self._background.run("exchange", work, done, self._show_error)

    def _ask(self, name: str, parcel: Parcel, settings: Settings) -> None:
        from kraken_desktop.gui.settings.exchange_view import ExchangeView  # few people ever see it

        coming = arrivals(parcel, settings)
        self.view = view = ExchangeView(name, coming, parcel.notes, self._use.words, self._use.theme, self._page)

        def closed() -> None:
            self.view = None

        view.accepted.connect(lambda: self._take(parcel, view))
        view.finished.connect(closed)
        view.open()

    def _take(self, parcel: Parcel, view: ExchangeView) -> None:
        clash, with_secrets, use = view.clash, view.with_secrets, self._use
        self._background.run(
            "exchange",
            lambda: take(use.store, use.secrets, parcel, clash, with_secrets=with_secrets),
            self._on_taken,
            self._show_error,
        )

    def _on_taken(self, done: Done) -> None:
        self.changed.emit(done.after, next(iter(done.profile_ids), ""))
        if done.after == done.before:
            nothing = Message(self.tr("Nothing was imported."), self.tr("What you have stays as it is."), "")
            self.notice.show_message(nothing, [(self.tr("OK"), self.notice.clear)], is_good=True)
            return
        count = len(done.profile_ids)
        what = self.tr("Recipes imported.")
        if count:
            told = self.tr("One profile imported.") if count == 1 else self.tr("{count} profiles imported.")
            what = told.replace("{count}", str(count))
        why, remedy = "", ""
        actions: list[Action] = [(self.tr("Undo the import"), lambda: self._undo(done))]
        if done.refused is not None:
            refused = self._use.words.error(done.refused)
            why = f"{refused.what} {refused.why}"
        if done.missing:
            first = done.missing[0]
            names = ", ".join(f"“{each.name}”" for each in done.missing)
            remedy = self.tr("Something is still to be entered: {names}.").replace("{names}", names)
            text = self.tr("Enter it for “{name}”").replace("{name}", first.name)
            actions.insert(0, (text, lambda: self.lead_wanted.emit(first.profile_id, first.field)))
        self.notice.show_message(Message(what, why, remedy), actions, is_good=done.refused is None)

    def _undo(self, done: Done) -> None:
        use = self._use

        def shown(settings: Settings) -> None:
            self.notice.clear()
            self.changed.emit(settings, "")

        self._guarded(
            lambda: self._background.run(
                "exchange", lambda: undo(use.store, use.secrets, done), shown, self._show_error
            )
        )

    def _show_error(self, error: KrakenDesktopError) -> None:
        self.notice.show_message(self._use.words.error(error), [(self.tr("OK"), self.notice.clear)])

    def _kinds(self) -> str:
        return self.tr("Profiles (*.json);;All files (*)")

    # --- dropping ---------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes a file that is dropped on the page."""
        # The buttons may be folded away; during a set-up the list that they belong to is.
        around = self.import_button.parentWidget()
        if watched is not self._page or around is None or not around.isVisible():
            return False
        if isinstance(event, QDropEvent):
            path = dropped_file(event.mimeData())
            if path is None:
                return False
            # Never as a move: the source would delete its file.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            is_over = isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() is not QEvent.Type.Drop
            if not is_over:
                self.begin(path)
            return True
        return False


def dropped_file(mime: QMimeData) -> Path | None:
    """The one local file that is dragged; None for anything else, and for an image, which is meant for the window."""
    urls = mime.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(QDir.toNativeSeparators(urls[0].toLocalFile()))
    return path if path.suffix.lower() not in IMAGE_EXTENSIONS else None
