"""Finds the plain files beside the code: icons, translations, sample images."""

from __future__ import annotations

from functools import cache
from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a resource: inside the package once it is built, beside it in a checkout."""
    return _folder().joinpath(*parts)


@cache
def _folder() -> Path:
    package = Path(__file__).resolve().parent
    built = package / "resources"
    return built if built.is_dir() else package.parent / "resources"


def samples() -> tuple[Path, ...]:
    """The sample images of the first start, in the order of their names (``packaging/make_samples.py``)."""
    return tuple(sorted(path for path in resource("samples").iterdir() if not path.name.startswith(".")))
