"""The child process that decodes pictures for the list. It may be killed, and may die, at any time.

Only this process ever decodes what a person dropped: a file that exploits, hangs or fills a decoder costs the
child, which starts anew. It imports Qt's decoders and nothing of the program.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from PySide6.QtCore import QMessageLogContext, QRect, QSize, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QImage, QImageReader

LARGEST_IMAGE_MB = 320
"""Megabytes of one decoded picture: 80 million pixels."""
LARGEST_CHILD = 3 * 1024**3
"""Bytes of address space of the child, where the system has such a limit."""
_FORMAT = QImage.Format.Format_ARGB32_Premultiplied

Request = tuple[str, int]
"""A path, and the wanted size in pixels, both ways."""


def serve(connection: Connection) -> None:
    """Answer requests with the pixels of a square picture, or with None, until the other end closes."""
    _limit_memory()
    # What a decoder thinks of a broken file is no news for a terminal.
    qInstallMessageHandler(_say_nothing)
    QImageReader.setAllocationLimit(LARGEST_IMAGE_MB)
    # Texts in SVG files need the fonts of an application.
    application = QGuiApplication([sys.argv[0], "-platform", "offscreen"])
    try:
        while True:
            path, size = connection.recv()
            image = thumbnail(path, size)
            connection.send_bytes(b"" if image is None else bytes(image.constBits()))
    except (EOFError, OSError, KeyboardInterrupt):
        del application


def thumbnail(path: str, size: int) -> QImage | None:
    """A square of ``size`` pixels: photos are cropped to fill it, pictures with transparency fit in."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    full = reader.size()
    if full.isValid() and max(full.width(), full.height()) > 2 * size:
        # Twice the size and a smooth step after it looks better, and decoders of JPEG do it nearly for nothing.
        reader.setScaledSize(full.scaled(QSize(2 * size, 2 * size), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        return None
    return squared(image, size)


def squared(image: QImage, size: int) -> QImage:
    """The picture in a square of ``size`` pixels, never enlarged."""
    fits = image.hasAlphaChannel()
    mode = Qt.AspectRatioMode.KeepAspectRatio if fits else Qt.AspectRatioMode.KeepAspectRatioByExpanding
    if image.width() > size or image.height() > size:
        image = image.scaled(QSize(size, size), mode, Qt.TransformationMode.SmoothTransformation)
    # Beyond its edges a copy is transparent.
    place = QRect((image.width() - size) // 2, (image.height() - size) // 2, size, size)
    return image.convertToFormat(_FORMAT).copy(place)


def _say_nothing(_kind: QtMsgType, _context: QMessageLogContext, _text: str) -> None:
    return


def _limit_memory() -> None:
    try:
        import resource  # not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_CHILD, LARGEST_CHILD))
