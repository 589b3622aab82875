"""What a profile needs from its key and its bucket, in words: beside the policies themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from kraken_desktop.buckets.policy import Ownership, PublicAccess, Purpose, Right, ownership, public_access, rights
from kraken_desktop.messages.providers import KEYS, OPENING, OPENING_BY_ACL, OTHER_NAME, PREFIXES, UPLOADS_ITSELF
from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Translate, fill, identity
from kraken_desktop.model.key_prefix import key_prefix
from kraken_desktop.model.profile import Acl, Engine, Profile, Uploader
from kraken_desktop.model.providers import OTHER, Provider, provider_of

_SECRET_TITLE = QT_TRANSLATE_NOOP("messages", "Who gets to see the secret")
_KEY_TITLE = QT_TRANSLATE_NOOP("messages", "What the key may do")
_SOURCE_TITLE = QT_TRANSLATE_NOOP("messages", "Where such a key is made")
_BUCKET_TITLE = QT_TRANSLATE_NOOP("messages", "What the bucket must allow")
_CLOSED_TITLE = QT_TRANSLATE_NOOP("messages", "Without opening the bucket")

_SECRET_TRAVELS = QT_TRANSLATE_NOOP(
    "messages",
    "The S3 secret is sent to Kraken.io with each image, because Kraken.io writes into the bucket. Use a key of its "
    "own that can do this and nothing more, and delete that key when you stop.",
)
_SECRET_STAYS_KRAKEN = QT_TRANSLATE_NOOP(
    "messages",
    "The S3 secret never leaves this computer, which signs with it. Kraken.io gets to see the images and the secret "
    "of its own account, nothing else.",
)
_SECRET_STAYS = QT_TRANSLATE_NOOP(
    "messages", "The S3 secret never leaves this computer, which signs with it. Only the bucket gets to see the images."
)

PURPOSES: dict[Purpose, str] = {
    Purpose.STORE: QT_TRANSLATE_NOOP("messages", "to store the images"),
    Purpose.ACL_KRAKEN: QT_TRANSLATE_NOOP(
        "messages", "because Kraken.io sets an ACL on each image, even a private one"
    ),
    Purpose.ACL_PUBLIC: QT_TRANSLATE_NOOP("messages", "to make each image public as it is stored"),
    Purpose.TAG: QT_TRANSLATE_NOOP("messages", "to put the tags on each image"),
    Purpose.LOCK: QT_TRANSLATE_NOOP("messages", "to lock each image as the headers say"),
    Purpose.LOOK: QT_TRANSLATE_NOOP("messages", "to see whether a name is taken, and by what"),
    Purpose.SHARE: QT_TRANSLATE_NOOP("messages", "to sign links, which open what their key may open"),
    Purpose.LOOK_AND_SHARE: QT_TRANSLATE_NOOP("messages", "to see whether a name is taken, and to sign links"),
    Purpose.ABSENCE: QT_TRANSLATE_NOOP(
        "messages", "to be told that a name is free: without it S3 answers “forbidden” for free names too"
    ),
    Purpose.REMOVE: QT_TRANSLATE_NOOP(
        "messages", "to remove images from the bucket, and what a check of the profile put there"
    ),
    Purpose.LOOK_BEFORE_REMOVING: QT_TRANSLATE_NOOP(
        "messages", "to see, before removing an image, that it is still the one that was stored"
    ),
    Purpose.ENCRYPT: QT_TRANSLATE_NOOP("messages", "to encrypt with the key that the headers name"),
    Purpose.DECRYPT: QT_TRANSLATE_NOOP("messages", "to read what was encrypted with it"),
}

_RIGHT = QT_TRANSLATE_NOOP("messages", "{action}: {purpose}")
_NARROW = QT_TRANSLATE_NOOP("messages", "All of it only for names that begin with “{prefix}”.")
_WIDE = QT_TRANSLATE_NOOP(
    "messages",
    "All of it for every name in the bucket, because the path of this profile begins with something that changes. A "
    "folder at its beginning, such as images/, makes the policy narrower.",
)
_NO_CONDITION = QT_TRANSLATE_NOOP(
    "messages", "Should free names be refused all the same, this service needs the policy without its Condition."
)

_ACLS_FOR_KRAKEN = QT_TRANSLATE_NOOP(
    "messages",
    "Object Ownership must be “ACLs enabled”, because Kraken.io sends an ACL with each image. New buckets have “ACLs "
    "disabled”: change that, or let this computer upload.",
)
_ACLS_FOR_PUBLIC = QT_TRANSLATE_NOOP(
    "messages",
    "Object Ownership must be “ACLs enabled”, because each image is made public by its ACL. New buckets have “ACLs "
    "disabled”: change that, or choose “As the bucket says” and use a bucket policy.",
)
_ACLS_ANY = QT_TRANSLATE_NOOP("messages", "Object Ownership may stay at “ACLs disabled (recommended)”.")
_BLOCK_NOTHING = QT_TRANSLATE_NOOP("messages", "“Block all public access” may stay on.")
_BLOCK_ACLS = QT_TRANSLATE_NOOP(
    "messages",
    "Under “Block public access”, turn off the two that name access control lists: “… granted through new access "
    "control lists (ACLs)” and “… granted through any access control lists (ACLs)”.",
)
_BLOCK_POLICIES = QT_TRANSLATE_NOOP(
    "messages",
    "For links that anybody can open, under “Block public access” turn off the two that name policies: “… granted "
    "through new public bucket or access point policies” and “… through any public bucket or access point policies”. "
    "Then paste the bucket policy.",
)
_BLOCK_ACCOUNT = QT_TRANSLATE_NOOP("messages", "The same settings of the whole account go before those of the bucket.")
_SERVED = QT_TRANSLATE_NOOP("messages", "Whoever answers at {url} must be allowed to read the bucket.")
_CLOUDFRONT = QT_TRANSLATE_NOOP(
    "messages",
    "A CloudFront distribution with origin access control opens the images while the bucket stays closed. Enter its "
    "address at “Links begin with”, and choose “As the bucket says”.",
)
_CLOUDFRONT_KRAKEN = QT_TRANSLATE_NOOP(
    "messages",
    "A CloudFront distribution with origin access control opens the images while the bucket stays closed. Enter its "
    "address at “Links begin with”, and choose “Private”.",
)


class Topic(Enum):
    """What a section is about."""

    SECRET = _SECRET_TITLE
    KEY = _KEY_TITLE
    SOURCE = _SOURCE_TITLE
    BUCKET = _BUCKET_TITLE
    CLOSED = _CLOSED_TITLE


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    topic: Topic
    title: str
    lines: tuple[str, ...]


class PermissionWords:
    """Puts what a profile needs into words of one language.

    Args:
        translate: called for each text when it is shown, with the English source text.
    """

    def __init__(self, translate: Translate = identity) -> None:
        self._translate = translate

    def sections(self, profile: Profile, *, with_delete: bool = False) -> tuple[Section, ...]:
        """Who sees the secret, what each right is for, where such a key is made, and the bucket's settings."""
        provider = provider_of(profile.endpoint)
        told = [
            (Topic.SECRET, [self._translate(_secret(profile))]),
            (Topic.KEY, list(_key_lines(profile, provider, self._translate, with_delete=with_delete))),
            (Topic.SOURCE, [self._keys_of(provider, profile)]),
            (Topic.BUCKET, list(_bucket_lines(profile, provider, self._translate))),
        ]
        if provider.is_aws and public_access(profile) is not PublicAccess.NOTHING:
            closed = _CLOUDFRONT_KRAKEN if profile.uploader is Uploader.KRAKEN else _CLOUDFRONT
            told.append((Topic.CLOSED, [self._translate(closed)]))
        return tuple(Section(topic, self._translate(topic.value), tuple(lines)) for topic, lines in told if lines)

    def provider(self, provider: Provider) -> str:
        """What a person knows the service as."""
        return provider.name or self._translate(OTHER_NAME)

    def hint(self, provider: Provider, profile: Profile) -> str:
        """What there is to know of a service beside its fields; nothing of AWS.

        Args:
            provider: the one that is chosen; the profile's endpoint may not be complete yet.
        """
        if provider.is_aws:
            return ""
        told = [UPLOADS_ITSELF] if profile.engine is Engine.KRAKEN else []
        if not profile.public_url and (opening := _opening(profile, provider)):
            told.append(opening)
        return " ".join(self._translate(each) for each in told)

    def _keys_of(self, provider: Provider, profile: Profile) -> str:
        told, prefix = self._translate(KEYS[provider.id]), key_prefix(profile.path_template)
        if prefix and provider.id in PREFIXES:
            told = f"{told} {fill(self._translate, PREFIXES[provider.id], {'prefix': prefix})}"
        return told


