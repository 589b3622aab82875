from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.messages_above import page_of
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.intake import LeftOut, LeftOutReason
from kraken_desktop.model.errors import (
    AwsProfileError,
    BadCredentialsError,
    BucketDeniedError,
    KrakenDesktopError,
    SecretMissingError,
    StoreDeniedError,
)
from kraken_desktop.model.job import Failure
from tests.support.gui import NotingRunner, done, queued, running

BAD_KEY = Failure.of(BadCredentialsError(status=401, said="Unknown API Key"))


@pytest.mark.parametrize(
    ("error", "page"),
    [
        (BadCredentialsError(status=401), "account"),
        (BucketDeniedError(bucket="b", key="a.png", status=403, doing="put"), "profiles"),
        (AwsProfileError(aws_profile="work", problem="missing"), "profiles"),
        (StoreDeniedError(status=200, said="AccessDenied", aws_code="AccessDenied"), "profiles"),
        (SecretMissingError(name="profile/p1/secret_key"), "profiles"),
        (SecretMissingError(name="account/a1/api_secret"), "account"),
    ],
)
def test_a_pause_leads_to_the_page_that_mends_it(error: KrakenDesktopError, page: str) -> None:
    assert page_of(Failure.of(error)) == page


def test_a_pause_says_how_many_images_wait(window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
    window.model.apply([queued(0), queued(1), running(2)])
    runner.listener.queue_paused(BAD_KEY)
    qtbot.waitUntil(lambda: window.banners.banner("paused") is not None)
    banner = window.banners.banner("paused")
    assert "on hold" in banner.message.what
    assert "2 images on hold." in banner.accessibleName()
    window.model.apply([queued(2)])
    assert "3 images on hold." in banner.accessibleName()
    banner.buttons[1].click()
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.close()


def test_what_comes_back_is_told(window: MainWindow) -> None:
    window.uploads.went_on.emit(1)
    assert window.banners.banner("went on").message.what == "Going on with 1 image from last time."


def test_the_gravest_is_above_and_what_is_read_goes_with_the_finished(window: MainWindow) -> None:
    window.model.apply([done(0), queued(1)])
    window.messages.left_out(LeftOut(folder="Trip", counts=((LeftOutReason.HIDDEN, 2),)))
    window.messages.held(1)
    window.messages.paused(BAD_KEY)
    column = window.banners.layout()
    shown = [column.itemAt(number).widget().look for number in range(column.count())]
    assert shown == ["danger", "info", "info"]
    window.status_bar.clear_button.click()
    assert window.banners.banner("left out Trip") is None
    assert window.banners.banner("held") is not None
    assert window.banners.banner("paused") is not None
