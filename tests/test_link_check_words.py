"""What a person reads of a link that does not open as it should: cause and way out, for each thing that can be."""

from __future__ import annotations

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.messages.link_checks import LINK_TROUBLES, SHORT
from kraken_desktop.model.errors import TransportError, all_error_types
from kraken_desktop.model.job import LinkCheck, Verdict
from kraken_desktop.model.profile import Acl, Profile

PUBLIC = Profile(id="p", name="Blog", bucket="images")
BY_POLICY = Profile(id="p", name="Blog", bucket="images", acl=Acl.NONE)
CDN = Profile(id="p", name="Blog", bucket="images", public_url="https://cdn.example")

CASES = [
    (
        LinkCheck(verdict=Verdict.FORBIDDEN, status=403),
        PUBLIC,
        "Not public: 403",
        "in spite of the public ACL",
        "s3:GetObject",
    ),
    (
        LinkCheck(verdict=Verdict.FORBIDDEN, status=401),
        BY_POLICY,
        "Not public: 401",
        "no bucket policy",
        "bucket policy",
    ),
    (
        LinkCheck(verdict=Verdict.FORBIDDEN, status=403),
        CDN,
        "Not public: 403",
        "public URL answers 403",
        "Give the CDN",
    ),
    (LinkCheck(verdict=Verdict.MISSING, status=404), PUBLIC, "Link not found: 404", "answer is 404", "path style"),
    (
        LinkCheck(verdict=Verdict.MISSING, status=410),
        CDN,
        "Link not found: 410",
        "another folder",
        "Correct the public URL",
    ),
    (
        LinkCheck(verdict=Verdict.WRONG_TYPE, status=200, content_type="text/html; charset=utf-8"),
        CDN,
        "Wrong type: text/html",
        "It is served as “text/html”",
        "Content-Type",
    ),
    (
        LinkCheck(verdict=Verdict.WRONG_TYPE, status=200),
        CDN,
        "Served without a type",
        "download it",
        "pass on the type",
    ),
    (
        LinkCheck(verdict=Verdict.WRONG_LENGTH, status=200, content_type="image/png"),
        CDN,
        "Another copy is served",
        "an older copy",
        "{hash:8}",
    ),
    (LinkCheck(verdict=Verdict.REFUSED, status=500), PUBLIC, "Link refused: 500", "answer is 500", "private window"),
    (
        LinkCheck(verdict=Verdict.REFUSED, status=302),
        PUBLIC,
        "Link refused: 302",
        "302, a redirect",
        "needs no redirect",
    ),
    (
        LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.name_lookup"),
        CDN,
        "Link out of reach",
        "host name has no address",
        "typing error",
    ),
    (
        LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.tls"),
        PUBLIC,
        "Link out of reach",
        "no valid certificate",
        "certificate",
    ),
    (
        LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.timeout"),
        PUBLIC,
        "Link out of reach",
        "No answer",
        "later",
    ),
]


@pytest.mark.parametrize(("check", "profile", "short", "why", "remedy"), CASES)
def test_cause_and_way_out(check: LinkCheck, profile: Profile, short: str, why: str, remedy: str) -> None:
    message = Words().link_trouble(check, profile)
    assert message is not None
    assert Words().link_check(check) == short
    assert why in message.why
    assert remedy in message.remedy
    for text in (message.what, message.why, message.remedy):
        assert text.endswith(".")
        assert "…" not in text


def test_what_opens_is_no_trouble() -> None:
    check = LinkCheck(verdict=Verdict.OPENS, status=200, content_type="image/png")
    assert Words().link_trouble(check, PUBLIC) is None
    assert Words().link_check(check) == "Anyone can open it"


def test_every_text_is_reached() -> None:
    told = {
        (message.what, message.why, message.remedy)
        for check, profile, *_ in CASES
        if (message := Words().link_trouble(check, profile))
    }
    assert len(told) == len(LINK_TROUBLES) == len(CASES)
    assert {key.partition(":")[0] for key in SHORT} == {verdict.value for verdict in Verdict}


@pytest.mark.parametrize("kind", [kind for kind in all_error_types() if issubclass(kind, TransportError)])
def test_whatever_kept_the_answer_away_there_are_words(kind: type[TransportError]) -> None:
    message = Words().link_trouble(LinkCheck(verdict=Verdict.UNREACHABLE, reason=kind.code), CDN)
    assert message is not None
    assert message.remedy
