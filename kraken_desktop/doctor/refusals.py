"""Why S3 refused an object: found out by asking again for less.

S3 answers "Access Denied" to a missing right, to a bucket's policy and to blocked public access alike. What is
refused with a part of the profile and taken without it names that part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kraken_desktop.buckets.policy import objects_arn
from kraken_desktop.doctor.notes import Notes
from kraken_desktop.doctor.trials import Trials
from kraken_desktop.model.diagnosis import CheckVerdict, Step
from kraken_desktop.model.errors import (
    BucketBusyError,
    BucketRefusedError,
    ClockSkewError,
    Fact,
    WrongRegionError,
)
from kraken_desktop.model.full_bucket import is_full
from kraken_desktop.model.offers import OfferId
from kraken_desktop.model.profile import Acl, Profile, Uploader

OF_THE_KEY = frozenset(
    {
        "AccountProblem",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "NotSignedUp",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UserSuspended",
    }
)
"""Codes that say: not with this key, whatever it is that is asked for."""

OF_THE_BUCKET = frozenset(
    {"AllAccessDisabled", "InvalidBucketName", "InvalidLocationConstraint", "InvalidRegion", "NoSuchBucket"}
)
"""Codes that say: not in this bucket."""

_DENIED = frozenset({"AccessDenied", "AccessForbidden", "Forbidden", "UnauthorizedAccess"})
_NOT_KNOWN = frozenset({"NotImplemented", "MethodNotAllowed"})

_ENCRYPTION = "x-amz-server-side-encryption"
_ENCRYPTIONS = ("AES256", "aws:kms")


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that a profile asks for beside the bytes, and that can be left out."""

    name: str
    is_asked: Callable[[Profile], bool]
    without: Callable[[Profile], Profile]


def _sends_acl(profile: Profile) -> bool:
    return profile.acl is Acl.PUBLIC_READ or any(name.lower() == "x-amz-acl" for name, _ in profile.headers)


def _without_acl(profile: Profile) -> Profile:
    headers = tuple(pair for pair in profile.headers if pair[0].lower() != "x-amz-acl")
    return replace(profile, acl=Acl.NONE, headers=headers)


_PARTS = (
    _Part("acl", _sends_acl, _without_acl),
    _Part("tags", lambda profile: bool(profile.tags), lambda profile: replace(profile, tags=())),
    _Part(
        "storage_class",
        lambda profile: bool(profile.storage_class),
        lambda profile: replace(profile, storage_class=""),
    ),
)


