"""HEIC and AVIF: what their items hold, and the same picture without those that are metadata.

The ``meta`` box is written anew, the bytes that no item and no frame needs are left out, and all offsets follow. The
color profile always stays: without it the codec's own color description would count, which may differ. A track keeps
its frames and loses all that is said about it. Fragmented files and the ``mini`` box are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import exif, items, tracks, xmp
from kraken_desktop.engines.local.metadata.boxes import Box, first, packed
from kraken_desktop.engines.local.metadata.container import MOST_BYTES, Blocks, broken, require_few
from kraken_desktop.engines.local.metadata.facts import Metadata
from kraken_desktop.engines.local.metadata.icc import is_profile
from kraken_desktop.engines.local.metadata.items import Meta
from kraken_desktop.engines.local.metadata.new_meta import Addition, NewMeta
from kraken_desktop.engines.local.metadata.spans import Moves, Span, merged

_NEEDED = frozenset({b"ftyp", b"meta", b"moov", b"mdat"})
_UNKNOWN_OFFSETS = frozenset({b"moof", b"sidx", b"mini"})
_MDAT_HEADER = 8
_CORNERS = (0, 1, 2, 3)
_ORIENTATIONS = {
    (0, 1, 2, 3): 1,
    (1, 0, 3, 2): 2,
    (3, 2, 1, 0): 3,
    (2, 3, 0, 1): 4,
    (0, 2, 1, 3): 5,
    (2, 0, 3, 1): 6,
    (3, 1, 2, 0): 7,
    (1, 3, 0, 2): 8,
}
"""Which stored corner is then top left, top right, bottom left, bottom right."""


@dataclass(frozen=True, slots=True)
class _File:
    boxes: list[Box]
    meta: Meta | None
    moov: Box | None
    bodies: list[Span]
    """Of the ``mdat`` boxes."""


def read(data: bytes) -> Metadata:
    """What the items hold. The orientation is that of the primary item's properties, not of Exif.

    Raises:
        ImageBrokenError: a box is cut, or there is no image.
    """
    meta = _file(data).meta
    if meta is None:
        return Metadata(container_turns=True)
    stream = packet = b""
    for item in meta.items:
        if item.kind == items.EXIF and not stream:
            held = items.content(data, meta, item.id, MOST_BYTES)
            stream = held[4 + int.from_bytes(held[:4], "big") :]
        elif item.content == items.XMP_TYPE and not item.encoding and not packet:
            packet = items.content(data, meta, item.id, MOST_BYTES)
    said = items.properties(data, meta, meta.primary)
    return Metadata(
        icc=_profile(data, said),
        orientation=_orientation(data, said),
        container_turns=True,
        exif=exif.parse(stream),
        xmp=xmp.parse(packet),
    )


def rewrite(data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes:  # noqa: ARG001 - it always stays
    """The same pixels with no metadata but ``blocks``.

    Raises:
        ImageBrokenError: as ``read``.
    """
    file = _file(data)
    new = NewMeta(data, file.meta, _additions(blocks)) if file.meta is not None else None
    kept = merged((*(new.spans() if new is not None else ()), *_frames(data, file)))
    groups = _grouped(kept, file.bodies)
    # No length depends on the offsets: the first round only measures.
    at = len(_front(data, file, new, lambda offset: offset, 0))
    targets: list[int] = []
    for group in groups:
        at += _MDAT_HEADER
        for start, end in group:
            targets.append(at)
            at += end - start
    moves = Moves(kept, targets)

    def moved(offset: int) -> int:
        target = moves.moved(offset)
        if target is None:
            raise broken("it points to nothing")
        return target

    pieces = [_front(data, file, new, moved, at + _MDAT_HEADER)]
    pieces += [packed(b"mdat", *(data[start:end] for start, end in group)) for group in groups]
    if new is not None and new.additions:
        pieces.append(packed(b"mdat", *(added.payload for added in new.additions)))
    return b"".join(pieces)


def _file(data: bytes) -> _File:
    """The boxes of the file; what follows the last one that is needed, and is none, is left out."""
    boxes: list[Box] = []
    at = 0
    while at < len(data):
        box = first(data, at, len(data))
        if box is None or (box.end > len(data) and box.kind not in _NEEDED and boxes):
            break
        if box.end > len(data):
            raise broken("it is cut short")
        if box.kind in _UNKNOWN_OFFSETS:
            raise broken(f"a file with a {box.kind.decode()} box")
        require_few(len(boxes))
        boxes.append(box)
        at = box.end
    by_kind = {box.kind: box for box in reversed(boxes)}
    if boxes[:1] != [by_kind.get(b"ftyp")] or not {b"meta", b"moov"} & by_kind.keys():
        raise broken("no image")
    meta = items.parse(data, by_kind[b"meta"]) if b"meta" in by_kind else None
    bodies = [(box.body, box.end) for box in boxes if box.kind == b"mdat"]
    return _File(boxes, meta, by_kind.get(b"moov"), bodies)


def _profile(data: bytes, said: Iterable[Box]) -> bytes | None:
    for box in said:
        if box.kind == b"colr" and data[box.body : box.body + 4] in {b"prof", b"rICC"}:
            icc = data[box.body + 4 : box.end]
            return icc if len(icc) <= MOST_BYTES and is_profile(icc) else None
    return None


def _orientation(data: bytes, said: Iterable[Box]) -> int:
    corners = _CORNERS
    for box in said:
        value = data[box.body] if box.body < box.end else 0
        if box.kind == b"irot":
            for _ in range(value & 3):
                # Each a quarter turn to the left.
                corners = corners[1], corners[3], corners[0], corners[2]
        elif box.kind == b"imir":
            left, right, low_left, low_right = corners
            is_sideways = value & 1
            corners = (right, left, low_right, low_left) if is_sideways else (low_left, low_right, left, right)
    return _ORIENTATIONS[corners]


def _additions(blocks: Blocks) -> list[Addition]:
    added = []
    if blocks.exif is not None:
        # Four bytes say where the stream begins: at once.
        added.append(Addition(items.EXIF, b"", bytes(4) + blocks.exif))
    if blocks.xmp is not None:
        added.append(Addition(items.MIME, items.XMP_TYPE, blocks.xmp))
    return added


def _frames(data: bytes, file: _File) -> Iterable[Span]:
    return tracks.spans(data, file.moov) if file.moov is not None else ()


def _front(data: bytes, file: _File, new: NewMeta | None, moved: Callable[[int], int], payload_at: int) -> bytes:
    """All boxes in front of the first ``mdat``."""
    parts = [data[file.boxes[0].start : file.boxes[0].end]]
    if new is not None:
        parts.append(new.packed(moved, payload_at))
    if file.moov is not None:
        parts.append(tracks.rebuilt(data, file.moov, moved))
    return b"".join(parts)


def _grouped(kept: list[Span], bodies: list[Span]) -> list[list[Span]]:
    """The spans inside each body, in order; none may be anywhere else."""
    groups: list[list[Span]] = [[] for _ in bodies]
    at = 0
    for start, end in kept:
        while at < len(bodies) and bodies[at][1] < end:
            at += 1
        if at == len(bodies) or start < bodies[at][0]:
            raise broken("an item is cut")
        groups[at].append((start, end))
    return [group for group in groups if group]
