"""The three routes from an image to its place, in plain words: who does what, and what leaves this computer."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from kraken_desktop.model.profile import Engine, Profile, Uploader


class Route(Enum):
    """Who makes the image smaller, and who stores it."""

    KRAKEN = (Engine.KRAKEN, Uploader.KRAKEN)
    MIXED = (Engine.KRAKEN, Uploader.LOCAL)
    LOCAL = (Engine.LOCAL, Uploader.LOCAL)

    @property
    def engine(self) -> Engine:
        """Who makes the image smaller."""
        return self.value[0]

    @property
    def uploader(self) -> Uploader:
        """Who stores it."""
        return self.value[1]

    @property
    def needs_account(self) -> bool:
        """Whether nothing works without an account at Kraken.io."""
        return self.engine is Engine.KRAKEN

    @property
    def takes_folder(self) -> bool:
        """Whether a folder can take the place of a bucket: only this computer can write into one."""
        return self.uploader is Uploader.LOCAL


def route_of(profile: Profile) -> Route:
    """The route of a profile. What this computer made smaller, only this computer can store."""
    if profile.engine is Engine.LOCAL:
        return Route.LOCAL
    return Route.KRAKEN if profile.uploader is Uploader.KRAKEN else Route.MIXED


def route_title(route: Route) -> str:
    """Who does what."""
    match route:
        case Route.KRAKEN:
            return _tr("Kraken.io makes it smaller and stores it")
        case Route.MIXED:
            return _tr("Kraken.io makes it smaller, this computer stores it")
        case Route.LOCAL:
            return _tr("This computer does both")


def route_meaning(route: Route) -> str:
    """What leaves this computer, and who sees which secret."""
    match route:
        case Route.KRAKEN:
            return _tr(
                "Each image, the API secret and the S3 secret go to Kraken.io, which writes into your bucket. "
                "For Amazon S3 only."
            )
        case Route.MIXED:
            return _tr(
                "Each image and the API secret go to Kraken.io, and the result comes back. An S3 secret stays here."
            )
        case Route.LOCAL:
            return _tr(
                "No account is needed. The original and every secret stay here; only the result leaves, if it "
                "goes to a bucket."
            )


def route_sign(profile: Profile) -> str:
    """The icon of a profile's route and place."""
    if profile.folder:
        return "folder"
    return "bucket" if profile.engine is Engine.KRAKEN else "computer"


def place_of(profile: Profile) -> str:
    """The bucket or the folder that a profile stores into; empty before one is named."""
    return profile.folder or profile.bucket


def short_place_of(profile: Profile) -> str:
    """The bucket, or the folder's own name without the way to it."""
    return Path(profile.folder).name if profile.folder else profile.bucket


def route_story(profile: Profile) -> str:
    """The whole way of an image in one sentence."""
    place = place_of(profile)
    match route_of(profile):
        case Route.KRAKEN:
            text = _tr("Kraken.io makes each image smaller and stores it in the bucket “{place}”.")
        case Route.MIXED if profile.folder:
            text = _tr("Kraken.io makes each image smaller, and this computer puts it into the folder “{place}”.")
        case Route.MIXED:
            text = _tr("Kraken.io makes each image smaller, and this computer stores it in the bucket “{place}”.")
        case Route.LOCAL if profile.folder:
            text = _tr("This computer makes each image smaller and puts it into the folder “{place}”.")
        case Route.LOCAL:
            text = _tr("This computer makes each image smaller and stores it in the bucket “{place}”.")
    return text.replace("{place}", place)


def _tr(text: str) -> str:
    return QCoreApplication.translate("routes", text)
