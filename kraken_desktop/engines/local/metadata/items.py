"""The ``meta`` box of HEIC and AVIF: which items a file has, where their bytes lie, what is said of them.

Boxes and fields: ISO/IEC 14496-12, 8.11, and ISO/IEC 23008-12.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kraken_desktop.engines.local.metadata.boxes import Box, children, fields
from kraken_desktop.engines.local.metadata.container import broken, require_few

IN_FILE, IN_META = 0, 1
"""How an item's bytes are found; the third way, inside another item, moves with that one."""
EXIF, MIME, URI = b"Exif", b"mime", b"uri "
XMP_TYPE = b"application/rdf+xml"


@dataclass(frozen=True, slots=True)
class Extent:
    """A piece of an item."""

    index: int
    offset: int
    """With the item's base added."""
    length: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where the bytes of one item lie."""

    item: int
    method: int
    reference: int
    """0: in this file."""
    extents: tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What one item is; ``box`` is its entry."""

    id: int
    kind: bytes
    content: bytes
    """Media type, of ``mime`` items."""
    encoding: bytes
    box: Box

    @property
    def is_metadata(self) -> bool:
        return self.kind in {EXIF, MIME, URI}


@dataclass(frozen=True, slots=True)
class Reference:
    """One item refers to others; ``kind`` says what for."""

    kind: bytes
    source: int
    targets: tuple[int, ...]


@dataclass(slots=True)
class Meta:
    """A ``meta`` box, taken apart."""

    box: Box
    boxes: dict[bytes, Box]
    """The parts, the first of each kind."""
    primary: int = 0
    items: list[Item] = field(default_factory=list)
    item_version: int = 0
    location_version: int = 0
    location_index_size: int = 0
    locations: dict[int, Location] = field(default_factory=dict)
    """By item."""
    reference_version: int = 0
    references: list[Reference] = field(default_factory=list)


def parse(data: bytes, box: Box) -> Meta:
    """Take a ``meta`` box apart.

    Raises:
        ImageBrokenError: a part is cut or contradicts itself.
    """
    boxes: dict[bytes, Box] = {}
    for child in children(data, box, skip=4):
        boxes.setdefault(child.kind, child)
    meta = Meta(box, boxes)
    if b"pitm" in boxes:
        told = fields(data, boxes[b"pitm"])
        meta.primary = told.number(2 if told.full()[0] == 0 else 4)
    if b"iinf" in boxes:
        _read_items(data, meta, boxes[b"iinf"])
    if b"iloc" in boxes:
        _read_locations(data, meta, boxes[b"iloc"])
    if b"iref" in boxes:
        _read_references(data, meta, boxes[b"iref"])
    return meta


def content(data: bytes, meta: Meta, item: int, limit: int) -> bytes:
    """The bytes of an item; empty if they are not in this file, not whole, or more than ``limit``."""
    found = meta.locations.get(item)
    if found is None or found.reference or sum(extent.length for extent in found.extents) > limit:
        return b""
    start, end = 0, len(data)
    if found.method == IN_META and b"idat" in meta.boxes:
        start, end = meta.boxes[b"idat"].body, meta.boxes[b"idat"].end
    elif found.method != IN_FILE:
        return b""
    pieces = []
    for extent in found.extents:
        if start + extent.offset + extent.length > end:
            return b""
        pieces.append(data[start + extent.offset : start + extent.offset + extent.length])
    return b"".join(pieces)


def properties(data: bytes, meta: Meta, item: int) -> list[Box]:
    """The properties that are said of an item, in the order in which they are applied."""
    parts = meta.boxes.get(b"iprp")
    if parts is None:
        return []
    inside = children(data, parts)
    known = [box for part in inside if part.kind == b"ipco" for box in children(data, part)]
    said: list[Box] = []
    for part in inside:
        if part.kind == b"ipma":
            for found, associations in associated(data, part):
                if found == item:
                    said += [known[index - 1] for index, _ in associations if 0 < index <= len(known)]
    return said


def associated(data: bytes, box: Box) -> list[tuple[int, list[tuple[int, int]]]]:
    """The entries of an ``ipma`` box: an item, and the number of each property with its "essential" bit."""
    told = fields(data, box)
    version, flags = told.full()
    size = 2 if flags & 1 else 1
    essential = 1 << (8 * size - 1)
    entries = []
    for _ in range(told.number(4)):
        item = told.number(2 if version < 1 else 4)
        numbers = [told.number(size) for _ in range(told.number(1))]
        entries.append((item, [(number & ~essential, number & essential) for number in numbers]))
    return entries


def _read_items(data: bytes, meta: Meta, box: Box) -> None:
    told = fields(data, box)
    meta.item_version = told.full()[0]
    told.number(2 if meta.item_version == 0 else 4)
    for entry in children(data, box, skip=told.at - box.body):
        if entry.kind != b"infe":
            continue
        inside = fields(data, entry)
        version = inside.full()[0]
        if version not in {2, 3}:
            raise broken("an item of an unknown version")
        number = inside.number(2 if version == 2 else 4)
        inside.number(2)
        kind = inside.raw(4)
        inside.text()
        media = inside.text() if kind == MIME else b""
        encoding = inside.text() if kind == MIME else b""
        meta.items.append(Item(number, kind, media, encoding, entry))


def _read_locations(data: bytes, meta: Meta, box: Box) -> None:
    told = fields(data, box)
    version = meta.location_version = told.full()[0]
    if version > 2:
        raise broken("locations of an unknown version")
    sizes = told.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = meta.location_index_size = sizes & 15 if version else 0
    if any(size not in {0, 4, 8} for size in (offset_size, length_size, base_size, index_size)):
        raise broken("locations of an unknown size")
    pieces = 0
    for _ in range(told.number(2 if version < 2 else 4)):
        item = told.number(2 if version < 2 else 4)
        method = told.number(2) & 15 if version else IN_FILE
        reference = told.number(2)
        base = told.number(base_size)
        count = told.number(2)
        pieces += count
        require_few(pieces)
        if count and not index_size + offset_size + length_size:
            # Nothing is said of the pieces, so there is one: the rest from the base on.
            raise broken("an item of unknown length")
        extents = tuple(
            Extent(told.number(index_size), base + told.number(offset_size), told.number(length_size))
            for _ in range(count)
        )
        if item in meta.locations:
            raise broken("an item in two places")
        meta.locations[item] = Location(item, method, reference, extents)


def _read_references(data: bytes, meta: Meta, box: Box) -> None:
    meta.reference_version = fields(data, box).full()[0]
    size = 2 if meta.reference_version == 0 else 4
    for entry in children(data, box, skip=4):
        told = fields(data, entry)
        source = told.number(size)
        targets = tuple(told.number(size) for _ in range(told.number(2)))
        meta.references.append(Reference(entry.kind, source, targets))
