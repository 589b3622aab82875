"""Destinations and accounts: what a person sets up once, and a job carries as a frozen copy."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID
from kraken_desktop.model.regions import DEFAULT_REGION

DEFAULT_API_URL = "https://api.kraken.io"
LOCAL_PROFILE_ID = "00000000-0000-4000-8000-000000000002"
"""The profile of the first start, which needs neither an account nor a bucket."""
DEFAULT_TEMPLATE = "{date:%Y/%m}/{stem|slug}-{hash:8}{ext}"

Pairs = tuple[tuple[str, str], ...]
"""Names with values, in the person's order."""


class Engine(StrEnum):
    """Who makes the image smaller."""

    KRAKEN = "kraken"
    LOCAL = "local"


class Uploader(StrEnum):
    """Who writes into the bucket. With ``KRAKEN`` the S3 secret travels to Kraken.io."""

    KRAKEN = "kraken"
    LOCAL = "local"


class Acl(StrEnum):
    """Who may read the object; Kraken.io's words, with an underscore where AWS has a hyphen."""

    PUBLIC_READ = "public_read"
    PRIVATE = "private"
    NONE = "none"


class Collision(StrEnum):
    """What to do when the bucket holds the planned key already."""

    SKIP = "skip"
    RENAME = "rename"
    OVERWRITE = "overwrite"
    FAIL = "fail"


class CredentialSource(StrEnum):
    """Where a secret comes from."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    AWS_PROFILE = "aws_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Points to a secret, never holds one."""

    source: CredentialSource = CredentialSource.KEYRING
    access_key: str = ""
    """The access key ID, which is not secret; unused with ``AWS_PROFILE``."""
    aws_profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A Kraken.io key pair, its secret kept elsewhere."""

    id: str
    name: str = "Kraken.io"
    api_key: str = ""
    api_url: str = DEFAULT_API_URL
    source: CredentialSource = CredentialSource.KEYRING
    file_limit: int | None = None
    """Bytes of the largest file that the plan takes, as Kraken.io told with a 413; None until it did.

    Forgotten when the person checks the account: the plan may have changed.
    """

    @property
    def secret_name(self) -> str:
        """The keyring entry of the API secret: by id, so that renaming loses nothing."""
        return f"account/{self.id}/api-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named destination and everything that is needed to bring an image there."""

    id: str
    name: str
    engine: Engine = Engine.KRAKEN
    uploader: Uploader = Uploader.KRAKEN
    account_id: str | None = None
    recipe_id: str = DEFAULT_RECIPE_ID
    bucket: str = ""
    region: str = DEFAULT_REGION
    endpoint: str = ""
    """Base URL of an S3 other than AWS; for our own requests only, never sent to Kraken.io."""
    path_style: bool | None = None
    """The bucket in the path instead of the host name. None: where the endpoint or the bucket's name wants it."""
    folder: str = ""
    """Absolute path of a folder on this computer that takes the place of a bucket; empty for S3."""
    path_template: str = DEFAULT_TEMPLATE
    acl: Acl = Acl.PUBLIC_READ
    tags: Pairs = ()
    metadata: Pairs = ()
    """User metadata by bare name, without ``x-amz-meta-``."""
    headers: Pairs = ()
    storage_class: str = ""
    """S3's storage class, such as ``STANDARD_IA``; empty: the bucket's own default. Only our uploader knows it."""
    local_copy: str = ""
    """Absolute path of a folder that gets a copy of each result beside the upload; empty: none."""
    public_url: str = ""
    """Base of the links, such as a CDN's; empty: the bucket's own address."""
    collision: Collision = Collision.RENAME
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves this computer."""
        return self.engine is Engine.LOCAL and bool(self.folder)

    @property
    def secret_name(self) -> str:
        """The keyring entry of the S3 secret access key."""
        return f"profile/{self.id}/s3-secret"

    @property
    def session_token_name(self) -> str:
        """The keyring entry of the session token that goes with temporary keys."""
        return f"profile/{self.id}/s3-session-token"


class Severity(StrEnum):
    """Whether a finding forbids using the profile."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong, or unwise, in what a person typed.

    ``field`` is the name of the dataclass field (``bucket``, ``tags``, ...), ``problem`` a code such as
    ``bucket.too_short`` that ``messages.py`` puts into words, ``detail`` the part at fault.
    """

    field: str
    problem: str
    detail: str = ""
    severity: Severity = Severity.ERROR
