"""Small pictures of the sources that are in sight: decoded by the engine's children, kept while there is room."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPixmap

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.jobs import Background
from kraken_desktop.model.job import Source, SourceKind

if TYPE_CHECKING:
    from kraken_desktop.stores.thumbnail_cache import ThumbnailCache

_log = logging.getLogger(__name__)

MOST_KEPT = 600
MOST_WANTED = 64
"""Rows that scrolled by long ago need no picture any more."""
MOST_REFUSED = 20_000
_RADIUS = 8
_CHECKER = 6
"""Device-independent pixels of a square of the pattern."""
_LIGHT, _SHADE = QColor("#ffffff"), QColor("#e3e5e8")

_Key = tuple[str, int, int]

Decode = Callable[[str, int, CancelToken], bytes | None]
"""Path and size in, the square's pixels out: premultiplied, B G R A; None if there is no picture. Blocks."""


class Thumbnails(QObject):
    """Pictures by source. What is asked for last is fetched first: it is what the person looks at.

    Args:
        cache: where pictures outlive their sources, and this run.

    Signals:
        arrived: the picture of another source is there, of which this is the location (str).
    """

    arrived = Signal(str)

    def __init__(
        self,
        decode: Decode,
        background: Background,
        parent: QObject | None = None,
        cache: ThumbnailCache | None = None,
    ) -> None:
        super().__init__(parent)
        self._decode = decode
        self._cache = cache
        self._background = background
        self._kept: OrderedDict[_Key, QPixmap] = OrderedDict()
        self._refused: OrderedDict[_Key, None] = OrderedDict()
        self._wanted: OrderedDict[_Key, float] = OrderedDict()
        self._busy = False
        self._end = CancelToken()

    def close(self) -> None:
        """Fetch nothing any more, and give up what is being fetched."""
        self._end.cancel()

    def picture(self, source: Source, size: int, scale: float) -> QPixmap | None:
        """The picture of a source in device-independent pixels, or None; then it is fetched if that can help."""
        if source.kind is SourceKind.URL:
            return None
        pixels = round(size * scale)
        key = (source.location, source.mtime_ns or 0, pixels)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        if key not in self._refused:
            self._wanted[key] = scale
            self._wanted.move_to_end(key)
            while len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)
            self._next()
        return None

    def has_none(self, source: Source, size: int, scale: float) -> bool:
        """Whether it is known that a source has no picture to show, or never will have."""
        key = (source.location, source.mtime_ns or 0, round(size * scale))
        return source.kind is SourceKind.URL or key in self._refused

    def _next(self) -> None:
        if self._busy or not self._wanted or self._end.cancelled:
            return
        key, scale = self._wanted.popitem()
        self._busy = True
        path, mtime_ns, pixels = key
        decode = partial(self._decode, path, pixels, self._end)
        self._background.run(
            decode if self._cache is None else partial(self._cache.picture, path, mtime_ns, pixels, decode),
            partial(self._fetched, key, scale),
            partial(self._failed, key),
        )

    def _fetched(self, key: _Key, scale: float, pixels: bytes | None) -> None:
        self._busy = False
        if pixels is None or len(pixels) != 4 * key[2] * key[2]:
            self._refuse(key)
        else:
            self._kept[key] = _rounded(pixels, key[2], scale)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            self.arrived.emit(key[0])
        self._next()

    def _failed(self, key: _Key, error: Exception) -> None:
        self._busy = False
        _log.warning("no thumbnails: %s", type(error).__name__)
        self._refuse(key)
        self._next()

    def _refuse(self, key: _Key) -> None:
        self._refused[key] = None
        while len(self._refused) > MOST_REFUSED:
            self._refused.popitem(last=False)


def checkers(side: int) -> QPixmap:
    """The usual pattern that stands for transparency, light in every theme."""
    pattern = QPixmap(2 * side, 2 * side)
    pattern.fill(_LIGHT)
    painter = QPainter(pattern)
    for at in (0, side):
        painter.fillRect(at, at, side, side, _SHADE)
    painter.end()
    return pattern


def _filled(pixels: bytes, size: int) -> QRect:
    """What of a square is not empty: a picture that is no square leaves the rest of it free."""
    alpha = pixels[3::4]
    rows = [row for row in range(size) if any(alpha[row * size : (row + 1) * size])]
    columns = [column for column in range(size) if any(alpha[column::size])]
    if not rows:
        return QRect()
    return QRect(QPoint(columns[0], rows[0]), QPoint(columns[-1], rows[-1]))


def _rounded(pixels: bytes, size: int, scale: float) -> QPixmap:
    image = QImage(pixels, size, size, 4 * size, QImage.Format.Format_ARGB32_Premultiplied)
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    # Behind whatever is transparent: dark drawings must be seen on a dark ground too.
    for brush, area in (
        (QBrush(checkers(round(_CHECKER * scale))), _filled(pixels, size)),
        (QBrush(image), QRect(0, 0, size, size)),
    ):
        painter.setClipRect(area)
        painter.setBrush(brush)
        painter.drawRoundedRect(QRectF(0, 0, size, size), _RADIUS * scale, _RADIUS * scale)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
