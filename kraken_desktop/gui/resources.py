"""Finds the plain files beside the code: icons and translations."""

from __future__ import annotations

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a resource: inside the package once it is built, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    built = package / "resources"
    folder = built if built.is_dir() else package.parent / "resources"
    return folder.joinpath(*parts)
