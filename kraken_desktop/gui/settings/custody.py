"""Keeps one form's secret: where it is, where it will be, and what can be done if the keyring refuses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel

from kraken_desktop.gui.settings.background import Background
from kraken_desktop.gui.settings.notice import Action, Notice
from kraken_desktop.gui.settings.remarks import Remark
from kraken_desktop.gui.settings.secret_field import SecretField
from kraken_desktop.gui.settings.sight import bring_into_sight
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import KrakenDesktopError, SecretError, SecretMissingError
from kraken_desktop.model.profile import CredentialSource, Severity
from kraken_desktop.stores.secret_store import Place, Secrets, variable_of


def source_of(original: CredentialSource, field: SecretField, *, is_new: bool) -> CredentialSource:
    """Where an entry's secret comes from, as its form stands.

    Only a new entry refers to the environment: a saved one may have a secret in the keyring that the
    environment merely goes before.
    """
    if field.typed is not None:
        return CredentialSource.KEYRING
    if field.place == "environment" and is_new:
        return CredentialSource.ENVIRONMENT
    if field.place in {"keyring", "session"} and original is CredentialSource.ENVIRONMENT:
        return CredentialSource.KEYRING
    return original


def missing_secret(name: str, words: Words) -> Remark:
    """What is said at a field that needs a secret and has none."""
    told = words.error(SecretMissingError(name=name))
    remedy = QCoreApplication.translate("custody", "Paste it here.")
    return Remark(severity=Severity.ERROR, message=Message(told.what, "", remedy))


class Custody(QObject):
    """Looks a secret up without blocking, and offers this session's memory where there is no keyring.

    Args:
        token: the field of a second secret that goes with the first, and is kept where that one is.

    Signals:
        changed: the place is known, or another one was chosen.
    """

    changed = Signal()

    def __init__(
        self,
        *,
        secrets: Secrets,
        words: Words,
        background: Background,
        field: SecretField,
        where: QLabel,
        notice: Notice,
        parent: QObject,
        token: SecretField | None = None,
    ) -> None:
        super().__init__(parent)
        self._secrets = secrets
        self._words = words
        self._background = background
        self._field = field
        self._token = token
        self._where = where
        self._notice = notice
        self._name = ""
        self._token_name = ""
        self._expects_token = False
        self._session_names: set[str] = set()
        """Whose secret the person wants to have kept in this session's memory: not to be asked again."""
        self._is_new = False
        self._is_refused = False
        self._again: Callable[[], None] | None = None
        self.session_only = False
        self._reach = ""
        self._is_awake = False
        self._is_needed = True
        self._look_error: KrakenDesktopError | None = None
        """Why the keyring did not say, while the person has not decided what to do about it."""

    def wake(self) -> None:
        """The page is shown. Until now nobody was asked for the password of the keyring."""
        self._is_awake = True
        self._look_if_unknown()

    def set_needed(self, needed: bool) -> None:
        """Whether the form asks for a secret at all: who needs none is not asked for the keyring's password."""
        self._is_needed = needed
        if not needed and self._look_error is not None:
            self._notice.clear()
        elif needed and self._look_error is not None and not self._notice.text:
            self._tell_of_look(self._look_error)
        self._look_if_unknown()

    def _look_if_unknown(self) -> None:
        if self._field.place is None and not self._background.is_busy("look"):
            self.look(self._name, self._token_name)

    def look(self, name: str, token_name: str = "") -> None:
        """Finds out where the secrets of these names are kept. What is typed stays."""
        self._name, self._token_name = name, token_name
        self._again = None
        self._is_refused = False
        self._look_error = None
        self._notice.clear()
        self._set_places(None, None)
        self._tell()
        if not self._is_awake or not self._is_needed:
            return

        def places() -> tuple[Place, Place]:
            place = self._secrets.where(name)
            return place, self._token_place(token_name, place)

        self._background.run("look", places, self._found, self._look_failed)

    def _token_place(self, token_name: str, secret_place: Place) -> Place:
        if not token_name:
            return "nowhere"
        try:
            return self._secrets.where_token(token_name, secret_place)
        except SecretError:
            # Who never had a token must not hear of one.
            if self._expects_token:
                raise
            return "nowhere"

    def begin(
        self,
        name: str,
        *,
        is_new: bool,
        known: Place | None = None,
        token_name: str = "",
        token_known: Place | None = None,
        expects_token: bool = False,
    ) -> None:
        """Another entry stands in the form.

        ``known``: where its secrets are, if nobody needs to look; ``expects_token``: its keys are temporary ones.
        """
        self._background.cancel("look")
        was_refused = self._is_refused and name == self._name
        self._is_new = is_new
        self._expects_token = expects_token
        self.session_only = name in self._session_names
        self._field.clear(None)
        if self._token is not None:
            self._token.clear(None)
        if known is None:
            self.look(name, token_name)
            return
        self._name, self._token_name = name, token_name
        self.session_only = self.session_only or known == "session"
        self._is_refused = False
        self._look_error = None
        self._notice.clear()
        # What the keyring did not tell before is still not known after saving something else.
        self._set_places(known, token_known or "nowhere", is_sure=not (was_refused and known == "nowhere"))
        self._tell()

    def _set_places(self, secret: Place | None, token: Place | None, *, is_sure: bool = True) -> None:
        self._field.set_place(secret, is_sure=is_sure)
        if self._token is not None:
            self._token.set_place(token, is_sure=is_sure)

    def saved(self) -> None:
        """The secret that was typed is kept now."""
        self._is_refused = False
        self._field.clear("session" if self.session_only else "keyring")
        self._notice.clear()
        self._tell()

    def refused(self, error: KrakenDesktopError, again: Callable[[], None]) -> None:
        """Saving failed. Says why, and offers to try again, or to do without the keyring."""
        self._again = again
        actions: list[Action] = []
        if isinstance(error, SecretError):
            actions.append((self.tr("Keep for this session only"), self._choose_session))
        actions.append((self.tr("Retry"), again))
        self._notice.show_message(self._words.error(error), actions)
        self.changed.emit()

    def _found(self, places: tuple[Place, Place]) -> None:
        self._set_places(*places)
        self.session_only = self.session_only or places[0] == "session"
        self._tell()
        self.changed.emit()

    def _look_failed(self, error: KrakenDesktopError) -> None:
        self._is_refused = True
        self._set_places("nowhere", "nowhere", is_sure=self._is_new)
        self._tell()
        if not self.session_only:
            self._look_error = error
            if self._is_needed:
                self._tell_of_look(error)
        self.changed.emit()

    def _tell_of_look(self, error: KrakenDesktopError) -> None:
        actions: list[Action] = [
            (self.tr("Keep for this session only"), self._choose_session),
            (self.tr("Retry"), lambda: self.look(self._name, self._token_name)),
        ]
        # Nobody did anything just now: the person may be at work further down.
        self._notice.show_message(self._words.error(error), actions, scrolls=False)

    def _choose_session(self) -> None:
        self.session_only = True
        self._session_names.add(self._name)
        self._look_error = None
        self._notice.clear()
        self._tell()
        again, self._again = self._again, None
        if again is not None:
            again()
        else:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
            bring_into_sight(self._field)
        self.changed.emit()

    def tell(self, reach: str) -> None:
        """Says who gets to see the secret, after where it is kept."""
        self._reach = reach
        self._tell()

    def _tell(self) -> None:
        match self._field.place:
            case "environment":
                where = self.tr("Taken from the environment variable {name}, which goes before the keyring.")
                where = where.replace("{name}", variable_of(self._name))
            case "session":
                where = self.tr("Kept in memory for this session only; at the next start it is asked for again.")
            case _ if self.session_only:
                where = self.tr("Will be kept in memory for this session only, and nowhere else.")
            case _ if self._is_refused:
                where = self.tr("The keyring does not take it now: decide above.")
            case "keyring":
                where = self.tr("Kept in this system’s keyring, and nowhere else on this computer.")
            case _:
                where = self.tr("Will be kept in this system’s keyring, and nowhere else on this computer.")
        self._where.setText(f"{where} {self._reach}".strip())
