"""What servers told on the way, and need not tell twice."""

from __future__ import annotations

import threading
from datetime import timedelta

from kraken_desktop.model.profile import Profile


class KnownBuckets:
    """What was learned about buckets and their servers, for all jobs of a program. Safe to use from any thread.

    It saves requests and nothing else: whatever is wrong in it, or missing, is learned again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._regions: dict[tuple[str, str], str] = {}
        self._clocks: dict[str, timedelta] = {}
        self._unconditional: set[str] = set()

    def region(self, profile: Profile) -> str:
        """The bucket's region, by default the profile's."""
        with self._lock:
            return self._regions.get((profile.endpoint, profile.bucket), profile.region)

    def learn_region(self, profile: Profile, region: str) -> None:
        """The bucket is there, whatever the profile says."""
        with self._lock:
            self._regions[profile.endpoint, profile.bucket] = region

    def clock(self, profile: Profile) -> timedelta:
        """How far the server's clock is ahead of this computer's."""
        with self._lock:
            return self._clocks.get(profile.endpoint, timedelta())

    def learn_clock(self, profile: Profile, ahead: timedelta) -> None:
        """The server's clock is ahead by this, or behind if it is negative."""
        with self._lock:
            self._clocks[profile.endpoint] = ahead

    def takes_conditions(self, profile: Profile) -> bool:
        """Whether the server may know ``If-None-Match``."""
        with self._lock:
            return profile.endpoint not in self._unconditional

    def learn_unconditional(self, profile: Profile) -> None:
        """The server refuses every request with ``If-None-Match``."""
        with self._lock:
            self._unconditional.add(profile.endpoint)
