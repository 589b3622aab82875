"""The fields of the network settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.custody import missing_secret
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.file_field import FileField
from kraken_desktop.gui.settings.remarks import Remark, muted, wrapping
from kraken_desktop.gui.settings.secret_field import SecretField
from kraken_desktop.gui.settings.speed_field import SpeedField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import TrustFileError
from kraken_desktop.model.network_rules import check_network, complete_proxy_url
from kraken_desktop.model.profile import Finding, Severity
from kraken_desktop.model.settings import PROXY_SECRET, Network, ProxyMode


class NetworkForm(FieldForm):
    """Proxy, whom to trust beside the system, and how fast uploads may be."""

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = words
        self._original = Network()
        self._about_file: tuple[Remark, ...] = ()
        self.proxy = ChoiceField(
            {
                ProxyMode.SYSTEM: (
                    self.tr("As the system says"),
                    self.tr("The proxy of this computer’s own settings, if it has one."),
                ),
                ProxyMode.NONE: (
                    self.tr("No proxy"),
                    self.tr("Straight to the internet, whatever the system says."),
                ),
                ProxyMode.MANUAL: (
                    self.tr("This proxy"),
                    self.tr("For Kraken Desktop alone. Addresses on this computer never take it."),
                ),
            },
            theme,
            self,
        )
        self.proxy_url = QLineEdit(self)
        self.proxy_url.setPlaceholderText("http://proxy.example.com:3128")
        self.proxy_user = QLineEdit(self)
        self.password = SecretField(self)
        self.password.set_names(self.tr("Password of the proxy"))
        self.where = muted(wrapping(QLabel(self)))
        self.ca_file = FileField(
            self.tr("Additional certificates"), self.tr("Certificates (*.pem *.crt *.cer *.ca-bundle);;All files (*)")
        )
        self.told = muted(wrapping(QLabel(self)))
        """What was found in the file."""
        self.told.hide()
        self.upload_limit = SpeedField(theme, self)

        self.add_field("proxy", self.tr("The way to the internet"), self.proxy)
        self.add_field(
            "proxy_url",
            self.tr("&Address of the proxy"),
            self.proxy_url,
            hint=self.tr(
                "http:// or socks5://, the name, and the port. What is sent by https stays unreadable for it."
            ),
        )
        self.add_field(
            "proxy_user", self.tr("&User"), self.proxy_user, hint=self.tr("Empty if the proxy wants no login.")
        )
        self.add_field("proxy_password", self.tr("&Password"), self.password, below=(self.where,))
        self.add_field(
            "ca_file",
            self.tr("Additional &certificates"),
            self.ca_file,
            below=(self.told,),
            hint=self.tr(
                "A PEM file with the authorities of a company whose network looks into what is sent. "
                "They are trusted beside those of the system."
            ),
        )
        self.add_field("upload_limit", self.tr("Up&load speed"), self.upload_limit)
        self.proxy.edited.connect(lambda: self._on_edited("proxy"))
        self.upload_limit.edited.connect(lambda: self._on_edited("upload_limit"))
        for name, line in (("proxy_url", self.proxy_url), ("proxy_user", self.proxy_user)):
            line.textEdited.connect(lambda _text, name=name: self._on_edited(name))
        self.password.edited.connect(lambda: self._on_edited("proxy_password"))
        self.ca_file.edited.connect(self._on_file_edited)

    @property
    def original(self) -> Network:
        """The settings as they are saved."""
        return self._original

    @property
    def new_password(self) -> str | None:
        """What was typed for a proxy that wants it; None if the kept one stays."""
        return self.password.typed if self.wants_password else None

    @property
    def wants_password(self) -> bool:
        """Whether a proxy is set that wants a login."""
        network = self.network()
        return network.proxy is ProxyMode.MANUAL and bool(network.proxy_user)

    def set_network(self, network: Network) -> None:
        """Shows settings."""
        self._original = network
        self.proxy.set_value(network.proxy)
        self.proxy_url.setText(network.proxy_url)
        self.proxy_user.setText(network.proxy_user)
        self.ca_file.set_path(network.ca_file)
        self.upload_limit.set_limit(network.upload_limit)
        self.tell_of_file((), "")
        self.check()
        self.forget_touches()

    def network(self) -> Network:
        """The settings as they stand in the form. What is typed for another way than the chosen one stays."""
        return replace(
            self._original,
            proxy=self.proxy.value,
            proxy_url=complete_proxy_url(self.proxy_url.text()),
            proxy_user=self.proxy_user.text().strip(),
            ca_file=self.ca_file.path,
            upload_limit=self.upload_limit.limit,
        )

    def is_dirty(self) -> bool:
        """Whether the form holds something that is not saved."""
        return self.network() != self._original or self.new_password is not None

    def tell_of_file(self, remarks: Iterable[Remark], told: str) -> None:
        """What reading the file of certificates gave."""
        self._about_file = tuple(remarks)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.check()

    def trouble_with_file(self, error: TrustFileError) -> Remark:
        """Why the file cannot be used, as a remark at its field."""
        message = self._words.error(error)
        return Remark(severity=Severity.ERROR, message=replace(message, what=self.tr("This file cannot be used.")))

    def remark(self, finding: Finding) -> Remark:
        """A finding, as a remark."""
        return Remark(severity=finding.severity, message=self._words.finding(finding))

    def check(self) -> None:
        """Looks at everything anew."""
        network = self.network()
        is_manual = network.proxy is ProxyMode.MANUAL
        for name in ("proxy_url", "proxy_user"):
            self.set_field_visible(name, is_manual)
        self.set_field_visible("proxy_password", self.wants_password)
        remarks: dict[str, list[Remark]] = {"ca_file": list(self._about_file)}
        for finding in check_network(network):
            remarks.setdefault(finding.field, []).append(self.remark(finding))
        if self.wants_password and self.password.is_missing:
            remarks["proxy_password"] = [missing_secret(PROXY_SECRET, self._words)]
        self.set_remarks(remarks)

    def _on_edited(self, name: str) -> None:
        self.check()
        self.touch(name)

    def _on_file_edited(self) -> None:
        # What was found belongs to the file that stood here before.
        self.tell_of_file((), "")
        self.touch("ca_file")
