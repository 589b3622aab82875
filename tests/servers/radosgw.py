"""Ceph's radosgw, a production S3 server, with all it needs in a throw-away folder: one monitor, one OSD in memory.

Debian and Ubuntu have it (packages radosgw, ceph-mon, ceph-osd, ceph-common). It needs no rights and no
system-wide configuration. ``python -m tests.servers.radosgw`` runs it until told to end.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.client import Config

from tests.servers.child import ChildServer, add_lifetime_option, serve
from tests.servers.s3_handle import S3Handle

_PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
_PATHS = ("/usr/bin", "/usr/sbin", "/usr/local/bin")
_REGION = "us-east-1"
_START_SECONDS = 180

# Authentication is off inside (only loopback listens), which needs the unencrypted mode of the messenger, or
# clients are refused with EACCES for ever. The tick and propose intervals make the start fast.
_CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon_port}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
ms cluster mode = crc
ms service mode = crc
ms client mode = crc
run dir = {folder}/run
log file = {folder}/log/$name.log
admin socket = {folder}/run/$name.$pid.asok
pid file =
keyring = {folder}/keyring
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2
mon tick interval = 1
paxos propose interval = 0.05
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 2147483648

[mon.a]
mon data = {folder}/mon

[osd.0]
osd data = {folder}/osd

[client.rgw.a]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw thread pool size = 16
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
"""


def unavailable_because() -> str | None:
    """Why radosgw can't run here, or None if it can."""
    missing = [name for name in _PROGRAMS if _found(name) is None]
    return f"radosgw: not installed: {', '.join(missing)}" if missing else None


def available() -> bool:
    """Whether radosgw can run here."""
    return unavailable_because() is None


