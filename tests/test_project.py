"""The project's own promises: the layers are really checked, Qt stays in the window, the build is whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kraken_desktop

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kraken_desktop"
FLOOR = 30
"""Fewer modules than this outside the window means that a check looked at the wrong place."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def loaded_after(program: str) -> list[str]:
    done = python(f"import json, sys\n{program}\nprint(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    return modules


def of_qt(modules: list[str]) -> list[str]:
    return [name for name in modules if name.partition(".")[0] in {"PySide6", "shiboken6"}]


def outside_the_window() -> list[str]:
    parts = (file.relative_to(ROOT).with_suffix("").parts for file in PACKAGE.rglob("*.py"))
    names = {".".join(part for part in each if part != "__init__") for each in parts}
    return sorted(name for name in names if not name.startswith("kraken_desktop.gui"))


def test_nothing_but_the_window_loads_qt() -> None:
    names = outside_the_window()
    assert len(names) > FLOOR
    modules = loaded_after(f"import importlib\nfor name in {names!r}: importlib.import_module(name)")
    assert set(names) <= set(modules)
    assert not of_qt(modules)


def test_the_check_for_qt_would_find_it() -> None:
    assert of_qt(loaded_after("import PySide6.QtCore"))


def test_the_version_is_told_before_qt_is_loaded() -> None:
    program = "sys.argv = ['kraken-desktop', '--version']\nfrom kraken_desktop.__main__ import main\nassert main() == 0"
    assert not of_qt(loaded_after(program))
    done = python("import sys\nfrom kraken_desktop.__main__ import main\nsys.exit(main())", "--version")
    assert done.stdout == f"kraken-desktop {kraken_desktop.__version__}\n"


def test_every_room_is_kept_free_of_qt(project: dict[str, Any]) -> None:
    contracts = {contract["name"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    rooms = {f"kraken_desktop.{path.stem}" for path in PACKAGE.iterdir() if path.name[0] not in "._"}
    window = {"kraken_desktop.gui", "kraken_desktop.__main__"}
    assert set(contracts["Only the window imports Qt"]["source_modules"]) == rooms - window


BREACHES = [
    pytest.param("", "", id="none"),
    pytest.param("model/job.py", "import kraken_desktop.transport", id="upward"),
    pytest.param("runner.py", "import kraken_desktop.gui.jobs", id="into the window"),
    pytest.param("buckets/s3.py", "import kraken_desktop.engines", id="a neighbor"),
    pytest.param("cli/__init__.py", "import kraken_desktop.gui", id="the other front end"),
    pytest.param("messages/words.py", "from PySide6 import QtCore", id="Qt outside the window"),
    pytest.param("model/recipe.py", "import sqlite3", id="a disk in the model"),
    pytest.param("stray.py", "import kraken_desktop.model", id="a module on no floor"),
]


@pytest.mark.parametrize(("file", "line"), BREACHES)
def test_the_layer_check_finds_breaches(file: str, line: str, tmp_path: Path) -> None:
    copy = tmp_path / "kraken_desktop"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    if file:
        with (copy / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    program = "import sys\nfrom importlinter.cli import lint_imports\nsys.exit(lint_imports(no_cache=True))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )
    files = re.search(r"Analyzed (\d+) files", done.stdout)
    assert files is not None, done.stdout + done.stderr
    assert int(files[1]) > FLOOR
    assert (done.returncode, "BROKEN" in done.stdout) == ((1, True) if file else (0, False)), done.stdout


def test_the_constraints_fix_every_requirement(project: dict[str, Any]) -> None:
    fixed = {}
    for line in (ROOT / "packaging/constraints.txt").read_text(encoding="utf-8").splitlines():
        constraint = Requirement(line)
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line), "a name and a version: no address, no path"
        fixed[canonicalize_name(constraint.name)] = str(constraint.specifier).removeprefix("==")
    requirements = [
        Requirement(text)
        for group in (project["project"]["dependencies"], *project["project"]["optional-dependencies"].values())
        for text in group
    ]
    assert len(requirements) > 10
    for requirement in requirements:
        version = fixed.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in packaging/constraints.txt"
        assert requirement.specifier.contains(version), f"{requirement} does not allow {version}"


def test_the_wheel_holds_the_package_and_its_resources(tmp_path: Path) -> None:
    program = "import sys\nfrom hatchling.builders.wheel import WheelBuilder\n" + (
        "print(next(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=['standard'])))"
    )
    done = python(program, str(ROOT), str(tmp_path))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(done.stdout.strip()) as wheel:
        names = set(wheel.namelist())
        entries = next(wheel.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    # Only what git would keep: an editor's leftovers are in neither.
    sources = {file.relative_to(ROOT).as_posix() for file in PACKAGE.rglob("*.py")}
    files = [file for kind in ("*.svg", "samples/*.*") for file in (ROOT / "resources").rglob(kind)]
    resources = {f"kraken_desktop/{file.relative_to(ROOT).as_posix()}" for file in files}
    assert len(sources) > FLOOR
    assert resources
    assert sources | resources <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"kraken_desktop"}
    assert "kraken-s3 = kraken_desktop.cli:main" in entries
    assert "kraken-desktop = kraken_desktop.__main__:main" in entries


@pytest.mark.skipif(os.name == "nt", reason="./dev is a shell script")
@pytest.mark.parametrize(
    ("arguments", "code"), [(["help"], 0), ([], 0), (["nonsense"], 2), (["bench", "nonsense"], 2), (["package"], 2)]
)
def test_dev_answers(arguments: list[str], code: int) -> None:
    done = subprocess.run(["./dev", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    assert (done.stdout if code == 0 else done.stderr).strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that ``./dev`` takes for one that is set up; its terminal program tells how it was called."""
    (tmp_path / "packaging").mkdir()
    for name in ("dev", "pyproject.toml", "packaging/constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "kraken-s3").write_text('#!/bin/sh\nprintf "%s|" "$@"\nexit 7\n')
    (programs / "kraken-s3").chmod(0o755)
    stamp = "{ pwd -P && cat pyproject.toml packaging/constraints.txt; } | cksum >.venv/stamp"
    subprocess.run(["/bin/sh", "-c", stamp], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="a system that may have no display")
@pytest.mark.parametrize(
    ("arguments", "told", "shown"),
    [
        ([], "put|--profile|This computer|resources/samples|", "put --profile 'This computer' resources/samples\n"),
        (["a b.png", "--profile", "web"], "put|a b.png|--profile|web|", "put 'a b.png' --profile web\n"),
    ],
)
def test_run_does_the_job_in_the_terminal_where_there_is_no_display(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str, shown: str
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    done = subprocess.run(
        ["./dev", "run", *arguments], cwd=checkout, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.returncode) == (told, 7)
    assert shown in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="files have no mode")
def test_scripts_can_be_run() -> None:
    assert all(os.access(ROOT / script, os.X_OK) for script in ("dev", ".ci/run"))
