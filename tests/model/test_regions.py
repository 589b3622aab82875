"""The list of regions, and what passes for one that is not in it."""

from __future__ import annotations

import re

import botocore.session
import pytest

from kraken_desktop.model.regions import DEFAULT_REGION, REGIONS, is_plausible, region_named


def test_codes_and_names_are_complete_and_unique() -> None:
    codes = [region.code for region in REGIONS]
    assert len(codes) == len(set(codes)) == 34 + 5
    assert len({region.name for region in REGIONS}) == len(codes)
    assert all(re.fullmatch(r"[^()]+ \([^()]+\)", region.name) for region in REGIONS)
    assert codes[0] == DEFAULT_REGION


def test_the_list_is_that_of_the_aws_sdk() -> None:
    session = botocore.session.get_session()
    partitions = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
    told = {code for partition in partitions for code in session.get_available_regions("s3", partition)}
    assert {region.code for region in REGIONS} == told


def test_every_listed_region_is_plausible() -> None:
    assert [region.code for region in REGIONS if not is_plausible(region.code)] == []


@pytest.mark.parametrize("code", ["eu-west-9", "xx-word-1", "us-iso-east-1", "ap-northsouth-12"])
def test_regions_to_come_are_plausible(code: str) -> None:
    assert is_plausible(code)
    assert region_named(code) is None


@pytest.mark.parametrize(
    "code",
    ["", "auto", "EU-WEST-1", "eu_west_1", "eu-west", "eu-west-1a", "eu-west-1 ", "eu-west-1\n", "Ireland"],
)
def test_what_is_no_region(code: str) -> None:
    assert not is_plausible(code)


def test_regions_with_accounts_of_their_own() -> None:
    apart = {region.code for region in REGIONS if region.apart}
    assert apart == {"cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1"}


def test_a_region_by_its_code() -> None:
    region = region_named("eu-central-1")
    assert region is not None
    assert region.name == "Europe (Frankfurt)"
