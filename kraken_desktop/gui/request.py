"""What a start was given. Loaded before the window is there."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """What somebody wants to be uploaded."""

    profile: str = ""
    """A profile's name; empty for the one that is picked."""
    things: tuple[str, ...] = ()
    """Absolute paths, and addresses."""
