"""What a check of a profile found out, step by step: values that window and terminal put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kraken_desktop.model.errors import Fact
from kraken_desktop.model.link_trouble import LINK_TROUBLES
from kraken_desktop.model.offers import Offer
from kraken_desktop.model.profile import Engine, Profile, Uploader


class Step(StrEnum):
    """One thing that is looked at, in the order of looking."""

    SETTINGS = "settings"
    """What was typed, by the rules that need no network."""
    ACCOUNT = "account"
    """The Kraken.io account and its quota."""
    SECRETS = "secrets"
    """The keys to the bucket are at hand."""
    CONNECTION = "connection"
    """Name, certificate and proxy of the way to S3."""
    CLOCK = "clock"
    """This computer's against the server's."""
    ACCESS = "access"
    """S3 knows the access key, and the secret belongs to it."""
    BUCKET = "bucket"
    """The bucket is there, in the region that the profile names."""
    STORE = "store"
    """An object is put as the profile wants it: ACL, tags, metadata, headers, storage class."""
    SPACE = "space"
    """Of a folder in the place of a bucket: room on its disk."""
    LOOK = "look"
    """Whether a name is taken can be found out, where the rule for taken names needs it."""
    OPEN = "open"
    """The link opens for those whom it is for."""
    REMOVE = "remove"
    """The object of the check is gone again."""
    COPY = "copy"
    """The folder for local copies can be written."""
    KRAKEN = "kraken"
    """What only Kraken.io can tell, where it uploads."""


class CheckVerdict(StrEnum):
    """How one step went."""

    OK = "ok"
    WARNING = "warning"
    """Images arrive, and something is not as it may be meant."""
    PROBLEM = "problem"
    """Images do not arrive, or their links do not open."""
    NOT_CHECKED = "not_checked"


NOT_REACHED = "doctor.not_reached"
LINK_CODE = "link."
"""The beginning of the codes of what is the matter with a link; the rest is one of ``LINK_TROUBLES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was found in one step; a step may have several.

    ``code`` is that of an error (``errors.py``), of a finding in the settings (``profile_rules.py``,
    ``object_key.py``), or one of ``CODES``; ``facts`` go with it, and never hold a secret.
    """

    step: Step
    verdict: CheckVerdict
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    """Ways out that one click takes, the best first."""

    @property
    def is_unreached(self) -> bool:
        """Whether something before it kept the step from being looked at."""
        return self.code == NOT_REACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A whole check, in the order of the steps."""

    profile: Profile
    """As it was checked, which may differ from what is saved."""
    observations: tuple[Observation, ...]
    cancelled: bool = False

    @property
    def unreached(self) -> tuple[Step, ...]:
        """What was not looked at, because of what was found before."""
        return tuple(each.step for each in self.observations if each.is_unreached)

    @property
    def verdict(self) -> CheckVerdict:
        """The worst of all; a cancelled check says nothing good."""
        verdicts = {each.verdict for each in self.observations}
        for worst in (CheckVerdict.PROBLEM, CheckVerdict.WARNING):
            if worst in verdicts:
                return worst
        return CheckVerdict.NOT_CHECKED if self.cancelled else CheckVerdict.OK


def steps_of(profile: Profile) -> tuple[Step, ...]:
    """What a check of this profile looks at, in order."""
    steps = [Step.SETTINGS]
    if profile.engine is Engine.KRAKEN:
        steps.append(Step.ACCOUNT)
    if profile.folder:
        steps += [Step.STORE, Step.SPACE]
        if profile.public_url:
            steps.append(Step.OPEN)
        steps.append(Step.REMOVE)
    else:
        steps += [Step.SECRETS, Step.CONNECTION, Step.CLOCK, Step.ACCESS, Step.BUCKET]
        steps += [Step.STORE, Step.LOOK, Step.OPEN, Step.REMOVE]
    if profile.local_copy:
        steps.append(Step.COPY)
    if profile.uploader is Uploader.KRAKEN and not profile.folder:
        steps.append(Step.KRAKEN)
    return tuple(steps)


CODES = (
    "doctor.settings_ok",
    "doctor.account_ok",
    "doctor.account_inactive",
    "doctor.account_low",
    "doctor.secrets_ok",
    "doctor.connection_ok",
    "doctor.no_such_region",
    "doctor.no_bucket_host",
    "doctor.no_endpoint_host",
    "doctor.no_service_host",
    "doctor.endpoint_silent",
    "doctor.clock_ok",
    "doctor.clock_ahead",
    "doctor.clock_behind",
    "doctor.clock_unknown",
    "doctor.access_ok",
    "doctor.bucket_ok",
    "doctor.store_ok",
    "doctor.folder_ok",
    "doctor.name_taken",
    "doctor.may_be_ours",
    "doctor.nothing_risked",
    "doctor.put_denied",
    "doctor.policy_denies",
    "doctor.rules_deny",
    "doctor.key_denied",
    "doctor.encryption_wanted",
    "doctor.acl_denied",
    "doctor.public_blocked",
    "doctor.acl_unknown",
    "doctor.tags_denied",
    "doctor.tags_unknown",
    "doctor.storage_class_refused",
    "doctor.space_ok",
    "doctor.space_low",
    "doctor.look_ok",
    "doctor.look_not_needed",
    "doctor.look_denied",
    "doctor.list_denied",
    "doctor.link_ok",
    "doctor.link_signed_ok",
    "doctor.link_signed_denied",
    "doctor.link_signed_refused",
    *(LINK_CODE + trouble for trouble in LINK_TROUBLES),
    "doctor.removed",
    "doctor.left_behind",
    "doctor.left_over",
    "doctor.may_be_left",
    "doctor.copy_ok",
    "doctor.kraken_later",
    NOT_REACHED,
)
"""Every code of an observation that is neither an error's nor a finding's."""
