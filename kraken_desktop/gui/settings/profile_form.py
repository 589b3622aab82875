"""The fields of a profile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from kraken_desktop.gui.settings.acl_field import AclField
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.custody import missing_secret, source_of
from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.names import name_remarks
from kraken_desktop.gui.settings.pairs_editor import PairsEditor
from kraken_desktop.gui.settings.path_field import PathField, PreviewBox
from kraken_desktop.gui.settings.preview import preview
from kraken_desktop.gui.settings.region_field import RegionField
from kraken_desktop.gui.settings.remarks import Remark, muted, wrapping
from kraken_desktop.gui.settings.secret_field import SecretField
from kraken_desktop.model.errors import TemplateError, UnsafeKeyError
from kraken_desktop.model.profile import CredentialSource, Profile, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.s3_rules import MAX_TAGS
from kraken_desktop.model.settings import Settings

_MORE = ("public_url", "endpoint", "tags", "metadata", "headers")
_PLACE_OF = {"credentials": "access_key"}
"""Fields of the profile that stand in the form under another name."""


class ProfileForm(FieldForm):
    """Name, destination, path, who may see the images, recipe, and more."""

    def __init__(self, collaborators: Collaborators, parent: QWidget | None = None) -> None:
        super().__init__(collaborators.theme, parent)
        self._use = collaborators
        self._words = collaborators.words
        self._settings = Settings()
        self._original = Profile(id="", name="")
        self._is_new = True
        self._taken: Collection[str] = ()
        self._build_destination()
        self._build_images()
        self._build_more()
        self._connect()
        self._show_more(False)

    def _build_destination(self) -> None:
        self.name = QLineEdit(self)
        self.account = QComboBox(self)
        self.bucket = QLineEdit(self)
        self.region = RegionField(self)
        self.access_key = QLineEdit(self)
        self.secret = SecretField(self)
        self.where = muted(wrapping(QLabel(self)))
        self.add_field("name", self.tr("Profile &name"), self.name)
        self.add_field("account_id", self.tr("Kraken.io accoun&t"), self.account)
        self.add_section(self.tr("Destination"))
        self.add_field("bucket", self.tr("&Bucket"), self.bucket)
        self.add_field("region", self.tr("Re&gion"), self.region)
        self.add_field("access_key", self.tr("Access &key ID"), self.access_key)
        self.secret.set_names(self.tr("Secret access key"))
        self.add_field("secret", self.tr("Secret access ke&y"), self.secret, below=(self.where,))

    def _build_images(self) -> None:
        self.path = PathField(self._words, self)
        self.example = PreviewBox(self)
        self.acl = AclField(self._theme, self)
        self.recipe = QComboBox(self)
        self.recipe.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.add_section(self.tr("Images"))
        self.add_field("path_template", self.tr("&Path"), self.path, focus=self.path.line, below=(self.example,))
        self.add_field("acl", self.tr("Access"), self.acl)
        self.add_field("recipe_id", self.tr("Recip&e"), self.recipe)

    def _build_more(self) -> None:
        self.more = Disclosure(self.tr("&More"), self)
        self.public_url = QLineEdit(self)
        self.public_url.setPlaceholderText("https://images.example.com")
        self.endpoint = QLineEdit(self)
        self.endpoint.setPlaceholderText("https://s3.example.com")
        self.tags = PairsEditor(self.tr("Tags"), most=MAX_TAGS, parent=self)
        self.metadata = PairsEditor(self.tr("Metadata"), parent=self)
        self.headers = PairsEditor(self.tr("Headers"), parent=self)
        self.add_section(self.more)
        self.add_field(
            "public_url",
            self.tr("Links begin wit&h"),
            self.public_url,
            hint=self.tr("For example the address of a CDN. Empty: the bucket’s own address."),
        )
        self.add_field(
            "endpoint",
            self.tr("S3 endp&oint"),
            self.endpoint,
            hint=self.tr("Only for what this computer itself asks of the bucket. Kraken.io never gets it."),
        )
        self.add_field(
            "tags",
            self.tr("Tags"),
            self.tags,
            hint=self.tr("On each object, {most} at most. The key needs the right to tag.").replace(
                "{most}", str(MAX_TAGS)
            ),
        )
        self.add_field("metadata", self.tr("Metadata"), self.metadata, hint=self.tr("Names without x-amz-meta-."))
        self.add_field(
            "headers",
            self.tr("Headers"),
            self.headers,
            hint=self.tr("Sent with the image to everybody who opens it, such as Cache-Control: max-age=31536000."),
        )

    def _connect(self) -> None:
        lines = {
            "name": self.name,
            "bucket": self.bucket,
            "access_key": self.access_key,
            "public_url": self.public_url,
            "endpoint": self.endpoint,
        }
        for name, line in lines.items():
            line.textEdited.connect(lambda _text, name=name: self._on_edited(name))
        for name, editor in (("tags", self.tags), ("metadata", self.metadata), ("headers", self.headers)):
            editor.edited.connect(lambda name=name: self._on_edited(name))
        self.region.edited.connect(lambda: self._on_edited("region"))
        self.secret.edited.connect(lambda: self._on_edited("secret"))
        self.path.edited.connect(lambda: self._on_edited("path_template"))
        self.acl.edited.connect(lambda: self._on_edited("acl"))
        self.account.activated.connect(lambda _index: self._on_edited("account_id"))
        self.recipe.activated.connect(lambda _index: self._on_edited("recipe_id"))
        self.more.turned.connect(self._show_more)

    # --- the value --------------------------------------------------------------------------------

    def set_profile(self, profile: Profile, settings: Settings, *, is_new: bool, taken: Collection[str]) -> None:
        """Shows a profile. ``taken``: names that others have."""
        self._settings, self._original, self._is_new, self._taken = settings, profile, is_new, taken
        blocked = self.blockSignals(True)
        self.name.setText(profile.name)
        self._fill_choices(profile)
        self.bucket.setText(profile.bucket)
        self.region.set_code(profile.region)
        self.access_key.setText(profile.credentials.access_key)
        self.path.line.setText(profile.path_template)
        self.acl.set_choices(with_none=profile.uploader is Uploader.LOCAL)
        self.acl.set_acl(profile.acl)
        self.public_url.setText(profile.public_url)
        self.endpoint.setText(profile.endpoint)
        for editor, pairs in (
            (self.tags, profile.tags),
            (self.metadata, profile.metadata),
            (self.headers, profile.headers),
        ):
            editor.set_pairs(pairs)
        self.more.set_open(any(getattr(profile, name) for name in _MORE))
        for line in (self.name, self.bucket, self.access_key, self.path.line, self.public_url, self.endpoint):
            line.setCursorPosition(0)
        self.blockSignals(blocked)
        self.check()
        self.forget_touches()

    def set_settings(self, settings: Settings) -> None:
        """Other accounts and recipes to choose from; what was typed stays."""
        profile = self.profile()
        if settings.account(profile.account_id) is None and settings.accounts:
            profile = replace(profile, account_id=settings.accounts[0].id)
        self._settings = settings
        self._fill_choices(profile)
        self.check()

    def _fill_choices(self, profile: Profile) -> None:
        settings = self._settings
        self.account.clear()
        for account in settings.accounts:
            self.account.addItem(account.name, account.id)
        self.account.setCurrentIndex(self.account.findData(profile.account_id))
        self.recipe.clear()
        for recipe in settings.recipes:
            self.recipe.addItem(recipe.name, recipe.id)
        self.recipe.setCurrentIndex(self.recipe.findData(profile.recipe_id))
        is_lost = self.account.currentIndex() < 0
        self.set_field_visible("account_id", len(settings.accounts) > 1 or is_lost)
        self.account.setEnabled(bool(settings.accounts))

    def profile(self) -> Profile:
        """The profile as it stands in the form."""
        before = self._original
        source = source_of(before.credentials.source, self.secret, is_new=self._is_new)
        return replace(
            before,
            name=self.name.text().strip(),
            account_id=self.account.currentData() or before.account_id,
            bucket=self.bucket.text().strip(),
            region=self.region.code,
            path_template=self.path.line.text().strip(),
            acl=self.acl.acl,
            recipe_id=self.recipe.currentData() or before.recipe_id,
            public_url=self.public_url.text().strip(),
            endpoint=self.endpoint.text().strip(),
            tags=self.tags.pairs(),
            metadata=self.metadata.pairs(),
            headers=self.headers.pairs(),
            credentials=replace(before.credentials, access_key=self.access_key.text().strip(), source=source),
        )

    def is_dirty(self) -> bool:
        """Whether the form holds something that is not saved."""
        typed = self.profile()
        # Where the secret comes from is found out, not typed.
        credentials = replace(typed.credentials, source=self._original.credentials.source)
        return replace(typed, credentials=credentials) != self._original or self.secret.is_edited

    # --- what is said about it --------------------------------------------------------------------

    def check(self) -> None:
        """Looks at everything anew."""
        profile = self.profile()
        remarks: dict[str, list[Remark]] = {"name": name_remarks(profile.name, self._taken, self._words)}
        for finding in check_profile(profile):
            if finding.field == "name":
                continue
            severity = finding.severity
            if finding.problem == "account_id.missing" and not self._settings.accounts:
                # The account may come later; what was typed here must not be lost over it.
                severity = Severity.WARNING
            place = _PLACE_OF.get(finding.field, finding.field)
            # What has no field here must be seen all the same.
            place = place if self.has_field(place) else "name"
            remarks.setdefault(place, []).append(Remark(severity=severity, message=self._words.finding(finding)))
        if self.secret.is_missing and profile.credentials.source is not CredentialSource.AWS_PROFILE:
            remarks["secret"] = [missing_secret(profile.secret_name, self._words)]
        if any(remarks.get(name) for name in _MORE):
            self.more.set_open(True)
        self.set_remarks(remarks)
        self._show_example(profile)

    def _show_example(self, profile: Profile) -> None:
        recipe = self._settings.recipe(profile.recipe_id) or Recipe()
        try:
            self.example.show_preview(preview(profile, recipe, self._use.sample, self._use.now()))
        except TemplateError:
            self.example.show_nothing()
        except UnsafeKeyError as error:
            self.example.show_problem(self._words.error(error))

    def _on_edited(self, name: str) -> None:
        if self.signalsBlocked():
            return
        self.check()
        self.touch(name)

    def _show_more(self, shown: bool) -> None:
        for name in _MORE:
            self.set_field_visible(name, shown)
