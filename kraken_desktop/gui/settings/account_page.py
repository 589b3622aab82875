"""The Kraken.io account: the key pair, whether it works, and what is left of the quota."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.account_form import AccountForm
from kraken_desktop.gui.settings.asking_row import AskingRow
from kraken_desktop.gui.settings.changes import forget_file_limit, free_name, new_id, remove_account, save_account
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.custody import Custody
from kraken_desktop.gui.settings.form_page import FormPage
from kraken_desktop.gui.settings.name_box import NameBox
from kraken_desktop.gui.settings.notice import Action, Notice
from kraken_desktop.gui.settings.page import PageHeader
from kraken_desktop.gui.settings.questions import ask_confirm, ask_unsaved
from kraken_desktop.gui.settings.quota_view import QuotaView
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.model.errors import BadCredentialsError, KrakenDesktopError, SecretError
from kraken_desktop.model.profile import Account
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import AccountStatus


class AccountPage(FormPage):
    """Key pair, check, quota.

    Signals:
        checked: the key pair in the form works.
        check_failed: with the error.
    """

    checked = Signal()
    check_failed = Signal(object)

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(collaborators, settings, parent)
        body, layout = self.make_body()
        header = PageHeader(body)
        header.set_texts(
            self.tr("Kraken.io account"),
            self.tr(
                "Kraken.io makes the images smaller. The key pair is on the page “API Credentials” "
                "of your account there."
            ),
        )
        self._picker_row = QWidget(body)
        self._picker = NameBox(self._picker_row)
        self._picker.setAccessibleName(self.tr("Account"))
        self.form = AccountForm(collaborators.words, collaborators.theme, body)
        self.notice = Notice(collaborators.theme, body)
        self._asking = AskingRow(
            self.tr("&Check the key pair"),
            spoken=self.tr("Asking Kraken.io"),
            meanwhile=self.tr("Asking Kraken.io…"),
            parent=body,
        )
        self.check_button = self._asking.button
        self.quota = QuotaView(collaborators.words, body)
        self.limit = muted(wrapping(QLabel(body)))
        self.result = Notice(collaborators.theme, body)
        self._foot = QWidget(body)
        self.remove_button = QPushButton(self.tr("&Remove account…"), self._foot)
        self.another_button = QPushButton(self.tr("Add an&other account"), self._foot)
        for button in (self.remove_button, self.another_button):
            button.setAutoDefault(False)
        self._custody = Custody(
            secrets=collaborators.secrets,
            words=collaborators.words,
            background=self._background,
            field=self.form.secret,
            where=self.form.where,
            notice=self.notice,
            parent=self,
        )

        picking = QHBoxLayout(self._picker_row)
        picking.setContentsMargins(0, 0, 0, 0)
        told = QLabel(self.tr("&Account:"), self._picker_row)
        told.setBuddy(self._picker)
        picking.addWidget(told)
        picking.addWidget(self._picker, 1)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.remove_button)
        foot.addWidget(self.another_button)
        foot.addStretch(1)
        for each in (
            header,
            self.notice,
            self._picker_row,
            self.form,
            self._asking,
            self.quota,
            self.limit,
            self.result,
        ):
            layout.addWidget(each)
        layout.addStretch(1)
        layout.addWidget(self._foot)

        self._custody.tell(self.tr("It is sent to Kraken.io with each image."))
        self._custody.changed.connect(self._on_place)
        self._background.busy_changed.connect(self._render)
        self.take_form(self.form)
        self.check_button.clicked.connect(self.check)
        self.remove_button.clicked.connect(self._ask_remove)
        self.another_button.clicked.connect(self._add_another)
        self._picker.activated.connect(self._on_picked)
        self._show(settings.accounts[0] if settings.accounts else self._fresh())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Only who looks at the page is asked for the keyring's password."""
        super().showEvent(event)
        self._custody.wake()

    # --- what the dialog asks ---------------------------------------------------------------------

    @override
    def refresh(self, settings: Settings) -> None:
        """Takes over settings that changed elsewhere."""
        self._settings = settings
        if not self.is_dirty():
            saved = settings.account(self.form.original.id)
            if saved is not None and saved != self.form.original:
                self._show(saved)
        self._fill_picker()
        self._render()

    @override
    def entry_name(self) -> str:
        """What the form is about."""
        return self.form.account().name or self.tr("Kraken.io account")

    @override
    def is_dirty(self) -> bool:
        """Whether something would be lost."""
        return self.form.is_dirty()

    @override
    def focus_first(self) -> None:
        """Leads to the API key, or, where one is saved, to its check."""
        if self.form.api_key.text() and self.check_button.isVisibleTo(self):
            self.check_button.setFocus()
        else:
            self.form.api_key.setFocus()

    @override
    def lead_to(self, entry_id: str, field: str) -> None:
        """Shows it, with the focus there."""
        account = self._settings.account(entry_id)
        if account is not None and account.id != self.form.original.id:
            self._show(account)
        self.form.lead_to(field)

    @override
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Keeps secret and account, then asks Kraken.io about them."""
        if self.is_busy() or not self.is_complete():
            return
        account, secret, use = self.form.account(), self.form.secret.typed, self._use
        session_only = self._custody.session_only

        def work() -> Settings:
            return save_account(use.store, use.secrets, account, secret, session_only=session_only)

        def done(settings: Settings) -> None:
            if secret is not None:
                self._custody.saved()
            self.notice.clear()
            self._settings = settings
            self.form.set_account(account, is_new=False, named=len(settings.accounts) > 1)
            self._fill_picker()
            self._render()
            self.saved.emit(settings)
            if then is not None:
                then()
            elif not self.quota.text:
                self.check()

        self._background.run("save", work, done, lambda error: self._custody.refused(error, lambda: self.save(then)))
        self.changed.emit()

    @override
    def discard(self) -> None:
        """Back to the saved account."""
        saved = self._settings.account(self.form.original.id)
        first = self._settings.accounts[0] if self._settings.accounts else self._fresh()
        self._show(saved or first)

    # --- the check --------------------------------------------------------------------------------

    def check(self) -> None:
        """Asks Kraken.io whether the key pair in the form works."""
        if self.is_checking() or not self.is_complete():
            return
        account, secret, use = self.form.account(), self.form.secret.typed, self._use
        knows_limit = account.file_limit is not None
        self.quota.hide()
        self.result.clear()

        def work() -> tuple[AccountStatus, Settings | None]:
            status = use.account_status(account, secret)
            # The plan may be another one: its limit is learned anew.
            return status, forget_file_limit(use.store, account.id) if knows_limit else None

        self._background.run("check", work, self._on_status, self._on_check_failed)

    def is_checking(self) -> bool:
        """Whether Kraken.io is being asked."""
        return self._background.is_busy("check")

    def _on_status(self, found: tuple[AccountStatus, Settings | None]) -> None:
        status, settings = found
        self.quota.show_status(status)
        if settings is not None:
            self._settings = settings
            self.form.set_file_limit(None)
            self._show_limit()
            self.saved.emit(settings)
        self.checked.emit()

    def _show_limit(self) -> None:
        limit = self.form.account().file_limit
        self.limit.setVisible(limit is not None)
        if limit is not None:
            told = self.tr("A check of the key pair forgets that, as the plan may have changed.")
            self.limit.setText(f"{self._use.words.quota.file_limit(limit)} {told}")

    def _on_check_failed(self, error: KrakenDesktopError) -> None:
        actions: list[Action] = []
        if not isinstance(error, BadCredentialsError):
            actions.append((self.tr("Retry"), self.check))
        self.result.show_message(self._use.words.error(error), actions)
        if isinstance(error, BadCredentialsError):
            self.form.focus_field("api_key")
        self.check_failed.emit(error)

    # --- showing ----------------------------------------------------------------------------------

    def _fresh(self) -> Account:
        taken = [account.name for account in self._settings.accounts]
        return Account(id=new_id(), name=free_name("Kraken.io", taken))

    def _show(self, account: Account) -> None:
        self._background.cancel("check")
        self.quota.hide()
        self.result.clear()
        is_new = self._settings.account(account.id) is None
        others = [each for each in self._settings.accounts if each.id != account.id]
        self._custody.begin(account.secret_name, is_new=is_new)
        self.form.set_account(account, is_new=is_new, named=bool(others))
        self._show_limit()
        self._fill_picker()
        self._render()
        self.changed.emit()

    def _fill_picker(self) -> None:
        self._picker.clear()
        for account in self._settings.accounts:
            self._picker.addItem(account.name, account.id)
        self._picker.setCurrentIndex(self._picker.findData(self.form.original.id))
        self._picker_row.setVisible(len(self._settings.accounts) > 1)

    def _render(self) -> None:
        self._asking.set_asking(self.is_checking())
        saved = self._settings.account(self.form.original.id) is not None
        self.remove_button.setVisible(saved)
        self.another_button.setVisible(saved)
        self.changed.emit()

    def begin_setup(self) -> None:
        """For the first start: the check comes with going on, and there is nothing to remove."""
        self._foot.hide()
        self.check_button.hide()

    def _on_place(self) -> None:
        self.form.check()
        self.changed.emit()

    @override
    def _on_edited(self) -> None:
        # What was found out belongs to the keys that stood here before.
        self._background.cancel("check")
        self.quota.hide()
        self.result.clear()
        self._show_limit()
        self.changed.emit()

    # --- several, and none ------------------------------------------------------------------------

    def _on_picked(self, index: int) -> None:
        account = self._settings.account(self._picker.itemData(index))
        if account is not None and account.id != self.form.original.id:
            self._guarded(lambda: self._show(account))

    def _add_another(self) -> None:
        self._guarded(self._begin_another)

    def _begin_another(self) -> None:
        self._show(self._fresh())
        self.focus_first()

    def _guarded(self, then: Callable[[], None]) -> None:
        self._fill_picker()
        if not self.is_dirty():
            then()
            return

        def discard() -> None:
            self.discard()
            then()

        ask_unsaved(self, self.entry_name(), save=lambda: self.save(then), discard=discard)

    def _ask_remove(self) -> None:
        account = self.form.original
        used = [profile.name for profile in self._settings.profiles if profile.account_id == account.id]
        consequence = self.tr("Its secret is removed from this computer. Your account at Kraken.io stays as it is.")
        if used:
            told = self.tr("These profiles cannot be used until they get another account: {names}.")
            consequence = f"{consequence} {told.replace('{names}', ', '.join(used))}"
        ask_confirm(
            self,
            self.tr("Remove the account “{name}”?").replace("{name}", account.name),
            consequence,
            self.tr("&Remove"),
            lambda: self._remove(account),
        )

    def _remove(self, account: Account) -> None:
        use = self._use

        def done(result: tuple[Settings, SecretError | None]) -> None:
            self._settings, kept = result
            self._show(self._settings.accounts[0] if self._settings.accounts else self._fresh())
            if kept is not None:
                self.result.show_message(use.words.error(kept))
            self.saved.emit(self._settings)

        self._background.run(
            "save",
            lambda: remove_account(use.store, use.secrets, account),
            done,
            lambda error: self.result.show_message(use.words.error(error)),
        )
