"""Web addresses of images: which can be used, what they are called, and which of them are the same. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from kraken_desktop.model.errors import UnsupportedTypeError

_PORTS = {"http": 80, "https": 443}
_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""Left as they are in paths and queries: reserved characters, and what is encoded already (RFC 3986)."""

_KINDS: dict[str, tuple[str, ...]] = {
    "html": (".html", ".htm", ".xhtml", ".shtml"),
    "pdf": (".pdf",),
    "zip": (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar"),
    "archive": (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst"),
    "video": (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm", ".wmv"),
    "audio": (".aac", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma"),
    "text": (".css", ".csv", ".js", ".json", ".md", ".txt"),
    "xml": (".atom", ".rss", ".xml"),
    "bmp": (".bmp",),
    "tiff": (".tif", ".tiff"),
    "ico": (".cur", ".ico"),
    "psd": (".psd",),
    "jxl": (".jxl",),
    "jp2": (".j2k", ".jp2", ".jpx"),
    "eps": (".eps", ".ps"),
    "svgz": (".svgz",),
    "raw": (".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"),
}
_KIND_BY_EXTENSION = {extension: kind for kind, extensions in _KINDS.items() for extension in extensions}


def problem_of(url: str) -> UnsupportedTypeError | None:
    """Why an address cannot be that of an image; None for one that may be. What its name claims counts.

    A name that claims nothing, such as that of a page or a script, may stand for anything.
    """
    parts = usable(url)
    if "@" in (parts.netloc if parts is not None else url.partition("://")[2].partition("/")[0]) or (
        parts is None and has_odd_login(url)
    ):
        return UnsupportedTypeError(path=url.rpartition("@")[2], detected="address_with_password")
    if parts is None:
        return UnsupportedTypeError(path=url, detected="address")
    kind = _KIND_BY_EXTENSION.get(extension_of(name_of(url)), "")
    return UnsupportedTypeError(path=url, detected=kind) if kind else None


def has_odd_login(url: str) -> bool:
    """Whether what stands before the first ``@`` may be a user and a password, whatever characters are in them.

    A colon tells: it is none of a port, with an ``@`` in the path.
    """
    login, at, _ = url.partition("://")[2].partition("@")
    return bool(at) and re.search(r":(?![0-9]+/)", login) is not None


def usable(url: str) -> SplitResult | None:
    """The parts of a complete http or https address; None for anything else. It may hold a password."""
    if not url.isprintable() or re.search(r"[\s\\<>\"]", url):
        return None
    try:
        parts = urlsplit(ascii_form(url))
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if good else None


def name_of(url: str) -> str:
    """The last part of a usable address's path, decoded; the host where there is none.

    ``_`` stands for bytes that are no character.
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    name = unquote(segments[-1], errors="surrogateescape") if segments else parts.hostname or ""
    return re.sub(r"[\ud800-\udfff]", "_", name)


def extension_of(name: str) -> str:
    """What follows the last dot, in lower case and with the dot; empty without one."""
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def ascii_form(url: str) -> str:
    """The address as it is sent: an international host name in IDNA, other letters percent-encoded.

    One that is ASCII already comes back as it is.

    Raises:
        ValueError: the host cannot be written so.
    """
    if url.isascii():
        return url
    parts = urlsplit(url)
    netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    path, query, fragment = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def same_form(url: str) -> str:
    """Equal for two usable addresses that ask a server for the same thing."""
    parts = urlsplit(ascii_form(url))
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{shown}{port}", parts.path or "/", parts.query, ""))
