from __future__ import annotations

import pytest

from kraken_desktop.model.hosts import is_public, literal, may_be_public

PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
          "2002:808:808::1"]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255",
    "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1",
    "2001::1", "3fff::1", "5f00::1", "64:ff9b:1::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:224.0.0.1", "::ffff:100.64.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:c0a8:101::1", "2002:e000:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(address)
    assert may_be_public(f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("address", PRIVATE)
def test_all_others(address: str) -> None:
    assert not is_public(address)
    assert not may_be_public(f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("text", ["example.com", "", "1.2.3"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        is_public(text)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("10.1.2", "10.1.0.2"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7F000001", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("0", "0.0.0.0"),
    ],
)
def test_addresses_as_systems_read_them(host: str, address: str) -> None:
    assert str(literal(host)) == address


@pytest.mark.parametrize(
    "host", ["256.1.1.1.1", "1.2.3.4.5", "256.1", "4294967296", "09.1.1.1", "a.1", "example.com", ""]
)
def test_names_are_no_addresses(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("example.com", True),
        ("EXAMPLE.com.", True),
        ("xn--bcher-kva.example", True),
        ("localhost", False),
        ("a.localhost", False),
        ("LocalHost.", False),
        ("nas", False),
        ("printer.local", False),
        ("router.lan", False),
        ("wiki.corp", False),
        ("db.internal", False),
        ("box.home.arpa", False),
        ("notlocal", False),
        ("my-local.example", True),
        ("", False),
    ],
)
def test_names(host: str, public: bool) -> None:
    assert may_be_public(host) is public
