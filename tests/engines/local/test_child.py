"""What the child's side makes of a decoder's end, without a process for each."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.engines.local import windows_job
from kraken_desktop.engines.local.child import Handler, Setup, answer
from kraken_desktop.engines.local.confinement import resident
from kraken_desktop.engines.local.protocol import Advanced, Limits, Probed, Refusal, Started, Task
from kraken_desktop.model.errors import (
    EngineMemoryError,
    EngineUnavailableError,
    ImageBrokenError,
    KrakenDesktopError,
    SourceMissingError,
    UnexpectedError,
)
from tests.support.tasks import PanicException, handler_of, probe

LIMITS = Limits(memory=123)


def reply_to(error: BaseException) -> tuple[KrakenDesktopError, str]:
    def fail(*_: object) -> Probed:
        raise error

    def fails(_task: Task) -> Handler:
        return fail

    reply, trouble = answer(probe("a"), Setup(limits=LIMITS, temporary="", handler_of=fails), lambda _: None)
    assert isinstance(reply, Refusal)
    return reply.error, trouble


@pytest.mark.parametrize(
    ("error", "expected", "reason"),
    [
        (MemoryError(), EngineMemoryError, ""),
        (RuntimeError("VipsImage: out of memory --- size == 5MB"), EngineMemoryError, "VipsImage: out of memory"),
        (ImageBrokenError(path="a", reason="Out of memory"), EngineMemoryError, "Out of memory"),
        (RecursionError("deep"), ImageBrokenError, "nested too deeply"),
        (PanicException("index"), ImageBrokenError, "index"),
        (ModuleNotFoundError("No module named 'pi_heif'", name="pi_heif"), EngineUnavailableError, "No module"),
        (ImportError("DLL load failed"), EngineUnavailableError, "DLL load failed"),
    ],
)
def test_what_a_decoder_raises(error: BaseException, expected: type[KrakenDesktopError], reason: str) -> None:
    told, trouble = reply_to(error)
    assert type(told) is expected
    assert str(told.facts["reason"]).startswith(reason)
    assert told.facts["path"] == "a"
    assert told.facts.get("limit", LIMITS.memory) == LIMITS.memory
    assert not trouble


def test_errors_of_our_own_stay_as_they_are() -> None:
    error = SourceMissingError(path="b")
    assert reply_to(error) == (error, "")


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), SystemExit(1), ModuleNotFoundError("no", name="kraken_desktop.engines.nowhere")]
)
def test_everything_else_is_a_bug(error: BaseException) -> None:
    told, trouble = reply_to(error)
    assert isinstance(told, UnexpectedError)
    assert told.kind == type(error).__name__
    assert trouble.startswith("Traceback")


def test_the_time_begins_when_the_libraries_are_there() -> None:
    heard: list[Started | Advanced] = []

    def find(task: Task) -> Handler:
        assert not heard
        return handler_of(task)

    reply, _ = answer(probe("pid"), Setup(limits=LIMITS, temporary="", handler_of=find), heard.append)
    assert isinstance(reply, Probed)
    assert heard == [Started(), Started(megapixels=1.0)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is held now")
def test_resident_memory_is_told_as_it_is() -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert 5 * 1024**2 < resident() <= peak * 1.1


def test_the_structure_for_windows_has_the_size_of_its_header() -> None:
    # 144 bytes on a 64-bit system: winnt.h, JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
    limits = windows_job.extended_limits(5_000_000_000)
    assert ctypes.sizeof(limits) == (144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112)
    assert limits.ProcessMemoryLimit == 5_000_000_000
    assert type(limits).ProcessMemoryLimit.offset == 112
    assert limits.BasicLimitInformation.LimitFlags == 0x2500


SCRIPT = """import sys
from kraken_desktop.{module} import main
if __name__ == '__main__':
    from pathlib import Path
    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.engines.local.children import Children
    from kraken_desktop.engines.local.protocol import Limits
    from tests.support.tasks import handler_of, probe
    lane = Children(1, limits=Limits(), scratch=Path(sys.argv[1]), name="test", handler_of=handler_of)
    lane.run(probe("modules " + sys.argv[2]), CancelToken())
    lane.close()
"""


@pytest.fixture
def modules_in_child_of(tmp_path: Path) -> Callable[[str], set[str]]:
    """Which modules are loaded in a child that a script as pip makes it starts."""

    def run(module: str) -> set[str]:
        script, told = tmp_path / "program", tmp_path / "told"
        script.write_text(SCRIPT.format(module=module), encoding="utf-8")
        root = str(Path(__file__).parents[3])
        subprocess.run(
            [sys.executable, str(script), str(tmp_path / "scratch"), str(told)],
            env={**os.environ, "PYTHONPATH": root},
            check=True,
            timeout=60,
        )
        return set(told.read_text(encoding="utf-8").split("\n"))

    return run


@pytest.mark.parametrize("module", ["__main__", "cli"])
def test_a_child_loads_nothing_of_the_front_ends(module: str, modules_in_child_of: Callable[[str], set[str]]) -> None:
    modules = modules_in_child_of(module)
    assert "kraken_desktop.engines.local.child" in modules
    unwanted = ("PySide6", "requests", "urllib3", "keyring", "botocore", "sqlite3", "kraken_desktop.composition")
    assert not [name for name in modules if name.startswith(unwanted)]
