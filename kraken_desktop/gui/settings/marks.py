"""Check boxes and radio buttons that can be seen on a dark ground too.

Fusion draws their outlines darker than the window, which leaves nothing on a dark one.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QRadioButton, QStyle, QStyleOptionButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.theme import Theme


class CheckBox(QCheckBox):
    """A check box in the theme's colors."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark goes over the style's own."""
        super().paintEvent(event)
        painter, box = _begin(self, self._theme, QStyle.SubElement.SE_CheckBoxIndicator)
        painter.drawRoundedRect(box, 3, 3)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("on_accent"), 1.75))
            points = ((0.22, 0.53), (0.43, 0.73), (0.79, 0.30))
            painter.drawPolyline(
                QPolygonF([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in points])
            )
        painter.end()


class RadioButton(QRadioButton):
    """A radio button in the theme's colors."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark goes over the style's own."""
        super().paintEvent(event)
        painter, box = _begin(self, self._theme, QStyle.SubElement.SE_RadioButtonIndicator)
        painter.drawEllipse(box)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("on_accent"))
            painter.drawEllipse(box.center(), box.width() / 5, box.height() / 5)
        painter.end()


def _begin(button: QCheckBox | QRadioButton, theme: Theme, indicator: QStyle.SubElement) -> tuple[QPainter, QRectF]:
    """A painter set for the outline, with the style's own mark wiped away, and where to draw."""
    option = QStyleOptionButton()
    button.initStyleOption(option)
    area = QRectF(button.style().subElementRect(indicator, option, button))
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, theme.color("window"))
    side = min(area.width(), area.height()) - 1
    box = QRectF(0, 0, side, side)
    box.moveCenter(area.center())
    outline, fill = ("accent", "accent") if button.isChecked() else ("muted", "base")
    if not button.isEnabled():
        outline, fill = "strong_border", "strong_border" if button.isChecked() else "window"
    painter.setPen(QPen(theme.color(outline), 1))
    painter.setBrush(theme.color(fill))
    return painter, box
