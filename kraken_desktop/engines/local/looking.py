"""What thumbnails and views have in common: a source that is only looked at. Only ever loaded in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyvips

from kraken_desktop.engines.local import headers, source_file
from kraken_desktop.engines.local.child import Announce
from kraken_desktop.engines.local.headers import Header
from kraken_desktop.engines.local.protocol import Limits, Started
from kraken_desktop.model.errors import ImageBrokenError

# Operations that libvips remembers would only fill the memory of a child that never repeats one.
pyvips.cache_set_max(0)


@contextmanager
def opened(path: str, limits: Limits, announce: Announce) -> Iterator[tuple[bytes, Header]]:
    """The bytes of a source, and its header.

    Raises:
        SourceError: the source cannot be read.
        EngineError: one of its subclasses; what libvips says of the pixels, too.
    """
    data = source_file.read(path)
    header = headers.read(data, path, limits)
    announce(Started(megapixels=header.width * header.height / 1e6))
    try:
        yield data, header
    except pyvips.Error as error:
        raise ImageBrokenError(path=path, reason=str(error).strip()[:300]) from error
