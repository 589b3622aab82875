"""What a drop takes of a quota, whether that is there, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.model.errors import QuotaShortError
from kraken_desktop.model.job import Job, Snapshot, Source, SourceKind
from kraken_desktop.model.profile import Account, Engine, Profile
from kraken_desktop.model.quota import Forecast, Need, charged, counts, fitting, need_of
from kraken_desktop.model.recipe import OutputFormat, Recipe, Variant

ACCOUNT = Account(id="a")
PROFILE = Profile(id="p", name="Blog", account_id="a")
PLAIN = Recipe()
SET = Recipe(
    variants=(
        Variant(name="small"),
        Variant(name="small-webp", convert=OutputFormat.WEBP),
        Variant(name="large-webp", convert=OutputFormat.WEBP),
        Variant(name="avif", convert=OutputFormat.AVIF),
    )
)
MB = 1_000_000


def job(size: int | None, *, recipe: Recipe = PLAIN, extension: str = ".jpg", **snapshot: object) -> Job:
    return Job(
        id=f"{size}",
        batch_id="b",
        position=1,
        dropped_at=datetime(2026, 11, 26, tzinfo=UTC),
        source=Source(kind=SourceKind.FILE, location="/a", name="a", size=size, extension=extension),
        snapshot=replace(Snapshot(profile=PROFILE, recipe=recipe, account=ACCOUNT), **snapshot),
    )


@dataclass(frozen=True)
class Told:
    quota_total: int
    quota_used: int
    quota_remaining: int
    plan_name: str = "Developers"


@pytest.mark.parametrize(
    ("recipe", "extension", "times"),
    [
        (PLAIN, ".jpg", 1),
        (PLAIN, ".heic", 1),
        (replace(PLAIN, convert=OutputFormat.AVIF), ".jpg", 1),
        (SET, ".jpg", 3),
        (SET, ".webp", 2),
        (SET, ".heic", 3),
    ],
)
def test_a_set_is_charged_once_for_each_of_its_formats(recipe, extension, times):
    assert charged(job(7, extension=extension).source, recipe) == 7 * times


def test_nobody_knows_the_size_of_an_address():
    assert charged(job(None).source, PLAIN) is None
    assert need_of([job(3), job(None), job(None)]) == Need(bytes=3, addresses=2)


@pytest.mark.parametrize(
    "free",
    [
        {"profile": replace(PROFILE, engine=Engine.LOCAL)},
        {"account": None},
        {"recipe": replace(PLAIN, sandbox=True)},
    ],
)
def test_what_kraken_io_does_not_make_takes_nothing(free):
    assert not counts(job(3, **free).snapshot)
    assert need_of([job(3, **free), job(None, **free)]) == Need()


def test_a_file_that_the_plan_does_not_take_is_never_sent_and_takes_nothing():
    known = replace(ACCOUNT, file_limit=32 * MB)
    jobs = [job(33 * MB, account=known), job(32 * MB, account=known), job(None, account=known)]
    assert need_of(jobs) == Need(bytes=32 * MB, addresses=1)
    assert fitting(jobs, 0) == (jobs[0],), "it fails at once, with its own words"


@pytest.mark.parametrize(
    ("need", "left", "fits", "worth_telling"),
    [
        (Need(bytes=340 * MB), 512 * MB, True, True),
        (Need(bytes=100 * MB), 512 * MB, True, False),
        (Need(bytes=129 * MB), 512 * MB, True, True),
        (Need(bytes=20 * MB), 20 * MB, True, False),
        (Need(bytes=340 * MB), 212 * MB, False, True),
        (Need(bytes=1), 0, False, False),
        (Need(bytes=1), -3 * MB, False, False),
        (Need(addresses=1), 0, False, False),
        (Need(addresses=1), 1, True, False),
        (Need(), 0, True, False),
        (Need(), -1, True, False),
    ],
)
def test_a_need_beside_what_is_left(need, left, fits, worth_telling):
    forecast = Forecast(need=need, left=left)
    assert (forecast.fits, forecast.worth_telling) == (fits, worth_telling)


@pytest.mark.parametrize(
    ("sizes", "left", "chosen"),
    [
        ([5, 3, 9, 1], 10, [5, 3, 1]),
        ([5, 3], 8, [5, 3]),
        ([11], 10, []),
        ([None, 5], 5, [None, 5]),
        ([None, 5], 0, []),
        ([5], -1, []),
    ],
)
def test_what_fits_goes_in_its_order(sizes, left, chosen):
    assert [each.source.size for each in fitting([job(size) for size in sizes], left)] == chosen


def test_the_figures_in_words():
    words = Words().quota
    some, over, none = Told(500 * MB, 288 * MB, 212 * MB), Told(500 * MB, 503 * MB, -3 * MB), Told(0, 12_000, 0)
    assert [words.left(each) for each in (some, over, none)] == [
        "Developers: 212 MB of 500 MB left",
        "Developers: over quota by 3.0 MB",
        "Developers: 12.0 kB used",
    ]
    assert [words.left_short(each) for each in (some, over, none)] == ["212 MB left", "Over by 3.0 MB", "12.0 kB used"]
    assert words.used(some) == "288 MB of 500 MB used, 212 MB left."
    assert words.left(replace(some, plan_name="")) == "Kraken.io: 212 MB of 500 MB left"
    assert words.left(replace(some, quota_remaining=0)) == "Developers: 0 bytes of 500 MB left"


@pytest.mark.parametrize(
    ("need", "told"),
    [
        (Need(bytes=340 * MB), "This needs about 340 MB of the 512 MB left at Kraken.io."),
        (
            Need(bytes=340 * MB, addresses=1),
            "This needs about 340 MB plus 1 address of unknown size of the 512 MB left at Kraken.io.",
        ),
    ],
)
def test_the_forecast_in_words(need, told):
    assert Words().quota.forecast(Forecast(need=need, left=512 * MB)) == told


def test_what_does_not_fit_in_words():
    message = Words().error(QuotaShortError(size=340 * MB, limit=212 * MB))
    assert message.what == "The quota of your Kraken.io plan does not suffice."
    assert message.why == "About 340 MB would be needed, and 212 MB are left."
