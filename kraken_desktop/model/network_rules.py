"""What is wrong, or unwise, in the network settings. Pure: whether the files are good is for who may read them."""

from __future__ import annotations

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
    "ca_file.not_absolute",
    "ca_file.expired",
)
"""Every code of a finding; the last one comes from reading the file."""

PROXY_SCHEMES = ("http", "socks5", "socks5h")
"""A proxy that is reached by TLS itself would need one handshake inside another, which the systems' own trust
stores do not check on Windows and macOS (truststore's ``wrap_bio``)."""


def check_network(network: Network) -> tuple[Finding, ...]:
    """Everything to say about the settings as they were typed."""
    findings: list[Finding] = []
    if network.proxy is ProxyMode.MANUAL:
        findings += _check_proxy(network.proxy_url)
        findings += _check_user(network.proxy_user)
    if network.ca_file and not PurePath(network.ca_file).is_absolute():
        findings.append(error("ca_file", "not_absolute", network.ca_file))
    return tuple(findings)


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
