"""What conftest promises: no test reaches another computer, the person's keyring, or hides a warning."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest

from tests.support.memory_keyring import MemoryKeyring

ROOT = Path(__file__).parents[1]
# Reserved for documentation (RFC 5737, RFC 3849): nobody would answer even if they were reached.
OUTSIDE_V4, OUTSIDE_V6 = "192.0.2.1", "2001:db8::1"


def udp_with_flags() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendto(b"x", 0, (OUTSIDE_V4, 9))


def udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendto(b"x", (OUTSIDE_V4, 9))


def connect_ex() -> None:
    with socket.socket() as own:
        own.connect_ex((OUTSIDE_V4, 9))


def connect_v6() -> None:
    with socket.socket(socket.AF_INET6) as own:
        own.connect((OUTSIDE_V6, 9))


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda: socket.create_connection((OUTSIDE_V4, 9), timeout=1), id="create_connection"),
        pytest.param(lambda: socket.getaddrinfo("kraken.example", 443), id="a name"),
        pytest.param(connect_ex, id="connect_ex"),
        pytest.param(connect_v6, id="connect IPv6"),
        pytest.param(udp, id="sendto"),
        pytest.param(udp_with_flags, id="sendto with flags"),
    ],
)
def test_another_computer_is_out_of_reach(reach: Callable[[], object]) -> None:
    with pytest.raises(AssertionError, match="a test wants to reach"):
        reach()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_computer_is_within_reach(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1]), timeout=5) as client,
    ):
        peer, _ = server.accept()
        with peer:
            client.sendall(b"x")
            assert peer.recv(1) == b"x"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no local sockets")
def test_local_sockets_are_within_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # an address of a local socket has room for about a hundred bytes
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("socket")
        server.listen()
        client.connect("socket")


def test_home_is_this_tests_own(home: Path, session_home: Path) -> None:
    assert Path.home() == home != session_home
    assert Path(os.environ["KRAKEN_DESKTOP_HOME"]).is_relative_to(home)
    assert not [name for name in os.environ if name.startswith("AWS_") or name.upper().endswith("_PROXY")]


def test_the_keyring_is_in_memory(memory_keyring: MemoryKeyring) -> None:
    keyring.set_password("service", "name", "value")
    assert memory_keyring.entries == {("service", "name"): "value"}


def test_a_started_program_has_no_keyring() -> None:
    program = "import keyring; print(keyring.get_keyring().priority)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "0", "the backend that refuses has priority 0, every other more"


def test_unannounced_warnings_fail_a_test(tmp_path: Path) -> None:
    file = tmp_path / "test_inner.py"
    file.write_text(
        """
import logging
import pytest
from PySide6.QtCore import qWarning

def test_silent(): pass
def test_info(): logging.getLogger("kraken_desktop").info("fine")
@pytest.mark.expect_log("known [0-9]")
def test_announced(): logging.getLogger("kraken_desktop").warning("known 1")
@pytest.mark.expect_log("known [0-9]")
def test_announced_but_silent(): pass
def test_ours(): logging.getLogger("kraken_desktop").warning("unknown")
def test_of_others(): logging.getLogger("urllib3").error("unknown")
def test_of_qt(qapp): qWarning("unknown")
def test_of_python():
    import warnings
    warnings.warn("unknown")
""",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.conftest", "-rA", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    told = re.findall(r"^(PASSED|FAILED|ERROR) \S*::(\w+)", done.stdout, re.MULTILINE)
    failing = {name for result, name in told if result != "PASSED"}
    assert failing == {"test_announced_but_silent", "test_ours", "test_of_others", "test_of_qt", "test_of_python"}
    assert {name for _, name in told} - failing == {"test_silent", "test_info", "test_announced"}
