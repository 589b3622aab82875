"""Words for what a check of a profile finds, step by step."""

from __future__ import annotations

from kraken_desktop.messages.link_checks import LINK_TROUBLES
from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message
from kraken_desktop.model.diagnosis import LINK_CODE, CheckVerdict, Step

STEPS: dict[Step, str] = {
    Step.SETTINGS: QT_TRANSLATE_NOOP("messages", "Settings of the profile"),
    Step.ACCOUNT: QT_TRANSLATE_NOOP("messages", "Kraken.io account"),
    Step.SECRETS: QT_TRANSLATE_NOOP("messages", "Keys at hand"),
    Step.CONNECTION: QT_TRANSLATE_NOOP("messages", "Connection to S3"),
    Step.CLOCK: QT_TRANSLATE_NOOP("messages", "This computer’s clock"),
    Step.ACCESS: QT_TRANSLATE_NOOP("messages", "Access key and secret"),
    Step.BUCKET: QT_TRANSLATE_NOOP("messages", "Bucket and region"),
    Step.STORE: QT_TRANSLATE_NOOP("messages", "Storing an image"),
    Step.SPACE: QT_TRANSLATE_NOOP("messages", "Room on the disk"),
    Step.LOOK: QT_TRANSLATE_NOOP("messages", "Names that are taken"),
    Step.OPEN: QT_TRANSLATE_NOOP("messages", "Opening the link"),
    Step.REMOVE: QT_TRANSLATE_NOOP("messages", "Removing the test image"),
    Step.COPY: QT_TRANSLATE_NOOP("messages", "Local copies"),
    Step.KRAKEN: QT_TRANSLATE_NOOP("messages", "Upload by Kraken.io"),
}

VERDICTS: dict[CheckVerdict, str] = {
    CheckVerdict.OK: QT_TRANSLATE_NOOP("messages", "OK"),
    CheckVerdict.WARNING: QT_TRANSLATE_NOOP("messages", "Warning"),
    CheckVerdict.PROBLEM: QT_TRANSLATE_NOOP("messages", "Problem"),
    CheckVerdict.NOT_CHECKED: QT_TRANSLATE_NOOP("messages", "Not checked"),
}

ON_THE_WHOLE: dict[CheckVerdict, str] = {
    CheckVerdict.OK: QT_TRANSLATE_NOOP("messages", "The profile “{profile}” works."),
    CheckVerdict.WARNING: QT_TRANSLATE_NOOP("messages", "The profile “{profile}” works; see the warnings."),
    CheckVerdict.PROBLEM: QT_TRANSLATE_NOOP("messages", "The profile “{profile}” does not work as it is."),
    CheckVerdict.NOT_CHECKED: QT_TRANSLATE_NOOP("messages", "The check of “{profile}” was stopped."),
}

UNREACHED = QT_TRANSLATE_NOOP("messages", "Not checked, because of what is above: {steps}.")
S3_SAYS = QT_TRANSLATE_NOOP("messages", "S3 said: “{text}”")
LINK_WAS = QT_TRANSLATE_NOOP("messages", "The link: {text}")
SYSTEM_SAID = QT_TRANSLATE_NOOP("messages", "The system said: “{text}”")

_ALLOW = QT_TRANSLATE_NOOP("messages", "Allow {right} on {arn} for the access key, then check again.")
_NO_TAGS = QT_TRANSLATE_NOOP(
    "messages", "Allow {right} on {arn} for the access key, or remove the tags. Then check again."
)
_SET_CLOCK = QT_TRANSLATE_NOOP("messages", "Set date and time of this computer.")

