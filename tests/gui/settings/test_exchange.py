from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from keyring.errors import KeyringLocked

from kraken_desktop.gui.settings.exchange_view import ExchangeView
from kraken_desktop.model.parcel import Clash
from kraken_desktop.model.profile import Credentials, CredentialSource, Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.exchange import export
from kraken_desktop.stores.foreign_settings import Program
from tests.gui.settings.conftest import S3_SECRET, House, press
from tests.support.gui import drop, mime_of_files

SHOP = Profile(id="shop", name="Shop", bucket="shop-images", credentials=Credentials(access_key="AKIAIOSFODNN7EXAMPLE"))


def parcel(folder: Path, *profiles: Profile) -> Path:
    settings = Settings(profiles=profiles)
    path = folder / "from elsewhere.json"
    path.write_text(export(settings, profiles))
    return path


def names(house: House) -> list[str]:
    return [profile.name for profile in house.store.load().profiles]


def view_of(page) -> ExchangeView:
    view = page.exchange.view
    assert view is not None
    return view


def test_what_comes_is_shown_before_it_is_taken(house: House, tmp_path: Path) -> None:
    house.fill("Blog")
    page = house.open("profiles").profiles_page
    page.exchange.begin(parcel(tmp_path, SHOP, replace(SHOP, id="x", name="Blog", region="eu-west-1")))
    view = view_of(page)
    assert view.text.splitlines() == [
        "Shop",
        "New profile",
        "Blog",
        "Differs from yours, “Blog”:",
        "Bucket: bucket-1 → shop-images",
        "Region: us-east-1 → eu-west-1",
    ]
    assert names(house) == ["Blog"]
    view.reject()
    assert names(house) == ["Blog"]
    assert page.exchange.view is None


def test_what_came_leads_to_what_is_missing_and_can_be_undone(house: House, tmp_path: Path) -> None:
    house.fill("Blog")
    before = house.store.load()
    dialog = house.open("profiles")
    page = dialog.profiles_page
    page.exchange.begin(parcel(tmp_path, SHOP))
    view_of(page).accept()
    assert names(house) == ["Blog", "Shop"]
    assert page.form.name.text() == "Shop"
    assert page.entries.texts() == ["Blog (default)", "Shop"]
    assert page.exchange.notice.text == "One profile imported. Something is still to be entered: “Shop”."
    press(page.exchange.notice, "Enter it for “Shop”")
    assert page.form.destination.access_key.hasFocus()
    page.exchange.begin(parcel(tmp_path, replace(SHOP, name="Other")))
    view_of(page).accept()
    assert names(house) == ["Blog", "Shop", "Other"]
    press(page.exchange.notice, "Undo the import")
    assert names(house) == ["Blog", "Shop"]
    assert house.store.load().profiles[0] == before.profiles[0]
    assert page.entries.texts() == ["Blog (default)", "Shop"]


@pytest.mark.parametrize(
    ("clash", "expected"),
    [(Clash.RENAME, ["bucket-1", "shop-images"]), (Clash.REPLACE, ["shop-images"]), (Clash.SKIP, ["bucket-1"])],
)
def test_what_meets_one_of_the_same_name(house: House, tmp_path: Path, clash: Clash, expected: list[str]) -> None:
    house.fill("Blog")
    page = house.open("profiles").profiles_page
    page.exchange.begin(parcel(tmp_path, replace(SHOP, name="Blog")))
    view = view_of(page)
    assert view.clash is Clash.RENAME
    view.choose(clash)
    view.accept()
    assert [profile.bucket for profile in house.store.load().profiles] == expected
    assert (page.exchange.notice.text == "Nothing was imported. What you have stays as it is.") == (clash is Clash.SKIP)
    if clash is Clash.REPLACE:
        assert page.exchange.notice.text == "One profile imported."
        press(page.exchange.notice, "Undo the import")
        assert house.store.load().profiles[0].bucket == "bucket-1"
        assert house.keyring.value("profile/profile-1/s3-secret") == S3_SECRET


