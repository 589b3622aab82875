"""The quota in the window: what is told of it, what a drop that it does not suffice for waits for, and the ways out.

Kraken.io's test server answers; what is let through, and what is not, is seen in what reaches it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidgetAction
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui import quota_gate
from kraken_desktop.gui.banners import Banner
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.quota_bar import QuotaBar
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.gui.tally import Tally
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Done, JobState, JobStatus
from kraken_desktop.model.profile import Acl, Engine, Uploader
from kraken_desktop.model.settings import local_profile
from tests.gui.conftest import no_picture
from tests.servers.fixtures import KrakenApiMaker
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import WindowServices, cancelled, done, drop, failed, mime_of_files, queued, running, write_image
from tests.support.world import World

MB = 1_000_000
WAIT_MS = 30_000

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def api(make_kraken_api: KrakenApiMaker, strict_s3: StrictS3Handle) -> KrakenApi:
    made = make_kraken_api(strict_s3, quota_total=500 * MB)
    made.account.plan_name = "Developers"
    made.account.quota_used = 288 * MB
    return made


@pytest.fixture
def world(api: KrakenApi, strict_s3: StrictS3Handle, bucket: str) -> World:
    return World(home=Path(os.environ["KRAKEN_DESKTOP_HOME"]), s3=strict_s3, api=api, bucket=bucket)


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, translations: None, world: World) -> Iterator[OpenWindow]:
    """Opens the window on real services; ``notes``: with a runner that only notes what it is asked for."""
    opened: list[tuple[MainWindow, Services]] = []

    def start(*, notes: bool = False, **profile: object) -> MainWindow:
        services = WindowServices() if notes else world.services()
        settings = world.set_up(services, **profile)
        window = MainWindow(services, settings, theme=theme, words=Words(translate_message), decode=no_picture)
        opened.append((window, services))
        window.show()
        qtbot.waitExposed(window)
        return window

    yield start
    for window, services in opened:
        window.quit_unasked()
        services.close()
        window.deleteLater()


@pytest.fixture
def asked(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Waits for Kraken.io's answer."""

    def wait(window: MainWindow) -> None:
        watch = window.quota.watch
        qtbot.waitUntil(lambda: watch.reading is not None and not watch.asking, timeout=WAIT_MS)

    return wait


@pytest.fixture
def banner(qtbot: QtBot) -> Callable[[MainWindow, str], Banner]:
    """Waits for a message."""

    def wait(window: MainWindow, key: str) -> Banner:
        qtbot.waitUntil(lambda: window.banners.banner(key) is not None, timeout=WAIT_MS)
        shown = window.banners.banner(key)
        assert shown is not None
        return shown

    return wait


def press(shown: Banner, text: str) -> None:
    (button,) = [each for each in shown.buttons if each.text().replace("&", "") == text]
    button.click()


def labels(shown: Banner) -> list[str]:
    return [each.text().replace("&", "") for each in shown.buttons]


def questions(api: KrakenApi) -> int:
    return sum(received.endpoint == "user_status" for received in api.requests)


def large(path: Path, size: int) -> Path:
    """An image with so many bytes that it costs nothing to make: nobody reads what comes after its end."""
    write_image(path)
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def rows(window: MainWindow) -> list[JobStatus]:
    return list(window.model.statuses)


