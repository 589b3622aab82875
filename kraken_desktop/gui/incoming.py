"""Reads what is dropped or pasted: files, folders, addresses, and images without a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage

from kraken_desktop.model.image_types import HEAD_BYTES, IMAGE_TYPES, sniff

GNOME_FILES = "x-special/gnome-copied-files"
"""What file managers of GNOME and Xfce put on the clipboard: ``copy`` or ``cut``, then a URL a line."""
RAW_BYTES = "application/octet-stream"
"""Chromium's, of a dragged image: the bytes of the original file."""
_PLACEHOLDER_NAME = "pasted"
_LONGEST_LINE = 4096
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """An image that has no file yet."""

    name: str
    """With its extension; ``pasted`` where nobody gave it a name."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What came in one drop or paste."""

    things: tuple[str, ...] = ()
    """Paths, and http(s) addresses."""
    blobs: tuple[Blob, ...] = ()
    image: QImage | None = field(default=None, compare=False)
    """Pixels of the clipboard that nobody has encoded yet: for a worker, see :func:`encoded`."""

    def __bool__(self) -> bool:
        return bool(self.things or self.blobs) or self.image is not None

    def __len__(self) -> int:
        return len(self.things) + len(self.blobs) + (self.image is not None)


def may_hold_images(mime: QMimeData) -> bool:
    """Whether it is worth a look, without touching the data: asked while something hovers over the window."""
    if mime.hasUrls() or mime.hasImage() or mime.hasFormat(GNOME_FILES):
        return True
    return any(mime.hasFormat(kind.mime) for kind in IMAGE_TYPES) or mime.hasText()


def read(mime: QMimeData) -> Incoming:
    """Take what can be used; nothing is opened or looked at on the disk."""
    urls = list(mime.urls())
    local = tuple(url.toLocalFile() for url in urls if url.isLocalFile())
    if local:
        return Incoming(things=local + tuple(_web(urls)))
    if mime.hasFormat(GNOME_FILES):
        files = tuple(_gnome_files(_bytes(mime, GNOME_FILES)))
        if files:
            return Incoming(things=files)
    blob = _blob(mime, urls)
    if blob is not None:
        return Incoming(blobs=(blob,))
    addresses = tuple(_web(urls))
    if addresses:
        return Incoming(things=addresses)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Incoming(image=image)
    return Incoming(things=tuple(_from_text(mime.text()))) if mime.hasText() else Incoming()


def encoded(image: QImage) -> Blob:
    """Pixels as a PNG file, losing nothing. Slow: not for the window's thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub knows str, Qt takes str
    buffer.close()
    return Blob(name=f"{_PLACEHOLDER_NAME}.png", data=bytes(data.data()))


def _blob(mime: QMimeData, urls: Iterable[QUrl]) -> Blob | None:
    """The original bytes, if somebody offers them, under the name that the address has."""
    for kind in (RAW_BYTES, *(each.mime for each in IMAGE_TYPES)):
        if not mime.hasFormat(kind):
            continue
        data = _bytes(mime, kind)
        found = sniff(data[:HEAD_BYTES], "") if data else None
        if found is not None:
            address = next(iter(urls), None)
            stem = Path(unquote(urlsplit(address.toString()).path)).stem if address is not None else ""
            return Blob(name=f"{stem or _PLACEHOLDER_NAME}{found.extension}", data=data)
    return None


def _web(urls: Iterable[QUrl]) -> Iterator[str]:
    for url in urls:
        if url.scheme() in {"http", "https"}:
            yield bytes(url.toEncoded().data()).decode("ascii", "replace")


def _gnome_files(data: bytes) -> Iterator[str]:
    lines = data.decode("utf-8", "replace").splitlines()
    for line in lines[1:] if lines[:1] in (["copy"], ["cut"]) else lines:
        url = QUrl.fromEncoded(QByteArray(line.strip().encode()))
        if url.isLocalFile():
            yield url.toLocalFile()


def _from_text(text: str) -> Iterator[str]:
    """Lines that are addresses or absolute paths; prose is no drop."""
    for line in text.splitlines()[:_MOST_LINES]:
        told = line.strip()
        if not told or len(told) > _LONGEST_LINE:
            continue
        if told.lower().startswith(("http://", "https://", "file:/")):
            if " " not in told:
                yield told
        elif Path(told).is_absolute():
            yield told


def _bytes(mime: QMimeData, kind: str) -> bytes:
    return bytes(mime.data(kind).data())
