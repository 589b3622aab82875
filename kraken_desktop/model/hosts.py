"""Which hosts are on the public internet, by their name or their IP address. Pure: nothing is looked up.

An address that somebody else chose must not make this computer knock at doors that only it can reach.
"""

from __future__ import annotations

import ipaddress
import re

_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
"""Global unicast, the only part of IPv6 that is given out (IANA IPv6 address space)."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: an IPv4 address in the last 32 bits."""
_NOT_PUBLIC: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared between a carrier's customers (RFC 6598)
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "198.18.0.0/15",
        "2001::/23",  # IETF assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",
    )
)
"""What ``ipaddress`` calls global, in one version of Python or another (IANA special-purpose address registries)."""

_ONE_PART = re.compile(r"0x[0-9a-f]*|[0-9]+")
_INSIDE_SUFFIXES = (
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".home.arpa",
    ".lan",
    ".test",
)
"""Endings that no public name has: RFC 6761, 6762, 8375, ICANN's list of names that collide, and habit."""


def is_public(address: str) -> bool:
    """Whether an IP address is reached over the public internet. An IPv4 address within an IPv6 one counts.

    Raises:
        ValueError: it is no IP address.
    """
    return _is_public(ipaddress.ip_address(address.partition("%")[0]))


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        inside = _ipv4_within(ip)
        if inside is not None:
            return _is_public(inside)
        if ip not in _PUBLIC_IPV6:
            return False
    if any(ip in network for network in _NOT_PUBLIC if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _ipv4_within(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address reach."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host spells; None for a name.

    IPv4 as browsers and systems read it: one to four numbers, decimal, octal or hexadecimal, the last of which
    fills what is left (``127.1``, ``0x7f000001``).
    """
    told = host.strip("[]").partition("%")[0].rstrip(".").lower()
    try:
        return ipaddress.ip_address(told)
    except ValueError:
        parts = told.split(".")
    if not 1 <= len(parts) <= 4 or not all(_ONE_PART.fullmatch(part) for part in parts):
        return None
    try:
        *front, last = (_number(part) for part in parts)
        if any(part > 0xFF for part in front) or last >= 256 ** (5 - len(parts)):
            return None
        high = sum(part << (24 - 8 * place) for place, part in enumerate(front))
        return ipaddress.IPv4Address(high + last)
    except ValueError:
        return None


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)


def may_be_public(host: str) -> bool:
    """Whether a host may be on the public internet, as far as its spelling tells.

    A name without a dot is one of a network of one's own.
    """
    ip = literal(host)
    if ip is not None:
        return _is_public(ip)
    name = host.rstrip(".").lower()
    return "." in name and not name.endswith(_INSIDE_SUFFIXES)
