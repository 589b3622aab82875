"""Where something lies on the disk, whatever way it is reached: by another case, or through links."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

Identity: TypeAlias = "tuple[int, int] | str"


def identity(path: str, about: os.stat_result) -> Identity:
    """What a file or folder is known by, whatever it is called: case and links make no difference."""
    return (about.st_dev, about.st_ino) if about.st_ino else os.path.normcase(os.path.realpath(path))


def identities(folders: Iterable[Path]) -> frozenset[Identity]:
    """Of those that are there."""
    found: set[Identity] = set()
    for folder in folders:
        try:
            found.add(identity(str(folder), folder.stat()))
        except (OSError, ValueError):
            continue
    return frozenset(found)


class Places:
    """Folders, and all that lies in them."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._tops = identities(folders)
        self._known: dict[str, bool] = {}

    def hold(self, folder: str) -> bool:
        """Whether a folder lies in one of them, or is one. ``folder`` is free of links."""
        if not self._tops:
            return False
        passed: list[str] = []
        while folder not in self._known:
            passed.append(folder)
            above = str(Path(folder).parent)
            if self._is_top(folder):
                self._known[folder] = True
            elif above == folder:
                self._known[folder] = False
            else:
                folder = above
        held = self._known[folder]
        self._known.update(dict.fromkeys(passed, held))
        return held

    def _is_top(self, folder: str) -> bool:
        try:
            return identity(folder, Path(folder).stat()) in self._tops
        except OSError:
            return False
