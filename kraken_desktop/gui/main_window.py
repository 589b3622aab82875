"""The window: puts its parts together, and turns what a person wishes into what the program does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.adding import Adding
from kraken_desktop.gui.arrivals import Arrivals
from kraken_desktop.gui.banners import Banners, Toast
from kraken_desktop.gui.culprit import culprit_of
from kraken_desktop.gui.details import Details
from kraken_desktop.gui.drop_area import DropOverlay
from kraken_desktop.gui.drop_target import DropTarget
from kraken_desktop.gui.focus_keeping import FocusKeeper
from kraken_desktop.gui.history.desk import HistoryDesk
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.job_delegate import JobDelegate
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.jobs import Background, JobBridge, deadline
from kraken_desktop.gui.labels import line
from kraken_desktop.gui.messages_above import MessagesAbove
from kraken_desktop.gui.pages import Pages, lacks_account
from kraken_desktop.gui.questions import ask_to_quit
from kraken_desktop.gui.queue_view import QueueView
from kraken_desktop.gui.quota import KrakenQuota
from kraken_desktop.gui.removing import Removing
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.row_layout import THUMBNAIL
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.row_wishes import RowWishes
from kraken_desktop.gui.settings_access import SettingsAccess, usual_page
from kraken_desktop.gui.status_bar import StatusBar
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.thumbnails import Decode, Thumbnails
from kraken_desktop.gui.top_bar import TopBar
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.gui.ways_out import WaysOut
from kraken_desktop.gui.window_manners import (
    FIRST_SIZE,
    LEAST_SIZE,
    press_with_enter,
    resize_within_screen,
    set_tab_order,
)
from kraken_desktop.gui.window_state import WindowState, geometry_of, load_state, restore_geometry, save_state
from kraken_desktop.gui.yielding import Yielding
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Failure, JobState, JobStatus
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.settings.dialog import PageName

QUIT_SECONDS = 1.8
_LEAST_BANNERS, _LEAST_DETAILS = 176, 80
"""Device-independent pixels: the gravest message with its buttons, and the gist of the details."""


class MainWindow(QWidget):
    """All that is in the one window of the program; without a parent it is a window by itself.

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
        decode: Decode,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._settings = settings
        self._theme = theme
        self._words = words
        self._state = load_state(services.folders.state_file)
        self._may_close = False
        self.adding = Adding(self, self._state.folder, theme=theme, words=words, destination=self._destination)
        self._row_text = RowText(words)

        # --- what works ---
        self._background = Background(2, self)
        self._pictures = Background(1, self)
        self._access = SettingsAccess(services, self._background, words=words, theme=theme, window=self)
        self._bridge = JobBridge(self)
        self.uploads = Uploads(services, self._bridge, settings.preferences.concurrency, self)
        self.model = JobListModel(self._row_text, self)
        self._thumbnails = Thumbnails(decode, self._pictures, self, services.thumbnails)

        # --- what is seen ---
        self.setWindowTitle("Kraken Desktop")
        self.setMinimumSize(LEAST_SIZE)
        resize_within_screen(self, FIRST_SIZE)
        self.top_bar = TopBar(theme, self)
        self.banners = Banners(theme, self, after=self.top_bar.settings_button)
        delegate = JobDelegate(theme=theme, row_text=self._row_text, thumbnail=self._picture, parent=self)
        self.view = JobView(self.model, delegate, theme, self)
        self.details = Details(theme, self._row_text, self)
        self.status_bar = StatusBar(theme, words, self)
        self.pages = Pages(theme, self.view, welcomes=not self._state.welcome, parent=self)
        self.toast = Toast(self.pages)
        self.overlay = DropOverlay(theme, self._lay_out())
        self.messages = MessagesAbove(self.banners, words, self)
        self.ways = WaysOut(self, self._access, words)
        self.quota = KrakenQuota(self, services, self._access, self._bridge)
        self._drop_target = DropTarget(self)
        self.arrivals = Arrivals(
            self.uploads,
            self._destination,
            look=self.when_current,
            pages=self.pages,
            view=self.view,
            messages=self.messages,
            toast=self.toast,
            parent=self,
        )
        self.wishes = RowWishes(self.model, self.view, self.uploads, self.toast, self._row_text, self)
        self.wishes.format_chosen.connect(self._keep_link_format)
        self.removing = Removing(services.removal, self.view, self.model, self.toast, self.messages.trouble, self)
        self.history = HistoryDesk(self, services, self._bridge, self._thumbnails, theme, words, self._row_text)
        self.queue = QueueView(self, self._bridge, words, self._row_text)

        self._connect()
        self._show_settings(settings, self._start_profile(settings))
        if self.isWindow():
            restore_geometry(self, self._state)
        self._tally_changed()
        bar = self.top_bar
        set_tab_order(bar.picker, bar.copy_button, bar.add_button, bar.history_button, bar.settings_button)
        self.pages.focus_button()
        self.messages.notices(services.settings.notices)

    def _lay_out(self) -> QWidget:
        center = QWidget(self)
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._status_line = line(center)
        above = (self.top_bar, line(center), Yielding(self.banners, _LEAST_BANNERS, center))
        below = (Yielding(self.details, _LEAST_DETAILS, center), self._status_line, self.status_bar)
        for widget in (*above, self.pages, *below):
            column.addWidget(widget, 1 if widget is self.pages else 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(center)
        return center

    def _connect(self) -> None:
        bar, view, uploads, status = self.top_bar, self.view, self.uploads, self.status_bar
        bar.profile_chosen.connect(self._speak_of_profile)
        self.adding.chosen.connect(self.arrivals.add)
        self.adding.set_up_wanted.connect(partial(self.open_settings, "setup"))
        bar.add_wanted.connect(self.adding.files)
        bar.add_folder_wanted.connect(self.adding.whole_folder)
        bar.addresses_wanted.connect(self.adding.addresses)
        bar.paste_wanted.connect(self.arrivals.paste)
        bar.settings_wanted.connect(self.open_settings)
        bar.copy_all_wanted.connect(self.wishes.copy_all)
        self.addActions(bar.add_actions)
        self._drop_target.entered.connect(self._show_overlay)
        self._drop_target.left.connect(self.overlay.hide)
        self._drop_target.dropped.connect(self.arrivals.add)
        self.messages.resume_wanted.connect(uploads.resume)
        self.messages.settings_wanted.connect(self._mend)
        pages = self.pages
        pages.drop_area.add_wanted.connect(self.adding.files)
        pages.welcome.add_wanted.connect(self.adding.files)
        pages.welcome.account_wanted.connect(partial(self.open_settings, "setup"))
        pages.welcome.route_wanted.connect(partial(self.open_settings, "setup"))
        view.copy_wanted.connect(self.wishes.copy_links)
        view.report_wanted.connect(self.wishes.copy_reports)
        view.cancel_wanted.connect(uploads.cancel)
        view.retry_wanted.connect(self.wishes.retry)
        view.remove_wanted.connect(self.wishes.remove)
        view.current_changed.connect(self.details.show_status)
        self.details.focus_lost.connect(view.setFocus)
        FocusKeeper((status, self.banners), self.pages.focus_page, self)
        self.details.retry_wanted.connect(self.wishes.retry)
        self.details.report_wanted.connect(self.wishes.copy_reports)
        self.details.folder_wanted.connect(view.opening.folder_of)
        view.opening.failed.connect(self._on_not_opened)
        status.cancel_all_wanted.connect(self.wishes.cancel_all)
        status.retry_wanted.connect(self.wishes.retry_all)
        status.clear_wanted.connect(self.wishes.clear_finished)
        for wish in (status.clear_wanted, status.cancel_all_wanted):
            wish.connect(self.banners.remove_read)
        status.stop_scanning_wanted.connect(uploads.stop_scanning)
        self._access.changed.connect(self._on_settings)
        self._access.profile_made.connect(
            lambda made: self._show_settings(self._settings, self._settings.profile(made))
        )
        self._bridge.changed.connect(self.model.apply)
        self._bridge.paused.connect(self.messages.paused)
        self._bridge.suspended.connect(self._show_page)
        uploads.scanning.connect(self._on_scanning)
        uploads.left_out.connect(self.messages.left_out)
        uploads.repeated.connect(self.messages.repeated)
        uploads.troubled.connect(self.messages.trouble)
        uploads.went_on.connect(self.messages.went_on)
        self.model.tally_changed.connect(self._tally_changed)
        self._thumbnails.arrived.connect(view.show_picture)
        for keys, act in (
            (QKeySequence(self.tr("Ctrl+,")), self.open_settings),
            (QKeySequence(self.tr("Ctrl+Shift+C")), self.wishes.copy_all),
            (QKeySequence(self.tr("Ctrl+R")), self.wishes.retry_selected_or_all),
            (QKeySequence(self.tr("Ctrl+P")), status.pause_or_resume),
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
    def state(self) -> WindowState:
        """What the next start begins with."""
        return WindowState(
            geometry=geometry_of(self.window()),
            profile_id=self.profile.id if self.profile is not None else "",
            folder=self.adding.folder,
            welcome="" if self.pages.welcomes else "dismissed",
        )

    @property
    def profile(self) -> Profile | None:
        """Where the next drop goes."""
        return self.top_bar.chosen()

    @property
    def ready(self) -> bool:
        """Whether a drop could be uploaded: there is a profile, with an account if it needs one."""
        return self.pages.is_ready

    def when_current(self, then: Callable[[], object]) -> None:
        """Call this once the settings are those on disk."""
        self._access.look(then)

    def choose_profile(self, name: str, things: tuple[str, ...] = ()) -> bool:
        """Pick a profile by its name, for these things; False, and a message, if there is none."""
        profile = self._settings.profile_named(name)
        if profile is None:
            self.messages.no_profile(name, Incoming(things=things))
            return False
        self._show_settings(self._settings, profile)
        return True

    def open_settings(self, page: PageName | None = None, route: Route = Route.KRAKEN) -> None:
        """The settings, over this window; ``route`` is what a set-up leads to."""
        self._access.open(page or usual_page(self._settings), route=route, sample=self.model.newest_source)

    def _mend(self, failure: Failure) -> None:
        """The settings, where the cause of a pause is."""
        culprit = culprit_of(failure, self.model.job_held_by(failure))
        self._access.open(culprit.page, sample=self.model.newest_source, culprit=culprit)

    def _on_settings(self, settings: Settings) -> None:
        if settings == self._settings:
            return
        chosen = settings.profile(self.profile.id) if self.profile is not None else None
        self._show_settings(settings, chosen or self._start_profile(settings))
        self.queue.try_mended()

    def _start_profile(self, settings: Settings) -> Profile | None:
        return (
            settings.profile(self._state.profile_id) or settings.default_profile or next(iter(settings.profiles), None)
        )

    def _show_settings(self, settings: Settings, chosen: Profile | None) -> None:
        self._settings = settings
        lacking = [profile.id for profile in settings.profiles if lacks_account(profile, settings)]
        self.top_bar.set_profiles(settings.profiles, chosen, lacking)
        self.top_bar.set_link_format(settings.preferences.link_format)
        self.wishes.link_format = settings.preferences.link_format
        self._speak_of_profile()

    def _speak_of_profile(self) -> None:
        self.pages.show_settings(self._settings, self.profile)
        self.quota.show_profile(self.profile, self._settings)
        self.messages.renew_pause()
        self._show_page()
        self.arrivals.offer_held()

    def _show_page(self) -> None:
        self.pages.choose(self.model.rowCount())
        self.top_bar.add_button.setVisible(self.ready)
        self.top_bar.copy_button.setVisible(self.model.rowCount() > 0)
        bar = self.status_bar
        shown = self.model.rowCount() > 0 or bar.scanning or bar.suspended or self.quota.shown
        self.status_bar.setVisible(shown)
        self._status_line.setVisible(shown and self.status_bar.idle)

    # --- images come in ---

    def _destination(self) -> tuple[Profile, Settings] | None:
        profile = self.profile
        return (profile, self._settings) if profile is not None and self.ready else None

    def _show_overlay(self) -> None:
        self.overlay.show_profile(self.profile if self.ready else None)

    # --- what comes of them ---

    def _on_scanning(self, found: int | None) -> None:
        self.status_bar.show_scan(found)
        self._tally_changed()

    def _on_not_opened(self, what: str) -> None:
        self.toast.say(self.tr("No program opens this: {what}").replace("{what}", what))

    def _tally_changed(self) -> None:
        tally = self.model.tally
        self.status_bar.show_tally(tally, self.model.run)
        self.top_bar.set_links(tally.images)
        self.messages.set_waiting(tally.counts[JobState.QUEUED] + tally.counts[JobState.WAITING])
        self._show_page()

    def _picture(self, status: JobStatus, scale: float) -> QPixmap | None:
        return self._thumbnails.picture(status.job.source, THUMBNAIL, scale)

    def _keep_link_format(self, link_format: LinkFormat) -> None:
        def change(settings: Settings) -> Settings:
            return replace(settings, preferences=replace(settings.preferences, link_format=link_format))

        self._settings = change(self._settings)
        self.top_bar.set_link_format(link_format)
        self.uploads.change_settings(change)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            # A profile may have come from the terminal meanwhile.
            self._access.look()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_with_enter(self, event):
            super().keyPressEvent(event)

    # --- the end ---

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        unfinished = self.model.tally.unfinished
        if unfinished and not self._may_close:
            event.ignore()
            ask_to_quit(self, unfinished, self.quit_unasked, goes_on=not self._services.journal.in_memory)
            return
        event.accept()
        self.window().hide()
        self._shut_down()

    def quit_unasked(self) -> None:
        """Close whatever runs: the session ends."""
        self._may_close = True
        self.close()

    def _shut_down(self) -> None:
        left = deadline(QUIT_SECONDS)
        save_state(self._services.folders.state_file, self.state)
        self._thumbnails.close()
        ended = [self.arrivals.close(left() / 4), self.uploads.close(left()), self._pictures.close(left())]
        ended += [self._background.close(left() / 4), self.quota.close(left() / 4)]
        ended += [self.removing.close(left() / 4), self._access.close(left() / 4), self.history.close(left() / 4)]
        self.closed.emit(all(ended))
