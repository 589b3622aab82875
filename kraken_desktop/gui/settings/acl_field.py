"""Who may open the stored images, in words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.marks import RadioButton
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.profile import Acl


class AclField(QWidget):
    """Public, private, or as the bucket says; each with what it means for the links.

    Signals:
        edited: chosen by the person.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        public = RadioButton(self.tr("Publi&c"), theme, self)
        private = RadioButton(self.tr("Pri&vate"), theme, self)
        none = RadioButton(self.tr("As the bucket says"), theme, self)
        self._choices = {
            Acl.PUBLIC_READ: Choice(
                public,
                self.tr("Anyone who has the link can open the image. The bucket must allow public ACLs."),
                self,
            ),
            Acl.PRIVATE: Choice(
                private,
                self.tr("The links open for nobody, unless they are signed. The bucket must allow ACLs."),
                self,
            ),
            Acl.NONE: Choice(
                none, self.tr("Nothing is asked for; the bucket’s own settings decide who can open the image."), self
            ),
        }
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for choice in self._choices.values():
            self._group.addButton(choice.button)
            layout.addWidget(choice)
        self.set_choices(with_none=False)
        self.set_acl(Acl.PUBLIC_READ)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._group.buttonToggled.connect(self._on_toggled)

    @property
    def acl(self) -> Acl:
        """What is chosen."""
        return next((acl for acl, choice in self._choices.items() if choice.button.isChecked()), Acl.PUBLIC_READ)

    def meaning_of(self, acl: Acl) -> str:
        """What a choice means for the links."""
        return self._choices[acl].meaning

    def set_choices(self, *, with_none: bool) -> None:
        """``NONE`` is offered only where it can be asked for."""
        self._choices[Acl.NONE].setVisible(with_none)

    def set_acl(self, acl: Acl) -> None:
        """Chooses; a choice that is not offered is shown all the same, so that it is not lost."""
        if acl is Acl.NONE:
            self._choices[acl].show()
        button = self._choices[acl].button
        button.setChecked(True)
        self.setFocusProxy(button)

    def _on_toggled(self, button: QRadioButton, checked: bool) -> None:
        if checked:
            self.setFocusProxy(button)
            self.edited.emit()
