"""What a file is, by its first bytes. Its name may lie: a wrong extension is common, and harmless here.

Pure: whoever calls has read the bytes. Sources of the signatures: the specifications of the formats (JPEG,
PNG, GIF, WebP container, ISO base media file format with its registered brands, TIFF, PDF, SVG, ...).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

HEAD_BYTES = 64 * 1024
"""So many bytes are enough for every type; SVG files may begin with long comments and declarations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageType:
    """A type of image that can be worked on."""

    name: str
    extension: str
    """With its dot, lower case."""
    mime: str


JPEG = ImageType(name="JPEG", extension=".jpg", mime="image/jpeg")
PNG = ImageType(name="PNG", extension=".png", mime="image/png")
GIF = ImageType(name="GIF", extension=".gif", mime="image/gif")
WEBP = ImageType(name="WebP", extension=".webp", mime="image/webp")
AVIF = ImageType(name="AVIF", extension=".avif", mime="image/avif")
HEIC = ImageType(name="HEIC", extension=".heic", mime="image/heic")
SVG = ImageType(name="SVG", extension=".svg", mime="image/svg+xml")

IMAGE_TYPES = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, SVG)

_MIME_BY_EXTENSION = {kind.extension: kind.mime for kind in IMAGE_TYPES}
_OUR_EXTENSIONS = frozenset({".avif", ".gif", ".heic", ".jpg", ".png", ".svg", ".webp"})

IMAGE_EXTENSIONS = frozenset(
    {
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".apng",
        ".gif",
        ".webp",
        ".avif",
        ".heic",
        ".heif",
        ".hif",
        ".svg",
    }
)
"""The endings by which a file claims to be one of these images."""

OTHER_IMAGES = frozenset({"bmp", "tiff", "raw", "jxl", "jp2", "ico", "psd", "svgz", "eps"})
"""Codes of :func:`detect` that stand for images, though not for ones that we can work on."""

OTHER_FILES = frozenset({"pdf", "video", "audio", "zip", "archive", "html", "xml", "text"})
"""The other codes of :func:`detect`."""

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"8BPS", "psd"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"\0\0\x01\0", "ico"),
    (b"\0\0\x02\0", "ico"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIRS", "raw"),
    (b"IIU\0", "raw"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"%!PS", "eps"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"\x1a\x45\xdf\xa3", "video"),
    (b"\0\0\x01\xba", "video"),
    (b"FLV\x01", "video"),
    (b"ID3", "audio"),
    (b"fLaC", "audio"),
    (b"OggS", "audio"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"BZh", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
)

# Raw photos are TIFF files by their bytes; only the name tells.
_RAW_EXTENSIONS = (".dng", ".nef", ".nrw", ".cr2", ".arw", ".sr2", ".pef", ".3fr", ".iiq", ".srw", ".rwl")

# What may stand before the root. Atomic throughout: no file, however mean, makes it go back and forth.
_MARKUP = re.compile(
    r"""\s*+(?:
        <\?(?>.*?\?>)
      | <!--(?>.*?-->)
      | <!DOCTYPE\b(?!\s+html\b) (?> [^\[<>"'] | "[^"]*" | '[^']*' )*+
            (?: \[ (?> <!--.*?--> | "[^"]*" | '[^']*' | (?!<!--)[^\]"'] )*+ \] \s*+ )? >
    )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SVG_ROOT = re.compile(r"\s*<(?:[A-Za-z_][\w.-]*:)?svg[\s/>]")
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|meta|title|script|div|table|h1|p)\b", re.IGNORECASE)
_XML = re.compile(r"\s*<(?:\?xml|!doctype|!--|[A-Za-z_][\w.:-]*[\s/>])", re.IGNORECASE)

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def extension_by_name(name: str) -> str:
    """The extension that a name claims, as ``ImageType`` spells it; empty if it claims no type of ours."""
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    told = {".jpeg": ".jpg", ".jpe": ".jpg", ".heif": ".heic"}.get(suffix, suffix)
    return told if told in _OUR_EXTENSIONS else ""


def content_type(extension: str) -> str:
    """The MIME type of one of our extensions, with its dot. Raises KeyError for any other."""
    return _MIME_BY_EXTENSION[extension]


def sniff(head: bytes, name: str = "") -> ImageType | None:  # noqa: ARG001 - for types that only a name tells
    """The type of an image by its first bytes (``HEAD_BYTES`` are enough); None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _heif_type(head)
    text = _text(head)
    return SVG if text is not None and _is_svg(text) else None


def detect(head: bytes, name: str) -> str:
    """What a file that is no image for us seems to be, as a code for ``messages``; empty if nobody knows."""
    for signature, code in _SIGNATURES:
        if head.startswith(signature):
            return "raw" if code == "tiff" and _is_raw(head, name) else code
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if head.startswith(b"\x1f\x8b"):
        return "svgz" if name.lower().endswith((".svgz", ".svg")) else "archive"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _media(head) or _markup(head)


def may_need_more(head: bytes) -> bool:
    """Whether only more bytes can tell: markup whose root is not in sight yet."""
    text = _text(head)
    return text is not None and text.lstrip().startswith("<") and not _is_svg(text)


def _brands(head: bytes) -> tuple[bytes, frozenset[bytes]]:
    """The major brand and all brands of an ISO base media file."""
    end = min(max(int.from_bytes(head[:4], "big"), 16), len(head), 1024)
    compatible = frozenset(head[start : start + 4] for start in range(16, end - 3, 4))
    return head[8:12], compatible | {head[8:12]}


def _heif_type(head: bytes) -> ImageType | None:
    major, brands = _brands(head)
    if major in _AVIF_BRANDS:
        return AVIF
    if major in _HEIC_BRANDS:
        return HEIC
    # The major brand is the general one, or somebody's own: the codec stands among the others.
    if brands & _AVIF_BRANDS:
        return AVIF
    return HEIC if brands & (_HEIC_BRANDS | _HEIF_BRANDS) else None


def _media(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return {b"AVI ": "video", b"WAVE": "audio"}.get(head[8:12], "")
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return "video"
    return _media_of_brand(_brands(head)[0]) if head[4:8] == b"ftyp" else ""


def _markup(head: bytes) -> str:
    text = _text(head)
    if text is None:
        return ""
    if _HTML.match(text, _root_at(text)):
        return "html"
    return "xml" if _XML.match(text) else "text"


def _media_of_brand(major: bytes) -> str:
    if major == b"crx ":
        return "raw"
    if major == b"jxl ":
        return "jxl"
    if major in {b"jp2 ", b"jpx ", b"jpm "}:
        return "jp2"
    return "audio" if major in {b"M4A ", b"M4B "} else "video"


def _is_raw(head: bytes, name: str) -> bool:
    return head[8:10] == b"CR" or name.lower().endswith(_RAW_EXTENSIONS)


def _text(head: bytes) -> str | None:
    """The bytes as text, if that is what they are; a character cut at the end does not matter."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head[len(bom) :])
    if not head or re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", head):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        # An old encoding, which an XML declaration may name: the markup itself is ASCII all the same.
        return head.decode("latin-1")


def _root_at(text: str) -> int:
    """Where declarations and comments end."""
    start = 0
    while (found := _MARKUP.match(text, start)) is not None:
        start = found.end()
    return start


def _is_svg(text: str) -> bool:
    return _SVG_ROOT.match(text, _root_at(text)) is not None
