from __future__ import annotations

from dataclasses import replace

import pytest
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.profile import (
    DEFAULT_TEMPLATE,
    Acl,
    Credentials,
    CredentialSource,
    Engine,
    Finding,
    Profile,
    Severity,
    Uploader,
)

from .conftest import S3_SECRET, press

# The offscreen platform says so whenever a window has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def secret_line(page) -> QLineEdit:
    return page.form.destination.secret.findChild(QLineEdit)


def names(page) -> list[str]:
    return page.entries.texts()


# --- the list ------------------------------------------------------------------------------------------


def test_the_default_profile_is_marked_and_shown_first(house):
    house.fill("Blog", "Shop")
    house.store.update(lambda now: now.with_default("profile-2"))
    page = house.open("profiles").profiles_page
    assert names(page) == ["Blog", "Shop (default)"]
    assert page.form.name.text() == "Shop"


def test_another_profile_becomes_the_default(house):
    house.fill("Blog", "Shop")
    page = house.open("profiles").profiles_page
    assert not page.entries.default_button.isEnabled()
    page.entries.pick(1)
    page.entries.default_button.click()
    assert house.store.load().default_profile_id == "profile-2"
    assert names(page) == ["Blog", "Shop (default)"]


def test_a_copy_gets_everything_and_its_own_secret(house):
    house.fill("Blog")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.duplicate_button.click()
    assert "Blog" in page.form.destination.where.text()
    dialog.bar.save_button.click()
    first, second = house.store.load().profiles
    assert (second.name, second.bucket) == ("Blog copy", first.bucket)
    assert second.id != first.id
    assert house.keyring.value(second.secret_name) == S3_SECRET
    assert names(page) == ["Blog (default)", "Blog copy"]


def test_a_copy_of_a_session_secret_stays_in_the_session(house):
    house.fill("Blog")
    house.keyring.entries.clear()
    house.secrets.reread()
    house.secrets.keep("profile/profile-1/s3-secret", S3_SECRET, session_only=True)
    dialog = house.open("profiles")
    dialog.profiles_page.entries.duplicate_button.click()
    dialog.bar.save_button.click()
    copy = house.store.load().profiles[1]
    assert house.secrets.where(copy.secret_name) == "session"
    assert house.keyring.value(copy.secret_name) is None


def test_a_copy_that_is_discarded_leaves_nothing(house):
    house.fill("Blog")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.duplicate_button.click()
    assert names(page) == ["Blog (default)", "Blog copy (new)"]
    dialog.bar.discard_button.click()
    assert names(page) == ["Blog (default)"]
    assert len(house.store.load().profiles) == 1


def test_deleting_asks_and_takes_the_secret_along(house):
    house.fill("Blog", "Shop")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.delete_button.click()
    assert "“Blog”" in house.question(dialog).text()
    house.answer(dialog, "Cancel")
    assert len(house.store.load().profiles) == 2
    page.entries.delete_button.click()
    house.answer(dialog, "Delete")
    assert [profile.name for profile in house.store.load().profiles] == ["Shop"]
    assert house.keyring.value("profile/profile-1/s3-secret") is None
    assert page.form.name.text() == "Shop"


