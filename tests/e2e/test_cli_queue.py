"""``kraken-s3 queue`` after a ``kill -9``: what is left is listed and finished, and nothing is sent twice."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kraken_desktop.intake import expand
from kraken_desktop.model.job import Source
from kraken_desktop.model.recipe import OutputFormat, Recipe, Variant
from tests.e2e.test_cli import COMMAND, environment, found_anywhere, kraken_s3, set_up_keyring, started
from tests.servers.images import ImageKind, make_set
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.stage import FETCHED
from tests.support.terminal import Terminal
from tests.support.world import World

pytestmark = pytest.mark.e2e

NOTHING = "There is nothing to go on with.\n"


@pytest.fixture
def set_up_world(world: World) -> World:
    set_up_keyring(world)
    return world


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Where it does not matter that the program is another process, it is none."""
    return Terminal(capsys, monkeypatch)


def stall(world: World, kind: FaultKind, files: list[Path]) -> None:
    """Let the server hang over these; over what it does not read they need to be larger than the sockets hold."""
    for path in files:
        if kind is FaultKind.STALL_READING:
            path.write_bytes(path.read_bytes() + b"\0" * 12_000_000)
        world.api.order(Fault(kind=kind, endpoint="upload", name=f"{path.stem}*"))


def until_stalled(api: KrakenApi, kind: FaultKind, count: int) -> None:
    """Until so many hang; what hangs over its answer has been received whole."""
    whole = kind is FaultKind.STALL_ANSWERING
    api.wait_until(
        lambda seen: sum(each.fault is kind and (each.sha256 is not None or not whole) for each in seen) == count, 60
    )


def killed_put(world: World, kind: FaultKind, files: list[Path], stalled: list[Path], *options: str) -> None:
    """A put that dies while the server hangs over some of its images."""
    stall(world, kind, stalled)
    with subprocess.Popen([*COMMAND, "put", *options, *map(str, files)], env=environment(world)) as program:
        until_stalled(world.api, kind, len(stalled))
        program.kill()
    world.api.clear_faults()


@pytest.mark.parametrize("kind", [FaultKind.STALL_ANSWERING, FaultKind.STALL_READING])
def test_what_a_kill_left_is_listed_and_finished_once(
    set_up_world: World, here: Terminal, tmp_path: Path, kind: FaultKind
) -> None:
    world = set_up_world
    files = make_set(tmp_path / "images", 6, kinds=[ImageKind.JPEG, ImageKind.PNG])
    killed_put(world, kind, files, files[2:4], "--jobs", "2")

    code, out, err = here("queue", "list", "--json")
    assert (code, err) == (0, "4 images left behind. To go on: kraken-s3 queue resume\n")
    left = [json.loads(line) for line in out.splitlines()]
    assert [(each["source"], each["status"]) for each in left] == [(str(path), "left") for path in files[2:]]
    assert [each["maybe_charged"] for each in left] == [kind is FaultKind.STALL_ANSWERING] * 2 + [False] * 2

    resumed = kraken_s3(world, "queue", "resume")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stderr.startswith("Going on with 4 images.\n")
    assert resumed.stderr.endswith("4 done\n")
    links = resumed.stdout.splitlines()
    assert [link.rpartition("/")[2].rpartition("-")[0] for link in links] == [path.stem for path in files[2:]]
    assert all(world.s3.anonymous_get(link).status == 200 for link in links)
    assert len(world.s3.keys(world.bucket)) == 6
    whole = Counter(each.file_name for each in world.api.uploads if each.sha256 is not None)
    assert whole == Counter({path.name: 1 for path in files}), "sent whole once each"

    code, out, err = here("history", "export", "--format", "json", "--sort", "name")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert [(each["source"], each["status"]) for each in told] == [(str(path), "done") for path in files]
    assert [each["images"][0]["url"] for each in told[2:]] == links

    assert here("queue", "resume") == (0, "", NOTHING)
    assert here("queue", "list") == (0, "", "The queue is empty.\n")
    assert found_anywhere(world.home.parent, world.secrets) == []


def test_nobody_takes_the_jobs_of_a_living_program(set_up_world: World, here: Terminal, tmp_path: Path) -> None:
    world = set_up_world
    dead = make_set(tmp_path / "dead", 1)
    living = [path.rename(path.with_stem(f"living-{at}")) for at, path in enumerate(make_set(tmp_path / "living", 2))]
    killed_put(world, FaultKind.STALL_ANSWERING, dead, dead)
    stall(world, FaultKind.STALL_ANSWERING, living[:1])
    with started(environment(world), "put", "--jobs", "1", *living) as program:
        until_stalled(world.api, FaultKind.STALL_ANSWERING, 2)
        lines = [line.split("\t") for line in here("queue", "list")[1].splitlines()]
        assert [(line[0], line[2], line[3], line[4]) for line in lines] == [
            ("left", dead[0].name, "web", "may have been charged"),
            ("running", living[0].name, "web", ""),
            ("queued", living[1].name, "web", ""),
        ]
        code, out, err = here("queue", "resume")
        assert (code, len(out.splitlines())) == (0, 1), err
        assert here("queue", "resume") == (0, "", NOTHING)
        world.api.clear_faults()
        out, err = program.communicate(timeout=60)
        assert (program.returncode, len(out.splitlines())) == (0, 2), err
    assert len(world.s3.keys(world.bucket)) == 3
    assert len(world.api.uploads) == 3


