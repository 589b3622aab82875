"""Taking images out of their bucket again, after publishing by mistake: asks, does it in the background, tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.gui.banners import Toast
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.jobs import Background
from kraken_desktop.messages.text import shown
from kraken_desktop.model.errors import (
    KrakenDesktopError,
    NotOursError,
    ObjectReplacedError,
    RemovalUncheckedError,
    UnexpectedError,
)
from kraken_desktop.model.job import JobStatus, StoredImage

if TYPE_CHECKING:
    from kraken_desktop.removal import Removal, Removed

_MOST_NAMED = 5
_LONG_MS = 60_000
"""A toast that says how far it is stays until the next one comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """One image of one job."""

    status: JobStatus
    image: StoredImage

    @property
    def told(self) -> str:
        """Its key, and the profile it went through."""
        return shown(f"{self.image.key} ({self.status.job.snapshot.profile.name})")


class Rows(Protocol):
    """A list that shows what became of its jobs."""

    def row_of(self, job_id: str) -> int | None:
        """Where a job is, if it is in the list."""

    def apply(self, statuses: Iterable[JobStatus]) -> None:
        """Take over newer states."""


class _Round:
    """What comes of the objects that one answer was given for."""

    def __init__(self, objects: Sequence[_Object], *, whatever_it_is: bool) -> None:
        self.objects = tuple(objects)
        self.whatever_it_is = whatever_it_is
        self.left = len(objects)
        self.removed = 0
        self.gone_before = 0
        self.noted: set[str] = set()
        """Jobs that are known to have lost an image by now: several may have stored the same object."""
        self.unsure: list[_Object] = []
        self.doubt: KrakenDesktopError | None = None


class Removing(QObject):
    """Does it, and says what was done.

    Args:
        removal: makes what removes.
        view: where the person wishes it.
        trouble: shows an error above the list.
        window: over which the questions appear.
    """

    def __init__(
        self,
        removal: Callable[[], Removal],
        view: JobView,
        model: Rows,
        toast: Toast,
        trouble: Callable[[KrakenDesktopError], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._removal = removal
        self._model = model
        self._toast = toast
        self._trouble = trouble
        self._window = window
        # One after the other: a hundred at once would help nobody, and the order is told.
        self._background = Background(1, self)
        self._cancel = CancelToken()
        view.unpublish_wanted.connect(self.ask)

    def ask(self, statuses: Sequence[JobStatus]) -> None:
        """Remove the images of these jobs that are there, if the person confirms it."""
        objects = [
            _Object(status=status, image=image) for status in statuses if status.state.ended for image in status.links
        ]
        if not objects:
            self._toast.say(self.tr("Nothing of this is in a bucket."))
            return
        one = self.tr(
            "This cannot be undone. Pages that show it will miss it; a CDN or a browser may show its own copy for a "
            "while. The original on this computer stays, and so does a local copy."
        )
        many = self.tr(
            "This cannot be undone. Pages that show them will miss them; a CDN or a browser may show its own copy for "
            "a while. The originals on this computer stay, and so do local copies."
        )
        self._question(
            self.tr("Remove %n image(s) from the bucket?", "", len(objects)),
            "\n\n".join((self._names(objects), one if len(objects) == 1 else many)),
            _Round(objects, whatever_it_is=False),
        )

    def close(self, seconds: float) -> bool:
        """Stop; whether that took no longer."""
        self._cancel.cancel()
        return self._background.close(seconds)

    def _question(self, text: str, more: str, asked: _Round) -> None:
        before = self._window.findChild(QMessageBox, "unpublish")
        if isinstance(before, QMessageBox):
            if asked.whatever_it_is:
                # Of what is left of an earlier round nobody hears otherwise.
                before.finished.connect(lambda _result: self._question(text, more, asked))
            return
        box = QMessageBox(self._window)
        box.setObjectName("unpublish")
        box.setWindowTitle("Kraken Desktop")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(text)
        box.setInformativeText(more)
        # Names of objects and profiles are anybody's.
        box.setTextFormat(Qt.TextFormat.PlainText)
        removing = box.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
        keeping = box.addButton(self.tr("&Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keeping)
        box.setEscapeButton(keeping)
        removing.clicked.connect(partial(self._begin, asked))
        # Not on closing: the next question may come before that.
        box.finished.connect(partial(_forget, box))
        box.open()

    def _begin(self, asked: _Round) -> None:
        self._tell_progress(asked)
        for each in asked.objects:
            self._background.run(
                partial(self._remove, each, asked.whatever_it_is),
                partial(self._removed, asked),
                partial(self._failed, asked, each),
            )

    def _remove(self, each: _Object, whatever_it_is: bool) -> Removed:
        removal = self._removal()
        stored = removal.of(each.status.job.id, each.image)
        return removal.remove(stored, self._cancel, whatever_it_is=whatever_it_is)

    # --- on the window's thread ---

    def _removed(self, asked: _Round, removed: Removed) -> None:
        asked.removed += removed.was_there
        asked.gone_before += not removed.was_there
        asked.noted.update(status.job.id for status in removed.statuses)
        # Of jobs that are in the list: the history may know older ones.
        self._model.apply([status for status in removed.statuses if self._model.row_of(status.job.id) is not None])
        self._one_less(asked)

    def _failed(self, asked: _Round, each: _Object, error: Exception) -> None:
        match error:
            case ObjectReplacedError() | RemovalUncheckedError() if not asked.whatever_it_is:
                asked.unsure.append(each)
                asked.doubt = error
            case NotOursError() if each.status.job.id in asked.noted:
                pass
            case KrakenDesktopError():
                self._trouble(error)
            case CancelledError():
                pass
            case _:
                self._trouble(UnexpectedError(kind=type(error).__name__))
        self._one_less(asked)

    def _one_less(self, asked: _Round) -> None:
        asked.left -= 1
        if asked.left:
            self._tell_progress(asked)
            return
        told = [self.tr("%n image(s) removed from the bucket", "", asked.removed)] if asked.removed else []
        if asked.gone_before:
            told.append(self.tr("%n image(s) had gone before", "", asked.gone_before))
        self._toast.say(", ".join(told) or self.tr("Nothing was removed."))
        if asked.unsure:
            self._ask_again(asked)

    def _ask_again(self, asked: _Round) -> None:
        unread = isinstance(asked.doubt, RemovalUncheckedError)
        why = (
            self.tr("This key may not look at them, so nobody can tell whether they are still what was stored.")
            if unread
            else self.tr("What is there now was stored later, or has another size: somebody replaced it since.")
        )
        self._question(
            self.tr("Remove %n image(s) all the same?", "", len(asked.unsure)),
            f"{why}\n\n{self._names(asked.unsure)}",
            _Round(asked.unsure, whatever_it_is=True),
        )

    def _names(self, objects: Sequence[_Object]) -> str:
        named = [each.told for each in objects[:_MOST_NAMED]]
        more = len(objects) - _MOST_NAMED
        if more > 0:
            named.append(self.tr("… and %n more", "", more))
        return "\n".join(named)

    def _tell_progress(self, asked: _Round) -> None:
        done, of = len(asked.objects) - asked.left, len(asked.objects)
        text = self.tr("Removing from the bucket: {done} of {of}")
        self._toast.say(text.replace("{done}", str(done)).replace("{of}", str(of)), milliseconds=_LONG_MS)


def _forget(box: QMessageBox, _result: int) -> None:
    box.setObjectName("")
    box.deleteLater()
