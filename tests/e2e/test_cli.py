"""The real ``kraken-s3``, in a process of its own, through real servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers.images import ImageKind, make_image, make_set
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.raw_server import hidden_port
from tests.support.secret_service import missing_programs
from tests.support.world import World

COMMAND = [sys.executable, "-m", "kraken_desktop.cli"]


def kraken_s3(
    world: World,
    *arguments: str | Path,
    given: str = "",
    environ: Mapping[str, str] | None = None,
    seconds: float = 100,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. Without a keyring: the secrets come from the environment, as on a server."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=given,
        env=environment(world) if environ is None else dict(environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


def environment(world: World) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(world.home.parent),
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONWARNINGS": "error",
        **world.environ,
        **world.variables(),
    }


def set_up(world: World, *options: str) -> None:
    login = kraken_s3(
        world,
        "account", "login", "--api-key", world.api.api_key, "--api-secret-stdin", "--api-url", world.api.url,
        given=world.api.api_secret,
    )  # fmt: skip
    assert login.returncode == 0, login.stderr
    added = kraken_s3(
        world,
        "profile", "add", "web", "--bucket", world.bucket, "--region", world.s3.region, "--endpoint", world.s3.endpoint,
        "--access-key", world.s3.access_key, "--secret-stdin", *options,
        given=world.s3.secret,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr


def set_up_keyring(world: World) -> None:
    """As the window does it: settings that refer to a keyring, which the program will not find here."""
    with closing(world.services()) as services:
        world.set_up(services, name="web")


def found_anywhere(folder: Path, secrets: tuple[str, ...]) -> list[Path]:
    """Files that hold a secret, as text or as JSON would write it."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    ]


def test_images_in_links_out_in_input_order(either_world: World, tmp_path: Path) -> None:
    world = either_world
    set_up(world, "--tag", "team=web", "--metadata", "origin=desk", "--cache-control", "max-age=60")
    images = make_set(tmp_path / "images", 12)
    put = kraken_s3(world, "put", *images)
    assert put.returncode == 0, put.stderr
    links = put.stdout.splitlines()
    assert len(links) == 12
    for path, link in zip(images, links, strict=True):
        assert f"/{path.stem}-" in link
        answer = world.s3.anonymous_get(link)
        assert answer.status == 200
        assert len(answer.body) <= path.stat().st_size
    for key in world.s3.keys(world.bucket):
        stored = world.s3.get(world.bucket, key)
        assert stored.metadata["origin"] == "desk"
        assert stored.headers["cache-control"] == "max-age=60"
        assert world.s3.acl(world.bucket, key) == "public-read"
        assert world.s3.tags(world.bucket, key) == {"team": "web"}
    assert world.api.peak_uploads > 1
    assert found_anywhere(world.home.parent, world.secrets) == []


def test_json_tells_everything_of_every_source(either_world: World, tmp_path: Path) -> None:
    world = either_world
    set_up(world)
    good = make_image(ImageKind.JPEG, tmp_path / "good.jpg")
    broken = make_image(ImageKind.TRUNCATED_JPEG, tmp_path / "broken.jpg")
    text = make_image(ImageKind.TEXT_AS_JPEG, tmp_path / "text.jpg")
    missing = tmp_path / "missing.png"
    put = kraken_s3(world, "put", "--json", missing, good, text, broken)
    assert put.returncode == 1
    told = [json.loads(line) for line in put.stdout.splitlines()]
    assert [each["source"] for each in told] == [str(path) for path in (missing, good, text, broken)]
    assert [each["status"] for each in told] == ["failed", "done", "failed", "failed"]
    assert all(each["profile"] == "web" for each in told)
    done = told[1]
    (image,) = done["images"]
    assert set(image) == {"variant", "key", "url", "kraked_url", "width", "height", "bytes"}
    assert world.s3.anonymous_get(image["url"]).status == 200
    assert done["original_bytes"] == good.stat().st_size
    assert done["saved_bytes"] == done["original_bytes"] - image["bytes"]
    for each in told:
        assert (each["status"] == "failed") == ("error" in each)
    assert [each["error"]["code"] for each in told if "error" in each] == [
        "source.missing",
        "source.unsupported",
        "kraken.type_refused",
    ]
    assert all(each["error"]["message"] and each["error"]["hint"] for each in told if "error" in each)
    assert all(each["images"] == [] for each in told if "error" in each)


