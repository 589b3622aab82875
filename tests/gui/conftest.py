"""A window of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import install_translations, translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.settings import Settings
from tests.support.gui import SETTINGS, NotingRunner, WindowServices


@pytest.fixture(scope="session")
def light_theme(qapp: QApplication) -> Theme:
    """One for all tests: to style the application anew costs more than to make a window."""
    made = Theme(qapp)
    made.force(False)
    return made


@pytest.fixture
def theme(light_theme: Theme) -> Iterator[Theme]:
    """Light, whatever the test does with it."""
    yield light_theme
    light_theme.force(False)


@pytest.fixture
def translations(qapp: QApplication) -> Iterator[None]:
    installed = install_translations(qapp)
    yield
    for translator in installed:
        qapp.removeTranslator(translator)


@pytest.fixture
def services() -> Iterator[WindowServices]:
    made = WindowServices()
    yield made
    made.close()


def no_picture(path: str, size: int, cancel: CancelToken) -> bytes | None:
    """Most tests do not look at pictures, and need no child process for them."""
    return None


@pytest.fixture
def make_window(
    qtbot: QtBot, theme: Theme, services: WindowServices, translations: None
) -> Iterator[Callable[..., MainWindow]]:
    made: list[MainWindow] = []

    def make(settings: Settings = SETTINGS) -> MainWindow:
        window = MainWindow(services, settings, theme=theme, words=Words(translate_message), decode=no_picture)
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        window.quit_unasked()
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()


@pytest.fixture
def runner(window: MainWindow, services: WindowServices) -> NotingRunner:
    return services.made[-1]