class TestButton:
    def test_a_person_sees_what_is_left_before_the_first_drop(self, open_window, asked, api):
        window = open_window(notes=True)
        asked(window)
        button = window.status_bar.quota
        assert button.isVisible()
        assert window.status_bar.counts.full_text == "No images yet"
        assert button.accessibleName() == "Developers: 212 MB of 500 MB left"
        assert "Kraken.io plan: Developers\n288 MB of 500 MB used, 212 MB left.\nAsked at " in button.details
        assert questions(api) == 1

    def test_in_a_narrow_window_it_is_short(self, open_window, asked, qtbot):
        window = open_window(notes=True)
        asked(window)
        for width, told in ((1000, "Developers: 212 MB of 500 MB left"), (640, "212 MB left")):
            window.resize(width, 440)
            qtbot.waitUntil(lambda width=width: window.status_bar.width() == width)
            assert window.status_bar.quota.told == told

    def test_it_is_short_where_the_counts_need_the_room(self, open_window, asked, qtbot):
        window = open_window(notes=True)
        asked(window)
        window.resize(960, 440)
        bar = window.status_bar
        qtbot.waitUntil(lambda: bar.width() == 960)
        assert bar.quota.told == "Developers: 212 MB of 500 MB left"
        tally = Tally()
        for status in (done(1), failed(2), cancelled(3), running(4), queued(5)):
            tally.add(status)
        bar.show_tally(tally, Tally())
        qtbot.waitUntil(lambda: bar.quota.told == "212 MB left")
        assert bar.pause_button.text()
        qtbot.waitUntil(lambda: bar.counts.text() == bar.counts.full_text)
        bar.show_tally(Tally(), Tally())
        assert bar.quota.told == "Developers: 212 MB of 500 MB left"

    @pytest.mark.parametrize(
        ("total", "used", "told"),
        [
            (500 * MB, 503 * MB, "Developers: over quota by 3.0 MB"),
            (0, 12 * MB, "Developers: 12.0 MB used"),
            (500 * MB, 500 * MB, "Developers: 0 bytes of 500 MB left"),
        ],
    )
    def test_strange_quotas(self, open_window, asked, api, total, used, told):
        api.account.quota_total, api.account.quota_used = total, used
        window = open_window(notes=True)
        asked(window)
        assert window.status_bar.quota.told in {told, Words().quota.left_short(window.quota.watch.reading.quota)}
        assert window.status_bar.quota.accessibleName() == told

    @pytest.mark.parametrize(
        ("total", "used", "color", "share"),
        [
            (500 * MB, 4 * MB, None, 0),
            (500 * MB, 0, None, 0),
            (500 * MB, 250 * MB, "accent", 0.5),
            (500 * MB, 480 * MB, "warning", 0.96),
            (500 * MB, 500 * MB, "danger", 1),
            (500 * MB, 503 * MB, "danger", 1),
            (0, 12 * MB, None, 0),
        ],
    )
    def test_the_bar_has_the_color_of_how_things_stand_and_no_stray_dot(
        self, open_window, asked, api, theme, total, used, color, share
    ):
        api.account.quota_total, api.account.quota_used = total, used
        window = open_window(notes=True)
        asked(window)
        bar = window.status_bar.quota.findChild(QuotaBar)
        picture = bar.grab().toImage()
        seen = [picture.pixelColor(x, picture.height() // 2).name() for x in range(picture.width())]
        track = theme.colors.track
        assert set(seen) - {track} == ({getattr(theme.colors, color)} if color else set())
        assert seen.count(track) == pytest.approx((1 - share) * len(seen), abs=2)

    def test_who_does_not_use_kraken_io_sees_nothing_of_it(self, open_window, api, tmp_path):
        window = open_window(notes=True, engine=Engine.LOCAL, uploader=Uploader.LOCAL)
        assert not window.status_bar.quota.isVisible()
        assert not window.status_bar.isVisible()
        assert questions(api) == 0

    def test_it_follows_the_profile_that_is_chosen_and_asks_once(self, open_window, asked, api, tmp_path):
        window = open_window(notes=True)
        asked(window)
        here = local_profile(tmp_path)
        window._services.settings.update(lambda now: now.with_profile(here))
        window._on_settings(window._services.settings.load())
        for name in ("This computer", "Web", "This computer", "Web"):
            assert window.choose_profile(name)
            assert window.status_bar.quota.isVisible() is (name == "Web")
        assert questions(api) == 1

    def test_the_menu_tells_everything_and_asks_again(self, open_window, asked, api, qtbot):
        window = open_window(notes=True)
        asked(window)
        api.account.quota_used = 400 * MB
        menu = window.status_bar.quota.menu_made()
        (told,) = [action for action in menu.actions() if isinstance(action, QWidgetAction)]
        assert told.defaultWidget().text() == window.status_bar.quota.details
        (again,) = [action for action in menu.actions() if action.text() == "&Ask Kraken.io again"]
        again.trigger()
        qtbot.waitUntil(lambda: window.quota.watch.reading.quota.quota_remaining == 100 * MB)
        assert window.status_bar.quota.accessibleName() == "Developers: 100 MB of 500 MB left"

    def test_no_answer_is_a_dash_and_its_reason_and_no_message(self, open_window, asked, api):
        api.order(Fault(kind=FaultKind.EMPTY, endpoint="user_status", times=None))
        window = open_window(notes=True)
        asked(window)
        assert window.status_bar.quota.told == "Kraken.io: –"
        assert "The quota is not known.\nKraken.io has a problem of its own." in window.status_bar.quota.details
        assert not window.banners.isVisible()

    def test_a_wrong_key_is_told_once_and_leads_to_the_account(self, open_window, asked, banner, api, qtbot):
        window = open_window(notes=True)
        asked(window)
        window._services.secrets.keep("account/account-1/api-secret", "wrong")
        window.quota.watch.ask(window.quota.watch.account)
        shown = banner(window, "key account-1")
        assert shown.message.what == "Kraken.io does not accept the API key or the API secret."
        press(shown, "Settings…")
        dialog = window.findChild(SettingsDialog)
        assert dialog.account_page.isVisible()
        dialog.close()
        window.banners.remove("key account-1")
        window.quota.watch.ask(window.quota.watch.account)
        asked(window)
        assert window.banners.banner("key account-1") is None, "told already"

    def test_the_message_goes_when_the_key_is_right(self, open_window, asked, banner, api, qtbot):
        window = open_window(notes=True)
        asked(window)
        secrets = window._services.secrets
        secrets.keep("account/account-1/api-secret", "wrong")
        window.quota.watch.renew()
        banner(window, "key account-1")
        secrets.keep("account/account-1/api-secret", api.api_secret)
        window._access.changed.emit(window.settings)
        qtbot.waitUntil(lambda: window.banners.banner("key account-1") is None)

    def test_the_end_of_a_batch_renews_it_once(self, open_window, asked, api, qtbot, tmp_path):
        window = open_window()
        asked(window)
        files = [write_image(tmp_path / f"{number}.png") for number in range(3)]
        drop(window, mime_of_files(*files))
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: questions(api) == 2, timeout=WAIT_MS)
        asked(window)
        used = 288 * MB + sum(path.stat().st_size for path in files)
        assert window.quota.watch.reading.quota.quota_used == used
        assert questions(api) == 2


class TestForecast:
    def test_a_large_drop_that_fits_is_told_and_goes(self, open_window, asked, banner, qtbot, tmp_path):
        window = open_window(notes=True)
        asked(window)
        drop(window, mime_of_files(large(tmp_path / "a.png", 30 * MB), large(tmp_path / "b.png", 40 * MB)))
        shown = banner(window, "forecast")
        assert shown.message.what == "This needs about 70.0 MB of the 212 MB left at Kraken.io."
        assert shown.closable
        qtbot.waitUntil(lambda: len(window.uploads.runner.jobs) == 2)

    def test_a_small_drop_that_fits_asks_nobody(self, open_window, asked, api, qtbot, tmp_path):
        window = open_window(notes=True)
        asked(window)
        drop(window, mime_of_files(write_image(tmp_path / "a.png")))
        qtbot.waitUntil(lambda: len(window.uploads.runner.jobs) == 1)
        assert window.banners.banner("forecast") is None
        assert questions(api) == 1

    def test_without_an_answer_a_large_drop_goes(self, open_window, asked, api, qtbot, tmp_path):
        api.order(Fault(kind=FaultKind.EMPTY, endpoint="user_status", times=None))
        window = open_window(notes=True)
        asked(window)
        drop(window, mime_of_files(large(tmp_path / "a.png", 30 * MB)))
        qtbot.waitUntil(lambda: len(window.uploads.runner.jobs) == 1)

    def test_a_small_drop_does_not_wait_long_for_an_answer(self, open_window, asked, api, qtbot, tmp_path, monkeypatch):
        monkeypatch.setattr(quota_gate, "PATIENCE_MS", 10)
        api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="user_status"))
        window = open_window(notes=True)
        drop(window, mime_of_files(write_image(tmp_path / "a.png")))
        qtbot.waitUntil(lambda: len(window.uploads.runner.jobs) == 1)
        assert window.quota.watch.asking
        api.clear_faults()

    def test_what_is_under_way_is_no_longer_left(self, open_window, asked, banner, qtbot, tmp_path):
        window = open_window(notes=True)
        asked(window)
        jobs = window.uploads.runner.jobs
        for number in range(3):
            drop(window, mime_of_files(large(tmp_path / f"{number}.png", 90 * MB)))
            qtbot.waitUntil(lambda number=number: len(jobs) == min(2, number + 1))
        shown = banner(window, "short account-1")
        assert shown.message.why == "About 90.0 MB would be needed, and 32.0 MB are left."
        assert len(window.uploads.runner.jobs) == 2


