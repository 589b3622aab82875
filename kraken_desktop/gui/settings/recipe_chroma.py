"""Chroma subsampling in plain words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.model.recipe import Chroma


class ChromaBox(ValueBox[Chroma | None]):
    """How finely a JPEG keeps its colors. ``usual``: what none means."""

    def __init__(self, usual: str, parent: QWidget | None = None) -> None:
        super().__init__((), parent)
        self.add_values(
            (
                (None, usual),
                (Chroma.HALF, self.tr("Coarse, 4:2:0: the smallest files")),
                (Chroma.HORIZONTAL, self.tr("Finer, 4:2:2")),
                (Chroma.FULL, self.tr("All of them, 4:4:4: sharp edges")),
            )
        )
