"""A page that is about one form: what the dialog asks of it, the form can answer."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.background import Background
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.notice import Notice
from kraken_desktop.gui.settings.page import Page
from kraken_desktop.model.settings import Settings


class FormPage(Page):
    """A page with a form, and a message above it that may ask for a decision."""

    notice: Notice

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._use = collaborators
        self._settings = settings
        self._background = Background(collaborators.run_in_background, self)

    def take_form(self, form: FieldForm) -> None:
        """The form that the page is about."""
        self._form = form
        form.edited.connect(self._on_edited)

    @override
    def is_busy(self) -> bool:
        """Whether it is saving, or doing what goes with it."""
        return self._background.is_busy("save")

    @override
    def fault(self) -> str:
        """The first field with an error that was seen."""
        return next((self._form.title_of(name) for name in self._form.faults(touched_only=True)), "")

    @override
    def question(self) -> str:
        """The message above the form waits for an answer."""
        return self.tr("Not saved yet: see the message above the form") if self.notice.text and self.can_save() else ""

    @override
    def focus_fault(self) -> None:
        """Leads to it."""
        for name in self._form.faults()[:1]:
            self.uncover_form()
            self._form.focus_field(name)

    def uncover_form(self) -> None:
        """Something in the form is to be seen, whatever stands before it."""

    def is_complete(self) -> bool:
        """Whether nothing is wrong; what is wrong is shown."""
        self._form.touch_all()
        self.focus_fault()
        self.changed.emit()
        return not self._form.faults()

    def _on_edited(self) -> None:
        self.changed.emit()
