"""Hands out the one transport, always as the network settings are now; and tries settings before they are saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraken_desktop.model.errors import KrakenDesktopError, SecretMissingError
from kraken_desktop.model.links import bucket_url
from kraken_desktop.model.profile import DEFAULT_API_URL
from kraken_desktop.model.settings import PROXY_SECRET, Network, Settings
from kraken_desktop.stores.secret_store import Secrets
from kraken_desktop.stores.settings import FileStamp, SettingsStore, file_stamp

if TYPE_CHECKING:
    from kraken_desktop.transport import Transport
    from kraken_desktop.transport.pace import Pace

MOST_TRIALS = 6
_TRIAL_SECONDS = 15.0
_TRIAL_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What became of a try to reach one address."""

    url: str
    error: KrakenDesktopError | None = None
    """None: it answered, whatever it said."""


class NetworkAccess:
    """The way out for every request of a program. Thread-safe.

    A change of the network settings, by whichever program, is for the next one who asks; requests on their way end
    as they began. Only another speed limit holds at once, for all of them together.

    Args:
        settings: read when the file was replaced, and never changed.
        secrets: asked for the password of the proxy when a request needs it.
        connections: how many requests to one host at the same time.
        user_agent: product and version.
    """

    def __init__(self, *, settings: SettingsStore, secrets: Secrets, connections: int, user_agent: str) -> None:
        self._settings = settings
        self._secrets = secrets
        self._connections = connections
        self._user_agent = user_agent
        self._lock = threading.RLock()
        self._pace: Pace | None = None
        self._limit: tuple[FileStamp | None, int | None] | None = None
        self._stamp: FileStamp | None = None
        self._network = Network()
        self._trust_stamp: FileStamp | None = None
        self._transport: Transport | None = None

    def transport(self) -> Transport:
        """The transport for the settings as they are now; made at the first call, which takes a fifth of a second."""
        with self._lock:
            # The stamps come first: what is written after them is seen the next time.
            stamp = self._settings.stamp()
            if self._transport is not None and stamp == self._stamp and _stamp_of(self._network) == self._trust_stamp:
                return self._transport
            network = self._settings.peek().preferences.network
            trust_stamp = _stamp_of(network)
            way, way_before = (replace(each, upload_limit=None) for each in (network, self._network))
            if self._transport is None or (way, trust_stamp) != (way_before, self._trust_stamp):
                before, self._transport = self._transport, self._open(network, self._secrets.proxy_password)
                if before is not None:
                    # Drops the idle connections; those in use end with their requests.
                    before.close()
            self._stamp, self._network, self._trust_stamp = stamp, network, trust_stamp
            return self._transport

    def try_out(self, network: Network, password: str | None, urls: Iterable[str]) -> tuple[Reached, ...]:
        """Try to reach each address with settings that need not be saved. Takes as long as the network does.

        Args:
            network: the settings.
            password: of the proxy; None takes the kept one.
            urls: what to ask for. Nothing secret is sent there.
        """

        def typed() -> str:
            if password is None:
                return self._secrets.proxy_password()
            if not password:
                raise SecretMissingError(name=PROXY_SECRET)
            return password

        transport = self._open(network, typed)
        try:
            with ThreadPoolExecutor(MOST_TRIALS, thread_name_prefix="trial") as threads:
                return tuple(threads.map(lambda url: _reach(transport, url), urls))
        finally:
            transport.close()

    def close(self) -> None:
        """At the end of the program."""
        with self._lock:
            before, self._transport = self._transport, None
        if before is not None:
            before.close()

    def _open(self, network: Network, password: Callable[[], str]) -> Transport:
        from kraken_desktop.transport.network import open_transport  # slow to import
        from kraken_desktop.transport.pace import Pace

        with self._lock:
            # One for all transports: those that others took the place of may still send.
            self._pace = self._pace or Pace(self._upload_limit)
        return open_transport(
            network, password, connections=self._connections, user_agent=self._user_agent, pace=self._pace
        )

    def _upload_limit(self) -> int | None:
        """As the settings are now. Called by who sends, again and again."""
        stamp, known = self._settings.stamp(), self._limit
        if known is None or known[0] != stamp:
            known = self._limit = (stamp, self._settings.peek().preferences.network.upload_limit)
        return known[1]


def _stamp_of(network: Network) -> FileStamp | None:
    """What changes when the file with the certificates does, is gone, or is back."""
    return file_stamp(Path(network.ca_file)) if network.ca_file else None


def trial_urls(settings: Settings) -> tuple[str, ...]:
    """What a try of the network settings asks for: Kraken.io's API, and the servers of the profiles' buckets.

    Each server once, those of the default profile first, and no more than ``MOST_TRIALS``.
    """
    default = settings.default_profile
    profiles = ((default,) if default is not None else ()) + settings.profiles
    urls = [account.api_url for account in settings.accounts] or [DEFAULT_API_URL]
    urls += [bucket_url(profile, "") for profile in profiles if profile.bucket and not profile.folder]
    by_server: dict[str, str] = {}
    for url in urls:
        by_server.setdefault(_server(url), url)
    return tuple(by_server.values())[:MOST_TRIALS]


def _server(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return url


def _reach(transport: Transport, url: str) -> Reached:
    from kraken_desktop.transport import Timeouts

    limits = Timeouts(connect=_TRIAL_SECONDS, read=_TRIAL_SECONDS, total=2 * _TRIAL_SECONDS)
    try:
        transport.request("GET", url, timeouts=limits, limit=_TRIAL_BYTES)
    except KrakenDesktopError as error:
        return Reached(url=url, error=error)
    return Reached(url=url)
