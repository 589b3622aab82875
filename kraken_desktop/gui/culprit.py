"""Which entry of the settings, and which of its fields, has what made the queue stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kraken_desktop.model.full_bucket import FULL_CODES
from kraken_desktop.model.job import Failure, Job

if TYPE_CHECKING:
    from kraken_desktop.gui.settings.dialog import PageName

_FIELDS = {
    "kraken.bad_credentials": "api_key",
    "kraken.store_denied": "access_key",
    "plan.template": "path_template",
    "bucket.denied": "access_key",
    "bucket.wrong_region": "region",
    "bucket.acl_refused": "acl",
    "bucket.folder": "folder",
    "bucket.outside": "folder",
    "aws.profile": "aws_profile",
}
_FIELDS_OF_S3 = {
    "AllAccessDisabled": "bucket",
    "BucketAlreadyExists": "bucket",
    "InvalidBucketName": "bucket",
    "InvalidLocationConstraint": "region",
    "InvalidRegion": "region",
    "InvalidStorageClass": "storage_class",
    "InvalidTag": "tags",
    "MetadataTooLarge": "metadata",
    "NoSuchBucket": "bucket",
    **dict.fromkeys(FULL_CODES, "bucket"),
}
"""By S3's error code, where it is not about the access key."""
_NETWORK_FIELDS = {
    "transport.proxy": "proxy_url",
    "transport.trust_file": "ca_file",
    "transport.tls": "ca_file",
}
_SECRETS = {
    "api-key": "api_key",
    "api-secret": "secret",
    "s3-access-key": "access_key",
    "s3-secret": "secret",
    "s3-session-token": "session_token",
}
"""The last part of a secret's name, and the field that it is typed into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """Where to look. Entry and field are empty where they are not known."""

    page: PageName
    entry_id: str = ""
    field: str = ""


def culprit_of(failure: Failure, job: Job | None = None) -> Culprit:
    """What is to be mended after this failure of this job."""
    kind, _, rest = str(failure.facts.get("name", "")).partition("/")
    if kind in {"account", "profile"} and rest:
        entry_id, _, secret = rest.partition("/")
        return Culprit(
            page="account" if kind == "account" else "profiles", entry_id=entry_id, field=_SECRETS.get(secret, "")
        )
    if kind == "network":
        return Culprit(page="network", field="proxy_password")
    if failure.code in _NETWORK_FIELDS:
        login = failure.facts.get("problem") == "login"
        return Culprit(page="network", field="proxy_user" if login else _NETWORK_FIELDS[failure.code])
    of_the_account = failure.code.startswith("kraken.") and not failure.code.startswith("kraken.store_")
    field = _FIELDS.get(failure.code, "")
    if failure.code == "plan.profile":
        field = str(failure.facts.get("field", ""))
    elif failure.code in {"bucket.denied", "kraken.store_denied"}:
        field = _FIELDS_OF_S3.get(str(failure.facts.get("aws_code")), field)
    if job is None:
        return Culprit(page="account" if of_the_account else "profiles", field=field)
    profile = job.snapshot.profile
    if of_the_account:
        return Culprit(page="account", entry_id=profile.account_id or "", field=field)
    return Culprit(page="profiles", entry_id=profile.id, field=field)
