"""Writes the ``meta`` box of HEIC and AVIF anew: without metadata items, with those that are added."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata.boxes import Box, children, packed, packed_full
from kraken_desktop.engines.local.metadata.container import broken
from kraken_desktop.engines.local.metadata.items import IN_FILE, IN_META, Extent, Location, Meta, associated
from kraken_desktop.engines.local.metadata.spans import Moves, Span, closed_up, merged

_COPIED = frozenset({b"hdlr", b"pitm", b"dinf", b"grpl", b"ipro"})
_WRITTEN_ABOUT = frozenset({b"udes", b"altt", b"crtt", b"mdft"})
"""Properties that describe a picture in words, and when it was made and changed."""
_DESCRIBES, _THUMBNAIL = b"cdsc", b"thmb"
_MADE_OF = frozenset({b"dimg", b"base", b"prem", b"iloc"})
_CODED = frozenset({b"av01", b"hvc1", b"jpeg"})
_MOST_SHORT = 2**16 - 1


@dataclass(frozen=True, slots=True)
class Addition:
    """An item to be added, which describes the primary one."""

    kind: bytes
    content: bytes
    """Media type, of a ``mime`` item."""
    payload: bytes


class NewMeta:
    """What stays of a ``meta`` box, and what comes.

    Raises:
        ImageBrokenError: the box has no items, or nothing that is shown would be left.
    """

    def __init__(self, data: bytes, meta: Meta, additions: list[Addition]) -> None:
        self.additions = additions
        self._data = data
        self._meta = meta
        self._removed = frozenset(item.id for item in meta.items if item.is_metadata) | _thumbnails(meta)
        if b"iinf" not in meta.boxes or b"iloc" not in meta.boxes or meta.primary in self._removed:
            raise broken("no items")
        self._locations = [found for found in meta.locations.values() if found.item not in self._removed]
        if any(found.reference for found in self._locations):
            raise broken("an item is in another file")
        self._added_ids = self._free_ids(len(additions))
        self._inside = self._inside_moves()

    def spans(self) -> Iterator[Span]:
        """Where the items that stay lie in the file."""
        for location in self._locations:
            if location.method == IN_FILE:
                for extent in location.extents:
                    yield extent.offset, extent.offset + extent.length

    def packed(self, moved: Callable[[int], int], payload_at: int) -> bytes:
        """The box; its length does not depend on the offsets.

        Args:
            moved: where a byte of the old file is in the new one.
            payload_at: where the payloads of the additions begin, one behind the other.
        """
        writers: dict[bytes, Callable[[], bytes]] = {
            b"iinf": self._items,
            b"iloc": lambda: self._located(moved, payload_at),
            b"iref": self._references,
            b"iprp": self._properties,
            b"idat": self._held,
        }
        parts = []
        for kind, box in self._meta.boxes.items():
            if kind in writers:
                parts.append(writers[kind]())
            elif kind in _COPIED:
                parts.append(self._data[box.start : box.end])
        if b"iref" not in self._meta.boxes:
            parts.append(self._references())
        return packed_full(b"meta", 0, 0, *parts)

    def _free_ids(self, count: int) -> list[int]:
        used = {item.id for item in self._meta.items} | self._meta.locations.keys()
        used -= self._removed
        start = max(used, default=0) + 1
        if start + count > _MOST_SHORT:
            start = 1
        free: list[int] = []
        while len(free) < count:
            if start not in used:
                free.append(start)
            start += 1
        if free and free[-1] > _MOST_SHORT:
            raise broken("too many items")
        return free

    def _items(self) -> bytes:
        meta = self._meta
        entries = [self._data[item.box.start : item.box.end] for item in meta.items if item.id not in self._removed]
        for number, added in zip(self._added_ids, self.additions, strict=True):
            media = added.content + b"\0" if added.content else b""
            entries.append(packed_full(b"infe", 2, 0, struct.pack(">HH", number, 0), added.kind, b"\0", media))
        count = _sized(len(entries), 2 if meta.item_version == 0 else 4)
        return packed_full(b"iinf", meta.item_version, 0, count, *entries)

    def _located(self, moved: Callable[[int], int], payload_at: int) -> bytes:
        meta = self._meta
        index_size, id_size = meta.location_index_size, 2 if meta.location_version < 2 else 4
        located = [self._location(location, moved) for location in self._locations]
        for number, added in zip(self._added_ids, self.additions, strict=True):
            located.append(Location(number, IN_FILE, 0, (Extent(0, payload_at, len(added.payload)),)))
            payload_at += len(added.payload)
        parts = [bytes((0x44, index_size)), _sized(len(located), id_size)]
        for location in located:
            parts.append(_sized(location.item, id_size))
            parts.append(_sized(location.method, 2) if meta.location_version else b"")
            parts.append(struct.pack(">HH", 0, len(location.extents)))
            for extent in location.extents:
                parts += (_sized(extent.index, index_size), _sized(extent.offset, 4), _sized(extent.length, 4))
        return packed_full(b"iloc", meta.location_version, 0, *parts)

    def _location(self, location: Location, moved: Callable[[int], int]) -> Location:
        if location.method == IN_META:
            moved = self._moved_inside
        elif location.method != IN_FILE:
            return location
        extents = tuple(
            Extent(extent.index, moved(extent.offset) if extent.length else 0, extent.length)
            for extent in location.extents
        )
        return Location(location.item, location.method, 0, extents)

    def _references(self) -> bytes:
        meta = self._meta
        size = 2 if meta.reference_version == 0 else 4
        entries = []
        for reference in meta.references:
            targets = [target for target in reference.targets if target not in self._removed]
            if targets and reference.source not in self._removed:
                entries.append((reference.kind, reference.source, targets))
        entries += [(_DESCRIBES, number, [meta.primary]) for number in self._added_ids]
        parts = [
            packed(kind, _sized(source, size), _sized(len(targets), 2), *(_sized(target, size) for target in targets))
            for kind, source, targets in entries
        ]
        return packed_full(b"iref", meta.reference_version, 0, *parts) if parts else b""

    def _properties(self) -> bytes:
        parts = []
        for box in children(self._data, self._meta.boxes[b"iprp"]):
            if box.kind == b"ipco":
                parts.append(packed(b"ipco", *(self._property(found) for found in children(self._data, box))))
            elif box.kind == b"ipma":
                parts.append(self._associations(box))
        return packed(b"iprp", *parts)

    def _property(self, box: Box) -> bytes:
        # The others are counted by their place, so a free one takes it.
        return packed(b"free") if box.kind in _WRITTEN_ABOUT else self._data[box.start : box.end]

    def _associations(self, box: Box) -> bytes:
        version, flags = self._data[box.body], self._data[box.body + 3]
        size = 2 if flags & 1 else 1
        kept = [entry for entry in associated(self._data, box) if entry[0] not in self._removed]
        parts = [_sized(len(kept), 4)]
        for item, numbers in kept:
            parts += (_sized(item, 2 if version < 1 else 4), _sized(len(numbers), 1))
            parts += (_sized(number | essential, size) for number, essential in numbers)
        return packed_full(b"ipma", version, flags, *parts)

    def _inside_moves(self) -> Moves:
        """What stays of the bytes that the box itself holds."""
        box = self._meta.boxes.get(b"idat")
        size = box.end - box.body if box is not None else 0
        spans = merged(
            (extent.offset, extent.offset + extent.length)
            for location in self._locations
            if location.method == IN_META
            for extent in location.extents
        )
        if spans and spans[-1][1] > size:
            raise broken("an item is cut")
        return closed_up(spans)

    def _moved_inside(self, offset: int) -> int:
        target = self._inside.moved(offset)
        if target is None:
            raise broken("an item is cut")
        return target

    def _held(self) -> bytes:
        start = self._meta.boxes[b"idat"].body
        held = [self._data[start + first : start + end] for first, end in self._inside.spans]
        return packed(b"idat", *held) if held else b""


def _thumbnails(meta: Meta) -> frozenset[int]:
    """Items that are small copies of others, and may show what was cropped or painted over since."""
    coded = {item.id for item in meta.items if item.kind in _CODED}
    found = {reference.source for reference in meta.references if reference.kind == _THUMBNAIL} & coded
    # What others are made of stays, whatever else it claims to be.
    used = {target for reference in meta.references if reference.kind in _MADE_OF for target in reference.targets}
    return frozenset(found - used - {meta.primary})


def _sized(number: int, size: int) -> bytes:
    try:
        return number.to_bytes(size, "big")
    except OverflowError as error:
        raise broken("a number is too large for its place") from error
