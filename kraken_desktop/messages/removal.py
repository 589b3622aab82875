"""Words for objects that are, or are not, removed from a bucket."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

REMOVAL_FAILURES: dict[str, Message] = {
    "removal.error": Message(
        QT_TRANSLATE_NOOP("messages", "The object was not removed."),
        QT_TRANSLATE_NOOP("messages", "It is not certain that this is the one that was stored."),
        QT_TRANSLATE_NOOP("messages", "Look at it with another tool of the storage service."),
    ),
    "removal.unknown": Message(
        QT_TRANSLATE_NOOP("messages", "“{name}” was not removed."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The history of this computer knows no object with this address or key that it stored and has not removed.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Copy the link as Kraken Desktop shows it, or remove the object where it was stored from, or in the "
            "console of the storage service.",
        ),
    ),
    "removal.replaced": Message(
        QT_TRANSLATE_NOOP("messages", "“{key}” in “{bucket}” was not removed."),
        QT_TRANSLATE_NOOP(
            "messages", "What is there now was stored later, or has another size: somebody replaced the image since."
        ),
        QT_TRANSLATE_NOOP("messages", "Open its link to see what is there, then remove it all the same if you wish."),
    ),
    "removal.unchecked": Message(
        QT_TRANSLATE_NOOP("messages", "“{key}” in “{bucket}” was not removed."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The answer to a look at the object is {status}: this access key may not read it, or its secret is wrong. "
            "So nobody can tell whether it is still the image that was stored.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Add s3:GetObject to the policy of this access key, or remove the object all the same."
        ),
    ),
}
