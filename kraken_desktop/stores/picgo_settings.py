"""Profiles out of the S3 uploaders of PicGo and PicList.

Their settings are one JSON file. The uploader in use stands under ``picBed.<uploader>``, all that were set up under
``uploader.<uploader>.configList``. Facts from the documentation and the behavior of PicGo's S3 plug-in (wayjam/
picgo-plugin-s3, MIT License) and of PicList-Core (Kuingsmile/PicList-Core, MIT License).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.links import is_aws
from kraken_desktop.model.parcel import Note, Parcel, Parcelled
from kraken_desktop.model.profile import Acl, Credentials, Engine, Profile, Uploader
from kraken_desktop.model.providers import AUTO, provider_of
from kraken_desktop.model.regions import DEFAULT_REGION
from kraken_desktop.stores.exchange import clean_name, without_user

UPLOADERS = ("aws-s3", "aws-s3-plist")
"""The plug-in's name, and that of PicList's own uploader."""

_MOST = 500
"""Profiles; nobody has so many."""
LONGEST_PATH = 1024
"""Characters; no object in S3 has a longer name (Amazon S3 User Guide, "Naming Amazon S3 objects")."""

_WORD = re.compile(r"(\.?)\{([A-Za-z0-9_-]+)(?::(\d+)(?:,(\d+))?)?\}")
_DATES = {
    "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S",
    "Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "h": "%H", "i": "%M", "s": "%S",
}  # fmt: skip
_HASHES = {"md5": 32, "sha1": 40, "sha256": 64, "md5B64": 22, "md5B64Short": 7, "md5-16": 16}
"""How many characters they have."""
_NAMES = {"fullName": "{name}", "fileName": "{stem}", "filename": "{stem}", "uuid": "{uuid}"}
_RANDOM = {"str-10": 10, "str-20": 20}
_STAMPS = {"timestamp": "{date:%Y%m%d%H%M%S}", "timestampMS": "{date:%Y%m%d%H%M%S}-{random:3}"}
_OF_A_FILE = re.compile(r"\{(?:fullName|fileName|filename|extName|md5|sha1|sha256|uuid|str-|timestamp)")
"""What only a whole name has; a path without it is a folder."""
_ADJOINING = re.compile(r"\{date:([^{}]*)\}([/._-]?)\{date:([^{}]*)\}")


def parcel_of(data: Any, path: str) -> Parcel:
    """What a settings file of PicGo or PicList brings; ``path`` is for errors.

    Raises:
        ExchangeError: it is another file, or has no S3 uploader.
    """
    if not isinstance(data, dict) or not ({"picBed", "uploader"} & data.keys()):
        raise ExchangeError(path=path, problem="foreign")
    profiles = tuple(_parcelled(told) for _, told in zip(range(_MOST), _configurations(data), strict=False))
    if not profiles:
        raise ExchangeError(path=path, problem="empty")
    return Parcel(profiles=profiles)


def _configurations(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each set-up uploader once: the one in use stands in the list of all as well."""
    seen: set[tuple[str, ...]] = set()
    for uploader in UPLOADERS:
        listed = _below(data, "uploader", uploader, "configList")
        found = listed if isinstance(listed, list) else []
        for told in (*found, _below(data, "picBed", uploader)):
            if not isinstance(told, dict) or not _text(told, "bucketName"):
                continue
            known = tuple(
                _text(told, name) for name in ("bucketName", "endpoint", "region", "uploadPath", "accessKeyID")
            )
            if known not in seen:
                seen.add(known)
                yield told


def _below(data: Any, *names: str) -> Any:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _parcelled(told: Mapping[str, Any]) -> Parcelled:
    notes: list[Note] = []
    endpoint, region = _server(told)
    template, about_path = template_of(_text(told, "uploadPath"))
    notes += about_path
    acl = _acl(told, notes)
    public_url = _public_url(told, notes)
    if proxy := _text(told, "proxy"):
        notes.append(Note("proxy", without_user(proxy if "://" in proxy else f"http://{proxy}")))
    if told.get("rejectUnauthorized") is False and endpoint:
        notes.append(Note("tls_off"))
    notes.append(Note("engine_local"))
    path_style = _flag(told, "pathStyleAccess")
    bucket = _text(told, "bucketName")
    profile = Profile(
        id="",
        name=clean_name(_text(told, "_configName")) or clean_name(bucket),
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        bucket=bucket,
        region=region,
        endpoint=endpoint,
        # Without an endpoint of its own Amazon serves both, and our own choice is the safer one.
        path_style=path_style if endpoint else (path_style or None),
        path_template=template,
        acl=acl,
        public_url=public_url,
        credentials=Credentials(access_key=_text(told, "accessKeyID")),
    )
    return Parcelled(profile=profile, notes=tuple(notes), secret=_text(told, "secretAccessKey") or None)