class RadosgwHandle(S3Handle):
    """A radosgw in child processes, with one user. It starts in some ten seconds."""

    name = "radosgw"

    def __init__(self) -> None:
        child = ChildServer("tests.servers.radosgw", timeout=_START_SECONDS + 30)
        super().__init__(child)
        self.folder: str = child.ready["folder"]

    def new_user(self, name: str) -> tuple[str, str]:
        """A user without any right; access key and secret. :meth:`allow` gives it some."""
        access_key, secret = "AKIATEST" + secrets.token_hex(6).upper(), secrets.token_hex(20)
        self._administer(
            *("user", "create", f"--uid={name}", f"--display-name={name}"),
            *(f"--access-key={access_key}", f"--secret-key={secret}"),
        )
        self._administer("caps", "add", "--uid=owner", "--caps=user-policy=*")
        return access_key, secret

    def allow(self, user: str, policy: Mapping[str, Any]) -> None:
        """Let a user do what an IAM policy says, and nothing else. The server enforces it."""
        iam = boto3.client(
            "iam",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            region_name=self.region,
            config=Config(proxies={}),
        )
        iam.put_user_policy(UserName=user, PolicyName="test", PolicyDocument=json.dumps(policy))
        iam.close()

    def _administer(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CEPH"))}
        program = _found("radosgw-admin")
        if program is None:
            raise RuntimeError("radosgw-admin is not installed")
        command = [program, "-c", f"{self.folder}/ceph.conf", "-n", "client.rgw.a", *arguments]
        subprocess.run(command, env=environment, capture_output=True, timeout=_START_SECONDS, check=True)


def _found(name: str) -> str | None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *_PATHS))
    return shutil.which(name, path=path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Cluster:
    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port or _free_port()
        self._mon_port = _free_port()
        self._fsid = str(uuid.uuid4())
        self._configuration = folder / "ceph.conf"
        # The tools are written in the system's Python, which must not see this environment's packages.
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CEPH"))
        } | {"HOME": str(folder)}
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._deadline = time.monotonic() + _START_SECONDS

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> tuple[str, str]:
        """Returns access key and secret of the one user."""
        for name in ("mon", "osd", "rgw", "run", "log"):
            (self._folder / name).mkdir()
        (self._folder / "keyring").touch()
        self._configuration.write_text(
            _CONFIGURATION.format(fsid=self._fsid, mon_port=self._mon_port, port=self._port, folder=self._folder)
        )
        monitors = str(self._folder / "monmap")
        address = f"[v2:127.0.0.1:{self._mon_port}]"
        self._run("monmaptool", "--create", "--addv", "a", address, "--fsid", self._fsid, monitors)
        self._run("ceph-mon", "-i", "a", "--mkfs", "--monmap", monitors)
        self._spawn("ceph-mon", "-i", "a", "-f")
        self._wait_for_port(self._mon_port)
        osd = str(uuid.uuid4())
        self._run("ceph", "osd", "new", osd)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._spawn("ceph-osd", "-i", "0", "-f")
        self._spawn("radosgw", "-n", "client.rgw.a", "-f")
        access_key, secret = "AKIATESTRADOSGW00001", secrets.token_hex(20)
        self._wait_for_answer()
        # The secret is made up for this run and dies with it, so it may stand among the arguments.
        self._run(
            "radosgw-admin",
            *("-n", "client.rgw.a", "user", "create", "--uid=owner", "--display-name=owner"),
            *(f"--access-key={access_key}", f"--secret-key={secret}"),
        )
        return access_key, secret

    def stop(self) -> None:
        """Kill: everything is thrown away, and an OSD takes its time to stop cleanly."""
        for daemon in reversed(self._daemons):
            daemon.kill()
        for daemon in self._daemons:
            daemon.wait()

    def _command(self, name: str, arguments: Sequence[str]) -> list[str]:
        program = _found(name)
        if program is None:
            raise RuntimeError(f"{name} is not installed")
        return [program, "-c", str(self._configuration), *arguments]

    def _run(self, name: str, *arguments: str) -> None:
        command = self._command(name, arguments)
        if name == "monmaptool":
            command = [command[0], *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, timeout=_START_SECONDS, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")

    def _spawn(self, name: str, *arguments: str) -> None:
        with (self._folder / "log" / f"{name}.out").open("wb") as output:
            self._daemons.append(
                subprocess.Popen(
                    [*self._with_us, *self._command(name, arguments)],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
            )

    @property
    def _with_us(self) -> tuple[str, ...]:
        """Should this process be killed, the kernel ends its daemons."""
        return (_found("setpriv") or "setpriv", "--pdeathsig", "KILL", "--")

    def _wait_for_port(self, port: int) -> None:
        for _ in self._attempts(f"port {port}"):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return

    def _wait_for_answer(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in self._attempts(self.endpoint):
            with contextlib.suppress(urllib.error.URLError, OSError), opener.open(self.endpoint, timeout=5):
                return

    def _attempts(self, what: str) -> Iterator[None]:
        while time.monotonic() < self._deadline:
            for daemon in self._daemons:
                if daemon.poll() is not None:
                    raise RuntimeError(f"{Path(daemon.args[4]).name} ended with {daemon.returncode}: {self._logs()}")  # type: ignore[index,arg-type]
            yield
            time.sleep(0.05)
        raise RuntimeError(f"no answer from {what}: {self._logs()}")

    def _logs(self) -> str:
        told = (path.read_text(errors="replace")[-1500:] for path in sorted((self._folder / "log").iterdir()))
        return "\n".join(told)


def main() -> None:
    """Serve until told to end; then nothing is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    add_lifetime_option(parser)
    arguments = parser.parse_args()
    reason = unavailable_because()
    if reason is not None:
        sys.exit(reason)
    # From the first child on, an end must pass the cleaning below.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Sockets in it have a path of at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="rgw-"))
    cluster = _Cluster(folder, arguments.port)
    try:
        access_key, secret = cluster.start()
        ready = {
            "endpoint": cluster.endpoint,
            "access_key": access_key,
            "secret": secret,
            "region": _REGION,
            "folder": str(folder),
        }
        serve(ready, while_stdin_open=arguments.while_stdin_open)
    finally:
        cluster.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
