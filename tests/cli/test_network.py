from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import trustme

from kraken_desktop.cli import main, network
from tests.servers.proxy import Proxy
from tests.support.memory_keyring import MemoryKeyring
from tests.support.raw_server import Peer, RawServer


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(arguments)
        told = self._capsys.readouterr()
        return code, told.out, told.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


@pytest.fixture
def company(tmp_path: Path) -> Path:
    path = tmp_path / "company.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


def shown(run: Terminal) -> dict[str, Any]:
    code, out, _ = run("network", "show")
    assert code == 0
    told: dict[str, Any] = json.loads(out)
    return told


def test_what_is_set_is_shown_but_for_the_password(
    run: Terminal, company: Path, memory_keyring: MemoryKeyring, home: Path
) -> None:
    unset = {"proxy": "system", "proxy_url": "", "proxy_user": "", "ca_file": "", "upload_limit": None}
    assert shown(run) == unset
    code, out, err = run(
        "network", "set", "--proxy", "proxy.example:3128", "--proxy-user", "me", "--proxy-password-stdin",
        "--ca-file", str(company), typed="hunter2\n",
    )  # fmt: skip
    assert (code, out, err) == (0, "", "")
    assert shown(run) == {
        "proxy": "manual",
        "proxy_url": "http://proxy.example:3128",
        "proxy_user": "me",
        "ca_file": str(company),
        "upload_limit": None,
    }
    assert list(memory_keyring.entries.values()) == ["hunter2"]
    for path in (each for each in home.rglob("*") if each.is_file()):
        assert b"hunter2" not in path.read_bytes()
    assert run("network", "set", "--proxy", "none", "--ca-file", "none")[0] == 0
    assert shown(run)["proxy"] == "none"
    assert shown(run)["ca_file"] == ""
    assert shown(run)["proxy_url"] == "http://proxy.example:3128"
    assert run("network", "set", "--proxy-user", "")[0] == 0
    assert memory_keyring.entries == {}


@pytest.mark.usefixtures("memory_keyring")
def test_what_somebody_else_changes_meanwhile_stays(
    run: Terminal, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typing(_option: str) -> str:
        run("network", "set", "--ca-file", str(company))
        return "hunter2"

    monkeypatch.setattr(network, "read_secret", typing)
    told = ("--proxy", "proxy.example:3128", "--proxy-user", "me", "--proxy-password-stdin")
    assert run("network", "set", *told)[0] == 0
    assert (shown(run)["proxy_user"], shown(run)["ca_file"]) == ("me", str(company))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--proxy", "http://me:hunter2@proxy:1"], "User name and password do not belong into the address."),
        (["--proxy", "https://proxy:1"], "A proxy that is itself spoken to by https cannot be used."),
        (["--proxy", "proxy"], "The port of the proxy is missing."),
        (["--upload-limit", "5 kB/s"], "5 kB/s is too slow for uploads."),
        (["--ca-file", "/gone.pem"], "/gone.pem cannot be used, so nothing was changed.\n  There is no such file"),
    ],
)
def test_what_is_wrong_changes_nothing(run: Terminal, arguments: list[str], said: str) -> None:
    code, out, err = run("network", "set", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "hunter2" not in err
    assert shown(run)["proxy"] == "system"


def test_the_speed_of_uploads_is_limited_and_set_free(run: Terminal) -> None:
    assert run("network", "set", "--upload-limit", "1.5MB/s") == (0, "", "")
    assert shown(run)["upload_limit"] == 1_500_000
    assert run("network", "set", "--proxy", "none")[0] == 0
    assert shown(run)["upload_limit"] == 1_500_000
    assert run("network", "set", "--upload-limit", "none") == (0, "", "")
    assert shown(run)["upload_limit"] is None


@pytest.mark.parametrize("typed", ["quickly", "500", "-5kB/s", "0kB/s"])
def test_what_is_no_speed_is_refused(run: Terminal, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run("network", "set", f"--upload-limit={typed}")
    assert ended.value.code == 2
    assert f"{typed!r} is not a speed such as 500kB/s or 2MB/s, nor none" in capsys.readouterr().err
    assert shown(run)["upload_limit"] is None


def answering(peer: Peer) -> None:
    while True:
        peer.read_request()
        peer.answer()


def test_the_test_says_which_server_answers(run: Terminal) -> None:
    with RawServer(answering) as server, Proxy(names={"api.kraken.io": server.port}, refuses=403) as proxy:
        run("network", "set", "--proxy", proxy.url)
        run("profile", "add", "web", "--engine", "local", "--bucket", "pictures", "--endpoint", server.url, "--access-key", "AKIAIOSFODNN7EXAMPLE")  # fmt: skip  # noqa: E501
        place = server.url.removeprefix("http://")
        code, out, err = run("network", "test")
    assert code == 1
    assert out == f"{place}: answers\n"
    assert err.startswith("The proxy does not let us through to api.kraken.io.")
