"""GIF: blocks (GIF89a specification), with the application extensions of Netscape, Adobe and the ICC.

Comments, texts and the extensions of programs go; loops stay. There is no Exif in a GIF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import xmp
from kraken_desktop.engines.local.metadata.container import MOST_BYTES, Blocks, broken, require_few
from kraken_desktop.engines.local.metadata.facts import Metadata
from kraken_desktop.engines.local.metadata.icc import is_profile, is_srgb

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_XMP, _ICC = b"XMP DataXMP", b"ICCRGBG1012"
_XMP_TAIL = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
"""Wherever a reader of blocks falls into the packet, these lengths lead it out (XMP specification, part 3)."""
_TABLE_FLAG, _TABLE_SIZE = 0x80, 0x07


@dataclass(frozen=True, slots=True)
class _Block:
    """An extension, a frame or the trailer; ``label`` is -1 for all but extensions."""

    kind: int
    label: int
    start: int
    end: int
    application: bytes = b""

    @property
    def body(self) -> int:
        """Where the sub-blocks after an application's name begin."""
        return self.start + 14


def read(data: bytes) -> Metadata:
    """What the application extensions hold.

    Raises:
        ImageBrokenError: a block is cut, or there is none.
    """
    _, blocks = _blocks(data)
    # The packet stands there as it is, not in sub-blocks.
    packet = next((data[block.body : block.end] for block in blocks if block.application == _XMP), b"")
    packet = packet[: max(packet.rfind(_XMP_TAIL[:16]), 0)]
    return Metadata(icc=_profile(data, blocks), xmp=xmp.parse(packet))


def rewrite(data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes:
    """The same frames with no metadata but the XMP of ``blocks``, and the profile if it is kept or needed.

    Raises:
        ImageBrokenError: as ``read``.
    """
    head, found = _blocks(data)
    profile = _profile(data, found)
    has_profile = profile is not None and (keep_profile or not is_srgb(profile))
    pieces = [data[:head]]
    for block in found:
        if block.kind == _TRAILER:
            break
        if block.application in _LOOPS:
            pieces += _loop(data, block)
        elif block.kind == _IMAGE or block.label == _CONTROL or (has_profile and block.application == _ICC):
            pieces.append(data[block.start : block.end])
    if blocks.xmp is not None:
        pieces[0] = b"GIF89a" + data[6:head]
        pieces.append(bytes((_EXTENSION, _APPLICATION, len(_XMP))) + _XMP + blocks.xmp + _XMP_TAIL)
    if found[-1].kind == _TRAILER:
        pieces.append(bytes((_TRAILER,)))
    return b"".join(pieces)


def _blocks(data: bytes) -> tuple[int, list[_Block]]:
    """Where the first block begins, and all blocks up to the trailer, or to the end of a file without one."""
    if data[:6] not in {b"GIF87a", b"GIF89a"} or len(data) < 13:
        raise broken("no GIF")
    head = at = 13 + _table(data[10])
    blocks: list[_Block] = []
    while at < len(data):
        block = _block(data, at)
        if block is None:
            break
        require_few(len(blocks))
        blocks.append(block)
        if block.kind == _TRAILER:
            break
        at = block.end
    if not any(block.kind == _IMAGE for block in blocks):
        raise broken("no frame")
    return head, blocks


def _block(data: bytes, at: int) -> _Block | None:
    """The block that begins at ``at``; None for what is none, or is a cut extension: a decoder stops there too."""
    kind = data[at]
    if kind == _TRAILER:
        return _Block(kind, -1, at, at + 1)
    if kind == _IMAGE and at + 11 <= len(data):
        end = _end_of_sub_blocks(data, at + 10 + _table(data[at + 9]) + 1)
        if end is not None:
            return _Block(kind, -1, at, end)
    if kind == _IMAGE:
        raise broken("a frame is cut")
    end = _end_of_sub_blocks(data, at + 2) if kind == _EXTENSION else None
    if end is None:
        return None
    application = data[at + 3 : at + 14] if data[at + 1] == _APPLICATION and data[at + 2] == 11 else b""
    return _Block(kind, data[at + 1], at, end, application)


def _table(flags: int) -> int:
    """Bytes of a color table."""
    return 3 * 2 ** ((flags & _TABLE_SIZE) + 1) if flags & _TABLE_FLAG else 0


def _end_of_sub_blocks(data: bytes, at: int) -> int | None:
    """Where the chain of sub-blocks ends; None if that is beyond the data."""
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1 if at < len(data) else None


def _sub_blocks(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end and data[at]:
        yield data[at + 1 : at + 1 + data[at]]
        at += data[at] + 1


def _loop(data: bytes, block: _Block) -> Iterator[bytes]:
    """The extension with its loop count alone."""
    for part in _sub_blocks(data, block.body, block.end):
        if len(part) == 3 and part[0] & 0x07 == 1:
            yield data[block.start : block.body] + b"\x03" + part + b"\0"
            return


def _profile(data: bytes, blocks: list[_Block]) -> bytes | None:
    found = next((block for block in blocks if block.application == _ICC), None)
    if found is None:
        return None
    icc = b"".join(_sub_blocks(data, found.body, found.end))
    return icc if len(icc) <= MOST_BYTES and is_profile(icc) else None