class RefusedPut:
    """Explains why an object was refused, and stores as much of it as is allowed."""

    def __init__(self, trials: Trials, notes: Notes) -> None:
        self._trials = trials
        self._notes = notes
        self._profile = trials.profile

    def explain(self, sent: Profile, refused: BucketRefusedError) -> None:
        """Note the cause, trying again without parts of what was ``sent``.

        Raises:
            TransportError, CancelledError, ObjectExistsError, BucketLookupError: as a put does.
        """
        notes = self._notes
        if refused.aws_code in OF_THE_KEY:
            notes.error(Step.ACCESS, refused)
            return
        if isinstance(refused, ClockSkewError):
            notes.error(Step.CLOCK, refused)
            return
        if isinstance(refused, WrongRegionError) or refused.aws_code in OF_THE_BUCKET:
            notes.ok(Step.ACCESS, "doctor.access_ok")
            notes.error(Step.BUCKET, refused)
            return
        if isinstance(refused, BucketBusyError) or not refused.aws_code:
            # Not an S3, or one that has no time: nothing is known of what it would allow.
            notes.error(Step.STORE, refused)
            return
        notes.ok(Step.ACCESS, "doctor.access_ok")
        parts = [part for part in _PARTS if part.is_asked(sent)]
        if not parts:
            self._plain(sent, refused)
            return
        plain = sent
        for part in parts:
            plain = part.without(plain)
        if (still := self._refusal(plain)) is not None:
            if still.aws_code != refused.aws_code:
                self._part(parts[0], sent, refused)
            self._plain(plain, still)
            return
        self._one_by_one(sent, refused, parts)

    def _one_by_one(self, sent: Profile, refused: BucketRefusedError, parts: list[_Part]) -> None:
        """The object is taken without all parts: which one is it?"""
        allowed, guilty = sent, 0
        for part in parts:
            alone = sent
            for other in parts:
                alone = alone if other is part else other.without(alone)
            told = refused if len(parts) == 1 else self._refusal(alone)
            if told is not None:
                guilty += 1
                allowed = part.without(allowed)
                self._part(part, alone, told)
        if not guilty:
            self._notes.error(Step.STORE, refused)
        elif len(parts) > guilty:
            # For what comes next it lies there as it will.
            self._refusal(allowed)

    def _refusal(self, profile: Profile) -> BucketRefusedError | None:
        try:
            self._trials.put(profile)
        except BucketRefusedError as error:
            return error
        return None

    # --- the causes -------------------------------------------------------------------------------

    def _part(self, part: _Part, alone: Profile, told: BucketRefusedError) -> None:
        """A part of the profile is refused."""
        denied, unknown = told.aws_code in _DENIED, told.aws_code in _NOT_KNOWN
        match part.name:
            case "acl" if denied:
                # A private one needs the same right, and is never blocked.
                private = replace(_without_acl(alone), headers=(*_without_acl(alone).headers, ("x-amz-acl", "private")))
                blocked = alone.acl is Acl.PUBLIC_READ and self._refusal(private) is None
                self._acl("doctor.public_blocked" if blocked else "doctor.acl_denied", told)
            case "acl" if unknown:
                self._acl("doctor.acl_unknown", told)
            case "tags" if denied:
                self._problem("doctor.tags_denied", told, right="s3:PutObjectTagging")
            case "tags" if unknown:
                self._problem("doctor.tags_unknown", told)
            case "storage_class" if not denied:
                # Amazon says InvalidStorageClass; others say just InvalidArgument.
                self._problem("doctor.storage_class_refused", told, storage_class=self._profile.storage_class)
            case _:
                self._notes.error(Step.STORE, told)

    def _acl(self, code: str, told: BucketRefusedError) -> None:
        away = OfferId.UPLOAD_HERE if self._profile.uploader is Uploader.KRAKEN else OfferId.NO_ACL
        self._problem(code, told, away, right="s3:PutObjectAcl")

    def _plain(self, sent: Profile, refused: BucketRefusedError) -> None:
        """Nothing but the bytes is refused."""
        if refused.aws_code not in _DENIED or is_full(refused.aws_code, refused.said):
            self._notes.error(Step.STORE, refused)
            return
        code = _named_by(refused.said)
        if code:
            self._problem(code, refused, right="s3:PutObject")
            return
        for value in self._encryptions(sent):
            if self._refusal(replace(sent, headers=(*sent.headers, (_ENCRYPTION, value)))) is None:
                self._problem("doctor.encryption_wanted", refused, header=f"{_ENCRYPTION}: {value}")
                return
        self._problem("doctor.put_denied", refused, right="s3:PutObject")

    @staticmethod
    def _encryptions(sent: Profile) -> Iterator[str]:
        if not any(name.lower() == _ENCRYPTION for name, _ in sent.headers):
            yield from _ENCRYPTIONS

    def _problem(self, code: str, told: BucketRefusedError, *offers: OfferId, **facts: Fact) -> None:
        about: dict[str, Fact] = {
            "bucket": self._profile.bucket,
            "arn": objects_arn(self._profile),
            "aws_code": told.aws_code,
            "said": told.said,
        }
        self._notes.add(Step.STORE, CheckVerdict.PROBLEM, code, about | facts, offers)


def _named_by(said: str) -> str:
    """The cause, where S3's text names it (AWS: "Troubleshoot access denied errors in Amazon S3"); or empty."""
    lowered = said.lower()
    if re.search(r"\bkms:", lowered):
        return "doctor.key_denied"
    if "explicit deny in a resource-based policy" in lowered:
        return "doctor.policy_denies"
    if "explicit deny in" in lowered or "service control policy" in lowered or "boundary" in lowered:
        return "doctor.rules_deny"
    if "no identity-based policy allows" in lowered:
        return "doctor.put_denied"
    return ""
