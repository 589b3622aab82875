"""A page with a list on the left and a form for one of its entries beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.form_page import FormPage
from kraken_desktop.gui.settings.list_frame import ListFrame
from kraken_desktop.gui.settings.questions import ask_unsaved
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.settings import Settings


class Named(Protocol):
    """An entry of a list."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


E = TypeVar("E", bound=Named)


class ListPage(FormPage, Generic[E]):
    """List, form, and the one rule: a form with unsaved changes is never left without a question.

    A new entry is a draft until it is saved: it stands in the list, and nowhere else.
    """

    def __init__(
        self,
        collaborators: Collaborators,
        settings: Settings,
        *,
        with_default: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(collaborators, settings, parent)
        self._current: E | None = None
        self._is_draft = False
        self._frame = frame = ListFrame(collaborators.theme, with_default=with_default, parent=self)
        self.entries, self.notice = frame.entries, frame.notice
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.entries.picked.connect(self._on_picked)
        self.entries.add_wanted.connect(lambda: self.guarded(self.add))
        self.entries.duplicate_wanted.connect(lambda: self.guarded(self.duplicate))
        self.entries.delete_wanted.connect(self._ask_delete)
        self._background.busy_changed.connect(self.changed)

    @override
    def take_form(self, form: FieldForm) -> None:
        """The form of the entries, a child of the frame's body."""
        super().take_form(form)
        self._frame.add_to_body(form)

    # --- what a page of this kind knows -----------------------------------------------------------

    def saved_entries(self) -> tuple[E, ...]:
        """The entries as they are saved."""
        raise NotImplementedError

    def text_of(self, entry: E) -> str:
        """An entry in the list."""
        return entry.name

    def tip_of(self, entry: E) -> str:
        """More about it, for those who point at it."""
        return entry.name

    def new_entry(self) -> E:
        """A fresh one."""
        raise NotImplementedError

    def copy_of(self, entry: E) -> E:
        """A fresh one that is like another."""
        raise NotImplementedError

    def fill_form(self, entry: E, *, like: E | None) -> None:
        """Shows an entry. ``like``: what a draft was copied from."""
        raise NotImplementedError

    def form_entry(self) -> E:
        """The entry as it stands in the form."""
        raise NotImplementedError

    def form_is_dirty(self) -> bool:
        """Whether the form holds something that is not saved."""
        raise NotImplementedError

    def saving(self) -> tuple[Callable[[], Settings], Callable[[], None]]:
        """What to do in the background, and what here after it."""
        raise NotImplementedError

    def save_failed(self, error: KrakenDesktopError, again: Callable[[], None]) -> None:
        """Says why nothing was saved."""
        self.notice.show_message(self._use.words.error(error), [(self.tr("Retry"), again)])

    def settings_changed(self) -> None:
        """Other settings changed while the form has unsaved changes."""

    def ask_delete(self, entry: E) -> None:
        """Asks before a saved entry is deleted."""
        raise NotImplementedError

    def focus_draft(self) -> None:
        """Leads to where a new entry is begun."""
        raise NotImplementedError

    def update_buttons(self, entry: E | None, *, is_draft: bool) -> None:
        """What can be done with the entry that is shown."""
        self.entries.duplicate_button.setEnabled(entry is not None and not is_draft)
        self.entries.delete_button.setEnabled(entry is not None)

    # --- what the dialog asks ---------------------------------------------------------------------

    @override
    def refresh(self, settings: Settings) -> None:
        """Takes over settings that changed elsewhere."""
        self._settings = settings
        if self.can_save():
            self.settings_changed()
            self.show_list()
        else:
            self.show_saved()

    @override
    def entry_name(self) -> str:
        """What the form is about."""
        return self.form_entry().name or (self._current.name if self._current is not None else "")

    @override
    def is_dirty(self) -> bool:
        """Whether something would be lost. A draft that nobody touched would not."""
        return self._current is not None and self.form_is_dirty()

    @override
    def can_save(self) -> bool:
        """Whether there is something to save or discard."""
        return self.is_dirty() or self._is_draft

    def is_draft(self) -> bool:
        """Whether the entry in the form has never been saved."""
        return self._is_draft

    @override
    def fault(self) -> str:
        """The first field with an error that was seen."""
        return super().fault() if self._current is not None else ""

    @override
    def focus_first(self) -> None:
        """Leads to the list, or into a new entry."""
        if self._is_draft:
            self.uncover_form()
            self.focus_draft()
        else:
            self.entries.focus_list()

    @override
    def lead_to(self, entry_id: str, field: str) -> None:
        """Shows it, with the focus there."""
        if not any(each.id == entry_id for each in self.saved_entries()):
            return
        self.show_by_id(entry_id)
        self.uncover_form()
        self._form.lead_to(field)

    @override
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Saves if nothing is wrong."""
        if self._current is None or self.is_busy() or not self.is_complete():
            return
        self.notice.clear()
        work, after = self.saving()
        wanted = self.form_entry()

        def done(settings: Settings) -> None:
            self._settings = settings
            after()
            self._is_draft = False
            self._current = wanted
            self.show_entry(wanted)
            self.saved.emit(settings)
            if then is not None:
                then()

        self._background.run("save", work, done, lambda error: self.save_failed(error, lambda: self.save(then)))
        self.changed.emit()

    @override
    def discard(self) -> None:
        """Back to what is saved; a draft vanishes."""
        self.notice.clear()
        self.show_saved()

    # --- entries ----------------------------------------------------------------------------------

    def add(self) -> None:
        """Begins a new entry."""
        self._begin(self.new_entry(), like=None)

    def duplicate(self) -> None:
        """Begins a copy of the entry that is shown."""
        if self._current is not None:
            self._begin(self.copy_of(self._current), like=self._current)

    def _begin(self, entry: E, *, like: E | None) -> None:
        self._is_draft = True
        self.show_entry(entry, like=like)
        self.focus_first()

    def show_saved(self) -> None:
        """Shows the entry as it is saved, or the first one there is."""
        saved = self.saved_entries()
        wanted = self._current.id if self._current is not None else None
        entry = next((each for each in saved if each.id == wanted), self.first_entry())
        self._is_draft = False
        if entry is None:
            self._current = None
            self.show_list()
        else:
            self.show_entry(entry)

    def first_entry(self) -> E | None:
        """What is shown before anybody chose."""
        return next(iter(self.saved_entries()), None)

    def show_entry(self, entry: E, *, like: E | None = None) -> None:
        """Puts an entry into the form."""
        self._current = entry
        self.notice.clear()
        self.fill_form(entry, like=like)
        self.show_list()

    def show_list(self) -> None:
        """List and buttons as they should be."""
        shown = list(self.saved_entries())
        current = self._current
        if current is not None and self._is_draft:
            shown.append(current)
        told = [(each.id, self._text(each), self.tip_of(each)) for each in shown]
        self.entries.show_entries(told, current.id if current is not None else None)
        self._frame.show_form(current is not None)
        self.update_buttons(current, is_draft=self._is_draft)
        self.changed.emit()

    def _text(self, entry: E) -> str:
        is_draft = self._is_draft and self._current is not None and entry.id == self._current.id
        return self.tr("{name} (new)").replace("{name}", entry.name) if is_draft else self.text_of(entry)

    def guarded(self, then: Callable[[], None]) -> None:
        """Does it at once, or after the question about unsaved changes."""
        if not self.is_dirty():
            then()
            return

        def discard() -> None:
            self.discard()
            then()

        ask_unsaved(self, self.entry_name(), save=lambda: self.save(then), discard=discard)

    def show_by_id(self, entry_id: str) -> None:
        """Shows a saved entry."""
        for entry in self.saved_entries():
            if entry.id == entry_id:
                self._is_draft = False
                self.show_entry(entry)

    def _on_picked(self, entry_id: str) -> None:
        if self._current is not None and entry_id == self._current.id:
            return
        if self.is_dirty():
            # Until the question is answered the list shows what the form shows.
            QTimer.singleShot(0, self, self.show_list)
        self.guarded(lambda: self.show_by_id(entry_id))

    def _ask_delete(self) -> None:
        if self._current is None:
            return
        if self._is_draft:
            self.guarded(self.discard)
        else:
            self.ask_delete(self._current)

    def delete_in_background(
        self, work: Callable[[], tuple[Settings, KrakenDesktopError | None]], *, stays: bool = False
    ) -> None:
        """Deletes the entry that is shown, or resets one that stays; what could not be done is said."""

        def done(result: tuple[Settings, KrakenDesktopError | None]) -> None:
            self._settings, kept = result
            if not stays:
                self._current = None
            self.show_saved()
            if kept is not None:
                self.notice.show_message(self._use.words.error(kept))
            self.saved.emit(self._settings)

        def failed(error: KrakenDesktopError) -> None:
            self.notice.show_message(self._use.words.error(error))

        self._background.run("save", work, done, failed)
