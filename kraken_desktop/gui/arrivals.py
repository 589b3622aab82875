"""What is dropped, pasted or chosen: uploaded at once, or kept until the set-up is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kraken_desktop.gui import incoming
from kraken_desktop.gui.banners import Toast
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.jobs import Background, StopFlag
from kraken_desktop.gui.messages_above import MessagesAbove
from kraken_desktop.gui.pages import Pages
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.resource_files import samples


class Arrivals(QObject):
    """The one door for images.

    Args:
        destination: the profile they go to, with the settings that it is of; None before the set-up.
        look: calls what it is given once the settings are those on disk: a terminal may have changed them.
    """

    def __init__(
        self,
        uploads: Uploads,
        destination: Callable[[], tuple[Profile, Settings] | None],
        *,
        look: Callable[[Callable[[], object]], object],
        pages: Pages,
        view: JobView,
        messages: MessagesAbove,
        toast: Toast,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._uploads = uploads
        self._destination = destination
        self._pages = pages
        self._view = view
        self._messages = messages
        self._toast = toast
        self._held: list[Incoming] = []
        self._background = Background(1, self)
        self._closing = StopFlag()
        messages.upload_held_wanted.connect(self._upload_held)
        messages.discard_held_wanted.connect(self._held.clear)
        pages.welcome.samples_wanted.connect(lambda: self.add_paths(str(path) for path in samples()))
        uploads.nothing_found.connect(self._say_nothing_found)

    def add(self, what: Incoming) -> None:
        """Upload what was dropped, pasted or chosen; before the set-up it is kept for after it."""
        if what.offer is not None:
            work = partial(incoming.looked_through, what.offer, self._closing.is_set)
            self._background.run(work, self.add, self._cannot_look)
            return
        self._messages.lines_left(what)
        if not what:
            if not what.left:
                self._say_nothing_found()
            return
        seen = self._destination()
        self._look(partial(self._send, what, seen[0] if seen is not None else None))

    def _cannot_look(self, error: Exception) -> None:
        # No text may lead here: it is reported as any other mistake of ours.
        raise error

    def _send(self, what: Incoming, seen: Profile | None) -> None:
        """Upload with the profile that the person saw, as it is now, and never with another one unasked."""
        destination = self._destination()
        if seen is None or destination is None:
            self._hold(what)
            return
        _, settings = destination
        profile = settings.profile(seen.id)
        if profile is None:
            self._messages.no_profile(seen.name, what)
            return
        self._view.show_next_rows()
        self._uploads.add(what, profile, settings)

    def _hold(self, what: Incoming) -> None:
        self._held.append(what)
        if self._destination() is not None:
            self.offer_held()
            return
        self._pages.welcome.set_waiting(self._count)
        self._pages.setCurrentWidget(self._pages.welcome)
        self._pages.focus_button()

    def add_paths(self, things: Iterable[str]) -> None:
        """The same for paths and addresses, of the command line or another instance."""
        told = tuple(things)
        if told:
            self.add(Incoming(things=told, typed=True))

    def paste(self) -> None:
        """Upload what is on the clipboard."""
        self.add(incoming.read(QGuiApplication.clipboard().mimeData()))

    def close(self, seconds: float) -> bool:
        """Look through nothing any more; whether that ended in time."""
        self._closing.set()
        return self._background.close(seconds)

    def offer_held(self) -> None:
        """Ask whether to upload what came before the set-up, if that is done now."""
        if self._held and self._destination() is not None:
            self._pages.welcome.set_waiting(0)
            self._messages.held(self._count)

    @property
    def _count(self) -> int:
        return sum(len(each) for each in self._held)

    def _upload_held(self) -> None:
        held = tuple(self._held)
        self._held.clear()
        for each in held:
            self.add(each)

    def _say_nothing_found(self) -> None:
        self._toast.say(self.tr("There is no image on the clipboard."))
