from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.culprit import Culprit, culprit_of
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.intake import LeftOut, LeftOutReason
from kraken_desktop.model.errors import (
    AwsProfileError,
    BadCredentialsError,
    BucketDeniedError,
    ClockSkewError,
    KrakenDesktopError,
    ProfileInvalidError,
    ProxyRefusedError,
    ScratchError,
    SecretMissingError,
    StoreDeniedError,
    TlsError,
    TrustFileError,
)
from kraken_desktop.model.job import Failure
from kraken_desktop.model.settings import PROXY_SECRET
from tests.support.gui import PRIVATE, SETTINGS, NotingRunner, WindowServices, done, failed, queued, running

BAD_KEY = Failure.of(BadCredentialsError(status=401, said="Unknown API Key"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadCredentialsError(status=401), ("account", "a1", "api_key")),
        (
            BucketDeniedError(bucket="b", key="a.png", status=403, doing="put"),
            ("profiles", "p1", "access_key"),
        ),
        *(
            (BucketDeniedError(bucket="b", status=400, aws_code=code, doing="put"), ("profiles", "p1", field))
            for code, field in (
                ("NoSuchBucket", "bucket"),
                ("InvalidTag", "tags"),
                ("QuotaExceeded", "bucket"),
                ("AccessDenied", "access_key"),
            )
        ),
        (AwsProfileError(aws_profile="work", problem="missing"), ("profiles", "p1", "aws_profile")),
        (
            StoreDeniedError(status=200, said="AccessDenied", aws_code="AccessDenied"),
            ("profiles", "p1", "access_key"),
        ),
        (ProfileInvalidError(profile="Blog", field="bucket", problem="bucket.empty"), ("profiles", "p1", "bucket")),
        (SecretMissingError(name="profile/p7/s3-secret"), ("profiles", "p7", "secret")),
        (SecretMissingError(name="account/a7/api-secret"), ("account", "a7", "secret")),
        (ProxyRefusedError(host="h", proxy="p:1"), ("network", "", "proxy_url")),
        (ProxyRefusedError(host="h", proxy="p:1", problem="login"), ("network", "", "proxy_user")),
        (TrustFileError(host="h", path="/company.pem", problem="missing"), ("network", "", "ca_file")),
        (TlsError(host="h"), ("network", "", "ca_file")),
        (SecretMissingError(name=PROXY_SECRET), ("network", "", "proxy_password")),
        (ClockSkewError(bucket="b", status=403), ("profiles", "p1", "")),
    ],
)
def test_a_pause_leads_to_the_field_that_mends_it(error: KrakenDesktopError, expected: tuple[str, str, str]) -> None:
    page, entry_id, field = expected
    assert culprit_of(Failure.of(error), queued(0).job) == Culprit(page=page, entry_id=entry_id, field=field)


@pytest.mark.parametrize(
    ("error", "page"),
    [(BadCredentialsError(status=401), "account"), (ClockSkewError(bucket="b", status=403), "profiles")],
)
def test_without_a_job_a_pause_leads_to_the_page(error: KrakenDesktopError, page: str) -> None:
    assert culprit_of(Failure.of(error)).page == page


def test_the_settings_open_at_the_profile_that_failed(
    window: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot
) -> None:
    services.settings.update(lambda _: SETTINGS)
    why = Failure.of(ProfileInvalidError(profile="Drafts", field="bucket", problem="bucket.empty"))
    status = queued(0)
    job = replace(status.job, snapshot=replace(status.job.snapshot, profile=PRIVATE))
    window.model.apply([replace(status, job=job, waiting_for=why)])
    runner.listener.queue_paused(why)
    qtbot.waitUntil(lambda: window.banners.banner("paused") is not None)
    window.banners.banner("paused").buttons[1].click()
    dialog = window.findChild(SettingsDialog)
    form = dialog.profiles_page.form
    assert form.name.text() == "Drafts"
    assert dialog.focusWidget() is form.destination.bucket
    dialog.close()


