"""How a settings file of an earlier version becomes one of today's: ordered pure functions.

The function at place *n* takes the whole record of version *n + 1* and returns that of version *n + 2*;
it never changes what it is given. Each has a test named after it (``to_v2`` has ``test_to_v2``), which
``tests/stores/test_settings.py`` insists on. Version 1 is the first, so there is nothing to upgrade yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

Record: TypeAlias = Mapping[str, object]
Upgrade: TypeAlias = Callable[[Record], Record]

UPGRADES: tuple[Upgrade, ...] = ()


def newest_version(upgrades: Sequence[Upgrade] = UPGRADES) -> int:
    """The version that this program writes."""
    return len(upgrades) + 1


def upgrade(record: Record, version: int, upgrades: Sequence[Upgrade] = UPGRADES) -> Record:
    """The record, lifted from its version to the newest one."""
    for step in upgrades[version - 1 :]:
        record = step(record)
    return record
