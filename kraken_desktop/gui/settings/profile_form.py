"""The fields of a profile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from kraken_desktop.gui.routes import route_of
from kraken_desktop.gui.settings import profile_more
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.custody import missing_secret
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import show_text
from kraken_desktop.gui.settings.names import name_remarks
from kraken_desktop.gui.settings.preview import findings, preview
from kraken_desktop.gui.settings.profile_destination import DestinationFields
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.settings.profile_images import ImageFields
from kraken_desktop.gui.settings.profile_more import MoreFields
from kraken_desktop.gui.settings.profile_route import RouteFields
from kraken_desktop.gui.settings.remarks import Remark
from kraken_desktop.messages import Message
from kraken_desktop.model.errors import FolderError, TemplateError, UnsafeKeyError
from kraken_desktop.model.profile import Acl, CredentialSource, Finding, Profile, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Settings

USUAL_ACL = {Uploader.KRAKEN: Acl.PUBLIC_READ, Uploader.LOCAL: Acl.NONE}
"""What suits most buckets: Kraken.io always sets an ACL, and new buckets of Amazon's refuse every one."""
_PLACE_OF = {"engine": "route", "uploader": "route", "credentials": "access_key"}
"""Fields of the profile that stand in the form under another name."""
_PLACE_OF_PROBLEM = {"credentials.aws_profile_empty": "aws_profile"}


