"""*Check this profile* in the window: on the form as it stands, against a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from kraken_desktop.cancel import CancelToken
from kraken_desktop.doctor import Doctor, Tell
from kraken_desktop.gui.jobs import Background as ThreadPool
from kraken_desktop.gui.settings.doctor_view import Check, DoctorView
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Step
from kraken_desktop.model.profile import Account, Acl, Credentials, Engine, Profile, Uploader
from kraken_desktop.model.providers import PROVIDERS, provider_named
from kraken_desktop.stores.scratch import Scratch
from kraken_desktop.transport import Transport
from tests.servers.strict_s3 import S3Fault

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PATH = "blog/{stem}-{hash:8}{ext}"


@pytest.fixture
def doctor(house, tmp_path: Path) -> Iterator[Callable[[], Doctor]]:
    transport, scratch = Transport(connections=2, user_agent="Test/1"), Scratch(tmp_path / "scratch")
    yield lambda: Doctor(transport=lambda: transport, secrets=house.secrets, scratch=lambda: scratch)
    transport.close()
    scratch.close()


@pytest.fixture
def open_page(house, strict_s3, doctor):
    """The page of the profiles, with one that goes to this bucket."""

    def make(bucket: str, **changes):
        profile = Profile(
            id="profile-1",
            name="Web",
            engine=Engine.LOCAL,
            uploader=Uploader.LOCAL,
            bucket=bucket,
            region=strict_s3.region,
            endpoint=strict_s3.endpoint,
            path_template=PATH,
            credentials=Credentials(access_key=strict_s3.access_key),
        )
        profile = replace(profile, **changes)
        house.store.update(lambda now: now.with_profile(profile))
        house.secrets.keep(profile.secret_name, strict_s3.secret)
        return house.open("profiles", doctor=doctor).profiles_page

    return make


def start(page) -> DoctorView:
    page.window().bar.trial_button.click()
    (view,) = page.findChildren(DoctorView)
    return view


def row_text(view: DoctorView, step: Step) -> str:
    row = view._rows[step]
    return " ".join(label.text() for label in row.findChildren(QLabel) if label.text() and label.isVisibleTo(row))


def offers(view: DoctorView) -> list[QPushButton]:
    return [button for row in view._rows.values() for button in row.findChildren(QPushButton)]


def test_a_profile_that_works(open_page, bucket, strict_s3) -> None:
    view = start(open_page(bucket))
    assert view._summary.text() == "The profile “Web” works."
    assert {row.verdict for row in view._rows.values()} == {CheckVerdict.OK}
    assert "Anybody can open http://127.0.0.1" in row_text(view, Step.OPEN)
    assert view.windowTitle() == "Check of “Web”"
    assert not view._hint.isVisible()
    assert strict_s3.keys(bucket) == ()


def test_a_secret_that_was_typed_just_now_is_checked(open_page, bucket, type_into) -> None:
    page = open_page(bucket)
    page.form.destination.secret._button.click()
    type_into(page.form.destination.secret.findChild(QLineEdit), "not-the-secret-CANARY")
    view = start(page)
    told = row_text(view, Step.ACCESS)
    assert told.startswith("Access key and secret The secret does not belong to the access key ID.")
    assert view._rows[Step.ACCESS].verdict is CheckVerdict.PROBLEM
    view.copy_button.click()
    assert "CANARY" not in QGuiApplication.clipboard().text()


def test_what_was_typed_and_not_saved_is_checked(house, open_page, bucket, type_into) -> None:
    page = open_page(bucket)
    type_into(page.form.destination.bucket, "nobody-has-this")
    view = start(page)
    assert "There is no bucket of that name." in row_text(view, Step.BUCKET)
    assert house.store.load().profiles[0].bucket == bucket


def test_one_click_takes_the_way_out_and_checks_again(house, open_page, strict_s3) -> None:
    bucket = strict_s3.new_bucket(region="eu-west-3")
    page = open_page(bucket, acl=Acl.PRIVATE)
    view = start(page)
    assert view._summary.text() == "The profile “Web” works; see the warnings."
    (button,) = offers(view)
    assert button.text() == "Use eu-west-3"
    button.click()
    assert view._summary.text() == "The profile “Web” works."
    assert view._hint.text() == "The form was changed, and is not saved yet."
    assert view._hint.isVisible()
    assert page.form.destination.region.code == "eu-west-3"
    assert page.is_dirty()
    assert house.store.load().profiles[0].region == strict_s3.region


def test_kraken_gives_way_to_this_computer(house, open_page, strict_s3, kraken_api) -> None:
    account = Account(id="account-1", api_key=kraken_api.api_key, api_url=kraken_api.url)
    house.store.update(lambda now: now.with_account(account))
    house.secrets.keep(account.secret_name, kraken_api.api_secret)
    bucket = strict_s3.new_bucket(acls_disabled=True)
    page = open_page(bucket, engine=Engine.KRAKEN, uploader=Uploader.KRAKEN, account_id="account-1")
    view = start(page)
    assert "Kraken.io itself is tried with the first image." in row_text(view, Step.KRAKEN)
    (button,) = view._rows[Step.STORE].findChildren(QPushButton)
    assert button.text() == "Let this computer upload"
    button.click()
    after = page.form.profile()
    assert (after.engine, after.uploader, after.acl) == (Engine.KRAKEN, Uploader.LOCAL, Acl.NONE)
    assert view._rows[Step.STORE].verdict is CheckVerdict.OK
    assert Step.KRAKEN not in view._rows


def test_a_secret_that_was_typed_outlives_a_way_out(open_page, strict_s3, type_into) -> None:
    bucket = strict_s3.new_bucket(acls_disabled=True)
    page = open_page(bucket)
    page.form.destination.secret._button.click()
    type_into(page.form.destination.secret.findChild(QLineEdit), strict_s3.secret)
    view = start(page)
    (button,) = offers(view)
    button.click()
    assert view._rows[Step.STORE].verdict is CheckVerdict.OK
    assert page.form.new_secret == strict_s3.secret


def test_the_report_is_for_whoever_helps(open_page, strict_s3) -> None:
    view = start(open_page("nobody-has-this"))
    view.copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "The profile “Web” does not work as it is."
    assert (
        "Problem: Bucket and region. There is no bucket of that name. It is misspelled, deleted, or at another service."
        in lines[6]
    )
    assert lines[7] == "  Correct the bucket in the profile, or make it first, then retry."
    assert strict_s3.secret not in "".join(lines)
    assert view.copy_button.text() == "Report copied"


def test_a_copy_is_checked_with_the_key_of_its_original(open_page, bucket) -> None:
    page = open_page(bucket)
    page.entries.duplicate_button.click()
    view = start(page)
    assert view._summary.text() == "The profile “Web copy” works."


def test_a_missing_folder_is_asked_for_first(house, doctor) -> None:
    house.store.update(
        lambda now: now.with_profile(
            Profile(id="p", name="Here", engine=Engine.LOCAL, uploader=Uploader.LOCAL, folder="/x")
        )
    )
    page = house.open("profiles", doctor=doctor).profiles_page
    page.form.destination.folder.set_path("")
    page.form.destination.folder.edited.emit()
    page.window().bar.trial_button.click()
    assert page.findChildren(DoctorView) == []
    assert page.fault() == "Folder"


def test_a_missing_account_id_is_asked_for_first(open_page, bucket) -> None:
    page = open_page(bucket)
    box = page.form.destination.service.provider
    box.setCurrentIndex(PROVIDERS.index(provider_named("r2")))
    box.activated.emit(box.currentIndex())
    page.window().bar.trial_button.click()
    assert page.findChildren(DoctorView) == []
    assert page.fault() == "Account ID"
    assert page.window().focusWidget() is page.form.destination.service.account


def test_what_was_not_reached_is_told_once(open_page, bucket) -> None:
    page = open_page(bucket, endpoint="https://s3.nowhere.invalid")
    view = start(page)
    seen = [step for step, row in view._rows.items() if row.isVisibleTo(view)]
    assert seen == [Step.SETTINGS, Step.SECRETS, Step.CONNECTION]
    assert "Correct “S3 endpoint” in the profile" in row_text(view, Step.CONNECTION)
    assert view._unreached.isVisibleTo(view)
    assert view._unreached.text().startswith("Not checked, because of what is above: This computer’s clock, Access")
    view.copy_button.click()
    assert QGuiApplication.clipboard().text().count("because of what is above") == 1


def test_rows_are_seen_while_it_goes_on(qtbot, house, open_page, bucket) -> None:
    house.steps.at_once = False
    page = open_page(bucket)
    view = start(page)
    assert view.is_checking()
    assert view.stop_button.isVisible()
    assert view._bar.isVisible()
    heard = view._heard
    heard.append(Step.SECRETS)
    qtbot.waitUntil(lambda: "Looking…" in row_text(view, Step.SECRETS))
    house.steps.step()
    assert not view.is_checking()
    assert "Looking…" not in row_text(view, Step.SECRETS)
    assert view.again_button.isVisible()


def test_stopping_and_closing(qtbot, house, open_page, bucket, strict_s3) -> None:
    house.steps.at_once = False
    view = start(open_page(bucket))
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.isVisible()
    assert view._summary.text() == "Stopping…"
    house.steps.step()
    assert view._summary.text() == "The check of “Web” was stopped."
    assert strict_s3.requests(bucket) == []
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()


def test_who_closes_twice_waits_for_nothing(qtbot, house, open_page, bucket) -> None:
    house.steps.at_once = False
    view = start(open_page(bucket))
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not view.isVisible())
    house.steps.step()  # whoever is still at work finds nobody


def test_signs_have_names(open_page, strict_s3) -> None:
    view = start(open_page("nobody-has-this"))
    assert view._rows[Step.BUCKET]._sign.accessibleName() == "Problem"
    assert view._rows[Step.ACCESS]._sign.accessibleName() == "OK"
    assert view._rows[Step.STORE]._sign.accessibleName() == "Not checked"


def test_with_real_threads(qtbot, house, open_page, doctor, bucket, strict_s3) -> None:
    page = open_page(bucket)
    background, settings, profile = ThreadPool(1), house.store.load(), page.form.profile()
    strict_s3.order(S3Fault(method="PUT", stored=True, stall=60))

    def examine(cancel: CancelToken, tell: Tell) -> Diagnosis:
        return doctor().examine(profile, settings, cancel, tell)

    view = DoctorView(
        lambda: Check(profile, examine),
        lambda offer: None,
        run_in_background=background.run,
        words=house.words,
        theme=house.theme,
        parent=page,
    )
    view.show()
    view.begin()
    qtbot.waitUntil(lambda: "Looking…" in row_text(view, Step.STORE))
    qtbot.waitUntil(lambda: any(each["method"] == "PUT" and each["key"] for each in strict_s3.requests(bucket)))
    assert view._rows[Step.CONNECTION].verdict is CheckVerdict.OK
    qtbot.mouseClick(view.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not view.is_checking())
    assert view._summary.text() == "The check of “Web” was stopped."
    # A line that was said just now is shown when its layout is done.
    qtbot.waitUntil(lambda: "The test image is gone again." in row_text(view, Step.REMOVE))
    assert strict_s3.keys(bucket) == ()
    assert background.close(5)
