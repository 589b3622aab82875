"""The bytes behind an address, brought to this computer as a file that the engine can work on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import ScratchError, SourceEmptyError, UnsupportedTypeError
from kraken_desktop.model.image_types import HEAD_BYTES, ImageType, detect, may_need_more, sniff
from kraken_desktop.model.job import LARGEST_SOURCE, Source, SourceKind

if TYPE_CHECKING:
    from kraken_desktop.transport import Timeouts, Transport

ReceivedCallback = Callable[[int, int], None]
"""Called with the bytes that arrived, and of how many; 0 for the latter if nobody said."""

_FIRST_BYTES = 4096


def fetch(
    transport: Transport,
    source: Source,
    folder: Path,
    cancel: CancelToken,
    on_received: ReceivedCallback,
    *,
    timeouts: Timeouts | None = None,
) -> Source:
    """Fetch an address into a new file, and look what it is while it comes.

    Args:
        transport: whose proxies and trust apply.
        source: of the kind ``URL``. Only one that the person typed may lead into a private network.
        folder: where the file goes, and stays until the caller removes it; of a failure nothing is left.
        cancel: takes effect at once.
        on_received: hears of every piece, from this thread.
        timeouts: for tests; those of ``transport.fetch`` otherwise.

    Returns:
        The same source as a ``FILE``: ``location``, ``size``, ``mtime_ns`` and ``extension`` are those of what came.

    Raises:
        UnsupportedTypeError: it is no image; told by its first bytes, whatever the server says.
        SourceEmptyError: there are no bytes.
        SourceError: whatever else ``transport.fetch`` raises. ``path`` is the address in all of them.
        TransportError: one of its subclasses.
        ScratchError: the file cannot be written.
        CancelledError: the token was cancelled.
    """
    from kraken_desktop.transport.fetch import TIMEOUTS, fetch_address  # slow to import

    # No name of somebody else's, however harmless it looks, becomes a path here.
    path = folder / "fetched"
    try:
        with path.open("xb") as file:
            arriving = _Arriving(source, file, on_received)
            size = fetch_address(
                transport,
                source.location,
                arriving.take,
                trusted=source.typed,
                limit=LARGEST_SOURCE,
                cancel=cancel,
                timeouts=timeouts or TIMEOUTS,
            )
        if size == 0:
            raise SourceEmptyError(path=source.location)
        found = arriving.found()
        named = path.rename(path.with_suffix(found.extension))
        mtime_ns = named.stat().st_mtime_ns
    except OSError as error:
        raise ScratchError(path=str(path), reason=error.strerror or str(error)) from error
    finally:
        # Of a failure nothing is left, so that another try finds the place free.
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return replace(
        source,
        kind=SourceKind.FILE,
        location=str(named),
        size=size,
        mtime_ns=mtime_ns,
        extension=found.extension,
    )


class _Arriving:
    """Writes what comes, and ends the fetch as soon as its first bytes are those of no image."""

    def __init__(self, source: Source, file: BinaryIO, on_received: ReceivedCallback) -> None:
        self._source = source
        self._file = file
        self._on_received = on_received
        self._head = b""
        self._received = 0
        self._enough = _FIRST_BYTES
        self._found: ImageType | None = None

    def take(self, piece: bytes, announced: int) -> None:
        """One piece more, of so many bytes in all."""
        if self._found is None:
            self._head = (self._head + piece)[:HEAD_BYTES]
            # Asked twice at the most: markup that comes byte by byte must not be read from its start each time.
            if len(self._head) >= _FIRST_BYTES and self._enough == _FIRST_BYTES and may_need_more(self._head):
                self._enough = HEAD_BYTES
            if len(self._head) >= self._enough:
                self._found = self._sniffed()
        self._file.write(piece)
        self._received += len(piece)
        self._on_received(self._received, announced)

    def found(self) -> ImageType:
        """What it is. Raises ``UnsupportedTypeError``."""
        return self._found or self._sniffed()

    def _sniffed(self) -> ImageType:
        found = sniff(self._head, self._source.name)
        if found is None:
            detected = detect(self._head, self._source.name)
            raise UnsupportedTypeError(path=self._source.location, detected=detected)
        return found
