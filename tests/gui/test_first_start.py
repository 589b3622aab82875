"""The first start: a program that works at once, and the ways to more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.model.profile import Engine, Uploader
from kraken_desktop.model.settings import Settings, first_settings
from kraken_desktop.resource_files import samples
from kraken_desktop.stores.secret_store import Secrets
from tests.support.gui import (
    ACCOUNT,
    PROFILE,
    SETTINGS,
    Catcher,
    WindowServices,
    drop,
    mime_of_files,
    write_image,
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "Sea side.png")


FIRST = first_settings(Path("/pictures/Kraken Desktop"))


class TestFirstStart:
    def test_dropping_works_at_once(
        self, make_window: Callable[..., MainWindow], services: WindowServices, qtbot: QtBot, image: Path
    ) -> None:
        window = make_window(FIRST)
        assert window.pages.currentWidget() is window.pages.welcome
        assert window.ready
        drop(window, mime_of_files(image))
        qtbot.waitUntil(lambda: len(services.made[-1].jobs) == 1)
        assert services.made[-1].jobs[0].snapshot.profile == FIRST.profiles[0]
        qtbot.waitUntil(lambda: window.pages.currentWidget() is window.view)

    def test_no_secret_is_asked_for(
        self, make_window: Callable[..., MainWindow], services: WindowServices, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def never(*_: object) -> None:
            raise AssertionError("the keyring is asked")

        monkeypatch.setattr(Secrets, "_kept", never)
        window = make_window(FIRST)
        window.open_settings("profiles")
        window.findChild(SettingsDialog).close()

    def test_it_says_what_leaves_this_computer_on_each_route(self, make_window: Callable[..., MainWindow]) -> None:
        cards = make_window(FIRST).pages.welcome.cards
        assert set(cards) == set(Route)
        told = {
            route: " ".join(label.text() for label in card.findChildren(QLabel) if label.text())
            for route, card in cards.items()
        }
        assert "Nothing leaves" in told[Route.LOCAL]
        assert "The S3 secret stays here" in told[Route.MIXED]
        assert "the API secret and the S3 secret" in told[Route.KRAKEN]

    @pytest.mark.parametrize("route", Route)
    def test_each_route_is_one_click_from_its_form(
        self, make_window: Callable[..., MainWindow], qtbot: QtBot, route: Route
    ) -> None:
        window = make_window(FIRST)
        window.pages.welcome.cards[route].button.click()
        dialog = window.findChild(SettingsDialog)
        assert dialog.setup.is_running
        assert (dialog.page is dialog.account_page) is route.needs_account
        if not route.needs_account:
            assert dialog.profiles_page.form.route.route.value is route
            assert not dialog.profiles_page.form.route.goes_to_folder
        dialog.profiles_page.discard()
        dialog.close()

    def test_the_samples_are_dropped_by_a_button(
        self, make_window: Callable[..., MainWindow], services: WindowServices, qtbot: QtBot
    ) -> None:
        window = make_window(FIRST)
        assert window.focusWidget() is window.pages.welcome.invitation.samples_button
        window.focusWidget().click()
        qtbot.waitUntil(lambda: len(services.made[-1].jobs) == len(samples()))

    def test_what_the_folder_bucket_holds_is_left_out(
        self, make_window: Callable[..., MainWindow], services: WindowServices, qtbot: QtBot, tmp_path: Path
    ) -> None:
        stored = write_image(tmp_path / "all" / "stored" / "a.png")
        write_image(tmp_path / "all" / "b.png")
        window = make_window(first_settings(stored.parent))
        drop(window, mime_of_files(tmp_path / "all"))
        qtbot.waitUntil(lambda: window.banners.banner("left out all") is not None)
        assert [job.source.name for job in services.made[-1].jobs] == ["b.png"]
        assert "stored itself" in window.banners.banner("left out all").message.what

    def test_the_folder_is_shown_or_what_there_is_of_it(
        self, make_window: Callable[..., MainWindow], tmp_path: Path
    ) -> None:
        opened: list[str] = []
        catcher = Catcher(opened)
        QDesktopServices.setUrlHandler("file", catcher, "take")
        window = make_window(first_settings(tmp_path / "not" / "yet"))
        window.pages.welcome.invitation.folder_button.click()
        (tmp_path / "not" / "yet").mkdir(parents=True)
        window.pages.drop_area.folder_wanted.emit()
        QDesktopServices.unsetUrlHandler("file")
        assert opened == [tmp_path.as_uri(), (tmp_path / "not" / "yet").as_uri()]

    def test_once_dismissed_it_stays_away(self, make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
        window = make_window(FIRST)
        window.pages.welcome.invitation.close_button.click()
        assert window.pages.currentWidget() is window.pages.drop_area
        assert window.focusWidget() is window.pages.drop_area.button
        with qtbot.waitSignal(window.closed):
            window.quit_unasked()
        again = make_window(FIRST)
        assert again.pages.currentWidget() is again.pages.drop_area

    def test_who_has_a_profile_of_their_own_is_not_welcomed(self, make_window: Callable[..., MainWindow]) -> None:
        window = make_window(SETTINGS)
        assert window.pages.currentWidget() is window.pages.drop_area

    def test_a_profile_that_was_set_up_is_picked(self, make_window: Callable[..., MainWindow]) -> None:
        window = make_window(FIRST)
        window.pages.welcome.cards[Route.LOCAL].button.click()
        dialog = window.findChild(SettingsDialog)
        own = replace(PROFILE, engine=Engine.LOCAL, uploader=Uploader.LOCAL)
        dialog.settings_changed.emit(FIRST.with_profile(own))
        dialog.profile_made.emit(own.id)
        assert window.profile == own
        dialog.profiles_page.discard()
        dialog.close()

    def test_without_any_profile_there_is_a_way_to_one(self, make_window: Callable[..., MainWindow]) -> None:
        window = make_window(Settings())
        assert window.pages.currentWidget() is window.pages.welcome
        assert not window.ready
        assert window.pages.welcome.button.isVisible()

    @pytest.mark.parametrize(
        "settings", [Settings().with_account(ACCOUNT), Settings().with_profile(PROFILE)], ids=["account", "profile"]
    )
    def test_half_a_set_up_is_none(self, make_window: Callable[..., MainWindow], settings: Settings) -> None:
        window = make_window(settings)
        assert window.pages.currentWidget() is window.pages.welcome
        assert not window.ready

    def test_a_profile_without_its_account_is_marked_and_another_one_works(
        self, make_window: Callable[..., MainWindow], services: WindowServices, qtbot: QtBot, image: Path
    ) -> None:
        window = make_window(FIRST.with_profile(PROFILE))
        picker = window.top_bar.picker
        assert window.choose_profile(PROFILE.name)
        assert "needs a Kraken.io account" in picker.toolTip()
        drop(window, mime_of_files(image))
        qtbot.waitUntil(lambda: window.pages.welcome.waiting_text.startswith("1 dropped thing"))
        assert window.choose_profile("This computer")
        assert "account" not in picker.toolTip()
        window.banners.banner("held").buttons[0].click()
        qtbot.waitUntil(lambda: len(services.made[-1].jobs) == 1)

    def test_what_was_dropped_waits_for_the_set_up(
        self, make_window: Callable[..., MainWindow], services: WindowServices, qtbot: QtBot, image: Path
    ) -> None:
        window = make_window(Settings())
        drop(window, mime_of_files(image))
        drop(window, mime_of_files(image, image.parent))
        qtbot.waitUntil(lambda: window.pages.welcome.waiting_text.startswith("3 dropped things kept"))
        window._on_settings(SETTINGS)
        assert window.pages.currentWidget() is window.pages.drop_area
        banner = window.banners.banner("held")
        assert banner.message.what.startswith("3 things")
        banner.buttons[0].click()
        qtbot.waitUntil(lambda: len(services.made[-1].jobs) == 2)
        assert window.banners.banner("held") is None

    @pytest.mark.parametrize("late", [False, True])
    def test_and_can_be_discarded_then(
        self,
        make_window: Callable[..., MainWindow],
        services: WindowServices,
        image: Path,
        qtbot: QtBot,
        late: bool,
    ) -> None:
        window = make_window(Settings())
        drop(window, mime_of_files(image))
        if late:
            qtbot.waitUntil(lambda: bool(window.pages.welcome.waiting_text))
        window._on_settings(SETTINGS)
        # What was dropped before the set-up never goes anywhere unasked.
        qtbot.waitUntil(lambda: window.banners.banner("held") is not None)
        window.banners.banner("held").buttons[1].click()
        assert window.banners.banner("held") is None
        window._on_settings(SETTINGS)
        assert window.banners.banner("held") is None
        assert services.made[-1].jobs == []

    def test_set_up_opens_the_settings(self, make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
        window = make_window(Settings())
        window.pages.welcome.button.click()
        dialog = window.findChild(SettingsDialog)
        assert dialog is not None
        assert dialog.isVisible()
        dialog.close()


class TestEverybody:
    def test_what_takes_the_focus_has_a_name_and_comes_as_the_eye_goes(
        self, make_window: Callable[..., MainWindow], qtbot: QtBot
    ) -> None:
        window = make_window(FIRST)
        welcome = window.pages.welcome
        invitation = welcome.invitation
        wanted = [
            invitation.folder_button,
            invitation.samples_button,
            invitation.add_button,
            invitation.close_button,
            *(card.button for card in welcome.cards.values()),
        ]
        invitation.folder_button.setFocus()
        seen = [window.focusWidget()]
        for _ in wanted[1:]:
            qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
            seen.append(window.focusWidget())
        assert seen == wanted
        assert all(each.accessibleName() or each.text() for each in wanted)

    @pytest.mark.parametrize("width", [640, 960, 1400])
    def test_nothing_is_cut_off(self, make_window: Callable[..., MainWindow], width: int) -> None:
        window = make_window(FIRST)
        window.resize(width, 440)
        QApplication.processEvents()
        welcome = window.pages.welcome
        assert welcome.horizontalScrollBar().maximum() == 0
        for label in welcome.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), label.text()

    def test_letters_do_not_fight(self, make_window: Callable[..., MainWindow]) -> None:
        window = make_window(FIRST)
        texts = [
            each.text() for each in window.findChildren(QAbstractButton) if each.isVisible() and "&" in each.text()
        ]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert sorted(letters) == sorted(set(letters)), texts
