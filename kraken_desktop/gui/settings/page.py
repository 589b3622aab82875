"""What the dialog asks of each of its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.model.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A button below the page that tries what stands in its form, saved or not."""

    text: str
    about: str
    run: Callable[[], None]


class Page(QWidget):
    """A page with a form on it, that is saved and discarded as a whole.

    Signals:
        changed: the answers to the questions below may be others now.
        saved: with the settings as they are on disk now.
    """

    changed = Signal()
    saved = Signal(object)

    def make_body(self) -> tuple[QWidget, QVBoxLayout]:
        """For a page that scrolls as a whole: what scrolls, in its place already, and its layout.

        To move a full form from parent to parent costs more than to make it.
        """
        body = QWidget(self)
        body.setMaximumWidth(FORM_WIDTH * self.fontMetrics().height())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(PageScroll(body, self))
        layout = QVBoxLayout(body)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        return body, layout

    def refresh(self, settings: Settings) -> None:
        """Takes over settings that another page or program changed; unsaved changes stay."""
        raise NotImplementedError

    def entry_name(self) -> str:
        """What the form is about, for questions."""
        raise NotImplementedError

    def is_dirty(self) -> bool:
        """Whether there is something that would be lost."""
        raise NotImplementedError

    def can_save(self) -> bool:
        """Whether there is something to save or discard; also a new entry that nobody changed yet."""
        return self.is_dirty()

    def is_busy(self) -> bool:
        """Whether it is saving."""
        raise NotImplementedError

    def fault(self) -> str:
        """The first field with an error that the person has seen; empty if saving may be tried."""
        raise NotImplementedError

    def question(self) -> str:
        """What has to be decided on the page before saving can end well; empty if nothing."""
        return ""

    def trial(self) -> Trial | None:
        """What can be tried now; a page without an entry has nothing to try."""
        return None

    def focus_fault(self) -> None:
        """Leads to that field."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Leads to where work on the page begins."""
        raise NotImplementedError

    def lead_to(self, entry_id: str, field: str) -> None:
        """Shows an entry, and leads to one of its fields; both may be empty, or gone meanwhile."""
        raise NotImplementedError

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Saves if nothing is wrong, else leads to what is; ``then`` is called when it is on disk."""
        raise NotImplementedError

    def discard(self) -> None:
        """Back to what is saved."""
        raise NotImplementedError


class PageHeader(QWidget):
    """A page's title, and a sentence about it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        # Of names of profiles and files.
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setBold(True)
        self._title.setFont(font)
        self._about = muted(wrapping(QLabel(self)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addWidget(self._about)

    def set_texts(self, title: str, about: str) -> None:
        """What the page is, and what for."""
        self._title.setText(title)
        self._about.setText(about)


FORM_WIDTH = 46
"""In heights of a line: wider fields are no easier to read."""


FOCUS_MARGIN = 48
"""Device-independent pixels around what has the focus: room for the label above it."""


class PageScroll(QScrollArea):
    """The body, with a scroll bar if it is taller than the window; never narrower than it needs."""

    def __init__(self, body: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)
        self._body = body
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        # A press of the mouse must not move away what is under it.
        pressed = QApplication.mouseButtons() is not Qt.MouseButton.NoButton
        if now is not None and not pressed and self._body.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, FOCUS_MARGIN)

    @override
    def minimumSizeHint(self) -> QSize:
        """As wide as the body must be."""
        least = super().minimumSizeHint()
        width = self._body.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(max(least.width(), width), least.height())
