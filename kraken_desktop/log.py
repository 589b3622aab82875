"""The log file of both front ends: what nobody expected goes there, and no secret does."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from io import TextIOWrapper
from pathlib import Path

from typing_extensions import override

LOG_FILE = "kraken-desktop.log"
_LOG_BYTES = 1_000_000
_LOG_FILES = 3

_HIDDEN = "[hidden]"
_SECRETS = (
    # A value after a name that says what it is, in JSON, Python, a query or a header.
    re.compile(
        r"""(?ix)((?:["']?[\w-]*(?:secret|password|token|api_?key|authorization|signature|credential)[\w-]*["']?)
        \s*[:=]\s*(?:Bearer\s+|Basic\s+)?)("[^"]*"|'[^']*'|[^\s,;&)}\]]+)"""
    ),
    re.compile(r"(://)([^/\s:@]+:[^/\s@]+)(?=@)"),  # a name and password in an address
    re.compile(r"()(\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b)"),  # AWS: access key IDs
    re.compile(r"()((?<![\w/+-])[A-Za-z0-9/+]{40}(?![\w/+=-]))"),  # AWS: secret access keys; Kraken.io's are hex
)


def redacted(text: str) -> str:
    """The text without what is, or looks like, a secret."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: found[1] + _HIDDEN, text)
    return text


class _Formatter(logging.Formatter):
    """Nothing reaches the file unread."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class _OwnersFile(logging.handlers.RotatingFileHandler):
    """For the owner's eyes, as all our files are: names of images are private too."""

    @override
    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)  # noqa: PTH123 - a descriptor


def start_log(folder: Path) -> logging.Handler | None:
    """Log to a file that never grows large and is made with its first line; None where it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _OwnersFile(
            folder / LOG_FILE,
            maxBytes=_LOG_BYTES,
            backupCount=_LOG_FILES,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",  # names of files that are no text
        )
    except OSError:
        return None
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    logger = logging.getLogger("kraken_desktop")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler


def stop_log(handler: logging.Handler) -> None:
    """Log to that file no more."""
    logging.getLogger("kraken_desktop").removeHandler(handler)
    handler.close()
