"""What a drop would take of a Kraken.io quota, before anything of it is sent.

The unit of a quota is bytes of input. A set is charged once a request, and our sets need one request for
each of their formats (Kraken.io docs, "Generating image sets"; the vendor's command-line client).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kraken_desktop.model.job import Job, Snapshot, Source
from kraken_desktop.model.profile import Engine
from kraken_desktop.model.recipe import Recipe

LARGE_NEED = 20_000_000
"""Bytes below which a drop is not spoken of, as long as it fits."""
LARGE_SHARE = 0.25
"""Of what is left: from there on a large drop is spoken of although it fits."""
_LITTLE_SHARE = 20
"""A quota with less than this part of it left, one in so many, is worth a word."""


class Quota(Protocol):
    """What Kraken.io tells of an account. All in bytes; ``quota_remaining`` is negative over the quota."""

    @property
    def plan_name(self) -> str: ...
    @property
    def quota_total(self) -> int: ...
    @property
    def quota_used(self) -> int: ...
    @property
    def quota_remaining(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What some jobs take: bytes of input that Kraken.io counts, and addresses whose size nobody knows yet."""

    bytes: int = 0
    addresses: int = 0

    @property
    def is_large(self) -> bool:
        """Whether it is worth asking for the quota first."""
        return self.bytes > LARGE_NEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A need beside what is left, in bytes; ``left`` is negative over the quota."""

    need: Need
    left: int

    @property
    def fits(self) -> bool:
        """Whether there is enough for all whose size is known."""
        return self.need == Need() or 0 < self.left >= self.need.bytes

    @property
    def worth_telling(self) -> bool:
        """Whether the person wants to know although it fits."""
        return self.need.is_large and self.need.bytes > LARGE_SHARE * self.left


def is_used_up(quota: Quota) -> bool:
    """Whether nothing is left; a plan that names no total has no end."""
    return quota.quota_remaining <= 0 < quota.quota_total


def is_low(quota: Quota) -> bool:
    """Whether so little is left that it is worth a word."""
    return quota.quota_remaining * _LITTLE_SHARE < quota.quota_total


def counts(snapshot: Snapshot) -> bool:
    """Whether jobs that are told this take something of a quota. The sandbox takes nothing."""
    return snapshot.profile.engine is Engine.KRAKEN and snapshot.account is not None and not snapshot.recipe.sandbox


def charged(source: Source, recipe: Recipe) -> int | None:
    """Bytes that Kraken.io counts for one source; None for an address, whose size is not known."""
    if source.size is None:
        return None
    return source.size * _requests(source, recipe)


def _requests(source: Source, recipe: Recipe) -> int:
    """One a format."""
    return len({output.extension for output in recipe.outputs(source.extension)})


def taken(job: Job) -> int | None:
    """Bytes that a job takes of the quota of its account; None for an address, whose size is not known.

    Nothing for one that is larger than what the plan takes, where that is known: it is never sent.
    """
    return _Scale().weigh(job)


class _Scale:
    """Weighs jobs. Those of a drop share their recipe, and what it makes of a type is looked up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[Recipe, int]] = {}

    def weigh(self, job: Job) -> int | None:
        snapshot, source = job.snapshot, job.source
        limit = snapshot.account.file_limit if snapshot.account is not None else None
        if not counts(snapshot) or (limit is not None and source.size is not None and source.size > limit):
            return 0
        if source.size is None:
            return None
        recipe = snapshot.recipe
        # By identity: a recipe is slow to compare. Kept, so that no other one gets its number.
        key = id(recipe), source.extension
        if key not in self._known:
            self._known[key] = recipe, _requests(source, recipe)
        return source.size * self._known[key][1]


def need_of(jobs: Iterable[Job]) -> Need:
    """What these jobs take of the quotas of their accounts."""
    scale = _Scale()
    needs = [scale.weigh(job) for job in jobs]
    return Need(bytes=sum(need or 0 for need in needs), addresses=needs.count(None))


def fitting(jobs: Sequence[Job], left: int) -> tuple[Job, ...]:
    """Those that what is left is enough for, in their order. One that does not fit makes room for smaller ones.

    Addresses go on while something is left: they may be small.
    """
    chosen: list[Job] = []
    scale = _Scale()
    for job in jobs:
        need = scale.weigh(job)
        if need == 0 or (left > 0 and (need or 0) <= left):
            chosen.append(job)
            left -= need or 0
    return tuple(chosen)
