"""Real child processes, which crash, hang, eat memory and are killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local import child_process
from kraken_desktop.engines.local.child_process import ChildProcess, NotStartedError
from kraken_desktop.engines.local.children import Children
from kraken_desktop.engines.local.protocol import Limits, Probed, Reply, Task
from kraken_desktop.model.errors import (
    EngineDiedError,
    EngineMemoryError,
    EngineTimeoutError,
    EngineUnavailableError,
    ImageBrokenError,
    UnexpectedError,
)
from tests.support.tasks import handler_of, no_library, probe, slow_to_load

ROOT = Path(__file__).parents[3]
PATIENCE = 30.0
LIMITS = Limits(base_seconds=PATIENCE, memory=1024**3)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and process groups")


class Lane(Children):
    """Children that misbehave on demand."""

    def do(self, source: str, cancel: CancelToken | None = None) -> Reply:
        return self.run(probe(source), cancel or CancelToken())

    def pid(self) -> int:
        reply = self.do("pid")
        assert isinstance(reply, Probed)
        return reply.width


MakeLane = Callable[..., Lane]


@pytest.fixture
def make_lane(tmp_path: Path) -> Iterator[MakeLane]:
    made: list[Lane] = []

    def make(count: int = 1, limits: Limits = LIMITS, **more: object) -> Lane:
        told = {"handler_of": handler_of, "scratch": tmp_path / "scratch", "name": "test"} | more
        made.append(Lane(count, limits=limits, **told))
        return made[-1]

    yield make
    for lane in made:
        lane.close()


@pytest.fixture
def lane(make_lane: MakeLane) -> Lane:
    return make_lane()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def until(met: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.005)


def lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    # One that ended, and that nobody asked about yet, still has its number.
    stat = Path(f"/proc/{process_id}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"


class TestLife:
    def test_a_child_starts_with_the_first_task_and_stays(self, lane: Lane) -> None:
        assert not lane.process_ids
        first = lane.pid()
        assert lane.process_ids == {first}
        assert first != os.getpid()
        assert lane.pid() == first

    def test_as_many_as_there_may_be_work_at_the_same_time(
        self, make_lane: MakeLane, threads: ThreadPoolExecutor, tmp_path: Path
    ) -> None:
        lane = make_lane(2)
        files = [tmp_path / f"{number}.go" for number in range(3)]
        begun = [file.with_suffix(".begun") for file in files]
        runs = [threads.submit(lane.do, f"wait {file}") for file in files]
        until(lambda: sum(file.exists() for file in begun) == 2)
        assert len(lane.process_ids) == 2
        for file in files:
            file.touch()
        for run in runs:
            assert run.result(PATIENCE) == Probed(width=1, height=1)
        assert len(lane.process_ids) == 2

    @pytest.mark.parametrize("limit", ["MOST_TASKS", "MOST_RESIDENT"])
    def test_a_child_that_did_enough_is_replaced(self, lane: Lane, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(child_process, limit, 1)
        assert lane.pid() != lane.pid()
        assert not lane.process_ids

    def test_a_child_that_died_unasked_costs_nothing(self, lane: Lane) -> None:
        first = lane.pid()
        os.kill(first, signal.SIGKILL)
        assert lane.pid() != first

    def test_a_child_without_work_gives_its_memory_back(self, make_lane: MakeLane) -> None:
        lane = make_lane(idle_seconds=0.01)
        first = lane.pid()
        until(lambda: not lives(first))
        assert lane.pid() != first

    def test_a_child_whose_end_is_not_noticed_yet_is_asked_once(
        self, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lane = make_lane()
        first, asked = lane.pid(), []
        ask = ChildProcess.ask

        def gone(child: ChildProcess, task: Task, cancel: CancelToken, *more: Any) -> Reply:
            asked.append(child)
            if child is asked[0]:
                raise NotStartedError
            return ask(child, task, cancel, *more)

        monkeypatch.setattr(ChildProcess, "ask", gone)
        assert lane.pid() != first
        assert len(asked) == 2

    def test_it_leaves_a_core_and_a_terminal_to_others(self, lane: Lane, capfd: pytest.CaptureFixture[str]) -> None:
        for name in ("VIPS_CONCURRENCY", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            assert lane.do(f"environ {name}") == Probed(width=1, height=0)
            assert name not in os.environ
        niceness = os.getpriority(os.PRIO_PROCESS, 0)
        assert lane.do("nice") == Probed(width=min(19, niceness + 10), height=0)
        lane.do("chatter text")
        assert capfd.readouterr() == ("", "")

    def test_it_knows_no_secrets(self, lane: Lane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KRAKEN_S3_SECRET", "secret")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        lane.do(f"variables {tmp_path / 'told'}")
        names = (tmp_path / "told").read_text(encoding="utf-8").split("\n")
        assert "PATH" in names
        assert not [name for name in names if name.startswith(("KRAKEN", "AWS"))]

    def test_its_temporary_files_end_with_it(self, make_lane: MakeLane, tmp_path: Path) -> None:
        lane = make_lane()
        lane.do(f"tmpdir {tmp_path / 'told'}")
        folder = Path((tmp_path / "told").read_text(encoding="utf-8"))
        assert folder.parent == tmp_path / "scratch"
        assert (folder / "left.tmp").exists()
        lane.close()
        assert not folder.exists()


class TestFailures:
    @pytest.mark.parametrize(
        ("source", "exit_code"),
        [("exit 3", 3), ("abort", -6), ("signal SIGSEGV", -11), ("signal SIGKILL", -9), ("close", -9)],
    )
    def test_a_crash_costs_one_image(self, lane: Lane, source: str, exit_code: int) -> None:
        first = lane.pid()
        with pytest.raises(EngineDiedError) as told:
            lane.do(source)
        assert (told.value.path, told.value.exit_code) == (source, exit_code)
        assert lane.pid() != first
        assert not lives(first)

    @pytest.mark.parametrize(
        "words", ["memory allocation of 4294967296 bytes failed", "GLib-ERROR: failed to allocate 99 bytes"]
    )
    def test_an_abort_for_want_of_memory_is_told_as_such(self, lane: Lane, words: str) -> None:
        with pytest.raises(EngineMemoryError) as told:
            lane.do(f"abort {words}")
        assert (told.value.limit, told.value.reason) == (LIMITS.memory, words)

    def test_what_was_said_about_another_image_tells_nothing(self, lane: Lane) -> None:
        lane.do("chatter out of memory")
        with pytest.raises(EngineDiedError):
            lane.do("abort")

    @pytest.mark.skipif(sys.platform != "linux", reason="macOS has no such limit")
    def test_memory_is_limited(self, lane: Lane) -> None:
        first = lane.pid()
        with pytest.raises(EngineMemoryError) as told:
            lane.do(f"allocate {2 * LIMITS.memory}")
        assert told.value.limit == LIMITS.memory
        assert lane.pid() != first, "what is left of its address space is in pieces"

    def test_to_have_made_some_outputs_gives_no_more_time(self, make_lane: MakeLane) -> None:
        lane, heard = make_lane(limits=replace(LIMITS, base_seconds=0.5, seconds_per_megapixel=0)), list[int]()
        with pytest.raises(EngineTimeoutError) as told:
            lane.run(probe("advance"), CancelToken(), on_made=heard.append)
        assert (told.value.seconds, heard) == (1, [1, 2])

    @pytest.mark.parametrize("verb", ["hang", "hold"])
    def test_what_takes_too_long_is_ended(self, make_lane: MakeLane, verb: str) -> None:
        lane = make_lane(limits=replace(LIMITS, base_seconds=0.2, seconds_per_megapixel=0))
        with pytest.raises(EngineTimeoutError) as told:
            lane.do(verb)
        assert told.value.seconds == 1
        assert lane.process_ids == frozenset()

    def test_more_pixels_may_take_longer(self, make_lane: MakeLane) -> None:
        lane = make_lane(limits=replace(LIMITS, base_seconds=1.0, seconds_per_megapixel=0.05))
        with pytest.raises(EngineTimeoutError) as told:
            lane.do("hang 20")
        assert told.value.seconds == 2

    def test_to_start_takes_as_long_as_it_takes(self, make_lane: MakeLane) -> None:
        lane = make_lane(limits=replace(LIMITS, base_seconds=1.0, seconds_per_megapixel=0), handler_of=slow_to_load)
        assert lane.pid()

    @pytest.mark.parametrize(
        ("source", "expected", "reason"),
        [
            ("refuse cut short", ImageBrokenError, "cut short"),
            ("refuse vips: out of memory", EngineMemoryError, "vips: out of memory"),
            ("panic index out of bounds", ImageBrokenError, "index out of bounds"),
            ("recurse", ImageBrokenError, "nested too deeply"),
        ],
    )
    def test_a_refusal_is_raised_here(self, lane: Lane, source: str, expected: type[Exception], reason: str) -> None:
        with pytest.raises(expected) as told:
            lane.do(source)
        assert type(told.value) is expected
        assert (told.value.path, told.value.reason) == (source, reason)

    def test_a_child_that_refused_lives_on(self, lane: Lane) -> None:
        first = lane.pid()
        with pytest.raises(ImageBrokenError):
            lane.do("refuse it")
        assert lane.pid() == first

    @pytest.mark.expect_log("(?s)a child met a bug.*tasks.py.*ZeroDivisionError: text")
    def test_a_bug_is_in_the_log(self, lane: Lane) -> None:
        with pytest.raises(UnexpectedError) as told:
            lane.do("bug text")
        assert told.value.kind == "ZeroDivisionError"

    def test_a_library_that_is_not_there(self, make_lane: MakeLane) -> None:
        with pytest.raises(EngineUnavailableError) as told:
            make_lane(handler_of=no_library).do("pid")
        assert told.value.library == "libimage"


class TestStopping:
    @pytest.fixture
    def busy(self, lane: Lane, threads: ThreadPoolExecutor, tmp_path: Path) -> tuple[Future[Reply], CancelToken]:
        cancel = CancelToken()
        run = threads.submit(lane.do, f"wait {tmp_path / 'never'}", cancel)
        until((tmp_path / "never.begun").exists)
        return run, cancel

    def test_cancelling_ends_the_child_at_once(self, lane: Lane, busy: tuple[Future[Reply], CancelToken]) -> None:
        run, cancel = busy
        (process_id,) = lane.process_ids
        start = time.monotonic()
        cancel.cancel()
        with pytest.raises(CancelledError):
            run.result(PATIENCE)
        assert time.monotonic() - start < 0.2
        until(lambda: not lives(process_id))
        assert lane.pid() != process_id

    def test_cancelling_one_that_waits_touches_nobody(
        self, lane: Lane, busy: tuple[Future[Reply], CancelToken], threads: ThreadPoolExecutor, tmp_path: Path
    ) -> None:
        run, _ = busy
        cancel = CancelToken()
        waiting = threads.submit(lane.do, "pid", cancel)
        cancel.cancel()
        with pytest.raises(CancelledError):
            waiting.result(PATIENCE)
        assert not run.done()
        (tmp_path / "never").touch()
        assert run.result(PATIENCE) == Probed(width=1, height=1)

    def test_cancelling_later_touches_nobody(self, lane: Lane) -> None:
        cancel = CancelToken()
        lane.do("pid", cancel)
        first = lane.pid()
        cancel.cancel()
        assert lane.pid() == first

    def test_what_was_cancelled_before_starts_nothing(self, lane: Lane) -> None:
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(CancelledError):
            lane.do("pid", cancel)
        assert not lane.process_ids

    def test_the_programs_that_it_runs_end_with_it(
        self, lane: Lane, threads: ThreadPoolExecutor, tmp_path: Path
    ) -> None:
        told = tmp_path / "helper"
        cancel = CancelToken()
        run = threads.submit(lane.do, f"helper {told}", cancel)
        until(lambda: told.exists() and told.read_text(encoding="utf-8"))
        cancel.cancel()
        with pytest.raises(CancelledError):
            run.result(PATIENCE)
        until(lambda: not lives(int(told.read_text(encoding="utf-8"))))

    def test_close_ends_everything(
        self, lane: Lane, busy: tuple[Future[Reply], CancelToken], threads: ThreadPoolExecutor, tmp_path: Path
    ) -> None:
        (process_id,) = lane.process_ids
        waiting = threads.submit(lane.do, "pid")
        lane.close()
        for run in (busy[0], waiting):
            with pytest.raises(CancelledError):
                run.result(PATIENCE)
        assert not lives(process_id)
        assert list((tmp_path / "scratch").iterdir()) == []
        with pytest.raises(CancelledError):
            lane.do("pid")
        assert process_id not in {process.pid for process in multiprocessing.active_children()}


PROGRAM = """
import signal, sys, threading
from pathlib import Path
from kraken_desktop.cancel import CancelToken
from kraken_desktop.engines.local.child_process import ChildProcess, NotStartedError
from kraken_desktop.engines.local.children import Children
from kraken_desktop.engines.local.protocol import Limits
from tests.support.tasks import handler_of, probe
if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)
    lane = Children(2, limits=Limits(), scratch=Path(sys.argv[1]), name="test", handler_of=handler_of)
    waits = [threading.Thread(target=lane.run, args=(probe(text), CancelToken()), daemon=True) for text in sys.argv[2:]]
    print("starts", flush=True)
    for each in waits:
        each.start()
    for each in waits:
        each.join()
    print("done", flush=True)
    lane.close()
