"""The plan without a network: what a source is, and the key it gets. Whole jobs are in the pipeline's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import SourceEmptyError, SourceMissingError, SourceTooLargeError, SourceUnreadableError
from kraken_desktop.model.job import Job, Source, SourceKind
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.planning import Content, examine, reserve_key
from tests.servers.images import ImageKind, make_image

PROFILE = Profile(id="p", name="Web", bucket="photos", path_template="{name}")


def fail(error: Exception) -> None:
    raise AssertionError(error)


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    made = Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, fail)
    yield made
    made.close()


def drop(services: Services, *paths: Path, profile: Profile = PROFILE) -> tuple[Job, ...]:
    sources = [
        Source(kind=SourceKind.FILE, location=str(path), name=path.name, extension=path.suffix) for path in paths
    ]
    made = services.new_jobs(sources, profile, Settings())
    services.journal.add(made)
    return made


CONTENT = Content(sha256="ab" * 32, size=5)


def test_a_thousand_of_a_name_get_a_thousand_keys(services: Services) -> None:
    made = drop(services, *[Path(f"/{n}/cover.jpg") for n in range(1000)])
    keys = [reserve_key(job, CONTENT, services.journal) for job in made]
    assert len(set(keys)) == 1000
    assert keys[:3] == ["cover.jpg", "cover-2.jpg", "cover-3.jpg"]
    assert [reserve_key(job, CONTENT, services.journal) for job in made[:20]] == keys[:20], "the same again"


def test_a_key_that_looks_numbered_already_is_no_trap(services: Services) -> None:
    made = drop(services, *[Path(f"/{name}") for name in ("a-2.png", "a.png")], Path("/b/a.png"))
    assert [reserve_key(job, CONTENT, services.journal) for job in made] == ["a-2.png", "a.png", "a-3.png"]


def test_a_source_is_read_once_and_measured_only_if_asked(services: Services, tmp_path: Path) -> None:
    path = make_image(ImageKind.JPEG_EXIF, tmp_path / "a.jpg", size=(64, 32))
    sized = replace(PROFILE, path_template="{width}x{height}{ext}")
    (plain,) = drop(services, path)
    (asked,) = drop(services, path, profile=sized)
    told = examine(plain, CancelToken())
    assert (told.size, told.width) == (path.stat().st_size, None)
    assert examine(asked, CancelToken()) == replace(told, width=32, height=64)


def test_what_cannot_be_read_is_named(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, large, folder = tmp_path / "empty.png", tmp_path / "large.png", tmp_path / "folder.png"
    empty.touch()
    large.write_bytes(b"x" * 2000)
    folder.mkdir()
    monkeypatch.setattr("kraken_desktop.planning.LARGEST_SOURCE", 1000)
    for path, error in (
        (tmp_path / "missing.png", SourceMissingError),
        (empty, SourceEmptyError),
        (large, SourceTooLargeError),
        (folder, SourceUnreadableError),
    ):
        with pytest.raises(error) as caught:
            examine(drop(services, path)[0], CancelToken())
        assert caught.value.path == str(path)


def test_hashing_can_be_cancelled(services: Services, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        examine(drop(services, make_image(ImageKind.PNG, tmp_path / "a.png"))[0], token)
