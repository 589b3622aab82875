"""Words for what S3 refuses, by its error code: the same whether this computer asks, or Kraken.io.

The meanings are those of AWS ("Error responses" of the S3 API reference, "AWS KMS key errors"), and of other
services that speak S3.
"""

from __future__ import annotations

from dataclasses import dataclass

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message
from kraken_desktop.model.full_bucket import FULL_CODES, is_full

PUSH_WHAT: dict[str, str] = {
    "kraken.store_push": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 did not store it."),
    "kraken.store_denied": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 refused to store it."),
    "kraken.store_busy": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 was too busy to store it."),
}

CHARGED = QT_TRANSLATE_NOOP("messages", "Kraken.io may have charged for the optimizing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What one code means. None of it needs a fact that only our own requests have."""

    what: str
    why: str
    remedy: str
    pushed: str = ""
    """The way out where Kraken.io asked, if it is another one."""


_CHECK_VALUES = QT_TRANSLATE_NOOP(
    "messages", "Check ACL, headers, metadata, tags and storage class in the profile, then retry."
)
_NAMED_REGION = QT_TRANSLATE_NOOP(
    "messages", "Choose the region that the AWS console shows for the bucket in the profile, then retry."
)
_RETRY_LATER = QT_TRANSLATE_NOOP("messages", "Retry later.")
_NEW_KEYS = QT_TRANSLATE_NOOP("messages", "Get new ones, and enter them in the profile, then retry.")
_PERMANENT_KEY = QT_TRANSLATE_NOOP(
    "messages",
    "Let this computer upload, which can use temporary keys; or enter a permanent access key (it begins with AKIA)"
    " in the profile. Then retry.",
)
_ASK_AWS = QT_TRANSLATE_NOOP(
    "messages", "Sign in to the AWS console as the owner of the account, and see what it asks for."
)
_ANOTHER_REGION = QT_TRANSLATE_NOOP("messages", "The bucket is in another region than the profile says.")
_NOT_SAID_WHERE = QT_TRANSLATE_NOOP("messages", "Each region answers for its own buckets only.")
_KEY_OF_BUCKET = QT_TRANSLATE_NOOP(
    "messages", "The bucket encrypts with a key of AWS KMS, and that one cannot be used."
)
_MEND_KEY = QT_TRANSLATE_NOOP(
    "messages", "Choose another key in the bucket’s “Default encryption”, or turn this one on again. Then retry."
)
_BUSY = QT_TRANSLATE_NOOP("messages", "S3 cannot take the image at the moment.")
_OWN_TROUBLE = QT_TRANSLATE_NOOP(
    "messages", "It has a problem of its own, or too much to do; your image is not at fault."
)

_MOVED = Refusal(what=_ANOTHER_REGION, why=_NOT_SAID_WHERE, remedy=_NAMED_REGION)
_NO_ROOM = Refusal(
    what=QT_TRANSLATE_NOOP("messages", "The bucket is full."),
    why=QT_TRANSLATE_NOOP("messages", "The service takes no more into it."),
    remedy=QT_TRANSLATE_NOOP("messages", "Make room or raise the limit at the service, then retry."),
)
_KEY_UNUSABLE = Refusal(
    what=QT_TRANSLATE_NOOP("messages", "The image cannot be encrypted as the bucket wants it."),
    why=_KEY_OF_BUCKET,
    remedy=_MEND_KEY,
)
_ACCOUNT_TROUBLE = Refusal(
    what=QT_TRANSLATE_NOOP("messages", "The AWS account of the access key cannot use S3."),
    why=QT_TRANSLATE_NOOP("messages", "It is suspended, or was never fully set up."),
    remedy=_ASK_AWS,
)
_SERVER_BUSY = Refusal(what=_BUSY, why=_OWN_TROUBLE, remedy=_RETRY_LATER)
_WRONG_VALUE = Refusal(
    what=QT_TRANSLATE_NOOP("messages", "S3 does not accept one of the profile’s values."),
    why=QT_TRANSLATE_NOOP("messages", "What it was told about the image has a value that it does not know."),
    remedy=_CHECK_VALUES,
)
_NO_REGION = Refusal(
    what=QT_TRANSLATE_NOOP("messages", "S3 does not know the region of the profile."),
    why=QT_TRANSLATE_NOOP("messages", "It is misspelled, or not one of this service."),
    remedy=_NAMED_REGION,
)

S3_REFUSALS: dict[str, Refusal] = {
    "AccessControlListNotSupported": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The bucket has ACLs turned off."),
        why=QT_TRANSLATE_NOOP(
            "messages", "That is how AWS makes buckets today: a bucket policy decides who may see the images, no ACL."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "messages",
            "Under “Access” in the profile choose “As the bucket says” (ACL “none”), and make the images public with a"
            " bucket policy or a CDN.",
        ),
        pushed=QT_TRANSLATE_NOOP(
            "messages",
            "Kraken.io always sends an ACL. Let this computer upload, in the profile; or set Object Ownership to"
            " “ACLs enabled” and “Bucket owner preferred” in the bucket’s Permissions. Then retry.",
        ),
    ),
    "AccessDenied": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 does not let the access key store this image."),
        why=QT_TRANSLATE_NOOP(
            "messages",
            "The key has too few rights, the bucket’s policy forbids it, or the bucket blocks public images:"
            " S3 does not tell which.",
        ),
        remedy=QT_TRANSLATE_NOOP(
            "messages",
            "“Check this profile” finds out which. The key needs s3:PutObject, with an ACL s3:PutObjectAcl, with tags"
            " s3:PutObjectTagging.",
        ),
        pushed=QT_TRANSLATE_NOOP(
            "messages",
            "“Check this profile” finds out which. The key needs s3:PutObject and s3:PutObjectAcl, with tags"
            " s3:PutObjectTagging; for public images the bucket’s “Block public access” must be off for ACLs.",
        ),
    ),
    "AllAccessDisabled": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "All access to this bucket is turned off."),
        why=QT_TRANSLATE_NOOP("messages", "AWS has disabled it, or its name is one that AWS keeps for itself."),
        remedy=QT_TRANSLATE_NOOP("messages", "Check the bucket’s name in the profile, or ask AWS about the bucket."),
    ),
    "AuthorizationHeaderMalformed": _MOVED,
    "AuthorizationQueryParametersError": _MOVED,
    "BucketAlreadyExists": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The bucket of that name belongs to somebody else."),
        why=QT_TRANSLATE_NOOP("messages", "Names of buckets are the same for everybody."),
        remedy=QT_TRANSLATE_NOOP("messages", "Check the bucket’s name in the profile, then retry."),
    ),
    "EntityTooLarge": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The image is larger than S3 takes."),
        why=QT_TRANSLATE_NOOP("messages", "S3 has a limit for what is stored in one piece."),
        remedy=QT_TRANSLATE_NOOP("messages", "Save the image with fewer pixels, then add it anew."),
    ),
    "ExpiredToken": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The temporary keys have expired."),
        why=QT_TRANSLATE_NOOP("messages", "S3 takes them no longer."),
        remedy=_NEW_KEYS,
        pushed=_PERMANENT_KEY,
    ),
    "IllegalLocationConstraintException": _MOVED,
    "InternalError": _SERVER_BUSY,
    "InvalidAccessKeyId": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 does not know the access key ID."),
        why=QT_TRANSLATE_NOOP("messages", "It is mistyped, deleted, or of another service."),
        remedy=QT_TRANSLATE_NOOP("messages", "Enter an active access key and its secret in the profile, then retry."),
    ),
    "InvalidArgument": _WRONG_VALUE,
    "InvalidBucketName": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The bucket’s name is not one that S3 allows."),
        why=QT_TRANSLATE_NOOP("messages", "So there can be no such bucket."),
        remedy=QT_TRANSLATE_NOOP("messages", "Copy the name from the AWS console into the profile, then retry."),
    ),
    "InvalidEncryptionAlgorithmError": _WRONG_VALUE,
    "InvalidLocationConstraint": _NO_REGION,
    "InvalidRegion": _NO_REGION,
    "InvalidRequest": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 does not accept the upload as the profile shapes it."),
        why=QT_TRANSLATE_NOOP("messages", "Its values do not go together, or the bucket asks for more."),
        remedy=_CHECK_VALUES,
    ),
    "InvalidStorageClass": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 refused the storage class."),
        why=QT_TRANSLATE_NOOP("messages", "This bucket or service does not have it."),
        remedy=QT_TRANSLATE_NOOP(
            "messages", "Correct the storage class in the profile, or leave it empty, then retry."
        ),
    ),
    "InvalidTag": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 does not take one of the tags."),
        why=QT_TRANSLATE_NOOP("messages", "It breaks a rule for names and values of tags."),
        remedy=QT_TRANSLATE_NOOP("messages", "Correct or remove the tag in the profile, then retry."),
    ),
    "InvalidToken": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 refused the session token."),
        why=QT_TRANSLATE_NOOP(
            "messages", "Temporary keys need theirs; it is missing, belongs to another key, or was not copied whole."
        ),
        remedy=_NEW_KEYS,
        pushed=_PERMANENT_KEY,
    ),
    "KMS.DisabledException": _KEY_UNUSABLE,
    "KMS.InvalidStateException": _KEY_UNUSABLE,
    "KMS.KMSInvalidStateException": _KEY_UNUSABLE,
    "KMS.NotFoundException": _KEY_UNUSABLE,
    "KeyTooLongError": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The name in the bucket is too long."),
        why=QT_TRANSLATE_NOOP("messages", "S3 allows 1,024 bytes."),
        remedy=QT_TRANSLATE_NOOP("messages", "Shorten the path template in the profile, then add the image again."),
    ),
    "MetadataTooLarge": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The profile’s metadata is too large."),
        why=QT_TRANSLATE_NOOP("messages", "S3 allows 2 kB for names and values together."),
        remedy=QT_TRANSLATE_NOOP("messages", "Shorten or remove metadata in the profile, then retry."),
    ),
    "MethodNotAllowed": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "What answers there stores no images."),
        why=QT_TRANSLATE_NOOP("messages", "It knows the address, and does not let anybody put something there."),
        remedy=QT_TRANSLATE_NOOP("messages", "Check the S3 endpoint and the bucket in the profile, then retry."),
    ),
    "NoSuchBucket": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "There is no bucket of that name."),
        why=QT_TRANSLATE_NOOP("messages", "It is misspelled, deleted, or at another service."),
        remedy=QT_TRANSLATE_NOOP("messages", "Correct the bucket in the profile, or make it first, then retry."),
    ),
    "NotImplemented": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "This service does not know something that the profile asks for."),
        why=QT_TRANSLATE_NOOP("messages", "Not every S3 has ACLs, tags and storage classes."),
        remedy=QT_TRANSLATE_NOOP(
            "messages", "“Check this profile” finds out what it is. Remove that from the profile, then retry."
        ),
    ),
    "NotSignedUp": _ACCOUNT_TROUBLE,
    "AccountProblem": _ACCOUNT_TROUBLE,
    "UserSuspended": _ACCOUNT_TROUBLE,
    "PermanentRedirect": _MOVED,
    **dict.fromkeys(sorted(FULL_CODES), _NO_ROOM),
    "RequestTimeTooSkewed": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The clock of the computer that uploads is wrong."),
        why=QT_TRANSLATE_NOOP("messages", "It differs from S3’s by more than the 15 minutes that S3 allows."),
        remedy=QT_TRANSLATE_NOOP("messages", "Set date and time, then retry."),
        pushed=QT_TRANSLATE_NOOP(
            "messages", "That is Kraken.io’s. Retry later, or let this computer upload, in the profile."
        ),
    ),
    "RequestTimeout": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The transfer to S3 was too slow."),
        why=QT_TRANSLATE_NOOP("messages", "S3 does not wait for ever."),
        remedy=_RETRY_LATER,
    ),
    "ServiceUnavailable": _SERVER_BUSY,
    "SignatureDoesNotMatch": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The secret does not belong to the access key ID."),
        why=QT_TRANSLATE_NOOP(
            "messages", "Mostly it was not copied whole, or it is that of another key: S3 compares every character."
        ),
        remedy=QT_TRANSLATE_NOOP("messages", "Enter the secret access key again in the profile, then retry."),
    ),
    "SlowDown": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "S3 asks for fewer uploads at a time."),
        why=QT_TRANSLATE_NOOP("messages", "There were too many at once."),
        remedy=QT_TRANSLATE_NOOP("messages", "Retry in a minute, with fewer uploads at once."),
    ),
    "TemporaryRedirect": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The bucket cannot be reached by its region yet."),
        why=QT_TRANSLATE_NOOP("messages", "It is new, or was moved, and that takes AWS some time to spread."),
        remedy=QT_TRANSLATE_NOOP("messages", "Check the region in the profile; for a new bucket, retry in an hour."),
    ),
    "TokenRefreshRequired": Refusal(
        what=QT_TRANSLATE_NOOP("messages", "The temporary keys have to be renewed."),
        why=QT_TRANSLATE_NOOP("messages", "S3 takes them no longer."),
        remedy=_NEW_KEYS,
        pushed=_PERMANENT_KEY,
    ),
}
"""By S3's error code."""

