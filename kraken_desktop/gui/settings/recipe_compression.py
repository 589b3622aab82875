"""How much smaller: with loss or without, the quality, and the finer points."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QSpinBox, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.marks import CheckBox, RadioButton
from kraken_desktop.gui.settings.recipe_fields import RecipeFields, column, note
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.recipe import QualityTarget, Recipe

_FIRST_QUALITY = 80


class CompressionFields(RecipeFields):
    """Lossy or lossless, quality, and what automatic quality is to be."""

    def __init__(self, form: FieldForm, theme: Theme) -> None:
        super().__init__(form)
        self.lossy = RadioButton(self.tr("Loss&y"), theme, form)
        self.lossless = RadioButton(self.tr("Lossl&ess"), theme, form)
        self._compression = QButtonGroup(form)
        self._compression.addButton(self.lossy)
        self._compression.addButton(self.lossless)
        self.automatic = CheckBox(self.tr("Aut&omatic"), theme, form)
        self.slider = QSlider(Qt.Orientation.Horizontal, form)
        self.slider.setRange(1, 100)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(self.tr("Quality"))
        self.spin = QSpinBox(form)
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
            form,
        )
        sliding = QWidget(form)
        row = QHBoxLayout(sliding)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        numbers = note(self.tr("1 to 100. Lower numbers make smaller files and rougher images."), form)
        self._by_hand = column(form, sliding, numbers)
        self._add_fields()
        self.lossy.toggled.connect(lambda: self.edited.emit("lossy"))
        self.automatic.toggled.connect(lambda: self.edited.emit("quality"))
        self.target.edited.connect(lambda: self.edited.emit("target"))
        self.slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self.slider.setValue)
        self.spin.valueChanged.connect(lambda: self.edited.emit("quality"))

    def _add_fields(self) -> None:
        form = self._form
        form.add_section(self.tr("Size of the file"))
        lossy = Choice(self.lossy, self.tr("The smallest files; the difference can hardly be seen."), form)
        lossless = Choice(self.lossless, self.tr("Every pixel stays as it is; the files are larger."), form)
        form.add_field("lossy", self.tr("Compression"), column(form, lossy, lossless), focus=self.lossy)
        automatic = Choice(self.automatic, self.tr("The best balance for each image."), form)
        form.add_field("quality", self.tr("&Quality"), column(form, automatic, self._by_hand), focus=self.automatic)
        form.add_field(
            "target",
            self.tr("Automatic quality is to be"),
            self.target,
            hint=self.tr("For this computer’s own engine. Kraken.io decides for itself."),
        )

    @override
    def show_recipe(self, recipe: Recipe) -> None:
        """Puts a recipe into the fields."""
        (self.lossy if recipe.lossy else self.lossless).setChecked(True)
        self.automatic.setChecked(recipe.quality is None)
        self.spin.setValue(recipe.quality or _FIRST_QUALITY)
        self.target.set_value(recipe.target)

    @override
    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with what the fields say."""
        return replace(
            recipe,
            lossy=self.lossy.isChecked(),
            quality=None if self.automatic.isChecked() else self.spin.value(),
            target=self.target.value,
        )

    def arrange(self) -> None:
        """Shows the fields that apply."""
        lossy = self.lossy.isChecked()
        self.automatic.setEnabled(lossy)
        self._form.set_field_visible("target", lossy and self.automatic.isChecked())
        by_hand = lossy and not self.automatic.isChecked()
        self.slider.setEnabled(by_hand)
        self.spin.setEnabled(by_hand)
        self._by_hand.setVisible(by_hand)
