"""What Kraken.io takes: every parameter of a request checked, and refused with a text that names it.

Source: Kraken.io docs (parameters, storage, HTTP status codes). Where they say nothing, this is strict.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

METADATA_GROUPS = frozenset({"profile", "date", "copyright", "geotag", "orientation"})
SAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
FORMATS = ("jpeg", "png", "gif", "webp", "avif")
_COLOR = re.compile(
    r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})|rgb\((\s*\d{1,3}\s*,){2}\s*\d{1,3}\s*\)"
    r"|rgba\((\s*\d{1,3}\s*,){3}\s*(0|1|0?\.\d+)\s*\)"
)
_SIDES = {
    "exact": {"width", "height"},
    "portrait": {"height"},
    "landscape": {"width"},
    "auto": {"width", "height"},
    "fit": {"width", "height"},
    "crop": {"width", "height"},
    "square": {"size"},
    "fill": {"width", "height"},
    "none": set(),
}
_MAX_SIDE = 100_000
_MAX_SET = 10
_MAX_TAGS = 10


class RefusedError(Exception):
    """An error as the API answers it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """``s3_store``, checked."""

    key: str
    secret: str = field(repr=False)
    bucket: str
    region: str = "us-east-1"
    path: str | None = None
    acl: str = "public_read"
    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A request, checked. ``outputs`` has one entry, or as many as the set."""

    lossy: bool = False
    quality: int | None = None
    sampling: int = 2
    auto_orient: bool = False
    preserve_meta: frozenset[str] = frozenset()
    convert: str | None = None
    background: str = "#ffffff"
    keep_extension: bool = False
    resize: Mapping[str, Any] | tuple[Mapping[str, Any], ...] | None = None
    store: Store | None = None
    dev: bool = False
    wait: bool = False
    url: str | None = None


def check_auth(told: Mapping[str, Any], api_key: str, api_secret: str) -> None:
    """Raise RefusedError 401 unless the credentials are right."""
    auth = told.get("auth")
    given = auth if isinstance(auth, dict) else {}
    key, secret = given.get("api_key"), given.get("api_secret")
    if not isinstance(key, str) or not isinstance(secret, str) or not key or not secret:
        raise RefusedError(401, "Incoming request body does not contain a valid auth.api_key or auth.api_secret")
    if not secrets.compare_digest(f"{key}\n{secret}".encode(), f"{api_key}\n{api_secret}".encode()):
        # The misspelling is the service's own.
        raise RefusedError(401, "Unnknown API Key. Please check your API key and try again")


def check_parameters(told: Mapping[str, Any], *, endpoint: str) -> Options:
    """Raise RefusedError 422 for anything that isn't as documented.

    Args:
        endpoint: ``upload`` or ``url``.
    """
    for name, value in told.items():
        check = _TOP_LEVEL.get(name)
        if check is None or (name == "url" and endpoint != "url"):
            raise _wrong(name, "is unknown")
        check(name, value)
    if endpoint == "url" and "url" not in told:
        raise _wrong("url", "must be set")
    if told.get("wait") is not True and "callback_url" not in told:
        raise RefusedError(422, "You need to specify either callback_url or wait flag")
    store = told.get("s3_store")
    resize = told.get("resize")
    entries = resize if isinstance(resize, list) else []
    if store is not None and any("storage_path" not in entry for entry in entries):
        raise _wrong("resize.storage_path", "must be set in each entry of a set that is stored")
    convert = told.get("convert", {})
    return Options(
        lossy=told.get("lossy", False),
        quality=told.get("quality"),
        sampling=SAMPLINGS[told.get("sampling_scheme", "4:2:0")],
        auto_orient=told.get("auto_orient", False),
        preserve_meta=frozenset(told.get("preserve_meta", ())),
        convert=convert.get("format") or ("webp" if told.get("webp") else None),
        background=convert.get("background", "#ffffff"),
        keep_extension=convert.get("keep_extension", False),
        resize=tuple(entries) if entries else resize,
        store=Store(**store) if store is not None else None,
        dev=told.get("dev", False),
        wait=told.get("wait", False),
        url=told.get("url"),
    )


def _wrong(name: str, what: str) -> RefusedError:
    return RefusedError(422, f"Parameter '{name}' {what}")


def _boolean(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _wrong(name, "must be true or false")


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise _wrong(name, "must be a string that is not empty")


def _integer(least: int, most: int) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _wrong(name, f"must be an integer from {least} to {most}")

    return check


def _one_of(*allowed: str) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value not in allowed:
            raise _wrong(name, f"must be one of {', '.join(allowed)}")

    return check


def _address(name: str, value: object) -> None:
    if not isinstance(value, str) or not re.match(r"https?://[^/]", value):
        raise _wrong(name, "must be an http or https address")


def _object(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, "must be an object")
    return value


def _members(name: str, value: object, checks: Mapping[str, Callable[[str, object], None]]) -> dict[str, Any]:
    told = _object(name, value)
    for member, given in told.items():
        if member not in checks:
            raise _wrong(f"{name}.{member}", "is unknown")
        checks[member](f"{name}.{member}", given)
    return told


def _auth(name: str, value: object) -> None:
    _members(name, value, {"api_key": _text, "api_secret": _text})


def _preserve_meta(name: str, value: object) -> None:
    if not isinstance(value, list) or not METADATA_GROUPS.issuperset(map(str, value)):
        raise _wrong(name, f"must be an array of {', '.join(sorted(METADATA_GROUPS))}")


def _color(name: str, value: object) -> None:
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise _wrong(name, "must be a color as #f60, #ff6600, rgb(r, g, b) or rgba(r, g, b, a)")


def _identifier(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise _wrong(name, "must be a string or a number")


_SIZE = {
    "strategy": _one_of(*_SIDES),
    "width": _integer(1, _MAX_SIDE),
    "height": _integer(1, _MAX_SIDE),
    "size": _integer(1, _MAX_SIDE),
    "background": _color,
    "crop_mode": _one_of("c", "b", "s"),
    "enhance": _boolean,
}


def _size(name: str, told: Mapping[str, Any]) -> None:
    if "strategy" not in told:
        raise _wrong(f"{name}.strategy", "must be set")
    if told["strategy"] == "square" and "size" not in told:
        raise RefusedError(422, "For 'square' strategy image size must be set")
    for side in sorted(_SIDES[told["strategy"]] - told.keys()):
        raise _wrong(f"{name}.{side}", f"must be set for the strategy '{told['strategy']}'")


def _resize(name: str, value: object) -> None:
    if not isinstance(value, list):
        _size(name, _members(name, value, _SIZE))
        return
    if not 1 <= len(value) <= _MAX_SET:
        raise _wrong(name, f"must have 1 to {_MAX_SET} entries")
    entry_checks = {
        **_SIZE,
        "id": _identifier,
        "storage_path": _path,
        "lossy": _boolean,
        "quality": _integer(1, 100),
        "sampling_scheme": _one_of(*SAMPLINGS),
    }
    seen = set()
    for entry in value:
        told = _members(name, entry, entry_checks)
        _size(name, told)
        if "id" not in told or str(told["id"]) in seen:
            raise _wrong(f"{name}.id", "must be set and unique in each entry")
        seen.add(str(told["id"]))


def _convert(name: str, value: object) -> None:
    told = _members(name, value, {"format": _one_of(*FORMATS), "background": _color, "keep_extension": _boolean})
    if "format" not in told:
        raise _wrong(f"{name}.format", "must be set")


def _path(name: str, value: object) -> None:
    _text(name, value)
    if str(value).startswith("/") or str(value).endswith("/"):
        raise _wrong(name, "must be a full object key, with no slash at its beginning or end")


def _pairs(name: str, value: object) -> None:
    for member, given in _object(name, value).items():
        if not isinstance(given, str) or not member:
            raise _wrong(f"{name}.{member}", "must be a string")


def _ascii_pairs(name: str, value: object) -> None:
    _pairs(name, value)
    for member, given in _object(name, value).items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", member) or not re.fullmatch("[ -~]*", given):
            raise _wrong(f"{name}.{member}", "must be an HTTP header's name and printable ASCII")


def _tags(name: str, value: object) -> None:
    _pairs(name, value)
    if len(_object(name, value)) > _MAX_TAGS:
        raise _wrong(name, f"must not have more than {_MAX_TAGS} entries")


def _s3_store(name: str, value: object) -> None:
    told = _members(
        name,
        value,
        {
            "key": _text,
            "secret": _text,
            "bucket": _text,
            "region": _text,
            "path": _path,
            "acl": _one_of("public_read", "private"),
            "metadata": _ascii_pairs,
            "headers": _ascii_pairs,
            "tags": _tags,
        },
    )
    for needed in ("key", "secret", "bucket"):
        if needed not in told:
            raise _wrong(f"{name}.{needed}", "must be set")


def _unsupported(name: str, _value: object) -> None:
    raise _wrong(name, "names a storage that this test server does not have")


_TOP_LEVEL: dict[str, Callable[[str, object], None]] = {
    "auth": _auth,
    "url": _address,
    "wait": _boolean,
    "callback_url": _address,
    "json": _boolean,
    "dev": _boolean,
    "lossy": _boolean,
    "quality": _integer(1, 100),
    "sampling_scheme": _one_of(*SAMPLINGS),
    "auto_orient": _boolean,
    "preserve_meta": _preserve_meta,
    "resize": _resize,
    "convert": _convert,
    "webp": _boolean,
    "s3_store": _s3_store,
    "gcs_store": _unsupported,
    "cf_store": _unsupported,
    "azure_store": _unsupported,
    "sl_store": _unsupported,
    "level": _one_of("screen", "ebook", "printer", "prepress"),
    "dpi": _integer(1, 10_000),
    "downsampleType": _one_of("bicubic", "average", "subsample"),
    "origin": _text,
}
