from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.composition import Services
from kraken_desktop.folders import Folders
from kraken_desktop.model.errors import BadCredentialsError
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.profile import Account, Engine, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Settings
from tests.servers.kraken_api import KrakenApi

SOURCES = [Source(kind=SourceKind.URL, location=f"https://site.example/{n}.png", name=f"{n}.png") for n in range(3)]
WEB = Profile(id="p", name="Web", recipe_id="r", account_id="a")
SETTINGS = Settings(accounts=(Account(id="a"),), recipes=(Recipe(id="r", lossy=False),), profiles=(WEB,))


def fail(error: Exception) -> None:
    raise AssertionError(error)


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    made = Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, fail)
    yield made
    made.close()


def test_everything_lives_below_the_home_that_is_named(tmp_path: Path) -> None:
    folders = Folders.of({"KRAKEN_DESKTOP_HOME": str(tmp_path)})
    for path in (
        folders.settings_file, folders.state_file, folders.journal, folders.spool, folders.cache, folders.logs
    ):  # fmt: skip
        assert path.is_relative_to(tmp_path)


@pytest.mark.parametrize("environ", [{}, {"KRAKEN_DESKTOP_HOME": "  "}])
def test_otherwise_where_the_system_wants_it(environ: dict[str, str], home: Path) -> None:
    folders = Folders.of(environ)
    assert folders.settings_file.is_relative_to(home)
    assert folders.settings_file != folders.state_file


def test_a_drop_is_one_batch_with_what_the_settings_say_now(services: Services) -> None:
    jobs = services.new_jobs(SOURCES, WEB, SETTINGS)
    assert len({job.id for job in jobs}) == 3
    assert len({job.batch_id for job in jobs}) == 1
    assert [job.position for job in jobs] == [1, 2, 3]
    assert all(job.dropped_at.tzinfo is not None for job in jobs)
    snapshot = jobs[0].snapshot
    assert (snapshot.profile, snapshot.recipe, snapshot.account) == (WEB, SETTINGS.recipes[0], SETTINGS.accounts[0])


def test_a_drop_may_come_in_parts(services: Services) -> None:
    first = services.new_jobs(SOURCES[:2], WEB, SETTINGS)
    rest = services.new_jobs(SOURCES[2:], WEB, SETTINGS, goes_on=first[-1])
    assert [job.position for job in (*first, *rest)] == [1, 2, 3]
    assert len({(job.batch_id, job.dropped_at) for job in (*first, *rest)}) == 1


def test_a_recipe_for_this_drop_goes_before_the_profiles(services: Services) -> None:
    own = Recipe(id="x", quality=40)
    assert services.new_jobs(SOURCES, WEB, SETTINGS, own)[0].snapshot.recipe == own


def test_a_recipe_or_account_that_is_gone_is_no_crash(services: Services) -> None:
    profile = replace(WEB, recipe_id="gone", account_id="gone")
    snapshot = services.new_jobs(SOURCES, profile, SETTINGS)[0].snapshot
    assert snapshot.recipe == Recipe()
    assert snapshot.account is None


def test_a_key_pair_is_checked_before_it_is_kept(services: Services, kraken_api: KrakenApi) -> None:
    account = Account(id="a", api_key=kraken_api.api_key, api_url=kraken_api.url)
    assert services.account_status(account, kraken_api.api_secret).active
    with pytest.raises(BadCredentialsError):
        services.account_status(account, "wrong")


def test_unfinished_jobs_come_back_and_unused_bytes_go(services: Services, home: Path) -> None:
    kept = services.spool.keep(b"pasted", "a.png")
    source = Source(kind=SourceKind.SPOOL, location=str(kept), name="a.png", size=6, extension=".png")
    jobs = services.new_jobs([source], WEB, SETTINGS)
    services.journal.add(jobs)
    services.close()
    again = Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, fail)
    assert [each.job for each in again.recover()] == list(jobs)
    assert kept.read_bytes() == b"pasted"
    again.close()


def test_a_job_gets_its_profile_as_it_is_now(services: Services) -> None:
    services.settings.update(lambda _: SETTINGS)
    one, two = services.new_jobs(SOURCES[:2], WEB, SETTINGS)
    assert services.renewal()(one) is one
    changed = replace(WEB, bucket="right", recipe_id="other")
    services.settings.update(
        lambda now: now.with_profile(changed).with_recipe(Recipe(id="other", quality=5)).with_account(Account(id="b"))
    )
    renewed = services.renewal()
    assert renewed(one).snapshot.profile == changed
    assert renewed(one).snapshot.recipe.quality == 5
    assert renewed(one).snapshot is renewed(two).snapshot, "one for a whole drop"
    services.settings.update(lambda now: now.without_profile(WEB.id))
    assert services.renewal()(one) is one
    (own,) = services.new_jobs(SOURCES[:1], WEB, SETTINGS, Recipe(id="only here"))
    services.settings.update(lambda now: now.with_profile(changed))
    assert services.renewal()(own).snapshot.recipe.id == "only here"


def test_only_the_jobs_that_are_meant_come_to_this_computer(services: Services) -> None:
    services.settings.update(lambda _: SETTINGS)
    meant, other = services.new_jobs(SOURCES[:2], WEB, SETTINGS)
    renewed = services.renewal(here=[meant.id])
    assert renewed(meant).snapshot.profile.engine is Engine.LOCAL
    assert renewed(other) is other, "it waits for the same queue, and nobody spoke of it"


def test_a_secret_that_another_program_mended_is_used_when_it_goes_on(services: Services, home: Path) -> None:
    account = SETTINGS.accounts[0]
    services.secrets.keep(account.secret_name, "wrong")
    assert services.secrets.api_secret(account) == "wrong"
    terminal = Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, fail)
    terminal.secrets.keep(account.secret_name, "right")
    terminal.close()
    services.renewal()
    assert services.secrets.api_secret(account) == "right"
