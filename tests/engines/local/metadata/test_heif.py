import functools
import io
import struct
from typing import Any

import pytest
from PIL import Image

from kraken_desktop.engines.local.metadata import Metadata, insert, read, strip
from kraken_desktop.engines.local.metadata.boxes import Box, children, packed, packed_full, walk
from kraken_desktop.engines.local.metadata.container import MOST_PARTS
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import EXIF, GPS, PACKET, SECRET, XMP, encoded, full, picture, pixels, tiff

NOTHING: frozenset[Kept] = frozenset()
TILE = 64
EXIF_ITEM = bytes(4) + tiff()


def top(data: bytes) -> dict[bytes, Box]:
    return {box.kind: box for box in walk(data, 0, len(data))}


def body(data: bytes, box: Box) -> bytes:
    return data[box.body : box.end]


def coded(hue: int) -> tuple[bytes, list[bytes]]:
    """A tile: its bytes, and the properties that a decoder needs, as boxes."""
    data = encoded(".avif", picture((TILE, TILE), hue=hue), subsampling="4:4:4")
    boxes = top(data)
    inside = {box.kind: box for box in children(data, boxes[b"meta"], skip=4)}
    known = [box for part in children(data, inside[b"iprp"]) if part.kind == b"ipco" for box in children(data, part)]
    needed = [data[box.start : box.end] for box in known if box.kind in {b"av1C", b"colr", b"pixi"}]
    return body(data, boxes[b"mdat"]), needed


def item(number: int, kind: bytes, rest: bytes = b"", hidden: int = 0) -> bytes:
    return packed_full(b"infe", 2, hidden, struct.pack(">HH", number, 0), kind, b"\0", rest)


def grid(version: int = 1, *, offset: int = 0, extra: bytes = b"") -> bytes:
    """Two tiles side by side with a thumbnail, grid and Exif inside the ``meta`` box, XMP between the tiles.

    ``offset`` moves the bytes of the first tile, as a broken file has it.
    """
    (left, needed), (right, _) = coded(0), coded(255)
    size = packed_full(b"ispe", 0, 0, struct.pack(">II", 2 * TILE, TILE))
    tile = packed_full(b"ispe", 0, 0, struct.pack(">II", TILE, TILE))
    properties = [size, tile, packed_full(b"udes", 0, 0, b"en\0", SECRET, b"\0\0\0"), *needed]
    # A decoder must know what "av1C" says, and the grid itself has none.
    coding = next(number for number, box in enumerate(needed, 4) if box[4:8] == b"av1C")
    shared = [number for number in range(4, 4 + len(needed)) if number != coding]
    tiles = bytes((2 + len(shared), 2, coding | 0x80, *shared))
    whole = bytes((2 + len(shared), 1, 3, *shared))
    said = b"".join(
        struct.pack(">H", number) + told
        for number, told in ((1, whole), (2, tiles), (3, tiles), (4, b"\1\3"), (6, tiles))
    )
    idat = EXIF_ITEM + bytes((0, 0, 0, 1)) + struct.pack(">HH", 2 * TILE, TILE)

    def meta(start: int) -> bytes:
        places = [
            (1, 1, [(len(EXIF_ITEM), 8)]),
            (2, 0, [(start + offset, 20), (start + offset + 20, len(left) - 20)]),
            (3, 0, [(start + len(left) + len(PACKET), len(right))]),
            (4, 1, [(0, len(EXIF_ITEM))]),
            (5, 0, [(start + len(left), len(PACKET))]),
            (6, 0, [(start + len(left) + len(PACKET) + len(right), len(SECRET))]),
        ]
        id_format = ">H" if version < 2 else ">I"
        located = b"".join(
            struct.pack(id_format, number)
            + struct.pack(">HHQH", method, 0, 0, len(extents))
            + b"".join(struct.pack(">II", *extent) for extent in extents)
            for number, method, extents in places
        )
        return packed_full(
            b"meta",
            0,
            0,
            packed_full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            packed_full(b"pitm", 0, 0, struct.pack(">H", 1)),
            packed_full(b"iloc", version, 0, b"\x44\x80", struct.pack(id_format, len(places)), located),
            packed_full(
                b"iinf",
                0,
                0,
                struct.pack(">H", 6),
                item(1, b"grid"),
                item(2, b"av01", hidden=1),
                item(3, b"av01", hidden=1),
                item(4, b"Exif"),
                item(5, b"mime", b"application/rdf+xml\0"),
                item(6, b"av01", hidden=1),
            ),
            packed_full(
                b"iref",
                0,
                0,
                packed(b"dimg", struct.pack(">HHHH", 1, 2, 2, 3)),
                packed(b"cdsc", struct.pack(">HHH", 4, 1, 1)),
                packed(b"cdsc", struct.pack(">HHH", 5, 1, 1)),
                packed(b"thmb", struct.pack(">HHH", 6, 1, 1)),
            ),
            packed(
                b"iprp",
                packed(b"ipco", *properties),
                packed_full(b"ipma", 0, 0, struct.pack(">I", 5), said),
            ),
            packed(b"idat", idat),
            packed(b"uuid", bytes(16), SECRET),
        )

    ftyp = packed(b"ftyp", b"avif", bytes(4), b"avifmif1miaf")
    free = packed(b"free", SECRET)
    start = len(ftyp) + len(meta(1000)) + len(free) + len(extra) + 8
    mdat = packed(b"mdat", left, PACKET, right, SECRET)
    return ftyp + meta(start) + free + extra + mdat + packed(b"uuid", bytes(16), SECRET)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("keep", [NOTHING, frozenset({Kept.DATE}), frozenset(Kept)])
