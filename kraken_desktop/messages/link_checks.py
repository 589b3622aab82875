"""Words for what anybody who opens a link gets: a few for the row, and cause and way out for who wants to know."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message, Translate, fill, shown
from kraken_desktop.model.job import LinkCheck, Verdict
from kraken_desktop.model.link_trouble import link_trouble
from kraken_desktop.model.profile import Profile

SHORT: dict[str, str] = {
    "opens": QT_TRANSLATE_NOOP("messages", "Anyone can open it"),
    "forbidden": QT_TRANSLATE_NOOP("messages", "Not public: {status}"),
    "missing": QT_TRANSLATE_NOOP("messages", "Link not found: {status}"),
    "wrong_type": QT_TRANSLATE_NOOP("messages", "Wrong type: {content_type}"),
    "wrong_type:none": QT_TRANSLATE_NOOP("messages", "Served without a type"),
    "wrong_length": QT_TRANSLATE_NOOP("messages", "Another copy is served"),
    "refused": QT_TRANSLATE_NOOP("messages", "Link refused: {status}"),
    "unreachable": QT_TRANSLATE_NOOP("messages", "Link out of reach"),
}
"""By verdict. They fit into the state column of a row."""

_NOT_PUBLIC = QT_TRANSLATE_NOOP("messages", "The image is stored, and its link is not public.")
_GO_PUBLIC = QT_TRANSLATE_NOOP(
    "messages",
    "Allow s3:GetObject to everybody in the bucket policy; or enter the address of a CDN that may read the bucket at "
    "“Links begin with” in the profile, or choose “Private” for links that open for seven days.",
)
_AWAY = QT_TRANSLATE_NOOP("messages", "The image is stored, and its link could not be opened from here.")

LINK_TROUBLES: dict[str, Message] = {
    "forbidden:public_url": Message(
        _NOT_PUBLIC,
        QT_TRANSLATE_NOOP(
            "messages",
            "The address at “Links begin with” answers {status}: what serves it may not read the bucket itself.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Give the CDN or web server the right to read the bucket, or correct “Links begin with” in the profile. "
            "Some CDNs answer like this for a path that is not there.",
        ),
    ),
    "forbidden:acl": Message(
        _NOT_PUBLIC,
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer is {status} in spite of the public ACL: “Block Public Access” is on, the server ignores ACLs, "
            "or a bucket policy forbids it.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "In the bucket’s Permissions, turn off “Block public access” for ACLs, or allow s3:GetObject to everybody "
            "in the bucket policy; or enter the address of a CDN that may read the bucket at “Links begin with”.",
        ),
    ),
    "forbidden:policy": Message(
        _NOT_PUBLIC,
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer is {status}: the profile sends no ACL, and no bucket policy lets everybody read the object.",
        ),
        _GO_PUBLIC,
    ),
    "missing:public_url": Message(
        QT_TRANSLATE_NOOP("messages", "The image is stored, and its public address does not lead to it."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer is {status}: the address at “Links begin with” shows another bucket, or another folder of it.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Correct “Links begin with” in the profile, so that an object key behind it opens the object. A CDN may "
            "also need a minute, or have remembered that it was not there.",
        ),
    ),
    "missing": Message(
        QT_TRANSLATE_NOOP("messages", "The image is stored, and its link does not lead to it."),
        QT_TRANSLATE_NOOP("messages", "The answer is {status}."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Check endpoint, region and path style of the profile, or enter at “Links begin with” the address under "
            "which the bucket’s objects open.",
        ),
    ),
    "wrong_type": Message(
        QT_TRANSLATE_NOOP("messages", "The link opens, and what is served is no such image."),
        QT_TRANSLATE_NOOP(
            "messages",
            "It is served as “{content_type}”: something there, or in the headers of the profile, sets another type.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Remove what sets that Content-Type: a rule of the CDN or web server, or a header of the profile.",
        ),
    ),
    "wrong_type:page": Message(
        QT_TRANSLATE_NOOP("messages", "The link opens, and shows a web page, not the image."),
        QT_TRANSLATE_NOOP(
            "messages", "It is served as “{content_type}”: a page of the CDN, of a sign-in, or about an error."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Open the link to see what is there. Then correct “Links begin with” in the profile."
        ),
    ),
    "wrong_type:none": Message(
        QT_TRANSLATE_NOOP("messages", "The link opens, and the image is served without a Content-Type."),
        QT_TRANSLATE_NOOP("messages", "Browsers may download it instead of showing it."),
        QT_TRANSLATE_NOOP("messages", "Let the CDN or web server pass on the type that the bucket has stored."),
    ),
    "wrong_length": Message(
        QT_TRANSLATE_NOOP("messages", "The link opens, and what is served is not what was just stored."),
        QT_TRANSLATE_NOOP(
            "messages", "Its length is another one: mostly an older copy that a CDN or a proxy still keeps."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Clear the CDN’s cache for this address, or put {{hash:8}} into the path template: then a new image has a "
            "new name.",
        ),
    ),
    "refused": Message(
        QT_TRANSLATE_NOOP("messages", "The image is stored, and its link does not open for everybody."),
        QT_TRANSLATE_NOOP("messages", "The answer is {status}, which is neither the image nor a plain no."),
        QT_TRANSLATE_NOOP("messages", "Open the link in a private window of the browser to see what others get."),
    ),
    "refused:redirect": Message(
        QT_TRANSLATE_NOOP("messages", "The image is stored, and its link leads somewhere else."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer is {status}, a redirect that does not end at the image: a page to sign in, or a loop.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Correct “Links begin with” or the region of the profile, so that the link needs no redirect."
        ),
    ),
    "unreachable": Message(
        _AWAY,
        QT_TRANSLATE_NOOP("messages", "No answer came: the server or this computer’s network may be away."),
        QT_TRANSLATE_NOOP("messages", "Open the link later, or from another network."),
    ),
    "unreachable:transport.name_lookup": Message(
        _AWAY,
        QT_TRANSLATE_NOOP("messages", "Its host name has no address."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Check “Links begin with” in the profile for a typing error; a new domain may need some hours.",
        ),
    ),
    "unreachable:transport.tls": Message(
        _AWAY,
        QT_TRANSLATE_NOOP("messages", "Its host has no valid certificate for https: browsers will warn of it."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Set up the certificate of the CDN or web server, or take another address for “Links begin with”. For a "
            "bucket with dots in its name choose path style.",
        ),
    ),
}
"""By what is the matter, as ``link_trouble.LINK_TROUBLES`` has it."""


def check_in_short(check: LinkCheck, translate: Translate) -> str:
    """What anybody gets, in a few words."""
    no_type = check.verdict is Verdict.WRONG_TYPE and not check.content_type
    return fill(translate, SHORT[f"{check.verdict}:none" if no_type else check.verdict.value], _values(check))


def check_message(check: LinkCheck, profile: Profile, translate: Translate) -> Message | None:
    """Cause and way out; None where anybody can open the link."""
    trouble = link_trouble(check, profile)
    if not trouble:
        return None
    found = LINK_TROUBLES[trouble]
    return Message(*(fill(translate, text, _values(check)) for text in (found.what, found.why, found.remedy)))


def _values(check: LinkCheck) -> dict[str, str]:
    return {
        "status": str(check.status),
        "content_type": shown(check.content_type.partition(";")[0]),
    }
