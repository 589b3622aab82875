"""Words for the ways out that one click takes: what the button says, and what follows from it."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP
from kraken_desktop.model.offers import OfferId

LABELS: dict[OfferId, str] = {
    OfferId.THIS_COMPUTER: QT_TRANSLATE_NOOP("messages", "Go on with this computer"),
    OfferId.THIS_COMPUTER_ONCE: QT_TRANSLATE_NOOP("messages", "Make it on this computer"),
    OfferId.UPLOAD_HERE: QT_TRANSLATE_NOOP("messages", "Let this computer upload"),
    OfferId.NO_ACL: QT_TRANSLATE_NOOP("messages", "Upload without an ACL"),
    OfferId.REGION: QT_TRANSLATE_NOOP("messages", "Use {detail}"),
}
"""Of a button."""

CONSEQUENCES: dict[OfferId, str] = {
    OfferId.THIS_COMPUTER: QT_TRANSLATE_NOOP(
        "messages",
        "From now on the profile “{profile}” makes its images smaller on this computer, and uploads them from here.",
    ),
    OfferId.THIS_COMPUTER_ONCE: QT_TRANSLATE_NOOP(
        "messages",
        "This image is made smaller on this computer and uploaded from here; the profile “{profile}” stays as it is.",
    ),
    OfferId.UPLOAD_HERE: QT_TRANSLATE_NOOP(
        "messages",
        "From now on this computer uploads the results for the profile “{profile}”, without an ACL: the bucket’s policy"
        " decides who may see them.",
    ),
    OfferId.NO_ACL: QT_TRANSLATE_NOOP(
        "messages",
        "From now on the profile “{profile}” sends no ACL: the bucket’s policy decides who may see the images.",
    ),
    OfferId.REGION: QT_TRANSLATE_NOOP("messages", "From now on the profile “{profile}” uses the region {detail}."),
}
"""Of taking the offer."""
