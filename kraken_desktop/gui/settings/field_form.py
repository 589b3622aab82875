"""Labels, fields and remarks, one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.remarks import Remark, RemarkLabel, muted, wrapping
from kraken_desktop.gui.settings.sight import bring_into_sight
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.profile import Severity

FIELD_GAP = 16
SECTION_GAP = 24
PATIENCE_MS = 600
"""How long somebody may be in the middle of a word before a field complains."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Field:
    title: str
    block: QWidget
    focus: QWidget
    remarks: RemarkLabel
    touched: bool = False


class FieldForm(QWidget):
    """A form that says what is wrong at the field where it is wrong.

    Labels stand above their fields, so that long words and large letters find room. A field that nobody
    touched keeps quiet until somebody tries to save.

    Signals:
        edited: the person changed something.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fields: dict[str, _Field] = {}
        self._remarks: dict[str, tuple[Remark, ...]] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_all)

    # --- building ---------------------------------------------------------------------------------

    def add_section(self, heading: QWidget | str) -> None:
        """A heading over the fields that follow."""
        if isinstance(heading, str):
            told = QLabel(heading, self)
            font = told.font()
            font.setBold(True)
            told.setFont(font)
            heading = told
        if self._layout.count():
            self._layout.addSpacing(SECTION_GAP)
        self._layout.addWidget(heading)

    def add_field(
        self,
        name: str,
        label: str,
        widget: QWidget,
        *,
        focus: QWidget | None = None,
        below: Sequence[QWidget] = (),
        hint: str = "",
    ) -> None:
        """A field with its label above, and what belongs beneath it.

        ``name`` is how findings call the field; ``focus`` the widget that they lead to.
        """
        block = QWidget(self)
        layout = QVBoxLayout(block)
        layout.setContentsMargins(0, FIELD_GAP if self._layout.count() else 0, 0, 0)
        layout.setSpacing(4)
        focus = focus or widget
        title = label.replace("&", "")
        told = QLabel(label, block)
        told.setBuddy(focus)
        for each in _spoken(focus):
            if not each.accessibleName():
                each.setAccessibleName(title)
        remarks = RemarkLabel(self._theme, block)
        lower = list(below)
        if hint:
            lower.append(muted(wrapping(QLabel(hint, block))))
        for each in (told, widget, remarks, *lower):
            layout.addWidget(each)
        self._layout.addWidget(block)
        self._fields[name] = _Field(title=title, block=block, focus=focus, remarks=remarks)
        self._watch(widget)

    def _watch(self, widget: QWidget) -> None:
        for each in (widget, *widget.findChildren(QWidget)):
            if isinstance(each, QComboBox | QAbstractSpinBox | QSlider):
                # A wheel that scrolls the page must not change what it passes over.
                each.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                each.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets the wheel go by a field that has no focus."""
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Lets the tab key go from field to field as they stand, whatever the order they were made in."""
        super().showEvent(event)
        stops = tuple(_stops(self))
        # Qt takes the proxy for the widget, and would leave the widget itself where it was: tab would go round.
        proxies = {each: each.focusProxy() for each in stops}
        for each in stops:
            each.setFocusProxy(None)  # type: ignore[arg-type]  # the stubs do not know that it is taken away so
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
        for each, proxy in proxies.items():
            if proxy is not None:
                each.setFocusProxy(proxy)

    # --- fields -----------------------------------------------------------------------------------

    def has_field(self, name: str) -> bool:
        """Whether findings can be shown under this name."""
        return name in self._fields

    def set_field_visible(self, name: str, visible: bool) -> None:
        """Shows or hides a field with all that belongs to it."""
        self._fields[name].block.setVisible(visible)

    def is_field_visible(self, name: str) -> bool:
        """Whether a field applies now."""
        return self._fields[name].block.isVisibleTo(self)

    def touch(self, name: str) -> None:
        """The person worked on this field: from now on it may complain."""
        self._fields[name].touched = True
        self.edited.emit()

    def touch_all(self) -> None:
        """The person tried to save: nothing keeps quiet any more."""
        for each in self._fields.values():
            each.touched = True
        self._show_all()

    def forget_touches(self) -> None:
        """Another entry stands in the form."""
        for each in self._fields.values():
            each.touched = False
        self._show_all()

    # --- remarks ----------------------------------------------------------------------------------

    def set_remarks(self, remarks: Mapping[str, Iterable[Remark]]) -> None:
        """Everything there is to say, by field; errors come before warnings."""
        self._remarks = {
            name: tuple(sorted(told, key=lambda remark: remark.severity is not Severity.ERROR))
            for name, told in remarks.items()
        }
        waiting = False
        for name, each in self._fields.items():
            told = self._remarks.get(name, ())
            if told and not each.remarks.remarks and each.touched and _has_focus(each.focus):
                waiting = True
            else:
                self._show(name)
        if waiting:
            self._patience.start()

    def remarks_of(self, name: str) -> str:
        """What the person reads at a field."""
        return self._fields[name].remarks.text

    def _show_all(self) -> None:
        for name in self._fields:
            self._show(name)

    def _show(self, name: str) -> None:
        each = self._fields[name]
        before = each.remarks.text
        each.remarks.set_remarks(self._remarks.get(name, ()) if each.touched else ())
        focused = QApplication.focusWidget()
        if each.remarks.text != before and focused is not None and self.isAncestorOf(focused):
            # What appears above pushes it down.
            bring_into_sight(focused)
        for spoken in _spoken(each.focus):
            spoken.setAccessibleDescription(each.remarks.text)

    def faults(self, *, touched_only: bool = False) -> tuple[str, ...]:
        """The names of the fields with errors, in the form's order."""
        return tuple(
            name
            for name, each in self._fields.items()
            if (each.touched or not touched_only)
            and any(remark.severity is Severity.ERROR for remark in self._remarks.get(name, ()))
        )

    def title_of(self, name: str) -> str:
        """What the person knows the field as."""
        return self._fields[name].title

    def lead_to(self, name: str) -> None:
        """Goes to the field with what is said about it, if it applies."""
        if self.has_field(name) and self.is_field_visible(name):
            self.touch(name)
            self._show(name)
            self.focus_field(name)

    def focus_field(self, name: str) -> None:
        """Brings the field into sight and gives it the focus."""
        told = self._fields[name]
        told.focus.setFocus(Qt.FocusReason.OtherFocusReason)
        if told.remarks.text:
            announce(told.focus, f"{told.title}: {told.remarks.text}")
        bring_into_sight(told.remarks, told.focus)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    """What takes the focus in a widget, in the order on the screen; a widget before its parts."""
    if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
        yield widget
    layout = widget.layout()
    if layout is not None:
        yield from _stops_in(layout)


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        inner, below = item.widget(), item.layout()
        if inner is not None:
            yield from _stops(inner)
        elif below is not None:
            yield from _stops_in(below)


def _spoken(widget: QWidget) -> Iterator[QWidget]:
    """The widget, and the line in it that really has the focus: a screen reader speaks of that one."""
    yield widget
    line = widget.lineEdit() if isinstance(widget, QComboBox) else widget.focusProxy()
    if isinstance(line, QLineEdit):
        yield line


def _has_focus(widget: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and (focused is widget or widget.isAncestorOf(focused))
