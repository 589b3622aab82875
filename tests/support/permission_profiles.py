"""Profiles that between them need every right, setting and word of the permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Acl, Engine, Profile, Uploader
from kraken_desktop.model.providers import PROVIDERS, suited

_KMS = "x-amz-server-side-encryption-aws-kms-key-id"
_PLAIN = Profile(id="p", name="Web", bucket="photos", path_template="1/{stem}{ext}")
_OWN = replace(_PLAIN, engine=Engine.LOCAL, uploader=Uploader.LOCAL, acl=Acl.NONE)

PERMISSION_PROFILES = (
    _PLAIN,
    replace(_PLAIN, acl=Acl.PRIVATE),
    replace(_PLAIN, acl=Acl.PRIVATE, public_url="https://1"),
    replace(_OWN, acl=Acl.PUBLIC_READ, tags=(("1", "2"),)),
    replace(_OWN, acl=Acl.PRIVATE, headers=((_KMS, "1"), ("x-amz-object-lock-legal-hold", "ON"))),
    replace(_OWN, acl=Acl.PRIVATE, path_template="1/{hash}{ext}"),
    replace(_OWN, path_template="{hash}{ext}"),
    *(
        replace(suited(_PLAIN, each, account="1"), endpoint=each.endpoint_of("1", "1") or "https://1")
        for each in PROVIDERS[1:]
        if each.id != "minio"
    ),
    replace(suited(_PLAIN, PROVIDERS[1]), endpoint="http://127.0.0.1:9000"),
)


def permission_texts(words: Words) -> Iterator[str]:
    """Everything that can be said about permissions, without what is the same in every language."""
    for profile in PERMISSION_PROFILES:
        for section in words.permissions.sections(profile, with_delete=True):
            yield section.title
            for line in section.lines:
                yield re.sub(r"(s3|kms):[A-Za-z]+|https://", "", line)
        for provider in PROVIDERS:
            yield words.permissions.hint(provider, profile)
    yield words.permissions.provider(PROVIDERS[-1])