class ProfileForm(FieldForm):
    """Name, route, place, path, who may see the images, recipe, and more.

    What does not apply is hidden, and keeps what was typed.

    Signals:
        rearranged: other fields apply now.
    """

    rearranged = Signal()

    def __init__(self, collaborators: Collaborators, parent: QWidget | None = None) -> None:
        super().__init__(collaborators.theme, parent)
        self._use = collaborators
        self._words = collaborators.words
        self._settings = Settings()
        self._original = Profile(id="", name="")
        self._is_new = True
        self._acl_is_chosen = False
        self._taken: Collection[str] = ()
        theme = collaborators.theme
        self.name = QLineEdit(self)
        self.add_field("name", self.tr("Profile &name"), self.name)
        self.route = RouteFields(self, theme)
        self.add_section(self.tr("Destination"))
        self.destination = DestinationFields(self, theme, self._words)
        self.add_section(self.tr("Images"))
        self.images = ImageFields(self, theme, self._words)
        self.more = MoreFields(self)
        self._groups: tuple[ProfileFields, ...] = (self.route, self.destination, self.images, self.more)
        self.name.textEdited.connect(lambda _text: self._on_edited("name"))
        for group in self._groups:
            group.edited.connect(self._on_edited)
        self.destination.permissions_wanted.connect(self._show_permissions)
        self._arrange()

    # --- the value --------------------------------------------------------------------------------

    def set_profile(self, profile: Profile, settings: Settings, *, is_new: bool, taken: Collection[str]) -> None:
        """Shows a profile. ``taken``: names that others have."""
        self._settings, self._original, self._is_new, self._taken = settings, profile, is_new, taken
        self._acl_is_chosen = not is_new
        blocked = self.blockSignals(True)
        show_text(self.name, profile.name)
        self.destination.begin(is_new=is_new)
        for group in self._groups:
            group.show_profile(profile)
        self._fill_choices(profile)
        self._arrange()
        self.blockSignals(blocked)
        self.check()
        self.forget_touches()
        self.rearranged.emit()

    def set_settings(self, settings: Settings) -> None:
        """Other accounts and recipes to choose from; what was typed stays."""
        profile = self.profile()
        if settings.account(profile.account_id) is None and settings.accounts:
            profile = replace(profile, account_id=settings.accounts[0].id)
        self._settings = settings
        self._fill_choices(profile)
        self._arrange()
        self.check()

    def change_to(self, profile: Profile) -> None:
        """Puts what an offer made of the profile into the fields, as if the person had chosen it."""
        blocked = self.blockSignals(True)
        self.route.show_profile(profile)
        self.destination.region.set_code(profile.region)
        self.images.acl.set_value(profile.acl)
        self._acl_is_chosen = True
        self._arrange()
        self.blockSignals(blocked)
        self.check()
        self.rearranged.emit()
        self.edited.emit()

    @property
    def lacks_place(self) -> bool:
        """Whether a folder is meant, or another service than Amazon's, and nobody can tell yet which."""
        if self.route.goes_to_folder:
            return not self.destination.folder.path
        return self.destination.service.lacking() is not None

    def _fill_choices(self, profile: Profile) -> None:
        self.route.set_accounts(self._settings, profile.account_id)
        self.images.set_recipes(self._settings, profile.recipe_id)

    def profile(self) -> Profile:
        """The profile as it stands in the form."""
        profile = replace(self._original, name=self.name.text().strip())
        for group in self._groups:
            profile = group.applied_to(profile)
        return profile

    @property
    def new_secret(self) -> str | None:
        """The secret access key that was typed, if the profile needs one."""
        return self.destination.secret.typed if self.destination.needs_secret else None

    @property
    def new_token(self) -> str | None:
        """The session token that was typed, if the profile needs one."""
        return self.destination.token.typed if self.destination.needs_token else None

    @property
    def drops_token(self) -> bool:
        """Whether a session token is kept that the person wants no longer."""
        given_up = self.destination.token.place in {"keyring", "session"} and not self.destination.temporary.isChecked()
        return self.destination.needs_secret and given_up

    def is_dirty(self) -> bool:
        """Whether the form holds something that is not saved."""
        typed = self.profile()
        before = self._original.credentials
        aws = CredentialSource.AWS_PROFILE
        if (typed.credentials.source is aws) == (before.source is aws):
            # Where the secret comes from is found out, not typed.
            typed = replace(typed, credentials=replace(typed.credentials, source=before.source))
        secrets = self.new_secret is not None or self.new_token is not None or self.drops_token
        return typed != self._original or secrets

    # --- what is said about it --------------------------------------------------------------------

    def check(self) -> None:
        """Looks at everything anew."""
        profile = self._completed()
        remarks: dict[str, list[Remark]] = {"name": name_remarks(profile.name, self._taken, self._words)}
        for finding in check_profile(profile, to_folder=self.route.goes_to_folder):
            if finding.field == "name":
                continue
            severity = finding.severity
            if finding.problem == "account_id.missing" and not self._settings.accounts:
                # The account may come later; what was typed here must not be lost over it.
                severity = Severity.WARNING
            remark = Remark(severity=severity, message=self._words.finding(finding))
            remarks.setdefault(self._place_of(finding), []).append(remark)
        destination = self.destination
        lacking = None if self.route.goes_to_folder else destination.service.lacking()
        if lacking is not None:
            message = Message(lacking.what, lacking.why, lacking.remedy)
            remarks[lacking.field] = [Remark(severity=Severity.ERROR, message=message)]
        for finding in findings(profile, self._recipe(profile), self._use.sample, self._use.now()):
            said = Remark(severity=finding.severity, message=self._words.finding(finding))
            remarks.setdefault(finding.field, []).append(said)
        if destination.needs_secret and destination.secret.is_missing:
            remarks["secret"] = [missing_secret(profile.secret_name, self._words)]
        if destination.needs_token and destination.token.is_missing:
            remarks["session_token"] = [missing_secret(profile.session_token_name, self._words)]
        if any(remarks.get(name) for name in profile_more.FIELDS):
            self.more.more.set_open(True)
        self.set_remarks(remarks)
        destination.service.tell(self._words.permissions.hint(destination.service.chosen, profile))
        self._show_example(profile)

    def _place_of(self, finding: Finding) -> str:
        place = _PLACE_OF_PROBLEM.get(finding.problem) or _PLACE_OF.get(finding.field, finding.field)
        if self.has_field(place) and (place in profile_more.FIELDS or self.is_field_visible(place)):
            return place
        # What has no field here must be seen all the same.
        return "route"

    @override
    def lead_to(self, name: str) -> None:
        """Goes to the field, opening what hides it."""
        if name in profile_more.FIELDS:
            self.more.more.set_open(True)
        super().lead_to(_PLACE_OF.get(name, name))

    def _recipe(self, profile: Profile) -> Recipe:
        return self._settings.recipe(profile.recipe_id) or Recipe()

    def _show_example(self, profile: Profile) -> None:
        recipe = self._recipe(profile)
        example = self.images.example
        try:
            told = preview(profile, recipe, self._use.sample, self._use.now(), to_folder=self.route.goes_to_folder)
            example.show_preview(told)
        except TemplateError:
            example.show_nothing()
        except (UnsafeKeyError, FolderError) as error:
            example.show_problem(self._words.error(error))

    def _on_edited(self, name: str) -> None:
        if self.signalsBlocked():
            return
        if name == "acl":
            self._acl_is_chosen = True
        elif name == "route" and not self._acl_is_chosen:
            self._suit_acl()
        elif name == "provider":
            self._suit_provider()
        before = self._arranged()
        self._arrange()
        self.check()
        self.touch(name)
        if self._arranged() != before or name == "route":
            self.rearranged.emit()

    def _suit_acl(self) -> None:
        blocked = self.blockSignals(True)
        service, uploader = self.destination.service, self.route.route.value.uploader
        usual = USUAL_ACL[uploader] if service.chosen.is_aws else service.suited(self.profile()).acl
        self.images.acl.set_value(usual)
        self.blockSignals(blocked)

    def _suit_provider(self) -> None:
        """Who uploads, and how objects become public, differ from service to service."""
        before = self.profile()
        made = self.destination.service.suited(before)
        blocked = self.blockSignals(True)
        self.route.route.set_value(route_of(made))
        self.more.path_style.set_value(made.path_style)
        if self._acl_is_chosen and before.acl is Acl.PUBLIC_READ:
            self.images.acl.set_value(made.acl)
        self.blockSignals(blocked)
        if not self._acl_is_chosen:
            self._suit_acl()

    def _completed(self) -> Profile:
        """The profile as it stands; never taken for one of AWS because its endpoint is not complete."""
        profile = self.profile()
        return profile if self.route.goes_to_folder else self.destination.service.completed(profile)

    def _show_permissions(self) -> None:
        from kraken_desktop.gui.settings.policy_view import PolicyView  # few people ever see it

        profile = self._completed()
        # Before a bucket is named, a stand-in shows where its name will be.
        shown = replace(profile, bucket=profile.bucket or "your-bucket")
        PolicyView(shown, self._words, self._use.theme, self).open()

    def _arranged(self) -> tuple[bool, ...]:
        return (self.destination.needs_secret, self.destination.needs_token, self.route.goes_to_folder)

    def _arrange(self) -> None:
        uploader, to_folder = self.route.route.value.uploader, self.route.goes_to_folder
        self.route.arrange()
        self.destination.arrange(uploader, goes_to_folder=to_folder)
        self.images.arrange(uploader, goes_to_folder=to_folder)
        self.more.arrange(uploader, goes_to_folder=to_folder)