def test_what_no_setting_mends_leads_to_none(window: MainWindow) -> None:
    window.model.apply([queued(0)])
    window.messages.paused(Failure.of(ScratchError(path="/cache/work", reason="No space left on device")))
    assert [button.text() for button in window.banners.banner("paused").buttons] == ["&Try again"]


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


def test_a_pause_names_its_profile_where_another_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    window.model.apply([replace(queued(0), waiting_for=BAD_KEY)])
    window.messages.paused(BAD_KEY)
    banner = window.banners.banner("paused")
    what = "Kraken.io does not accept the API key or the API secret."
    assert banner.message.what == f"The queue is on hold: {what}"
    window.choose_profile("Drafts")
    assert banner.message.what == f"The queue is on hold, because of the profile “Blog”: {what}"
    assert banner.accessibleName().startswith(banner.message.what)
    window.choose_profile("Blog")
    assert banner.message.what == f"The queue is on hold: {what}"


def test_what_comes_back_is_told(window: MainWindow) -> None:
    window.uploads.went_on.emit(1)
    assert window.banners.banner("went on").message.what == "Going on with 1 image from last time."


def test_it_is_not_said_any_more_once_all_is_cancelled(window: MainWindow) -> None:
    window.model.apply([queued(0)])
    window.uploads.went_on.emit(1)
    window.status_bar.cancel_button.click()
    assert window.banners.banner("went on") is None


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


def test_a_long_message_takes_its_room_from_the_list(window: MainWindow, qtbot: QtBot) -> None:
    told = "The answer was: “Error while pushing file to S3: The bucket does not allow ACLs”. "
    refusal = StoreDeniedError(status=200, said=told * 5, aws_code="AccessDenied")
    window.show()
    window.model.apply([done(0), queued(1)])
    window.messages.paused(Failure.of(refusal))
    label = window.banners.banner("paused")._rest
    for width, height in ((960, 640), (700, 560)):
        window.resize(width, height)
        qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


NO_ACLS = Failure.of(
    StoreDeniedError(
        status=200,
        said="Error while pushing file to S3: The bucket does not allow ACLs",
        aws_code="AccessControlListNotSupported",
    )
)


def cut_off(labels: Iterable[QLabel]) -> list[str]:
    seen = [label for label in labels if label.isVisible()]
    return [label.text() for label in seen if label.height() < label.heightForWidth(label.width())]


def test_in_the_smallest_window_no_line_of_two_messages_is_lost(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    window.resize(640, 440)
    window.model.apply([replace(queued(0), waiting_for=NO_ACLS), queued(1), done(2)])
    window.uploads.went_on.emit(2)
    window.messages.paused(NO_ACLS)
    labels = [label for key in ("paused", "went on") for label in window.banners.banner(key).findChildren(QLabel)]
    area = window.banners.parentWidget()
    qtbot.waitUntil(lambda: window.height() == 440 and not cut_off(labels) and area.height() >= window.banners.height())


def test_where_all_has_no_room_it_scrolls_and_the_keyboard_reaches_it(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    window.resize(640, 440)
    window.model.apply([replace(queued(0), waiting_for=NO_ACLS), failed(1)])
    window.messages.paused(NO_ACLS)
    window.view.selectRow(1)
    details, banners = window.details, window.banners
    areas = [body.parentWidget() for body in (details, banners)]
    qtbot.waitUntil(lambda: all(area.height() < area.parentWidget().sizeHint().height() for area in areas))
    assert not cut_off(details.findChildren(QLabel))
    assert not cut_off(banners.banner("paused").findChildren(QLabel))
    assert window.view.height() >= window.view.minimumSizeHint().height()
    button = details.copy_button
    button.setFocus()
    shown = button.mapTo(areas[0], button.rect().bottomLeft())
    assert areas[0].rect().contains(shown)
