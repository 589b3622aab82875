"""How fast, and at what cost, files reach Kraken.io and an S3: our own uploads beside curl and other clients.

``.venv/bin/python -m tests.bench.upload`` prints a table a case, and the goals. On loopback it shows what a client can
do; on a line of 100 Mbit/s, shared by all connections, with a server that works 0.4 s on each image, what a person
sees. Our own rows: *job* is all that the program does for an image, hashing it and looking at its link included;
*request* and *put* are the upload alone, beside tools that do no more.

What is not installed is left out with a word. All rounds of one case are interleaved, so that ratios are pairs of the
same moment; absolute figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.upload_child import BUCKET, WARM
from tests.bench.upload_clients import (
    Client,
    Run,
    Target,
    aws,
    curl_form,
    curl_put,
    found_aws,
    found_curl,
    found_krakenio,
    hashed,
    krakenio,
    ours,
)
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.sink import SinkHandle

LINE = 12_500_000
"""Bytes per second: 100 Mbit/s."""
WORK = 0.4
"""Seconds that the server works on an image."""
_ON_A_LINE = ("job", "request", "put", "curl")
_HEAD = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """So many files of one size, so many of them at once, to one server."""

    server: str
    api: str
    """``kraken`` or ``s3``."""
    count: int
    size: int
    concurrency: int

    @property
    def name(self) -> str:
        size = f"{self.size // 1000} KB" if self.size < 1_000_000 else f"{self.size // 1_000_000} MB"
        return f"{self.api}, {self.server}: {self.count} x {size}, {self.concurrency} at once"

    @property
    def small(self) -> bool:
        return self.size < 1_000_000


def cases(servers: tuple[str, ...], *, quick: bool) -> list[Case]:
    """What is measured."""
    sizes = {
        "sink": ((100 if quick else 200, 200_000), (6 if quick else 10, 30_000_000)),
        "line": ((24 if quick else 48, 200_000), (8, 3_000_000)),
        "strict": ((50, 200_000),),
    }
    return [
        Case(server=server, api=api, count=count, size=size, concurrency=concurrency)
        for server in servers
        for api in (("s3",) if server == "strict" else ("kraken", "s3"))
        for count, size in sizes[server]
        for concurrency in ((4,) if quick else (4, 8))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A ratio that our own uploads shall have."""

    own: str
    peer: str
    what: str
    bound: float
    holds_for: Callable[[Case], bool]

    def value(self, runs: Mapping[str, list[Run]]) -> float:
        return speed_ratio(runs, self.own, self.peer) if self.what == "speed" else cpu_ratio(runs, self.own, self.peer)

    def met(self, value: float) -> bool:
        return value >= self.bound if self.what == "speed" else value <= self.bound


GOALS = (
    *(
        Goal(own=own, peer="curl", what="speed", bound=0.95, holds_for=lambda case: case.server == "line")
        for own in ("job", "request", "put")
    ),
    *(
        Goal(
            own=own,
            peer=peer,
            what=what,
            bound=bound,
            holds_for=lambda case: case.server == "sink" and not case.small,
        )
        for own, peer in (("request", "curl"), ("put", "curl"), ("job", "openssl, curl"), ("job", "curl"))
        for what, bound in (("speed", 0.9), ("CPU", 1.75))
    ),
    *(
        Goal(
            own=own, peer="krakenio", what="speed", bound=2, holds_for=lambda case: case.server == "sink" and case.small
        )
        for own in ("request", "job")
    ),
)


def speed_ratio(runs: Mapping[str, list[Run]], own: str, peer: str) -> float:
    """How many times as fast, as the median of pairs."""
    return statistics.median(b.wall / a.wall for a, b in zip(runs[own], runs[peer], strict=True))


