"""What the window has to say that belongs to no row, in banners above the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from kraken_desktop.gui.banners import Act, Banners, Choice
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.intake import LeftOut
from kraken_desktop.messages import Words
from kraken_desktop.messages.text import Message, file_name, number
from kraken_desktop.model.address_text import Line
from kraken_desktop.model.errors import KrakenDesktopError, QuotaShortError
from kraken_desktop.model.image_types import extension_by_name
from kraken_desktop.model.job import Failure
from kraken_desktop.model.offers import Offer
from kraken_desktop.model.profile import Account, Finding
from kraken_desktop.model.quota import Forecast


class WayShown(Protocol):
    """A way out, as a button shows it."""

    @property
    def offer(self) -> Offer: ...
    @property
    def label(self) -> str: ...
    @property
    def told(self) -> str: ...


_NOT_IN_SETTINGS = frozenset({"bucket.clock", "store.scratch"})
"""Failures that no setting of ours could mend."""
MOST_LINES = 3
"""So many bad lines are named."""
_LONGEST_LINE = 40


class MessagesAbove(QObject):
    """Puts facts into words, and offers the ways out.

    Signals:
        resume_wanted: a button of the message about a pause.
        try_now_wanted: a button of the message about what passes by itself.
        settings_wanted: another; with the ``Failure`` whose cause is to be mended.
        way_wanted: another; the ``Failure``, and the ``Offer`` that is the way out of it.
        upload_held_wanted, discard_held_wanted: what is to become of what waited for the set-up.
    """

    resume_wanted = Signal()
    try_now_wanted = Signal()
    settings_wanted = Signal(object)
    way_wanted = Signal(object, object)
    upload_held_wanted = Signal()
    discard_held_wanted = Signal()

    def __init__(self, banners: Banners, words: Words, parent: QObject) -> None:
        super().__init__(parent)
        self._banners = banners
        self._words = words
        self._waiting = 0
        self._pause: Failure | None = None
        self._held_by: Failure | None = None
        self.ways_of: Callable[[Failure], Sequence[WayShown]] = lambda _failure: ()
        """The ways out of a pause."""
        self.profile_named: Callable[[Failure], str] = lambda _failure: ""
        """The profile that a pause is about; empty for the one that is chosen."""

    def notices(self, notices: Iterable[KrakenDesktopError]) -> None:
        """What the settings had to do about a bad file."""
        for place, notice in enumerate(notices):
            self._banners.show_message(f"settings {place}", self._words.error(notice), look="warning")

    def trouble(self, error: KrakenDesktopError) -> None:
        """Something that is no fault of one image."""
        self._banners.show_message(error.code, self._words.error(error), look="warning")

    def no_profile(self, name: str, what_came: Incoming) -> None:
        """Somebody asked for a profile that is not there; what came for it is not uploaded."""
        what = self.tr("There is no profile “{name}”.").replace("{name}", name)
        count, names = len(what_came), [file_name(thing) for thing in what_came.things]
        if count == 1:
            why = self.tr("“{file}” was not uploaded.").replace("{file}", names[0]) if names else ""
            why = why or self.tr("The image was not uploaded.")
        elif all(map(extension_by_name, names)):
            why = self.tr("%n images were not uploaded.", "", count)
        else:
            # Folders, or what only turns out to be an image when it is looked at.
            why = self.tr("%n things were not uploaded.", "", count)
        if not count:
            why, remedy = "", self.tr("Choose another one above.")
        elif count == 1:
            remedy = self.tr("Choose another profile above, then add it again.")
        else:
            remedy = self.tr("Choose another profile above, then add them again.")
        self._banners.show_message("profile", Message(what, why, remedy), look="warning")

    def paused(self, why: Failure | None) -> None:
        """The queue waits for the person, or goes on."""
        if why is None:
            self._banners.remove("paused")
            return
        choices = [self._choice_of(way, why) for way in self.ways_of(why)]
        choices.append(Choice(self.tr("&Try again"), self.resume_wanted.emit))
        if why.code not in _NOT_IN_SETTINGS:
            choices.append(Choice(self.tr("S&ettings…"), partial(self.settings_wanted.emit, why)))
        self._banners.show_message("paused", self._of_pause(why), look="danger", choices=choices, closable=False)
        self._pause = why

    def waits(self, message: Message, why: Failure, countdown: str) -> None:
        """Why jobs wait for something that passes by itself, and until when.

        Said in the place of what was said before: a message that is made anew takes the focus from its buttons.
        """
        self._held_by = why
        banner = self._banners.banner("waits")
        if banner is None:
            choices = (
                Choice(self.tr("&Try now"), self.try_now_wanted.emit, self.tr("With the settings as they are now")),
                # The host may be misspelled.
                Choice(self.tr("S&ettings…"), self._mend_hold),
            )
            banner = self._banners.show_message("waits", message, choices=choices, closable=False)
        elif banner.message != message:
            banner.set_message(message)
        banner.set_countdown(countdown)

    def waits_no_more(self) -> None:
        """It has passed."""
        self._banners.remove("waits")

    def _mend_hold(self) -> None:
        if self._held_by is not None:
            self.settings_wanted.emit(self._held_by)

    def _choice_of(self, way: WayShown, why: Failure) -> Choice:
        return Choice(way.label, partial(self.way_wanted.emit, why, way.offer), way.told)

    def way_taken(self, told: str, take_back: Act) -> None:
        """A profile was changed by one click."""
        remedy = self.tr("Undo it here, or later in the profile’s settings.")
        self._banners.show_message("way", Message(told, "", remedy), choices=(Choice(self.tr("&Undo"), take_back),))

    def way_taken_back(self, name: str) -> None:
        """And is as it was."""
        what = self.tr("The profile “{name}” is as it was.").replace("{name}", name)
        remedy = self.tr("Images that are on their way stay with the change.")
        self._banners.show_message("way", Message(what, "", remedy))

    def lacks(self, name: str, found: Message, mend: Act) -> None:
        """A way out cannot be taken before something in the profile is mended."""
        what = self.tr("The profile “{name}” cannot do that yet.").replace("{name}", name)
        told = " ".join(part for part in (found.what, found.why) if part)
        choice = Choice(self.tr("S&ettings…"), mend)
        self._banners.show_message("way", Message(what, told, found.remedy), look="warning", choices=(choice,))

    def forecast(self, forecast: Forecast | None) -> None:
        """A large drop fits into the quota; None when that is of no interest any more."""
        if forecast is None:
            self._banners.remove("forecast")
        else:
            self._banners.show_message("forecast", Message(self._words.quota.forecast(forecast), "", ""))

    def key_refused(self, account: Account, error: KrakenDesktopError, mend: Act) -> None:
        """Kraken.io knows no such key pair."""
        choice = Choice(self.tr("S&ettings…"), mend)
        message = self._words.error(error)
        self._banners.show_message(f"key {account.id}", message, look="warning", choices=(choice,))

    def key_accepted(self, account: Account) -> None:
        """Now it does."""
        self._banners.remove(f"key {account.id}")

    def short(
        self,
        account: Account,
        forecast: Forecast | None,
        *,
        obstacles: Sequence[Finding],
        what_fits: Act | None,
        here: Act,
        everything: Act,
        none: Act,
    ) -> None:
        """A drop is held, as the quota does not suffice: what is to become of it? None: that is decided."""
        key = f"short {account.id}"
        if forecast is None:
            self._banners.remove(key)
            return
        told = self._words.error(QuotaShortError(size=forecast.need.bytes, limit=max(0, forecast.left)))
        addresses = self._words.quota.addresses(forecast.need.addresses)
        remedy = " ".join(part for part in (addresses, self.tr("Nothing of it was sent.")) if part)
        if obstacles:
            lacking = self.tr("This computer cannot do it: {why}")
            remedy = f"{remedy} {lacking.replace('{why}', self._words.finding(obstacles[0]).what)}"
        choices = [
            None if obstacles else Choice(self.tr("Use t&his computer"), here),
            Choice(self.tr("&Upload what fits"), what_fits) if what_fits is not None else None,
            Choice(self.tr("Upload a&ll anyway"), everything),
            Choice(self.tr("Ca&ncel"), none),
        ]
        self._banners.show_message(
            key,
            Message(told.what, told.why, remedy),
            look="warning",
            choices=[choice for choice in choices if choice is not None],
            closable=False,
        )

    def set_waiting(self, count: int) -> None:
        """How many images wait for the end of a pause."""
        if count != self._waiting:
            self._waiting = count
            self.renew_pause()

    def renew_pause(self) -> None:
        """Say again why the queue waits: another profile may be chosen."""
        banner = self._banners.banner("paused")
        if banner is not None and self._pause is not None:
            message = self._of_pause(self._pause)
            if message != banner.message:
                banner.set_message(message)

    def _of_pause(self, why: Failure) -> Message:
        told = self._words.failure(why)
        waiting = self.tr("%n image(s) on hold.", "", self._waiting) if self._waiting else ""
        what = self._words.paused(why, self.profile_named(why))
        return Message(what, told.why, " ".join(part for part in (told.remedy, waiting) if part))

    def went_on(self, count: int) -> None:
        """An earlier run left something to do."""
        what = self.tr("Going on with %n image(s) from last time.", "", count)
        self._banners.show_message("went on", Message(what, "", ""))

    def left_out(self, left_out: LeftOut) -> None:
        """Files inside a dropped folder that were passed over."""
        text = self._words.left_out(left_out.folder, left_out.counts)
        self._banners.show_message(f"left out {left_out.folder}", Message(text, "", ""))

    def repeated(self, count: int) -> None:
        """Addresses that were there more than once."""
        self._banners.show_message("repeated", Message(self._words.repeated(count), "", ""))

    def lines_left(self, incoming: Incoming) -> None:
        """Lines of a text that are no addresses; said of the last text only."""
        lines = incoming.left
        if not lines:
            self._banners.remove("lines")
            return
        told = [_of_line(self.tr("Line {number}: “{text}”."), line) for line in lines[:MOST_LINES]]
        if len(lines) > MOST_LINES:
            told.append(self.tr("And %n more.", "", len(lines) - MOST_LINES))
        what = self.tr("%n line(s) left out: no address of an image.", "", len(lines))
        remedy = ""
        if not incoming:
            what = self.tr("There is no address of an image in this text.")
            remedy = self.tr("An address begins with https:// or http://.")
        self._banners.show_message("lines", Message(what, " ".join(told), remedy))

    def held(self, count: int) -> None:
        """What was dropped before the set-up can be uploaded now."""
        what = self.tr("%n thing(s) that you dropped before waited for the set-up.", "", count)
        self._banners.show_message(
            "held",
            Message(what, "", ""),
            choices=(
                Choice(self.tr("&Upload now"), self._upload_held),
                Choice(self.tr("D&iscard"), self._discard_held),
            ),
            closable=False,
        )

    def _upload_held(self) -> None:
        self._banners.remove("held")
        self.upload_held_wanted.emit()

    def _discard_held(self) -> None:
        self._banners.remove("held")
        self.discard_held_wanted.emit()


def _of_line(form: str, line: Line) -> str:
    text = line.shown if len(line.shown) <= _LONGEST_LINE else f"{line.shown[: _LONGEST_LINE - 1]}…"
    return form.replace("{number}", number(line.number)).replace("{text}", text)
