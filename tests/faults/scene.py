"""Where a fault happens: a person who is set up, a few files, servers, and the cables to them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from kraken_desktop import composition
from kraken_desktop.composition import Services
from kraken_desktop.model.profile import Account, Credentials, Engine
from tests.faults.fronts import bare_environment
from tests.servers.kraken_faults import Fault
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.servers.wire import Wire
from tests.support.raw_server import Peer, RawServer
from tests.support.secret_service import SecretService, missing_programs
from tests.support.small_disk import NoSmallDiskError, SmallDisk
from tests.support.world import World

UNKNOWN = "localhost"
"""The host that the resolver does not know while the network is away: any other would need TLS."""

KEYRING = "keyring.backends.SecretService.Keyring"


@dataclass
class Scene:
    """What a fault is provoked in. ``mend`` undoes it, as the person, the network or the server would."""

    world: World
    route: dict[str, Any]
    files: Sequence[Path]
    patch: pytest.MonkeyPatch
    folder: Path
    """For whatever a fault needs on the disk."""
    stack: ExitStack
    options: list[str] = field(default_factory=list)
    """Of the terminal's program."""
    environ: dict[str, str] = field(default_factory=dict)
    """Besides what every program is given."""
    secrets_in_environment: bool = True
    account: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    """What is otherwise than in the world."""
    _when_set_up: list[Callable[[], None]] = field(default_factory=list)
    _mending: list[Callable[[], None]] = field(default_factory=list)

    @property
    def s3(self) -> StrictS3Handle:
        assert isinstance(self.world.s3, StrictS3Handle)
        return self.world.s3

    @property
    def by_kraken(self) -> bool:
        """Whether Kraken.io makes the images."""
        return self.route["engine"] is Engine.KRAKEN

    def some(self) -> list[Path]:
        """The files that a fault meets which does not meet all."""
        return [self.files[1], self.files[3]]

    def set_up(self) -> None:
        """Write the settings and keep the secrets, as the dialog does."""
        with closing(self.services()) as services:
            self.world.set_up(services, **self.route, **self.profile)
            self._change_account(services, **self.account)
        acts, self._when_set_up = self._when_set_up, []
        for act in acts:
            act()

    def services(self) -> Services:
        return self.world.services()

    def environment(self) -> dict[str, str]:
        """Of the terminal's program."""
        kept = dict(self.world.variables()) if self.secrets_in_environment else {}
        return {**bare_environment(self.world, self.world.home.parent), **kept, **self.environ}

    # --- faults, and what ends them ---

    def on_mend(self, act: Callable[[], object]) -> None:
        self._mending.append(lambda: (act(), None)[1])

    def mend(self) -> None:
        acts, self._mending = self._mending, []
        for act in acts:
            act()

    def order(self, *faults: Fault) -> None:
        """From the Kraken.io server."""
        for each in faults:
            self.world.api.order(each)
        self.on_mend(self.world.api.clear_faults)

    def order_s3(self, *faults: S3Fault) -> None:
        for each in faults:
            self.s3.order(replace(each, bucket=self.world.bucket))
        self.on_mend(self.s3.clear_faults)

    def wire(self, *, plugged: bool = True) -> Wire:
        """A cable to who is asked first on this route: Kraken.io, else S3."""
        wire = self.stack.enter_context(Wire(self._first_url, plugged=plugged))
        self._lead_to(wire.url)
        return wire

    def forget_host(self) -> None:
        """The network is away: no name can be looked up."""
        self._lead_to(f"http://{UNKNOWN}:{urlsplit(self._first_url).port}")
        self.options += ["--unknown", UNKNOWN]
        look_up = socket.getaddrinfo
        away = True

        def asked(name: Any, *more: Any, **named: Any) -> Any:
            if away and name in {UNKNOWN, UNKNOWN.encode()}:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return look_up("127.0.0.1" if name in {UNKNOWN, UNKNOWN.encode()} else name, *more, **named)

        def back() -> None:
            nonlocal away
            away = False

        self.patch.setattr(socket, "getaddrinfo", asked)
        self.on_mend(back)

    def untrusted(self) -> None:
        """Somebody stands in between, with a certificate that nobody knows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        self._lead_to(self.stack.enter_context(RawServer(_hang, context)).url)
        self.on_mend(self.lead_right)

    def lead_right(self) -> None:
        """Correct the settings."""
        self.account, self.profile = {}, {}
        self.set_up()

    def small_disk(self) -> SmallDisk:
        """A disk that is full until this is mended. Skips the test where there can be none."""
        mount_point = self.folder / "disk"
        mount_point.mkdir()
        try:
            disk = self.stack.enter_context(SmallDisk(mount_point))
        except NoSmallDiskError:
            pytest.skip("this system lets nobody mount a small disk")
        self.on_mend(disk.empty)
        return disk

    def locked_keyring(self) -> None:
        """A real one that holds the secrets, and that nobody opens. Skips the test where there is none."""
        if missing := missing_programs():
            pytest.skip(f"not installed: {', '.join(missing)}")
        service = self.stack.enter_context(closing(SecretService()))
        self.secrets_in_environment = False
        # The library leaves connections that failed to the collector, which warns of them: not in this process.
        self.patch.setattr(composition, "KeyringStore", lambda: service)
        self.environ = {**service.environ(), "PYTHON_KEYRING_BACKEND": KEYRING, "PYTHONWARNINGS": "ignore"}
        self._when_set_up.append(service.lock)
        self.on_mend(service.unlock)

    def as_somebody_else(self, **limits: Any) -> None:
        """With an access key that may do less."""
        key = self.s3.new_key(**limits)
        right = self.world.s3.secret
        self.profile["credentials"] = Credentials(access_key=key.access_key)
        self.world.s3.secret = key.secret

        def back() -> None:
            self.world.s3.secret = right
            self.lead_right()

        self.stack.callback(setattr, self.world.s3, "secret", right)
        self.on_mend(back)

    @property
    def _first_url(self) -> str:
        return self.world.api.url if self.by_kraken else self.world.s3.endpoint

    def _lead_to(self, url: str) -> None:
        if self.by_kraken:
            self.account["api_url"] = url
        else:
            self.profile["endpoint"] = url

    def _change_account(self, services: Services, **changes: Any) -> None:
        account: Account = replace(self.world.account(), **changes)
        services.settings.update(lambda now: now.with_account(account))


def _hang(peer: Peer) -> None:
    peer.wait()
