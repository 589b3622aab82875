"""What the pages need from the rest of the program, passed in as one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kraken_desktop.gui.settings.background import RunInBackground
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Source
from kraken_desktop.model.profile import Account
from kraken_desktop.model.settings import Network, Settings

if TYPE_CHECKING:
    from kraken_desktop.doctor import Doctor
    from kraken_desktop.engines.kraken_answers import AccountStatus
    from kraken_desktop.network_access import Reached
    from kraken_desktop.previewing import Previews
    from kraken_desktop.stores.secret_store import Secrets
    from kraken_desktop.stores.settings import SettingsStore


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """Stores, the network, and the words."""

    store: SettingsStore
    secrets: Secrets
    account_status: Callable[[Account, str | None], AccountStatus]
    """Blocks; ``Services.account_status``."""
    try_network: Callable[[Settings, Network, str | None], tuple[Reached, ...]]
    """Blocks; ``Services.try_network``."""
    run_in_background: RunInBackground
    words: Words
    theme: Theme
    doctor: Callable[[], Doctor] | None = None
    """``Services.doctor``; None where profiles cannot be checked."""
    sample: Source | None = None
    """The image that previews are made for: what was dropped last."""
    previews: Previews | None = None
    """What tries recipes on it; None: nothing is tried."""
    now: Callable[[], datetime] = _now
    """Aware, in local time."""
