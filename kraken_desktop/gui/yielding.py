"""What stands above and below the list: as tall as its text where there is room, and scrolled where there is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSizePolicy, QWidget
from typing_extensions import override

from kraken_desktop.gui.theme import GRID


class Yielding(QScrollArea):
    """Shows its body, and is hidden with it.

    Args:
        least: device-independent pixels of height below which it takes no less room, as far as the body needs them.
    """

    def __init__(self, body: QWidget, least: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._body = body
        self._least = least
        self._wanted = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        hidden = body.isHidden()
        self.setWidget(body)
        body.setVisible(not hidden)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        body.installEventFilter(self)
        self.setVisible(not hidden)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    @override
    def sizeHint(self) -> QSize:
        """As tall as the body is at this width."""
        wanted = self._body.sizeHint()
        if self._body.hasHeightForWidth():
            wanted.setHeight(self._body.heightForWidth(max(self.width(), self._body.minimumSizeHint().width())))
        return wanted

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._body.minimumSizeHint().width(), min(self._least, self.sizeHint().height()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body:
            if event.type() in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
                self.setVisible(not self._body.isHidden())
            elif event.type() is QEvent.Type.LayoutRequest:
                self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        self.updateGeometry()
        wanted = self.sizeHint().height()
        if wanted != self._wanted:
            # What is new is read from its beginning.
            self._wanted = wanted
            self.verticalScrollBar().setValue(0)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        # A press of the mouse must not move away what is under it.
        pressed = QApplication.mouseButtons() is not Qt.MouseButton.NoButton
        if now is not None and not pressed and self._body.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, GRID)
