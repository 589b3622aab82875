"""Whose S3 it is: Amazon's, or another service's, whose endpoint and regions are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtWidgets import QLabel, QLineEdit
from typing_extensions import override

from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import show_text
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.settings.region_field import RegionField
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.providers import AWS, PROVIDERS, Provider, provider_of, suited
from kraken_desktop.model.regions import REGIONS


@dataclass(frozen=True, slots=True)
class Lacking:
    """A part of the endpoint that only the person knows."""

    field: str
    what: str
    why: str
    remedy: str


class ProviderFields(ProfileFields):
    """Service, the customer's ID in its endpoint, the endpoint itself, and the region.

    The profile keeps the endpoint alone. While it is the one that the service gives to every customer, it is made
    of region and ID, and not shown; an endpoint of another shape is shown as it was typed.
    """

    def __init__(self, form: FieldForm, words: Words) -> None:
        super().__init__(form)
        self.provider = ValueBox[Provider]([(each, words.permissions.provider(each)) for each in PROVIDERS], form)
        self.account = QLineEdit(form)
        self.endpoint = QLineEdit(form)
        self.endpoint.setPlaceholderText("https://s3.example.com")
        self.region = RegionField(form)
        self.hint = muted(wrapping(QLabel(form)))
        self.hint.hide()
        self._made = True
        """The endpoint follows from service, region and ID."""
        self.watch_lines({"endpoint": self.endpoint})
        self.provider.activated.connect(self._on_provider)
        self.account.textEdited.connect(lambda _text: self._on_part("service_account"))
        self.endpoint.textEdited.connect(self._on_endpoint)
        self.endpoint.editingFinished.connect(self._recognize)
        self.region.edited.connect(lambda: self._on_part("region"))

    def add_place(self) -> None:
        """The fields before the bucket."""
        form = self._form
        form.add_field("provider", self.tr("Storage service"), self.provider, below=(self.hint,))
        form.add_field(
            "service_account",
            self.tr("Account ID"),
            self.account,
            hint=self.tr("It stands in the address that the service shows for S3. An .eu after it belongs to it."),
        )
        form.add_field(
            "endpoint",
            self.tr("S3 endp&oint"),
            self.endpoint,
            hint=self.tr("The address that the service names for S3."),
        )

    def add_region(self) -> None:
        """The field after the bucket."""
        self._form.add_field("region", self.tr("Re&gion"), self.region)

    # --- the value --------------------------------------------------------------------------------

    @property
    def chosen(self) -> Provider:
        """The service."""
        return self.provider.value

    @override
    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields."""
        self._show_provider(provider_of(profile.endpoint), profile)

    @override
    def applied_to(self, profile: Profile) -> Profile:
        """The profile with what the fields say; it stands at AWS while the endpoint is not complete."""
        return replace(profile, endpoint=self.endpoint.text().strip(), region=self.region.code)

    def suited(self, profile: Profile) -> Profile:
        """The profile as the chosen service wants it."""
        made = suited(profile, self.chosen, region=self.region.code, account=self.account.text().strip())
        return replace(made, endpoint=profile.endpoint)

    def completed(self, profile: Profile) -> Profile:
        """The profile with a stand-in for an endpoint that is not complete, so that it is not taken for AWS's."""
        if self.lacking() is None:
            return profile
        code = self.chosen.id
        made = self.chosen.endpoint_of(self.region.code, self.account.text().strip() or "account-id")
        return replace(profile, endpoint=made or f"https://{code}.example.com")

    def lacking(self) -> Lacking | None:
        """What is missing before there is an endpoint."""
        if self.chosen.is_aws or self.endpoint.text().strip():
            return None
        name = self.provider.currentText()
        if self._made and self.chosen.needs_account:
            return Lacking(
                "service_account",
                self.tr("The account ID is missing."),
                self.tr("%s has an address of its own for each customer.").replace("%s", name),
                self.tr("Copy it from the dashboard of the service."),
            )
        if self._made:
            return None
        return Lacking(
            "endpoint",
            self.tr("The endpoint is missing."),
            self.tr("Without one, the images would go to Amazon S3."),
            self.tr("Enter it here."),
        )

    def tell(self, hint: str) -> None:
        """What there is to know of the service."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    # --- what is shown ----------------------------------------------------------------------------

    def arrange(self, *, own: bool, bucket: bool) -> None:
        """Shows the fields that apply."""
        # Kraken.io writes into Amazon S3 only, but what is set must be seen.
        asks = bucket and (own or bool(self.endpoint.text()) or not self.chosen.is_aws)
        provider, typed = self.chosen, self.region.code
        is_one = not provider.needs_region and typed == provider.regions[0].code
        for name, visible in (
            ("provider", asks),
            ("service_account", asks and self._made and provider.needs_account),
            ("endpoint", asks and not self._made),
            ("region", bucket and not is_one),
        ):
            self._form.set_field_visible(name, visible)

    def _show_provider(self, provider: Provider, profile: Profile) -> None:
        parts = provider.parts_of(profile.endpoint)
        told = parts is not None and provider.endpoint_of(*parts) == profile.endpoint
        fits = parts is not None and (not provider.needs_region or parts[0] == profile.region)
        self._made = (told and fits) or (provider is AWS and not profile.endpoint)
        self.provider.set_value(provider)
        show_text(self.account, parts[1] if parts is not None else "")
        show_text(self.endpoint, profile.endpoint)
        self._show_regions(provider, profile.region)

    def _show_regions(self, provider: Provider, code: str) -> None:
        blocked = self.region.blockSignals(True)
        self.region.set_regions(provider.regions or REGIONS)
        self.region.set_code(code)
        self.region.blockSignals(blocked)

    # --- what the person does ---------------------------------------------------------------------

    def _on_provider(self, _row: int) -> None:
        provider = self.chosen
        before = Profile(id="", name="", region=self.region.code)
        self._made = provider.is_aws or bool(provider.endpoint)
        self.account.clear()
        self._show_regions(provider, suited(before, provider).region)
        self._make_endpoint()
        self.edited.emit("provider")

    def _on_part(self, name: str) -> None:
        if self._made:
            self._make_endpoint()
        self.edited.emit(name)

    def _make_endpoint(self) -> None:
        made = self.chosen.endpoint_of(self.region.code, self.account.text().strip()) if self._made else ""
        show_text(self.endpoint, made)

    def _on_endpoint(self, _text: str) -> None:
        self._made = False

    def _recognize(self) -> None:
        """A whole endpoint was typed: it may be one that is known."""
        text = self.endpoint.text().strip()
        found = provider_of(text)
        if self._made or not text or found is self.chosen or found is PROVIDERS[-1]:
            return
        parts = found.parts_of(text)
        region = parts[0] if parts is not None else self.region.code
        self._show_provider(found, Profile(id="", name="", endpoint=text, region=region))
        # The field that was left stays: it would vanish from under the pointer.
        self._made = False
        self.edited.emit("provider")
