"""The way out of this computer, as the person set it: whom to trust beside the system, and the proxy in between."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import truststore

from kraken_desktop.model.errors import TransportError, TrustFileError
from kraken_desktop.model.links import is_loopback
from kraken_desktop.model.settings import Network, ProxyMode
from kraken_desktop.transport.pace import Pace
from kraken_desktop.transport.session import Transport, system_proxies

LARGEST_TRUST_FILE = 8 * 1024 * 1024
"""Bytes; the whole list of public authorities takes a quarter of a megabyte."""

_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?(?:-----END (?:TRUSTED |X509 )?CERTIFICATE-----|\Z)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """A file with certificates of authorities that was read and found good."""

    pem: str
    authorities: tuple[str, ...]
    """The names of the authorities, as their certificates have them."""
    expired: tuple[str, ...]
    """Those of them whose time is over."""


def read_trust_file(path: str) -> TrustFile:
    """Read a PEM file with certificates of authorities.

    Raises:
        TrustFileError: it cannot be read, holds no certificate, a broken one, or none of an authority.
    """

    def refused(problem: str, reason: str = "") -> TrustFileError:
        return TrustFileError(host="", path=path, problem=problem, reason=reason)

    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_TRUST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise refused("missing") from None
    except OSError as error:
        raise refused("unreadable", error.strerror or type(error).__name__) from error
    if len(content) > LARGEST_TRUST_FILE:
        raise refused("too_large")
    found = _CERTIFICATE.findall(content)
    if not found:
        raise refused("not_pem")
    # What stands between the certificates are remarks, in any encoding.
    pem = b"\n".join(found).decode("ascii", "replace") + "\n"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise refused("damaged") from None
    authorities = context.get_ca_certs()
    if not authorities:
        raise refused("no_authority")
    now = time.time()
    return TrustFile(
        pem=pem,
        authorities=tuple(_name(each) for each in authorities),
        expired=tuple(_name(each) for each in authorities if ssl.cert_time_to_seconds(str(each["notAfter"])) < now),
    )


def proxies(network: Network, password: Callable[[], str]) -> Callable[[str], dict[str, str]]:
    """Which proxies an address goes through: none for this computer's own, whatever the settings.

    Args:
        network: the settings.
        password: gives the proxy's, when a request needs it; what it raises passes through.
    """

    def manual(url: str) -> dict[str, str]:
        if is_loopback(url):
            return {}
        scheme, _, place = network.proxy_url.partition("://")
        if scheme == "socks5":
            # The name is looked up behind the proxy: inside, it may not have an address.
            scheme = "socks5h"
        if network.proxy_user:
            place = f"{quote(network.proxy_user, safe='')}:{quote(password(), safe='')}@{place}"
        return {"http": f"{scheme}://{place}", "https": f"{scheme}://{place}"}

    match network.proxy:
        case ProxyMode.SYSTEM:
            return system_proxies
        case ProxyMode.NONE:
            return lambda _url: {}
        case ProxyMode.MANUAL:
            return manual


def open_transport(
    network: Network, password: Callable[[], str], *, connections: int, user_agent: str, pace: Pace | None = None
) -> Transport:
    """A transport for these settings. Never raises: with a trust file that is not good, each of its requests does.

    Args:
        network: the settings.
        password: gives the proxy's, when a request needs it.
        connections: how many requests to one host at the same time.
        user_agent: product and version.
        pace: holds all uploads of the program back.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unusable: TransportError | None = None
    if network.ca_file:
        try:
            context.load_verify_locations(cadata=read_trust_file(network.ca_file).pem)
        except TrustFileError as error:
            unusable = error
    return Transport(
        connections=connections,
        user_agent=user_agent,
        ssl_context=context,
        proxies_for=proxies(network, password),
        unusable=unusable,
        pace=pace,
    )


def _name(certificate: object) -> str:
    """The common name of a certificate, else its organization."""
    subject = certificate.get("subject", ()) if isinstance(certificate, dict) else ()
    told = {name: value for part in subject for name, value in part}
    for wanted in ("commonName", "organizationalUnitName", "organizationName"):
        if wanted in told:
            return str(told[wanted])
    return "?"