def test_what_is_there_already_is_not_imported(house: House, tmp_path: Path) -> None:
    house.fill("Blog")
    page = house.open("profiles").profiles_page
    page.exchange.begin(parcel(tmp_path, *house.store.load().profiles))
    assert "Here already, just like this" in view_of(page).text
    assert not view_of(page).import_button.isEnabled()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "Nothing was imported from “file.json”. It is not a file with profiles, or was cut short"),
        ({"format": "kraken-desktop profiles", "version": 7}, "Update Kraken Desktop, then import the file again."),
        (
            {"format": "kraken-desktop profiles", "version": 1, "recipes": [{"quality": "high"}]},
            "It is damaged at recipes[0].quality: a whole number belongs there.",
        ),
    ],
)
def test_what_is_no_good_is_told(house: House, tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    page = house.open("profiles").profiles_page
    page.exchange.begin(path)
    assert page.exchange.view is None
    assert said in page.exchange.notice.text
    press(page.exchange.notice, "OK")
    assert page.exchange.notice.text == ""


def test_a_file_that_is_dropped_on_the_page_is_read(house: House, tmp_path: Path) -> None:
    page = house.open("profiles").profiles_page
    event = drop(page, mime_of_files(parcel(tmp_path, SHOP)))
    assert event.isAccepted()
    assert "Shop" in view_of(page).text
    view_of(page).reject()
    assert not drop(page, mime_of_files(tmp_path / "a.json", tmp_path / "b.json")).isAccepted()
    assert not drop(page, mime_of_files(tmp_path / "photo.JPG")).isAccepted()


def test_unsaved_changes_are_asked_about_first(house: House, tmp_path: Path, type_into) -> None:
    house.fill("Blog")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    type_into(page.form.name, "Blogs")
    page.exchange.begin(parcel(tmp_path, SHOP))
    house.answer(dialog, "Discard")
    house.qtbot.waitUntil(lambda: page.exchange.view is not None)


# --- other programs ---


@pytest.fixture
def picgo(home: Path) -> Path:
    path = home / ".picgo/config.json"
    path.parent.mkdir()
    told = {"bucketName": "img-bucket", "accessKeyID": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "plain/secret"}
    path.write_text(json.dumps({"picBed": {"aws-s3": told}}))
    return path


@pytest.mark.usefixtures("picgo")
@pytest.mark.parametrize("agrees", [True, False])
def test_a_secret_of_another_program_is_kept_only_if_agreed(house: House, agrees: bool) -> None:
    page = house.open("profiles").profiles_page
    page.exchange.begin(Program.PICGO)
    view = view_of(page)
    assert "plain/secret" not in view.text
    if agrees:
        view.agree()
    view.accept()
    (profile,) = house.store.load().profiles
    assert house.keyring.value(profile.secret_name) == ("plain/secret" if agrees else None)
    assert "plain/secret" not in house.path.read_text()
    assert ("still to be entered" in page.exchange.notice.text) == (not agrees)
    press(page.exchange.notice, "Undo the import")
    assert house.store.load().profiles == ()
    assert house.keyring.entries == {}


@pytest.mark.parametrize("agrees", [True, False])
def test_another_access_key_needs_another_secret_and_undoing_brings_the_old_one_back(
    house: House, picgo: Path, agrees: bool
) -> None:
    house.fill("img-bucket")
    old = house.store.load().profiles[0]
    house.secrets.keep(old.session_token_name, "old token")
    picgo.write_text(picgo.read_text().replace("AKIAIOSFODNN7EXAMPLE", "AKIANEW"))
    page = house.open("profiles").profiles_page
    page.exchange.begin(Program.PICGO)
    view_of(page).choose(Clash.REPLACE)
    if agrees:
        view_of(page).agree()
    view_of(page).accept()
    assert house.store.load().profiles[0].credentials.access_key == "AKIANEW"
    assert house.keyring.value(old.secret_name) == ("plain/secret" if agrees else S3_SECRET)
    assert house.keyring.value(old.session_token_name) == (None if agrees else "old token")
    assert ("still to be entered: “img-bucket”" in page.exchange.notice.text) == (not agrees)
    press(page.exchange.notice, "Undo the import")
    assert house.store.load().profiles == (old,)
    assert house.keyring.value(old.secret_name) == S3_SECRET
    assert house.keyring.value(old.session_token_name) == "old token"


@pytest.mark.usefixtures("picgo")
def test_without_a_keyring_the_profile_comes_and_its_secret_is_asked_for(house: House) -> None:
    house.keyring.problem = KeyringLocked("locked")
    page = house.open("profiles").profiles_page
    page.exchange.begin(Program.PICGO)
    view_of(page).agree()
    view_of(page).accept()
    assert names(house) == ["img-bucket"]
    assert "The keyring is locked." in page.exchange.notice.text
    assert "still to be entered: “img-bucket”" in page.exchange.notice.text


def test_a_profile_of_aws_asks_for_its_bucket(house: House, home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text("[work]\naws_access_key_id = AKIA1\naws_secret_access_key = x\n")
    page = house.open("profiles").profiles_page
    page.exchange.begin(Program.AWS)
    view_of(page).accept()
    (profile,) = house.store.load().profiles
    assert profile.credentials == Credentials(source=CredentialSource.AWS_PROFILE, aws_profile="work")
    press(page.exchange.notice, "Enter it for “work”")
    assert page.form.destination.bucket.hasFocus()


def test_where_nothing_is_the_places_are_named(house: House, home: Path) -> None:
    page = house.open("profiles").profiles_page
    page.exchange.begin(Program.PICLIST)
    assert page.exchange.notice.text.startswith("Nothing of PicList was found on this computer.")
    assert str(home / ".piclist/config.json") in page.exchange.notice.text


# --- export ---


def test_an_export_says_what_is_not_in_it(house: House, tmp_path: Path) -> None:
    house.fill("Blog")
    page = house.open("profiles").profiles_page
    path = tmp_path / "out.json"
    page.exchange.export(path, house.store.load().profiles, every_recipe=True)
    assert [profile["name"] for profile in json.loads(path.read_text())["profiles"]] == ["Blog"]
    for hidden in (S3_SECRET, "AKIAIOSFODNN7EXAMPLE", "a-key"):
        assert hidden not in path.read_text()
    assert page.exchange.notice.text.startswith(
        "Exported to “out.json”. Secrets, access key IDs and accounts are not in the file"
    )
    page.exchange.export(tmp_path / "no folder/out.json", (), every_recipe=True)
    assert page.exchange.notice.text.startswith("“out.json” could not be written.")