@pytest.mark.parametrize(
    ("link_format", "line"),
    [("markdown", "![a]({})"), ("html", '<img src="{}" width="320" height="240" alt="a">')],
)
def test_links_as_they_are_needed(world: World, tmp_path: Path, link_format: str, line: str) -> None:
    set_up(world, "--path", "{name}")
    path = make_image(ImageKind.PNG, tmp_path / "a.png")
    put = kraken_s3(world, "put", "--link", link_format, path)
    assert put.stdout.strip() == line.format(f"{world.s3.endpoint}/{world.bucket}/a.png")


def test_a_folder_and_an_address(world: World, tmp_path: Path) -> None:
    set_up(world, "--path", "{folder}/{name}")
    make_set(tmp_path / "shots" / "deep", 2)
    (tmp_path / "shots" / "notes.txt").write_text("no image")
    put = kraken_s3(world, "put", tmp_path / "shots")
    assert put.returncode == 0, put.stderr
    assert world.s3.keys(world.bucket) == ("shots/deep/image-000.jpg", "shots/deep/image-001.png")
    assert "shots" in put.stderr
    again = kraken_s3(world, "put", put.stdout.splitlines()[0])
    assert again.returncode == 0, again.stderr
    assert world.s3.anonymous_get(again.stdout.strip()).status == 200


def test_recipes_reach_the_service(world: World, tmp_path: Path) -> None:
    set_up(world)
    path = make_image(ImageKind.JPEG_EXIF, tmp_path / "a.jpg")
    kraken_s3(world, "put", "--lossy", "--quality", "33", "--keep-meta", "copyright,date", path)
    kraken_s3(world, "put", "--lossless", path)
    lossy, lossless = (upload.parameters for upload in world.api.uploads)
    assert (lossy["lossy"], lossy["quality"], lossy["preserve_meta"]) == (True, 33, ["copyright", "date"])
    assert lossless["lossy"] is False
    assert "quality" not in lossless


def test_one_bad_credential_is_told_once_and_burns_nothing(world: World, tmp_path: Path) -> None:
    set_up(world)
    environ = {**environment(world), "KRAKEN_API_SECRET": "wrong"}
    put = kraken_s3(world, "put", "--json", "--jobs", "1", *make_set(tmp_path / "images", 8), environ=environ)
    assert put.returncode == 1
    told = [json.loads(line) for line in put.stdout.splitlines()]
    assert [each["error"]["code"] for each in told] == ["kraken.bad_credentials"] * 8
    assert len(world.api.uploads) == 1
    assert put.stderr.count("does not accept the API key") == 1


def test_a_busy_server_is_tried_again(world: World, tmp_path: Path) -> None:
    set_up(world)
    world.api.order(Fault(kind=FaultKind.STATUS, endpoint="upload", status=503))
    put = kraken_s3(world, "put", make_image(ImageKind.PNG, tmp_path / "a.png"))
    assert put.returncode == 0, put.stderr
    assert re.search(r"^  Trying again (in \d+ s|now)$", put.stderr, re.MULTILINE), put.stderr
    assert len(world.api.uploads) == 2


