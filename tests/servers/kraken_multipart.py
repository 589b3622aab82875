"""``multipart/form-data`` as Kraken.io needs it: ``data`` with the JSON first, then the file.

Read piece by piece, so that a server can misbehave, or refuse, before the file has come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.servers.kraken_params import RefusedError

_FILE_PARTS = frozenset({"upload", "file"})
_LARGEST_HEAD = 1024 * 1024
NO_JSON = "Incoming request body does not contain a valid JSON object"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadHead:
    """All that stands before the file's bytes."""

    parameters: dict[str, Any]
    file_name: str
    part_headers: dict[str, dict[str, str]]
    """By the part's name; header names in lower case."""
    rest: bytes
    """What of the file was read along."""
    tail: bytes
    """What must stand after the file."""


def parse_json(text: bytes) -> dict[str, Any]:
    """A JSON object. Raises RefusedError 400."""
    try:
        told = json.loads(text)
    except ValueError:
        raise RefusedError(400, NO_JSON) from None
    if not isinstance(told, dict):
        raise RefusedError(400, NO_JSON)
    return told


def read_head(content_type: str, read_piece: Callable[[], bytes]) -> UploadHead:
    """Read up to the file's first byte.

    Raises:
        RefusedError: 400, it is not laid out as the documentation says.
    """
    found = re.fullmatch(r'multipart/form-data;\s*boundary="?([^";]{1,70})"?', content_type)
    if found is None:
        raise RefusedError(400, NO_JSON)
    delimiter = b"\r\n--" + found[1].encode("latin-1")
    received = b"\r\n"

    def read_until(mark: bytes) -> bytes:
        nonlocal received
        while mark not in received:
            piece = read_piece()
            if not piece or len(received) > _LARGEST_HEAD:
                raise RefusedError(400, NO_JSON)
            received += piece
        before, _, received = received.partition(mark)
        return before

    def read_part_headers() -> tuple[str, str | None, dict[str, str]]:
        lines = read_until(b"\r\n\r\n").decode("utf-8", "replace").strip().split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        disposition = headers.get("content-disposition", "")
        name = re.search(r'\bname="([^"]*)"', disposition)
        file_name = re.search(r'\bfilename="([^"]*)"', disposition)
        return name[1] if name else "", file_name[1] if file_name else None, headers

    if read_until(delimiter) != b"":
        raise RefusedError(400, NO_JSON)
    name, file_name, data_headers = read_part_headers()
    if name != "data" or file_name is not None:
        raise RefusedError(400, NO_JSON)
    parameters = parse_json(read_until(delimiter))
    name, file_name, file_headers = read_part_headers()
    if name not in _FILE_PARTS or not file_name:
        raise RefusedError(400, "Incoming request body does not contain a file with a name")
    return UploadHead(
        parameters=parameters,
        file_name=file_name.replace("\\", "/").rpartition("/")[2],
        part_headers={"data": data_headers, name: file_headers},
        rest=received,
        tail=delimiter + b"--\r\n",
    )


def without_tail(received: bytes, tail: bytes) -> bytes:
    """The file alone. Raises RefusedError 400 if the body does not end as it must."""
    for ending in (tail, tail.removesuffix(b"\r\n")):
        if received.endswith(ending):
            return received[: -len(ending)]
    raise RefusedError(400, NO_JSON)
