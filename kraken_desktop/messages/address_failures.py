"""Words for addresses of images: what leads nowhere, elsewhere, or to something else."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

_NOT_FETCHED = QT_TRANSLATE_NOOP("messages", "“{file}” was not fetched.")
_COPY_AGAIN = QT_TRANSLATE_NOOP(
    "messages", "Open it in a browser, copy the address of the image itself, then add that address."
)

ADDRESS_FAILURES: dict[str, Message] = {
    "source.unsupported:?:address": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is not an image that Kraken Desktop can work on."),
        QT_TRANSLATE_NOOP("messages", "The address leads to {content}."),
        QT_TRANSLATE_NOOP("messages", "Use the address of a JPEG, PNG, GIF, WebP, AVIF, HEIC or SVG."),
    ),
    "source.unsupported:html:address": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is not an image."),
        QT_TRANSLATE_NOOP("messages", "The address leads to a web page. The image may be on that page."),
        _COPY_AGAIN,
    ),
    "source.too_large:unknown": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” is too large."),
        QT_TRANSLATE_NOOP(
            "messages",
            "More than {limit} came, which is the most, at Kraken.io on any plan and on this computer alike.",
        ),
        QT_TRANSLATE_NOOP("messages", "Use the address of a smaller version of the image."),
    ),
    "source.blocked": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP(
            "messages",
            "{host} is this computer, or is in a private network. An address that was dropped or pasted is not "
            "followed there, because a web page could have made it up.",
        ),
        QT_TRANSLATE_NOOP("messages", "If you trust it, enter it in “Add addresses”, in the menu beside “Add images”."),
    ),
    "source.blocked:redirected": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP(
            "messages",
            "Its server sends us on to {host}, which is this computer, or is in a private network. "
            "Nothing from outside is followed there.",
        ),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    "source.redirect": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "Its server sends us on to something that cannot be fetched."),
        _COPY_AGAIN,
    ),
    "source.redirect:too_many": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "Its server sends us on more than {most} times."),
        _COPY_AGAIN,
    ),
    "source.redirect:loop": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "Its server sends us round in a circle."),
        _COPY_AGAIN,
    ),
    "source.redirect:scheme": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP(
            "messages", "Its server sends us on to an address that begins neither with https nor with http."
        ),
        _COPY_AGAIN,
    ),
    "source.redirect:password": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "Its server sends us on to an address that holds a user name or a password."),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    "source.slow": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” came too slowly."),
        QT_TRANSLATE_NOOP("messages", "{host} had not sent all of it after {seconds} seconds, so it was stopped."),
        QT_TRANSLATE_NOOP("messages", "Retry when the connection is faster, or download the image in your browser."),
    ),
    "source.refused": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "{host} answered with the status {status} instead of an image."),
        _COPY_AGAIN,
    ),
    "source.refused:401": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "{host} wants a login (status {status}); addresses are fetched without one."),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    "source.refused:403": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "{host} does not give it to everybody (status {status})."),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    "source.refused:404": Message(
        QT_TRANSLATE_NOOP("messages", "There is nothing at “{file}”."),
        QT_TRANSLATE_NOOP("messages", "{host} does not know this address (status {status})."),
        QT_TRANSLATE_NOOP("messages", "Check that the address is whole and not mistyped, then add it again."),
    ),
    "source.refused:410": Message(
        QT_TRANSLATE_NOOP("messages", "There is nothing at “{file}” any more."),
        QT_TRANSLATE_NOOP("messages", "{host} says that the image is gone (status {status})."),
        QT_TRANSLATE_NOOP("messages", "Look for the image’s new address, then add that one."),
    ),
    "source.busy": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” could not be fetched just now."),
        QT_TRANSLATE_NOOP("messages", "{host} has a problem of its own (status {status})."),
        QT_TRANSLATE_NOOP("messages", "Retry later, or open the address in a browser to see whether it works."),
    ),
    "source.busy:429": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” could not be fetched just now."),
        QT_TRANSLATE_NOOP("messages", "{host} asks for patience: it was asked for too much (status {status})."),
        QT_TRANSLATE_NOOP("messages", "Wait a moment, then retry."),
    ),
    "source.away": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "{host} was not found, or does not answer."),
        QT_TRANSLATE_NOOP("messages", "Check the address and the internet connection, then retry."),
    ),
    "source.untrusted": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP("messages", "The certificate of {host} cannot be trusted."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Check the address. In a company’s network, choose the file with its certificates under Settings, Network.",
        ),
    ),
    "source.encoded": Message(
        _NOT_FETCHED,
        QT_TRANSLATE_NOOP(
            "messages",
            "{host} sends it compressed ({encoding}) although it was asked not to. Such an answer is not unpacked, "
            "because it could be of any size.",
        ),
        QT_TRANSLATE_NOOP("messages", "Download the image in your browser, then add the file."),
    ),
    "source.unreachable": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io cannot fetch “{file}”."),
        QT_TRANSLATE_NOOP("messages", "{host} is this computer, or is in a private network, and Kraken.io is outside."),
        QT_TRANSLATE_NOOP(
            "messages", "Download the image and add the file, or choose a profile with this computer’s engine."
        ),
    ),
}
