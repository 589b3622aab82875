"""A field for a secret: goes in masked, never comes back out; and what is said about where it is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from kraken_desktop.stores.secret_store import Place


class SecretField(QWidget):
    """A masked line; a secret that is kept already can be replaced, never looked at.

    Signals:
        edited: another secret was typed, or the replacing of the kept one begun or given up.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = "nowhere"
        self._replacing = False
        self._is_sure = True
        self._line = QLineEdit(self)
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._button = QPushButton(self)
        self._button.setAutoDefault(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._kept = QLabel(self)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._kept, 1)
        layout.addWidget(self._button)
        self._line.textEdited.connect(self.edited)
        self._button.clicked.connect(self._toggle)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._render()

    def set_names(self, name: str) -> None:
        """How a screen reader calls the field and its button."""
        self._line.setAccessibleName(name)
        self._button.setAccessibleName(self.tr("Replace: %s").replace("%s", name))

    @property
    def typed(self) -> str | None:
        """The new secret without white space around it; None if the kept one stays."""
        if not self._is_open:
            return None
        return self._line.text().strip() or None

    @property
    def is_edited(self) -> bool:
        """Whether something would be lost with the field."""
        return self.typed is not None

    @property
    def place(self) -> Place | None:
        """Where the secret is kept now; None while nobody knows."""
        return self._place

    @property
    def is_missing(self) -> bool:
        """Whether there is surely no secret, neither kept nor typed."""
        kept = self._place in {"keyring", "session", "environment"} and not self._replacing
        return self._is_sure and not kept and self._place is not None and self.typed is None

    @property
    def shown(self) -> str:
        """The text on the screen, masked as it is."""
        return self._line.displayText() if self._is_open else self._kept.text()

    def set_place(self, place: Place | None, *, is_sure: bool = True) -> None:
        """Where the secret is kept; None: being looked up. What was typed meanwhile stays.

        ``is_sure``: False if the keyring did not say, so that there may be one all the same.
        """
        self._place = place
        self._is_sure = is_sure
        if self._place == "environment":
            self._replacing = False
        self._render()

    def clear(self, place: Place | None = "nowhere") -> None:
        """Forgets what was typed."""
        self._replacing = False
        self._line.clear()
        self.set_place(place)

    @property
    def _is_open(self) -> bool:
        return self._replacing or self._place in {None, "nowhere"}

    def _toggle(self) -> None:
        self._replacing = not self._replacing
        self._line.clear()
        self._render()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _render(self) -> None:
        if not self._is_open and self._line.text() and self._place != "environment":
            # Typed while the keyring was being looked at: it replaces what was found there.
            self._replacing = True
        kept = {
            "keyring": self.tr("•••• saved in the keyring"),
            "session": self.tr("•••• kept for this session"),
            "environment": self.tr("•••• from the environment"),
        }
        is_open = self._is_open
        if not is_open:
            self._line.clear()
        self._kept.setText(kept.get(self._place or "", ""))
        self._line.setVisible(is_open)
        self._kept.setVisible(not is_open)
        self._line.setPlaceholderText(self.tr("Looking in the keyring…") if self._place is None else "")
        self._button.setVisible(self._place in {"keyring", "session"})
        self._button.setText(self.tr("Keep the saved one") if self._replacing else self.tr("Replace…"))
        self._button.setAccessibleDescription(self._kept.text())
        self.setFocusProxy(self._line if is_open else self._button)
