"""The fields of a Kraken.io account."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from kraken_desktop.gui.settings.custody import missing_secret, source_of
from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.remarks import Remark, muted, wrapping
from kraken_desktop.gui.settings.secret_field import SecretField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import DEFAULT_API_URL, Account
from kraken_desktop.model.profile_rules import check_account


class AccountForm(FieldForm):
    """API key, API secret and, rarely, another API URL.

    Signals:
        return_pressed: the person is through with a line.
    """

    return_pressed = Signal()

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = words
        self._original = Account(id="")
        self._is_new = True
        self.name = QLineEdit(self)
        self.api_key = QLineEdit(self)
        self.secret = SecretField(self)
        self.where = muted(wrapping(QLabel(self)))
        self.advanced = Disclosure(self.tr("Ad&vanced"), self)
        self.api_url = QLineEdit(self)
        self.api_url.setPlaceholderText(DEFAULT_API_URL)

        self.add_field("name", self.tr("&Name"), self.name)
        self.add_field("api_key", self.tr("API &key"), self.api_key)
        self.secret.set_names(self.tr("API secret"))
        self.add_field("secret", self.tr("API s&ecret"), self.secret, below=(self.where,))
        self.add_section(self.advanced)
        self.add_field(
            "api_url",
            self.tr("API &URL"),
            self.api_url,
            hint=self.tr("Only for a server that stands in for Kraken.io. https, or this computer."),
        )

        for name, line in (("name", self.name), ("api_key", self.api_key), ("api_url", self.api_url)):
            line.textEdited.connect(lambda _text, name=name: self._on_edited(name))
        self.secret.edited.connect(lambda: self._on_edited("secret"))
        self.advanced.turned.connect(self._show_advanced)
        self.set_field_visible("name", False)
        self._show_advanced(False)

    @property
    def original(self) -> Account:
        """The account as it is saved."""
        return self._original

    def set_account(self, account: Account, *, is_new: bool, named: bool) -> None:
        """Shows an account. ``named``: there are several, so that their names matter."""
        self._original = account
        self._is_new = is_new
        self.name.setText(account.name)
        self.api_key.setText(account.api_key)
        self.api_url.setText(account.api_url)
        self.set_field_visible("name", named)
        self.advanced.set_open(account.api_url != DEFAULT_API_URL)
        self._check()
        self.forget_touches()

    def account(self) -> Account:
        """The account as it stands in the form."""
        typed = replace(
            self._original,
            name=self.name.text().strip(),
            api_key=self.api_key.text().strip(),
            api_url=self.api_url.text().strip() or DEFAULT_API_URL,
            source=source_of(self._original.source, self.secret, is_new=self._is_new),
        )
        # What Kraken.io told belongs to the key pair.
        same = (typed.api_key, typed.api_url) == (self._original.api_key, self._original.api_url)
        return typed if same else replace(typed, file_limit=None)

    def set_file_limit(self, limit: int | None) -> None:
        """Takes over what was found out or forgotten; nothing that is typed changes."""
        self._original = replace(self._original, file_limit=limit)

    def is_dirty(self) -> bool:
        """Whether the form holds something that is not saved."""
        # Where the secret comes from is found out, not typed.
        typed = replace(self.account(), source=self._original.source)
        return typed != self._original or self.secret.is_edited

    def check(self) -> None:
        """Looks at everything anew: the secret's place became known."""
        self._check()

    def _on_edited(self, name: str) -> None:
        self._check()
        self.touch(name)

    def _check(self) -> None:
        account = self.account()
        remarks: dict[str, list[Remark]] = {}
        for finding in check_account(account):
            remark = Remark(severity=finding.severity, message=self._words.finding(finding))
            remarks.setdefault(finding.field, []).append(remark)
        if self.secret.is_missing:
            remarks["secret"] = [missing_secret(account.secret_name, self._words)]
        if "api_url" in remarks:
            self.advanced.set_open(True)
        self.set_remarks(remarks)

    def _show_advanced(self, shown: bool) -> None:
        self.set_field_visible("api_url", shown)