DOCTOR_FINDINGS: dict[str, Message] = {
    # --- what was typed, account, keys
    "doctor.settings_ok": Message(QT_TRANSLATE_NOOP("messages", "Nothing is wrong in what was typed."), "", ""),
    "doctor.account_ok": Message(
        QT_TRANSLATE_NOOP("messages", "The API key works: {left} of {total} are left (plan {plan})."), "", ""
    ),
    "doctor.account_inactive": Message(
        QT_TRANSLATE_NOOP("messages", "The Kraken.io account is not active."),
        QT_TRANSLATE_NOOP("messages", "Nothing is optimized while it is not."),
        QT_TRANSLATE_NOOP("messages", "See on kraken.io what it asks for, or let this computer make images smaller."),
    ),
    "doctor.account_low": Message(
        QT_TRANSLATE_NOOP("messages", "The quota at Kraken.io is almost used up."),
        QT_TRANSLATE_NOOP("messages", "{left} of {total} are left (plan {plan})."),
        QT_TRANSLATE_NOOP("messages", "Choose a larger plan on kraken.io, or wait for the renewal."),
    ),
    "doctor.secrets_ok": Message(
        QT_TRANSLATE_NOOP("messages", "The access key {access_key} and its secret are at hand."), "", ""
    ),
    # --- the way there
    "doctor.connection_ok": Message(QT_TRANSLATE_NOOP("messages", "{host} answers."), "", ""),
    "doctor.no_such_region": Message(
        QT_TRANSLATE_NOOP("messages", "{host} was not found."),
        QT_TRANSLATE_NOOP("messages", "“{region}” is no region that we know, and AWS does not know it either."),
        QT_TRANSLATE_NOOP("messages", "Choose the region that the AWS console shows for the bucket."),
    ),
    "doctor.no_bucket_host": Message(
        QT_TRANSLATE_NOOP("messages", "{host} was not found."),
        QT_TRANSLATE_NOOP("messages", "This service may not have a name of its own for each bucket."),
        QT_TRANSLATE_NOOP(
            "messages", "Let the bucket’s name be in the path of addresses (under More), or correct the S3 endpoint."
        ),
    ),
    "doctor.no_endpoint_host": Message(
        QT_TRANSLATE_NOOP("messages", "{host} was not found."),
        QT_TRANSLATE_NOOP("messages", "“S3 endpoint” names a server that is not there, or this computer is offline."),
        QT_TRANSLATE_NOOP(
            "messages", "Correct “S3 endpoint” in the profile, or check the internet connection; then check again."
        ),
    ),
    "doctor.no_service_host": Message(
        QT_TRANSLATE_NOOP("messages", "{host} was not found."),
        QT_TRANSLATE_NOOP("messages", "The service has no such region or account ID, or this computer is offline."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Correct “Region” or “Account ID” in the profile, or check the internet connection; then check again.",
        ),
    ),
    "doctor.endpoint_silent": Message(
        QT_TRANSLATE_NOOP("messages", "{host} does not answer."),
        QT_TRANSLATE_NOOP("messages", "Nobody takes connections at {endpoint}, or a firewall blocks them."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Correct “S3 endpoint” in the profile, its port included, or check the internet connection and the "
            "firewall; then check again.",
        ),
    ),
    "doctor.clock_ok": Message(QT_TRANSLATE_NOOP("messages", "The clock agrees with S3’s."), "", ""),
    "doctor.clock_ahead": Message(
        QT_TRANSLATE_NOOP("messages", "This computer’s clock is {minutes} minutes fast."),
        QT_TRANSLATE_NOOP("messages", "S3 refuses more than 15; Kraken Desktop goes by S3’s clock instead."),
        _SET_CLOCK,
    ),
    "doctor.clock_behind": Message(
        QT_TRANSLATE_NOOP("messages", "This computer’s clock is {minutes} minutes slow."),
        QT_TRANSLATE_NOOP("messages", "S3 refuses more than 15; Kraken Desktop goes by S3’s clock instead."),
        _SET_CLOCK,
    ),
    "doctor.clock_unknown": Message(QT_TRANSLATE_NOOP("messages", "The server did not tell its time."), "", ""),
    "doctor.access_ok": Message(QT_TRANSLATE_NOOP("messages", "S3 knows the key, and the secret is right."), "", ""),
    "doctor.bucket_ok": Message(QT_TRANSLATE_NOOP("messages", "“{bucket}” is there, in {region}."), "", ""),
    # --- storing
    "doctor.store_ok": Message(QT_TRANSLATE_NOOP("messages", "A test image was stored as “{key}”."), "", ""),
    "doctor.folder_ok": Message(QT_TRANSLATE_NOOP("messages", "{folder} can be written."), "", ""),
    "doctor.name_taken": Message(
        QT_TRANSLATE_NOOP("messages", "Nothing was stored: there is a “{key}” that is not ours."),
        QT_TRANSLATE_NOOP("messages", "The check uses this name, and never replaces what it did not store."),
        QT_TRANSLATE_NOOP("messages", "Rename or remove that object to have the rest checked."),
    ),
    "doctor.may_be_ours": Message(
        QT_TRANSLATE_NOOP("messages", "Nothing was stored: there is a “{key}” already."),
        QT_TRANSLATE_NOOP(
            "messages",
            "An earlier check may have left it, but the access key may not look at it. Up to here S3 accepted all.",
        ),
        QT_TRANSLATE_NOOP("messages", "Remove that object in the S3 console to have the rest checked."),
    ),
    "doctor.nothing_risked": Message(
        QT_TRANSLATE_NOOP("messages", "Nothing was stored, so that nothing is replaced."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The access key may not look whether there is a “{key}” already, and this service knows no condition.",
        ),
        QT_TRANSLATE_NOOP("messages", "Allow s3:GetObject and s3:ListBucket for the access key, then check again."),
    ),
    "doctor.put_denied": Message(
        QT_TRANSLATE_NOOP("messages", "The access key may not store images in “{bucket}”."),
        QT_TRANSLATE_NOOP(
            "messages", "It lacks the right {right}, even without ACL and tags; or the bucket’s policy forbids it."
        ),
        _ALLOW,
    ),
    "doctor.policy_denies": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s policy forbids storing images."),
        QT_TRANSLATE_NOOP("messages", "An explicit “Deny” in it goes before every right of the key."),
        QT_TRANSLATE_NOOP(
            "messages", "In the bucket’s Permissions, change the “Deny” that covers {right} on {arn}; then check again."
        ),
    ),
    "doctor.rules_deny": Message(
        QT_TRANSLATE_NOOP("messages", "A rule of your AWS account forbids storing images."),
        QT_TRANSLATE_NOOP("messages", "It goes before every right of the key."),
        QT_TRANSLATE_NOOP("messages", "Ask who runs the AWS account to allow {right} on {arn}, then check again."),
    ),
    "doctor.key_denied": Message(
        QT_TRANSLATE_NOOP("messages", "The access key may not use the key that the bucket encrypts with."),
        QT_TRANSLATE_NOOP("messages", "Storing there also takes rights on that key of AWS KMS."),
        QT_TRANSLATE_NOOP(
            "messages", "Allow kms:GenerateDataKey and kms:Decrypt on the KMS key for the access key, then check again."
        ),
    ),
    "doctor.encryption_wanted": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket takes encrypted images only."),
        QT_TRANSLATE_NOOP("messages", "It refused the test image, and took it with the header {header}."),
        QT_TRANSLATE_NOOP("messages", "Add this header in the profile, then check again."),
    ),
    "doctor.acl_denied": Message(
        QT_TRANSLATE_NOOP("messages", "The access key may not set who may see an image."),
        QT_TRANSLATE_NOOP("messages", "Without the ACL the test image was taken: the right {right} is missing."),
        QT_TRANSLATE_NOOP(
            "messages", "Allow {right} on {arn} for the access key, or upload without an ACL. Then check again."
        ),
    ),
    "doctor.public_blocked": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket blocks public images."),
        QT_TRANSLATE_NOOP(
            "messages", "A private test image was taken, a public one was not: “Block public access” is on."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "In the bucket’s Permissions, turn off “Block public access” for ACLs; or upload without an ACL, and show"
            " the images through a CDN. Then check again.",
        ),
    ),
    "doctor.acl_unknown": Message(
        QT_TRANSLATE_NOOP("messages", "This service knows no ACLs."),
        QT_TRANSLATE_NOOP("messages", "Without one the test image was taken."),
        QT_TRANSLATE_NOOP("messages", "Upload without an ACL, and make the bucket public at the service."),
    ),
    "doctor.tags_denied": Message(
        QT_TRANSLATE_NOOP("messages", "The access key may not set tags."),
        QT_TRANSLATE_NOOP("messages", "Without tags the test image was taken: the right {right} is missing."),
        _NO_TAGS,
    ),
    "doctor.tags_unknown": Message(
        QT_TRANSLATE_NOOP("messages", "This service knows no tags."),
        QT_TRANSLATE_NOOP("messages", "Without them the test image was taken."),
        QT_TRANSLATE_NOOP("messages", "Remove the tags from the profile, then check again."),
    ),
    "doctor.storage_class_refused": Message(
        QT_TRANSLATE_NOOP("messages", "The storage class “{storage_class}” is refused."),
        QT_TRANSLATE_NOOP("messages", "This bucket or service does not have it; without it the test image was taken."),
        QT_TRANSLATE_NOOP("messages", "Correct the storage class in the profile, or leave it empty; then check again."),
    ),
    "doctor.space_ok": Message(QT_TRANSLATE_NOOP("messages", "{free} are free."), "", ""),
    "doctor.space_low": Message(
        QT_TRANSLATE_NOOP("messages", "The disk of {folder} is almost full."),
        QT_TRANSLATE_NOOP("messages", "{free} are free."),
        QT_TRANSLATE_NOOP("messages", "Make room, or choose a folder on another disk."),
    ),
    # --- names that are taken
    "doctor.look_ok": Message(QT_TRANSLATE_NOOP("messages", "The key may look whether a name is taken."), "", ""),
    "doctor.look_not_needed": Message(
        QT_TRANSLATE_NOOP("messages", "The key may not look into the bucket, and this profile does not need it."),
        "",
        "",
    ),
    "doctor.look_denied": Message(
        QT_TRANSLATE_NOOP("messages", "Nobody can tell whether a name is taken."),
        QT_TRANSLATE_NOOP(
            "messages", "The access key may not look into the bucket, and the rule for taken names needs that."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Allow s3:GetObject and s3:ListBucket for the access key, add {{hash:8}} to the path template, or allow"
            " overwriting.",
        ),
    ),
    "doctor.list_denied": Message(
        QT_TRANSLATE_NOOP("messages", "Nobody can tell whether a name is free."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The access key sees the images that are there, but without s3:ListBucket a missing one looks forbidden.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Allow s3:ListBucket on the bucket for the access key, add {{hash:8}} to the path template, or allow"
            " overwriting.",
        ),
    ),
    # --- the link
    "doctor.link_ok": Message(QT_TRANSLATE_NOOP("messages", "Anybody can open {url}"), "", ""),
    "doctor.link_signed_ok": Message(
        QT_TRANSLATE_NOOP("messages", "The image is private, and the signed link to it opens."), "", ""
    ),
    "doctor.link_signed_denied": Message(
        QT_TRANSLATE_NOOP("messages", "The signed link to a private image does not open."),
        QT_TRANSLATE_NOOP("messages", "It can do no more than the key that signed it, which lacks the right {right}."),
        _ALLOW,
    ),
    "doctor.link_signed_refused": Message(
        QT_TRANSLATE_NOOP("messages", "The signed link to a private image does not open."),
        QT_TRANSLATE_NOOP("messages", "The answer had the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Check endpoint and region in the profile, then check again."),
    ),
    **{LINK_CODE + trouble: message for trouble, message in LINK_TROUBLES.items()},
    # --- the end
    "doctor.removed": Message(QT_TRANSLATE_NOOP("messages", "The test image is gone again."), "", ""),
    "doctor.left_behind": Message(
        QT_TRANSLATE_NOOP("messages", "The test image stays: the access key may not remove it."),
        QT_TRANSLATE_NOOP("messages", "It is “{key}” in “{bucket}”. Uploading works without the right to remove."),
        QT_TRANSLATE_NOOP(
            "messages", "Remove it in the S3 console, or allow s3:DeleteObject on {arn} and check again."
        ),
    ),
    "doctor.left_over": Message(
        QT_TRANSLATE_NOOP("messages", "The test image was not removed."),
        QT_TRANSLATE_NOOP("messages", "It is “{key}” in “{bucket}”."),
        QT_TRANSLATE_NOOP("messages", "Check again, which removes it, or remove it by hand."),
    ),
    "doctor.may_be_left": Message(
        QT_TRANSLATE_NOOP("messages", "The test image may have arrived."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer was lost, and it cannot be told from somebody else’s. It would be “{key}” in “{bucket}”.",
        ),
        QT_TRANSLATE_NOOP("messages", "Look there, and remove it by hand."),
    ),
    "doctor.copy_ok": Message(QT_TRANSLATE_NOOP("messages", "Copies can be written into {folder}."), "", ""),
    "doctor.kraken_later": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io itself is tried with the first image."),
        QT_TRANSLATE_NOOP(
            "messages", "The steps above tried the same upload from this computer, with the keys that Kraken.io gets."
        ),
        "",
    ),
    "doctor.not_reached": Message(QT_TRANSLATE_NOOP("messages", "Not checked, because of what is above."), "", ""),
}
