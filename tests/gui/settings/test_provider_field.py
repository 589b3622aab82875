"""Choosing a service in the profile's form, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.gui.routes import Route
from kraken_desktop.model.profile import Acl, Uploader
from kraken_desktop.model.providers import PROVIDERS, provider_named


@pytest.fixture
def form(house):
    house.fill("Blog")
    form = house.open("profiles").profiles_page.form
    form.route.route.button_of(Route.LOCAL).click()
    return form


def choose(form, code: str) -> None:
    box = form.destination.service.provider
    row = PROVIDERS.index(provider_named(code))
    box.setCurrentIndex(row)
    box.activated.emit(row)


def shown(form) -> set[str]:
    return {each for each in ("provider", "service_account", "endpoint", "region") if form.is_field_visible(each)}


def regions(form) -> list[str]:
    box = form.destination.region
    return [box.itemData(row) for row in range(box.count())]


def test_amazon_is_what_stands_there_and_asks_for_no_more_than_the_region(form):
    assert form.destination.service.chosen.is_aws
    assert shown(form) == {"provider", "region"}
    assert form.destination.service.hint.text() == ""
    form.route.route.button_of(Route.KRAKEN).click()
    assert shown(form) == {"region"}


def test_a_service_with_regions_makes_its_endpoint_of_the_chosen_one(form):
    choose(form, "b2")
    assert shown(form) == {"provider", "region"}
    assert regions(form) == [each.code for each in provider_named("b2").regions]
    assert form.profile().endpoint == "https://s3.us-west-000.backblazeb2.com"
    form.destination.region.setEditText("eu-central-003 — EU Central")
    assert (form.profile().region, form.profile().endpoint) == (
        "eu-central-003",
        "https://s3.eu-central-003.backblazeb2.com",
    )


def test_a_service_with_accounts_asks_for_the_id_and_for_no_region(form, type_into):
    choose(form, "r2")
    assert shown(form) == {"provider", "service_account"}
    form.touch_all()
    assert form.faults() == ("service_account",)
    assert form.remarks_of("service_account") == (
        "Error: The account ID is missing. Cloudflare R2 has an address of its own for each customer. Copy it from "
        "the dashboard of the service."
    )
    type_into(form.destination.service.account, "abc123")
    assert form.faults() == ()
    profile = form.profile()
    assert (profile.endpoint, profile.region) == ("https://abc123.r2.cloudflarestorage.com", "auto")
    assert (profile.uploader, profile.acl, profile.path_style) == (Uploader.LOCAL, Acl.NONE, None)


@pytest.mark.parametrize("code", ["minio", "other"])
def test_a_service_without_a_known_endpoint_asks_for_it(form, type_into, code):
    choose(form, code)
    assert "endpoint" in shown(form)
    form.touch_all()
    assert form.faults() == ("endpoint",)
    assert form.remarks_of("endpoint") == (
        "Error: The endpoint is missing. Without one, the images would go to Amazon S3. Enter it here."
    )
    type_into(form.destination.endpoint, "http://localhost:9000")
    assert form.faults() == ()
    assert form.profile().endpoint == "http://localhost:9000"


def test_nothing_is_saved_while_the_endpoint_is_not_complete(house, form):
    choose(form, "r2")
    house.dialogs[-1].bar.save_button.click()
    assert house.store.load().profiles[0].endpoint == ""
    assert house.store.load().profiles[0].region == "us-east-1"
    assert form.remarks_of("service_account").startswith("Error: ")


@pytest.mark.parametrize(
    ("code", "acl"), [("spaces", Acl.PUBLIC_READ), ("hetzner", Acl.PUBLIC_READ), ("b2", Acl.NONE), ("gcs", Acl.NONE)]
)
def test_a_new_profile_gets_the_acl_that_makes_images_open_there(house, code, acl):
    dialog = house.open("profiles")
    dialog.profiles_page.entries.add_button.click()
    form = dialog.profiles_page.form
    form.route.route.button_of(Route.LOCAL).click()
    choose(form, code)
    assert form.profile().acl is acl
    choose(form, "aws")
    assert form.profile().acl is Acl.NONE


def test_an_acl_that_was_chosen_stays_unless_the_service_has_none(form):
    form.images.acl.button_of(Acl.PRIVATE).click()
    choose(form, "b2")
    assert form.profile().acl is Acl.PRIVATE
    form.images.acl.button_of(Acl.PUBLIC_READ).click()
    choose(form, "gcs")
    assert form.profile().acl is Acl.NONE


def test_the_service_says_what_is_missing_until_it_is_there(form, type_into):
    choose(form, "r2")
    hint = form.destination.service.hint
    assert "enter that address at “Links begin with”" in hint.text()
    assert not hint.isHidden()
    type_into(form.more.public_url, "https://img.example.com")
    assert hint.isHidden()


def test_where_kraken_io_works_the_hint_says_who_uploads(form):
    form.route.route.button_of(Route.MIXED).click()
    choose(form, "spaces")
    assert form.destination.service.hint.text() == ("Kraken.io writes into Amazon S3 only, so this computer uploads.")


def test_contabo_wants_the_bucket_in_the_path_and_amazon_does_not_keep_that(form):
    choose(form, "contabo")
    assert form.profile().path_style is True
    choose(form, "aws")
    assert (form.profile().path_style, form.profile().endpoint, form.profile().region) == (None, "", "us-east-1")


@pytest.mark.parametrize(
    ("endpoint", "region", "code", "fields"),
    [
        ("https://abc123.r2.cloudflarestorage.com", "auto", "r2", {"provider", "service_account"}),
        ("https://s3.eu-central-003.backblazeb2.com", "eu-central-003", "b2", {"provider", "region"}),
        ("https://photos.fra1.digitaloceanspaces.com", "fra1", "spaces", {"provider", "endpoint", "region"}),
        ("https://s3.fr-par.scw.cloud/", "fr-par", "scaleway", {"provider", "endpoint", "region"}),
        ("https://s3.eu-central-003.backblazeb2.com", "us-east-1", "b2", {"provider", "endpoint", "region"}),
        ("https://s3.eu-west-1.amazonaws.com", "eu-west-1", "aws", {"provider", "endpoint", "region"}),
        ("https://storage.googleapis.com", "europe-west1", "gcs", {"provider", "region"}),
        ("https://s3.example.com", "nowhere", "other", {"provider", "endpoint", "region"}),
    ],
)
def test_a_saved_endpoint_is_recognized_and_never_changed_by_looking(house, endpoint, region, code, fields):
    house.fill("Blog")
    saved = replace(
        house.store.load().profiles[0], endpoint=endpoint, region=region, uploader=Uploader.LOCAL, acl=Acl.NONE
    )
    house.store.update(lambda now: now.with_profile(saved))
    page = house.open("profiles").profiles_page
    assert page.form.destination.service.chosen.id == code
    assert shown(page.form) == fields
    assert page.form.profile() == saved
    assert not page.is_dirty()


def test_a_whole_endpoint_that_is_pasted_is_recognized(form, type_into):
    choose(form, "other")
    type_into(form.destination.endpoint, "https://abc123.eu.r2.cloudflarestorage.com")
    form.destination.endpoint.editingFinished.emit()
    assert form.destination.service.chosen.id == "r2"
    assert form.destination.service.account.text() == "abc123.eu"
    profile = form.profile()
    assert (profile.endpoint, profile.region) == ("https://abc123.eu.r2.cloudflarestorage.com", "auto")


def test_an_endpoint_set_for_kraken_io_is_seen_and_another_service_takes_the_upload_away(form):
    choose(form, "b2")
    form.route.route.button_of(Route.KRAKEN).click()
    assert "provider" in shown(form)
    choose(form, "wasabi")
    assert form.route.route.value is Route.MIXED