def cpu_ratio(runs: Mapping[str, list[Run]], own: str, peer: str) -> float:
    """How many times the time of the processor, as the median of pairs."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(runs[own], runs[peer], strict=True))


def clients(arguments: argparse.Namespace) -> dict[str, dict[str, Client]]:
    """What is there to compare, by API; says what is not."""
    switch = arguments.switch_interval
    kraken: dict[str, Client] = {"job": ours("job", switch), "request": ours("ask", switch)}
    s3: dict[str, Client] = {"put": ours("put", switch)}
    if found_curl():
        kraken |= {"curl": curl_form, "openssl, curl": hashed(curl_form)}
        s3["curl"] = curl_put
    else:
        print("curl: not here, or too old to sign (7.75); left out")
    if found_krakenio(arguments.krakenio):
        kraken["krakenio"] = krakenio(arguments.krakenio)
    else:
        print("krakenio: not here (--krakenio names a Python that has it); left out")
    program = None if arguments.quick else found_aws(arguments.aws)
    if program is not None:
        s3["aws s3 cp"] = aws(program)
    elif not arguments.quick:
        print("aws: the AWS CLI is not here; left out")
    return {"kraken": kraken, "s3": s3}


@contextmanager
def server(name: str) -> Iterator[Target]:
    """A sink shows what a client can do; the strict server, that its uploads are right."""
    if name == "strict":
        strict = StrictS3Handle()
        strict.create_bucket(BUCKET)
        try:
            yield Target(endpoint=strict.endpoint, access_key=strict.access_key, secret=strict.secret)
        finally:
            strict.stop()
        return
    sink = SinkHandle() if name == "sink" else SinkHandle(rate=LINE, work=WORK)
    try:
        yield Target(endpoint=sink.endpoint)
    finally:
        sink.stop()


@contextmanager
def files(case: Case) -> Iterator[Path]:
    """A folder of a case's images, and what a client warms up with."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / WARM).mkdir()
        for number in range(case.concurrency):
            (folder / WARM / f"{number:04}.png").write_bytes(_HEAD + os.urandom(1000))
        for number in range(case.count):
            (folder / f"{number:04}.png").write_bytes(_HEAD + os.urandom(case.size - len(_HEAD)))
        yield folder


def measure(target: Target, case: Case, compared: Mapping[str, Client], rounds: int) -> dict[str, list[Run]]:
    """All rounds of all clients, interleaved; each round begins with another one."""
    runs: dict[str, list[Run]] = {name: [] for name in compared}
    order = list(compared)
    with files(case) as folder:
        for number in range(rounds):
            for client in order[number % len(order) :] + order[: number % len(order)]:
                runs[client].append(compared[client](target, folder, case.concurrency))
    return runs


def table(case: Case, runs: Mapping[str, list[Run]]) -> None:
    """Medians."""
    own = [name for name in ("job", "request", "put") if name in runs]
    print(f"\n{case.name}")
    print(f"  {'':<16}{'files/s':>9}{'MB/s':>8}{'CPU ms/file':>13}{'CPU s/GB':>10}", end="")
    print("".join(f"{f'{name}: speed, CPU':>22}" for name in own))
    total = case.count * case.size
    for client, told in runs.items():
        wall = statistics.median(run.wall for run in told)
        cpu = statistics.median(run.cpu for run in told)
        print(f"  {client:<16}{case.count / wall:9.1f}{total / wall / 1e6:8.1f}", end="")
        print(f"{cpu / case.count * 1e3:13.2f}{cpu / total * 1e9:10.2f}", end="")
        for name in own:
            ratio = f"{speed_ratio(runs, name, client):.2f} x, {cpu_ratio(runs, name, client):.2f} x"
            print(f"{ratio if client not in own else '':>22}", end="")
        print()


def verdicts(case: Case, runs: Mapping[str, list[Run]]) -> list[str]:
    """The goals of a case, and what became of them."""
    told = []
    for goal in GOALS:
        if goal.holds_for(case) and goal.own in runs and goal.peer in runs:
            value = goal.value(runs)
            sign = ">=" if goal.what == "speed" else "<="
            word = "met   " if goal.met(value) else "MISSED"
            told.append(
                f"{word} {value:5.2f} {sign} {goal.bound:<4} {goal.what} of {goal.own} / {goal.peer}: {case.name}"
            )
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, help="default: 5; with --quick 3")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer cases: some minutes")
    parser.add_argument("--server", action="append", choices=("sink", "line", "strict"), help="default: sink and line")
    parser.add_argument("--api", choices=("kraken", "s3"), help="default: both")
    parser.add_argument("--aws", metavar="PATH", help="the AWS CLI (default: the one in PATH)")
    parser.add_argument("--krakenio", metavar="PYTHON", help="a Python that has Kraken.io's own client")
    parser.add_argument(
        "--switch-interval",
        type=float,
        metavar="SECONDS",
        default=0.0005,
        help="of our own processes; default: as in the program",
    )
    arguments = parser.parse_args()
    compared = clients(arguments)
    rounds = arguments.rounds or (3 if arguments.quick else 5)
    told: list[str] = []
    chosen = tuple(arguments.server or ("sink", "line"))
    for name in chosen:
        with server(name) as target:
            for case in cases((name,), quick=arguments.quick):
                if arguments.api not in {None, case.api}:
                    continue
                # On a line all others take the same time.
                beside = {each: run for each, run in compared[case.api].items() if name != "line" or each in _ON_A_LINE}
                runs = measure(target, case, beside, rounds)
                table(case, runs)
                told += verdicts(case, runs)
    print("\nGoals\n" + "\n".join(told))


if __name__ == "__main__":
    main()