@pytest.fixture
def short(open_window, asked, banner, api, tmp_path, qtbot):
    """A window in which two of three images do not fit; both uploaders may be asked for."""

    def make(**profile: object) -> tuple[MainWindow, Banner]:
        files = [large(tmp_path / f"{name}.png", size) for name, size in (("a", 3000), ("b", 6000), ("c", 9000))]
        api.account.quota_used = 500 * MB - 4000
        window = open_window(**profile)
        asked(window)
        drop(window, mime_of_files(*files))
        shown = banner(window, "short account-1")
        qtbot.waitUntil(lambda: len([row for row in rows(window) if row.waiting_for is not None]) == 3)
        return window, shown

    return make


def uploaded(api: KrakenApi) -> int:
    return len(api.uploads)


class TestShort:
    def test_nothing_is_sent_before_the_person_has_decided(self, short, api):
        window, shown = short()
        assert shown.message.what == "The quota of your Kraken.io plan does not suffice."
        assert shown.message.why == "About 18.0 kB would be needed, and 4.0 kB are left."
        assert shown.message.remedy == "Nothing of it was sent."
        assert labels(shown) == ["Use this computer", "Upload what fits", "Upload all anyway", "Cancel"]
        assert uploaded(api) == 0
        assert window._services.journal.recent(10) == ()
        words = Words()
        assert {words.state(row) for row in rows(window)} == {
            "On hold: The quota of your Kraken.io plan does not suffice."
        }

    def test_what_fits_goes_and_the_rest_waits(self, short, api, banner, qtbot):
        window, shown = short()
        press(shown, "Upload what fits")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 1, timeout=WAIT_MS)
        assert uploaded(api) == 1
        rest = banner(window, "short account-1")
        assert rest.message.why == "About 15.0 kB would be needed, and 1.0 kB are left."
        assert labels(rest) == ["Use this computer", "Upload all anyway", "Cancel"]

    def test_what_is_left_after_a_part_of_them_is_asked_for_once(self, short, api, banner, qtbot):
        window, shown = short()
        before = questions(api)
        press(shown, "Upload what fits")
        button = window.status_bar.quota
        qtbot.waitUntil(
            lambda: button.accessibleName() == "Developers: 1.0 kB of 500 MB left" and not window.quota.watch.asking,
            timeout=WAIT_MS,
        )
        assert questions(api) == before + 1
        why = "About 15.0 kB would be needed, and 1.0 kB are left."
        assert banner(window, "short account-1").message.why == why
        assert window.model.tally.unfinished == 2

    def test_a_part_that_was_never_seen_to_run_is_asked_about_too(self, short, api, qtbot):
        window, _ = short()
        before = questions(api)
        quick = replace(rows(window)[0], waiting_for=None, state=JobState.DONE, outcome=Done(images=()))
        window._bridge.changed.emit([quick])
        qtbot.waitUntil(lambda: questions(api) == before + 1, timeout=WAIT_MS)

    def test_what_is_on_hold_goes_when_the_quota_is_renewed(self, short, api, qtbot):
        window, _ = short()
        api.account.quota_used = 0
        window.status_bar.quota.renew_wanted.emit()
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)
        assert window.banners.banner("short account-1") is None

    def test_an_answer_that_changes_nothing_leaves_the_message_alone(self, short, asked, qtbot):
        window, shown = short()
        window.quota.watch.renew()
        asked(window)
        assert window.banners.banner("short account-1") is shown

    @pytest.mark.parametrize("uploader", [Uploader.KRAKEN, Uploader.LOCAL])
    def test_this_computer_makes_them_and_the_profile_stays(self, short, api, world, qtbot, uploader):
        window, shown = short(uploader=uploader)
        press(shown, "Use this computer")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)
        assert uploaded(api) == 0
        assert window.banners.banner("short account-1") is None
        keys = [row.links[0].key for row in rows(window)]
        assert all(world.s3.exists(world.bucket, key) for key in keys)
        assert window._services.settings.load().profile("profile-1").engine is Engine.KRAKEN

    def test_a_pause_in_between_does_not_bring_them_back_to_kraken_io(self, short, qtbot):
        window, _ = short()
        job = rows(window)[0].job
        renewed = window._services.renewal(here=[job.id])(job)
        assert renewed.snapshot.profile.engine is Engine.LOCAL
        assert window._services.renewal()(renewed).snapshot.profile.engine is Engine.LOCAL

    def test_all_can_go_anyway_and_nobody_asks_again(self, short, api, qtbot, tmp_path):
        window, shown = short()
        api.account.quota_used = 0  # a plan that goes on at a price
        press(shown, "Upload all anyway")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)
        drop(window, mime_of_files(write_image(tmp_path / "d.png")))
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 4, timeout=WAIT_MS)
        assert window.banners.banner("short account-1") is None

    @pytest.mark.parametrize("all_of_them", [True, False])
    def test_they_can_be_cancelled_and_tried_again(self, short, api, qtbot, all_of_them):
        window, shown = short()
        if all_of_them:
            window.status_bar.cancel_button.click()
        else:
            press(shown, "Cancel")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.CANCELLED] == 3, timeout=WAIT_MS)
        assert window.banners.banner("short account-1") is None
        assert [status.state for status in window._services.journal.recent(10)] == [JobState.CANCELLED] * 3
        api.account.quota_used = 0  # renewed
        window.status_bar.retry_button.click()
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)

    def test_one_row_can_be_cancelled(self, short, qtbot, banner):
        window, _ = short()
        window.view.cancel_wanted.emit([rows(window)[2].job.id])
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.CANCELLED] == 1, timeout=WAIT_MS)
        assert banner(window, "short account-1").message.why.startswith("About 9.0 kB")

    def test_a_second_drop_joins_them(self, short, qtbot, tmp_path, banner):
        window, _ = short()
        drop(window, mime_of_files(large(tmp_path / "d.png", 2000)))
        qtbot.waitUntil(lambda: window.banners.banner("short account-1").message.why.startswith("About 20.0 kB"))

    def test_what_waits_at_the_end_of_the_program_waits_again(self, short, open_window, banner, api, qtbot):
        window, _ = short()
        window.quit_unasked()
        window._services.close()
        again = open_window()
        again.uploads.take_up()
        shown = banner(again, "short account-1")
        assert shown.message.why == "About 18.0 kB would be needed, and 4.0 kB are left."
        assert uploaded(api) == 0
        press(shown, "Use this computer")
        qtbot.waitUntil(lambda: again.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)


