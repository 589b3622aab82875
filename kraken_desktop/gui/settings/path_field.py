"""The path template: a line, the variables to put in, and what comes out of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.settings.line_with_button import LineWithButton
from kraken_desktop.gui.settings.preview import Preview
from kraken_desktop.gui.settings.remarks import breakable, muted, wrapping
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.object_key import filters, variables

_BETWEEN_NAMES = 6


class PathField(LineWithButton):
    """A line with a menu of all variables beside it."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.button = QToolButton(self)
        self.button.setText(self.tr("Inse&rt"))
        self.button.setAccessibleName(self.tr("Insert a variable"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self)
        self.menu.addSection(self.tr("Variables"))
        for spelling, code in variables():
            self._add(spelling, words.explanation(code))
        self.menu.addSection(self.tr("Behind a variable’s name, in its braces"))
        for spelling, code in filters():
            self._add(spelling, words.explanation(code))
        self.button.setMenu(self.menu)
        self.take_button(self.button)
        self.button.clicked.connect(self.button.showMenu)

    def insert(self, spelling: str) -> None:
        """Puts it where the cursor is. A filter that would stand outside braces goes into the last ones."""
        if spelling.startswith("|"):
            before = self.line.text()[: self.line.cursorPosition()]
            if before.endswith("}"):
                self.line.setCursorPosition(len(before) - 1)
        self.line.insert(spelling)
        self.line.setFocus()
        self.edited.emit()

    def _add(self, spelling: str, explanation: str) -> None:
        # A tab sets off what stands right of it, as shortcuts do.
        action = QAction(f"{spelling}\t{explanation}".replace("&", "&&"), self.menu)
        action.triggered.connect(lambda: self.insert(spelling))
        self.menu.addAction(action)


class PreviewBox(QFrame):
    """The names in the bucket and the link, of an example."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self._about = muted(wrapping(QLabel(self)))
        self._key_title = QLabel(self.tr("Name"), self)
        self._url_title = QLabel(self.tr("Link"), self)
        self._keys: tuple[str, ...] = ()
        self._key_labels: list[QLabel] = []
        self._names = QWidget(self)
        self._column = QVBoxLayout(self._names)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_BETWEEN_NAMES)
        self._url = self._value(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._about, 0, 0, 1, 2)
        self._note = muted(wrapping(QLabel(self)))
        grid.addWidget(self._note, 3, 0, 1, 2)
        for row, (title, value) in enumerate(((self._key_title, self._names), (self._url_title, self._url)), 1):
            grid.addWidget(muted(title), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)

    @property
    def key(self) -> str:
        """The name that is shown, of a set the first one."""
        return self._keys[0] if self._keys else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All names that are shown."""
        return self._keys

    @property
    def note(self) -> str:
        """What is said about the names of a set."""
        return self._note.text()

    @property
    def url(self) -> str:
        """The link that is shown."""
        return self._url.accessibleName()

    @property
    def about(self) -> str:
        """What it is an example of, or why there is none."""
        return self._about.text()

    def show_preview(self, told: Preview) -> None:
        """Shows an example."""
        self._about.setText(self.tr("For example “{name}”:").replace("{name}", told.name))
        count = len(told.keys)
        self._key_title.setText(self.tr("Name") if count == 1 else self.tr("Names"))
        self._url_title.setText(self.tr("Link") if count == 1 else self.tr("First link"))
        note = self.tr(
            "This path gives images of the set the same name, so “-” and the image’s own name are added. "
            "Put {variant} into the path to choose the place for it."
        )
        self._show(told.keys, told.url, note if told.is_suffixed else "")

    def show_problem(self, told: Message) -> None:
        """Says why there is none."""
        self._about.setText(" ".join(part for part in (told.what, told.remedy) if part))
        self._show((), "")

    def show_nothing(self) -> None:
        """The reason stands elsewhere already."""
        self._about.setText(self.tr("The example appears when the path is right."))
        self._show((), "")

    def _show(self, keys: tuple[str, ...], url: str, note: str = "") -> None:
        self._keys = keys
        while len(self._key_labels) < len(keys):
            label = self._value(self._names)
            self._column.addWidget(label)
            self._key_labels.append(label)
        for at, label in enumerate(self._key_labels):
            _tell(label, keys[at] if at < len(keys) else "")
        _tell(self._url, url)
        self._key_title.setVisible(bool(keys))
        self._names.setVisible(bool(keys))
        self._url_title.setVisible(bool(url))
        self._note.setText(note)
        self._note.setVisible(bool(note))

    @staticmethod
    def _value(parent: QWidget) -> QLabel:
        label = wrapping(QLabel(parent))
        label.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        return label


def _tell(label: QLabel, text: str) -> None:
    label.setText(breakable(text))
    label.setAccessibleName(text)
    label.setVisible(bool(text))
