"""Which failure has which way out, and what taking it makes of the profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.model.errors import Fact
from kraken_desktop.model.job import Failure
from kraken_desktop.model.offers import Offer, OfferId, offers_for, region_told
from kraken_desktop.model.profile import Acl, Credentials, CredentialSource, Engine, Profile, Uploader

PUSHED = Profile(
    id="p",
    name="Blog",
    account_id="a",
    bucket="pictures",
    region="eu-west-1",
    credentials=Credentials(source=CredentialSource.KEYRING, access_key="AKIAIOSFODNN7EXAMPLE"),
)
FETCHED = replace(PUSHED, uploader=Uploader.LOCAL)
HERE = replace(FETCHED, engine=Engine.LOCAL)
PUSH = "Error while pushing file to S3: "


def failed(code: str, **facts: Fact) -> Failure:
    return Failure(code=code, facts=dict(facts))


def denied(aws_code: str, said: str = "") -> Failure:
    return failed("kraken.store_denied", aws_code=aws_code, said=PUSH + said)


def ids(failure: Failure, profile: Profile) -> list[OfferId]:
    return [offer.id for offer in offers_for(failure, profile)]


@pytest.mark.parametrize("code", ["kraken.quota", "kraken.overdue", "kraken.suspended"])
@pytest.mark.parametrize("profile", [PUSHED, FETCHED])
def test_an_account_that_gives_nothing_leads_to_this_computer(code, profile):
    (offer,) = offers_for(failed(code), profile)
    after = offer.apply(profile)
    assert offer.id is OfferId.THIS_COMPUTER
    assert after == replace(profile, engine=Engine.LOCAL, uploader=Uploader.LOCAL)
    assert offer.obstacles(profile) == ()
    assert not offer.once


@pytest.mark.parametrize("code", ["kraken.quota", "kraken.file_too_large"])
def test_who_works_on_this_computer_already_is_offered_nothing(code):
    assert ids(failed(code), HERE) == []


def test_one_file_too_large_is_made_here_and_the_profile_stays():
    (offer,) = offers_for(failed("kraken.file_too_large", limit=1000), PUSHED)
    assert offer.once
    assert offer.apply(PUSHED).engine is Engine.LOCAL


@pytest.mark.parametrize(
    ("failure", "offered"),
    [
        (denied("AccessControlListNotSupported", "The bucket does not allow ACLs"), [OfferId.UPLOAD_HERE]),
        (denied("AccessDenied", "Access Denied"), [OfferId.UPLOAD_HERE]),
        (denied("AccessDenied", "not authorized to perform: s3:PutObjectAcl on resource"), [OfferId.UPLOAD_HERE]),
        (denied("AccessDenied", "public access control lists (ACLs) are blocked"), [OfferId.UPLOAD_HERE]),
        (denied("AccessDenied", "not authorized to perform: s3:PutObject on resource"), []),
        (denied("AccessDenied", "not authorized to perform: s3:PutObjectTagging"), []),
        (denied("NoSuchBucket"), []),
        (denied("PermanentRedirect", "use this endpoint: s3-eu-central-1.amazonaws.com"), [OfferId.REGION]),
        (denied("PermanentRedirect", "must be addressed using the specified endpoint"), []),
        (denied("AuthorizationHeaderMalformed", "expecting 'eu-central-1'"), [OfferId.REGION]),
        (failed("bucket.acl_refused"), [OfferId.NO_ACL]),
        (failed("bucket.wrong_region", region="eu-central-1"), [OfferId.REGION]),
        (failed("bucket.wrong_region", region=""), []),
        (failed("kraken.bad_credentials"), []),
    ],
)
def test_what_s3_refuses_has_its_way_out(failure, offered):
    assert ids(failure, PUSHED) == offered


def test_a_bucket_without_acls_gets_the_image_from_this_computer_and_kraken_io_still_optimizes():
    after = Offer(id=OfferId.UPLOAD_HERE).apply(PUSHED)
    assert (after.engine, after.uploader, after.acl) == (Engine.KRAKEN, Uploader.LOCAL, Acl.NONE)


def test_a_bucket_elsewhere_gets_its_region():
    (offer,) = offers_for(failed("bucket.wrong_region", region="eu-central-1"), HERE)
    assert offer.apply(HERE) == replace(HERE, region="eu-central-1")
    assert offers_for(failed("bucket.wrong_region", region=HERE.region), HERE) == ()


@pytest.mark.parametrize(
    ("said", "region"),
    [
        (
            "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'ap-south-1'",
            "ap-south-1",
        ),
        ("Please send all future requests to this endpoint: pictures.s3.eu-north-1.amazonaws.com", "eu-north-1"),
        ('this endpoint: "pictures.s3-us-west-2.amazonaws.com".', "us-west-2"),
        ("this endpoint: s3.amazonaws.com", ""),
        ("expecting 'eu-west-1'", ""),
        ("expecting 'nowhere'", ""),
        ("", ""),
    ],
)
def test_the_region_is_read_out_of_what_s3_says(said, region):
    assert region_told(said, "eu-west-1") == region


def test_what_still_lacks_is_told_before_anything_changes():
    nameless = replace(PUSHED, bucket="", credentials=Credentials())
    problems = [finding.problem for finding in Offer(id=OfferId.THIS_COMPUTER).obstacles(nameless)]
    assert problems == ["bucket.empty", "credentials.access_key_empty"]


@pytest.mark.parametrize("offer_id", list(OfferId))
def test_every_offer_has_words(offer_id):
    words, offer = Words(), Offer(id=offer_id, detail="eu-central-1")
    label, taken = words.offer(offer), words.offer_taken(offer, "Blog {0}")
    assert label[0].isupper()
    assert not label.endswith(".")
    assert "“Blog {0}”" in taken
    assert taken.endswith(".")
    assert "{detail}" not in label + taken
