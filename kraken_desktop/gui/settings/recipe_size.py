"""A new size, as a person says it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.recipe_color import ColorField
from kraken_desktop.gui.settings.recipe_fields import note
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.model.recipe import LARGEST_SIDE, CropMode
from kraken_desktop.model.resizing import Sizing, Wanted

_USUAL_WIDTH = 1600


class SizeField(QWidget):
    """What is wanted, the sides in pixels, and what else that needs. What does not apply is hidden.

    Signals:
        edited: the person changed something.
    """

    edited = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizing = ValueBox(
            (
                (Sizing.ORIGINAL, self.tr("Original size")),
                (Sizing.AT_MOST, self.tr("At most so wide or high")),
                (Sizing.CROPPED, self.tr("Exactly this size, cropped")),
                (Sizing.BORDERED, self.tr("Exactly this size, with a border")),
                (Sizing.STRETCHED, self.tr("Exactly this size, stretched")),
            ),
            self,
        )
        self.sizing.setAccessibleName(name)
        self.meaning = note("", self)
        self.width_box = self._side(self.tr("%s: width in pixels").replace("%s", name))
        self.height_box = self._side(self.tr("%s: height in pixels").replace("%s", name))
        self.crop_mode = ValueBox(
            (
                (CropMode.CENTER, self.tr("Keep the middle")),
                (CropMode.BOTTOM, self.tr("Keep the lower part")),
            ),
            self,
        )
        self.crop_mode.setAccessibleName(self.tr("What is kept"))
        self.background = ColorField(self.tr("Color of the border"), theme, self)
        self.enhance = CheckBox(self.tr("Sharpen after scaling"), theme, self)
        self._sides = QWidget(self)
        row = QHBoxLayout(self._sides)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for each in (self.width_box, QLabel("×", self._sides), self.height_box, QLabel(self.tr("pixels"), self._sides)):
            row.addWidget(each)
        row.addStretch(1)
        self._border = QWidget(self)
        border = QHBoxLayout(self._border)
        border.setContentsMargins(0, 0, 0, 0)
        border.setSpacing(8)
        border.addWidget(QLabel(self.tr("Border:"), self._border))
        border.addWidget(self.background, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.sizing, self.meaning, self._sides, self.crop_mode, self._border, self.enhance):
            layout.addWidget(widget)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.sizing)
        self.sizing.activated.connect(self._on_sizing)
        for side in (self.width_box, self.height_box):
            side.valueChanged.connect(self.edited)
        self.crop_mode.activated.connect(self.edited)
        self.background.edited.connect(self.edited)
        self.enhance.toggled.connect(self.edited)
        for side in (self.width_box, self.height_box):
            side.setFixedHeight(self.sizing.sizeHint().height())
        self._render()

    def _side(self, name: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, LARGEST_SIDE)
        box.setSingleStep(10)
        box.setAccessibleName(name)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return box

    @property
    def wanted(self) -> Wanted:
        """What stands in the fields."""
        if self.sizing.value is Sizing.ORIGINAL:
            return Wanted()
        return Wanted(
            sizing=self.sizing.value,
            width=self.width_box.value() or None,
            height=self.height_box.value() or None,
            crop_mode=self.crop_mode.value,
            background=self.background.color,
            enhance=self.enhance.isChecked(),
        )

    def set_wanted(self, wanted: Wanted) -> None:
        """Shows it, without a word to anybody."""
        blocked = self.blockSignals(True)
        self.sizing.set_value(wanted.sizing)
        self.width_box.setValue(wanted.width or 0)
        self.height_box.setValue(wanted.height or 0)
        self.crop_mode.set_value(wanted.crop_mode)
        self.background.set_color(wanted.background)
        self.enhance.setChecked(wanted.enhance)
        self._render()
        self.blockSignals(blocked)

    def choose(self, sizing: Sizing) -> None:
        """As if the person had chosen it."""
        self.sizing.set_value(sizing)
        self._on_sizing()

    def _on_sizing(self) -> None:
        wanted = self.wanted
        if wanted.sizing is not Sizing.ORIGINAL and not wanted.is_complete:
            width = wanted.width or (round(wanted.height * 4 / 3) if wanted.height else _USUAL_WIDTH)
            at_most = wanted.sizing is Sizing.AT_MOST
            wanted = replace(wanted, width=width, height=wanted.height or (None if at_most else round(width * 3 / 4)))
            self.set_wanted(wanted)
        self._render()
        self.edited.emit()

    def _render(self) -> None:
        sizing = self.sizing.value
        resized = sizing is not Sizing.ORIGINAL
        self.meaning.setText(self._meaning(sizing))
        self.meaning.setVisible(bool(self.meaning.text()))
        self._sides.setVisible(resized)
        self.enhance.setVisible(resized)
        self.crop_mode.setVisible(sizing is Sizing.CROPPED)
        self._border.setVisible(sizing is Sizing.BORDERED)
        for box in (self.width_box, self.height_box):
            box.setSpecialValueText(self.tr("any") if sizing is Sizing.AT_MOST else "–")

    def _meaning(self, sizing: Sizing) -> str:
        match sizing:
            case Sizing.ORIGINAL:
                return ""
            case Sizing.AT_MOST:
                return self.tr(
                    "Smaller images stay as they are. With both sides, images wider than high go by the width, "
                    "all others by the height."
                )
            case Sizing.CROPPED:
                return self.tr("What does not fit is cut off. Smaller images are enlarged.")
            case Sizing.BORDERED:
                return self.tr("All of the image is shown, with a border where it does not fill the size.")
            case Sizing.STRETCHED:
                return self.tr("All of the image is shown, and looks squeezed where its shape is another.")
