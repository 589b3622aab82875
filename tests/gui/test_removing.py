"""Removing images from their bucket in the window: asked, done in the background, told; real server, real folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.model.job import Done, Job, JobState, JobStatus, StoredImage
from kraken_desktop.model.profile import Credentials, Engine, Profile, Uploader
from kraken_desktop.stores.journal import Journal
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import NotingRunner, WindowServices, done, make_job, queued

WAIT_MS = 20_000


class Shop:
    """Stores images as jobs of this computer would have, and lists them in the window."""

    def __init__(self, window: MainWindow, services: WindowServices, s3: StrictS3Handle, bucket: str) -> None:
        self.window = window
        self.services = services
        self.s3 = s3
        self.bucket = bucket
        self.profile = self.use_key()

    def use_key(self, **limits: bool) -> Profile:
        key = self.s3.new_key(**limits)
        profile = Profile(
            id="shop",
            name="Shop",
            bucket=self.bucket,
            region=self.s3.region,
            endpoint=self.s3.endpoint,
            engine=Engine.LOCAL,
            uploader=Uploader.LOCAL,
            credentials=Credentials(access_key=key.access_key),
        )
        self.services.secrets.keep(profile.secret_name, key.secret)
        self.services.settings.update(lambda now: now.with_profile(profile))
        return profile

    def put(self, number: int, *names: str, profile: Profile | None = None) -> Job:
        """A job that has stored these variants."""
        made = make_job(number)
        job = replace(made, snapshot=replace(made.snapshot, profile=profile or self.profile))
        images = []
        for name in names:
            key = f"{number}/{name}.png"
            if profile is None:
                self.s3.put(self.bucket, key, name.encode())
                url = f"{self.s3.endpoint}/{self.bucket}/{key}"
            else:
                path = Path(profile.folder, key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(name.encode())
                url = path.as_uri()
            images.append(StoredImage(variant=name, key=key, url=url, bytes=len(name)))
        outcome = Done(images=tuple(images), original_bytes=1000)
        self.services.journal.add([job])
        self.services.journal.finish(job.id, outcome)
        self.window.model.apply([JobStatus(job=job, state=JobState.DONE, outcome=outcome)])
        return job

    @property
    def keys(self) -> tuple[str, ...]:
        return self.s3.keys(self.bucket)

    @property
    def box(self) -> QMessageBox:
        found = self.window.findChild(QMessageBox, "unpublish")
        assert isinstance(found, QMessageBox)
        return found

    @property
    def text(self) -> str:
        return f"{self.box.text()}\n{self.box.informativeText()}"

    def answer(self, qtbot: QtBot, label: str) -> None:
        (button,) = [each for each in self.box.buttons() if each.text().replace("&", "") == label]
        assert isinstance(button, QPushButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def select(self, row: int) -> None:
        self.window.view.setCurrentIndex(self.window.model.index(row, 0))

    def wait_for(self, qtbot: QtBot, told: str) -> None:
        qtbot.waitUntil(lambda: self.window.toast.text == told, timeout=WAIT_MS)


@pytest.fixture
def shop(
    window: MainWindow, services: WindowServices, runner: NotingRunner, strict_s3: StrictS3Handle, bucket: str
) -> Shop:
    return Shop(window, services, strict_s3, bucket)


def shift_delete(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)


def test_all_images_of_a_row_after_a_question_that_names_them(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a", "b")
    shop.put(1, "c")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    assert "Remove 2 images from the bucket?" in shop.text
    assert "0/a.png (Shop)\n0/b.png (Shop)" in shop.text
    assert "This cannot be undone. Pages that show them will miss them;" in shop.text
    assert shop.box.defaultButton().text() == "&Keep"
    assert len(shop.keys) == 3
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "2 images removed from the bucket")
    assert shop.keys == ("1/c.png",)
    status = shop.window.model.status(0)
    assert (status.state, status.links) == (JobState.DONE, ())
    assert shop.window._row_text.state(status) == "Removed"
    assert shop.window.model.tally.images == 1
    shop.window.wishes.copy_all()
    assert QGuiApplication.clipboard().text() == f"{shop.s3.endpoint}/{shop.bucket}/1/c.png"


def test_one_image_is_spoken_of_as_one(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    assert "Remove 1 image from the bucket?" in shop.text
    assert "Pages that show it will miss it;" in shop.text
    assert "The original on this computer stays" in shop.text
    shop.answer(qtbot, "Keep")
    assert shop.keys == ("0/a.png",)


def test_an_object_of_two_rows_goes_once_and_for_both(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a")
    again = replace(shop.put(1, "b"), id="job-2", position=2)
    outcome = shop.window.model.status(0).outcome
    assert isinstance(outcome, Done)
    shop.services.journal.add([again])
    shop.services.journal.finish(again.id, outcome)
    shop.window.model.apply([JobStatus(job=again, state=JobState.DONE, outcome=outcome)])
    shop.window.view.selectAll()
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "2 images removed from the bucket")
    assert shop.keys == ()
    assert [shop.window.model.status(row).links for row in range(3)] == [(), (), ()]
    assert shop.window.banners.isHidden()


def test_names_are_never_read_as_markup(shop: Shop, qtbot: QtBot) -> None:
    shop.profile = replace(shop.profile, name='<img src="x.png">')
    shop.put(0, "a")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    assert '0/a.png (<img src="x.png">)' in shop.text
    said = [label for label in shop.box.findChildren(QLabel) if label.text()]
    assert len(said) == 2
    assert {label.textFormat() for label in said} == {Qt.TextFormat.PlainText}


def test_an_image_of_a_set_by_itself(shop: Shop, qtbot: QtBot) -> None:
    job = shop.put(0, "a", "b", "c")
    shop.window.model.set_open([job.id], True)
    shop.select(2)
    menu = shop.window.view.menu_for(shop.window.view.selected())
    (action,) = [each for each in menu.actions() if each.text() == "Remove from the &bucket…"]
    action.trigger()
    menu.close()
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert shop.keys == ("0/a.png", "0/c.png")
    assert shop.window.model.rowCount() == 4
    line = shop.window.model.line(2)
    assert line.image is not None
    assert line.image.removed
    assert shop.window._row_text.hindrance(line.image) == "Removed from the bucket"


def test_no_is_no_and_nothing_is_asked_about_nothing(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Keep")
    assert shop.keys == ("0/a.png",)
    assert shop.window.findChild(QMessageBox, "unpublish") is None
    shop.window.model.apply([queued(5)])
    shop.window.removing.ask([shop.window.model.status(1)])
    assert shop.window.findChild(QMessageBox, "unpublish") is None
    assert shop.window.toast.text == "Nothing of this is in a bucket."


def test_many_are_counted_and_the_first_are_named(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, *(f"image{number}" for number in range(9)))
    shop.select(0)
    shift_delete(qtbot, shop.window)
    assert "Remove 9 images from the bucket?" in shop.text
    assert "image4" in shop.text
    assert "image5" not in shop.text
    assert "… and 4 more" in shop.text
    shop.answer(qtbot, "Keep")


def test_the_second_question_waits_for_another_one(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a", "b")
    shop.put(1, "c")
    shop.s3.put(shop.bucket, "0/b.png", b"another one")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.window.removing.ask([shop.window.model.status(1)])
    assert "1/c.png" in shop.text
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert "1/c.png" in shop.text
    shop.answer(qtbot, "Keep")
    assert "Remove 1 image all the same?" in shop.text
    assert "0/b.png" in shop.text
    shop.answer(qtbot, "Keep")
    assert shop.window.findChild(QMessageBox, "unpublish") is None
    assert shop.keys == ("0/b.png", "1/c.png")


def test_what_was_replaced_is_asked_about_once_more(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a", "b")
    shop.s3.put(shop.bucket, "0/b.png", b"another one")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert shop.keys == ("0/b.png",)
    assert "Remove 1 image all the same?" in shop.text
    assert "somebody replaced it since" in shop.text
    assert "0/b.png" in shop.text
    shop.window.toast.say("")
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert shop.keys == ()


def test_a_key_that_may_not_look_leaves_it_to_the_person(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a")
    shop.use_key(may_read=False)
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "Nothing was removed.")
    assert "This key may not look at them" in shop.text
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert shop.keys == ()


def test_a_missing_right_is_told_above_the_list(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a", "b")
    shop.use_key(may_delete=False)
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "Nothing was removed.")
    banner = shop.window.banners.banner("bucket.denied")
    assert banner is not None
    assert "s3:DeleteObject" in "".join(label.text() for label in banner.findChildren(QLabel))
    assert len(shop.window.model.status(0).links) == 2
    assert len(shop.keys) == 2


def test_what_had_gone_before_is_told(shop: Shop, qtbot: QtBot) -> None:
    shop.put(0, "a", "b")
    shop.s3.client.delete_object(Bucket=shop.bucket, Key="0/a.png")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket, 1 image had gone before")
    assert shop.window.model.status(0).links == ()


def test_a_file_in_a_folder_bucket(shop: Shop, qtbot: QtBot, tmp_path: Path) -> None:
    profile = replace(shop.profile, id="folder", name="Folder", bucket="", endpoint="", folder=str(tmp_path / "f"))
    shop.put(0, "a", profile=profile)
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    assert not Path(profile.folder, "0/a.png").exists()


def test_after_a_restart_it_is_still_removed(shop: Shop, qtbot: QtBot, services: WindowServices) -> None:
    shop.put(0, "a")
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "1 image removed from the bucket")
    journal = Journal.open(services.folders.journal, lambda _problem: None)
    (status,) = journal.recent(10)
    journal.close()
    assert status.links == ()


def test_an_image_that_the_history_does_not_know_stays(shop: Shop, qtbot: QtBot) -> None:
    shop.window.model.apply([done(7)])
    shop.select(0)
    shift_delete(qtbot, shop.window)
    shop.answer(qtbot, "Remove")
    shop.wait_for(qtbot, "Nothing was removed.")
    banner = shop.window.banners.banner("removal.unknown")
    assert banner is not None


def test_quitting_does_not_wait_for_it(shop: Shop, make_window: Callable[..., MainWindow]) -> None:
    assert shop.window.removing.close(0.5)
