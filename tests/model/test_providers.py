from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.model.links import is_aws
from kraken_desktop.model.profile import Acl, Credentials, CredentialSource, Engine, Profile, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.providers import (
    AWS,
    OTHER,
    PROVIDERS,
    Provider,
    Publishing,
    provider_named,
    provider_of,
    suited,
)

PRESETS = [each for each in PROVIDERS if each.endpoint]
PROFILE = Profile(
    id="p",
    name="Web",
    bucket="photos",
    account_id="a",
    credentials=Credentials(source=CredentialSource.KEYRING, access_key="AKIAIOSFODNN7EXAMPLE"),
)


def named(code: str) -> Provider:
    found = provider_named(code)
    assert found is not None
    return found


def test_each_has_an_id_and_a_name_of_its_own() -> None:
    assert len({each.id for each in PROVIDERS}) == len({each.name for each in PROVIDERS}) == len(PROVIDERS)
    assert PROVIDERS[0] is AWS
    assert PROVIDERS[-1] is OTHER
    assert provider_named("nobody") is None


@pytest.mark.parametrize("provider", PRESETS, ids=lambda each: each.id)
def test_every_endpoint_is_https_whole_and_leads_back(provider: Provider) -> None:
    account = "abc123" if provider.needs_account else ""
    assert provider.regions
    for region in provider.regions:
        endpoint = provider.endpoint_of(region.code, account)
        assert endpoint.startswith("https://")
        assert "{" not in endpoint
        assert not is_aws(endpoint)
        assert provider_of(endpoint) is provider
        parts = provider.parts_of(endpoint)
        assert parts is not None
        assert provider.endpoint_of(*parts) == endpoint
        assert (parts[0] == region.code) or not provider.needs_region


@pytest.mark.parametrize("provider", PRESETS, ids=lambda each: each.id)
def test_codes_of_regions_are_there_once(provider: Provider) -> None:
    codes = [region.code for region in provider.regions]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.id)
def test_a_profile_made_to_suit_breaks_no_rule(provider: Provider) -> None:
    made = suited(PROFILE, provider, account="abc123")
    if not made.endpoint and provider is not AWS:
        made = replace(made, endpoint="https://s3.example.com")
    assert not [each for each in check_profile(made) if each.severity is Severity.ERROR]


def test_an_endpoint_that_lacks_a_part_is_none() -> None:
    assert named("r2").endpoint_of("auto") == ""
    assert named("b2").endpoint_of("") == ""
    assert AWS.endpoint_of("eu-west-1") == ""


@pytest.mark.parametrize(
    ("endpoint", "provider"),
    [
        ("", "aws"),
        ("https://s3.eu-west-1.amazonaws.com", "aws"),
        ("https://s3.dualstack.eu-west-1.amazonaws.com", "aws"),
        ("https://abc123.r2.cloudflarestorage.com", "r2"),
        ("https://abc123.r2.cloudflarestorage.com/", "r2"),
        ("https://abc123.eu.r2.cloudflarestorage.com", "r2"),
        ("https://photos.s3.us-west-004.backblazeb2.com", "b2"),
        ("https://s3.wasabisys.com", "wasabi"),
        ("https://photos.fra1.digitaloceanspaces.com", "spaces"),
        ("https://l4g4.ch11.idrivee2-2.com", "other"),
        ("https://storage.googleapis.com/", "gcs"),
        ("https://evilstorage.googleapis.com", "other"),
        ("https://gateway.storjshare.io", "storj"),
        ("http://127.0.0.1:9000", "minio"),
        ("https://minio.example.com", "minio"),
        ("https://s3.example.com", "other"),
        ("https://s3.example.com:99999", "other"),
        ("https://[bad", "other"),
    ],
)
def test_an_endpoint_tells_whose_it_is(endpoint: str, provider: str) -> None:
    assert provider_of(endpoint).id == provider


def test_r2_has_one_region_and_takes_the_jurisdiction_with_the_account() -> None:
    r2 = named("r2")
    assert not r2.needs_region
    assert r2.parts_of("https://abc123.eu.r2.cloudflarestorage.com") == ("auto", "abc123.eu")
    assert r2.endpoint_of("auto", "abc123.eu") == "https://abc123.eu.r2.cloudflarestorage.com"


@pytest.mark.parametrize(
    ("provider", "acl"),
    [("r2", Acl.NONE), ("b2", Acl.NONE), ("minio", Acl.NONE), ("spaces", Acl.PUBLIC_READ), ("other", Acl.NONE)],
)
def test_away_from_aws_this_computer_uploads_with_the_acl_that_works(provider: str, acl: Acl) -> None:
    made = suited(PROFILE, named(provider), account="abc123")
    assert (made.engine, made.uploader, made.acl) == (Engine.KRAKEN, Uploader.LOCAL, acl)


@pytest.mark.parametrize("provider", [each.id for each in PROVIDERS])
def test_private_stays_private(provider: str) -> None:
    assert suited(replace(PROFILE, acl=Acl.PRIVATE), named(provider)).acl is Acl.PRIVATE


def test_a_region_is_kept_where_the_provider_has_it() -> None:
    b2 = named("b2")
    assert suited(PROFILE, b2).region == "us-west-000"
    assert suited(replace(PROFILE, region="eu-central-003"), b2).endpoint == "https://s3.eu-central-003.backblazeb2.com"
    assert suited(PROFILE, b2, region="us-east-005").region == "us-east-005"


def test_back_to_aws_nothing_is_left_of_the_other() -> None:
    there = suited(replace(PROFILE, region="eu-west-3"), named("contabo"))
    assert (there.path_style, there.endpoint) == (True, "https://eu2.contabostorage.com")
    back = suited(there, AWS)
    assert (back.endpoint, back.region, back.path_style) == ("", "us-east-1", None)
    assert back.uploader is Uploader.LOCAL


def test_only_one_way_of_publishing_each() -> None:
    by = {each.id: each.publishing for each in PROVIDERS}
    assert [name for name, how in by.items() if how is Publishing.ADDRESS] == ["r2", "contabo", "storj"]
    assert by["b2"] is by["gcs"] is by["minio"] is Publishing.BUCKET
