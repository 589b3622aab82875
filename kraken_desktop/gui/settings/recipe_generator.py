"""The quick way to a set: widths and formats, and one button."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.recipe_fields import FORMAT_NAMES, note
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.image_set import grid
from kraken_desktop.model.recipe import LARGEST_SIDE, MOST_VARIANTS, OutputFormat, Variant

_USUAL_WIDTHS = "480, 960, 1600"
_OFFERED = (OutputFormat.AVIF, OutputFormat.WEBP, OutputFormat.JPEG, OutputFormat.PNG)
"""The better one first, as browsers choose."""


class Generator(QFrame):
    """Each width in each format.

    Signals:
        made: with the images of the set.
    """

    made = Signal(tuple)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.widths = QLineEdit(_USUAL_WIDTHS, self)
        self.widths.setAccessibleName(self.tr("Widths in pixels, with commas between them"))
        names = dict(FORMAT_NAMES)
        self.formats = {each: CheckBox(names[each], theme, self) for each in _OFFERED}
        for each in _OFFERED[:3]:
            self.formats[each].setChecked(True)
        self.problem = note("", self)
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        boxes = QGridLayout()
        boxes.setHorizontalSpacing(16)
        boxes.setVerticalSpacing(4)
        for at, box in enumerate(self.formats.values()):
            boxes.addWidget(box, at // 2, at % 2)
        boxes.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(4)
        layout.addWidget(QLabel(self.tr("Widths"), self))
        layout.addWidget(self.widths)
        layout.addSpacing(4)
        layout.addWidget(QLabel(self.tr("Formats"), self))
        layout.addLayout(boxes)
        layout.addWidget(self.problem)
        layout.addSpacing(4)
        layout.addWidget(self.button)
        self.widths.textChanged.connect(self._render)
        for box in self.formats.values():
            box.toggled.connect(self._render)
        self.button.clicked.connect(self._make)
        self._replaces = False
        self._render()

    def set_replaces(self, replaces: bool) -> None:
        """Whether there is a set that the new one takes the place of."""
        self._replaces = replaces
        self._render()

    def variants(self) -> tuple[Variant, ...]:
        """The set that the fields describe. Raises ``ValueError`` for a text that is no width."""
        texts = [each for each in re.split(r"[\s,;]+", self.widths.text().strip()) if each]
        widths = [int(each.removesuffix("w")) for each in texts]
        return grid(widths, [form for form, box in self.formats.items() if box.isChecked()])

    def _make(self) -> None:
        self.made.emit(self.variants())

    def _render(self) -> None:
        try:
            count = len(self.variants())
        except ValueError:
            count = 0
            problem = self.tr("Widths are whole numbers of pixels, 1 to {most}, such as 480, 960.").replace(
                "{most}", str(LARGEST_SIDE)
            )
        else:
            problem = ""
            if count > MOST_VARIANTS:
                problem = self.tr("{count} images are too many: {most} at most. Leave out a width or a format.")
            elif not count:
                problem = self.tr("Enter widths, choose formats, or both.")
            problem = problem.replace("{count}", str(count)).replace("{most}", str(MOST_VARIANTS))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.button.setEnabled(not problem)
        self.button.setAccessibleDescription(problem)
        text = (
            self.tr("Replace with %n image(s)", "", count) if self._replaces else self.tr("Make %n image(s)", "", count)
        )
        self.button.setText(text)
