"""What the upload benchmark starts in a process of its own: our own ways to upload a folder, and what they cost.

``python -m tests.bench.upload_child REQUEST`` uploads what is in ``warm``, to get everything loaded, then the folder,
and prints seconds by the clock and of the processor. The secret comes by environment.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kraken_desktop import file_stamp
from kraken_desktop.file_stamp import FileStamp

BUCKET = "bench"
REGION = "us-east-1"
SECRET = "BENCH_SECRET"
"""The variable with the secret of all keys."""
WARM = "warm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One round."""

    way: str
    """``job``, ``ask`` or ``put``."""
    endpoint: str
    access_key: str
    folder: str
    concurrency: int
    switch_interval: float | None = None
    """Seconds between two chances for another thread; None: Python's own."""


Work = Callable[[Sequence[Path]], None]


@contextmanager
def job(request: Request, secret: str) -> Iterator[Work]:
    """The whole job of the program: hashed, planned, journaled, sent to Kraken.io, its link looked at."""
    from kraken_desktop.composition import Services
    from kraken_desktop.intake import expand
    from kraken_desktop.model.job import Done, Failure, JobStatus, Source
    from kraken_desktop.model.profile import Account, Credentials, CredentialSource, Profile
    from kraken_desktop.runner_roles import Hold

    ended: list[JobStatus] = []

    class Listener:
        def job_changed(self, status: JobStatus) -> None:
            if status.state.ended:
                ended.append(status)

        def queue_paused(self, why: Failure | None) -> None:
            raise AssertionError(f"the queue stopped: {why}")

        def queue_suspended(self, suspended: bool) -> None:
            raise AssertionError("nobody stops it")

        def queue_held(self, holds: tuple[Hold, ...]) -> None:
            raise AssertionError(f"the queue waits: {holds}")

    with tempfile.TemporaryDirectory() as home:
        environment = {
            "KRAKEN_DESKTOP_HOME": home,
            "KRAKEN_API_KEY": request.access_key,
            "KRAKEN_API_SECRET": secret,
            "KRAKEN_S3_ACCESS_KEY": request.access_key,
            "KRAKEN_S3_SECRET": secret,
        }
        services = Services(environment, _no_problem)
        account = Account(id="a", source=CredentialSource.ENVIRONMENT, api_url=request.endpoint)
        profile = Profile(
            id="p",
            name="Bench",
            account_id="a",
            bucket=BUCKET,
            region=REGION,
            credentials=Credentials(source=CredentialSource.ENVIRONMENT),
        )
        settings = services.settings.update(lambda now: now.with_account(account).with_profile(profile))
        executor = ThreadPoolExecutor(request.concurrency)
        runner = services.runner(executor, Listener(), request.concurrency)

        def work(paths: Sequence[Path]) -> None:
            ended.clear()
            sources = [each for each in expand([str(path) for path in paths], typed=True) if isinstance(each, Source)]
            runner.submit(services.new_jobs(sources, profile, settings))
            runner.wait_idle()
            failed = [each for each in ended if not isinstance(each.outcome, Done)]
            if failed or len(ended) != len(paths):
                raise RuntimeError(f"{len(failed)} of {len(paths)} failed: {failed[:1]}")

        yield work
        runner.close()
        executor.shutdown()
        services.close()


@contextmanager
def ask(request: Request, secret: str) -> Iterator[Work]:
    """The requests of those jobs alone, of files whose hashes are known."""
    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.engines.kraken_io import Asked, KrakenClient, S3Store
    from kraken_desktop.model.profile import Acl
    from kraken_desktop.model.recipe import Recipe
    from kraken_desktop.transport import Transport

    transport = Transport(connections=16, user_agent="Bench/1")
    client = KrakenClient(transport, api_url=request.endpoint, api_key=request.access_key, api_secret=secret)
    recipe = Recipe()
    known, stamps = _hashes(Path(request.folder)), _stamps(Path(request.folder))

    def upload(path: Path) -> None:
        store = S3Store(
            access_key=request.access_key,
            secret=secret,
            bucket=BUCKET,
            region=REGION,
            path=path.name,
            acl=Acl.PUBLIC_READ,
        )
        asked = Asked(recipe=recipe, outputs=recipe.outputs(".png"), paths=(path.name,), store=store)
        client.upload(
            path,
            name=path.name,
            extension=".png",
            size=path.stat().st_size,
            sha256=known[path],
            asked=asked,
            cancel=CancelToken(),
            on_sent=lambda _sent, _size: None,
            before_last=lambda: None,
            stamp=stamps[path],
        )

    with ThreadPoolExecutor(request.concurrency) as pool:
        yield lambda paths: _all(pool, upload, paths)
    transport.close()


@contextmanager
def put(request: Request, secret: str) -> Iterator[Work]:
    """The program's own uploader into S3, of files whose hashes are known: whatever makes them counts them."""
    from kraken_desktop.buckets.bucket import Upload
    from kraken_desktop.buckets.s3 import S3Bucket
    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.model.profile import Acl, Profile
    from kraken_desktop.model.s3_keys import S3Keys
    from kraken_desktop.transport import Transport

    transport = Transport(connections=16, user_agent="Bench/1")
    profile = Profile(id="b", name="Bench", bucket=BUCKET, region=REGION, endpoint=request.endpoint, acl=Acl.PRIVATE)
    keys = S3Keys(access_key=request.access_key, secret=secret)
    known = _hashes(Path(request.folder))

    def upload(path: Path) -> None:
        what = Upload(path=path, size=path.stat().st_size, sha256=known[path], content_type="image/png", own=True)
        S3Bucket(transport, profile, keys).put(path.name, what, CancelToken(), lambda _sent, _size: None)

    with ThreadPoolExecutor(request.concurrency) as pool:
        yield lambda paths: _all(pool, upload, paths)
    transport.close()


def _all(pool: ThreadPoolExecutor, upload: Callable[[Path], None], paths: Sequence[Path]) -> None:
    for _ in pool.map(upload, paths):
        pass


def _hashes(folder: Path) -> dict[Path, str]:
    import hashlib

    known = {}
    for path in (*images(folder), *images(folder / WARM)):
        with path.open("rb") as file:
            known[path] = hashlib.file_digest(file, "sha256").hexdigest()
    return known


def _stamps(folder: Path) -> dict[Path, FileStamp | None]:
    """As the plan of a job takes them with the hash."""
    stamps = {}
    for path in (*images(folder), *images(folder / WARM)):
        with path.open("rb") as file:
            stamps[path] = FileStamp.settled(file.fileno())
    return stamps


def images(folder: Path) -> list[Path]:
    """The files of a round."""
    return sorted(folder.glob("*.png"))


def _no_problem(error: Exception) -> None:
    raise AssertionError(f"the journal is not kept: {error}")


def main() -> None:
    """One round."""
    request = Request(**json.loads(sys.argv[1]))
    if request.switch_interval is not None:
        sys.setswitchinterval(request.switch_interval)
    # The images were made a moment ago; those that a person drops are older, mostly.
    file_stamp.SETTLED_NS = 0
    way = {"job": job, "ask": ask, "put": put}[request.way]
    folder = Path(request.folder)
    with way(request, os.environ[SECRET]) as work:
        work(images(folder / WARM))
        paths = images(folder)
        began, cpu = time.perf_counter(), time.process_time()
        work(paths)
        told = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
