"""Small images full of metadata. Whatever no recipe may keep says ``SECRET``."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw

from kraken_desktop.engines.local.metadata import ExifFacts, Gps, XmpFacts

SECRET = b"SECRET"
EXTENSIONS = (".jpg", ".png", ".webp", ".avif", ".gif")
WITH_EXIF = (".jpg", ".png", ".webp")
"""Formats that are turned by Exif."""
FORMATS = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF", ".gif": "GIF"}

GPS = Gps(
    version=b"\x02\x03\0\0",
    latitude_ref=b"S",
    latitude=((33, 1), (51, 1), (35, 1)),
    longitude_ref=b"E",
    longitude=((151, 1), (12, 1), (40, 1)),
)
EXIF = ExifFacts(
    orientation=6,
    copyright=b"(c) Ann Example",
    original=b"2024:05:06 07:08:09",
    digitized=b"2024:05:06 07:08:10",
    original_offset=b"+02:00",
    digitized_offset=b"+03:00",
    gps=GPS,
)
XMP = XmpFacts(
    date_created="2024-05-06T07:08:09",
    creators=("Ann <Example>", "Bob & Co"),
    rights=(("x-default", "All mine"), ("de", "Alles meins")),
    credit="Example Agency",
)
NOTICE = "© Ann Example"

PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="SECRET"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' photoshop:DateCreated="2024-05-06T07:08:09" photoshop:City="SECRET" exif:GPSLatitude="SECRET"/>'
    '<rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">'
    "<d:creator><rdf:Seq><rdf:li>Ann &lt;Example&gt;</rdf:li><rdf:li>Bob &amp; Co</rdf:li></rdf:Seq></d:creator>"
    '<d:rights><rdf:Alt><rdf:li xml:lang="x-default">All mine</rdf:li>'
    '<rdf:li xml:lang="de">Alles meins</rdf:li></rdf:Alt></d:rights>'
    "<d:title><rdf:Alt><rdf:li>SECRET</rdf:li></rdf:Alt></d:title><p:Credit>Example Agency</p:Credit>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
).encode()


def iim(record: int, number: int, value: bytes) -> bytes:
    """One dataset of IPTC."""
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


RECORDS = iim(1, 90, b"\x1b%G") + iim(2, 90, b"SECRET City") + iim(2, 116, NOTICE.encode())


def tiff(orientation: int | None = 6) -> bytes:
    """An Exif stream with all that may be kept, and more."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif[0x8298] = "(c) Ann Example"
    exif[0x013B] = "SECRET artist"
    if orientation is not None:
        exif[0x0112] = orientation
    more: Any = exif.get_ifd(0x8769)
    more[0x9003], more[0x9004] = "2024:05:06 07:08:09", "2024:05:06 07:08:10"
    more[0x9011], more[0x9012] = "+02:00", "+03:00"
    more[0x927C] = b"SECRET maker note"
    place: Any = exif.get_ifd(0x8825)
    place[0] = b"\x02\x03\0\0"
    place[1], place[2] = "S", (33.0, 51.0, 35.0)
    place[3], place[4] = "E", (151.0, 12.0, 40.0)
    place[6], place[29] = 712.5, "SECRET"
    return exif.tobytes().removeprefix(b"Exif\0\0")


def srgb() -> bytes:
    """Little CMS's own sRGB profile, without the time of its making."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return icc[:24] + bytes(12) + icc[36:]


def wide() -> bytes:
    """A profile of the same form whose red is another."""
    icc = bytearray(srgb())
    count = struct.unpack_from(">I", icc, 128)[0]
    for index in range(count):
        name, offset, _ = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        if name == b"rXYZ":
            struct.pack_into(">3i", icc, offset + 8, *(round(part * 65536) for part in (0.5151, 0.2412, -0.0011)))
    return bytes(icc)


def picture(size: tuple[int, int] = (24, 16), mode: str = "RGB", hue: int = 0) -> Image.Image:
    """A picture that looks different from every side."""
    image = Image.new(mode, size, (200, hue, 30, 128)[: len(mode)] if len(mode) > 1 else 90)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 2, size[1] // 3), fill=(10, 60, 220, 255)[: len(mode)] if len(mode) > 1 else 10)
    return image


def encoded(extension: str, image: Image.Image | None = None, **more: Any) -> bytes:
    out = io.BytesIO()
    if extension == ".avif":
        more.setdefault("speed", 10)
    (image or picture()).save(out, FORMATS[extension], **more)
    return out.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """After the start of the image."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """After the header."""
    return png[:33] + b"".join(chunks) + png[33:]


def raw_profile(name: str, profile: bytes) -> bytes:
    """ImageMagick's way to put a profile into a text, as the body of a zTXt chunk."""
    text = f"\n{name}\n{len(profile):8}\n{profile.hex()}\n"
    return f"Raw profile type {name}".encode() + b"\0\0" + zlib.compress(text.encode())


def full(extension: str, icc: bytes | None = None, orientation: int | None = 6) -> bytes:
    """A picture of a format with everything in it that the format can hold."""
    more: dict[str, Any] = {} if icc is None else {"icc_profile": icc}
    stream = tiff(orientation)
    if extension == ".jpg":
        jpeg = encoded(".jpg", exif=b"Exif\0\0" + stream, xmp=PACKET, comment=b"SECRET", **more)
        irb = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(RECORDS)) + RECORDS + bytes(len(RECORDS) % 2)
        later = segment(0xE5, b"SECRET") + segment(0xE2, b"FPXR\0SECRET")
        return with_segments(jpeg, segment(0xED, b"Photoshop 3.0\0" + irb), later) + b"SECRET after the end"
    if extension == ".png":
        xmp = b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET
        texts = (chunk(b"tEXt", b"Comment\0SECRET"), chunk(b"iTXt", xmp), chunk(b"tIME", b"\7\xe8\5\6\7\10\11"))
        png = with_chunks(encoded(".png", exif=stream, **more), *texts)
        return with_chunks(png, chunk(b"zTXt", raw_profile("iptc", RECORDS))) + b"SECRET after the end"
    if extension == ".gif":
        gif = encoded(".gif", picture().convert("P"), comment=b"SECRET")
        tail = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
        loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\0\0"
        return gif[:-1] + loop + b"\x21\xff\x0bXMP DataXMP" + PACKET + tail + b";SECRET after the end"
    # libavif takes the orientation out of Exif, and writes it as properties.
    return encoded(extension, exif=stream, xmp=PACKET, **more)


def pixels(data: bytes) -> list[tuple[tuple[int, int], bytes, Any]]:
    """Every frame as it is stored, with its time."""
    frames = []
    with Image.open(io.BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
            image.seek(number)
            frames.append((image.size, image.convert("RGBA").tobytes(), image.info.get("duration")))
    return frames
