"""The window: puts its parts together, and turns what a person wishes into what the program does."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QPixmap,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QFrame, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui import incoming
from kraken_desktop.gui.banners import Banners, Toast
from kraken_desktop.gui.clipboard import links_of
from kraken_desktop.gui.details import Details
from kraken_desktop.gui.drop_area import DropArea, DropOverlay
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.job_delegate import THUMBNAIL, JobDelegate
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.jobs import Background, JobBridge, deadline
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.status_bar import StatusBar
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.thumbnails import Decoder, Thumbnails
from kraken_desktop.gui.top_bar import TopBar
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.gui.welcome import Welcome
from kraken_desktop.gui.window_state import WindowState, load_state, save_state
from kraken_desktop.intake import LeftOut
from kraken_desktop.messages import Words
from kraken_desktop.messages.text import Message
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.image_types import IMAGE_EXTENSIONS
from kraken_desktop.model.job import Failure, JobState, JobStatus
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Engine, Profile
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.composition import Services

QUIT_SECONDS = 1.8
_WAITING_TICK_MS = 1000


class MainWindow(QMainWindow):
    """The one window of the program.

    Signals:
        closed: everything has stopped, or did not in time (bool).
    """

    closed = Signal(bool)

    def __init__(
        self,
        services: Services,
        settings: Settings,
        *,
        theme: Theme,
        words: Words,
        decoder: Decoder,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._settings = settings
        self._theme = theme
        self._words = words
        self._decoder = decoder
        self._state = load_state(services.folders.state_file)
        self._held: list[Incoming] = []
        self._may_close = False
        self._row_text = RowText(words)

        # --- what works ---
        self._background = Background(2, self)
        self._pictures = Background(1, self)
        self._bridge = JobBridge(self)
        self.uploads = Uploads(services, self._bridge, settings.preferences.concurrency, self)
        self.model = JobListModel(self._row_text, self)
        self._thumbnails = Thumbnails(decoder.decode, self._pictures, self)

        # --- what is seen ---
        self.setWindowTitle("Kraken Desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(640, 440)
        self.resize(960, 680)
        self.top_bar = TopBar(theme, self)
        self.banners = Banners(theme, self)
        self.welcome = Welcome(theme, self)
        self.drop_area = DropArea(theme, self)
        delegate = JobDelegate(theme=theme, row_text=self._row_text, thumbnail=self._picture, parent=self)
        self.view = JobView(self.model, delegate, theme, self)
        self.details = Details(theme, self._row_text, self)
        self.status_bar = StatusBar(theme, words, self)
        self.pages = QStackedWidget(self)
        for page in (self.welcome, self.drop_area, self.view):
            self.pages.addWidget(page)
        self.toast = Toast(self.pages)
        self.overlay = DropOverlay(theme, self._lay_out())

        self._waiting_timer = QTimer(self)
        self._waiting_timer.setInterval(_WAITING_TICK_MS)
        self._connect()
        self._show_settings(settings, self._start_profile(settings))
        self._restore_geometry()
        self._tally_changed()
        self.show_notices()

    def _lay_out(self) -> QWidget:
        center = QWidget(self)
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._status_line = _line(center)
        for widget, stretch in (
            (self.top_bar, 0),
            (_line(center), 0),
            (self.banners, 0),
            (self.pages, 1),
            (self.details, 0),
            (self._status_line, 0),
            (self.status_bar, 0),
        ):
            column.addWidget(widget, stretch)
        self.setCentralWidget(center)
        return center

    def _connect(self) -> None:
        bar, view, uploads, status = self.top_bar, self.view, self.uploads, self.status_bar
        bar.profile_chosen.connect(self._on_profile_chosen)
        bar.add_wanted.connect(self.choose_files)
        bar.add_folder_wanted.connect(self.choose_folder)
        bar.paste_wanted.connect(self.paste)
        bar.settings_wanted.connect(self.open_settings)
        bar.copy_all_wanted.connect(self.copy_all)
        self.addActions([bar.add_action, bar.folder_action, bar.paste_action])
        self.drop_area.add_wanted.connect(self.choose_files)
        self.welcome.setup_wanted.connect(partial(self.open_settings, "setup"))
        view.copy_wanted.connect(self.copy_links)
        view.report_wanted.connect(self.copy_reports)
        view.cancel_wanted.connect(uploads.cancel)
        view.retry_wanted.connect(self.retry)
        view.remove_wanted.connect(self.remove)
        view.current_changed.connect(self._on_current)
        self.details.retry_wanted.connect(self.retry)
        self.details.report_wanted.connect(self.copy_reports)
        status.cancel_all_wanted.connect(self.cancel_all)
        status.retry_failed_wanted.connect(self.retry_failed)
        status.clear_wanted.connect(self.clear_finished)
        status.stop_scanning_wanted.connect(uploads.stop_scanning)
        self._bridge.changed.connect(self.model.apply)
        self._bridge.paused.connect(self._on_paused)
        uploads.scanning.connect(self._on_scanning)
        uploads.left_out.connect(self._on_left_out)
        uploads.nothing_found.connect(self._on_nothing_found)
        uploads.troubled.connect(self.show_trouble)
        self.model.tally_changed.connect(self._tally_changed)
        self._thumbnails.arrived.connect(view.viewport().update)
        self._waiting_timer.timeout.connect(view.viewport().update)
        for keys, act in (
            (QKeySequence(self.tr("Ctrl+,")), self.open_settings),
            (QKeySequence(self.tr("Ctrl+Shift+C")), self.copy_all),
            (QKeySequence(self.tr("Ctrl+R")), self.retry_selected_or_failed),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.toast.choose),
            (QKeySequence(QKeySequence.StandardKey.Quit), self.close),
        ):
            QShortcut(keys, self).activated.connect(act)

    # --- set-up and settings ---

    @property
    def settings(self) -> Settings:
        """As they are on disk, as far as this window knows."""
        return self._settings

    @property
    def profile(self) -> Profile | None:
        """Where the next drop goes."""
        return self.top_bar.chosen()

    @property
    def ready(self) -> bool:
        """Whether a drop could be uploaded: there is a profile, with an account if it needs one."""
        profile = self.profile
        if profile is None:
            return False
        return profile.engine is not Engine.KRAKEN or self._settings.account(profile.account_id) is not None

    def choose_profile(self, name: str) -> bool:
        """Pick a profile by its name; False, and a message, if there is none."""
        profile = self._settings.profile_named(name)
        if profile is None:
            what = self.tr("There is no profile “{name}”.").replace("{name}", name)
            self.banners.show_message("profile", Message(what, "", ""), look="warning")
            return False
        self._show_settings(self._settings, profile)
        return True

    def open_settings(self, page: str = "") -> None:
        """The settings, over this window."""
        from kraken_desktop.gui.settings import SettingsDialog  # a tenth of the start

        statuses = self.model.statuses
        dialog = SettingsDialog.open(
            self._services,
            self._background.run,
            self._words,
            self,
            page="setup" if page == "setup" else "account",
            sample=statuses[-1].job.source if statuses else None,
            theme=self._theme,
        )
        dialog.settings_changed.connect(self._on_settings)

    def _on_settings(self, settings: Settings) -> None:
        chosen = settings.profile(self.profile.id) if self.profile is not None else None
        self._show_settings(settings, chosen or self._start_profile(settings))
        if self.ready and self._held:
            held, self._held = self._held, []
            self.welcome.set_waiting(0)
            count = sum(len(each) for each in held)
            self.banners.show_message(
                "held",
                Message(self.tr("%n thing(s) that you dropped before waited for the set-up.", "", count), "", ""),
                choices=(
                    (self.tr("&Upload now"), partial(self._take_held, held)),
                    (self.tr("&Discard"), partial(self.banners.remove, "held")),
                ),
                closable=False,
            )

    def _take_held(self, held: Sequence[Incoming]) -> None:
        self.banners.remove("held")
        for each in held:
            self.add(each)

    def _start_profile(self, settings: Settings) -> Profile | None:
        return (
            settings.profile(self._state.profile_id) or settings.default_profile or next(iter(settings.profiles), None)
        )

    def _show_settings(self, settings: Settings, chosen: Profile | None) -> None:
        self._settings = settings
        self.top_bar.set_profiles(settings.profiles, chosen)
        self.top_bar.set_link_format(settings.preferences.link_format)
        self.welcome.show_settings(settings)
        self.drop_area.set_profile(chosen)
        self._show_page()

    def _on_profile_chosen(self, _profile_id: str) -> None:
        self.drop_area.set_profile(self.profile)
        self._show_page()

    def _show_page(self) -> None:
        if self.model.rowCount():
            page: QWidget = self.view
        else:
            page = self.drop_area if self.ready else self.welcome
        self.pages.setCurrentWidget(page)
        self.top_bar.add_button.setVisible(self.ready)
        self.top_bar.copy_button.setVisible(self.model.rowCount() > 0)
        self._show_status_bar()

    def _show_status_bar(self) -> None:
        shown = self.model.rowCount() > 0 or self.status_bar.scanning
        self.status_bar.setVisible(shown)
        self._status_line.setVisible(shown and self.status_bar.idle)

    # --- images come in ---

    def add(self, what: Incoming) -> None:
        """Upload what was dropped, pasted or chosen; before the set-up it is kept for after it."""
        if not what:
            self._on_nothing_found()
            return
        profile = self.profile
        if profile is None or not self.ready:
            self._held.append(what)
            self.welcome.set_waiting(sum(len(each) for each in self._held))
            self.pages.setCurrentWidget(self.welcome)
            self.welcome.button.setFocus()
            return
        self.uploads.add(what, profile, self._settings)

    def add_paths(self, things: Iterable[str]) -> None:
        """The same for paths and addresses, of the command line or another instance."""
        told = tuple(things)
        if told:
            self.add(Incoming(things=told))

    def paste(self) -> None:
        """Upload what is on the clipboard."""
        self.add(incoming.read(QGuiApplication.clipboard().mimeData()))

    def choose_files(self) -> None:
        """A dialog for files."""
        if not self.ready:
            self.open_settings("setup")
            return
        patterns = " ".join(f"*{ending}" for ending in sorted(IMAGE_EXTENSIONS))
        names = ";;".join((f"{self.tr('Images')} ({patterns})", f"{self.tr('All files')} (*)"))
        dialog = QFileDialog(self, self.tr("Add images"), self._state.folder, names)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    def choose_folder(self) -> None:
        """A dialog for a folder, which is taken with all that is below it."""
        if not self.ready:
            self.open_settings("setup")
            return
        dialog = QFileDialog(self, self.tr("Add a folder"), self._state.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, paths: list[str]) -> None:
        if paths:
            self._state = replace(self._state, folder=str(Path(paths[0]).parent))
            self.add_paths(paths)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.may_hold_images(event.mimeData()):
            self._accept_as_copy(event)
            self._show_overlay()

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if incoming.may_hold_images(event.mimeData()):
            self._accept_as_copy(event)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlay.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.overlay.hide()
        self._accept_as_copy(event)
        self.take(event.mimeData())

    def take(self, mime: QMimeData) -> None:
        """Upload what somebody let go over the window."""
        self.add(incoming.read(mime))

    @staticmethod
    def _accept_as_copy(event: QDropEvent) -> None:
        # Never as a move: the source would delete its file.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _show_overlay(self) -> None:
        profile = self.profile
        if profile is None or not self.ready:
            self.overlay.show_text(self.tr("Drop to keep it for after the set-up"), "")
            return
        text = self.tr("Drop to upload to {profile}").replace("{profile}", profile.name)
        self.overlay.show_text(text, self.top_bar.badge.text + " · " + profile.bucket)

    # --- what comes of them ---

    def show_notices(self) -> None:
        """What the settings had to do about a bad file."""
        for number, notice in enumerate(self._services.settings.notices):
            self.banners.show_message(f"settings {number}", self._words.error(notice), look="warning")

    def show_trouble(self, error: KrakenDesktopError) -> None:
        """An error that belongs to no row."""
        self.banners.show_message(error.code, self._words.error(error), look="warning")

    def _on_paused(self, why: Failure | None) -> None:
        if why is None:
            self.banners.remove("paused")
            return
        self.banners.show_message(
            "paused",
            self._words.failure(why),
            look="danger",
            choices=(
                (self.tr("&Try again"), self.uploads.resume),
                (self.tr("&Settings…"), self.open_settings),
            ),
            closable=False,
        )

    def _on_scanning(self, found: int | None) -> None:
        self.status_bar.show_scan(found)
        self._tally_changed()

    def _on_left_out(self, left_out: LeftOut) -> None:
        text = self._words.left_out(left_out.folder, left_out.counts)
        self.banners.show_message(f"left out {left_out.folder}", Message(text, "", ""))

    def _on_nothing_found(self) -> None:
        self.toast.say(self.tr("There is no image in it."))

    def _tally_changed(self) -> None:
        tally = self.model.tally
        self.status_bar.show_tally(tally, self.model.run)
        self.top_bar.set_links(tally.images)
        self._show_page()
        if tally.counts[JobState.WAITING] > 0:
            self._waiting_timer.start()
        else:
            self._waiting_timer.stop()

    def _on_current(self, status: JobStatus | None) -> None:
        self.details.show_status(status)

    def _picture(self, status: JobStatus, scale: float) -> QPixmap | None:
        return self._thumbnails.picture(status.job.source, THUMBNAIL, scale)

    # --- wishes about rows ---

    def copy_all(self, link_format: LinkFormat | None = None) -> None:
        """All links to the clipboard; a format that is picked becomes the usual one."""
        if link_format is not None and link_format is not self._settings.preferences.link_format:
            self._keep_link_format(link_format)
        self.copy_links(self.model.statuses, link_format)

    def copy_links(self, statuses: Sequence[JobStatus], link_format: LinkFormat | None = None) -> None:
        """The links of these rows to the clipboard, in the order of the list."""
        copied = links_of(statuses, link_format or self._settings.preferences.link_format)
        if not copied.count:
            self.toast.say(self.tr("There is no link to copy yet."))
            return
        QGuiApplication.clipboard().setText(copied.text)
        self.view.show_copied(copied.job_ids)
        self.toast.say(self.tr("%n link(s) copied", "", copied.count))

    def copy_reports(self, statuses: Sequence[JobStatus]) -> None:
        """The details of what went wrong to the clipboard."""
        reports = [report for status in statuses if (report := self._row_text.report(status))]
        QGuiApplication.clipboard().setText("\n\n".join(reports))
        self.toast.say(self.tr("Details copied"))

    def retry(self, job_ids: Collection[str]) -> None:
        """Try these again. What was refused before it became a job is looked at anew, in a new row."""
        self.model.take([job_id for job_id in job_ids if self.uploads.is_refused(job_id)])
        self.uploads.retry(job_ids)

    def cancel_all(self) -> None:
        """Stop everything that has not ended."""
        self.uploads.cancel()

    def retry_failed(self) -> None:
        """All failed ones."""
        self.retry([status.job.id for status in self.model.statuses if status.state is JobState.FAILED])

    def retry_selected_or_failed(self) -> None:
        """The selected ones if there are any that can be, else all failed ones."""
        again = {JobState.FAILED, JobState.CANCELLED}
        chosen = [status.job.id for status in self.view.selected() if status.state in again]
        if chosen:
            self.retry(chosen)
        else:
            self.retry_failed()

    def clear_finished(self) -> None:
        """Take the rows off the list that have ended; the images stay where they are."""
        self.remove([status.job.id for status in self.model.statuses if status.state.ended])

    def remove(self, job_ids: Collection[str]) -> None:
        """Take rows off the list; can be undone."""
        taken = self.model.take(job_ids)
        if taken:
            undo = partial(self.model.put_back, taken)
            self.toast.say(self.tr("%n row(s) cleared from the list", "", len(taken)), (self.tr("Undo"), undo))

    def _keep_link_format(self, link_format: LinkFormat) -> None:
        def change(settings: Settings) -> Settings:
            return replace(settings, preferences=replace(settings.preferences, link_format=link_format))

        self._settings = change(self._settings)
        self.top_bar.set_link_format(link_format)
        store = self._services.settings
        self._background.run(lambda: store.update(change), lambda _settings: None, self._on_background_failed)

    def _on_background_failed(self, error: Exception) -> None:
        if not isinstance(error, KrakenDesktopError):
            raise error
        self.show_trouble(error)

    # --- the end ---

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        unfinished = self.model.tally.unfinished
        if unfinished and not self._may_close:
            event.ignore()
            self._ask_to_quit(unfinished)
            return
        event.accept()
        self.hide()
        self._shut_down()

    def quit_unasked(self) -> None:
        """Close whatever runs: the session ends."""
        self._may_close = True
        self.close()

    def _ask_to_quit(self, unfinished: int) -> None:
        if self.findChild(QMessageBox, "quit") is not None:
            return
        box = QMessageBox(self)
        box.setObjectName("quit")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(self.tr("Kraken Desktop"))
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("%n image(s) are still on their way.", "", unfinished))
        box.setInformativeText(self.tr("Nothing is lost: at the next start the program goes on with them."))
        leave = box.addButton(self.tr("&Quit, and go on next time"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(self.tr("&Keep running"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        leave.clicked.connect(self.quit_unasked)
        box.open()

    def _shut_down(self) -> None:
        left = deadline(QUIT_SECONDS)
        state = WindowState(
            geometry=base64.b64encode(bytes(self.saveGeometry().data())).decode("ascii"),
            profile_id=self.profile.id if self.profile is not None else "",
            folder=self._state.folder,
        )
        save_state(self._services.folders.state_file, state)
        self._decoder.close()
        ended = [self.uploads.close(left()), self._pictures.close(left()), self._background.close(left() / 4)]
        self.closed.emit(all(ended))

    def _restore_geometry(self) -> None:
        if self._state.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self._state.geometry.encode("ascii", "ignore")))


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("look", "line")
    line.setFixedHeight(1)
    return line
