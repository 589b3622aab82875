"""Words for every error code but those of S3 and of profiles. A key may be refined by ``:`` and a fact."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

FAILURES: dict[str, Message] = {
    "error": Message(
        QT_TRANSLATE_NOOP("messages", "This did not work."),
        QT_TRANSLATE_NOOP("messages", "Kraken Desktop has no further words for it."),
        QT_TRANSLATE_NOOP("messages", "Retry; if it happens again, please report it."),
    ),
    "unexpected": Message(
        QT_TRANSLATE_NOOP("messages", "Something went wrong inside Kraken Desktop."),
        QT_TRANSLATE_NOOP("messages", "This is a fault of the program ({kind}); the details are in its log."),
        QT_TRANSLATE_NOOP("messages", "Retry; if it happens again, please report it with the log."),
    ),
    # --- the source
    "source.error": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” cannot be used."),
        QT_TRANSLATE_NOOP("messages", "The file or address could not be read as an image."),
        QT_TRANSLATE_NOOP("messages", "Open it in an image viewer to see whether it is whole."),
    ),
    "source.missing": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” was not found."),
        QT_TRANSLATE_NOOP(
            "messages",
            "There is nothing at {path}. It was moved, renamed or deleted, or its disk is not connected.",
        ),
        QT_TRANSLATE_NOOP("messages", "Put it back and retry, or add it from where it is now."),
    ),
    "source.unreadable": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” cannot be read."),
        QT_TRANSLATE_NOOP("messages", "This computer does not let Kraken Desktop open {path}."),
        QT_TRANSLATE_NOOP("messages", "Allow reading it, or copy it to a folder of your own and add the copy."),
    ),
    "source.empty": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is empty."),
        QT_TRANSLATE_NOOP("messages", "The file has no content; a download or a copy may have been cut off."),
        QT_TRANSLATE_NOOP("messages", "Save or download the image again, then add it anew."),
    ),
    "source.changed": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” changed while it was being sent."),
        QT_TRANSLATE_NOOP(
            "messages", "Another program wrote to it, so the upload was stopped and nothing mixed is kept."
        ),
        QT_TRANSLATE_NOOP("messages", "Wait until it is saved, then retry."),
    ),
    "source.too_large": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is too large."),
        QT_TRANSLATE_NOOP(
            "messages", "It is {size}; the most is {limit}, at Kraken.io on any plan and on this computer alike."
        ),
        QT_TRANSLATE_NOOP("messages", "Save it with fewer pixels or a stronger compression, then add it anew."),
    ),
    "source.unsupported": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is not an image that Kraken Desktop can work on."),
        QT_TRANSLATE_NOOP("messages", "Its content is of no type that we know, whatever its name says."),
        QT_TRANSLATE_NOOP("messages", "Use JPEG, PNG, GIF, WebP, AVIF, HEIC or SVG."),
    ),
    "source.unsupported:?": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is not an image that Kraken Desktop can work on."),
        QT_TRANSLATE_NOOP("messages", "Its content is {content}, whatever its name says."),
        QT_TRANSLATE_NOOP(
            "messages", "Export the image as JPEG, PNG, GIF, WebP, AVIF, HEIC or SVG, then add that file."
        ),
    ),
    "source.unsupported:html": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a web page, not an image."),
        QT_TRANSLATE_NOOP("messages", "It may be an error page that was saved in place of the image."),
        QT_TRANSLATE_NOOP("messages", "Download the image again, then add it anew."),
    ),
    "source.unsupported:svgz": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a compressed SVG."),
        QT_TRANSLATE_NOOP("messages", "SVG files can be worked on only when they are not compressed."),
        QT_TRANSLATE_NOOP("messages", "Export it as a plain SVG, then add that file."),
    ),
    "source.unsupported:special": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is not a file."),
        QT_TRANSLATE_NOOP("messages", "It is a pipe, a device or a socket, which is never opened."),
        QT_TRANSLATE_NOOP("messages", "Save the image as a file, then add that file."),
    ),
    "source.unsupported:hidden": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is a hidden file and was left out."),
        QT_TRANSLATE_NOOP("messages", "Its name begins with a dot; other programs keep such files for themselves."),
        QT_TRANSLATE_NOOP("messages", "If it is an image of yours, add a copy whose name begins otherwise."),
    ),
    "source.unsupported:stored": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” was left out: it lies where Kraken Desktop stores its images."),
        QT_TRANSLATE_NOOP("messages", "It is in the folder of a profile, and what is there counts as done: {path}"),
        QT_TRANSLATE_NOOP("messages", "To work on it again, copy it out of that folder and add the copy."),
    ),
    "source.unsupported:address": Message(
        QT_TRANSLATE_NOOP("messages", "The address “{file}” cannot be used."),
        QT_TRANSLATE_NOOP("messages", "Only complete http and https addresses can be fetched."),
        QT_TRANSLATE_NOOP("messages", "Copy the image to this computer, then add the copy."),
    ),
    "source.unsupported:address_with_password": Message(
        QT_TRANSLATE_NOOP("messages", "The address “{file}” holds a user name or a password."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Addresses are kept in the history and sent to Kraken.io, so a password must not be in them.",
        ),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    # --- the plan
    "plan.error": Message(
        QT_TRANSLATE_NOOP("messages", "No name in the bucket can be made for this image."),
        QT_TRANSLATE_NOOP("messages", "The path template of the profile does not fit it."),
        QT_TRANSLATE_NOOP("messages", "Change the path template in the profile, then add the image again."),
    ),
    "plan.key_taken": Message(
        QT_TRANSLATE_NOOP("messages", "“{name}” would get the same name in the bucket as another image."),
        QT_TRANSLATE_NOOP("messages", "“{key}” already belongs to another image of this drop."),
        QT_TRANSLATE_NOOP("messages", "Add {{hash:8}} or {{counter}} to the path template, then add the image again."),
    ),
    # --- the network
    "transport.error": Message(
        QT_TRANSLATE_NOOP("messages", "The connection to {host} failed."),
        QT_TRANSLATE_NOOP("messages", "No complete answer came back."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection, then retry."),
    ),
    "transport.address": Message(
        QT_TRANSLATE_NOOP("messages", "No request could be made, so nothing was sent."),
        QT_TRANSLATE_NOOP("messages", "An address, or a key that goes with it, has a character that may not be in it."),
        QT_TRANSLATE_NOOP("messages", "Check addresses and keys of the account and of the profile, then retry."),
    ),
    "transport.name_lookup": Message(
        QT_TRANSLATE_NOOP("messages", "{host} was not found."),
        QT_TRANSLATE_NOOP("messages", "This computer is offline, or there is no server of that name."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection, then retry."),
    ),
    "transport.connect": Message(
        QT_TRANSLATE_NOOP("messages", "{host} does not answer."),
        QT_TRANSLATE_NOOP("messages", "The connection was refused, or a firewall blocks it."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection and the firewall, then retry."),
    ),
    "transport.timeout": Message(
        QT_TRANSLATE_NOOP("messages", "{host} took too long to answer."),
        QT_TRANSLATE_NOOP("messages", "Nothing came back within {seconds} seconds."),
        QT_TRANSLATE_NOOP("messages", "Retry later."),
    ),
    "transport.timeout:connect": Message(
        QT_TRANSLATE_NOOP("messages", "{host} does not answer."),
        QT_TRANSLATE_NOOP("messages", "No connection was made within {seconds} seconds."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection and the firewall, then retry."),
    ),
    "transport.timeout:send": Message(
        QT_TRANSLATE_NOOP("messages", "The upload to {host} got stuck."),
        QT_TRANSLATE_NOOP("messages", "Nothing more could be sent for {seconds} seconds."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection, then retry."),
    ),
    "transport.timeout:total": Message(
        QT_TRANSLATE_NOOP("messages", "Sending to {host} and waiting for the answer took too long."),
        QT_TRANSLATE_NOOP("messages", "It was stopped after {seconds} seconds."),
        QT_TRANSLATE_NOOP("messages", "Retry, with fewer uploads at once if the connection is slow."),
    ),
    "transport.lost": Message(
        QT_TRANSLATE_NOOP("messages", "The connection to {host} was lost."),
        QT_TRANSLATE_NOOP("messages", "It broke off before the answer was complete."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection, then retry."),
    ),
    # --- Kraken.io
    "kraken.error": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io could not do this."),
        QT_TRANSLATE_NOOP("messages", "Its answer had the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Retry; if it happens again, ask Kraken.io’s support."),
    ),
    "kraken.bad_request": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io could not read our request."),
        QT_TRANSLATE_NOOP("messages", "This is a fault of Kraken Desktop, not of the image."),
        QT_TRANSLATE_NOOP("messages", "Update Kraken Desktop; if that does not help, please report it with the log."),
    ),
    "kraken.bad_credentials": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io does not accept the API key or the API secret."),
        QT_TRANSLATE_NOOP("messages", "One of them is wrong, or was replaced on kraken.io."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Copy both again from “API Credentials” on kraken.io into the account, then retry.",
        ),
    ),
    "kraken.overdue": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io has stopped this account over an unpaid invoice."),
        QT_TRANSLATE_NOOP("messages", "Nothing is optimized until it is paid."),
        QT_TRANSLATE_NOOP("messages", "Pay the invoice on kraken.io, then retry."),
    ),
    "kraken.suspended": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io has suspended this account."),
        QT_TRANSLATE_NOOP("messages", "Nothing is optimized while it is suspended."),
        QT_TRANSLATE_NOOP("messages", "Ask Kraken.io’s support, or use another account in the profile."),
    ),
    "kraken.file_too_large": Message(
        QT_TRANSLATE_NOOP("messages", "The image is too large for your Kraken.io plan."),
        QT_TRANSLATE_NOOP("messages", "Each plan has a largest file size."),
        QT_TRANSLATE_NOOP(
            "messages", "Make it on this computer, save it with fewer pixels, or choose a larger plan on kraken.io."
        ),
    ),
    "kraken.file_too_large:limit": Message(
        QT_TRANSLATE_NOOP("messages", "The image is too large for your Kraken.io plan."),
        QT_TRANSLATE_NOOP("messages", "Your plan takes files of {limit} at most."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Make it on this computer, or save it with fewer pixels. If your plan is a larger one by now, check the "
            "key pair of the account, then retry.",
        ),
    ),
    "kraken.type_refused": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io cannot read this image."),
        QT_TRANSLATE_NOOP("messages", "The file is damaged, or of a kind that Kraken.io does not support."),
        QT_TRANSLATE_NOOP("messages", "Open it in an image editor and save it anew, then add that file."),
    ),
    "kraken.parameter_refused": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io refused the request."),
        QT_TRANSLATE_NOOP(
            "messages",
            "A setting does not suit this image or your plan, or the address of the image could not be fetched.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "For an address, check that it opens in a browser; otherwise check the recipe. Then retry.",
        ),
    ),
    "kraken.rate_limited": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io asks for a pause."),
        QT_TRANSLATE_NOOP("messages", "There were too many requests at once."),
        QT_TRANSLATE_NOOP("messages", "Retry in a minute, with fewer uploads at once."),
    ),
    "kraken.quota": Message(
        QT_TRANSLATE_NOOP("messages", "The quota of your Kraken.io plan is used up."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is optimized until it is renewed."),
        QT_TRANSLATE_NOOP("messages", "Choose a larger plan on kraken.io or wait for the renewal, then retry."),
    ),
    "quota.short": Message(
        QT_TRANSLATE_NOOP("messages", "The quota of your Kraken.io plan does not suffice."),
        QT_TRANSLATE_NOOP("messages", "About {size} would be needed, and {limit} are left."),
        QT_TRANSLATE_NOOP("messages", "Use this computer, or choose a larger plan on kraken.io."),
    ),
    "kraken.server_fault": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io has a problem of its own."),
        QT_TRANSLATE_NOOP("messages", "Its server answered with the status {status}; your image is not at fault."),
        QT_TRANSLATE_NOOP("messages", "Retry later; status.kraken.io tells of outages."),
    ),
    "kraken.bad_answer": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io’s answer cannot be understood."),
        QT_TRANSLATE_NOOP("messages", "Something was missing in it, or something between us and Kraken.io changed it."),
        QT_TRANSLATE_NOOP("messages", "Check the API address of the account, then retry."),
    ),
    "kraken.bad_answer:redirect": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io’s address sends us elsewhere, so nothing was handed over."),
        QT_TRANSLATE_NOOP(
            "messages", "A sign-in page of this network may stand in between, or the API address is wrong."
        ),
        QT_TRANSLATE_NOOP("messages", "Sign in to the network in a browser, or check the API address, then retry."),
    ),
    "kraken.refused": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io refused this image."),
        QT_TRANSLATE_NOOP("messages", "Its answer had the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Save the image anew in an image editor, then retry."),
    ),
    "kraken.nothing_stored": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io made nothing of this image, and stored nothing."),
        QT_TRANSLATE_NOOP(
            "messages",
            "It found nothing to save. The original cannot stand for the result: another size or type was asked for, "
            "or the original is not on this computer.",
        ),
        QT_TRANSLATE_NOOP("messages", "Choose lossy in the recipe, or let this computer make the image, then retry."),
    ),
    "fate.unknown": Message(
        QT_TRANSLATE_NOOP("messages", "The image was sent, but the answer was lost. It may have been charged."),
        QT_TRANSLATE_NOOP(
            "messages",
            "All of it had left this computer. “{key}” could not be found in the bucket, "
            "or the bucket could not be asked.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Look in the bucket first. Retry sends the image again, which may be charged once more.",
        ),
    ),
    "fate.unknown:no_key": Message(
        QT_TRANSLATE_NOOP("messages", "The image was sent, but the answer was lost. It may have been charged."),
        QT_TRANSLATE_NOOP("messages", "All of it had left this computer, and no result came back."),
        QT_TRANSLATE_NOOP("messages", "Retry sends the image again, which may be charged once more."),
    ),
    # --- the bucket
    "bucket.lookup": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{bucket}” could not be asked for “{key}”."),
        QT_TRANSLATE_NOOP("messages", "S3 answered with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Check bucket, region and access key in the profile, then retry."),
    ),
    "bucket.lookup:0": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{bucket}” could not be asked for “{key}”."),
        QT_TRANSLATE_NOOP("messages", "S3 did not answer."),
        QT_TRANSLATE_NOOP("messages", "Check the internet connection, then retry."),
    ),
    "bucket.lookup:403": Message(
        QT_TRANSLATE_NOOP("messages", "We may not look whether “{key}” is in the bucket “{bucket}”."),
        QT_TRANSLATE_NOOP("messages", "The access key has no right to read there."),
        QT_TRANSLATE_NOOP("messages", "Allow s3:GetObject and s3:ListBucket for the access key, then retry."),
    ),
}
