"""Words for what this computer keeps: secrets in the keyring, settings, journal, pasted images."""

from __future__ import annotations

import shlex

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

OWN_FAILURES: dict[str, Message] = {
    # --- secrets
    "secret.error": Message(
        QT_TRANSLATE_NOOP("messages", "{secret} could not be read or kept."),
        QT_TRANSLATE_NOOP("messages", "This computer’s keyring did not give an answer that we can use."),
        QT_TRANSLATE_NOOP("messages", "Check the keyring, or enter the secret for this session only."),
    ),
    "secret.no_keyring": Message(
        QT_TRANSLATE_NOOP("messages", "This computer has no keyring to keep secrets in."),
        QT_TRANSLATE_NOOP("messages", "Secrets are never written to a file. {secret} has no other place."),
        QT_TRANSLATE_NOOP("messages", "Enter it for this session only, or install a keyring such as GNOME Keyring."),
    ),
    "secret.locked": Message(
        QT_TRANSLATE_NOOP("messages", "The keyring is locked."),
        QT_TRANSLATE_NOOP("messages", "{secret} is kept there, and nobody unlocked it."),
        QT_TRANSLATE_NOOP("messages", "Unlock the keyring and retry, or enter the secret for this session only."),
    ),
    "secret.denied": Message(
        QT_TRANSLATE_NOOP("messages", "The keyring does not let us in."),
        QT_TRANSLATE_NOOP("messages", "{secret} is kept there, but the keyring refused, failed, or did not answer."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Let Kraken Desktop use the keyring and retry, or enter the secret for this session only.",
        ),
    ),
    "secret.missing": Message(
        QT_TRANSLATE_NOOP("messages", "{secret} is missing."),
        QT_TRANSLATE_NOOP("messages", "It was never entered here, or for an earlier session only."),
        QT_TRANSLATE_NOOP("messages", "Enter it in the settings, or in a terminal with “{command}”, then retry."),
    ),
    "secret.missing:variable": Message(
        QT_TRANSLATE_NOOP("messages", "{secret} is missing."),
        QT_TRANSLATE_NOOP("messages", "It is to come from the environment variable {variable}, which is not set."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Set {variable} and start again, or enter the secret in the settings, or in a terminal with “{command}”.",
        ),
    ),
    "secret.missing:empty": Message(
        QT_TRANSLATE_NOOP("messages", "{secret} is empty."),
        QT_TRANSLATE_NOOP("messages", "Nothing but blanks was entered."),
        QT_TRANSLATE_NOOP("messages", "Enter it again."),
    ),
    "secret.too_long": Message(
        QT_TRANSLATE_NOOP("messages", "{secret} is too long to be kept."),
        QT_TRANSLATE_NOOP("messages", "At most {limit} characters can be kept; more was probably pasted than meant."),
        QT_TRANSLATE_NOOP("messages", "Copy just the secret, and enter it again."),
    ),
    # --- our own files
    "store.error": Message(
        QT_TRANSLATE_NOOP("messages", "A file of Kraken Desktop cannot be read or written."),
        QT_TRANSLATE_NOOP("messages", "It is {path}."),
        QT_TRANSLATE_NOOP("messages", "Check the free space and the rights of its folder, then retry."),
    ),
    "store.settings": Message(
        QT_TRANSLATE_NOOP("messages", "There was a problem with the settings file."),
        QT_TRANSLATE_NOOP("messages", "It is {path}."),
        QT_TRANSLATE_NOOP("messages", "Check your profiles before the next upload."),
    ),
    "store.settings:truncated": Message(
        QT_TRANSLATE_NOOP("messages", "The settings file was damaged; the last good copy is used."),
        QT_TRANSLATE_NOOP(
            "messages",
            "It was cut short, perhaps by a power cut or a full disk. The damaged file is kept: {reason}",
        ),
        QT_TRANSLATE_NOOP("messages", "Check your profiles: the very last changes may be missing."),
    ),
    "store.settings:foreign": Message(
        QT_TRANSLATE_NOOP("messages", "The settings file had parts that are not ours; what was good is used."),
        QT_TRANSLATE_NOOP("messages", "Another program or a manual edit changed it. The file is kept: {reason}"),
        QT_TRANSLATE_NOOP("messages", "Check your profiles: some changes may be missing."),
    ),
    "store.settings:truncated:lost": Message(
        QT_TRANSLATE_NOOP("messages", "The settings file was damaged, and there is no good copy of it."),
        QT_TRANSLATE_NOOP(
            "messages",
            "It was cut short, perhaps by a power cut or a full disk, so the settings are empty now. "
            "The damaged file is kept: {reason}",
        ),
        QT_TRANSLATE_NOOP("messages", "Set up account and profile again."),
    ),
    "store.settings:foreign:lost": Message(
        QT_TRANSLATE_NOOP("messages", "The settings file is not ours, and there is no good copy of it."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Another program or a manual edit changed it, so the settings are empty now. The file is kept: {reason}",
        ),
        QT_TRANSLATE_NOOP("messages", "Set up account and profile again."),
    ),
    "store.settings:newer": Message(
        QT_TRANSLATE_NOOP("messages", "The settings were written by a newer Kraken Desktop; an older copy is used."),
        QT_TRANSLATE_NOOP("messages", "This version does not know all that stands in them. The file is kept: {reason}"),
        QT_TRANSLATE_NOOP("messages", "Update Kraken Desktop, or check your profiles before the next upload."),
    ),
    "store.settings:newer:lost": Message(
        QT_TRANSLATE_NOOP("messages", "The settings were written by a newer Kraken Desktop and cannot be used."),
        QT_TRANSLATE_NOOP("messages", "There is no older copy; the settings are empty. The file is kept: {reason}"),
        QT_TRANSLATE_NOOP("messages", "Update Kraken Desktop, or set up account and profile for this version."),
    ),
    "store.settings:unreadable": Message(
        QT_TRANSLATE_NOOP("messages", "The settings cannot be read."),
        QT_TRANSLATE_NOOP("messages", "This computer does not let us open {path}. The file is left as it is."),
        QT_TRANSLATE_NOOP("messages", "Allow reading the file, then start Kraken Desktop again."),
    ),
    "store.settings:unwritable": Message(
        QT_TRANSLATE_NOOP("messages", "The settings could not be saved."),
        QT_TRANSLATE_NOOP("messages", "{path} cannot be written. The file is as it was."),
        QT_TRANSLATE_NOOP("messages", "Check the free space and the rights of its folder, then save again."),
    ),
    "store.journal": Message(
        QT_TRANSLATE_NOOP("messages", "The history cannot be kept on disk."),
        QT_TRANSLATE_NOOP("messages", "There is a problem with {path}. Uploads go on, remembered until you quit."),
        QT_TRANSLATE_NOOP("messages", "Copy the links you need before you quit."),
    ),
    "store.journal:corrupt": Message(
        QT_TRANSLATE_NOOP("messages", "The history was damaged, and a new one was begun."),
        QT_TRANSLATE_NOOP("messages", "What could still be read is in the new one. The damaged file is kept: {path}"),
        QT_TRANSLATE_NOOP("messages", "Add again what is missing in the list. What is in the bucket is not touched."),
    ),
    "store.journal:newer": Message(
        QT_TRANSLATE_NOOP("messages", "The history was written by a newer Kraken Desktop."),
        QT_TRANSLATE_NOOP(
            "messages", "{path} is left as it is, and shown as far as it is understood. New uploads are not kept in it."
        ),
        QT_TRANSLATE_NOOP("messages", "Update Kraken Desktop; copy the links of new uploads before you quit."),
    ),
    "store.journal:unreadable": Message(
        QT_TRANSLATE_NOOP("messages", "The history cannot be read."),
        QT_TRANSLATE_NOOP("messages", "{path} cannot be opened. Uploads go on, remembered until you quit."),
        QT_TRANSLATE_NOOP("messages", "Allow reading the file, then start Kraken Desktop again."),
    ),
    "store.journal:unwritable": Message(
        QT_TRANSLATE_NOOP("messages", "The history cannot be saved."),
        QT_TRANSLATE_NOOP("messages", "{path} cannot be written. Uploads go on, remembered until you quit."),
        QT_TRANSLATE_NOOP(
            "messages", "Check the free space and the rights of its folder; copy your links before you quit."
        ),
    ),
    "store.spool": Message(
        QT_TRANSLATE_NOOP("messages", "The pasted image could not be kept."),
        QT_TRANSLATE_NOOP("messages", "{path} cannot be written."),
        QT_TRANSLATE_NOOP("messages", "Check the free space of the disk, then paste it again."),
    ),
    "store.scratch": Message(
        QT_TRANSLATE_NOOP("messages", "There is no room on this computer for what is made."),
        QT_TRANSLATE_NOOP("messages", "Results are kept in {path} until they are stored."),
        QT_TRANSLATE_NOOP("messages", "Free some space on that disk, or check the rights of the folder, then retry."),
    ),
}

