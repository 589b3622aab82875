"""Reads what is dropped or pasted: files, folders, addresses, and images without a file.

Nothing of it was typed, so none of its addresses may lead into a private network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage
from typing_extensions import override

from kraken_desktop.model.address_text import Line, is_data, lines_of
from kraken_desktop.model.data_address import decoded
from kraken_desktop.model.image_types import HEAD_BYTES, IMAGE_TYPES, extension_by_name, sniff
from kraken_desktop.model.web_address import name_of, problem_of

GNOME_FILES = "x-special/gnome-copied-files"
"""What file managers of GNOME and Xfce put on the clipboard: ``copy`` or ``cut``, then a URL a line."""
RAW_BYTES = "application/octet-stream"
"""Chromium's, of a dragged image: the bytes of the original file."""
_PLACEHOLDER_NAME = "pasted"
_LONGEST_PAGE = 8 * 1024 * 1024
"""Characters of HTML that are looked through for images."""
_SOON = 16 * 1024
"""Characters that take no longer than a frame to be looked through."""
_PIECE = 64 * 1024
"""Characters after which somebody may have lost interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """An image that has no file yet."""

    name: str
    """With its extension; ``pasted`` where nobody gave it a name."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one program offers of the same thing in several forms, without files; the best of it is used."""

    page: str = field(default="", repr=False)
    """HTML."""
    addresses: tuple[str, ...] = ()
    blob: Blob | None = None
    """The original bytes, under no name of their own."""
    image: QImage | None = field(default=None, compare=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What came in one drop or paste."""

    things: tuple[str, ...] = ()
    """Paths, and http(s) addresses."""
    blobs: tuple[Blob, ...] = ()
    embedded: tuple[str, ...] = field(default=(), repr=False)
    """``data:`` addresses, which hold an image and may be long: for a worker, see :func:`unpacked`."""
    image: QImage | None = field(default=None, compare=False)
    """Pixels of the clipboard that nobody has encoded yet: for a worker, see :func:`encoded`."""
    offer: Offer | None = None
    """Instead of all else: a long text that nobody has looked through yet; for a worker, see :func:`looked_through`."""
    left: tuple[Line, ...] = ()
    """Lines of a text that are neither addresses nor paths."""
    typed: bool = False
    """The person typed the addresses among the things."""

    def __bool__(self) -> bool:
        return bool(self.things or self.blobs or self.embedded or self.offer) or self.image is not None

    def __len__(self) -> int:
        return len(self.things) + len(self.blobs) + len(self.embedded) + (self.image is not None)


def may_hold_images(mime: QMimeData) -> bool:
    """Whether it is worth a look, without touching the data: asked while something hovers over the window."""
    if mime.hasUrls() or mime.hasImage() or mime.hasHtml() or mime.hasFormat(GNOME_FILES):
        return True
    return any(mime.hasFormat(kind.mime) for kind in IMAGE_TYPES) or mime.hasText()


def read(mime: QMimeData | None) -> Incoming:
    """Take what can be used; nothing is opened or looked at on the disk. None is an empty clipboard."""
    if mime is None:
        return Incoming()
    urls = list(mime.urls())
    local = tuple(url.toLocalFile() for url in urls if url.isLocalFile())
    if local:
        return Incoming(things=local + tuple(_web(urls)))
    if mime.hasFormat(GNOME_FILES):
        files = tuple(_gnome_files(_bytes(mime, GNOME_FILES)))
        if files:
            return Incoming(things=files)
    blob, addresses, image, text = _blob(mime), tuple(_web(urls)), None, ""
    if blob is None and not addresses:
        pixels = mime.imageData() if mime.hasImage() else None
        image = pixels if isinstance(pixels, QImage) and not pixels.isNull() else None
        text = mime.text() if image is None and mime.hasText() else ""
    page = mime.html()[:_LONGEST_PAGE] if image is None and mime.hasHtml() else ""
    offer = Offer(page=page, addresses=addresses, blob=blob, image=image, text=text)
    return Incoming(offer=offer) if len(page) + len(text) > _SOON else looked_through(offer)


def looked_through(offer: Offer, cancelled: Callable[[], bool] = lambda: False) -> Incoming:
    """The best of what is offered. Slow if there is much text: then not for the window's thread.

    Args:
        cancelled: asked often; once it says yes, what was found by then is all.
    """
    pictures = tuple(_pictures(offer.page, cancelled))
    if offer.blob is not None:
        # The address may be that of a link around the image.
        return Incoming(blobs=(_named(offer.blob, pictures if len(pictures) == 1 else offer.addresses),))
    if offer.addresses:
        # An image within a link is dragged with the link's address.
        is_link = pictures and not any(map(_may_be_image, offer.addresses))
        return of_addresses(pictures if is_link else offer.addresses)
    if offer.image is not None:
        return Incoming(image=offer.image)
    return of_addresses(pictures) if pictures else _of_text(offer.text)


def of_addresses(addresses: Iterable[str], *, typed: bool = False, left: tuple[Line, ...] = ()) -> Incoming:
    """Addresses, paths among them; a ``data:`` address is the image that it holds."""
    things: list[str] = []
    embedded: list[str] = []
    for address in addresses:
        (embedded if is_data(address) else things).append(address)
    return Incoming(things=tuple(things), embedded=tuple(embedded), typed=typed, left=left)


def unpacked(address: str) -> Blob:
    """The image in a ``data:`` address. Slow if it is long: not for the window's thread."""
    data = decoded(address)
    found = sniff(data[:HEAD_BYTES], "")
    return Blob(name=f"{_PLACEHOLDER_NAME}{found.extension if found is not None else ''}", data=data)


def encoded(image: QImage) -> Blob:
    """Pixels as a PNG file, losing nothing. Slow: not for the window's thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub knows str, Qt takes str
    buffer.close()
    return Blob(name=f"{_PLACEHOLDER_NAME}.png", data=bytes(data.data()))


def _blob(mime: QMimeData) -> Blob | None:
    """The original bytes, if somebody offers them."""
    for kind in (RAW_BYTES, *(each.mime for each in IMAGE_TYPES)):
        if not mime.hasFormat(kind):
            continue
        data = _bytes(mime, kind)
        found = sniff(data[:HEAD_BYTES], "") if data else None
        if found is not None:
            return Blob(name=f"{_PLACEHOLDER_NAME}{found.extension}", data=data)
    return None


def _named(blob: Blob, addresses: Sequence[str]) -> Blob:
    """The same bytes under the name that their address has."""
    named = next((each for each in addresses if problem_of(each) is None), "")
    stem = Path(name_of(named)).stem if named else ""
    return replace(blob, name=f"{stem}{Path(blob.name).suffix}") if stem else blob


def _web(urls: Iterable[QUrl]) -> Iterator[str]:
    for url in urls:
        if url.scheme() in {"http", "https", "data"}:
            yield bytes(url.toEncoded().data()).decode("ascii", "replace")


def _gnome_files(data: bytes) -> Iterator[str]:
    lines = data.decode("utf-8", "replace").splitlines()
    for line in lines[1:] if lines[:1] in (["copy"], ["cut"]) else lines:
        url = QUrl.fromEncoded(QByteArray(line.strip().encode()))
        if url.isLocalFile():
            yield url.toLocalFile()


def _of_text(text: str) -> Incoming:
    """Lines that are addresses or absolute paths; prose is no drop."""
    found: list[str] = []
    left: list[Line] = []
    for line in lines_of(text):
        if line.addresses or line.refused:
            # The latter too: each gets a row that says why.
            found += (*line.addresses, *line.refused)
        elif line.text.lower().startswith("file:/") or Path(line.text).is_absolute():
            found.append(line.text)
        else:
            left.append(line)
    return of_addresses(found, left=tuple(left))


class _Pictures(HTMLParser):
    """Notes where the images of a page are."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = (dict(attrs).get("src") or "").strip() if tag == "img" else ""
        # Relative ones lead nowhere without their page, and files were a drop of files.
        if is_data(address) or address.lower().startswith(("http://", "https://")):
            self.addresses.append(address)


def _pictures(page: str, cancelled: Callable[[], bool]) -> Iterator[str]:
    """The images in a piece of HTML, each once."""
    parser = _Pictures()
    begin = 0
    while begin < len(page) and not cancelled():
        # Up to where a tag begins: a tag in two pieces, with an image in it, would be gone through again and again.
        end = page.find("<", begin + _PIECE)
        end = len(page) if end < 0 else end
        parser.feed(page[begin:end])
        begin = end
    yield from dict.fromkeys(parser.addresses)


def _may_be_image(address: str) -> bool:
    return is_data(address) or (problem_of(address) is None and bool(extension_by_name(name_of(address))))


def _bytes(mime: QMimeData, kind: str) -> bytes:
    return bytes(mime.data(kind).data())
