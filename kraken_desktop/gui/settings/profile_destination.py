"""The place of a profile in full: a bucket with the keys to it, or a folder."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.custody import source_of
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import show_text
from kraken_desktop.gui.settings.folder_field import FolderField
from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.settings.provider_field import ProviderFields
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.settings.secret_field import SecretField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Credentials, CredentialSource, Profile, Uploader

_TEMPORARY = "ASIA"
"""The beginning of temporary access keys (AWS IAM User Guide, "IAM identifiers")."""


class KeySource(Enum):
    """Where the keys to the bucket come from, as the form asks for it."""

    KEYS = "keys"
    AWS_PROFILE = "aws_profile"


class DestinationFields(ProfileFields):
    """Folder; service, bucket, region, keys, and what they have to be allowed.

    Signals:
        permissions_wanted: the person asks for the policies.
    """

    permissions_wanted = Signal()

    def __init__(self, form: FieldForm, theme: Theme, words: Words) -> None:
        super().__init__(form)
        self._is_new = True
        self._original = Credentials()
        self._goes_to_folder = False
        self._uploader = Uploader.KRAKEN
        self.folder = FolderField(self.tr("Folder"), form)
        self.bucket = QLineEdit(form)
        self.service = ProviderFields(form, words)
        self.endpoint, self.region = self.service.endpoint, self.service.region
        self.key_source = ValueBox(
            (
                (KeySource.KEYS, self.tr("Access key and secret")),
                (KeySource.AWS_PROFILE, self.tr("Profile of the AWS configuration")),
            ),
            form,
        )
        self.aws_profile = QLineEdit(form)
        self.aws_profile.setPlaceholderText("default")
        self.access_key = QLineEdit(form)
        self.secret = SecretField(form)
        self.where = muted(wrapping(QLabel(form)))
        self.temporary = CheckBox(self.tr("Temporary keys, with a session token"), theme, form)
        self.token = SecretField(form)
        self.permissions = QPushButton(self.tr("Permissions…"), form)
        self.permissions.setAutoDefault(False)
        self._add_fields()
        self.watch_lines(
            {
                "bucket": self.bucket,
                "access_key": self.access_key,
                "aws_profile": self.aws_profile,
            }
        )
        self.watch_choices({"key_source": self.key_source})
        self.access_key.textEdited.connect(self._on_access_key)
        self.folder.edited.connect(lambda: self.edited.emit("folder"))
        self.service.edited.connect(self.edited)
        self.permissions.clicked.connect(self.permissions_wanted)
        self.secret.edited.connect(lambda: self.edited.emit("secret"))
        self.token.edited.connect(lambda: self.edited.emit("session_token"))
        self.temporary.toggled.connect(lambda: self.edited.emit("secret"))

    def _add_fields(self) -> None:
        form = self._form
        form.add_field(
            "folder",
            self.tr("&Folder"),
            self.folder,
            hint=self.tr("It is made if it is not there. What lies in it is never made smaller a second time."),
        )
        self.service.add_place()
        form.add_field("bucket", self.tr("&Bucket"), self.bucket)
        self.service.add_region()
        form.add_field("key_source", self.tr("Sign in &with"), self.key_source)
        form.add_field(
            "aws_profile",
            self.tr("AWS profile"),
            self.aws_profile,
            hint=self.tr(
                "A name from the files in the folder .aws, as the AWS command line uses it; single sign-on works too. "
                "Nothing is copied from there."
            ),
        )
        form.add_field("access_key", self.tr("Access &key ID"), self.access_key)
        self.secret.set_names(self.tr("Secret access key"))
        self.token.set_names(self.tr("Session token"))
        form.add_field("secret", self.tr("Secret access ke&y"), self.secret, below=(self.where, self.temporary))
        form.add_field(
            "session_token",
            self.tr("Session token"),
            self.token,
            hint=self.tr("It is kept beside the secret, and both stop to work when the token expires."),
        )
        row = QWidget(form)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.permissions)
        layout.addStretch(1)
        form.add_field(
            "permissions",
            self.tr("What the key must be allowed"),
            row,
            focus=self.permissions,
            hint=self.tr("The least policy for exactly this profile, to copy, and what the bucket has to allow."),
        )

    # --- the value --------------------------------------------------------------------------------

    def begin(self, *, is_new: bool) -> None:
        """Another entry comes: whether it was never saved."""
        self._is_new = is_new

    @override
    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields."""
        credentials = profile.credentials
        self._original = credentials
        self.folder.set_path(profile.folder)
        show_text(self.bucket, profile.bucket)
        self.service.show_profile(profile)
        from_aws = credentials.source is CredentialSource.AWS_PROFILE
        self.key_source.set_value(KeySource.AWS_PROFILE if from_aws else KeySource.KEYS)
        show_text(self.aws_profile, credentials.aws_profile)
        show_text(self.access_key, credentials.access_key)
        self.temporary.setChecked(is_temporary(credentials.access_key))

    @override
    def applied_to(self, profile: Profile) -> Profile:
        """The profile with what the fields say; those that do not apply are remembered."""
        return replace(
            self.service.applied_to(profile),
            folder=self.folder.path if self._goes_to_folder else "",
            bucket=self.bucket.text().strip(),
            credentials=replace(
                profile.credentials,
                source=self._source(),
                access_key=self.access_key.text().strip(),
                aws_profile=self.aws_profile.text().strip(),
            ),
        )

    def _source(self) -> CredentialSource:
        if self._goes_to_folder:
            return self._original.source
        if self._signs_with_aws_profile:
            return CredentialSource.AWS_PROFILE
        before = self._original.source
        typed = CredentialSource.KEYRING if before is CredentialSource.AWS_PROFILE else before
        return source_of(typed, self.secret, is_new=self._is_new or typed is not before)

    @property
    def _signs_with_aws_profile(self) -> bool:
        # Kraken.io has to be given keys, and so they have to be known.
        return self._uploader is Uploader.LOCAL and self.key_source.value is KeySource.AWS_PROFILE

    @property
    def needs_secret(self) -> bool:
        """Whether the profile, as it stands, signs with a secret that is kept here."""
        return not self._goes_to_folder and not self._signs_with_aws_profile

    @property
    def needs_token(self) -> bool:
        """Whether a session token goes with the secret."""
        return self.needs_secret and self._uploader is Uploader.LOCAL and self.temporary.isChecked()

    # --- what is shown ----------------------------------------------------------------------------

    def arrange(self, uploader: Uploader, *, goes_to_folder: bool) -> None:
        """Shows the fields that apply."""
        self._uploader, self._goes_to_folder = uploader, goes_to_folder
        own = uploader is Uploader.LOCAL
        bucket, secret = not goes_to_folder, self.needs_secret
        for name, visible in (
            ("folder", goes_to_folder),
            ("bucket", bucket),
            ("permissions", bucket),
            ("key_source", bucket and own),
            ("aws_profile", bucket and not secret),
            ("access_key", secret),
            ("secret", secret),
            ("session_token", self.needs_token),
        ):
            self._form.set_field_visible(name, visible)
        self.service.arrange(own=own, bucket=bucket)
        self.temporary.setVisible(secret and own)

    def found_token(self) -> None:
        """A session token is kept: so these are temporary keys."""
        if self.token.place not in {None, "nowhere"}:
            self.temporary.setChecked(True)

    def _on_access_key(self, text: str) -> None:
        if is_temporary(text):
            self.temporary.setChecked(True)


def is_temporary(access_key: str) -> bool:
    """Whether it is the ID of a key that stops to work, and needs a session token."""
    return access_key.strip().startswith(_TEMPORARY)
