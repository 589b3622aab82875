"""What few profiles need: below a line with an arrow."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLineEdit
from typing_extensions import override

from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import show_text
from kraken_desktop.gui.settings.folder_field import FolderField
from kraken_desktop.gui.settings.pairs_editor import PairsEditor
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.model.profile import Profile, Uploader
from kraken_desktop.model.s3_rules import MAX_TAGS

FIELDS = ("public_url", "local_copy", "path_style", "storage_class", "tags", "metadata", "headers")
_OWN = frozenset({"local_copy", "path_style", "storage_class"})
"""Only where this computer stores."""
_STORAGE_CLASSES = (
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "REDUCED_REDUNDANCY",
    "GLACIER_IR",
)
"""Those whose objects open at once (Amazon S3 User Guide, "Using Amazon S3 storage classes")."""


class MoreFields(ProfileFields):
    """Public address, local copies, S3's finer points."""

    def __init__(self, form: FieldForm) -> None:
        super().__init__(form)
        self._uploader = Uploader.KRAKEN
        self._goes_to_folder = False
        self.more = Disclosure(self.tr("&More"), form)
        self.public_url = QLineEdit(form)
        self.public_url.setPlaceholderText("https://images.example.com")
        self.local_copy = FolderField(self.tr("Local copies"), form)
        self.path_style = ValueBox[bool | None](
            (
                (None, self.tr("Automatic")),
                (True, self.tr("Always in the path")),
                (False, self.tr("Always in the host name")),
            ),
            form,
        )
        self.storage_class = QComboBox(form)
        self.storage_class.setEditable(True)
        self.storage_class.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.storage_class.addItems(["", *_STORAGE_CLASSES])
        self.tags = PairsEditor(self.tr("Tags"), most=MAX_TAGS, parent=form)
        self.metadata = PairsEditor(self.tr("Metadata"), parent=form)
        self.headers = PairsEditor(self.tr("Headers"), parent=form)
        self._add_fields()
        self.watch_lines({"public_url": self.public_url})
        self.watch_choices({"path_style": self.path_style})
        self.local_copy.edited.connect(lambda: self.edited.emit("local_copy"))
        self.storage_class.editTextChanged.connect(lambda _text: self.edited.emit("storage_class"))
        for name, editor in (("tags", self.tags), ("metadata", self.metadata), ("headers", self.headers)):
            editor.edited.connect(lambda name=name: self.edited.emit(name))
        self.more.turned.connect(lambda _open: self._show_fields())

    def _add_fields(self) -> None:
        form = self._form
        form.add_section(self.more)
        form.add_field(
            "public_url",
            self.tr("Links begin wit&h"),
            self.public_url,
            hint=self.tr("For example the address of a CDN. Empty: the address of the bucket or folder itself."),
        )
        form.add_field(
            "local_copy",
            self.tr("Local copies"),
            self.local_copy,
            hint=self.tr("A folder that gets a copy of each result as well. Empty: none."),
        )
        form.add_field(
            "path_style",
            self.tr("The bucket’s name in addresses"),
            self.path_style,
            hint=self.tr("Automatic: in the path for other services and for names with dots, else in the host name."),
        )
        form.add_field(
            "storage_class",
            self.tr("Storage class"),
            self.storage_class,
            hint=self.tr("Empty: what the bucket uses by itself."),
        )
        form.add_field(
            "tags",
            self.tr("Tags"),
            self.tags,
            hint=self.tr("On each object, {most} at most. The key needs the right to tag.").replace(
                "{most}", str(MAX_TAGS)
            ),
        )
        form.add_field("metadata", self.tr("Metadata"), self.metadata, hint=self.tr("Names without x-amz-meta-."))
        form.add_field(
            "headers",
            self.tr("Headers"),
            self.headers,
            hint=self.tr("Sent with the image to everybody who opens it, such as Cache-Control: max-age=31536000."),
        )

    @override
    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields."""
        show_text(self.public_url, profile.public_url)
        self.local_copy.set_path(profile.local_copy)
        self.path_style.set_value(profile.path_style)
        self.storage_class.setEditText(profile.storage_class)
        for editor, pairs in (
            (self.tags, profile.tags),
            (self.metadata, profile.metadata),
            (self.headers, profile.headers),
        ):
            editor.set_pairs(pairs)
        self.more.set_open(any(getattr(profile, name) for name in FIELDS))

    @override
    def applied_to(self, profile: Profile) -> Profile:
        """The profile with what the fields say; those that do not apply are remembered."""
        return replace(
            profile,
            public_url=self.public_url.text().strip(),
            local_copy=self.local_copy.path,
            path_style=self.path_style.value,
            storage_class=self.storage_class.currentText().strip(),
            tags=self.tags.pairs(),
            metadata=self.metadata.pairs(),
            headers=self.headers.pairs(),
        )

    def arrange(self, uploader: Uploader, *, goes_to_folder: bool) -> None:
        """Shows the fields that apply."""
        self._uploader, self._goes_to_folder = uploader, goes_to_folder
        self._show_fields()

    def _show_fields(self) -> None:
        own = self._uploader is Uploader.LOCAL
        for name in FIELDS:
            applies = name == "public_url" if self._goes_to_folder else own or name not in _OWN
            self._form.set_field_visible(name, self.more.is_open and applies)
