"""HTTP, once for everybody: streamed bodies, honest progress, and cancelling that wakes a blocked socket.

``requests`` does the protocol; ``connections`` adds below it what it lacks. A body is sent piece by piece as it is
read, so memory does not grow with the file, and each piece counts against the time limit by itself.
"""

from kraken_desktop.transport.bodies import PIECE, Body, BytesBody, FileBody, SentCallback
from kraken_desktop.transport.session import Answer, Timeouts, Transport, system_proxies

__all__ = [
    "PIECE",
    "Answer",
    "Body",
    "BytesBody",
    "FileBody",
    "SentCallback",
    "Timeouts",
    "Transport",
    "system_proxies",
]
