"""Text for object keys: what a name may keep in a key, and what it loses.

A file name can hold anything; an object key has to survive S3, URLs, shells, and the file systems of
people who copy a bucket to a disk. These functions only ever make text safer, and never fail.
"""

from __future__ import annotations

import re
import unicodedata

KEY_LIMIT = 1024
"""Bytes of UTF-8 that a key may have, slashes included (AWS: naming Amazon S3 objects)."""

FORBIDDEN = frozenset('\\{}^%[]"~#|<>`')
"""The characters to avoid of AWS's page on naming objects; no key of ours holds one."""

UNPORTABLE = frozenset(":*?")
"""Fine for S3, but not for the file names of Windows: values lose them, a template may spell them out."""

FALLBACK_STEM = "image"
"""Stands for a name of which nothing is left, such as one of emoji only after ``|slug``."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})

# Windows: "Naming Files, Paths, and Namespaces". With or without an extension, in any case.
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)

# Latin letters that Unicode does not decompose into a base and an accent.
_LATIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ħ": "h",
        "\u0131": "i",
        "ŧ": "t",
        "ŋ": "n",
    }
)


def is_unsafe(char: str) -> bool:
    """Whether a character must not be in a key: forbidden, invisible, or no character at all."""
    if char.isascii():
        return char in FORBIDDEN or char < " " or char == "\x7f"
    code = ord(char)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return noncharacter or unicodedata.category(char) in _INVISIBLE


def clean(text: str) -> str:
    """A value as a part of one segment.

    Invisible format characters (bidi controls, zero-width) are dropped, other blanks become a plain
    space, everything unsafe or unportable and the slash become ``-``, runs of dots become one.
    The result is in Unicode's normal form C.
    """
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    # Normalize before looking: normal form C turns U+1FEF into a backtick.
    kept = "".join(_cleaned(char) for char in unicodedata.normalize("NFC", visible))
    return re.sub(r"\.{2,}", ".", kept)


def _cleaned(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return "-" if char == "/" or char in UNPORTABLE or is_unsafe(char) else char


def slug(text: str) -> str:
    """Lower case, words joined by ``-``; Latin letters lose their accents, other scripts stay.

    May be empty: emoji, symbols and punctuation are dropped.
    """
    told: list[str] = []
    for char in unicodedata.normalize("NFKC", text).lower().translate(_LATIN):
        base = unicodedata.normalize("NFD", char)[0]
        category = unicodedata.category(char)
        if base.isascii() and base.isalnum():
            told.append(base)
        elif category[0] in "LN":
            told.append(char)
        elif category in {"Mn", "Mc"}:
            # A vowel sign belongs to its letter; an accent that is left over from Latin goes.
            if told and not told[-1].isascii() and not _selects_a_variation(char):
                told.append(char)
        elif category not in {"Cf", "Me"} and told and told[-1] != "-":
            told.append("-")
    return unicodedata.normalize("NFC", "".join(told)).strip("-")


def _selects_a_variation(char: str) -> bool:
    code = ord(char)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def safe_segment(text: str) -> str:
    """One segment of a key, without blanks at its ends or dots at its end; may be empty.

    A name that Windows keeps for a device gets a ``_``: ``CON.png`` becomes ``CON_.png``.
    """
    trimmed = text.strip(" ").rstrip(" .")
    stem, dot, rest = trimmed.partition(".")
    return f"{stem}_{dot}{rest}" if is_device(trimmed) else trimmed


def is_device(name: str) -> bool:
    """Whether Windows takes a file name for a device, whatever its extension: ``CON``, ``nul.png``."""
    return name.partition(".")[0].rstrip(" ").upper() in _RESERVED


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8 of the beginning, never half a character.

    Accents, skin tones and flags stay whole, unless nothing but a part of one would fit.
    """
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    kept = encoded[: max(limit, 0)].decode(errors="ignore")
    end = len(kept)
    while end and _belongs_to_the_one_before(text, end):
        end -= 1
    return (text[:end] or kept).rstrip(" .-_") or kept


def _belongs_to_the_one_before(text: str, index: int) -> bool:
    char = text[index]
    if unicodedata.category(char)[0] == "M" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if not _is_flag_half(char):
        return False
    halves = 0
    while halves < index and _is_flag_half(text[index - 1 - halves]):
        halves += 1
    return halves % 2 == 1


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
