"""From object keys to file names that every system can bear, and that no two keys share.

A key of the path template hardly changes: what is unsafe in names is no part of it. But a template may spell
out ``:``, ``*`` and ``?``, and a key that somebody types may hold anything. Such characters are written as
``%`` and the hexadecimal digits of their UTF-8 bytes, as in a URL, and so is ``%`` itself.

Source of the rules: Windows, "Naming Files, Paths, and Namespaces"; 255 bytes are the longest name on ext4,
XFS, Btrfs and APFS.
"""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import PurePosixPath

from kraken_desktop.model.key_text import is_device, shorten

LONGEST_NAME = 255
"""Bytes of UTF-8."""

_UNSAFE = frozenset('<>:"|?*\\%')
_LONGEST_SUFFIX = 16
_DIGITS = 20


def file_names(key: str) -> tuple[str, ...] | None:
    """The folders and the file that stand for a key, in order; None for a key that names no place in a folder.

    That is one with an empty segment, ``.`` or ``..``.
    """
    segments = key.split("/")
    if any(segment in {"", ".", ".."} for segment in segments):
        return None
    return tuple(_file_name(segment) for segment in segments)


def _file_name(segment: str) -> str:
    name = "".join(_encoded(char) if _is_unsafe(char) else char for char in segment)
    if name.endswith((".", " ")):
        # Windows drops them, and another key's file would be meant.
        name = name[:-1] + _encoded(name[-1])
    if is_device(name):
        name = _encoded(name[0]) + name[1:]
    if len(name.encode()) > LONGEST_NAME:
        name = _shortened(name, segment)
    return name


def _is_unsafe(char: str) -> bool:
    return char in _UNSAFE or unicodedata.category(char) in {"Cc", "Cs"}


def _encoded(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="surrogatepass"))


def _shortened(name: str, segment: str) -> str:
    """A part of the name for people, and a hash of all of it, in front of the extension."""
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _LONGEST_SUFFIX:
        suffix = ""
    digest = hashlib.sha256(segment.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    room = LONGEST_NAME - len(f"~{digest}{suffix}".encode())
    return f"{shorten(name.removesuffix(suffix), room)}~{digest}{suffix}"
