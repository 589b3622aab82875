"""Decodes a file to its last pixel with decoders of other people, in a child process: a task for ``Children``."""

from __future__ import annotations

from xml.etree import ElementTree

import pyvips
from PIL import Image

from kraken_desktop.engines.local.child import Announce, Handler
from kraken_desktop.engines.local.protocol import Limits, Probed, ProbeTask, Task


def handler_of(_task: Task) -> Handler:
    return decode


def decode(task: ProbeTask, _limits: Limits, _announce: Announce) -> Probed:
    """Raises whatever the decoder does."""
    if task.extension == ".svg":
        # What one program cannot draw another one can; but all have to read it. The engine refuses entities.
        root = ElementTree.parse(task.source).getroot()
        assert root.tag.rpartition("}")[2] == "svg"
        return Probed(width=0, height=0)
    Image.MAX_IMAGE_PIXELS = None  # in this child only
    with Image.open(task.source) as opened:
        frames = getattr(opened, "n_frames", 1)
        for number in range(frames):
            opened.seek(number)
            opened.load()
        if task.extension not in {".avif", ".gif"} or frames == 1:
            # A second opinion, which tells of what Pillow forgives.
            pages = {"n": -1} if task.extension == ".webp" else {}
            pyvips.Image.new_from_file(task.source, fail_on="truncated", **pages).write_to_memory()
        return Probed(width=opened.width, height=opened.height, frames=frames)