def test_interrupted(world: World, tmp_path: Path) -> None:
    set_up(world)
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", times=None))
    with subprocess.Popen(
        [*COMMAND, "put", *map(str, make_set(tmp_path / "images", 6))],
        env=environment(world),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        world.api.wait_until(
            lambda seen: sum(each.endpoint == "upload" and each.sha256 is not None for each in seen) >= 4
        )
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err


@pytest.fixture
def full_backlog() -> Iterator[int]:
    with hidden_port() as port:
        yield port


BLOCKING_KEYRING = """
    import sys
    import time

    from keyring.backend import KeyringBackend


    class Keyring(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            sys.stderr.write("asked\\n")
            sys.stderr.flush()
            time.sleep(60)

        set_password = delete_password = None
"""


@contextmanager
def started(environ: Mapping[str, str], *arguments: str | Path, **streams: Any) -> Iterator[subprocess.Popen[str]]:
    """The program at work; it does not outlive the test."""
    ends = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    with subprocess.Popen([*COMMAND, *map(str, arguments)], env=dict(environ), text=True, **ends) as program:
        try:
            yield program
        finally:
            program.kill()


def interrupted(program: subprocess.Popen[str]) -> tuple[str, str]:
    """What it prints after Ctrl+C, which ends it within seconds and with its own exit code."""
    began = time.monotonic()
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    assert time.monotonic() - began < 5
    assert "Traceback" not in err
    return out, err


def test_interrupted_while_a_keyring_asks(world: World, tmp_path: Path) -> None:
    set_up_keyring(world)
    (tmp_path / "blocking.py").write_text(textwrap.dedent(BLOCKING_KEYRING))
    images = make_set(tmp_path / "images", 3)
    environ = environment(world) | {"PYTHON_KEYRING_BACKEND": "blocking.Keyring", "PYTHONPATH": str(tmp_path)}
    del environ["KRAKEN_S3_SECRET"]
    with started(environ, "put", "--json", *images) as program:
        assert program.stderr is not None
        assert program.stderr.readline() == "asked\n"
        out, _ = interrupted(program)
    told = [json.loads(line) for line in out.splitlines()]
    assert [(each["source"], each["status"]) for each in told] == [(str(path), "cancelled") for path in images]


def connecting(port: int) -> int:
    """How many connections to it are being made (Linux: SYN_SENT is state 02)."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(line[2].endswith(f":{port:04X}") and line[3] == "02" for line in lines)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux shows connections being made")
def test_interrupted_while_connecting(world: World, tmp_path: Path, full_backlog: int) -> None:
    set_up_keyring(world)
    settings = world.home / "settings.json"
    settings.write_text(settings.read_text().replace(world.api.url, f"http://127.0.0.1:{full_backlog}"))
    image = make_image(ImageKind.PNG, tmp_path / "a.png")
    before = connecting(full_backlog)
    with started(environment(world), "put", "--json", tmp_path / "missing.png", image) as program:
        until(lambda: connecting(full_backlog) > before)
        out, _ = interrupted(program)
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["failed", "cancelled"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a pipe be made small")
def test_interrupted_twice_while_nobody_reads(world: World, tmp_path: Path) -> None:
    import fcntl

    set_up(world, "--path", "{name}")
    images = [make_image(ImageKind.PNG, tmp_path / f"{at}{'写' * 70}.png") for at in range(6)]
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    try:
        with started(environment(world), "put", "--json", "--jobs", "1", *images, stdout=writing) as program:
            os.close(writing)
            # The line of the second has no room beside that of the first.
            world.api.wait_until(lambda seen: sum(each.endpoint == "upload" for each in seen) >= 2)
            program.send_signal(signal.SIGINT)
            time.sleep(0.5)  # else both may count as one
            program.send_signal(signal.SIGINT)
            _, err = program.communicate(timeout=5)
            assert program.returncode == 130, err
            assert "Traceback" not in err
    finally:
        os.close(reading)


def until(happened: Callable[[], bool], seconds: float = 20) -> None:
    """Look again and again."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_reader_that_leaves_ends_it_quietly(world: World, tmp_path: Path) -> None:
    set_up(world)
    images = make_set(tmp_path / "images", 4)
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, name="image-002*", times=None))
    with started(environment(world), "put", "--jobs", "1", *images) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith("http")
        program.stdout.close()
        err = program.stderr.read()
        assert program.wait(20) == 1, err
    assert "image-003" not in {Path(each.file_name).stem for each in world.api.uploads}
    assert "Traceback" not in err
    assert "standard output" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_once(world: World, tmp_path: Path) -> None:
    set_up(world)
    images = make_set(tmp_path / "images", 6)
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        started(environment(world), "put", "--jobs", "1", *images, stdout=full) as program,
    ):
        _, err = program.communicate(timeout=20)
        assert program.returncode == 1, err
    assert err.count("kraken-s3: cannot write to standard output") == 1
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        started(environment(world), "profile", "list", stdout=full) as program,
    ):
        _, err = program.communicate(timeout=20)
        assert program.returncode == 1, err


@pytest.mark.parametrize("arguments", [["--json"], ["--link", "markdown"]])
def test_a_name_that_the_code_page_lacks(world: World, tmp_path: Path, arguments: list[str]) -> None:
    set_up(world, "--path", "{name}")
    image = make_image(ImageKind.PNG, tmp_path / "写真.png")
    environ = environment(world) | {"PYTHONIOENCODING": "cp1252"}
    put = kraken_s3(world, "put", *arguments, image, environ=environ, seconds=20)
    assert put.returncode == 0, put.stderr
    told = json.loads(put.stdout)["source"] if arguments == ["--json"] else put.stdout
    assert image.stem in told
    assert (arguments == ["--json"]) == put.stdout.isascii()


@pytest.mark.skipif(sys.platform != "linux", reason="file systems of other systems take text only")
@pytest.mark.parametrize("there", [True, False])
def test_a_name_that_is_no_text(world: World, tmp_path: Path, there: bool) -> None:
    set_up(world)
    name = tmp_path / os.fsdecode(b"caf\xe9.png")
    if there:
        make_image(ImageKind.PNG, tmp_path / "a.png").rename(name)
    environ = environment(world) | {"PYTHONIOENCODING": "utf-8:strict"}
    put = kraken_s3(world, "put", "--json", name, environ=environ, seconds=20)
    assert put.returncode == (0 if there else 1), put.stderr
    assert json.loads(put.stdout)["source"] == str(name)