"""


@pytest.fixture
def start_program(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    file = tmp_path / "program.py"
    file.write_text(PROGRAM, encoding="utf-8")

    def start(*tasks: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(file), str(tmp_path / "scratch"), *tasks],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def of_session(session: int) -> list[int]:
    """Every process of a session, zombies left out."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, own, stat in rows if int(own) == session and not stat.startswith("Z")]


def test_no_child_outlives_a_program_that_is_killed(
    start_program: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    program = start_program(f"wait {tmp_path / 'never'}", "pid")
    until((tmp_path / "never.begun").exists)
    assert len(of_session(program.pid)) >= 2
    program.kill()
    program.wait()
    until(lambda: not of_session(program.pid))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_ctrl_c_is_for_the_program(start_program: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    go = tmp_path / "go"
    program = start_program(f"wait {go}")
    assert program.stdout is not None
    assert program.stdout.readline() == "starts\n"
    while not go.with_suffix(".begun").exists():
        # While it starts, too: its interpreter would be interrupted in the middle of an import.
        os.killpg(program.pid, signal.SIGINT)
        threading.Event().wait(0.002)
        assert program.poll() is None
    go.touch()
    out, errors = program.communicate(timeout=PATIENCE)
    assert (out, errors, program.returncode) == ("done\n", "", 0)
