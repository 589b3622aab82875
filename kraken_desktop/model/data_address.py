"""``data:`` addresses, which hold what they stand for (RFC 2397). Pure."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes


def decoded(address: str) -> bytes:
    """The bytes in a ``data:`` address; empty for one that is broken."""
    head, comma, body = address.partition(",")
    if not comma:
        return b""
    data = unquote_to_bytes(body)
    if not head.rstrip().lower().endswith(";base64"):
        return data
    try:
        # Line breaks and missing padding are common, and harmless.
        packed = b"".join(data.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
