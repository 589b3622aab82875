"""Everything that can be the matter with a link, and what a person has to read of it."""

from __future__ import annotations

from collections.abc import Iterator

from kraken_desktop.messages import Words
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
        "“Links begin with” answers 403",
        "Give the CDN",
    ),
    (LinkCheck(verdict=Verdict.MISSING, status=404), PUBLIC, "Link not found: 404", "answer is 404", "path style"),
    (
        LinkCheck(verdict=Verdict.MISSING, status=410),
        CDN,
        "Link not found: 410",
        "another folder",
        "Correct “Links begin with”",
    ),
    (
        LinkCheck(verdict=Verdict.WRONG_TYPE, status=200, content_type="text/html; charset=utf-8"),
        CDN,
        "Wrong type: text/html",
        "It is served as “text/html”",
        "correct “Links begin with”",
    ),
    (
        LinkCheck(verdict=Verdict.WRONG_TYPE, status=200, content_type="application/octet-stream"),
        CDN,
        "Wrong type: application/octet-stream",
        "It is served as “application/octet-stream”",
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
"""The check, its profile, the words in the row, and a part of cause and way out."""


def link_texts(words: Words) -> Iterator[str]:
    """All that is ever said of links, without words of servers."""
    for check, profile, *_ in CASES:
        message = words.link_trouble(check, profile)
        assert message is not None
        served = check.content_type.partition(";")[0]
        for text in (words.link_check(check), message.what, message.why, message.remedy):
            yield text.replace(served, "") if served else text
    yield words.link_check(LinkCheck(verdict=Verdict.OPENS))
