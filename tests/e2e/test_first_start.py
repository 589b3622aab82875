"""The first start on real services: what is dropped becomes smaller here, and lands in the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import install_translations, translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState
from tests.support.gui import drop
from tests.support.memory_keyring import MemoryKeyring

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    services = Services(os.environ, lambda _problem: None)
    translators = install_translations(qapp)
    made = MainWindow(
        services,
        services.settings.load(),
        theme=Theme(qapp),
        words=Words(translate_message),
        decode=lambda path, size, cancel: services.engine().thumbnail(path, size, cancel),
    )
    made.show()
    qtbot.waitExposed(made)
    yield made
    with qtbot.waitSignal(made.closed, timeout=10_000):
        made.quit_unasked()
    services.close()
    made.deleteLater()
    for translator in translators:
        qapp.removeTranslator(translator)


def test_a_drop_onto_the_welcome_ends_as_a_smaller_file_with_a_link(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, memory_keyring: MemoryKeyring, home: Path
) -> None:
    source = tmp_path / "Sea side.png"
    Image.linear_gradient("L").convert("RGB").save(source, compress_level=0)
    before = source.read_bytes()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(source))])
    assert window.pages.currentWidget() is window.pages.welcome
    drop(window, mime)
    qtbot.waitUntil(lambda: window.model.tally.ended == 1, timeout=60_000)
    status = window.model.status(0)
    assert status.state is JobState.DONE
    window.wishes.copy_all()
    link = QUrl(QGuiApplication.clipboard().text())
    stored = Path(link.toLocalFile())
    assert stored.is_relative_to(home / "kraken" / "pictures")
    with Image.open(stored) as opened:
        opened.load()
        assert opened.size == (256, 256)
    assert stored.stat().st_size < len(before)
    assert source.read_bytes() == before
    assert memory_keyring.entries == {}
