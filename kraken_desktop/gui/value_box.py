"""A combo box of values that stay what they are: Qt would turn some of them into plain texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QComboBox, QWidget

V = TypeVar("V")


class ValueBox(QComboBox, Generic[V]):
    """One of several values, by name.

    Args:
        texts: each value with its name.
    """

    def __init__(self, texts: Iterable[tuple[V, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[V] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.add_values(texts)

    def add_values(self, texts: Iterable[tuple[V, str]]) -> None:
        """More to choose from."""
        for value, text in texts:
            self._values.append(value)
            self.addItem(text)

    def clear_values(self) -> None:
        """Nothing to choose from any more."""
        self._values.clear()
        self.clear()

    @property
    def value(self) -> V:
        """What is chosen."""
        return self._values[self.currentIndex()]

    def set_value(self, value: V) -> None:
        """Chooses."""
        self.setCurrentIndex(self._values.index(value))