def test_two_that_resume_at_once_share_what_is_left(set_up_world: World, tmp_path: Path) -> None:
    world = set_up_world
    files = make_set(tmp_path / "images", 4)
    killed_put(world, FaultKind.STALL_ANSWERING, files, files[:1], "--jobs", "1")
    with ExitStack() as stack:
        programs = [stack.enter_context(started(environment(world), "queue", "resume")) for _ in range(2)]
        ended = [program.communicate(timeout=60) for program in programs]
        assert [program.returncode for program in programs] == [0, 0], ended
    assert sorted(len(out.splitlines()) for out, _ in ended) == [0, 4]
    assert sorted(err == NOTHING for _, err in ended) == [False, True]
    assert len(world.api.uploads) == 4


def test_what_is_interrupted_waits_for_the_next_time(set_up_world: World, here: Terminal, tmp_path: Path) -> None:
    world = set_up_world
    files = make_set(tmp_path / "images", 3)
    killed_put(world, FaultKind.STALL_READING, files, files[:1], "--jobs", "1")
    stall(world, FaultKind.STALL_ANSWERING, files[1:2])
    with started(environment(world), "queue", "resume", "--jobs", "1", "--json") as program:
        until_stalled(world.api, FaultKind.STALL_ANSWERING, 1)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    (told,) = [json.loads(line) for line in out.splitlines()]
    assert (told["source"], told["status"], told["profile"]) == (str(files[0]), "done", "web")
    assert err.endswith("2 images unfinished. To go on: kraken-s3 queue resume\n")
    assert "Traceback" not in err
    world.api.clear_faults()
    code, out, err = here("queue", "resume", "--link", "markdown")
    assert code == 0, err
    assert [line[:4] for line in out.splitlines()] == ["![im"] * 2
    whole = Counter(each.file_name for each in world.api.uploads if each.sha256 is not None)
    assert whole == Counter({path.name: 1 for path in files}), "sent whole once each"


def test_a_wrong_key_burns_nothing_and_what_was_mended_counts(
    set_up_world: World, here: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = set_up_world
    files = make_set(tmp_path / "images", 3)
    killed_put(world, FaultKind.STALL_READING, files, files[:1], "--jobs", "1")
    sent = len(world.api.uploads)
    with monkeypatch.context() as patch:
        patch.setenv("KRAKEN_API_SECRET", "wrong")
        code, out, err = here("queue", "resume", "--jobs", "1")
    assert (code, out) == (1, ""), err
    assert err.count("does not accept the API key") == 1
    assert err.endswith("3 images unfinished. To go on: kraken-s3 queue resume\n")
    assert len(world.api.uploads) == sent + 1
    assert here("profile", "edit", "web", "--path", "mended/{name}")[0] == 0
    code, out, err = here("queue", "resume")
    assert code == 0, err
    assert world.s3.keys(world.bucket) == tuple(f"mended/{path.name}" for path in files)


def test_a_profile_that_fails_holds_up_no_other_one(set_up_world: World, here: Terminal, tmp_path: Path) -> None:
    world = set_up_world
    first, second = make_set(tmp_path / "images", 2)
    with closing(world.services(**world.variables())) as services:
        settings = services.settings.update(
            lambda now: now.with_profile(world.profile(id="other", name="Other", **FETCHED))
        )
        for path, profile in ((first, settings.profiles[-1]), (second, settings.default_profile)):
            assert profile is not None
            sources = [each for each in expand([str(path)]) if isinstance(each, Source)]
            services.journal.add(services.new_jobs(sources, profile, settings))
    code, out, err = here("queue", "resume", "--json")
    assert code == 1
    (told,) = [json.loads(line) for line in out.splitlines()]
    assert (told["source"], told["status"], told["profile"]) == (str(second), "done", "web")
    assert err.count("image-000.jpg:\nThe S3 secret access key is missing.\n") == 1
    assert err.endswith("1 done\n1 image unfinished. To go on: kraken-s3 queue resume\n")


def test_what_is_given_up_is_in_the_history(set_up_world: World, here: Terminal, tmp_path: Path) -> None:
    world = set_up_world
    files = make_set(tmp_path / "images", 3)
    killed_put(world, FaultKind.STALL_ANSWERING, files, files[:1], "--jobs", "1")
    assert here("queue", "cancel", "--profile", "Other") == (0, "", "There is nothing to cancel.\n")
    assert here("queue", "cancel", "--profile", "web") == (0, "", "3 images cancelled.\n")
    assert here("queue", "resume") == (0, "", NOTHING)
    rows = [line.split("\t") for line in here("history", "list", "--sort", "name")[1].splitlines()]
    late = "Cancelled; the image may still arrive in the bucket"
    assert [(row[1], row[2], row[4]) for row in rows] == [
        ("cancelled", files[0].name, late),
        ("cancelled", files[1].name, ""),
        ("cancelled", files[2].name, ""),
    ]


def test_of_what_is_given_up_the_images_that_are_there_keep_their_links(
    set_up_world: World, here: Terminal, tmp_path: Path
) -> None:
    world = set_up_world
    (path,) = make_set(tmp_path / "images", 1)
    formats = tuple(Variant(name=form.value, convert=form) for form in (OutputFormat.WEBP, OutputFormat.PNG))
    with closing(world.services()) as services:
        services.settings.update(lambda now: now.with_recipe(Recipe(id="set", name="Set", variants=formats)))
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", key="*.png"))
    with started(environment(world), "put", "--recipe", "set", path) as program:
        until_stalled(world.api, FaultKind.STALL_ANSWERING, 1)
        program.kill()
    world.api.clear_faults()
    assert here("queue", "cancel") == (0, "", "1 image cancelled.\n")
    (told,) = json.loads(here("history", "export", "--format", "json")[1])
    assert told["status"] == "cancelled"
    (image,) = told["images"]
    assert image["variant"] == "webp"
    assert world.s3.anonymous_get(image["url"]).status == 200
