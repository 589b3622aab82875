"""The fields of a recipe."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.marks import CheckBox, RadioButton
from kraken_desktop.gui.settings.names import name_remarks
from kraken_desktop.gui.settings.remarks import Remark, muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.recipe import KeptMetadata, QualityTarget, Recipe

_FIRST_QUALITY = 80


class RecipeForm(FieldForm):
    """Name, compression, quality, orientation, metadata."""

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = words
        self._original = Recipe()
        self._taken: Collection[str] = ()
        self.name = QLineEdit(self)
        self.lossy = RadioButton(self.tr("Loss&y"), theme, self)
        self.lossless = RadioButton(self.tr("Lossl&ess"), theme, self)
        self._compression = QButtonGroup(self)
        self._compression.addButton(self.lossy)
        self._compression.addButton(self.lossless)
        self.automatic = CheckBox(self.tr("Aut&omatic"), theme, self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(1, 100)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(self.tr("Quality"))
        self.spin = QSpinBox(self)
        self.spin.setRange(1, 100)
        self.spin.setAccessibleName(self.tr("Quality, 1 to 100"))
        self.target = ChoiceField(
            {
                QualityTarget.SMALLER: (
                    self.tr("Smaller"),
                    self.tr("The smallest files. Who compares with the original can see a difference."),
                ),
                QualityTarget.BALANCED: (
                    self.tr("Balanced"),
                    self.tr("Looks like the original on a page, and is much smaller."),
                ),
                QualityTarget.FINEST: (
                    self.tr("Finest"),
                    self.tr("Looks like the original even side by side. The files are larger."),
                ),
            },
            theme,
            self,
        )
        self.auto_orient = CheckBox(self.tr("Turn photos up&right"), theme, self)
        self.kept = {
            KeptMetadata.PROFILE: CheckBox(self.tr("Color &profile"), theme, self),
            KeptMetadata.DATE: CheckBox(self.tr("Da&te and time the photo was taken"), theme, self),
            KeptMetadata.COPYRIGHT: CheckBox(self.tr("Copyri&ght and author"), theme, self),
            KeptMetadata.GEOTAG: CheckBox(self.tr("The pla&ce where the photo was taken"), theme, self),
            KeptMetadata.ORIENTATION: CheckBox(self.tr("Orientation &mark"), theme, self),
        }

        self.add_field("name", self.tr("&Name"), self.name)
        self.add_section(self.tr("Size"))
        lossy = Choice(self.lossy, self.tr("The smallest files; the difference can hardly be seen."), self)
        lossless = Choice(self.lossless, self.tr("Every pixel stays as it is; the files are larger."), self)
        self.add_field("lossy", self.tr("Compression"), _column(self, lossy, lossless), focus=self.lossy)
        sliding = QWidget(self)
        row = QHBoxLayout(sliding)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        numbers = muted(
            wrapping(QLabel(self.tr("1 to 100. Lower numbers make smaller files and rougher images."), self))
        )
        self._by_hand = _column(self, sliding, numbers)
        automatic = Choice(self.automatic, self.tr("The best balance for each image."), self)
        self.add_field(
            "quality",
            self.tr("&Quality"),
            _column(self, automatic, self._by_hand),
            focus=self.automatic,
        )
        self.add_field(
            "target",
            self.tr("Automatic quality is to be"),
            self.target,
            hint=self.tr("For this computer’s own engine. Kraken.io decides for itself."),
        )
        self.add_section(self.tr("Photos"))
        turning = Choice(
            self.auto_orient, self.tr("Cameras note which side is up; here the pixels themselves are turned."), self
        )
        self.add_field("auto_orient", self.tr("Orientation"), turning, focus=self.auto_orient)
        boxes: list[QWidget] = []
        for what, box in self.kept.items():
            meaning = self._meaning_of(what)
            boxes.append(Choice(box, meaning, self) if meaning else box)
        self.add_field(
            "keep_metadata",
            self.tr("Information in the file to keep"),
            _column(self, *boxes),
            focus=self.kept[KeptMetadata.PROFILE],
            hint=self.tr("Everything else that cameras and programs write into files is removed."),
        )

        self.name.textEdited.connect(lambda: self._on_edited("name"))
        self.lossy.toggled.connect(lambda: self._on_edited("lossy"))
        self.automatic.toggled.connect(lambda: self._on_edited("quality"))
        self.target.edited.connect(lambda: self._on_edited("target"))
        self.slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self.slider.setValue)
        self.spin.valueChanged.connect(lambda: self._on_edited("quality"))
        self.auto_orient.toggled.connect(lambda: self._on_edited("auto_orient"))
        for box in self.kept.values():
            box.toggled.connect(lambda: self._on_edited("keep_metadata"))

    def _meaning_of(self, what: KeptMetadata) -> str:
        if what is KeptMetadata.GEOTAG:
            return self.tr("Anyone who can open the image can then read where that was.")
        if what is KeptMetadata.ORIENTATION:
            return self.tr("Only for photos that are not turned upright.")
        return ""

    def set_recipe(self, recipe: Recipe, taken: Collection[str]) -> None:
        """Shows a recipe. ``taken``: names that others have."""
        self._original = recipe
        self._taken = taken
        blocked = self.blockSignals(True)
        self.name.setText(recipe.name)
        (self.lossy if recipe.lossy else self.lossless).setChecked(True)
        self.automatic.setChecked(recipe.quality is None)
        self.spin.setValue(recipe.quality or _FIRST_QUALITY)
        self.target.set_value(recipe.target)
        self.auto_orient.setChecked(recipe.auto_orient)
        for what, box in self.kept.items():
            box.setChecked(what in recipe.keep_metadata)
        self.blockSignals(blocked)
        self._render()
        self.forget_touches()

    def recipe(self) -> Recipe:
        """The recipe as it stands in the form."""
        return replace(
            self._original,
            name=self.name.text().strip(),
            lossy=self.lossy.isChecked(),
            quality=None if self.automatic.isChecked() else self.spin.value(),
            target=self.target.value,
            auto_orient=self.auto_orient.isChecked(),
            keep_metadata=frozenset(what for what, box in self.kept.items() if box.isChecked()),
        )

    def is_dirty(self) -> bool:
        """Whether the form differs from what it was given."""
        return self.recipe() != self._original

    def _on_edited(self, field: str) -> None:
        self._render()
        self.touch(field)

    def _render(self) -> None:
        lossy = self.lossy.isChecked()
        self.automatic.setEnabled(lossy)
        self.set_field_visible("target", lossy and self.automatic.isChecked())
        by_hand = lossy and not self.automatic.isChecked()
        self.slider.setEnabled(by_hand)
        self.spin.setEnabled(by_hand)
        self._by_hand.setVisible(by_hand)
        # Turning the pixels makes the mark wrong.
        self.kept[KeptMetadata.ORIENTATION].setEnabled(not self.auto_orient.isChecked())
        remarks: dict[str, list[Remark]] = {"name": name_remarks(self.name.text(), self._taken, self._words)}
        self.set_remarks(remarks)


def _column(parent: QWidget, *widgets: QWidget) -> QWidget:
    column = QWidget(parent)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for each in widgets:
        layout.addWidget(each)
    return column
