"""The window itself, there before what belongs into it is loaded: it shows how that will look, and takes drops.

Loaded before the window is there, so it loads little itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.first_look import FirstLook

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QKeyEvent, QPaintEvent
    from typing_extensions import override

    from kraken_desktop.gui.drop_target import DropTarget
    from kraken_desktop.gui.incoming import Incoming
else:

    def override(method: object) -> object:
        """As the real one, which takes longer to load than all of this."""
        return method


_SETTLING = 3


class Frame(QWidget):
    """The top-level window. Without its content it paints how the content will look.

    Signals:
        painted: it has been on the screen; once.
    """

    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = FirstLook(desktop_dark=False, dark=False)
        """What it looks like without its content."""
        self._content: QWidget | None = None
        self._has_painted = False
        self._drop_target: DropTarget | None = None
        self._kept: list[Incoming] = []
        self.closed_early = False
        """Whether the person closed the window before its content was there."""
        self._after_painting = QTimer(self)
        self._after_painting.setSingleShot(True)
        self._after_painting.timeout.connect(self.painted)
        self.setAcceptDrops(True)

    def set_content(self, content: QWidget) -> None:
        """Show this from now on; it hears of drops, keys and the end by itself."""
        if self._drop_target is not None:
            self.removeEventFilter(self._drop_target)
            self._drop_target = None
        self.setAcceptDrops(False)
        from PySide6.QtCore import QCoreApplication, QEvent  # these and the like: not before the first paint
        from PySide6.QtWidgets import QVBoxLayout

        self.setUpdatesEnabled(False)
        self._content = content
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(content)
        content.show()
        # What wraps and scrolls finds its place in several steps: nobody is to see it move.
        for _ in range(_SETTLING):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.setUpdatesEnabled(True)
        self.windowHandle().activeChanged.connect(self._tell_activation)

    def _tell_activation(self) -> None:
        from PySide6.QtCore import QCoreApplication, QEvent

        # Of this Qt tells windows alone.
        if self._content is not None:
            QCoreApplication.sendEvent(self._content, QEvent(QEvent.Type.ActivationChange))

    # --- before the content ---

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._content is not None:
            super().paintEvent(event)
            return
        picture = self.look.picture
        if picture is None or picture.deviceIndependentSize().toSize() != self.size():
            picture = _outline(self.look, self.height())
        painter = QPainter(self)
        painter.drawImage(self.rect(), picture)
        painter.end()
        if not self._has_painted:
            self._has_painted = True
            self._after_painting.start()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._content is None and self._drop_target is None:
            from kraken_desktop.gui.drop_target import DropTarget  # not before somebody drags

            self._drop_target = DropTarget(self)
            self._drop_target.dropped.connect(self._keep)
            # From the next event on it hears of them by itself.
            self._drop_target.eventFilter(self, event)

    def take_kept(self) -> list[Incoming]:
        """What was dropped and pasted before the content was there."""
        kept, self._kept = self._kept, []
        return kept

    def _keep(self, what: Incoming) -> None:
        self._kept.append(what)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtGui import QGuiApplication, QKeySequence

        if self._content is None and event.matches(QKeySequence.StandardKey.Paste):
            from kraken_desktop.gui.incoming import read  # not before somebody pastes

            self._keep(read(QGuiApplication.clipboard().mimeData()))
        else:
            super().keyPressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._content is None:
            self.closed_early = True
            self.hide()
            event.ignore()
        else:
            event.setAccepted(self._content.close())


def _outline(look: FirstLook, height: int) -> QImage:
    """The window's ground below its top bar, one pixel wide.

    To fill rectangles would have Qt for Python load all enumerations of Qt first, a tenth of the whole start.
    """
    from kraken_desktop.gui.colors import DARK, LIGHT  # mostly there is a picture

    colors = DARK if look.dark else LIGHT
    raised, line, ground = (
        int(color[1:], 16).to_bytes(4, sys.byteorder) for color in (colors.raised, colors.border, colors.window)
    )
    pixels = raised * look.bar + line + ground * max(0, height - look.bar - 1)
    # The copy owns its pixels.
    return QImage(pixels, 1, height, 4, QImage.Format.Format_RGB32).copy()
