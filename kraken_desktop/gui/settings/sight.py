"""Brings what has just appeared on a page into sight."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

MARGIN = 24
"""Device-independent pixels that stay free above and below."""


def bring_into_sight(*widgets: QWidget) -> None:
    """Scrolls the page until these can be seen; the last one most of all, where there is no room for them all."""
    for each in widgets:
        _scroll_to(each)
        # What appeared just now has its place only after the layout is done.
        QTimer.singleShot(0, each, lambda each=each: _scroll_to(each))


def _scroll_to(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None and widget.isVisibleTo(above):
        above.ensureWidgetVisible(widget, 0, MARGIN)
