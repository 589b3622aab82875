"""The form of a profile on each route: what it shows, asks for and keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked
from PySide6.QtWidgets import QFileDialog, QLineEdit

from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.profile_destination import KeySource
from kraken_desktop.gui.settings.profile_more import FIELDS
from kraken_desktop.gui.settings.profile_route import Place
from kraken_desktop.model.profile import (
    Acl,
    Collision,
    CredentialSource,
    Engine,
    Uploader,
)

from .conftest import S3_SECRET

# The offscreen platform says so whenever a window has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


ALL_FIELDS = (
    "account_id",
    "place",
    "folder",
    "provider",
    "service_account",
    "bucket",
    "endpoint",
    "region",
    "key_source",
    "aws_profile",
    "access_key",
    "secret",
    "session_token",
    "acl",
)
KEYS = {"bucket", "region", "access_key", "secret", "acl"}


def visible(form) -> set[str]:
    return {name for name in ALL_FIELDS if form.is_field_visible(name)}


@pytest.fixture
def form(house):
    house.fill("Blog")
    return house.open("profiles").profiles_page.form


def choose_route(form, route: Route) -> None:
    form.route.route.button_of(route).click()


def choose_place(form, place: Place) -> None:
    form.route.place.button_of(place).click()


def test_each_route_shows_what_applies_to_it(form):
    assert visible(form) == KEYS
    choose_route(form, Route.MIXED)
    assert visible(form) == KEYS | {"place", "provider", "key_source"}
    choose_place(form, Place.FOLDER)
    assert visible(form) == {"place", "folder"}
    choose_route(form, Route.LOCAL)
    assert visible(form) == {"place", "folder"}
    choose_route(form, Route.KRAKEN)
    assert visible(form) == KEYS


@pytest.mark.parametrize("route", Route)
def test_each_route_says_what_leaves_and_who_sees_which_secret(form, route):
    told = form.route.route.meaning_of(route)
    assert "secret" in told
    assert ("go to Kraken.io" in told) is route.needs_account
    assert form.route.route.button_of(route).accessibleDescription() == told


def test_an_account_is_asked_for_only_where_one_is_needed(house):
    house.fill("Blog", account=False)
    form = house.open("profiles").profiles_page.form
    assert form.is_field_visible("account_id")
    choose_route(form, Route.LOCAL)
    assert not form.is_field_visible("account_id")
    form.touch_all()
    assert form.faults() == ()


def test_nothing_typed_is_lost_when_a_choice_is_switched(form, type_into):
    choose_route(form, Route.LOCAL)
    type_into(form.destination.bucket, "typed-bucket")
    type_into(form.destination.endpoint, "https://s3.example.com")
    choose_place(form, Place.FOLDER)
    type_into(form.destination.folder.line, "/pictures/out")
    assert form.profile().folder == "/pictures/out"
    choose_route(form, Route.KRAKEN)
    assert form.profile().folder == ""
    assert form.profile().bucket == "typed-bucket"
    choose_route(form, Route.MIXED)
    assert form.profile().folder == "/pictures/out"
    choose_place(form, Place.BUCKET)
    assert (form.profile().folder, form.profile().endpoint) == ("", "https://s3.example.com")


def test_a_folder_of_this_computer_is_saved_without_a_secret(house, type_into, qtbot):
    house.fill("Blog", account=False)
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    form = page.form
    assert form.route.route.value is Route.LOCAL
    choose_place(form, Place.FOLDER)
    folder = str(house.path.parent / "out put")
    type_into(form.destination.folder.line, folder)
    assert form.images.example.url.startswith(Path(folder).as_uri())
    dialog.bar.save_button.click()
    saved = house.store.load().profiles[1]
    assert (saved.engine, saved.uploader, saved.folder) == (Engine.LOCAL, Uploader.LOCAL, folder)
    assert not page.is_dirty()


def test_an_empty_folder_is_missing_at_its_own_field_and_nothing_of_s3_is(house):
    house.fill("Blog")
    page = house.open("profiles").profiles_page
    page.entries.add_button.click()
    choose_route(page.form, Route.LOCAL)
    choose_place(page.form, Place.FOLDER)
    page.form.touch_all()
    assert page.form.faults() == ("folder",)
    assert "The folder is missing." in page.form.remarks_of("folder")


def test_the_keyrings_trouble_is_told_only_while_the_place_is_a_bucket(house):
    house.fill("Blog")
    house.secrets.reread()
    house.keyring.problem = KeyringLocked("locked")
    page = house.open("profiles").profiles_page
    choose_route(page.form, Route.LOCAL)
    assert page.notice.isVisible()
    choose_place(page.form, Place.FOLDER)
    assert not page.notice.isVisible()
    choose_place(page.form, Place.BUCKET)
    assert page.notice.isVisible()


def test_the_keyring_is_not_asked_for_a_profile_with_a_folder(house, type_into):
    house.fill("Blog")
    local = replace(
        house.store.load().profiles[0],
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        folder=str(house.path.parent),
    )
    house.store.update(lambda now: now.with_profile(local))
    house.secrets.reread()
    house.keyring.problem = AssertionError("the keyring is asked")
    page = house.open("profiles").profiles_page
    type_into(page.form.name, "Renamed")
    page.save()
    assert house.store.load().profiles[0].name == "Renamed"
    house.keyring.problem = None
    choose_place(page.form, Place.BUCKET)
    assert page.form.destination.secret.place == "keyring"


def test_a_folder_is_picked_in_the_systems_dialog(form, qtbot):
    choose_route(form, Route.LOCAL)
    choose_place(form, Place.FOLDER)
    field = form.destination.folder
    field.button.click()
    dialog = field.findChild(QFileDialog)
    with qtbot.waitSignal(form.edited):
        dialog.fileSelected.emit("/pictures/picked")
    dialog.close()
    assert form.profile().folder == str(Path("/pictures/picked"))


def test_the_persons_own_folder_can_be_written_short(form, type_into):
    choose_route(form, Route.LOCAL)
    choose_place(form, Place.FOLDER)
    type_into(form.destination.folder.line, "~/out")
    assert form.profile().folder == str(Path.home() / "out")


def test_keys_can_come_from_the_aws_configuration(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    choose_route(form, Route.LOCAL)
    form.destination.key_source.set_value(KeySource.AWS_PROFILE)
    form.destination.key_source.activated.emit(1)
    assert visible(form) == {"place", "provider", "bucket", "region", "key_source", "aws_profile", "acl"}
    dialog.bar.save_button.click()
    assert form.remarks_of("aws_profile").startswith("Error: ")
    type_into(form.destination.aws_profile, "work")
    dialog.bar.save_button.click()
    credentials = house.store.load().profiles[0].credentials
    assert (credentials.source, credentials.aws_profile) == (CredentialSource.AWS_PROFILE, "work")
    choose_route(form, Route.KRAKEN)
    assert form.profile().credentials.source is CredentialSource.KEYRING


def test_temporary_keys_have_a_token_that_is_kept_and_given_up(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    profile = house.store.load().profiles[0]
    choose_route(form, Route.LOCAL)
    assert not form.is_field_visible("session_token")
    type_into(form.destination.access_key, "ASIAIOSFODNN7EXAMPLE")
    assert form.is_field_visible("session_token")
    dialog.bar.save_button.click()
    assert form.remarks_of("session_token").startswith("Error: ")
    type_into(form.destination.token.findChild(QLineEdit), "a-token")
    dialog.bar.save_button.click()
    assert house.keyring.value(profile.session_token_name) == "a-token"
    assert house.keyring.value(profile.secret_name) == S3_SECRET
    assert form.destination.token.shown == "•••• saved in the keyring"
    assert not dialog.profiles_page.is_dirty()
    type_into(form.destination.access_key, "AKIAIOSFODNN7EXAMPLE")
    form.destination.temporary.click()
    dialog.bar.save_button.click()
    assert house.keyring.value(profile.session_token_name) is None
    assert house.keyring.value(profile.secret_name) == S3_SECRET


def test_a_kept_token_is_found_again(house):
    house.fill("Blog")
    profile = replace(house.store.load().profiles[0], engine=Engine.LOCAL, uploader=Uploader.LOCAL)
    house.store.update(lambda now: now.with_profile(profile))
    house.secrets.keep(profile.session_token_name, "a-token")
    page = house.open("profiles").profiles_page
    assert page.form.destination.temporary.isChecked()
    assert page.form.is_field_visible("session_token")
    assert not page.is_dirty()


def test_access_follows_the_route_until_somebody_chooses(house):
    house.fill()
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.entries.add_button.click()
    acl = page.form.images.acl
    assert acl.value is Acl.PUBLIC_READ
    choose_route(page.form, Route.MIXED)
    assert acl.value is Acl.NONE
    acl.button_of(Acl.PRIVATE).click()
    choose_route(page.form, Route.KRAKEN)
    assert acl.value is Acl.PRIVATE


def test_no_access_is_never_turned_into_public_unseen(form):
    choose_route(form, Route.LOCAL)
    form.images.acl.button_of(Acl.NONE).click()
    choose_route(form, Route.KRAKEN)
    assert form.profile().acl is Acl.NONE
    assert form.images.acl.button_of(Acl.NONE).isVisible()
    form.touch_all()
    assert form.remarks_of("acl").startswith("Error: ")


def test_the_rest_belongs_to_who_stores(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    form.more.more.click()
    assert not form.is_field_visible("storage_class")
    choose_route(form, Route.LOCAL)
    assert {"local_copy", "path_style", "storage_class", "tags"} <= {n for n in FIELDS if form.is_field_visible(n)}
    type_into(form.more.local_copy.line, str(house.path.parent))
    form.more.path_style.set_value(True)
    form.more.path_style.activated.emit(1)
    form.more.storage_class.setEditText("STANDARD_IA")
    form.images.collision.set_value(Collision.SKIP)
    form.images.collision.activated.emit(1)
    dialog.bar.save_button.click()
    saved = house.store.load().profiles[0]
    assert (saved.local_copy, saved.path_style, saved.storage_class, saved.collision) == (
        str(house.path.parent),
        True,
        "STANDARD_IA",
        Collision.SKIP,
    )
    choose_place(form, Place.FOLDER)
    assert [name for name in FIELDS if form.is_field_visible(name)] == ["public_url"]


def test_an_endpoint_is_seen_where_it_is_set(house):
    house.fill("Blog")
    with_endpoint = replace(house.store.load().profiles[0], endpoint="https://s3.eu-west-1.amazonaws.com")
    house.store.update(lambda now: now.with_profile(with_endpoint))
    assert house.open("profiles").profiles_page.form.is_field_visible("endpoint")