def test_a_grid_finds_its_tiles(version: int, keep: frozenset[Kept]) -> None:
    source = grid(version)
    assert pixels(source)[0][0] == (2 * TILE, TILE)
    stripped = strip(source, ".avif", keep)
    assert pixels(stripped) == pixels(source)
    assert SECRET not in stripped
    assert len(stripped) < len(source)
    assert strip(stripped, ".avif", keep) == stripped
    found = read(stripped, ".avif")
    assert (found.exif.gps, found.xmp) == ((GPS, XMP) if Kept.GEOTAG in keep else (None, read(stripped, ".avif").xmp))
    assert found.exif.original == (EXIF.original if Kept.DATE in keep else b"")


def test_a_grid_tells_what_it_holds() -> None:
    found = read(grid(), ".avif")
    assert found.exif == EXIF
    assert found.xmp == XMP
    # Exif does not turn such a picture.
    assert found.orientation == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_the_container_s(orientation: int) -> None:
    source = encoded(".avif", exif=tiff(orientation))
    assert read(source, ".avif").orientation == orientation
    stripped = strip(source, ".avif", NOTHING)
    assert read(stripped, ".avif").orientation == orientation
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.getexif().get(0x0112, 1) == orientation


def animation(**more: Any) -> bytes:
    out = io.BytesIO()
    frames = [picture((TILE, TILE), mode="RGBA", hue=hue) for hue in (0, 100, 200)]
    frames[0].save(out, "AVIF", save_all=True, append_images=frames[1:], duration=[30, 60, 90], speed=10, **more)
    return out.getvalue()


@pytest.mark.parametrize("keep", [NOTHING, frozenset(Kept)])
def test_an_animation_keeps_its_frames(keep: frozenset[Kept]) -> None:
    source = animation(exif=tiff(1), xmp=PACKET)
    stripped = strip(source, ".avif", keep)
    assert len(pixels(source)) == 3
    assert pixels(stripped) == pixels(source)
    assert SECRET not in stripped
    assert len(stripped) < len(source)
    assert read(stripped, ".avif").xmp == (XMP if keep else Metadata().xmp)


