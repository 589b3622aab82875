"""Files that are meant to break a decoder: written here, byte by byte, or small images of ours that were damaged.

``BROKEN`` can never be decoded whole. ``TRICKY`` may end either way, but must end; so must ``SLOW``, which takes its
time. All are made in milliseconds, are small, and always the same.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache, partial

from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "avif": "AVIF"}
KEPT_PERCENT = (3, 50, 95)
_ROOT = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">'

Maker = Callable[[], bytes]


# --- PNG ------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: tuple[int, int], *, depth: int = 8, color: int = 2, data: bytes = b"", extra: bytes = b"") -> bytes:
    """``data`` is compressed already."""
    header = struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 0)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@cache
def zeros(count: int) -> bytes:
    """So many zeros, compressed a thousandfold; piece by piece, as they would fill the memory of the test."""
    packer, piece, out = zlib.compressobj(9), bytes(1 << 20), []
    for start in range(0, count, len(piece)):
        out.append(packer.compress(piece[: count - start]))
    return b"".join(out) + packer.flush()


def bomb_one_bit(side: int = 16_000) -> bytes:
    """A whole image: 256 megapixels in some thirty kilobytes."""
    return png((side, side), depth=1, color=0, data=zeros((side // 8 + 1) * side))


def bomb_text(chunks: int = 4, each: int = 20_000_000) -> bytes:
    texts = (chunk(b"zTXt", f"c{number}".encode() + b"\0\0" + zeros(each)) for number in range(chunks))
    return png((8, 8), data=zeros(8 * 25), extra=b"".join(texts))


def bomb_profile(size: int = 40_000_000) -> bytes:
    return png((8, 8), data=zeros(8 * 25), extra=chunk(b"iCCP", b"x\0\0" + zeros(size)))


def palette_out_of_range() -> bytes:
    rows = zlib.compress(b"\0\xff\xff\xff\xff" * 4)
    return png((4, 4), color=3, data=rows, extra=chunk(b"PLTE", b"\0\0\0\xff\xff\xff"))


# --- the others -----------------------------------------------------------------------------------


def gif(size: tuple[int, int], frames: int) -> bytes:
    """Frames of one pixel on a screen of any size."""
    control = b"!\xf9\x04\x08\x01\0\0\0"
    frame = control + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02D\x01\0"
    screen = struct.pack("<HHBBB", *size, 0xF0, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + screen + frame * frames + b";"


def gif_over_the_edge() -> bytes:
    """A frame beyond its screen, with a code size that no decoder knows."""
    image = b"," + struct.pack("<HHHHB", 65_000, 65_000, 600, 600, 0) + b"\x0f\x01\x00\0"
    return b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0xF0, 0, 0) + bytes(6) + image + b";"


def jpeg_header_only(width: int, height: int) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    scan = b"\xff\xda" + struct.pack(">HB", 12, 3) + b"\1\0\2\0\3\0\0\x3f\0"
    return b"\xff\xd8" + frame + scan + bytes(64) + b"\xff\xd9"


def webp_header_only(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"VP8L" + struct.pack("<I", 6) + b"\x2f" + struct.pack("<I", bits) + b"\0"
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def svg(inside: str, root: str = _ROOT, before: str = "") -> bytes:
    return f"{before}{root}{inside}</svg>".encode()


def svg_of_entities() -> bytes:
    """A billion words, if somebody expands them."""
    entities = ['<!ENTITY a "word ">', *(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))]
    return svg("<text>&j;</text>", before=f'<?xml version="1.0"?><!DOCTYPE svg [{"".join(entities)}]>')


def svg_of_a_file() -> bytes:
    return svg("<text>&x;</text>", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


def svg_of_uses(levels: int) -> bytes:
    """Each group shows the one before ten times."""
    parts = ['<g id="g0"><rect width="1" height="1"/></g>']
    parts += [f'<g id="g{n}">{f"""<use href="#g{n - 1}"/>""" * 10}</g>' for n in range(1, levels + 1)]
    return svg(f'<defs>{"".join(parts)}</defs><use href="#g{levels}"/>')


# --- damage ---------------------------------------------------------------------------------------


@cache
def good(extension: str) -> bytes:
    """A small image that is whole: a gradient with noise, which no encoder makes trivial."""
    noise = random.Random(extension)
    image = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    for _ in range(500):
        place = (noise.randrange(96), noise.randrange(64))
        image.putpixel(place, (noise.randrange(256), noise.randrange(256), noise.randrange(256)))
    out = io.BytesIO()
    image.save(out, FORMATS[extension])
    return out.getvalue()


@cache
def animated(extension: str) -> bytes:
    """Four frames of it."""
    first = Image.open(io.BytesIO(good("png"))).convert("RGB")
    out = io.BytesIO()
    frames = [first.rotate(90 * number) for number in range(1, 4)]
    first.save(out, FORMATS[extension], save_all=True, append_images=frames, duration=40, loop=0)
    return out.getvalue()


def cut(data: bytes, percent: int) -> bytes:
    return data[: max(1, len(data) * percent // 100)]


def flipped(data: bytes, seed: int) -> bytes:
    """Some bytes are others now, none of them in the first tenth."""
    noise, changed = random.Random(seed), bytearray(data)
    for _ in range(max(4, len(data) // 4000)):
        changed[noise.randrange(len(data) // 10, len(data))] = noise.randrange(256)
    return bytes(changed)


def _cut_good(extension: str, percent: int) -> bytes:
    return cut(good(extension), percent)


def _cut_animated(extension: str, percent: int) -> bytes:
    return cut(animated(extension), percent)


def _flipped_good(extension: str, seed: int) -> bytes:
    return flipped(good(extension), seed)


def _flipped_animated(extension: str, seed: int) -> bytes:
    return flipped(animated(extension), seed)


BROKEN: dict[str, Maker] = {
    "empty.jpg": bytes,
    "one byte.png": lambda: b"\x89",
    "text.png": lambda: b"this is not an image\n",
    "error page.jpg": lambda: b"<!doctype html><html><body>404 Not Found</body></html>",
    "signature only.png": lambda: PNG_SIGNATURE,
    "junk.png": lambda: PNG_SIGNATURE + b"x" * 50,
    "junk.jpg": lambda: b"\xff\xd8\xff\xe0" + bytes(3000),
    "junk.gif": lambda: b"GIF89a\xff\xff\xff\xff" + bytes(20),
    "junk.avif": lambda: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + bytes(range(256)),
    "junk.heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(range(256)),
    "bomb one bit.png": bomb_one_bit,
    "bomb lying header.png": lambda: png((30_000, 30_000), color=6, data=zeros(1000)),
    "bomb texts.png": bomb_text,
    "bomb profile.png": bomb_profile,
    "bomb frames.gif": lambda: gif((20_000, 20_000), 3000),
    "header checksum.png": lambda: good("png").replace(b"IHDR\0\0\0\x60", b"IHDR\0\0\0\x61"),
    "zero width.png": lambda: png((0, 10), data=zeros(10)),
    "zero height.png": lambda: png((10, 0), data=zeros(10)),
    "zero.jpg": lambda: jpeg_header_only(0, 0),
    "no frame.gif": lambda: gif((10, 10), 0),
    "header 65500.jpg": lambda: jpeg_header_only(65_500, 65_500),
    "header 16383.webp": lambda: webp_header_only(16_383, 16_383),
    "over the edge.gif": gif_over_the_edge,
    "huge viewport.svg": lambda: svg("", root=_ROOT.replace('"10"', '"1000000"')),
    "entities.svg": svg_of_entities,
    "deep and open.svg": lambda: (_ROOT + "<g>" * 5000).encode(),
    "cut.svg": lambda: _ROOT.encode()[:-3],
}
TRICKY: dict[str, Maker] = {
    "palette.png": palette_out_of_range,
    "file.svg": svg_of_a_file,
    "uses.svg": partial(svg_of_uses, 3),
    "deep.svg": lambda: svg("<g>" * 20_000 + "</g>" * 20_000),
    "no size.svg": lambda: svg("", root='<svg xmlns="http://www.w3.org/2000/svg">'),
    "negative.svg": lambda: svg("", root=_ROOT.replace('"10"', '"-10"')),
    "many frames.gif": lambda: gif((20, 20), 200),
    "trailing garbage.jpg": lambda: good("jpg") + b"garbage " * 5000,
    "jpeg inside.png": lambda: good("jpg"),
    **{
        f"cut {percent} {kind}.{extension}": partial(make, extension, percent)
        for kind, make, extensions in (
            ("still", _cut_good, ("jpg", "png", "gif", "webp", "avif")),
            ("animated", _cut_animated, ("png", "gif", "webp", "avif")),
        )
        for extension in extensions
        for percent in KEPT_PERCENT
    },
    **{
        f"flipped {seed} {kind}.{extension}": partial(make, extension, seed)
        for kind, make, extensions in (
            ("still", _flipped_good, ("jpg", "png", "gif", "webp", "avif")),
            ("animated", _flipped_animated, ("png", "gif", "webp", "avif")),
        )
        for extension in extensions
        for seed in (1, 2)
    },
}
SLOW: dict[str, Maker] = {
    "a billion uses.svg": partial(svg_of_uses, 9),
    "frames of nothing.gif": partial(gif, (300, 300), 3000),
}
