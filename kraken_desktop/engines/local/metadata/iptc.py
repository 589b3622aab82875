"""IPTC: the copyright notice, inside Photoshop's image resources or alone.

Form: IPTC Information Interchange Model 4.2 (datasets) and Adobe's Photoshop file format (resources).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

PREFIX = b"Photoshop 3.0\0"
"""In front of the resources in a JPEG."""

_IIM_RESOURCE = 0x0404
_DATASET = 0x1C
_CHARACTER_SET, _COPYRIGHT = (1, 90), (2, 116)
_UTF8 = b"\x1b%G"
_EXTENDED = 0x8000
_LONGEST = 8 * 1024


def copyright_of(records: bytes) -> str:
    """The copyright notice of IIM records; empty if there is none."""
    is_utf8 = False
    for dataset, value in _datasets(records):
        if dataset == _CHARACTER_SET:
            is_utf8 = value == _UTF8
        elif dataset == _COPYRIGHT and len(value) <= _LONGEST:
            return _decoded(value, is_utf8=is_utf8)
    return ""


def records_of(resources: bytes) -> bytes:
    """The IIM records among Photoshop's image resources; empty if there are none."""
    at = 0
    while at + 12 <= len(resources) and resources[at : at + 4] == b"8BIM":
        (number,) = struct.unpack_from(">H", resources, at + 4)
        name = 1 + resources[at + 6]
        at += 6 + name + name % 2
        if at + 4 > len(resources):
            return b""
        (size,) = struct.unpack_from(">I", resources, at)
        at += 4
        if number == _IIM_RESOURCE:
            return resources[at : at + size]
        at += size + size % 2
    return b""


def build(notice: str) -> bytes | None:
    """IIM records with this copyright notice alone; None for an empty one."""
    if not notice:
        return None
    datasets = ((_CHARACTER_SET, _UTF8), ((2, 0), b"\0\x04"), (_COPYRIGHT, notice.encode()))
    return b"".join(
        struct.pack(">BBBH", _DATASET, record, number, len(value)) + value for (record, number), value in datasets
    )


def resources(records: bytes) -> bytes:
    """Photoshop's image resources with these records alone."""
    return b"8BIM" + struct.pack(">HHI", _IIM_RESOURCE, 0, len(records)) + records + bytes(len(records) % 2)


def _datasets(records: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    while at + 5 <= len(records) and records[at] == _DATASET:
        record, number, size = struct.unpack_from(">BBH", records, at + 1)
        at += 5
        if size & _EXTENDED:
            # A size of sizes; nothing that long is of interest here.
            return
        if at + size > len(records):
            return
        yield (record, number), records[at : at + size]
        at += size


def _decoded(value: bytes, *, is_utf8: bool) -> str:
    value = value.strip(b"\0 ")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "" if is_utf8 else value.decode("latin-1")
    return text