def test_a_bugs_traceback_is_in_the_log(world: World, tmp_path: Path) -> None:
    set_up(world)
    assert not list(world.home.rglob("*.log"))
    program = """
        import sys
        from kraken_desktop import cli, pipeline

        def examine(*_):
            raise ZeroDivisionError("secret=" + sys.argv[1])

        pipeline.examine = examine
        sys.exit(cli.main(["put", sys.argv[2]]))
    """
    image = make_image(ImageKind.PNG, tmp_path / "a.png")
    put = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), world.s3.secret, str(image)],
        env=environment(world),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert put.returncode == 1
    assert "ZeroDivisionError" in put.stderr
    assert "Traceback" not in put.stderr
    (log,) = world.home.rglob("*.log")
    assert "in examine" in log.read_text()
    assert found_anywhere(world.home, world.secrets) == []


def test_what_needs_no_keyring_to_be_forgotten(world: World) -> None:
    set_up_keyring(world)
    for arguments in (["profile", "remove", "web"], ["account", "logout"]):
        done = kraken_s3(world, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
    assert kraken_s3(world, "profile", "list").stdout == "This computer (default)\n"
    assert kraken_s3(world, "account", "status").returncode == 2


def test_a_keyring_that_does_not_let_go_is_told(world: World, tmp_path: Path) -> None:
    set_up_keyring(world)
    refusing = BLOCKING_KEYRING.replace("time.sleep(60)", "raise OSError")
    (tmp_path / "refusing.py").write_text(textwrap.dedent(refusing))
    environ = environment(world) | {"PYTHON_KEYRING_BACKEND": "refusing.Keyring", "PYTHONPATH": str(tmp_path)}
    for arguments in (["profile", "remove", "web"], ["account", "logout"]):
        done = kraken_s3(world, *arguments, environ=environ)
        assert done.returncode == 1
        assert "keyring" in done.stderr
        assert "Traceback" not in done.stderr
    assert kraken_s3(world, "profile", "list").stdout == "This computer (default)\n"
    assert kraken_s3(world, "account", "status").returncode == 2


def test_an_empty_folder_is_wrong_usage(world: World, tmp_path: Path) -> None:
    set_up(world)
    (tmp_path / "empty").mkdir()
    put = kraken_s3(world, "put", tmp_path / "empty")
    assert put.returncode == 2
    assert "no image" in put.stderr
    assert "no image was found" in " ".join(kraken_s3(world, "put", "--help").stdout.split())


def test_a_profile_at_fault_is_told_with_the_option_that_mends_it(world: World, tmp_path: Path) -> None:
    set_up(world)
    settings = world.home / "settings.json"
    settings.write_text(settings.read_text().replace('"acl": "public_read"', '"acl": "none"'))
    put = kraken_s3(world, "put", "--json", make_image(ImageKind.PNG, tmp_path / "a.png"))
    assert put.returncode == 1
    assert "kraken-s3 profile edit web --acl" in put.stderr
    assert "kraken-s3 profile edit web --acl" in json.loads(put.stdout)["error"]["hint"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["put"],
        ["put", "--quality", "0", "a.png"],
        ["put", "--lossy", "--lossless", "a.png"],
        ["put", "--lossless", "--quality", "5", "a.png"],
        ["put", "--keep-meta", "nonsense", "a.png"],
        ["put", "--profile", "nobody", "a.png"],
        ["put", "--recipe", "nobody", "a.png"],
        ["put", "--jobs", "0", "a.png"],
        ["profile", "show", "nobody"],
        ["profile", "add", "web"],
        ["profile", "add", "bad", "--bucket", "Not_A_Bucket!", "--access-key", "AKIDEXAMPLE12345678"],
        ["profile", "edit", "web", "--tag", "no-equals-sign"],
        ["account", "login", "--api-key", "x", "--api-secret-stdin"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_reason(world: World, tmp_path: Path, arguments: list[str]) -> None:
    set_up(world)
    make_image(ImageKind.PNG, tmp_path / "a.png")
    result = kraken_s3(world, *arguments)
    assert result.returncode == 2, (result.stdout, result.stderr)
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_a_person_who_removed_every_profile_is_told_what_is_needed(world: World, tmp_path: Path) -> None:
    assert kraken_s3(world, "profile", "remove", "This computer").returncode == 0
    put = kraken_s3(world, "put", make_image(ImageKind.PNG, tmp_path / "a.png"))
    assert put.returncode == 2
    assert "profile add" in put.stderr


def test_profiles_are_listed_shown_changed_and_removed(world: World) -> None:
    set_up(world, "--tag", "team=web")
    assert kraken_s3(world, "profile", "list").stdout == "This computer\nweb (default)\n"
    assert kraken_s3(world, "profile", "edit", "web", "--acl", "private", "--cache-control", "no-store").returncode == 0
    shown = json.loads(kraken_s3(world, "profile", "show", "web").stdout)
    assert (shown["acl"], shown["bucket"], shown["tags"]) == ("private", world.bucket, [["team", "web"]])
    assert shown["headers"] == [["Cache-Control", "no-store"]]
    assert kraken_s3(world, "profile", "remove", "web").returncode == 0
    assert kraken_s3(world, "profile", "list").stdout == "This computer (default)\n"


def test_on_a_server_everything_comes_from_the_environment(world: World, tmp_path: Path) -> None:
    login = kraken_s3(
        world, "account", "login", "--api-key", world.api.api_key, "--api-secret-stdin", "--api-url", world.api.url,
        given=world.api.api_secret,
    )  # fmt: skip
    assert login.returncode == 0, login.stderr
    added = kraken_s3(world, "profile", "add", "ci", "--bucket", world.bucket, "--region", world.s3.region)
    assert added.returncode == 0, added.stderr
    assert kraken_s3(world, "put", make_image(ImageKind.PNG, tmp_path / "a.png")).returncode == 0
    without = {name: value for name, value in environment(world).items() if name != "KRAKEN_S3_SECRET"}
    put = kraken_s3(world, "put", tmp_path / "a.png", environ=without)
    assert put.returncode == 1
    assert "KRAKEN_S3_SECRET" in put.stderr


def test_account_status_and_logout(world: World) -> None:
    set_up(world)
    status = kraken_s3(world, "account", "status")
    assert status.returncode == 0, status.stderr
    assert "left:" in status.stdout
    assert kraken_s3(world, "account", "logout").returncode == 0
    assert kraken_s3(world, "account", "status").returncode == 2


def test_a_wrong_secret_is_found_at_login(world: World) -> None:
    login = kraken_s3(
        world,
        "account", "login", "--api-key", world.api.api_key, "--api-secret-stdin", "--api-url", world.api.url,
        given="wrong",
    )  # fmt: skip
    assert login.returncode == 1
    assert not (world.home / "settings.json").exists()


def test_without_a_keyring_the_variable_is_named(world: World) -> None:
    environ = {name: value for name, value in environment(world).items() if name != "KRAKEN_API_SECRET"}
    login = kraken_s3(
        world,
        "account", "login", "--api-key", world.api.api_key, "--api-secret-stdin", "--api-url", world.api.url,
        given=world.api.api_secret, environ=environ,
    )  # fmt: skip
    assert login.returncode == 2
    assert "KRAKEN_API_SECRET" in login.stderr
    assert found_anywhere(world.home.parent, world.secrets) == []


@pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}")
def test_secrets_are_kept_in_a_real_keyring(either_world: World, tmp_path: Path) -> None:
    world = either_world
    path = make_image(ImageKind.PNG, tmp_path / "a.png")
    script = tmp_path / "session.sh"
    kraken = " ".join(COMMAND)
    script.write_text(
        f"""set -eu
printf %s test | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null
printf %s "$T_API_SECRET" | {kraken} account login --api-secret-stdin \\
    --api-key {world.api.api_key} --api-url {world.api.url}
printf %s "$T_S3_SECRET" | {kraken} profile add web --bucket {world.bucket} --region {world.s3.region} \\
    --access-key {world.s3.access_key} --secret-stdin
unset T_API_SECRET T_S3_SECRET
{kraken} put {path}
"""
    )
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    kept = environment(world)
    environ = {name: kept[name] for name in ("PATH", "HOME", "LANG", "PYTHONWARNINGS", "KRAKEN_DESKTOP_HOME")}
    environ |= {
        "XDG_RUNTIME_DIR": str(runtime),
        "T_API_SECRET": world.api.api_secret,
        "T_S3_SECRET": world.s3.secret,
    }
    shell = shutil.which("sh") or "sh"
    session = subprocess.run(
        ["dbus-run-session", "--", shell, str(script)],
        env=environ,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert session.returncode == 0, session.stderr
    assert world.s3.anonymous_get(session.stdout.splitlines()[-1]).status == 200
    settings = (world.home / "settings.json").read_text()
    assert '"keyring"' in settings
    assert found_anywhere(world.home, world.secrets) == []
