"""What is wrong with sending an image address to Kraken.io, known before anything is sent. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from kraken_desktop.model.errors import AddressUnreachableError, KrakenDesktopError, TemplateError, UnsafeKeyError
from kraken_desktop.model.geometry import fixed_size
from kraken_desktop.model.hosts import may_be_public
from kraken_desktop.model.links import is_loopback
from kraken_desktop.model.object_key import PathTemplate
from kraken_desktop.model.profile import Account, Engine, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.web_address import name_of

_SIZES = ("width", "height")


def address_trouble(url: str, profile: Profile, recipe: Recipe, account: Account | None) -> KrakenDesktopError | None:
    """Why a job with this address can only fail, or None. What this computer fetches itself has no such trouble.

    * Kraken.io is outside: it reaches neither this computer nor a private network. A test server on this computer does.
    * The bytes never reach us, so the size of the result is known beforehand only where the recipe fixes it.
    """
    if profile.engine is not Engine.KRAKEN:
        return None
    host = urlsplit(url).hostname or ""
    if not may_be_public(host) and not (account is not None and is_loopback(account.api_url)):
        return AddressUnreachableError(path=url, host=host)
    unknown = unknown_size(profile, recipe)
    if unknown:
        return UnsafeKeyError(name=name_of(url), key="", problem="key.address_needs_size", detail=unknown)
    return None


def unknown_size(profile: Profile, recipe: Recipe) -> str:
    """The variable that the path template cannot have for an address that Kraken.io fetches; mostly empty."""
    try:
        variables = PathTemplate.parse(profile.path_template).variables
    except TemplateError:
        # Told by itself, to every job.
        return ""
    asked = [f"{{{name}}}" for name in _SIZES if name in variables]
    fixed = all(fixed_size(output.resize) is not None for output in recipe.outputs(""))
    return asked[0] if asked and not fixed else ""
