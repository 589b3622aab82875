"""Words for what S3 answers when Kraken.io stores an image there, by S3's error code.

The meanings are AWS's ("Error responses" of the S3 API reference). The ways out are those of this version.
"""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP

PUSH_WHAT: dict[str, str] = {
    "kraken.store_push": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 did not store it."),
    "kraken.store_denied": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 refused to store it."),
    "kraken.store_busy": QT_TRANSLATE_NOOP("messages", "The image was optimized, but S3 was too busy to store it."),
}

CHARGED = QT_TRANSLATE_NOOP("messages", "Kraken.io may have charged for the optimizing.")

PUSH_REASONS: dict[str, tuple[str, str]] = {
    "": (
        QT_TRANSLATE_NOOP("messages", "No cause was given that we know."),
        QT_TRANSLATE_NOOP("messages", "Check bucket, region and access key in the profile, then retry."),
    ),
    "AccessControlListNotSupported": (
        QT_TRANSLATE_NOOP("messages", "The bucket has ACLs turned off, and Kraken.io always sends one."),
        QT_TRANSLATE_NOOP(
            "messages",
            "In the AWS console, open the bucket’s Permissions, set Object Ownership to “ACLs enabled” and"
            " “Bucket owner preferred”, then retry.",
        ),
    ),
    "AccessDenied": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The access key may not write there, or the bucket blocks objects that everybody may read.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Allow s3:PutObject and s3:PutObjectAcl (with tags also s3:PutObjectTagging) for the access key."
            " For public images also turn off the bucket’s “Block public access” for ACLs, or choose private"
            " in the profile. Then retry.",
        ),
    ),
    "AllAccessDisabled": (
        QT_TRANSLATE_NOOP("messages", "All access to this bucket is turned off."),
        QT_TRANSLATE_NOOP("messages", "Check the bucket’s name in the profile, or ask AWS about the bucket."),
    ),
    "AuthorizationHeaderMalformed": (
        QT_TRANSLATE_NOOP("messages", "The bucket is in another region than the profile says."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Choose the region that the AWS console shows for the bucket in the profile, then retry.",
        ),
    ),
    "AuthorizationQueryParametersError": (
        QT_TRANSLATE_NOOP("messages", "S3 could not read the signature; region or access key do not fit."),
        QT_TRANSLATE_NOOP("messages", "Check region and access key in the profile, then retry."),
    ),
    "BucketAlreadyExists": (
        QT_TRANSLATE_NOOP("messages", "The bucket of that name belongs to somebody else."),
        QT_TRANSLATE_NOOP("messages", "Check the bucket’s name in the profile, then retry."),
    ),
    "EntityTooLarge": (
        QT_TRANSLATE_NOOP("messages", "The image is larger than S3 takes."),
        QT_TRANSLATE_NOOP("messages", "Save the image with fewer pixels, then add it anew."),
    ),
    "ExpiredToken": (
        QT_TRANSLATE_NOOP("messages", "The access key was a temporary one and has expired."),
        QT_TRANSLATE_NOOP("messages", "Enter a permanent access key (it begins with AKIA) in the profile, then retry."),
    ),
    "InvalidToken": (
        QT_TRANSLATE_NOOP("messages", "The access key is a temporary one, which Kraken.io cannot use."),
        QT_TRANSLATE_NOOP("messages", "Enter a permanent access key (it begins with AKIA) in the profile, then retry."),
    ),
    "InternalError": (
        QT_TRANSLATE_NOOP("messages", "S3 had a problem of its own."),
        QT_TRANSLATE_NOOP("messages", "Retry later."),
    ),
    "InvalidAccessKeyId": (
        QT_TRANSLATE_NOOP("messages", "AWS does not know the access key ID; it may have been deleted."),
        QT_TRANSLATE_NOOP("messages", "Enter an active access key and its secret in the profile, then retry."),
    ),
    "InvalidArgument": (
        QT_TRANSLATE_NOOP("messages", "S3 does not accept one of the profile’s values."),
        QT_TRANSLATE_NOOP("messages", "Check ACL, headers, metadata and tags in the profile, then retry."),
    ),
    "InvalidRequest": (
        QT_TRANSLATE_NOOP("messages", "S3 does not accept the request as the profile shapes it."),
        QT_TRANSLATE_NOOP("messages", "Check ACL, headers, metadata and tags in the profile, then retry."),
    ),
    "InvalidBucketName": (
        QT_TRANSLATE_NOOP("messages", "The bucket’s name is not one that S3 allows."),
        QT_TRANSLATE_NOOP("messages", "Copy the name from the AWS console into the profile, then retry."),
    ),
    "InvalidTag": (
        QT_TRANSLATE_NOOP("messages", "One of the profile’s tags breaks a rule of S3."),
        QT_TRANSLATE_NOOP("messages", "Correct or remove the tag in the profile, then retry."),
    ),
    "KeyTooLongError": (
        QT_TRANSLATE_NOOP("messages", "The name in the bucket is longer than the 1,024 bytes that S3 allows."),
        QT_TRANSLATE_NOOP("messages", "Shorten the path template in the profile, then add the image again."),
    ),
    "MetadataTooLarge": (
        QT_TRANSLATE_NOOP("messages", "The profile’s metadata is larger than the 2 kB that S3 allows."),
        QT_TRANSLATE_NOOP("messages", "Shorten or remove metadata in the profile, then retry."),
    ),
    "NoSuchBucket": (
        QT_TRANSLATE_NOOP("messages", "There is no bucket of that name."),
        QT_TRANSLATE_NOOP("messages", "Check the bucket’s name in the profile, or create the bucket, then retry."),
    ),
    "PermanentRedirect": (
        QT_TRANSLATE_NOOP("messages", "The bucket is in another region than the profile says."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Choose the region that the AWS console shows for the bucket in the profile, then retry.",
        ),
    ),
    "TemporaryRedirect": (
        QT_TRANSLATE_NOOP("messages", "The bucket is new, or was moved, and cannot be reached by its region yet."),
        QT_TRANSLATE_NOOP("messages", "Check the region in the profile; for a new bucket, retry in an hour."),
    ),
    "RequestTimeTooSkewed": (
        QT_TRANSLATE_NOOP("messages", "The clock of the sending computer, here Kraken.io’s, is wrong."),
        QT_TRANSLATE_NOOP("messages", "Retry later; if it stays so, tell Kraken.io’s support."),
    ),
    "RequestTimeout": (
        QT_TRANSLATE_NOOP("messages", "The transfer from Kraken.io to S3 was too slow."),
        QT_TRANSLATE_NOOP("messages", "Retry later."),
    ),
    "ServiceUnavailable": (
        QT_TRANSLATE_NOOP("messages", "S3 cannot take requests at the moment."),
        QT_TRANSLATE_NOOP("messages", "Retry later."),
    ),
    "SignatureDoesNotMatch": (
        QT_TRANSLATE_NOOP("messages", "The secret does not belong to the access key ID."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Enter the secret access key again in the profile, without blanks around it, then retry.",
        ),
    ),
    "SlowDown": (
        QT_TRANSLATE_NOOP("messages", "S3 asks for fewer requests at a time."),
        QT_TRANSLATE_NOOP("messages", "Retry in a minute, with fewer uploads at once."),
    ),
}