def _opening(profile: Profile, provider: Provider) -> str:
    """What it takes beside an upload so that images open; empty where nothing does, or nobody is to open them."""
    if profile.acl is Acl.PRIVATE:
        return ""
    if provider is OTHER and profile.acl is Acl.PUBLIC_READ:
        return OPENING_BY_ACL
    return OPENING.get(provider.id, "")


def _secret(profile: Profile) -> str:
    if profile.uploader is Uploader.KRAKEN:
        return _SECRET_TRAVELS
    return _SECRET_STAYS_KRAKEN if profile.engine is Engine.KRAKEN else _SECRET_STAYS


def _key_lines(profile: Profile, provider: Provider, translate: Translate, *, with_delete: bool) -> Iterator[str]:
    needed = rights(profile, with_delete=with_delete)
    for right in needed:
        yield fill(translate, _RIGHT, {"action": right.action, "purpose": translate(PURPOSES[right.purpose])})
    prefix = key_prefix(profile.path_template)
    if not provider.policies:
        # How far a right reaches is the service's own matter.
        return
    if prefix:
        yield fill(translate, _NARROW, {"prefix": prefix})
    else:
        yield translate(_WIDE)
    if prefix and not provider.is_aws and _asks_for_absence(needed):
        yield translate(_NO_CONDITION)


def _asks_for_absence(needed: tuple[Right, ...]) -> bool:
    return any(right.purpose is Purpose.ABSENCE for right in needed)


def _bucket_lines(profile: Profile, provider: Provider, translate: Translate) -> Iterator[str]:
    if not provider.is_aws:
        if opening := _opening(profile, provider):
            yield translate(opening)
        return
    if ownership(profile) is Ownership.ANY:
        yield translate(_ACLS_ANY)
    else:
        yield translate(_ACLS_FOR_KRAKEN if profile.uploader is Uploader.KRAKEN else _ACLS_FOR_PUBLIC)
    match public_access(profile):
        case PublicAccess.NOTHING:
            yield translate(_BLOCK_NOTHING)
        case PublicAccess.ACLS:
            yield translate(_BLOCK_ACLS)
            yield translate(_BLOCK_ACCOUNT)
        case PublicAccess.POLICIES:
            yield translate(_BLOCK_POLICIES)
            yield translate(_BLOCK_ACCOUNT)
    if profile.public_url:
        yield fill(translate, _SERVED, {"url": profile.public_url})