def test_the_delete_key_deletes(house, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    dialog.resize(900, 600)
    qtbot.keyClick(dialog.profiles_page.entries._list, Qt.Key.Key_Delete)
    house.answer(dialog, "Delete")
    assert house.store.load().profiles == ()
    assert not dialog.profiles_page.form.isVisible()


@pytest.mark.parametrize(("problem", "is_told"), [(KeyringLocked("locked"), True), (NoKeyringError("none"), False)])
def test_a_profile_is_deleted_even_if_the_keyring_keeps_its_secret(house, problem, is_told):
    house.fill("Blog", "Shop")
    dialog = house.open("profiles")
    house.keyring.problem = problem
    dialog.profiles_page.entries.delete_button.click()
    house.answer(dialog, "Delete")
    assert len(house.store.load().profiles) == 1
    assert dialog.profiles_page.notice.isVisible() is is_told


# --- the form ------------------------------------------------------------------------------------------


def test_a_new_profile(house, type_into):
    house.fill()
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    form = page.form
    type_into(form.name, "Blog")
    type_into(form.destination.bucket, "my-images")
    form.destination.region.setCurrentIndex(form.destination.region.findData("eu-central-1"))
    type_into(form.destination.access_key, "AKIAIOSFODNN7EXAMPLE")
    type_into(secret_line(page), S3_SECRET)
    dialog.bar.save_button.click()
    settings = house.store.load()
    (profile,) = settings.profiles
    assert profile == Profile(
        id=profile.id,
        name="Blog",
        account_id="account-1",
        bucket="my-images",
        region="eu-central-1",
        path_template=DEFAULT_TEMPLATE,
        acl=Acl.PUBLIC_READ,
        credentials=Credentials(access_key="AKIAIOSFODNN7EXAMPLE"),
    )
    assert settings.default_profile == profile
    assert house.keyring.value(profile.secret_name) == S3_SECRET
    for path in house.path.parent.iterdir():
        assert S3_SECRET.encode() not in path.read_bytes()
    assert form.destination.secret.shown == "•••• saved in the keyring"


def test_a_bad_bucket_is_explained_while_it_is_typed(house, type_into, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    type_into(form.destination.bucket, "My Bucket")
    wanted = house.words.finding(Finding(field="bucket", problem="bucket.characters", detail="space"))
    qtbot.waitUntil(lambda: wanted.what in form.remarks_of("bucket"))
    assert wanted.remedy in form.remarks_of("bucket")
    assert wanted.what in form.destination.bucket.accessibleDescription()
    assert not dialog.bar.save_button.isEnabled()
    assert "Bucket" in dialog.bar.fault_button.text()
    type_into(form.destination.bucket, "my-bucket")
    assert form.remarks_of("bucket") == ""
    assert dialog.bar.save_button.isEnabled()


def test_a_warning_does_not_forbid_saving(house, type_into, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    type_into(form.images.path.line, "{{name}")
    form.images.path.line.setText("{name}")
    form.images.path.edited.emit()
    qtbot.waitUntil(lambda: form.remarks_of("path_template").startswith("Warning: "))
    dialog.bar.save_button.click()
    assert house.store.load().profiles[0].path_template == "{name}"


def test_a_new_form_is_quiet_until_saving_is_tried(house, qtbot):
    house.fill()
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    fields = ("name", "bucket", "access_key", "secret", "path_template")
    assert [page.form.remarks_of(name) for name in fields] == ["", "", "", "", ""]
    dialog.bar.save_button.click()
    assert page.form.remarks_of("bucket")
    assert page.form.remarks_of("secret")
    qtbot.waitUntil(page.form.destination.bucket.hasFocus)
    assert house.store.load().profiles == ()


def test_two_profiles_cannot_have_one_name(house, type_into, qtbot):
    house.fill("Blog", "Shop")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "Shop")
    qtbot.waitUntil(lambda: "“Shop”" in dialog.profiles_page.form.remarks_of("name"))
    assert not dialog.bar.save_button.isEnabled()


def test_the_example_follows_the_form(house, type_into):
    house.fill("Blog")
    form = house.open("profiles").profiles_page.form
    type_into(form.images.path.line, "{")
    assert form.images.example.key == ""
    form.images.path.line.setText("p/{stem|slug}{ext}")
    form.images.path.edited.emit()
    assert form.images.example.key == "p/holiday-photo.jpg"
    assert form.images.example.url == "https://bucket-1.s3.us-east-1.amazonaws.com/p/holiday-photo.jpg"
    form.more.more.click()
    type_into(form.more.public_url, "https://cdn.example.com/")
    assert form.images.example.url == "https://cdn.example.com/p/holiday-photo.jpg"


def test_the_example_takes_the_image_that_was_dropped_last(house):
    house.fill("Blog")
    sample = Source(kind=SourceKind.FILE, location="/x", name="{uuid} é.HEIC", folder="a", extension=".heic")
    form = house.open("profiles", sample=sample).profiles_page.form
    form.images.path.line.setText("{folder}/{stem}{ext}")
    form.images.path.edited.emit()
    assert "{uuid} é.HEIC" in form.images.example.about
    assert form.images.example.key.endswith(".jpg")
    assert "{" not in form.images.example.key


def test_a_variable_is_put_in_where_the_cursor_is(house):
    house.fill("Blog")
    form = house.open("profiles").profiles_page.form
    form.images.path.line.setText("ab{ext}")
    form.images.path.line.setCursorPosition(1)
    actions = {action.text().partition("\t")[0]: action for action in form.images.path.menu.actions()}
    actions["{hash:8}"].trigger()
    assert form.images.path.line.text() == "a{hash:8}b{ext}"
    form.images.path.line.setCursorPosition(len("a{hash:8}"))
    actions["|lower"].trigger()
    assert form.images.path.line.text() == "a{hash:8|lower}b{ext}"
    explained = [action.text() for spelling, action in actions.items() if "{" in spelling]
    assert all(text.partition("\t")[2] for text in explained)


@pytest.mark.parametrize("text", ["eu-north-9", "eu-west-3 — Europe (Paris)"])
def test_a_region_is_chosen_or_typed(house, type_into, text):
    house.fill("Blog")
    dialog = house.open("profiles")
    dialog.profiles_page.form.destination.region.setEditText(text)
    dialog.bar.save_button.click()
    assert house.store.load().profiles[0].region == text.partition(" ")[0]


def test_regions_are_found_by_their_names(house):
    house.fill("Blog")
    region = house.open("profiles").profiles_page.form.destination.region
    completer = region.completer()
    completer.setCompletionPrefix("frankf")
    assert completer.currentCompletion().startswith("eu-central-1")


def test_public_and_private_say_what_they_mean(house):
    house.fill("Blog")
    dialog = house.open("profiles")
    acl = dialog.profiles_page.form.images.acl
    assert "Anyone who has the link" in acl.meaning_of(Acl.PUBLIC_READ)
    acl.set_value(Acl.PRIVATE)
    dialog.bar.save_button.click()
    assert house.store.load().profiles[0].acl is Acl.PRIVATE


def test_it_says_who_gets_to_see_the_secret(house):
    house.fill("Blog", "Own")
    own = house.store.load().profile("profile-2")
    house.store.update(lambda now: now.with_profile(Profile(**{**_fields(own), "uploader": Uploader.LOCAL})))
    page = house.open("profiles").profiles_page
    assert "sent to Kraken.io" in page.form.destination.where.text()
    page.entries.pick(1)
    assert "never leaves this computer" in page.form.destination.where.text()


def _fields(profile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in Profile.__dataclass_fields__}


def test_a_session_only_profile(house, type_into):
    house.fill("Blog")
    house.keyring.problem = KeyringError("denied")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    type_into(page.form.destination.bucket, "my-images")
    type_into(page.form.destination.access_key, "AKIAIOSFODNN7EXAMPLE")
    type_into(secret_line(page), S3_SECRET)
    dialog.bar.save_button.click()
    assert len(house.store.load().profiles) == 1
    press(page.notice, "Keep for this session only")
    profile = house.store.load().profiles[1]
    assert house.secrets.where(profile.secret_name) == "session"
    assert page.form.destination.secret.shown == "•••• kept for this session"


def test_who_keeps_a_secret_for_the_session_is_not_asked_again(house, type_into):
    house.fill("Blog", "Shop")
    local = replace(house.store.load().profiles[0], engine=Engine.LOCAL, uploader=Uploader.LOCAL)
    house.store.update(lambda now: now.with_profile(local))
    house.secrets.reread()
    house.keyring.problem = KeyringLocked("locked")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    assert "session token" not in page.notice.text
    press(page.notice, "Keep for this session only")
    assert page.form.destination.secret.focusProxy().hasFocus()
    page.entries.pick(1)
    assert page.notice.isVisible()
    page.entries.pick(0)
    assert not page.notice.isVisible()
    type_into(secret_line(page), S3_SECRET)
    dialog.bar.save_button.click()
    assert not page.notice.isVisible()
    assert house.secrets.where(local.secret_name) == "session"
    # Neither another time, for the token that such a profile might have.
    assert not house.open("profiles").profiles_page.notice.isVisible()


def test_a_question_that_is_open_is_told_beside_the_button(house, type_into):
    house.fill("Blog")
    house.secrets.reread()
    house.keyring.problem = KeyringLocked("locked")
    dialog = house.open("profiles")
    assert dialog.bar.status.text() == ""
    page = dialog.profiles_page
    page.form.destination.secret.setFocus()
    type_into(secret_line(page), S3_SECRET)
    dialog.bar.save_button.click()
    assert dialog.bar.status.text() == "Not saved yet: see the message above the form"
    press(page.notice, "Keep for this session only")
    assert dialog.bar.status.text() == "Saved."


def test_a_profile_for_keys_from_the_environment(house, type_into):
    house.fill()
    house.environ.update({"KRAKEN_S3_SECRET": S3_SECRET, "KRAKEN_S3_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE"})
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    type_into(page.form.destination.bucket, "my-images")
    dialog.bar.save_button.click()
    (profile,) = house.store.load().profiles
    assert profile.credentials.source is CredentialSource.ENVIRONMENT
    assert house.secrets.s3_keys(profile).secret == S3_SECRET


def test_a_profile_without_an_account_can_be_saved_and_is_told(house, type_into):
    house.fill("Blog", account=False)
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    type_into(form.name, "Blog 2")
    form.touch_all()
    assert form.remarks_of("account_id").startswith("Warning: ")
    dialog.bar.save_button.click()
    assert house.store.load().profiles[0].name == "Blog 2"


def test_what_the_form_does_not_show_is_not_lost(house, type_into):
    house.fill("Blog")
    before = house.store.load().profiles[0]
    rich = Profile(
        **{
            **_fields(before),
            "tags": (("team", "web"),),
            "metadata": (("from", "here"),),
            "headers": (("Cache-Control", "max-age=60"),),
            "endpoint": "https://s3.example.com",
        }
    )
    house.store.update(lambda now: now.with_profile(rich))
    dialog = house.open("profiles")
    assert dialog.profiles_page.form.more.more.is_open
    assert not dialog.profiles_page.is_dirty()
    type_into(dialog.profiles_page.form.name, "Renamed")
    dialog.bar.save_button.click()
    assert house.store.load().profiles[0] == Profile(**{**_fields(rich), "name": "Renamed"})


@pytest.mark.parametrize("severity", list(Severity))
def test_errors_and_warnings_differ_in_words_too(house, severity):
    house.fill("Blog")
    form = house.open("profiles").profiles_page.form
    form.images.path.line.setText("{name}" if severity is Severity.WARNING else "{nmae}")
    form.images.path.edited.emit()
    form.touch_all()
    assert form.remarks_of("path_template").startswith(severity.value.capitalize() + ": ")
