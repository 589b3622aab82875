"""Words for this computer's engine, and for buckets that this computer writes into."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

LOCAL_FAILURES: dict[str, Message] = {
    # --- this computer's engine
    "engine.error": Message(
        QT_TRANSLATE_NOOP("messages", "This computer could not make “{file}” smaller."),
        QT_TRANSLATE_NOOP("messages", "Its engine refused the file."),
        QT_TRANSLATE_NOOP("messages", "Open it in an image viewer to see whether it is whole, then retry."),
    ),
    "engine.broken": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is damaged."),
        QT_TRANSLATE_NOOP("messages", "It cannot be decoded to its end, so nothing was stored."),
        QT_TRANSLATE_NOOP("messages", "Save or download the image again, then add it anew."),
    ),
    "engine.unsupported": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is of a kind that this computer’s engine cannot read."),
        QT_TRANSLATE_NOOP("messages", "It uses something rare that browsers do not show either."),
        QT_TRANSLATE_NOOP("messages", "Save it in the usual way of its type in an image editor, then add it anew."),
    ),
    "engine.unsupported:jpeg_12_bit": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a JPEG with 12 bits a channel."),
        QT_TRANSLATE_NOOP(
            "messages", "It may be whole, but neither this computer’s engine nor browsers show such files."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Save it as a baseline or progressive JPEG with 8 bits in an image editor, then add it anew."
        ),
    ),
    "engine.unsupported:jpeg_lossless": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a lossless JPEG of a rare kind."),
        QT_TRANSLATE_NOOP(
            "messages", "It may be whole, but neither this computer’s engine nor browsers show such files."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Save it as a baseline or progressive JPEG with 8 bits in an image editor, then add it anew."
        ),
    ),
    "engine.unsupported:jpeg_hierarchical": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a hierarchical JPEG."),
        QT_TRANSLATE_NOOP(
            "messages", "It may be whole, but neither this computer’s engine nor browsers show such files."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Save it as a baseline or progressive JPEG with 8 bits in an image editor, then add it anew."
        ),
    ),
    "engine.too_many_pixels": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” has too many pixels."),
        QT_TRANSLATE_NOOP("messages", "It has {width} × {height} pixels, and a still image may have {limit} in all."),
        QT_TRANSLATE_NOOP("messages", "Make it smaller in an image editor, then add it anew."),
    ),
    "engine.too_many_pixels:animation": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” has too many pixels."),
        QT_TRANSLATE_NOOP(
            "messages", "It has {frames} frames of {width} × {height} pixels, and an animation may have {limit} in all."
        ),
        QT_TRANSLATE_NOOP("messages", "Make it smaller or shorter in an image editor, then add it anew."),
    ),
    "engine.timeout": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” takes too long."),
        QT_TRANSLATE_NOOP("messages", "It was stopped after {seconds} s."),
        QT_TRANSLATE_NOOP("messages", "Make it smaller in an image editor, or retry when the computer is less busy."),
    ),
    "engine.memory": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” needs too much memory."),
        QT_TRANSLATE_NOOP("messages", "Decoding it would take more than {limit}, so it was stopped."),
        QT_TRANSLATE_NOOP("messages", "Make it smaller in an image editor, then add it anew."),
    ),
    "engine.died": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” crashed its decoder."),
        QT_TRANSLATE_NOOP(
            "messages", "The process that decoded it ended by itself. Other images are not touched by that."
        ),
        QT_TRANSLATE_NOOP("messages", "Save the image again in an image editor, then add it anew."),
    ),
    "engine.unavailable": Message(
        QT_TRANSLATE_NOOP("messages", "This computer’s engine is not complete."),
        QT_TRANSLATE_NOOP("messages", "The library {library} cannot be loaded."),
        QT_TRANSLATE_NOOP("messages", "Install Kraken Desktop again, or let Kraken.io make the images smaller."),
    ),
    # --- Kraken.io's result on its way to this computer
    "result.lost": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io made the image smaller, but the result did not arrive."),
        QT_TRANSLATE_NOOP("messages", "What came was not the image that was announced."),
        QT_TRANSLATE_NOOP("messages", "Retry: the result is asked for again, and nothing is charged for that."),
    ),
    "result.lost:status": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io made the image smaller, but the result did not arrive."),
        QT_TRANSLATE_NOOP("messages", "The server answered with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Retry: the result is asked for again, and nothing is charged for that."),
    ),
    "result.lost:size": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io made the image smaller, but the result did not arrive whole."),
        QT_TRANSLATE_NOOP("messages", "It has another size than was announced."),
        QT_TRANSLATE_NOOP("messages", "Retry: the result is asked for again, and nothing is charged for that."),
    ),
    "result.expired": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io made the image smaller, and has the result no longer."),
        QT_TRANSLATE_NOOP("messages", "It keeps results for some time only. The answer was the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Retry, if the image may be charged again."),
    ),
    # --- the bucket
    "bucket.error": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{bucket}” did not do it."),
        QT_TRANSLATE_NOOP("messages", "It refused “{key}”."),
        QT_TRANSLATE_NOOP("messages", "Check the profile, then retry."),
    ),
    "bucket.exists": Message(
        QT_TRANSLATE_NOOP("messages", "There is a “{key}” in “{bucket}” already."),
        QT_TRANSLATE_NOOP("messages", "The profile says that nothing may be replaced."),
        QT_TRANSLATE_NOOP(
            "messages", "Add the hash to the path template, or choose another rule for names that are taken."
        ),
    ),
    "bucket.refused": Message(
        QT_TRANSLATE_NOOP("messages", "S3 refused “{key}”."),
        QT_TRANSLATE_NOOP("messages", "It answered with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Check the profile, then retry."),
    ),
    "bucket.refused:delete": Message(
        QT_TRANSLATE_NOOP("messages", "S3 did not remove “{key}”."),
        QT_TRANSLATE_NOOP("messages", "It answered with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Allow s3:DeleteObject for the access key, then retry."),
    ),
    "bucket.denied": Message(
        QT_TRANSLATE_NOOP("messages", "S3 does not let us write into “{bucket}”."),
        QT_TRANSLATE_NOOP("messages", "It refused the access key, or what the profile asks for."),
        QT_TRANSLATE_NOOP("messages", "Check key, secret, bucket and rights in the profile, then retry."),
    ),
    "bucket.acl_refused": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{bucket}” does not take the ACL of the profile."),
        QT_TRANSLATE_NOOP("messages", "S3 answered with the status {status}."),
        QT_TRANSLATE_NOOP(
            "messages", "Under “Access” in the profile choose “As the bucket says” (ACL “none”), then retry."
        ),
    ),
    "bucket.acl_refused:AccessDenied": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{bucket}” refused a public image."),
        QT_TRANSLATE_NOOP(
            "messages",
            "It blocks public images, or the access key may not set ACLs, or not store there at all:"
            " S3 does not tell which.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "“Check this profile” finds out which. Under “Access” choose “As the bucket says” (ACL “none”), or allow"
            " public ACLs for the bucket, and s3:PutObject and s3:PutObjectAcl for the key.",
        ),
    ),
    "bucket.clock": Message(
        QT_TRANSLATE_NOOP("messages", "This computer’s clock is wrong."),
        QT_TRANSLATE_NOOP("messages", "It differs from S3’s by more than the 15 minutes that S3 allows."),
        QT_TRANSLATE_NOOP("messages", "Set date and time, then retry."),
    ),
    "bucket.busy": Message(
        QT_TRANSLATE_NOOP("messages", "S3 is busy."),
        QT_TRANSLATE_NOOP("messages", "It answered with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Retry later."),
    ),
    "bucket.folder": Message(
        QT_TRANSLATE_NOOP("messages", "The folder {folder} cannot be written."),
        QT_TRANSLATE_NOOP("messages", "“{key}” could not be stored there."),
        QT_TRANSLATE_NOOP("messages", "Check the folder in the profile, then retry."),
    ),
    "bucket.folder:missing": Message(
        QT_TRANSLATE_NOOP("messages", "The folder {folder} is not there."),
        QT_TRANSLATE_NOOP("messages", "Its disk may not be connected."),
        QT_TRANSLATE_NOOP("messages", "Connect the disk, or choose another folder in the profile, then retry."),
    ),
    "bucket.folder:denied": Message(
        QT_TRANSLATE_NOOP("messages", "The folder {folder} cannot be written."),
        QT_TRANSLATE_NOOP("messages", "This computer does not let Kraken Desktop write there."),
        QT_TRANSLATE_NOOP("messages", "Allow writing, or choose another folder in the profile, then retry."),
    ),
    "bucket.folder:full": Message(
        QT_TRANSLATE_NOOP("messages", "The disk of {folder} is full."),
        QT_TRANSLATE_NOOP("messages", "There is no room for “{key}”."),
        QT_TRANSLATE_NOOP("messages", "Make room, then retry."),
    ),
    "bucket.outside": Message(
        QT_TRANSLATE_NOOP("messages", "“{key}” would leave the folder {folder}."),
        QT_TRANSLATE_NOOP("messages", "A link inside the folder leads out of it, and nothing is written there."),
        QT_TRANSLATE_NOOP("messages", "Remove the link, or choose another folder in the profile, then retry."),
    ),
    # --- credentials of the AWS configuration
    "aws.profile": Message(
        QT_TRANSLATE_NOOP("messages", "The AWS profile “{aws_profile}” gives no credentials."),
        QT_TRANSLATE_NOOP("messages", "The AWS configuration of this computer has none that can be used."),
        QT_TRANSLATE_NOOP(
            "messages", "Check it with “aws sts get-caller-identity --profile {aws_profile}”, then retry."
        ),
    ),
    "aws.profile:missing": Message(
        QT_TRANSLATE_NOOP("messages", "There is no AWS profile “{aws_profile}”."),
        QT_TRANSLATE_NOOP("messages", "The AWS configuration of this computer does not name it."),
        QT_TRANSLATE_NOOP(
            "messages", "Choose another one in the profile, or add it with “aws configure --profile {aws_profile}”."
        ),
    ),
    "aws.profile:incomplete": Message(
        QT_TRANSLATE_NOOP("messages", "The AWS profile “{aws_profile}” is not complete."),
        QT_TRANSLATE_NOOP("messages", "It names no access key, and no other way to get one."),
        QT_TRANSLATE_NOOP("messages", "Complete it with “aws configure --profile {aws_profile}”, then retry."),
    ),
    "aws.profile:expired": Message(
        QT_TRANSLATE_NOOP("messages", "The login of the AWS profile “{aws_profile}” has expired."),
        QT_TRANSLATE_NOOP("messages", "AWS gives no credentials without a new one."),
        QT_TRANSLATE_NOOP("messages", "Log in with “aws sso login --profile {aws_profile}”, then retry."),
    ),
    # --- copies
    "copy.local": Message(
        QT_TRANSLATE_NOOP("messages", "The image is stored, but its copy on this computer is not."),
        QT_TRANSLATE_NOOP("messages", "“{key}” could not be written into {folder}."),
        QT_TRANSLATE_NOOP("messages", "Check the folder for local copies in the profile."),
    ),
}
