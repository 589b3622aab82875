"""The sentences about permissions, as a person reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.buckets.policy import Purpose
from kraken_desktop.messages import Words
from kraken_desktop.messages.permissions import PURPOSES
from kraken_desktop.messages.providers import KEYS, OPENING
from kraken_desktop.model.profile import Acl, Collision, Engine, Profile, Uploader
from kraken_desktop.model.providers import PROVIDERS, Publishing, provider_named, provider_of, suited

KRAKEN = Profile(id="p", name="Web", bucket="photos", path_template="images/{stem}-{hash:8}{ext}")
OWN = replace(KRAKEN, engine=Engine.LOCAL, uploader=Uploader.LOCAL, acl=Acl.NONE)
WORDS = Words().permissions

SECRET = "Who gets to see the secret"
KEY = "What the key may do"
SOURCE = "Where such a key is made"
BUCKET = "What the bucket must allow"
CLOSED = "Without opening the bucket"

FOR_ACLS = (
    "Under “Block public access”, turn off the two that name access control lists: “… granted through new access "
    "control lists (ACLs)” and “… granted through any access control lists (ACLs)”."
)
FOR_POLICIES = (
    "For links that anybody can open, under “Block public access” turn off the two that name policies: “… granted "
    "through new public bucket or access point policies” and “… through any public bucket or access point policies”. "
    "Then paste the bucket policy."
)
ACCOUNT = "The same settings of the whole account go before those of the bucket."
ANY = "Object Ownership may stay at “ACLs disabled (recommended)”."


def said(profile: Profile, title: str) -> tuple[str, ...]:
    return next((each.lines for each in WORDS.sections(profile) if each.title == title), ())


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        (
            KRAKEN,
            "The S3 secret is sent to Kraken.io with each image, because Kraken.io writes into the bucket. Use a key "
            "of its own that can do this and nothing more, and delete that key when you stop.",
        ),
        (
            replace(KRAKEN, uploader=Uploader.LOCAL),
            "The S3 secret never leaves this computer, which signs with it. Kraken.io gets to see the images and the "
            "secret of its own account, nothing else.",
        ),
        (
            OWN,
            "The S3 secret never leaves this computer, which signs with it. Only the bucket gets to see the images.",
        ),
    ],
)
def test_who_gets_to_see_which_secret(profile: Profile, sentence: str) -> None:
    assert said(profile, SECRET) == (sentence,)


def test_each_right_is_explained() -> None:
    assert set(PURPOSES) == set(Purpose)
    assert said(KRAKEN, KEY) == (
        "s3:PutObject: to store the images",
        "s3:PutObjectAcl: because Kraken.io sets an ACL on each image, even a private one",
        "All of it only for names that begin with “images/”.",
    )
    assert said(replace(OWN, path_template="{stem}{ext}"), KEY) == (
        "s3:PutObject: to store the images",
        "s3:GetObject: to see whether a name is taken, and by what",
        "s3:ListBucket: to be told that a name is free: without it S3 answers “forbidden” for free names too",
        "All of it for every name in the bucket, because the path of this profile begins with something that "
        "changes. A folder at its beginning, such as images/, makes the policy narrower.",
    )


@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        (
            KRAKEN,
            (
                "Object Ownership must be “ACLs enabled”, because Kraken.io sends an ACL with each image. New buckets "
                "have “ACLs disabled”: change that, or let this computer upload.",
                FOR_ACLS,
                ACCOUNT,
            ),
        ),
        (
            replace(OWN, acl=Acl.PUBLIC_READ),
            (
                "Object Ownership must be “ACLs enabled”, because each image is made public by its ACL. New buckets "
                "have “ACLs disabled”: change that, or choose “As the bucket says” and use a bucket policy.",
                FOR_ACLS,
                ACCOUNT,
            ),
        ),
        (OWN, (ANY, FOR_POLICIES, ACCOUNT)),
        (replace(OWN, acl=Acl.PRIVATE), (ANY, "“Block all public access” may stay on.")),
        (
            replace(OWN, public_url="https://cdn.example.com"),
            (
                ANY,
                "“Block all public access” may stay on.",
                "Whoever answers at https://cdn.example.com must be allowed to read the bucket.",
            ),
        ),
    ],
)
def test_the_settings_of_the_bucket_have_the_names_of_the_console(profile: Profile, lines: tuple[str, ...]) -> None:
    assert said(profile, BUCKET) == lines


@pytest.mark.parametrize(
    ("profile", "choice"),
    [(KRAKEN, "“Private”"), (OWN, "“As the bucket says”"), (replace(OWN, acl=Acl.PRIVATE), "")],
)
def test_a_closed_bucket_has_a_way_out_for_what_is_public(profile: Profile, choice: str) -> None:
    lines = said(profile, CLOSED)
    assert bool(lines) is bool(choice)
    assert all("CloudFront" in line and line.endswith(f"choose {choice}.") for line in lines)


def test_each_service_says_where_its_keys_are_made_and_how_images_open() -> None:
    assert set(KEYS) == {each.id for each in PROVIDERS}
    by_setting = {each.id for each in PROVIDERS if each.publishing is not Publishing.OBJECT}
    assert by_setting <= set(OPENING) <= set(KEYS)


def test_elsewhere_the_words_are_those_of_the_service() -> None:
    b2 = provider_named("b2")
    assert b2 is not None
    profile = suited(KRAKEN, b2)
    assert said(profile, SOURCE) == (
        "B2 has no policies. Under “Application Keys”, add a key for this bucket only, with “Read and Write”. The "
        "master key does not work with S3. Its file name prefix may be “images/”.",
    )
    assert said(profile, BUCKET) == (
        "Images open if the bucket is public: in its settings, “Files in bucket are: Public”.",
    )
    assert said(profile, CLOSED) == ()
    assert said(replace(profile, path_template="{hash}{ext}"), SOURCE)[0].endswith("does not work with S3.")


def test_a_service_with_policies_may_want_them_without_the_condition() -> None:
    profile = replace(OWN, endpoint="https://s3.example.com", path_template="images/{stem}{ext}")
    sentence = "Should free names be refused all the same, this service needs the policy without its Condition."
    assert sentence in said(profile, KEY)
    assert sentence not in said(replace(profile, endpoint=""), KEY)
    assert sentence not in said(replace(profile, collision=Collision.OVERWRITE), KEY)


def test_a_service_that_nobody_knows_may_take_acls() -> None:
    other = replace(OWN, endpoint="https://s3.example.com")
    provider = provider_of(other.endpoint)
    by_bucket = "Whether images open for anybody is a setting of the bucket: look there, or ask the service."
    by_acl = (
        "Each image is sent with a public ACL, which not every service heeds: check the profile to see whether links "
        "open."
    )
    for acl, told in ((Acl.NONE, by_bucket), (Acl.PUBLIC_READ, by_acl), (Acl.PRIVATE, "")):
        profile = replace(other, acl=acl)
        assert WORDS.hint(provider, profile) == told
        assert said(profile, BUCKET) == ((told,) if told else ())


def test_a_hint_says_what_is_missing() -> None:
    r2 = provider_named("r2")
    assert r2 is not None
    opening = (
        "R2 opens images only at an address of their own. In the settings of the bucket connect a domain, or turn on "
        "its r2.dev address, and enter that address at “Links begin with”."
    )
    itself = "Kraken.io writes into Amazon S3 only, so this computer uploads."
    assert WORDS.hint(r2, suited(KRAKEN, r2)) == f"{itself} {opening}"
    assert WORDS.hint(r2, suited(OWN, r2)) == opening
    assert WORDS.hint(r2, replace(suited(OWN, r2), public_url="https://img.example.com")) == ""
    assert WORDS.hint(provider_of(""), KRAKEN) == ""