def test_user_data_and_dates_of_a_movie_go() -> None:
    source = animation()
    boxes = top(source)
    moov = boxes[b"moov"]
    user = packed(b"udta", packed(b"\xa9xyz", SECRET))
    # Behind the data, so that no offset changes.
    assert list(boxes)[-1] == b"mdat"
    parts = [source[box.start : box.end] for box in children(source, moov)]
    moved = packed(b"moov", *parts, user, packed(b"meta", bytes(4), SECRET))
    longer = source[: moov.start] + packed(b"free", body(source, moov)) + source[moov.end :] + moved
    stripped = strip(longer, ".avif", NOTHING)
    assert SECRET not in stripped
    assert pixels(stripped) == pixels(source)
    header = next(box for box in children(stripped, top(stripped)[b"moov"]) if box.kind == b"mvhd")
    assert not any(stripped[header.body + 4 : header.body + 12 + 8 * stripped[header.body]])


def test_metadata_can_be_added_where_there_was_none() -> None:
    fresh = encoded(".avif")
    written = insert(fresh, ".avif", Metadata(exif=EXIF, xmp=XMP), frozenset(Kept))
    assert list(top(written)) == [b"ftyp", b"meta", b"mdat"]
    assert pixels(written) == pixels(fresh)
    with Image.open(io.BytesIO(written)) as image:
        assert image.getexif().get_ifd(0x8825)[1] == "S"
        assert b"All mine" in image.info["xmp"]
    assert strip(written, ".avif", NOTHING) == strip(fresh, ".avif", NOTHING)


def test_data_in_front_of_the_items() -> None:
    source = full(".avif")
    boxes = top(source)
    ftyp, meta, mdat = (source[boxes[kind].start : boxes[kind].end] for kind in (b"ftyp", b"meta", b"mdat"))
    at = meta.index(b"iloc") + 8
    moved = bytearray(meta)
    for index in range(3):
        place = at + 4 + 14 * index + 6
        (offset,) = struct.unpack_from(">I", moved, place)
        struct.pack_into(">I", moved, place, offset - len(meta))
    turned = ftyp + mdat + bytes(moved)
    assert pixels(turned) == pixels(source)
    assert strip(turned, ".avif", NOTHING) == strip(source, ".avif", NOTHING)


@functools.cache
def broken_files() -> list[bytes]:
    source = full(".avif")
    boxes = top(source)
    meta = boxes[b"meta"]
    return [
        source[:-1],
        source[: meta.end],
        source[: meta.start],
        source[: boxes[b"ftyp"].end] + source[meta.end :],
        source[meta.start :],
        packed(b"free", bytes(8)) + source,
        source.replace(b"iloc", b"SECR"),
        source.replace(b"iinf", b"SECR"),
        source.replace(b"pitm\0\0\0\0\0\1", b"pitm\0\0\0\0\0\2"),
        source.replace(b"infe\2", b"infe\1"),
        source.replace(b"iloc\0\0\0\0D\0", b"iloc\0\0\0\0E\0"),
        source.replace(b"iloc\0\0\0\0D\0", b"iloc\0\0\0\0\0\0"),
        source.replace(b"iloc\0", b"iloc\3"),
        source.replace(b"\0\3\0\1\0\0\0\1", b"\0\3\0\1\0\1\0\1"),
        animation()
        .replace(b"hdlr" + bytes(8) + b"pict", b"hdlr" + bytes(8) + b"text")
        .replace(b"hdlr" + bytes(8) + b"auxv", b"hdlr" + bytes(8) + b"text"),
        grid(offset=2**31),
        grid(offset=-200),
        grid(extra=packed(b"moof")),
        grid(extra=packed(b"mini")),
        grid(extra=packed(b"free") * (MOST_PARTS + 2)),
    ]


@pytest.mark.parametrize("index", range(20))
def test_a_broken_structure_is_refused(index: int) -> None:
    with pytest.raises(ImageBrokenError):
        strip(broken_files()[index], ".avif", NOTHING)
