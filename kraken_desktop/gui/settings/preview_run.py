"""Tries the newest recipe on one image, in the background; older tries are given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.protocol import View
from kraken_desktop.gui.settings.background import Background, RunInBackground
from kraken_desktop.model.errors import KrakenDesktopError, SourceMissingError
from kraken_desktop.model.job import Source
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.previewing import Previewed, Previews, Region, Subject, subject

_T = TypeVar("_T")

PAUSE_MS = 300
"""After the last edit: who types a number has not ended before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The same part of both, with all pixels."""

    original: View
    result: View
    image: int
    """Which of the results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    original: Region
    result: Region
    image: int


class PreviewRun(QObject):
    """One image, the newest recipe. Runs only while it :meth:`is wanted <set_active>`.

    Args:
        newest: what was dropped last.
        samples: pictures that stand in for it.

    Signals:
        found: the ``Subject``, and its ``View``.
        made: the ``Previewed`` of the newest recipe.
        viewed: the place of a result, and its ``View``.
        detailed: a ``Detail``.
        failed: the error that ended the try.
        busy_changed: a try began or ended.
    """

    found = Signal(object, object)
    made = Signal(object)
    viewed = Signal(int, object)
    detailed = Signal(object)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(
        self,
        previews: Previews,
        run_in_background: RunInBackground,
        *,
        newest: Source | None,
        samples: Callable[[], Sequence[Path]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._previews = previews
        self._background = Background(run_in_background, self)
        self._newest = newest
        self._samples = samples
        self._recipe: Recipe | None = None
        self._tried = ""
        """What of the recipe changes pixels or bytes."""
        self._is_answered = False
        self._active = False
        self._subject: Subject | None = None
        self._result: Previewed | None = None
        self._image = 0
        self._advance = _Advance()
        self._next_look: _Look | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        self._end = _End(previews, run_in_background)
        # What is called when this is gone must not be part of it.
        self.destroyed.connect(self._end.end)

    @property
    def is_busy(self) -> bool:
        """Whether the newest recipe has no answer yet."""
        return self._pause.isActive() or self._background.is_busy("try")

    @property
    def images_made(self) -> tuple[int, int]:
        """How many images of the newest recipe are made, of how many; zeros while none are being made."""
        return self._advance.told

    def want(self, recipe: Recipe) -> None:
        """Try this recipe; what is made of an older one is of no interest any more."""
        wanted = recipe.fingerprint() + recipe.target
        self._recipe = recipe
        if wanted == self._tried:
            return
        self._give_up()
        self._tried = wanted
        self._is_answered = False
        if self._active:
            self._pause.start()
        self.busy_changed.emit()

    def want_image(self, image: int) -> None:
        """Show another one of the results."""
        self._image = image
        if self._result is not None and not self.is_busy:
            self._view()

    def want_detail(self, original: Region, result: Region) -> None:
        """Show a part of both with all pixels. Of several wishes the newest is done next."""
        if self._result is None or self._subject is None:
            return
        self._next_look = _Look(original=original, result=result, image=self._image)
        if not self._background.is_busy("detail"):
            self._look_closely()

    def set_active(self, active: bool) -> None:
        """Whether somebody can see it."""
        if active == self._active:
            return
        self._active = active
        if not active:
            self._give_up()
        elif self._recipe is not None and not self._is_answered:
            self._pause.start()
        self.busy_changed.emit()

    def _give_up(self) -> None:
        self._pause.stop()
        self._next_look = None
        self._advance = _Advance()
        self._end.renew()
        for channel in ("try", "detail"):
            self._background.cancel(channel)

    # --- step by step -----------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._recipe is None:
            return
        if self._subject is None:
            newest, samples, previews, cancel = self._newest, self._samples, self._previews, self._end.cancel

            def find() -> tuple[Subject, View]:
                found = subject(newest, samples())
                return found, previews.look(found.path, cancel)

            self._step("try", find, self._on_found)
        else:
            self._make(self._subject)

    def _on_found(self, found: tuple[Subject, View]) -> None:
        self._subject = found[0]
        self.found.emit(*found)
        self._make(self._subject)

    def _make(self, of: Subject) -> None:
        previews, recipe, cancel = self._previews, self._recipe or Recipe(), self._end.cancel
        self._advance = advance = _Advance()
        self._step("try", lambda: previews.make(of.path, recipe, cancel, advance.tell), self._on_made)

    def _on_made(self, result: Previewed) -> None:
        self._result = result
        self._advance = _Advance()
        self._image = min(self._image, len(result.images) - 1)
        self.made.emit(result)
        self._view()

    def _view(self) -> None:
        if self._result is None:
            return
        previews, cancel, image = self._previews, self._end.cancel, self._image
        path = Path(self._result.images[image].path)
        self._step("try", lambda: previews.look(path, cancel), lambda view: self._on_viewed(image, view))

    def _on_viewed(self, image: int, view: View) -> None:
        self._is_answered = True
        self.viewed.emit(image, view)
        self.busy_changed.emit()

    def _look_closely(self) -> None:
        wish, self._next_look = self._next_look, None
        if wish is None or self._result is None or self._subject is None:
            return
        previews, cancel, original = self._previews, self._end.cancel, self._subject.path
        result = Path(self._result.images[wish.image].path)

        def look() -> Detail:
            return Detail(
                original=previews.look(original, cancel, wish.original),
                result=previews.look(result, cancel, wish.result),
                image=wish.image,
            )

        self._step("detail", look, self._on_detail)

    def _on_detail(self, detail: Detail) -> None:
        if detail.image == self._image:
            self.detailed.emit(detail)
        self._look_closely()

    def _step(self, channel: str, work: Callable[[], _T], done: Callable[[_T], None]) -> None:
        def until_given_up() -> _T | None:
            try:
                return work()
            except CancelledError:
                return None

        def on_done(result: _T | None) -> None:
            if result is not None:
                done(result)

        self._background.run(channel, until_given_up, on_done, self._on_failed)
        self.busy_changed.emit()

    def _on_failed(self, error: KrakenDesktopError) -> None:
        self._result = None
        self._is_answered = True
        if isinstance(error, SourceMissingError):
            # Something else has to stand in for it from now on.
            self._subject = None
        self.failed.emit(error)
        self.busy_changed.emit()


class _Advance:
    """How far one try is: told by its thread, looked up by the window's, which may be gone by then."""

    def __init__(self) -> None:
        self.told = (0, 0)

    def tell(self, made: int, of: int) -> None:
        """So many images are made."""
        self.told = (made, of)


class _End:
    """Gives up what runs, and in the end removes what was made; knows nothing of widgets."""

    def __init__(self, previews: Previews, run_in_background: RunInBackground) -> None:
        self.cancel = CancelToken()
        self._previews = previews
        self._run_in_background = run_in_background

    def renew(self) -> None:
        """Give up what runs; what begins now has a token of its own."""
        self.cancel.cancel()
        self.cancel = CancelToken()

    def end(self) -> None:
        """Nothing is made any more."""
        self.cancel.cancel()
        self._run_in_background(self._previews.close, _nothing, _nothing)


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
