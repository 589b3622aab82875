"""What is wrong, or unwise, in the network settings. Pure: whether the files are good is for who may read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import urlsplit

from kraken_desktop.model.profile import Finding
from kraken_desktop.model.s3_rules import error
from kraken_desktop.model.settings import Network, ProxyMode

PROBLEMS = (
    "proxy_url.empty",
    "proxy_url.malformed",
    "proxy_url.https",
    "proxy_url.no_port",
    "proxy_url.extra_parts",
    "proxy_url.user_info",
    "proxy_user.colon",
    "proxy_user.characters",
    "upload_limit.too_low",
    "ca_file.not_absolute",
    "ca_file.expired",
)
"""Every code of a finding; the last one comes from reading the file."""

PROXY_SCHEMES = ("http", "socks5", "socks5h")
"""A proxy that is reached by TLS itself would need one handshake inside another, which the systems' own trust
stores do not check on Windows and macOS (truststore's ``wrap_bio``)."""


LOWEST_LIMIT = 10_000
"""Bytes per second. Below that a server may take an upload for dead, and a photo takes a quarter of an hour."""

_UNITS = {"k": 1000, "m": 1_000_000}
_SPEED = re.compile(r"(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(?P<unit>[km])(?:b(?:/s|ps)?)?", re.IGNORECASE)


def check_network(network: Network) -> tuple[Finding, ...]:
    """Everything to say about the settings as they were typed."""
    findings: list[Finding] = []
    if network.proxy is ProxyMode.MANUAL:
        findings += _check_proxy(network.proxy_url)
        findings += _check_user(network.proxy_user)
    if network.upload_limit is not None and network.upload_limit < LOWEST_LIMIT:
        findings.append(error("upload_limit", "too_low", speed_text(network.upload_limit)))
    if network.ca_file and not PurePath(network.ca_file).is_absolute():
        findings.append(error("ca_file", "not_absolute", network.ca_file))
    return tuple(findings)


def parse_speed(text: str) -> int | None:
    """Bytes per second of a speed such as ``500 kB/s``, ``1.5MB/s`` or ``2m``; None if it is none."""
    found = _SPEED.fullmatch(text.strip())
    if found is None:
        return None
    return round(float(found["number"].replace(",", ".")) * _UNITS[found["unit"].lower()]) or None


def speed_text(limit: int) -> str:
    """A speed in bytes per second, in the unit that suits it."""
    return f"{limit / 1_000_000:g} MB/s" if limit >= 1_000_000 else f"{limit / 1000:g} kB/s"


def complete_proxy_url(text: str) -> str:
    """What was typed as an address: a name with a port is one of an http proxy; no slash at the end."""
    text = text.strip()
    if text and "://" not in text:
        text = f"http://{text}"
    return text.removesuffix("/")


def _check_proxy(url: str) -> Iterator[Finding]:
    if not url:
        yield error("proxy_url", "empty")
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        yield error("proxy_url", "malformed", _without_user(url))
        return
    if parts.scheme == "https":
        yield error("proxy_url", "https")
    elif parts.scheme not in PROXY_SCHEMES or not host or any(char.isspace() for char in url):
        yield error("proxy_url", "malformed", _without_user(url))
    elif "@" in parts.netloc:
        yield error("proxy_url", "user_info")
    elif rest := url.partition(parts.netloc)[2]:
        yield error("proxy_url", "extra_parts", rest)
    elif port is None:
        yield error("proxy_url", "no_port")


def _check_user(user: str) -> Iterator[Finding]:
    if ":" in user:
        yield error("proxy_user", "colon")
    if any(not char.isprintable() for char in user):
        yield error("proxy_user", "characters")


def _without_user(url: str) -> str:
    """Never with what may be a password: findings are shown."""
    return url.rpartition("@")[2]