LEFT_BEHIND = (
    QT_TRANSLATE_NOOP(
        "messages", "{count} image that an earlier run left in it goes on once the file can be used again, not before."
    ),
    QT_TRANSLATE_NOOP(
        "messages", "{count} images that an earlier run left in it go on once the file can be used again, not before."
    ),
)
"""Of a journal that is not used: one, and more."""

SECRETS: dict[str, str] = {
    "": QT_TRANSLATE_NOOP("messages", "The secret"),
    "api-secret": QT_TRANSLATE_NOOP("messages", "The Kraken.io API secret"),
    "api-key": QT_TRANSLATE_NOOP("messages", "The Kraken.io API key"),
    "s3-secret": QT_TRANSLATE_NOOP("messages", "The S3 secret access key"),
    "s3-access-key": QT_TRANSLATE_NOOP("messages", "The S3 access key ID"),
    "s3-session-token": QT_TRANSLATE_NOOP("messages", "The S3 session token"),
    "proxy-password": QT_TRANSLATE_NOOP("messages", "The password of the proxy"),
}
"""By the last part of a secret's name in the keyring."""

_ACCOUNT_COMMAND = "kraken-s3 account login"
_PROFILE_COMMAND = "kraken-s3 profile edit {profile} --secret-stdin"
COMMANDS: dict[str, str] = {
    "": _PROFILE_COMMAND,
    "api-secret": _ACCOUNT_COMMAND,
    "api-key": _ACCOUNT_COMMAND,
    "s3-secret": _PROFILE_COMMAND,
    "s3-access-key": "kraken-s3 profile edit {profile} --access-key ID",
    "s3-session-token": _PROFILE_COMMAND,
    "proxy-password": "kraken-s3 network set --proxy-password-stdin",
}
"""By the last part of a secret's name: what enters it in a terminal. Commands are not translated."""


