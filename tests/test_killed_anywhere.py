"""A kill at each moment of a job at which something is written or sent, and what the next start makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.composition import Services
from kraken_desktop.model.job import Done
from kraken_desktop.model.profile import Collision
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.stores.journal import Journal
from kraken_desktop.transport import Transport
from tests.servers.images import ImageKind, make_image
from tests.support.stage import FETCHED, PUSHED, Stage, done, failed
from tests.support.world import World

SET = Recipe(
    id="set",
    name="Set",
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=40)),
        Variant(name="modern", convert=OutputFormat.WEBP),
    ),
)
WRITES = ("reserve", "begin_attempt", "note_sent", "keep")


class KilledError(BaseException):
    """The program is no more: nothing that it would still do is done."""


@dataclass
class Moments:
    """Counts them, and ends the program at one of them."""

    last: int
    passed: int = 0
    name: str = ""

    def pass_one(self, name: str) -> None:
        self.passed += 1
        self.name = name
        if self.passed == self.last:
            raise KilledError

    def after(self, owner: type, name: str, *, before: bool = False) -> Callable[..., Any]:
        call = getattr(owner, name)

        def passing(*arguments: Any, **named: Any) -> Any:
            if before:
                self.pass_one(f"before {name}")
            result = call(*arguments, **named)
            self.pass_one(f"after {name}")
            return result

        return passing


@contextmanager
def killed_at(moment: int) -> Iterator[Moments]:
    moments = Moments(moment)
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(Journal, name, moments.after(Journal, name))
        patch.setattr(Transport, "request", moments.after(Transport, "request", before=True))
        yield moments


def went_on(world: World, services: Services, asked: int, where: str) -> Done:
    """What the next start makes of the one job that it finds, with the person's word where it needs that.

    Args:
        asked: how many requests there had been before the job.
        where: it was killed.
    """
    stage = Stage(world, services)
    (found,) = services.recover()
    since = found.attempt.started_at if found.attempt is not None and found.attempt.maybe_charged else None
    outcome = stage.run(found.job, since=since)
    if isinstance(outcome, Done):
        charged = [upload.parameters for upload in world.api.uploads[asked:] if upload.charged]
        paid = [str(parameters.get("convert")) for parameters in charged]
        assert len(paid) == len(set(paid)), f"{where}: paid twice"
        return outcome
    assert since is not None, where
    assert failed(outcome).failure.code == "fate.unknown", where
    services.journal.finish(found.job.id, outcome)
    services.journal.requeue(found.job.id)
    return done(stage.run(found.job))


@pytest.mark.parametrize(
    ("route", "template", "recipe"),
    [
        pytest.param(PUSHED, {"path_template": "{stem}-{hash:8}{ext}"}, None, id="route 1, unique"),
        pytest.param(PUSHED, {"path_template": "{stem}{ext}", "collision": Collision.RENAME}, SET, id="route 1, plain"),
        pytest.param(FETCHED, {"path_template": "{stem}{ext}", "collision": Collision.SKIP}, None, id="route 2, plain"),
    ],
)
def test_a_kill_at_any_moment_loses_nothing_and_pays_nothing_twice_by_itself(
    world: World, tmp_path: Path, route: dict[str, Any], template: dict[str, Any], recipe: Recipe | None
) -> None:
    photo = make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(64, 48))
    images = len(recipe.variants) if recipe else 1
    for moment in count(1):
        world.bucket, copies, asked = world.s3.new_bucket(), tmp_path / str(moment), len(world.api.uploads)
        first = world.services()
        stage = Stage(world, first)
        (job,) = stage.jobs(photo, recipe=recipe, **route, **template, local_copy=str(copies))
        with killed_at(moment) as moments, suppress(KilledError):
            stage.run(job)
        first.close()
        if moments.passed < moment:
            break
        second = world.services()
        outcome = went_on(world, second, asked, moments.name)
        second.journal.finish(job.id, outcome)
        second.close()
        keys = sorted(image.key for image in outcome.images)
        assert (len(keys), sorted(world.s3.keys(world.bucket))) == (images, keys), moments.name
        copied = sorted(Path(image.local_copy) for image in outcome.images)
        assert copied == sorted(path for path in copies.rglob("*") if path.is_file()), moments.name
    assert moment > len(WRITES), "it was killed at some of them"
