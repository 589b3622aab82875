"""Ways out of a failure that one click, or one command, can take: each changes the profile in a known way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from kraken_desktop.model.job import Failure, Job
from kraken_desktop.model.profile import Acl, Engine, Finding, Profile, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.regions import is_plausible


class OfferId(StrEnum):
    """What is offered. The words are in ``messages``."""

    THIS_COMPUTER = "this_computer"
    """Engine and uploader become this computer's, for the profile."""
    THIS_COMPUTER_ONCE = "this_computer_once"
    """The same for one job; the profile stays as it is."""
    UPLOAD_HERE = "upload_here"
    """This computer's uploader in the place of Kraken.io's, and no ACL."""
    NO_ACL = "no_acl"
    """Our own uploader goes on without an ACL."""
    REGION = "region"
    """The bucket's own region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way out.

    ``detail`` is the value that it brings, such as a region's code; empty where there is none.
    """

    id: OfferId
    detail: str = ""

    @property
    def once(self) -> bool:
        """Whether it is for one job only, and nothing is kept in the settings."""
        return self.id is OfferId.THIS_COMPUTER_ONCE

    def apply(self, profile: Profile) -> Profile:
        """The profile after it."""
        match self.id:
            case OfferId.THIS_COMPUTER | OfferId.THIS_COMPUTER_ONCE:
                # The ACL stays: what was to be public is public all the same.
                return replace(profile, engine=Engine.LOCAL, uploader=Uploader.LOCAL)
            case OfferId.UPLOAD_HERE:
                return replace(profile, uploader=Uploader.LOCAL, acl=Acl.NONE)
            case OfferId.NO_ACL:
                return replace(profile, acl=Acl.NONE)
            case OfferId.REGION:
                return replace(profile, region=self.detail)

    def obstacles(self, profile: Profile) -> tuple[Finding, ...]:
        """What would forbid using the profile after it: to be mended by the person first."""
        return tuple(each for each in check_profile(self.apply(profile)) if each.severity is Severity.ERROR)


THIS_COMPUTER = Offer(id=OfferId.THIS_COMPUTER)


def on_this_computer(job: Job) -> Job:
    """The same job, made and uploaded by this computer from now on, whatever its profile comes to say."""
    snapshot = job.snapshot
    return replace(job, snapshot=replace(snapshot, profile=THIS_COMPUTER.apply(snapshot.profile), here=True))


def offers_for(failure: Failure, profile: Profile) -> tuple[Offer, ...]:
    """The ways out of a failure that a job of this profile met, the best first. One that changes nothing is none."""
    return tuple(offer for offer in _offers(failure, profile) if offer.apply(profile) != profile)


def _offers(failure: Failure, profile: Profile) -> tuple[Offer, ...]:
    match failure.code:
        case "kraken.quota" | "kraken.overdue" | "kraken.suspended":
            return (Offer(id=OfferId.THIS_COMPUTER),)
        case "kraken.file_too_large":
            return (Offer(id=OfferId.THIS_COMPUTER_ONCE),)
        case "kraken.store_denied":
            return _after_push(failure, profile)
        case "bucket.acl_refused":
            return (Offer(id=OfferId.NO_ACL),)
        case "bucket.wrong_region" if region := str(failure.facts.get("region") or ""):
            return (Offer(id=OfferId.REGION, detail=region),)
        case _:
            return ()


def _after_push(failure: Failure, profile: Profile) -> tuple[Offer, ...]:
    said = str(failure.facts.get("said") or "")
    match failure.facts.get("aws_code"):
        case "AccessControlListNotSupported":
            return (Offer(id=OfferId.UPLOAD_HERE),)
        case "AccessDenied" if _may_be_the_acl(said):
            return (Offer(id=OfferId.UPLOAD_HERE),)
        case "PermanentRedirect" | "AuthorizationHeaderMalformed" if region := region_told(said, profile.region):
            return (Offer(id=OfferId.REGION, detail=region),)
        case _:
            return ()


def _may_be_the_acl(said: str) -> bool:
    """Whether an ``AccessDenied`` may come from the ACL, which Kraken.io always sends.

    Newer texts of S3 name the right that is missing; older ones say nothing.
    """
    lowered = said.lower()
    names_a_right = re.search(r"\bs3:[a-z]", lowered) is not None
    return "acl" in lowered or "access control list" in lowered or not names_a_right


def region_told(said: str, wrong: str) -> str:
    """The region in which the bucket is, out of S3's text; empty if it does not say.

    S3 names it as ``expecting 'eu-central-1'``, or inside the endpoint that would be the right one
    (``s3-eu-west-1.amazonaws.com``, ``bucket.s3.eu-west-1.amazonaws.com``). AWS: S3 error responses.
    """
    found = re.search(r"expecting '([a-z0-9-]+)'", said) or re.search(r"s3[.-]([a-z0-9-]+)\.amazonaws\.com", said)
    region = found[1] if found else ""
    return region if is_plausible(region) and region != wrong else ""
