"""A part of the recipe form that knows its own fields."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.field_group import FieldGroup
from kraken_desktop.gui.settings.remarks import Remark, muted, wrapping
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Finding
from kraken_desktop.model.recipe import OutputFormat, Recipe

FORMAT_NAMES = (
    (OutputFormat.JPEG, "JPEG"),
    (OutputFormat.PNG, "PNG"),
    (OutputFormat.GIF, "GIF"),
    (OutputFormat.WEBP, "WebP"),
    (OutputFormat.AVIF, "AVIF"),
)
"""The same in every language."""


class RecipeFields(FieldGroup):
    """The fields of one subject: shows a recipe, and gives it back as it stands."""

    def show_recipe(self, recipe: Recipe) -> None:
        """Puts a recipe into the fields."""
        raise NotImplementedError

    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with what the fields say; what is unfinished is as it was last."""
        raise NotImplementedError

    def findings(self) -> Mapping[str, list[Finding]]:
        """What is wrong or unwise, by field."""
        return {}

    @property
    def is_unfinished(self) -> bool:
        """Whether something stands in the fields that no recipe can hold."""
        return False


def column(parent: QWidget, *widgets: QWidget) -> QWidget:
    """The widgets one below the other."""
    made = QWidget(parent)
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for each in widgets:
        layout.addWidget(each)
    return made


def note(text: str, parent: QWidget) -> QLabel:
    """A sentence that explains."""
    return muted(wrapping(QLabel(text, parent)))


def remarks_of(findings: Mapping[str, list[Finding]], words: Words) -> dict[str, list[Remark]]:
    """The findings as a form shows them."""
    return {
        name: [Remark(severity=each.severity, message=words.finding(each)) for each in found]
        for name, found in findings.items()
    }
