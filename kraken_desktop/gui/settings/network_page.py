"""The network: the proxy, the certificates of a company, and whether that leads anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.asking_row import AskingRow
from kraken_desktop.gui.settings.changes import save_network
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.custody import Custody
from kraken_desktop.gui.settings.form_page import FormPage
from kraken_desktop.gui.settings.network_form import NetworkForm
from kraken_desktop.gui.settings.notice import Notice
from kraken_desktop.gui.settings.page import PageHeader
from kraken_desktop.gui.settings.remarks import Remark
from kraken_desktop.gui.settings.trial_view import TrialView
from kraken_desktop.model.errors import KrakenDesktopError, TrustFileError
from kraken_desktop.model.profile import Finding, Severity
from kraken_desktop.model.settings import PROXY_SECRET, Settings

if TYPE_CHECKING:
    from kraken_desktop.network_access import Reached
    from kraken_desktop.transport.network import TrustFile

_TYPING_MS = 400
"""After so long without a key, the path that was typed is looked at."""
_MOST_NAMES = 3


class NetworkPage(FormPage):
    """Settings for every request: Kraken.io, the buckets, AWS."""

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(collaborators, settings, parent)
        body, layout = self.make_body()
        header = PageHeader(body)
        header.set_texts(
            self.tr("Network"),
            self.tr(
                "How everything leaves this computer, to Kraken.io and to your buckets, whom it trusts, and how fast."
            ),
        )
        self.form = NetworkForm(collaborators.words, collaborators.theme, body)
        self.notice = Notice(collaborators.theme, body)
        self._asking = AskingRow(
            self.tr("&Test the connection"), spoken=self.tr("Testing"), meanwhile=self.tr("Testing…"), parent=body
        )
        self.try_button = self._asking.button
        self.result = TrialView(collaborators.words, collaborators.theme, body)
        self._custody = Custody(
            secrets=collaborators.secrets,
            words=collaborators.words,
            background=self._background,
            field=self.form.password,
            where=self.form.where,
            notice=self.notice,
            parent=self,
        )
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_TYPING_MS)

        for each in (header, self.notice, self.form, self._asking, self.result):
            layout.addWidget(each)
        layout.addStretch(1)

        self._custody.tell(self.tr("The proxy gets to see it, and nobody else."))
        self._custody.changed.connect(self._on_place)
        self._background.busy_changed.connect(self._render)
        self.take_form(self.form)
        self.form.ca_file.edited.connect(self._look.start)
        self._look.timeout.connect(self.look_at_file)
        self.try_button.clicked.connect(self.try_out)
        self._show()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Only who looks at the page is asked for the keyring's password; the file may be another one by now."""
        super().showEvent(event)
        self._custody.wake()
        self.look_at_file()

    # --- what the dialog asks ---------------------------------------------------------------------

    @override
    def refresh(self, settings: Settings) -> None:
        """Takes over settings that changed elsewhere."""
        self._settings = settings
        if not self.is_dirty() and settings.preferences.network != self.form.original:
            self._show()
        self._render()

    @override
    def entry_name(self) -> str:
        """What the form is about."""
        return self.tr("Network")

    @override
    def is_dirty(self) -> bool:
        """Whether something would be lost."""
        return self.form.is_dirty()

    @override
    def focus_first(self) -> None:
        """Leads to the choice of the proxy."""
        self.form.proxy.setFocus()

    @override
    def lead_to(self, entry_id: str, field: str) -> None:
        """There is one entry only."""
        del entry_id
        # A login that is missing, or a proxy of the system's: where it is set here.
        self.form.lead_to(field if self.form.has_field(field) and self.form.is_field_visible(field) else "proxy")

    @override
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Looks at the file once more, then keeps password and settings."""
        if self.is_busy() or not self.is_complete():
            return
        network, password, use = self.form.network(), self.form.new_password, self._use
        session_only = self._custody.session_only

        def work() -> Settings:
            if network.ca_file:
                _read(network.ca_file)
            return save_network(use.store, use.secrets, network, password, session_only=session_only)

        def done(settings: Settings) -> None:
            if password is not None:
                self._custody.saved()
            self.notice.clear()
            self._settings = settings
            self.form.set_network(settings.preferences.network)
            self.look_at_file()
            self._render()
            self.saved.emit(settings)
            if then is not None:
                then()

        def failed(error: KrakenDesktopError) -> None:
            if isinstance(error, TrustFileError):
                self._on_bad_file(error)
                self.form.touch_all()
                self.focus_fault()
            else:
                self._custody.refused(error, lambda: self.save(then))

        self._background.run("save", work, done, failed)
        self.changed.emit()

    @override
    def discard(self) -> None:
        """Back to what is saved."""
        self._show()

    # --- the file ---------------------------------------------------------------------------------

    def look_at_file(self) -> None:
        """Reads the file in the background, and says what is in it."""
        self._look.stop()
        self._background.cancel("file")
        path = self.form.network().ca_file
        if path:
            self._background.run("file", lambda: _read(path), self._on_file, self._on_file_failed)

    def _on_file(self, found: TrustFile) -> None:
        names = ", ".join(found.authorities[:_MOST_NAMES])
        rest = len(found.authorities) - _MOST_NAMES
        form = (
            self.tr("Trusted as well: {names}") if rest <= 0 else self.tr("Trusted as well: {names} and {count} more")
        )
        told = form.replace("{count}", str(rest)).replace("{names}", names)
        if found.expired:
            self.form.touch("ca_file")
        self.form.tell_of_file(self._expired(found), told)
        self.changed.emit()

    def _expired(self, found: TrustFile) -> Iterator[Remark]:
        for name in found.expired:
            finding = Finding(field="ca_file", problem="ca_file.expired", detail=name, severity=Severity.WARNING)
            yield self.form.remark(finding)

    def _on_file_failed(self, error: KrakenDesktopError) -> None:
        if isinstance(error, TrustFileError):
            self._on_bad_file(error)

    def _on_bad_file(self, error: TrustFileError) -> None:
        self.form.touch("ca_file")
        self.form.tell_of_file((self.form.trouble_with_file(error),), "")
        self.changed.emit()

    # --- the test ---------------------------------------------------------------------------------

    def is_trying(self) -> bool:
        """Whether servers are being asked."""
        return self._background.is_busy("try")

    def try_out(self) -> None:
        """Tries to reach Kraken.io and the buckets with what stands in the form."""
        if self.is_trying() or not self.is_complete():
            return
        network, password, settings = self.form.network(), self.form.new_password, self._settings
        self.result.clear()
        self._background.run(
            "try", lambda: self._use.try_network(settings, network, password), self._on_tried, self._on_try_failed
        )

    def _on_tried(self, results: tuple[Reached, ...]) -> None:
        self.result.show_results([(each.url, each.error) for each in results])

    def _on_try_failed(self, error: KrakenDesktopError) -> None:
        self.result.show_results([("", error)])

    # --- showing ----------------------------------------------------------------------------------

    def _show(self) -> None:
        self._background.cancel("try")
        self.result.clear()
        self._custody.set_needed(False)
        self._custody.begin(PROXY_SECRET, is_new=False)
        self.form.set_network(self._settings.preferences.network)
        self._custody.set_needed(self.form.wants_password)
        if self.isVisible():
            self.look_at_file()
        self._render()

    def _render(self) -> None:
        self._asking.set_asking(self.is_trying())
        self.changed.emit()

    def _on_place(self) -> None:
        self.form.check()
        self.changed.emit()

    @override
    def _on_edited(self) -> None:
        # What was found out belongs to what stood here before.
        self._background.cancel("try")
        self.result.clear()
        self._custody.set_needed(self.form.wants_password)
        self.changed.emit()


def _read(path: str) -> TrustFile:
    """Blocks, and so may bring all of TLS with it."""
    from kraken_desktop.transport.network import read_trust_file

    return read_trust_file(path)
