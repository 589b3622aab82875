"""Who uploads a folder in the upload benchmark: our own ways, and the tools that they stand beside."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.upload_child import BUCKET, REGION, SECRET, Request, images

_ROOT = Path(__file__).resolve().parents[2]
KEY = "AKIABENCH00000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to, and as whom."""

    endpoint: str
    access_key: str = KEY
    secret: str = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round of one client: seconds by the clock and of the processor, and its start by the clock."""

    wall: float
    cpu: float
    start: float = 0.0


Client = Callable[[Target, Path, int], Run]
"""Uploads a folder, so many files at once."""


def ours(way: str, switch_interval: float | None = None) -> Client:
    """The program's own code, in a process of its own; measured from inside, because in the program it runs already."""

    def run(target: Target, folder: Path, concurrency: int) -> Run:
        request = Request(
            way=way,
            endpoint=target.endpoint,
            access_key=target.access_key,
            folder=str(folder),
            concurrency=concurrency,
            switch_interval=switch_interval,
        )
        command = [sys.executable, "-m", "tests.bench.upload_child", json.dumps(asdict(request))]
        return _from_inside(command, quiet() | {SECRET: target.secret})

    return run


def krakenio(python: str) -> Client:
    """The official Python client of Kraken.io, which takes no address: it is told ours behind its back."""

    def run(target: Target, folder: Path, concurrency: int) -> Run:
        program = str(Path(__file__).with_name("upload_krakenio.py"))
        asked = json.dumps(_asked(target, "image.png"))
        return _from_inside([python, program, target.endpoint, str(folder), str(concurrency), asked], quiet())

    return run


def curl_form(target: Target, folder: Path, concurrency: int) -> Run:
    """One curl for all files: the same requests to Kraken.io as ours."""
    lines = _parallel(concurrency)
    for path in images(folder):
        data = json.dumps(
            {"auth": {"api_key": target.access_key, "api_secret": target.secret}} | _asked(target, path.name)
        )
        lines += [
            "next" if lines[-1].startswith("output") else "",
            "fail",
            f'form-string = "data={_escaped(data)}"',
            f'form = "upload=@{path};type=application/octet-stream"',
            # Without it curl waits for leave before each body.
            'header = "Expect:"',
            f'url = "{target.endpoint}/v1/upload"',
            'output = "/dev/null"',
        ]
    return _with_config(lines)


def curl_put(target: Target, folder: Path, concurrency: int) -> Run:
    """One curl for all files into S3. It signs without the hash of the body, which is less work than ours."""
    lines = [
        *_parallel(concurrency),
        "fail",
        f'aws-sigv4 = "aws:amz:{REGION}:s3"',
        f'user = "{target.access_key}:{target.secret}"',
        'header = "Content-Type: image/png"',
        'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"',
        'header = "Expect:"',
    ]
    for path in images(folder):
        lines += [f'upload-file = "{path}"', f'url = "{target.endpoint}/{BUCKET}/{path.name}"', 'output = "/dev/null"']
    return _with_config(lines)


def hashed(client: Client) -> Client:
    """With the names made of the contents, as the program makes them: each file hashed first, as many at once."""

    def run(target: Target, folder: Path, concurrency: int) -> Run:
        names = [str(path) for path in images(folder)]
        each = -(-len(names) // concurrency)
        # By the code that we use too: that of coreutils takes five times as long.
        command = ["xargs", "-P", str(concurrency), "-n", str(each), "openssl", "dgst", "-sha256", "-r"]
        first = _timed(command, typed="\n".join(names))
        second = client(target, folder, concurrency)
        return Run(wall=first.wall + second.wall, cpu=first.cpu + second.cpu)

    return run


def aws(program: str) -> Client:
    """The AWS CLI as its user would run it, its start included; told to send each file in one piece, as we do."""

    def run(target: Target, folder: Path, concurrency: int) -> Run:
        with tempfile.TemporaryDirectory() as home:
            config = Path(home) / "config"
            config.write_text(
                f"[default]\nregion = {REGION}\nrequest_checksum_calculation = when_required\ns3 =\n"
                f"  max_concurrent_requests = {concurrency}\n  multipart_threshold = 1GB\n  addressing_style = path\n"
            )
            environment = {
                "AWS_CONFIG_FILE": str(config),
                "AWS_ACCESS_KEY_ID": target.access_key,
                "AWS_SECRET_ACCESS_KEY": target.secret,
            }
            command = [program, "--endpoint-url", target.endpoint, "s3", "cp", "--recursive", "--quiet"]
            command += ["--exclude", "*/*", str(folder), f"s3://{BUCKET}/"]
            return _timed(command, environment)

    return run


def found_curl() -> bool:
    """Whether there is a curl that can sign."""
    return bool(shutil.which("curl")) and "--aws-sigv4" in _said("curl", "--help", "all")


def found_krakenio(python: str | None) -> bool:
    """Whether this Python has the official client."""
    return python is not None and "ok" in _said(python, "-c", "import krakenio; print('ok')")


def found_aws(program: str | None) -> str | None:
    """The AWS CLI that was named, or that is in ``PATH``."""
    named = program or shutil.which("aws")
    return named if named and "aws-cli" in _said(named, "--version") else None


def quiet() -> dict[str, str]:
    """The environment without what leads elsewhere."""
    led = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "KRAKEN_")
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(led)}


def _asked(target: Target, key: str) -> dict[str, object]:
    store = {"key": target.access_key, "secret": target.secret, "bucket": BUCKET, "region": REGION, "path": key}
    return {"wait": True, "auto_orient": True, "lossy": False, "s3_store": store | {"acl": "public_read"}}


def _parallel(concurrency: int) -> list[str]:
    return ["parallel", f"parallel-max = {concurrency}", "parallel-immediate", "silent", "show-error"]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _with_config(lines: Sequence[str]) -> Run:
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        config.write("\n".join(lines))
        config.flush()
        return _timed(["curl", "--config", config.name])


def _from_inside(command: Sequence[str], environment: dict[str, str]) -> Run:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{command[-2]} ended with {done.returncode}: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    return Run(wall=told["wall"], cpu=told["cpu"], start=whole - told["wall"])


def _timed(command: Sequence[str], environment: dict[str, str] | None = None, *, typed: str = "") -> Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        command, env=quiet() | (environment or {}), input=typed, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[:500]}")
    return Run(wall=wall, cpu=after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
