"""What to know of each service that speaks S3: where its keys come from, and how its images open for anybody.

Sources: those of ``model/providers.py``, and each service's page on access keys.
"""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP

OTHER_NAME = QT_TRANSLATE_NOOP("messages", "Another service with S3")

KEYS: dict[str, str] = {
    "aws": QT_TRANSLATE_NOOP(
        "messages", "In the AWS console under IAM, make a user with this policy and nothing else, then an access key."
    ),
    "r2": QT_TRANSLATE_NOOP(
        "messages",
        "R2 has no policies. In the Cloudflare dashboard under R2, “Manage API tokens”, make a token with “Object Read "
        "& Write” for this bucket only; it shows an access key ID and a secret.",
    ),
    "b2": QT_TRANSLATE_NOOP(
        "messages",
        "B2 has no policies. Under “Application Keys”, add a key for this bucket only, with “Read and Write”. The "
        "master key does not work with S3.",
    ),
    "minio": QT_TRANSLATE_NOOP(
        "messages", "MinIO takes this policy: make it under “Policies”, give it to a user, and make an access key."
    ),
    "wasabi": QT_TRANSLATE_NOOP(
        "messages", "Wasabi takes this policy: make it under “Policies”, give it to a sub-user, and make an access key."
    ),
    "spaces": QT_TRANSLATE_NOOP(
        "messages",
        "Spaces has no policies for keys. In the control panel under “Spaces Object Storage”, “Access Keys”, make a "
        "key with limited access: “Read/Write/Delete” for this bucket only.",
    ),
    "scaleway": QT_TRANSLATE_NOOP(
        "messages",
        "Scaleway has policies of its own. Under IAM, make an application that may write, and if need be read, objects "
        "of this project, then an API key for it.",
    ),
    "hetzner": QT_TRANSLATE_NOOP(
        "messages",
        "Keys of Hetzner open all buckets of a project. In the console under “Security”, “S3 credentials”, make one in "
        "a project that has only this bucket.",
    ),
    "ovh": QT_TRANSLATE_NOOP(
        "messages",
        "OVHcloud takes this policy: make a user under “Object Storage”, “S3 users”, and import it there as JSON.",
    ),
    "linode": QT_TRANSLATE_NOOP(
        "messages",
        "Akamai has no policies for keys. In Cloud Manager under “Object Storage”, “Access Keys”, make one with "
        "limited access: “Read/Write” for this bucket only.",
    ),
    "vultr": QT_TRANSLATE_NOOP(
        "messages",
        "Keys of Vultr open all buckets of a subscription; they stand on its page under “S3 Credentials”. A "
        "subscription for these images alone keeps others safe.",
    ),
    "idrive": QT_TRANSLATE_NOOP(
        "messages",
        "e2 has no policies for keys. In its console under “Access Keys”, make one with “Read/Write” for this bucket "
        "only.",
    ),
    "contabo": QT_TRANSLATE_NOOP(
        "messages",
        "Keys of Contabo open all buckets of a customer. They stand in the customer control panel under “Account”, "
        "“Security & Access”.",
    ),
    "storj": QT_TRANSLATE_NOOP(
        "messages",
        "Storj has no policies. Under “Access Keys”, make S3 credentials for this bucket only, which may write, and "
        "if need be read, list and delete.",
    ),
    "gcs": QT_TRANSLATE_NOOP(
        "messages",
        "Google has roles instead of policies. Give a service account the role “Storage Object User” on this bucket, "
        "then make an HMAC key for it under “Settings”, “Interoperability”.",
    ),
    "other": QT_TRANSLATE_NOOP(
        "messages",
        "Many services take this policy as it is. Where one does not, give its key just these rights, for this bucket "
        "only.",
    ),
}
"""By ``Provider.id``: where a key is made that may do this and nothing else."""

PREFIXES: dict[str, str] = {
    "b2": QT_TRANSLATE_NOOP("messages", "Its file name prefix may be “{prefix}”."),
    "storj": QT_TRANSLATE_NOOP("messages", "It may be limited to the prefix “{prefix}”."),
}
"""Added where keys can be limited to names."""

OPENING: dict[str, str] = {
    "r2": QT_TRANSLATE_NOOP(
        "messages",
        "R2 opens images only at an address of their own. In the settings of the bucket connect a domain, or turn on "
        "its r2.dev address, and enter that address at “Links begin with”.",
    ),
    "b2": QT_TRANSLATE_NOOP(
        "messages", "Images open if the bucket is public: in its settings, “Files in bucket are: Public”."
    ),
    "minio": QT_TRANSLATE_NOOP(
        "messages", "Images open if the bucket lets anybody read: in its settings, “Anonymous access”, or a policy."
    ),
    "wasabi": QT_TRANSLATE_NOOP(
        "messages", "Newer accounts of Wasabi allow no public access: ask its support to turn it on."
    ),
    "idrive": QT_TRANSLATE_NOOP("messages", "Images open if the bucket is public: change that in its settings."),
    "contabo": QT_TRANSLATE_NOOP(
        "messages",
        "Images open if the bucket is shared, and only at the address that Contabo then shows: enter it, up to the "
        "bucket’s name, at “Links begin with”.",
    ),
    "storj": QT_TRANSLATE_NOOP(
        "messages",
        "Images open through a link that is shared: share the bucket, and enter the address with /raw/ in it, up to "
        "the bucket’s name, at “Links begin with”.",
    ),
    "gcs": QT_TRANSLATE_NOOP(
        "messages", "Images open if allUsers have the role “Storage Object Viewer” on the bucket."
    ),
    "other": QT_TRANSLATE_NOOP(
        "messages", "Whether images open for anybody is a setting of the bucket: look there, or ask the service."
    ),
}
"""By ``Provider.id``: what it takes beside an upload; nothing where the ACL of each image does it."""

OPENING_BY_ACL = QT_TRANSLATE_NOOP(
    "messages",
    "Each image is sent with a public ACL, which not every service heeds: check the profile to see whether links open.",
)
"""In its place for a service that nobody knows, where the profile sends an ACL."""

UPLOADS_ITSELF = QT_TRANSLATE_NOOP("messages", "Kraken.io writes into Amazon S3 only, so this computer uploads.")
"""Said where Kraken.io makes images smaller."""
