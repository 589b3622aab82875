"""From an object to a link: the address that opens, and the formats it can be copied in."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import SplitResult, quote, urlsplit

from kraken_desktop.model.image_types import extension_by_name
from kraken_desktop.model.job import StoredImage
from kraken_desktop.model.picture import picture_element
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.regions import DEFAULT_REGION

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST_LABEL = re.compile(r"[a-z0-9-]+")
_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_BETWEEN_WORDS = re.compile(r"_|(?<![0-9])-|-(?![0-9])")
"""What stands for a blank in names of files. A hyphen between two digits is rather one of a date."""
_MARKDOWN = re.compile(r"([\\`\[\]<>])")


class LinkFormat(StrEnum):
    """How a link is written."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"
    CSS = "css"
    BBCODE = "bbcode"
    PICTURE = "picture"
    """One ``<picture>`` element for all images of a source."""


def encode_key(key: str) -> str:
    """An object key as the path of a URL: every byte but the unreserved ones and ``/``, encoded once."""
    return quote(key, safe="/-_.~")


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address that names a host."""
    parts = _split(url)
    return parts is not None and parts.scheme in {"http", "https"} and "\n" not in url


def is_loopback(url: str) -> bool:
    """Whether the address is on this computer, where plain http is allowed."""
    parts = _split(url)
    return parts is not None and parts.hostname in _LOOPBACK


def object_url(profile: Profile, key: str) -> str:
    """The link for an object: below the public base if there is one, else the bucket's own address."""
    if profile.public_url:
        return f"{profile.public_url.rstrip('/')}/{encode_key(key)}"
    return bucket_url(profile, key)


def bucket_url(profile: Profile, key: str) -> str:
    """The bucket's own address of an object, which serves every region, and where our own requests go.

    Virtual-hosted style where the profile does not say otherwise. Path style for a custom endpoint, for a bucket
    with dots, whose name the wildcard certificate would not cover, and always for an old bucket whose name is no
    host name (AWS: virtual hosting of buckets).
    """
    base = profile.endpoint.rstrip("/") or f"https://s3.{profile.region}.{_domain(profile.region)}"
    path = encode_key(key)
    if _wants_path_style(profile):
        return f"{base}/{profile.bucket}/{path}"
    return f"{base.replace('://', f'://{profile.bucket}.', 1)}/{path}"


def _wants_path_style(profile: Profile) -> bool:
    if profile.path_style is None:
        return bool(profile.endpoint) or not _HOST_LABEL.fullmatch(profile.bucket)
    return profile.path_style or not _HOST_NAME.fullmatch(profile.bucket)


def is_aws(url: str) -> bool:
    """Whether the address belongs to AWS."""
    parts = _split(url)
    host = (parts.hostname or "") if parts else ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"))


def shown_url(profile: Profile, key: str, kraked_url: str) -> str:
    """The link for an object that Kraken.io stored.

    The public base if there is one. Else what Kraken.io answered, unless that would not open: the global S3
    host does not serve every region, nor a bucket with dots in front of it, and plain http is only for this
    computer.
    """
    parts = _split(kraked_url)
    if profile.public_url or parts is None or parts.scheme not in {"http", "https"}:
        return object_url(profile, key)
    virtual = f"{profile.bucket}.s3.amazonaws.com".lower()
    dotted = parts.hostname == virtual and not _HOST_LABEL.fullmatch(profile.bucket)
    elsewhere = parts.hostname in {"s3.amazonaws.com", virtual} and profile.region != DEFAULT_REGION
    if dotted or elsewhere:
        return object_url(profile, key)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")).geturl()
    return kraked_url


def _domain(region: str) -> str:
    """The domain of a region's partition (botocore's endpoint data)."""
    if region.startswith("cn-"):
        return "amazonaws.com.cn"
    return "amazonaws.eu" if region.startswith("eusc-") else "amazonaws.com"


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None for what is no address."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname else None
    except ValueError:
        return None


def alternative_text(name: str) -> str:
    """What a page shows, or a screen reader says, in the place of an image: its file's name as words.

    Args:
        name: of the source; ``sunset-at_sea.jpg`` becomes ``sunset at sea``.
    """
    stem = name.rpartition(".")[0] if extension_by_name(name) else name
    return " ".join(_BETWEEN_WORDS.sub(" ", stem).split()) or name


def format_link(image: StoredImage, link_format: LinkFormat, alt: str = "") -> str:
    """One link, ready to be pasted. ``alt`` is the alternative text."""
    url = image.url
    match link_format:
        case LinkFormat.PLAIN:
            return url
        case LinkFormat.MARKDOWN:
            text = _MARKDOWN.sub(r"\\\1", " ".join(alt.splitlines()))
            target = url.replace("(", "%28").replace(")", "%29")
            return f"![{text}]({target})"
        case LinkFormat.HTML:
            size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
            return f'<img src="{html.escape(url)}"{size} alt="{html.escape(alt)}">'
        case LinkFormat.CSS:
            escaped = url.replace("\\", "\\\\").replace('"', '\\"')
            return f'url("{escaped}")'
        case LinkFormat.BBCODE:
            return f"[img]{url}[/img]"
        case LinkFormat.PICTURE:
            return picture_element((image,), alt)


def format_links(images: Sequence[StoredImage], link_format: LinkFormat, alt: str = "") -> tuple[str, ...]:
    """The links of one source, ready to be pasted: one an image, save for ``picture``, which is one for all."""
    if link_format is LinkFormat.PICTURE:
        return (picture_element(images, alt),) if images else ()
    return tuple(format_link(image, link_format, alt) for image in images)
