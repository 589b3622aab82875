"""How fast, and at what cost, files reach an S3 on loopback: our own uploader beside curl and the AWS CLI.

``.venv/bin/python -m tests.bench.upload`` prints a table. Programs that are not installed are left out with a word;
``--aws PATH`` names an AWS CLI outside of ``PATH``. All rounds of one case are interleaved, so that ratios are pairs
of the same moment; absolute figures depend on the machine and on what else it does.

The AWS CLI runs as its user would run it, its start included. Ours is measured from inside, because in the program
it is already running; its start is printed beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.s3_handle import StrictS3Handle
from tests.servers.s3_sink import SinkHandle

_ROOT = Path(__file__).resolve().parents[2]
_BUCKET = "bench"
_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """So many files of one size, so many of them at once."""

    count: int
    size: int
    concurrency: int

    @property
    def name(self) -> str:
        size = f"{self.size // 1000} KB" if self.size < 1_000_000 else f"{self.size // 1_000_000} MB"
        return f"{self.count} x {size}, {self.concurrency} at once"


CASES = (
    Case(count=200, size=200_000, concurrency=4),
    Case(count=200, size=200_000, concurrency=8),
    Case(count=10, size=30_000_000, concurrency=4),
    Case(count=10, size=30_000_000, concurrency=8),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to, and as whom."""

    endpoint: str
    access_key: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round of one client: seconds by the clock and of the processor, and its start by the clock."""

    wall: float
    cpu: float
    start: float = 0.0


Client = Callable[[Target, Path, Case], Run]


# --- the clients ----------------------------------------------------------------------------------


def ours(target: Target, folder: Path, case: Case) -> Run:
    """The uploader as the program uses it, in a process of its own."""
    request = {
        "endpoint": target.endpoint,
        "access_key": target.access_key,
        "folder": str(folder),
        "concurrency": case.concurrency,
    }
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.upload", "--child", json.dumps(request)],
        cwd=_ROOT,
        env={**_quiet(), "BENCH_SECRET": target.secret},
        capture_output=True,
        text=True,
        check=True,
    )
    whole = time.perf_counter() - began
    told = json.loads(done.stdout)
    return Run(wall=told["wall"], cpu=told["cpu"], start=whole - told["wall"])


def child(request: dict[str, str | int], secret: str) -> None:
    """What :func:`ours` starts: uploads a folder and tells what it cost."""
    from kraken_desktop.buckets.bucket import Upload
    from kraken_desktop.buckets.s3 import S3Bucket
    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.model.profile import Acl, Profile
    from kraken_desktop.model.s3_keys import S3Keys
    from kraken_desktop.transport import Transport

    transport = Transport(connections=16, user_agent="Bench/1")
    profile = Profile(
        id="b", name="Bench", bucket=_BUCKET, region=_REGION, endpoint=str(request["endpoint"]), acl=Acl.PRIVATE
    )
    keys = S3Keys(access_key=str(request["access_key"]), secret=secret)
    # What is slow to import is imported before a person drops a second image.
    S3Bucket(transport, profile, keys).link("warm")

    def planned(path: Path) -> Upload:
        # Known in the program before: whatever makes the file counts it while it is written.
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Upload(path=path, size=path.stat().st_size, sha256=sha256, content_type="image/png")

    def put(upload: Upload) -> None:
        S3Bucket(transport, profile, keys).put(upload.path.name, upload, CancelToken(), lambda sent, size: None)

    uploads = [planned(path) for path in sorted(Path(str(request["folder"])).iterdir())]
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(int(request["concurrency"])) as pool:
        for _ in pool.map(put, uploads):
            pass
    print(json.dumps({"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}))
    transport.close()


def curl(target: Target, folder: Path, case: Case) -> Run:
    """One curl for all files. It signs without the hash of the body, which is less work than ours."""
    lines = [
        "parallel",
        f"parallel-max = {case.concurrency}",
        "parallel-immediate",
        "silent",
        "show-error",
        "fail",
        f'aws-sigv4 = "aws:amz:{_REGION}:s3"',
        f'user = "{target.access_key}:{target.secret}"',
        'header = "Content-Type: image/png"',
        'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"',
        # Without it curl waits for leave before each body.
        'header = "Expect:"',
    ]
    for path in sorted(folder.iterdir()):
        lines += [f'upload-file = "{path}"', f'url = "{target.endpoint}/{_BUCKET}/{path.name}"', 'output = "/dev/null"']
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        config.write("\n".join(lines))
        config.flush()
        return _timed(["curl", "--config", config.name], _quiet())


def aws(program: str) -> Client:
    """The AWS CLI, told to send each file in one piece, as we do."""

    def run(target: Target, folder: Path, case: Case) -> Run:
        with tempfile.TemporaryDirectory() as home:
            config = Path(home) / "config"
            config.write_text(
                f"[default]\nregion = {_REGION}\nrequest_checksum_calculation = when_required\ns3 =\n"
                f"  max_concurrent_requests = {case.concurrency}\n  multipart_threshold = 1GB\n"
                "  addressing_style = path\n"
            )
            environment = _quiet() | {
                "AWS_CONFIG_FILE": str(config),
                "AWS_ACCESS_KEY_ID": target.access_key,
                "AWS_SECRET_ACCESS_KEY": target.secret,
            }
            command = [program, "--endpoint-url", target.endpoint, "s3", "cp", "--recursive", "--quiet"]
            return _timed([*command, str(folder), f"s3://{_BUCKET}/"], environment)

    return run


def _timed(command: Sequence[str], environment: dict[str, str]) -> Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[:500]}")
    return Run(wall=wall, cpu=after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def _quiet() -> dict[str, str]:
    """The environment without what leads elsewhere."""
    led = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(led)}


def clients(aws_program: str | None) -> dict[str, Client]:
    """What is there to compare; says what is not."""
    found: dict[str, Client] = {"ours": ours}
    if shutil.which("curl") and "--aws-sigv4" in _said("curl", "--help", "all"):
        found["curl"] = curl
    else:
        print("curl: not here, or too old to sign (7.75); left out")
    program = aws_program or shutil.which("aws")
    if program and "aws-cli" in _said(program, "--version"):
        found["aws s3 cp"] = aws(program)
    else:
        print("aws: the AWS CLI is not here; left out")
    return found


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


# --- the measurement ------------------------------------------------------------------------------


@contextmanager
def servers(names: Sequence[str]) -> Iterator[dict[str, Target]]:
    """The sink shows what a client can do; the strict server, that its uploads are right."""
    targets: dict[str, Target] = {}
    stops: list[Callable[[], None]] = []
    try:
        if "sink" in names:
            sink = SinkHandle()
            stops.append(sink.stop)
            targets["sink"] = Target(endpoint=sink.endpoint, access_key="AKIABENCH00000000000", secret="secret")
        if "strict" in names:
            strict = StrictS3Handle()
            stops.append(strict.stop)
            strict.create_bucket(_BUCKET)
            targets["strict"] = Target(endpoint=strict.endpoint, access_key=strict.access_key, secret=strict.secret)
        yield targets
    finally:
        for stop in stops:
            stop()


def measure(target: Target, case: Case, compared: dict[str, Client], rounds: int) -> dict[str, list[Run]]:
    """All rounds of all clients, interleaved."""
    runs: dict[str, list[Run]] = {name: [] for name in compared}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(case.count):
            (folder / f"{number:04}.png").write_bytes(os.urandom(case.size))
        for _ in range(rounds):
            for client, run in compared.items():
                runs[client].append(run(target, folder, case))
    return runs


def table(server: str, case: Case, runs: dict[str, list[Run]]) -> None:
    """Medians; ratios of speed are medians of pairs: above 1, ours is faster."""
    print(f"\n{server}: {case.name}")
    print(f"  {'':<10}{'files/s':>9}{'MB/s':>8}{'CPU s':>8}{'CPU s/GB':>10}{'start s':>9}{'ours is':>12}")
    total = case.count * case.size
    for client, told in runs.items():
        wall = statistics.median(run.wall for run in told)
        cpu = statistics.median(run.cpu for run in told)
        start = statistics.median(run.start for run in told)
        pairs = [other.wall / own.wall for own, other in zip(runs["ours"], told, strict=True)]
        ratio = f"{statistics.median(pairs):.2f} x" if client != "ours" else ""
        begin = f"{start:9.2f}" if start else f"{'in it':>9}"
        print(
            f"  {client:<10}{case.count / wall:9.0f}{total / wall / 1e6:8.0f}{cpu:8.2f}{cpu / total * 1e9:10.2f}"
            f"{begin}{ratio:>12}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--server", action="append", choices=("sink", "strict"), help="default: sink")
    parser.add_argument("--aws", metavar="PATH", help="the AWS CLI (default: the one in PATH)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(json.loads(arguments.child), os.environ["BENCH_SECRET"])
        return
    compared = clients(arguments.aws)
    with servers(arguments.server or ["sink"]) as targets:
        for server, target in targets.items():
            for case in CASES:
                table(server, case, measure(target, case, compared, arguments.rounds))


if __name__ == "__main__":
    main()
