"""A color: as it is written, as it looks, and a dialog to choose it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.recipe import require_color

_SWATCH = 20


class ColorField(QWidget):
    """A line with the color’s number, and a button that shows the color and opens a dialog.

    Signals:
        edited: the person changed it.
    """

    edited = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self.button = QToolButton(self)
        self.button.setIconSize(QSize(_SWATCH, _SWATCH))
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setAccessibleName(self.tr("Choose: %s").replace("%s", name))
        self.button.setToolTip(self.tr("Choose a color"))
        self.line = QLineEdit(self)
        self.line.setMaxLength(16)
        self.line.setAccessibleName(name)
        self.line.setFixedWidth(self.line.fontMetrics().horizontalAdvance("#mmmmmm") + 24)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.button)
        layout.addWidget(self.line)
        layout.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self._on_edited)
        self.button.clicked.connect(self.choose)
        theme.changed.connect(self._render)

    @property
    def color(self) -> str:
        """What stands in the line: ``#rgb`` or ``#rrggbb``, or something that is no color yet."""
        return self.line.text().strip()

    def set_color(self, color: str) -> None:
        """Shows it."""
        self.line.setText(color)
        self._render()

    def choose(self) -> None:
        """Opens the dialog; what is chosen there is taken over when it closes."""
        dialog = QColorDialog(self)
        dialog.setWindowTitle(self._name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._drawn is not None:
            dialog.setCurrentColor(self._drawn)
        dialog.colorSelected.connect(self._on_chosen)
        dialog.open()

    @property
    def _drawn(self) -> QColor | None:
        try:
            require_color(self.color)
        except ValueError:
            return None
        return QColor(self.color)

    def _on_chosen(self, color: QColor) -> None:
        self.set_color(color.name())
        self.edited.emit()

    def _on_edited(self) -> None:
        self._render()
        self.edited.emit()

    def _render(self) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(_SWATCH, _SWATCH) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("muted"), 1))
        if self._drawn is not None:
            painter.setBrush(self._drawn)
        painter.drawRoundedRect(QRectF(0.5, 0.5, _SWATCH - 1, _SWATCH - 1), 3, 3)
        painter.end()
        self.button.setIcon(QIcon(pixmap))
