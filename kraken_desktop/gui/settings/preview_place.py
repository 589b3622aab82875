"""Where the preview stands: beside the form where there is room, else below it, or for once in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.recipe_preview import RecipePreview

_WIDE = 58
"""In heights of a line, as all that follows: form and preview stand beside each other."""
_TALL = 34
"""The preview is open below the form, unless the person closed it."""
_BESIDE_MOST = 34
_BELOW_LEAST, _BELOW_MOST = 14, 24
_LEAST_FORM = 7
"""Where less than this would be left of the form, an open preview takes its place."""
_SHARE = 0.42
_ANY = (1 << 24) - 1
"""Qt's own word for no limit."""


class WithPreview(QWidget):
    """A form that scrolls by itself, and the preview of what is in it."""

    def __init__(self, form: QWidget, preview: RecipePreview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._preview = preview
        self._chosen: bool | None = None
        line = QFrame(self)
        line.setProperty("look", "line")
        self._line = line
        around = QWidget(self)
        inner = QBoxLayout(QBoxLayout.Direction.TopToBottom, around)
        inner.addWidget(preview)
        self._around, self._inner = around, inner
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(form, 1)
        self._layout.addWidget(line)
        self._layout.addWidget(around)
        self._is_turning = False
        preview.turned.connect(self._on_turned)

    def uncover(self) -> None:
        """Something in the form is to be seen: the preview gives its place back."""
        if self._form.isHidden():
            self._preview.set_open(False)

    def _on_turned(self, is_open: bool) -> None:
        if not self._is_turning:
            self._chosen = is_open
            self._arrange()

    def _arrange(self) -> None:
        unit = self.fontMetrics().height()
        beside = self.width() >= _WIDE * unit
        is_open = self._chosen if self._chosen is not None else beside or self.height() >= _TALL * unit
        if is_open != self._preview.disclosure.is_open:
            self._is_turning = True
            self._preview.set_open(is_open)
            self._is_turning = False
        around, ways = self._around, QBoxLayout.Direction
        self._layout.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        self._inner.setContentsMargins(16, 0 if beside else 8, 24, 8)
        least, most, covers = QSize(0, 0), QSize(_ANY, _ANY), False
        if beside:
            width = min(_BESIDE_MOST * unit, round(_SHARE * self.width()))
            least.setWidth(width)
            most.setWidth(width)
        elif is_open:
            margins = self._inner.contentsMargins()
            self._preview.lay_out_for(self.width() - margins.left() - margins.right())
            wanted = min(max(_BELOW_LEAST * unit, round(_SHARE * self.height())), _BELOW_MOST * unit)
            height = max(wanted, self._inner.totalMinimumHeightForWidth(self.width()))
            covers = self.height() - height < _LEAST_FORM * unit
            if not covers:
                least.setHeight(height)
                most.setHeight(height)
        self._form.setVisible(not covers)
        self._line.setVisible(not beside and not covers)
        # Only what is new: each change asks for a new layout, which leads here again.
        around.setMinimumSize(least)
        around.setMaximumSize(most)
        policy = QSizePolicy.Policy
        around.setSizePolicy(policy.Preferred, policy.Preferred if is_open else policy.Maximum)

    @override
    def minimumSizeHint(self) -> QSize:
        """What form and line need, however they stand now."""
        form, preview = self._form.minimumSizeHint(), self._preview.minimumSizeHint()
        height = form.height() + self._preview.disclosure.sizeHint().height() + 16
        return QSize(max(form.width(), preview.width() + 40), height)

    @override
    def event(self, event: QEvent) -> bool:
        """What is said of a set needs more room than of one image."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be more room, or less."""
        super().resizeEvent(event)
        self._arrange()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The font is known only now."""
        super().showEvent(event)
        self._arrange()
