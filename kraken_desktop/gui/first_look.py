"""How the window will look once it is complete: a picture that the last start left, if all that it showed still holds.

To draw letters, icons and styled buttons takes longer than all that an empty window does. So the program keeps a
picture of its own empty window, as telephones do for their programs, and paints that until the real one is there. Where
something that the picture depends on is another now, or there is no picture, an outline has to do.

Loaded before the window is there, so it loads little itself. The file is in the cache folder, in three lines and the
pixels, compressed: a magic word, the facts that hold also if the picture does not, and what the picture depends on.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from kraken_desktop import __version__
from kraken_desktop.gui.window_state import WindowState

FILE = "first-look"
_MAGIC = b"kraken-desktop first look 1"
_LARGEST = 16 * 1024 * 1024
"""Bytes of a picture: a larger one would take longer to unpack than the outline is worth improving on."""
_DENSEST = 16
"""Pixels for one that does not depend on the device; no screen has so many."""
_MIDDLE = 128
"""Between the darkest color and the lightest."""
_BAR = 58
"""Device-independent pixels: the top bar with usual letters."""


class FirstLook(NamedTuple):
    """What can be said before anything is loaded."""

    desktop_dark: bool
    """Whether Qt, at the start, took the desktop for a dark one."""
    dark: bool
    """Whether the window is, which may follow another word of the desktop."""
    bar: int = _BAR
    """Height of the top bar, in device-independent pixels."""
    picture: QImage | None = None
    """In RGB32; the size of the window that it is for is its own."""


def desktop_is_dark() -> bool:
    """What Qt takes the desktop for, before the program has chosen colors of its own.

    By its colors: the enumerations that the style hints speak in take a tenth of the whole start to load.
    """
    return QGuiApplication.palette().window().color().lightness() < _MIDDLE


def basis(window: QWidget, settings_file: Path, state: WindowState) -> str:
    """What the picture of a window depends on, in one line, but for its size.

    Args:
        window: on the screen that it is for.
    """
    try:
        found = os.stat(settings_file)  # noqa: PTH116 - no object for one number
        stamp = f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"
    except OSError:
        stamp = "none"
    facts = (
        __version__,
        qVersion(),
        QLocale().name(),
        QGuiApplication.font().toString(),
        str(window.devicePixelRatioF()),
        stamp,
        state.profile_id,
        state.welcome,
    )
    return repr(facts)


def read(path: Path, basis: str) -> FirstLook:
    """What the last start left; the usual outline if it left nothing that can be read."""
    desktop_dark = desktop_is_dark()
    usual = FirstLook(desktop_dark=desktop_dark, dark=desktop_dark)
    try:
        magic, facts, kept, packed = path.read_bytes().split(b"\n", 3)
        *numbers, density = facts.split()
        desktop_was, was, bar, width, height = map(int, numbers)
        ratio = float(density)
    except (OSError, ValueError):
        return usual
    if magic != _MAGIC or bool(desktop_was) is not desktop_dark:
        return usual
    look = FirstLook(desktop_dark=desktop_dark, dark=bool(was), bar=bar)
    if not 0 < ratio < _DENSEST or kept != basis.encode(errors="backslashreplace"):
        return look
    picture = _unpacked(packed, width, height)
    picture.setDevicePixelRatio(ratio)
    return look._replace(picture=None if picture.isNull() else picture)


def _unpacked(packed: bytes, width: int, height: int) -> QImage:
    size = width * height * 4
    if not 0 < size <= _LARGEST:
        return QImage()
    try:
        pixels = zlib.decompressobj().decompress(packed, size)
    except zlib.error:
        return QImage()
    if len(pixels) != size:
        return QImage()
    # The copy owns its pixels.
    return QImage(pixels, width, height, width * 4, QImage.Format.Format_RGB32).copy()


def writer(look: FirstLook, basis: str) -> Callable[[Path], None]:
    """What writes it down, and may take its time: for a worker. It raises ``OSError``.

    Args:
        basis: what :func:`basis` says now.
    """
    picture = look.picture
    if picture is None or picture.sizeInBytes() > _LARGEST:
        picture = QImage()
    sizes = (look.bar, picture.width(), picture.height(), picture.devicePixelRatio())
    facts = (int(look.desktop_dark), int(look.dark), *sizes)
    head = (_MAGIC, " ".join(map(str, facts)).encode(), basis.encode(errors="backslashreplace"))
    pixels = b"" if picture.isNull() else bytes(picture.constBits())

    def write(path: Path) -> None:
        from kraken_desktop.stores import atomic_file  # after the first paint

        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_file.replace(path, b"\n".join((*head, zlib.compress(pixels, 1))))

    return write
