"""What an import would bring, before it changes anything."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.page import PageHeader, PageScroll
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.window_manners import resize_within_screen
from kraken_desktop.messages import Words
from kraken_desktop.messages.exchange import change_in_words, note_in_words
from kraken_desktop.model.parcel import Arrival, Clash, Note


class ExchangeView(QDialog):
    """A list of what comes, what to do where it meets something, and a button that does it.

    Args:
        source: what the person knows it by: the file's name, or the program's.
    """

    def __init__(
        self,
        source: str,
        coming: Sequence[Arrival],
        notes: Sequence[Note],
        words: Words,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Import"))
        self._words = words
        self._theme = theme
        self._told: list[str] = []
        header = PageHeader(self)
        is_all_known = all(arrival.is_known for arrival in coming)
        header.set_texts(
            self.tr("Import from “{source}”").replace("{source}", source),
            self.tr("All of it is here already, just like this.")
            if is_all_known
            else self.tr("Nothing has changed yet. This is what would come:"),
        )
        body = QWidget(self)
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(12)
        for arrival in coming:
            rows.addWidget(self._row(arrival, body))
        if notes:
            rows.addWidget(self._notes(notes, body))
        rows.addStretch(1)
        self._clash = ChoiceField(
            {
                Clash.RENAME: (self.tr("Keep both"), self.tr("What comes gets another name.")),
                Clash.REPLACE: (
                    self.tr("Replace mine"),
                    self.tr("Yours become like those that come. Their keys and secrets stay."),
                ),
                Clash.SKIP: (self.tr("Keep mine only"), self.tr("What comes under a name of yours is left out.")),
            },
            theme,
            self,
        )
        clashing = QWidget(self)
        below = QVBoxLayout(clashing)
        below.setContentsMargins(0, 0, 0, 0)
        told = QLabel(self.tr("&Where you have another one of that name"), clashing)
        told.setBuddy(self._clash)
        below.addWidget(told)
        below.addWidget(self._clash)
        clashing.setVisible(any(arrival.clashes for arrival in coming))
        self._secrets = CheckBox(self.tr("Keep the &secrets in this system’s keyring"), theme, self)
        secrets = Choice(
            self._secrets,
            self.tr(
                "They stand in that file as plain text, which is left as it is. "
                "Without this, you enter them after the import."
            ),
            self,
        )
        secrets.setVisible(any(arrival.has_secret and not arrival.is_known for arrival in coming))
        self.import_button = QPushButton(self.tr("&Import"), self)
        self.import_button.setProperty("look", "primary")
        self.import_button.setDefault(True)
        self.import_button.setEnabled(not is_all_known)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        self.import_button.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.import_button)
        buttons.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(header)
        list_of_all = PageScroll(body, self)
        list_of_all.setMinimumHeight(8 * self.fontMetrics().height())
        layout.addWidget(list_of_all, 1)
        layout.addWidget(clashing)
        layout.addWidget(secrets)
        layout.addLayout(buttons)
        resize_within_screen(self, QSize(44, 46) * self.fontMetrics().height())

    @property
    def clash(self) -> Clash:
        """What to do where something of that name is here."""
        return self._clash.value

    @property
    def with_secrets(self) -> bool:
        """Whether the person agrees that secrets are taken over."""
        return self._secrets.isChecked()

    @property
    def text(self) -> str:
        """Everything that it says of what comes."""
        return "\n".join(self._told)

    def choose(self, clash: Clash) -> None:
        """As if the person had."""
        self._clash.set_value(clash)

    def agree(self) -> None:
        """As if the person had: secrets are taken over."""
        self._secrets.setChecked(True)

    def _row(self, arrival: Arrival, parent: QWidget) -> QWidget:
        row = QFrame(parent)
        row.setProperty("look", "card")
        sign = QLabel(row)
        sign.setPixmap(
            self._theme.pixmap("image" if arrival.is_recipe else "bucket", "muted", 20, self.devicePixelRatioF())
        )
        sign.setAccessibleName(self.tr("Recipe") if arrival.is_recipe else self.tr("Profile"))
        name = wrapping(QLabel(arrival.name, row))
        font = name.font()
        font.setBold(True)
        name.setFont(font)
        lines = [muted(wrapping(QLabel(self._state(arrival), row)))]
        lines += [wrapping(QLabel(change_in_words(change, self._words), row)) for change in arrival.changes]
        lines += [muted(wrapping(QLabel(note_in_words(note, self._words), row))) for note in arrival.notes]
        self._told += [arrival.name, *(line.text() for line in lines)]
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(name)
        for line in lines:
            words.addWidget(line)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        return row

    def _state(self, arrival: Arrival) -> str:
        if arrival.is_known:
            return self.tr("Here already, just like this")
        if arrival.existing:
            return self.tr("Differs from yours, “{name}”:").replace("{name}", arrival.existing)
        return self.tr("New recipe") if arrival.is_recipe else self.tr("New profile")

    def _notes(self, notes: Sequence[Note], parent: QWidget) -> QLabel:
        label = muted(wrapping(QLabel("\n".join(note_in_words(note, self._words) for note in notes), parent)))
        self._told.append(label.text())
        return label
