"""The settings: accounts, profiles, recipes; and the way through them at the first start."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.action_bar import ActionBar
from kraken_desktop.gui.settings.background import RunInBackground
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.page import Page
from kraken_desktop.gui.settings.questions import ask_unsaved
from kraken_desktop.gui.settings.setup import Setup
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.window_manners import resize_within_screen
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Source
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.settings.account_page import AccountPage
    from kraken_desktop.gui.settings.network_page import NetworkPage
    from kraken_desktop.gui.settings.profiles_page import ProfilesPage
    from kraken_desktop.gui.settings.recipes_page import RecipesPage

PageName = Literal["account", "profiles", "recipes", "network", "setup"]
P = TypeVar("P", bound=Page)
_ORDER: tuple[PageName, ...] = ("account", "profiles", "recipes", "network")


class SettingsDialog(QDialog):
    """Four pages, one bar of buttons. Each page saves by itself; nothing unsaved is left without a question.

    Signals:
        settings_changed: with the settings as they are on disk now.
        profile_made: the set-up ended with a new profile, of this id.
    """

    settings_changed = Signal(object)
    profile_made = Signal(str)

    def __init__(
        self,
        collaborators: Collaborators,
        parent: QWidget | None = None,
        *,
        page: PageName = "account",
        route: Route = Route.KRAKEN,
    ) -> None:
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = collaborators.theme
        self._use = collaborators
        self._settings = collaborators.store.load()
        self._route = route
        self.navigation = QListWidget(self)
        self.navigation.setIconSize(QSize(20, 20))
        self.navigation.setAccessibleName(self.tr("Pages"))
        self.navigation.setProperty("look", "pages")
        titles: dict[PageName, str] = {
            "account": self.tr("Account"),
            "profiles": self.tr("Profiles"),
            "recipes": self.tr("Recipes"),
            "network": self.tr("Network"),
        }
        for name in _ORDER:
            item = QListWidgetItem(titles[name], self.navigation)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 16))
        self._stack = QStackedWidget(self)
        self._made: dict[PageName, Page] = {}
        self._row = 0
        self.setup = Setup(lambda: self.account_page, lambda: self.profiles_page, self)
        self.bar = ActionBar(self)

        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        content = QVBoxLayout()
        content.setSpacing(0)
        content.addWidget(self.setup.header)
        content.addWidget(self._stack, 1)
        middle.addLayout(content, 1)
        below = QFrame(self)
        below.setProperty("look", "line")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(middle, 1)
        outer.addWidget(below)
        outer.addWidget(self.bar)
        self._theme.changed.connect(self._set_icons)
        self._set_icons()
        widest = max(self.fontMetrics().horizontalAdvance(title) for title in titles.values())
        self.navigation.setFixedWidth(widest + 80)

        self.navigation.currentRowChanged.connect(self._on_row)
        self.bar.save_wanted.connect(self._save)
        self.bar.discard_wanted.connect(self._discard)
        self.bar.back_wanted.connect(self.setup.go_back)
        self.bar.close_wanted.connect(self.reject)
        self.bar.fault_wanted.connect(self._focus_fault)
        self.setup.stepped.connect(self._on_step)
        self.setup.finished.connect(self._on_finished)
        saving = QShortcut(QKeySequence.StandardKey.Save, self)
        saving.activated.connect(self._save)
        # Room for a form without scrolling, where the screen has it.
        resize_within_screen(self, QSize(66, 52) * self.fontMetrics().height())
        self.show_page(page)

    @classmethod
    @override
    def open(  # type: ignore[override]  # the house's way to open dialogs; Qt's slot of that name is not used
        cls,
        services: Services,
        run_in_background: RunInBackground,
        words: Words,
        parent: QWidget | None = None,
        *,
        page: PageName = "account",
        route: Route = Route.KRAKEN,
        sample: Source | None = None,
        theme: Theme | None = None,
    ) -> SettingsDialog:
        """Shows the settings over the parent, and returns at once.

        Args:
            services: where settings, secrets and the account check come from.
            run_in_background: for what blocks.
            words: of the person's language.
            parent: the window that waits meanwhile.
            page: where to begin; ``setup`` leads through what is missing, and closes after it.
            route: of the profile that the set-up leads to.
            sample: the image that previews are made for.
            theme: the program's; None makes another one.
        """
        from kraken_desktop.previewing import Previews

        collaborators = Collaborators(
            store=services.settings,
            secrets=services.secrets,
            account_status=services.account_status,
            try_network=services.try_network,
            doctor=services.doctor,
            run_in_background=run_in_background,
            words=words,
            theme=theme or Theme(_application()),
            sample=sample,
            previews=Previews(services.engine, services.scratch),
        )
        dialog = cls(collaborators, parent, page=page, route=route)
        dialog.show()
        return dialog

    # --- the pages: each is loaded and made when it is first wanted ---------------------------------

    @cached_property
    def account_page(self) -> AccountPage:
        """The key pair."""
        from kraken_desktop.gui.settings.account_page import AccountPage

        return self._keep("account", AccountPage(self._use, self._settings, self._stack))

    @cached_property
    def profiles_page(self) -> ProfilesPage:
        """Where images go."""
        from kraken_desktop.gui.settings.profiles_page import ProfilesPage

        return self._keep("profiles", ProfilesPage(self._use, self._settings, self._stack))

    @cached_property
    def recipes_page(self) -> RecipesPage:
        """What is done to images."""
        from kraken_desktop.gui.settings.recipes_page import RecipesPage

        return self._keep("recipes", RecipesPage(self._use, self._settings, self._stack))

    @cached_property
    def network_page(self) -> NetworkPage:
        """How everything leaves this computer."""
        from kraken_desktop.gui.settings.network_page import NetworkPage

        return self._keep("network", NetworkPage(self._use, self._settings, self._stack))

    def _keep(self, name: PageName, page: P) -> P:
        self._made[name] = page
        self._stack.addWidget(page)
        page.changed.connect(self._render)
        page.saved.connect(self._on_saved)
        return page

    def _page_of(self, name: PageName) -> Page:
        pages: dict[PageName, Callable[[], Page]] = {
            "account": lambda: self.account_page,
            "profiles": lambda: self.profiles_page,
            "recipes": lambda: self.recipes_page,
            "network": lambda: self.network_page,
        }
        return pages[name]()

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._page_of(_ORDER[self._row])

    def show_page(self, name: PageName) -> None:
        """Goes to a page; ``setup`` to the first step that is not done."""
        is_setup = name == "setup" and self.setup.begin(self._settings, self._route)
        if name == "setup":
            name = self.setup.page_name if is_setup else "profiles"
        self.navigation.setVisible(not is_setup)
        self.setWindowTitle(self.tr("Set up — Kraken Desktop") if is_setup else self.tr("Settings"))
        self._go(_ORDER.index(name))
        self.page.focus_first()

    def lead_to(self, entry_id: str, field: str) -> None:
        """Shows an entry of the page, with the focus on one of its fields."""
        self.page.lead_to(entry_id, field)

    @override
    def reject(self) -> None:
        """Closes, after a question if something would be lost."""
        unsaved = [name for name, each in self._made.items() if each.is_dirty()]
        if not unsaved:
            super().reject()
            return
        page = self._made[unsaved[0]]
        self._go(_ORDER.index(unsaved[0]))

        def discard() -> None:
            page.discard()
            self.reject()

        ask_unsaved(self, page.entry_name(), save=lambda: page.save(self.reject), discard=discard)

    def _set_icons(self) -> None:
        for row, icon in enumerate(("account", "bucket", "image", "globe")):
            shown = QIcon(self._theme.icon(icon))
            for scale in (1.0, 2.0, 3.0):
                shown.addPixmap(self._theme.pixmap(icon, "on_accent", 20, scale), QIcon.Mode.Selected)
            self.navigation.item(row).setIcon(shown)

    # --- moving about -----------------------------------------------------------------------------

    def _on_row(self, row: int) -> None:
        if row < 0 or row == self._row:
            return
        page = self.page
        if not page.is_dirty():
            self._go(row)
            return

        def discard() -> None:
            page.discard()
            self._go(row)

        self._mark(self._row)
        ask_unsaved(self, page.entry_name(), save=lambda: page.save(lambda: self._go(row)), discard=discard)

    def _go(self, row: int) -> None:
        if row != self._row:
            # What was said was about the page that is left.
            self.bar.say("")
        self._row = row
        self._stack.setCurrentWidget(self.page)
        self._mark(row)
        self._render()

    def _mark(self, row: int) -> None:
        self.navigation.blockSignals(True)
        self.navigation.setCurrentRow(row)
        self.navigation.blockSignals(False)

    def _on_step(self) -> None:
        self._go(_ORDER.index(self.setup.page_name))
        self.page.focus_first()

    def _on_finished(self, profile_id: str) -> None:
        self.accept()
        if profile_id:
            self.profile_made.emit(profile_id)

    # --- saving -----------------------------------------------------------------------------------

    def _save(self) -> None:
        if self.setup.is_running:
            self.setup.go_on()
        elif self.page.can_save():
            self.page.save()

    def _discard(self) -> None:
        self.page.discard()

    def _focus_fault(self) -> None:
        self.page.focus_fault()

    def _on_saved(self, settings: Settings) -> None:
        self._settings = settings
        for each in self._made.values():
            if each is not self.sender():
                each.refresh(settings)
        self.bar.say(self.tr("Saved."))
        announce(self.bar, self.bar.status.text())
        self.settings_changed.emit(settings)

    def _render(self) -> None:
        page = self._made.get(_ORDER[self._row])
        if page is None:
            # A set-up fills a page before it is shown.
            return
        self.bar.show_state(
            can_save=page.can_save() or self.setup.is_running,
            is_dirty=page.is_dirty(),
            is_busy=page.is_busy() or (self.setup.is_running and self.account_page.is_checking()),
            fault=page.fault(),
            question=page.question(),
            trial=page.trial(),
            save_text=self.setup.button_text if self.setup.is_running else "",
            can_go_back=self.setup.can_go_back,
        )


def _application() -> QApplication:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise TypeError("a dialog needs an application")
    return application
