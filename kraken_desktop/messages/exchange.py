"""Words for profiles and recipes that are handed on: files that are no good, and what is to be known of what comes."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message, shown
from kraken_desktop.model.parcel import Change, Note
from kraken_desktop.model.recipe import Recipe

_NOT_TAKEN = QT_TRANSLATE_NOOP("messages", "Nothing was imported from “{file}”.")
_ANOTHER = QT_TRANSLATE_NOOP("messages", "Choose a file that Kraken Desktop exported, or export it once more.")

EXCHANGE_FAILURES: dict[str, Message] = {
    "store.exchange": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It cannot be used: {path}"),
        _ANOTHER,
    ),
    "store.exchange:missing": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "There is no such file: {path}"),
        QT_TRANSLATE_NOOP("messages", "Check its name, and choose it again."),
    ),
    "store.exchange:unreadable": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "This computer does not let us read {path}."),
        QT_TRANSLATE_NOOP("messages", "Allow reading the file, then choose it again."),
    ),
    "store.exchange:unwritable": Message(
        QT_TRANSLATE_NOOP("messages", "“{file}” could not be written."),
        QT_TRANSLATE_NOOP("messages", "This computer does not let us write {path}."),
        QT_TRANSLATE_NOOP("messages", "Check the free space and the rights of its folder, or choose another one."),
    ),
    "store.exchange:too_large": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It is far larger than any file with profiles."),
        _ANOTHER,
    ),
    "store.exchange:not_json": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It is not a file with profiles, or was cut short: it cannot be read as JSON."),
        _ANOTHER,
    ),
    "store.exchange:not_ini": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It cannot be read as a configuration file of AWS."),
        QT_TRANSLATE_NOOP("messages", "Correct it until the AWS command line reads it, then import it again."),
    ),
    "store.exchange:foreign": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It was not written by Kraken Desktop."),
        QT_TRANSLATE_NOOP(
            "messages", "Choose a file that Kraken Desktop exported; for another program, choose its name instead."
        ),
    ),
    "store.exchange:newer": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It was made by a newer Kraken Desktop, and this one does not know all of it."),
        QT_TRANSLATE_NOOP("messages", "Update Kraken Desktop, then import the file again."),
    ),
    "store.exchange:empty": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "There is no profile in it that stores in S3, and no recipe."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "store.exchange_damaged": Message(
        _NOT_TAKEN,
        QT_TRANSLATE_NOOP("messages", "It is damaged at {place}: {expected} belongs there."),
        QT_TRANSLATE_NOOP("messages", "Correct it there, or export it once more."),
    ),
    "store.exchange:not_found": Message(
        QT_TRANSLATE_NOOP("messages", "Nothing of {path} was found on this computer."),
        QT_TRANSLATE_NOOP("messages", "These places were looked at: {reason}"),
        QT_TRANSLATE_NOOP("messages", "If its settings are elsewhere, choose the file yourself."),
    ),
}

NOTES: dict[str, str] = {
    "unknown_field": QT_TRANSLATE_NOOP("messages", "“{detail}” means nothing to this version, and is left out."),
    "no_account": QT_TRANSLATE_NOOP("messages", "It needs a Kraken.io account: choose or add one after the import."),
    "no_account_called": QT_TRANSLATE_NOOP(
        "messages",
        "It needs a Kraken.io account: choose or add one after the import. There it was called “{detail}”.",
    ),
    "no_recipe": QT_TRANSLATE_NOOP("messages", "Its recipe is not in the file; it gets the usual one."),
    "no_bucket": QT_TRANSLATE_NOOP("messages", "No bucket is named there. Enter it after the import."),
    "engine_local": QT_TRANSLATE_NOOP("messages", "This computer makes the images smaller; choose Kraken.io later."),
    "folder": QT_TRANSLATE_NOOP("messages", "It writes into a folder of this computer: {detail}"),
    "copies": QT_TRANSLATE_NOOP("messages", "It puts a copy of each result into a folder of this computer: {detail}"),
    "path_left_out": QT_TRANSLATE_NOOP("messages", "“{detail}” of the path has no counterpart here, and is left out."),
    "path_became": QT_TRANSLATE_NOOP("messages", "In the path, {detail}: it is unique as well, but another value."),
    "acl": QT_TRANSLATE_NOOP("messages", "The access “{detail}” is not offered; the bucket decides who sees images."),
    "tls_off": QT_TRANSLATE_NOOP(
        "messages",
        "There, certificates are not checked. Kraken Desktop always does; a company’s own can be added under "
        "Settings, Network.",
    ),
    "proxy": QT_TRANSLATE_NOOP("messages", "Its proxy {detail} is left out; set one under Settings, Network."),
    "links": QT_TRANSLATE_NOOP(
        "messages", "Its pattern for links, {detail}, has no counterpart; links are the bucket’s."
    ),
    "links_suffix": QT_TRANSLATE_NOOP("messages", "What it adds to each link, {detail}, is left out."),
    "encrypted": QT_TRANSLATE_NOOP("messages", "Its secret is encrypted there; enter it after the import."),
}
"""By ``Note.code``."""

_FROM_TO = QT_TRANSLATE_NOOP("messages", "{field}: {before} → {after}")
_WHOLE = QT_TRANSLATE_NOOP("messages", "{before} → {after}")
_NOTHING = "–"


class Speaker(Protocol):
    """The part of ``Words`` that is needed here."""

    def said(self, source: str, **values: str) -> str: ...
    def field(self, name: str) -> str: ...
    def recipe(self, recipe: Recipe) -> str: ...


def note_in_words(note: Note, words: Speaker) -> str:
    """What the person should know of an entry that comes, in a sentence."""
    return words.said(NOTES[note.code], detail=shown(note.detail))


def change_in_words(change: Change, words: Speaker) -> str:
    """What a field would become, on one line: ``Bucket: old → new``; a recipe is told as a whole."""
    before, after = change.before, change.after
    if isinstance(before, Recipe) and isinstance(after, Recipe):
        return words.said(_WHOLE, before=words.recipe(before), after=words.recipe(after))
    return words.said(_FROM_TO, field=words.field(change.field), before=_value(before), after=_value(after))


def _value(value: object) -> str:
    """A value as a record has it, on one line."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        value = ", ".join(
            "=".join(str(part) for part in each) if isinstance(each, tuple) else str(each) for each in value
        )
    return shown(value) if value not in (None, "") else _NOTHING