def _server(told: Mapping[str, Any]) -> tuple[str, str]:
    """Endpoint and region; Amazon needs no endpoint."""
    endpoint, region = _text(told, "endpoint").rstrip("/"), _text(told, "region")
    if endpoint and "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    endpoint = without_user(endpoint)
    if endpoint and is_aws(endpoint):
        found = re.search(r"\bs3[.-]([a-z]{2,4}(?:-[a-z]+)+-\d+)\.", endpoint)
        return "", region if region not in {"", AUTO} else (found[1] if found else DEFAULT_REGION)
    if region in {"", AUTO}:
        parts = provider_of(endpoint).parts_of(endpoint) if endpoint else None
        region = (parts[0] if parts else "") or (AUTO if endpoint and region == AUTO else DEFAULT_REGION)
    return endpoint, region


def template_of(path: str) -> tuple[str, list[Note]]:
    """Their upload path as a path template, and what became of what we have no word for."""
    if len(path) > LONGEST_PATH:
        return "{name}", [Note("path_left_out", path[:LONGEST_PATH])]
    path = re.sub(r"/{2,}", "/", path.strip().strip("/"))
    if not path:
        return "{name}", []
    notes: list[Note] = []

    def translated(found: re.Match[str]) -> str:
        dot, word, first, second = found.groups()
        whole = found[0].removeprefix(".")
        if word == "extName":
            return "{ext}"
        if word in _DATES:
            return f"{dot}{{date:{_DATES[word]}}}"
        if word in _NAMES:
            return dot + _NAMES[word]
        if word in _RANDOM:
            return f"{dot}{{random:{_RANDOM[word]}}}"
        if word in _HASHES:
            # One number is how many characters, two are where they begin and how many.
            length = min(int(second or first or _HASHES[word]), _HASHES[word]) or 1
            ours = f"{{hash:{length}}}"
        elif word in _STAMPS:
            ours = _STAMPS[word]
        else:
            notes.append(Note("path_left_out", whole))
            return dot
        notes.append(Note("path_became", f"{whole} → {ours}"))
        return dot + ours

    whole_name = _OF_A_FILE.search(path) is not None
    template = _without_odd_braces(_WORD.sub(translated, path), notes)
    if not whole_name:
        template = f"{template}/{{name}}" if template else "{name}"
    while (joined := _ADJOINING.sub(r"{date:\1\2\3}", template)) != template:
        template = joined
    return re.sub(r"/{2,}", "/", template).strip("/") or "{name}", notes


def _without_odd_braces(template: str, notes: list[Note]) -> str:
    """What is left in braces, and is not ours, would be a fault in a template."""
    ours = re.compile(r"\{(?:name|stem|ext|uuid|hash:\d+|random:\d+|date:[^{}]*)\}")
    kept: list[str] = []
    last = 0
    for found in ours.finditer(template):
        kept += [_plain(template[last : found.start()], notes), found[0]]
        last = found.end()
    return "".join((*kept, _plain(template[last:], notes)))


def _plain(text: str, notes: list[Note]) -> str:
    for odd in re.findall(r"\{[^{}]*\}|[{}]", text):
        notes.append(Note("path_left_out", odd))
        text = text.replace(odd, "", 1)
    return text


def _acl(told: Mapping[str, Any], notes: list[Note]) -> Acl:
    wanted = _text(told, "acl") if "acl" in told else "public-read"
    match wanted:
        case "public-read":
            return Acl.PUBLIC_READ
        case "private":
            return Acl.PRIVATE
        case "" | "auto":
            return Acl.NONE
    notes.append(Note("acl", wanted))
    return Acl.NONE


def _public_url(told: Mapping[str, Any], notes: list[Note]) -> str:
    """The base of their links, where they are a base and the name of the object."""
    suffixes = (_text(told, name) for name in ("urlSuffix", "options"))
    notes += [Note("links_suffix", suffix) for suffix in suffixes if suffix]
    bucket, pattern = _text(told, "bucketName"), _text(told, "outputURLPattern")
    if pattern:
        plain = pattern.replace("{bucket}", bucket).replace("{dir}/{uploadedFileName}", "{path}")
        found = re.fullmatch(r"(https?://[^{}\s?#]+?)/?\{path\}", plain)
        if found:
            return without_user(found[1].rstrip("/"))
        if not re.fullmatch(r"\{protocol\}://\{host\}(?::\{port\})?/\{path\}", plain):
            notes.append(Note("links", pattern))
        return ""
    prefix = _text(told, "urlPrefix").rstrip("/")
    if not prefix:
        return ""
    if "://" not in prefix:
        prefix = f"https://{prefix}"
    if _flag(told, "pathStyleAccess") and not _flag(told, "disableBucketPrefixToURL"):
        prefix = f"{prefix}/{bucket}"
    return without_user(prefix)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _flag(told: Mapping[str, Any], name: str) -> bool:
    """They keep some of them as texts."""
    value = told.get(name)
    return value.strip().lower() == "true" if isinstance(value, str) else value is True
