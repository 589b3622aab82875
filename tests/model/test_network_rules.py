from __future__ import annotations

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.model.network_rules import PROBLEMS, check_network, complete_proxy_url, parse_speed, speed_text
from kraken_desktop.model.settings import Network, ProxyMode


def manual(url: str, user: str = "", ca_file: str = "") -> Network:
    return Network(proxy=ProxyMode.MANUAL, proxy_url=url, proxy_user=user, ca_file=ca_file)


@pytest.mark.parametrize(
    "network",
    [
        Network(),
        Network(proxy=ProxyMode.NONE, proxy_url="rubbish", proxy_user="a:b"),
        manual("http://proxy.example:3128"),
        manual("socks5://127.0.0.1:1080", "me@example.com"),
        manual("socks5h://[::1]:1080"),
        manual("http://proxy:8080", ca_file="/etc/company.pem"),
    ],
)
def test_nothing_is_wrong(network: Network) -> None:
    assert check_network(network) == ()


@pytest.mark.parametrize(
    ("network", "problem", "detail"),
    [
        (manual(""), "proxy_url.empty", ""),
        (manual("ftp://proxy:21"), "proxy_url.malformed", "ftp://proxy:21"),
        (manual("http://"), "proxy_url.malformed", "http://"),
        (manual("http://pro xy:1"), "proxy_url.malformed", "http://pro xy:1"),
        (manual("http://[bad:1"), "proxy_url.malformed", "http://[bad:1"),
        (manual("http://proxy:abc"), "proxy_url.malformed", "http://proxy:abc"),
        (manual("http://proxy:99999"), "proxy_url.malformed", "http://proxy:99999"),
        (manual("https://proxy:443"), "proxy_url.https", ""),
        (manual("http://proxy"), "proxy_url.no_port", ""),
        (manual("http://proxy:1/path?x"), "proxy_url.extra_parts", "/path?x"),
        (manual("http://me:hunter2@proxy:1"), "proxy_url.user_info", ""),
        (manual("http://me:hunter2@proxy:abc"), "proxy_url.malformed", "proxy:abc"),
        (manual("http://proxy:1", "me:hunter2"), "proxy_user.colon", ""),
        (manual("http://proxy:1", "me\r\n"), "proxy_user.characters", ""),
        (Network(upload_limit=9_999), "upload_limit.too_low", "9.999 kB/s"),
        (Network(ca_file="company.pem"), "ca_file.not_absolute", "company.pem"),
    ],
)
def test_what_is_wrong_is_named_without_a_password(network: Network, problem: str, detail: str) -> None:
    (finding,) = check_network(network)
    assert (finding.problem, finding.detail) == (problem, detail)
    assert finding.problem in PROBLEMS
    told = Words().finding(finding)
    assert "hunter2" not in f"{finding}{told}"
    assert told.remedy


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("proxy.example:3128", "http://proxy.example:3128"),
        (" http://proxy:1/ ", "http://proxy:1"),
        ("socks5://proxy:1", "socks5://proxy:1"),
        ("", ""),
    ],
)
def test_what_was_typed_is_completed(typed: str, url: str) -> None:
    assert complete_proxy_url(typed) == url


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("500kB/s", 500_000),
        ("500 KB/S", 500_000),
        ("2m", 2_000_000),
        ("1.5 MB/s", 1_500_000),
        ("1,5MB", 1_500_000),
        ("  20k ", 20_000),
        ("500", None),
        ("0kB/s", None),
        ("-5kB/s", None),
        ("5 GB/s", None),
        ("fast", None),
        ("", None),
    ],
)
def test_a_speed_is_a_number_with_its_unit(text: str, speed: int | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize(("limit", "text"), [(5000, "5 kB/s"), (999_500, "999.5 kB/s"), (1_500_000, "1.5 MB/s")])
def test_a_speed_is_told_in_its_unit(limit: int, text: str) -> None:
    assert speed_text(limit) == text
    assert parse_speed(text) == limit


def test_no_speed_at_all_is_no_setting() -> None:
    with pytest.raises(ValueError, match="upload_limit"):
        Network(upload_limit=0)