def pause(window: MainWindow, banner, qtbot: QtBot, *files: Path) -> Banner:
    drop(window, mime_of_files(*files))
    return banner(window, "paused")


class TestWaysOut:
    @pytest.mark.parametrize(
        ("kind", "what"),
        [
            (FaultKind.QUOTA, "The queue is on hold: The quota of your Kraken.io plan is used up."),
            (
                FaultKind.OVERDUE,
                "The queue is on hold: Kraken.io has stopped this account over an unpaid invoice.",
            ),
            (FaultKind.SUSPENDED, "The queue is on hold: Kraken.io has suspended this account."),
        ],
    )
    def test_an_account_that_gives_nothing_goes_on_with_this_computer(
        self, open_window, asked, banner, api, world, qtbot, tmp_path, kind, what
    ):
        window = open_window()
        asked(window)
        api.order(Fault(kind=kind, endpoint="upload", times=None))
        files = [write_image(tmp_path / f"{number}.png") for number in range(3)]
        shown = pause(window, banner, qtbot, *files)
        assert shown.message.what == what
        assert labels(shown) == ["Go on with this computer", "Try again", "Settings…"]
        if kind is FaultKind.QUOTA:
            qtbot.waitUntil(lambda: window.status_bar.quota.accessibleName() == "Developers: 0 bytes of 500 MB left")
        press(shown, "Go on with this computer")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 3, timeout=WAIT_MS)
        assert all(world.s3.exists(world.bucket, row.links[0].key) for row in rows(window))
        assert window.banners.banner("paused") is None
        assert not window.status_bar.quota.isVisible()
        profile = window._services.settings.load().profile("profile-1")
        assert (profile.engine, profile.uploader) == (Engine.LOCAL, Uploader.LOCAL)
        assert window.profile == profile

    def test_the_end_of_a_pause_tells_that_the_quota_is_renewed(self, open_window, asked, banner, api, qtbot, tmp_path):
        api.account.quota_used = 503 * MB
        window = open_window()
        asked(window)
        button = window.status_bar.quota
        assert button.accessibleName() == "Developers: over quota by 3.0 MB"
        window.quota.gate.upload_all(window.quota.watch.account)
        shown = pause(window, banner, qtbot, write_image(tmp_path / "a.png"))
        api.account.quota_used = 0
        api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload"))
        press(shown, "Try again")
        qtbot.waitUntil(lambda: button.accessibleName() == "Developers: 500 MB of 500 MB left", timeout=WAIT_MS)
        assert window.model.tally.unfinished == 1
        api.clear_faults()

    def test_it_can_be_undone(self, open_window, asked, banner, api, qtbot, tmp_path):
        window = open_window()
        asked(window)
        api.order(Fault(kind=FaultKind.QUOTA, endpoint="upload"))
        press(pause(window, banner, qtbot, write_image(tmp_path / "a.png")), "Go on with this computer")
        told = banner(window, "way")
        assert told.message.what == (
            "From now on the profile “Web” makes its images smaller on this computer, and uploads them from here."
        )
        press(told, "Undo")
        qtbot.waitUntil(lambda: window._services.settings.load().profile("profile-1").engine is Engine.KRAKEN)
        assert window.profile.engine is Engine.KRAKEN
        assert banner(window, "way").message.what == "The profile “Web” is as it was."

    def test_a_bucket_without_acls_gets_the_images_from_this_computer(
        self, open_window, asked, banner, api, world, qtbot, tmp_path
    ):
        world.bucket = world.s3.new_bucket(acls_disabled=True)
        window = open_window()
        asked(window)
        shown = pause(window, banner, qtbot, write_image(tmp_path / "a.png"))
        assert labels(shown)[0] == "Let this computer upload"
        assert "The bucket has ACLs turned off" in shown.message.why
        press(shown, "Let this computer upload")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 1, timeout=WAIT_MS)
        profile = window._services.settings.load().profile("profile-1")
        assert (profile.engine, profile.uploader, profile.acl) == (Engine.KRAKEN, Uploader.LOCAL, Acl.NONE)
        assert world.s3.exists(world.bucket, rows(window)[0].links[0].key)

    def test_our_own_uploader_goes_on_without_an_acl(self, open_window, banner, world, qtbot, tmp_path):
        world.bucket = world.s3.new_bucket(acls_disabled=True)
        window = open_window(engine=Engine.LOCAL, uploader=Uploader.LOCAL)
        shown = pause(window, banner, qtbot, write_image(tmp_path / "a.png"))
        assert labels(shown)[0] == "Upload without an ACL"
        press(shown, "Upload without an ACL")
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 1, timeout=WAIT_MS)
        assert window._services.settings.load().profile("profile-1").acl is Acl.NONE

    def test_a_bucket_elsewhere_gets_its_region(self, open_window, asked, banner, api, qtbot, tmp_path):
        window = open_window()
        asked(window)
        said = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'"
        api.order(Fault(kind=FaultKind.PUSH_REFUSED, message=said))
        shown = pause(window, banner, qtbot, write_image(tmp_path / "a.png"))
        assert labels(shown)[0] == "Use eu-central-1"
        press(shown, "Use eu-central-1")
        qtbot.waitUntil(lambda: window._services.settings.load().profile("profile-1").region == "eu-central-1")

    def test_what_lacks_is_told_before_anything_changes(self, open_window, asked, banner, api, qtbot, tmp_path):
        window = open_window()
        asked(window)
        api.order(Fault(kind=FaultKind.QUOTA, endpoint="upload"))
        shown = pause(window, banner, qtbot, write_image(tmp_path / "a.png"))
        window._settings = window._settings.with_profile(replace(window.profile, bucket=""))
        press(shown, "Go on with this computer")
        lacking = banner(window, "way")
        assert lacking.message.what == "The profile “Web” cannot do that yet."
        assert window._services.settings.load().profile("profile-1").engine is Engine.KRAKEN
        press(lacking, "Settings…")
        dialog = window.findChild(SettingsDialog)
        assert dialog is not None
        dialog.close()

    def test_one_file_that_is_too_large_is_made_here(self, open_window, asked, api, world, qtbot, tmp_path):
        api.limit_bytes = 4000
        window = open_window()
        asked(window)
        drop(window, mime_of_files(large(tmp_path / "a.png", 5000)))
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.FAILED] == 1, timeout=WAIT_MS)
        window.view.selectRow(0)
        assert "Your plan takes files of 4.0 kB at most." in window.details.text
        assert "Make it on this computer, or save it with fewer pixels." in window.details.text
        assert window.details.way_button.text() == "Make it on this computer"
        menu = window.view.menu_for(rows(window))
        assert "Make it on this computer" in [action.text() for action in menu.actions()]
        window.details.way_button.click()
        qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 1, timeout=WAIT_MS)
        assert world.s3.exists(world.bucket, rows(window)[0].links[0].key)
        assert window._services.settings.load().profile("profile-1").engine is Engine.KRAKEN
