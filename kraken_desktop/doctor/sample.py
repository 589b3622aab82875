"""The one tiny object that a check puts into a bucket: its name, its bytes, and how it is known again."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path

from kraken_desktop.buckets.bucket import ObjectInfo, Upload
from kraken_desktop.model.errors import StoreError
from kraken_desktop.model.key_prefix import key_prefix
from kraken_desktop.model.profile import Profile

NAME = "kraken-desktop-check.png"
TYPE = "image/png"

MARK = ("kraken-desktop", "check")
"""User metadata that tells the object of an earlier check from somebody's image."""


def _chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png() -> bytes:
    """One transparent pixel, the same bytes at each call."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    # Stored, not deflated: the bytes must not depend on the version of zlib.
    pixel = zlib.compress(b"\0" * 5, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixel) + _chunk(b"IEND", b"")


BYTES = _png()
SHA256 = hashlib.sha256(BYTES).hexdigest()
_ETAG = hashlib.md5(BYTES, usedforsecurity=False).hexdigest()


def key_of(profile: Profile) -> str:
    """Where the object goes: below what each key of the template begins with.

    A right that is limited to the profile's own images covers it, and no other name is touched.
    """
    return key_prefix(profile.path_template) + NAME


def written_to(folder: Path, *, only_if_absent: bool) -> Upload:
    """The object as a file, ready to be stored.

    Raises:
        StoreError: it cannot be written.
    """
    path = folder / NAME
    try:
        path.write_bytes(BYTES)
    except OSError as error:
        raise StoreError(path=str(path), reason=error.strerror or type(error).__name__) from error
    return Upload(
        path=path,
        size=len(BYTES),
        sha256=SHA256,
        content_type=TYPE,
        metadata=(MARK,),
        only_if_absent=only_if_absent,
    )


def is_ours(found: ObjectInfo) -> bool:
    """Whether an object of that name is what an earlier check left."""
    name, value = MARK
    return found.metadata.get(name) == value or (found.size == len(BYTES) and found.etag == _ETAG)