def command_for(name: str, profile: str) -> str:
    """What enters a secret in a terminal.

    Args:
        name: the last part of the secret's name.
        profile: the name of its profile; empty if that is not known.
    """
    return COMMANDS.get(name, COMMANDS[""]).replace("{profile}", shlex.quote(profile) if profile else "NAME")


KINDS: dict[str, str] = {
    "bmp": QT_TRANSLATE_NOOP("messages", "a BMP image"),
    "tiff": QT_TRANSLATE_NOOP("messages", "a TIFF image"),
    "raw": QT_TRANSLATE_NOOP("messages", "a raw photo of a camera"),
    "jxl": QT_TRANSLATE_NOOP("messages", "a JPEG XL image"),
    "jp2": QT_TRANSLATE_NOOP("messages", "a JPEG 2000 image"),
    "ico": QT_TRANSLATE_NOOP("messages", "an icon or a cursor of Windows"),
    "psd": QT_TRANSLATE_NOOP("messages", "a Photoshop document"),
    "eps": QT_TRANSLATE_NOOP("messages", "a PostScript document"),
    "pdf": QT_TRANSLATE_NOOP("messages", "a PDF document"),
    "video": QT_TRANSLATE_NOOP("messages", "a video"),
    "audio": QT_TRANSLATE_NOOP("messages", "a sound"),
    "zip": QT_TRANSLATE_NOOP("messages", "a ZIP archive or an office document"),
    "archive": QT_TRANSLATE_NOOP("messages", "an archive"),
    "xml": QT_TRANSLATE_NOOP("messages", "an XML document"),
    "text": QT_TRANSLATE_NOOP("messages", "plain text"),
}
"""By ``UnsupportedTypeError.detected``, where a message does not name it already."""