_IN_REGION = Message(
    _ANOTHER_REGION,
    QT_TRANSLATE_NOOP("messages", "It is in {region}."),
    QT_TRANSLATE_NOOP("messages", "Set the region {region} in the profile, then retry."),
)

S3_FAILURES: dict[str, Message] = {
    "bucket.wrong_region": Message(_MOVED.what, _MOVED.why, _MOVED.remedy),
    "bucket.wrong_region:region": _IN_REGION,
    **{f"s3:{code}": Message(told.what, told.why, told.remedy) for code, told in S3_REFUSALS.items()},
}
"""What an own request was answered: under ``s3:`` and the code, where no failure has more exact words."""

PUSH_REASONS: dict[str, Message] = {
    "": Message(
        QT_TRANSLATE_NOOP("messages", "No cause was given that we know."),
        QT_TRANSLATE_NOOP("messages", "S3’s own code for it is missing, or a new one."),
        QT_TRANSLATE_NOOP("messages", "Check bucket, region and access key in the profile, then retry."),
    ),
    **{code: Message(told.what, told.why, told.pushed or told.remedy) for code, told in S3_REFUSALS.items()},
}
"""What Kraken.io was answered."""


def push_reason(aws_code: str, said: str, region: str) -> Message:
    """Why S3 refused a push, by what it said; ``region`` is the right one, if that names it."""
    if is_full(aws_code, said):
        return PUSH_REASONS["QuotaExceeded"]
    if region and S3_REFUSALS.get(aws_code) is _MOVED:
        return _IN_REGION
    return PUSH_REASONS.get(aws_code, PUSH_REASONS[""])
