"""The profiles: where images go."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.changes import free_name, new_id, remove_profile, save_profile
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.custody import Custody
from kraken_desktop.gui.settings.exchange import Exchange
from kraken_desktop.gui.settings.list_page import ListPage
from kraken_desktop.gui.settings.page import Trial
from kraken_desktop.gui.settings.profile_destination import is_temporary
from kraken_desktop.gui.settings.profile_form import USUAL_ACL, ProfileForm
from kraken_desktop.gui.settings.questions import ask_confirm
from kraken_desktop.model.diagnosis import Diagnosis
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.profile import CredentialSource, Profile, Uploader
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.secret_store import Place

if TYPE_CHECKING:
    from kraken_desktop.doctor import Doctor, Tell
    from kraken_desktop.gui.settings.doctor_view import Check


class ProfilesPage(ListPage[Profile]):
    """Add, duplicate, change and delete profiles; mark one as default."""

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(collaborators, settings, with_default=True, parent=parent)
        self.form = form = ProfileForm(collaborators, self._frame.body)
        self._like: Profile | None = None
        self._known: tuple[Place | None, Place | None] = (None, None)
        self._first: Route | None = None
        self._custody = Custody(
            secrets=collaborators.secrets,
            words=collaborators.words,
            background=self._background,
            field=form.destination.secret,
            token=form.destination.token,
            where=form.destination.where,
            notice=self.notice,
            parent=self,
        )
        self._custody.changed.connect(self._on_place)
        form.rearranged.connect(self._on_rearranged)
        self.entries.default_wanted.connect(self._make_default)
        self.exchange = Exchange(
            self,
            collaborators,
            background=self._background,
            guarded=self.guarded,
            current=lambda: self._settings.profile(self._current.id) if self._current is not None else None,
        )
        self.entries.add_buttons(self.exchange.import_button, self.exchange.export_button)
        self._frame.add_above(self.exchange.notice)
        self.exchange.changed.connect(self._on_exchanged)
        self.exchange.lead_wanted.connect(self.lead_to)
        self._frame.set_texts(
            title=self.tr("Profiles"),
            about=self.tr(
                "A profile says who makes images smaller, where they go, their names, and who may open them."
            ),
            empty=self.tr("There is no profile yet. Press Add to make the first one."),
        )
        self.take_form(form)
        self.show_saved()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Only who looks at the page is asked for the keyring's password."""
        super().showEvent(event)
        self._custody.wake()

    # --- entries ----------------------------------------------------------------------------------

    @override
    def saved_entries(self) -> tuple[Profile, ...]:
        """The profiles."""
        return self._settings.profiles

    def begin_setup(self, route: Route) -> None:
        """For a first profile of this route: only its form."""
        self._first = route
        self._frame.hide_list()
        self._frame.set_texts(
            title=self.tr("Your bucket"),
            about=self.tr("Where the images go, what they are called there, and who may open them."),
            empty="",
        )

    @override
    def first_entry(self) -> Profile | None:
        """The default one."""
        return self._settings.default_profile or super().first_entry()

    @override
    def text_of(self, entry: Profile) -> str:
        """With the default one marked."""
        marked = self._settings.default_profile
        if marked is None or marked.id != entry.id:
            return entry.name
        return self.tr("{name} (default)").replace("{name}", entry.name)

    @override
    def new_entry(self) -> Profile:
        """A profile with the default path; Kraken.io does the work where there is an account."""
        accounts = self._settings.accounts
        usual = Route.KRAKEN if accounts else Route.LOCAL
        route = self._first or usual
        name = self.tr("My bucket") if self._first is not None else self.tr("New profile")
        return Profile(
            id=new_id(),
            name=free_name(name, self._taken("")),
            engine=route.engine,
            uploader=route.uploader,
            account_id=accounts[0].id if accounts else None,
            acl=USUAL_ACL[route.uploader],
        )

    @override
    def copy_of(self, entry: Profile) -> Profile:
        """The same under another name."""
        wanted = self.tr("{name} copy").replace("{name}", entry.name)
        return replace(entry, id=new_id(), name=free_name(wanted, self._taken("")))

    @override
    def fill_form(self, entry: Profile, *, like: Profile | None) -> None:
        """Shows the profile; a copy shows where the original's secret is, because it will be taken over."""
        self._like = like
        (known, token_known), self._known = self._known, (None, None)
        is_new, kept = self.is_draft(), like or entry
        needed = not entry.folder and entry.credentials.source is not CredentialSource.AWS_PROFILE
        self._custody.set_needed(needed)
        self._custody.begin(
            kept.secret_name,
            is_new=is_new and like is None,
            known=known,
            # Kraken.io takes no temporary keys.
            token_name=kept.session_token_name if kept.uploader is Uploader.LOCAL else "",
            token_known=token_known,
            expects_token=is_temporary(kept.credentials.access_key),
        )
        self.form.set_profile(entry, self._settings, is_new=is_new, taken=self._taken(entry.id))
        self.form.destination.found_token()

    def _on_rearranged(self) -> None:
        self._custody.set_needed(self.form.destination.needs_secret)
        self._custody.tell(self._reach(self.form.profile(), self._like))

    def _reach(self, profile: Profile, like: Profile | None) -> str:
        if profile.uploader is Uploader.LOCAL:
            told = self.tr("It never leaves this computer.")
        else:
            told = self.tr(
                "It is sent to Kraken.io with each image, because Kraken.io writes into the bucket: "
                "use a key that may write to this bucket and do nothing else."
            )
        if like is None:
            return told
        return f"{self.tr('The copy takes over the key of “{name}”.').replace('{name}', like.name)} {told}"

    @override
    def settings_changed(self) -> None:
        """Accounts and recipes to choose from may be others."""
        self.form.set_settings(self._settings)

    @override
    def form_entry(self) -> Profile:
        """The profile in the form."""
        return self.form.profile()

    @override
    def form_is_dirty(self) -> bool:
        """Whether it was changed."""
        return self.form.is_dirty()

    @override
    def focus_draft(self) -> None:
        """Leads to the first thing that only the person knows."""
        self.form.name.setFocus()
        # From the end to the beginning, so that the beginning of a long name stays in sight.
        self.form.name.setSelection(len(self.form.name.text()), -len(self.form.name.text()))

    def _on_place(self) -> None:
        self.form.destination.found_token()
        self.form.check()
        self.changed.emit()

    def _taken(self, besides: str) -> frozenset[str]:
        return frozenset(each.name for each in self._settings.profiles if each.id != besides)

    # --- the check --------------------------------------------------------------------------------

    @override
    def trial(self) -> Trial | None:
        """The check of the profile."""
        doctor = self._use.doctor
        if doctor is None or self._current is None:
            return None
        return Trial(
            text=self.tr("Check this profile"),
            about=self.tr(
                "Tries all that the form says, saved or not, with one tiny image that is removed again. "
                "Nothing that is there is replaced, and nothing is charged."
            ),
            run=functools.partial(self.check_profile, doctor),
        )

    def check_profile(self, doctor: Callable[[], Doctor]) -> None:
        """Tries the profile as it stands in the form, and shows how that goes."""
        from kraken_desktop.gui.settings.doctor_view import DoctorView  # with it comes all that speaks to servers

        self.form.touch_all()
        if self.form.lacks_place:
            self.focus_fault()
            return
        use, form = self._use, self.form
        view = DoctorView(
            lambda: self._new_check(doctor()),
            lambda offer: form.change_to(offer.apply(form.profile())),
            run_in_background=use.run_in_background,
            words=use.words,
            theme=use.theme,
            parent=self,
        )
        view.setWindowModality(Qt.WindowModality.WindowModal)
        view.show()
        view.begin()

    def _new_check(self, doctor: Doctor) -> Check:
        from kraken_desktop.gui.settings.doctor_view import Check

        settings, like = self._settings, self._like
        profile, secret, token = self.form.profile(), self.form.new_secret, self.form.new_token
        # A copy has no secret of its own before it is saved.
        keyed = profile if like is None or secret is not None else replace(profile, id=like.id)

        def examine(cancel: CancelToken, tell: Tell) -> Diagnosis:
            return doctor.examine(keyed, settings, cancel, tell, secret=secret, token=token)

        return Check(profile, examine)

    def _on_exchanged(self, settings: Settings, profile_id: str) -> None:
        self._settings = settings
        self.show_saved()
        self.show_by_id(profile_id)
        self.saved.emit(settings)

    # --- saving and deleting ----------------------------------------------------------------------

    @override
    def saving(self) -> tuple[Callable[[], Settings], Callable[[], None]]:
        """Keeps the secret, then writes the settings."""
        use, form, like, as_default = self._use, self.form, self._like, self._first is not None
        profile, secret, token, drops_token = form.profile(), form.new_secret, form.new_token, form.drops_token
        session_only = self._custody.session_only

        def work() -> Settings:
            return save_profile(
                use.store,
                use.secrets,
                profile,
                secret,
                session_only=session_only,
                token=token,
                drops_token=drops_token,
                like=like,
                as_default=as_default,
            )

        def after() -> None:
            kept: Place = "session" if session_only else "keyring"
            before, token_before = form.destination.secret.place, form.destination.token.place
            gone = secret is not None or drops_token
            self._known = (
                kept if secret is not None else before,
                kept if token is not None else "nowhere" if gone else token_before,
            )

        return work, after

    @override
    def save_failed(self, error: KrakenDesktopError, again: Callable[[], None]) -> None:
        """Offers this session's memory where the keyring refuses."""
        self._custody.refused(error, again)

    @override
    def ask_delete(self, entry: Profile) -> None:
        """Nothing in the bucket changes."""
        store, secrets = self._use.store, self._use.secrets
        ask_confirm(
            self,
            self.tr("Delete the profile “{name}”?").replace("{name}", entry.name),
            self.tr("The images stay in the folder.")
            if entry.folder
            else self.tr("Its secret access key is removed from this computer. The images in the bucket stay."),
            self.tr("&Delete"),
            lambda: self.delete_in_background(lambda: remove_profile(store, secrets, entry)),
        )

    @override
    def update_buttons(self, entry: Profile | None, *, is_draft: bool) -> None:
        """What is the default already cannot be made it."""
        super().update_buttons(entry, is_draft=is_draft)
        marked = self._settings.default_profile
        is_default = entry is not None and marked is not None and entry.id == marked.id
        self.entries.default_button.setEnabled(entry is not None and not is_draft and not is_default)

    def _make_default(self) -> None:
        entry, store = self._current, self._use.store
        if entry is None or self._is_draft:
            return

        def done(settings: Settings) -> None:
            self._settings = settings
            self.show_list()
            self.saved.emit(settings)

        self._background.run(
            "default",
            lambda: store.update(lambda now: now.with_default(entry.id)),
            done,
            lambda error: self.notice.show_message(self._use.words.error(error)),
        )
