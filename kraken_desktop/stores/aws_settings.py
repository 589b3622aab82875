"""A profile for each profile of the AWS configuration: it refers to it, and nothing secret is copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.parcel import Note, Parcel, Parcelled
from kraken_desktop.model.profile import Acl, Credentials, CredentialSource, Engine, Profile, Uploader
from kraken_desktop.model.regions import DEFAULT_REGION
from kraken_desktop.stores.exchange import clean_name, without_user


def read_parcel(paths: Sequence[Path]) -> Parcel:
    """The profiles in these files, of ``config`` or of ``credentials``. Loads botocore: a third of a second.

    Raises:
        ExchangeError: one cannot be read, or there is no profile.
    """
    profiles: dict[str, Mapping[str, Any]] = {}
    services: Mapping[str, Any] = {}
    for path in paths:
        found = _read(path)
        for name, told in _sections(found).items():
            profiles[name] = {**told, **profiles.get(name, {})}
        services = {**services, **found.get("services", {})}
    parcelled = tuple(_parcelled(name, told, services) for name, told in profiles.items())
    if not parcelled:
        raise ExchangeError(path=str(paths[0]), problem="empty")
    return Parcel(profiles=parcelled)


def _read(path: Path) -> Mapping[str, Any]:
    from botocore.configloader import load_config  # slow to import
    from botocore.exceptions import ConfigNotFound, ConfigParseError

    try:
        found: Mapping[str, Any] = load_config(str(path))
    except ConfigNotFound:
        raise ExchangeError(path=str(path), problem="missing") from None
    except (ConfigParseError, ValueError):
        # Without its cause: that one quotes the line, and secrets stand in such files.
        raise ExchangeError(path=str(path), problem="not_ini") from None
    except OSError as error:
        raise ExchangeError(path=str(path), problem="unreadable", reason=error.strerror or "") from error
    return found


def _sections(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The profiles; in ``credentials`` their sections have bare names."""
    bare = {
        name: told
        for name, told in found.items()
        if name not in {"profiles", "services", "sso_sessions"}
        and isinstance(told, dict)
        and ("aws_access_key_id" in told or "credential_process" in told or "role_arn" in told)
    }
    return {**bare, **found.get("profiles", {})}


def _parcelled(name: str, told: Mapping[str, Any], services: Mapping[str, Any]) -> Parcelled:
    region = told.get("region")
    s3 = told.get("s3")
    style = s3.get("addressing_style") if isinstance(s3, dict) else None
    profile = Profile(
        id="",
        name=clean_name(name) or "?",
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        region=region.strip() if isinstance(region, str) and region.strip() else DEFAULT_REGION,
        endpoint=_endpoint(told, services),
        path_style={"path": True, "virtual": False}.get(style) if isinstance(style, str) else None,
        acl=Acl.NONE,
        credentials=Credentials(source=CredentialSource.AWS_PROFILE, aws_profile=name),
    )
    return Parcelled(profile=profile, notes=(Note("no_bucket"), Note("engine_local")))


def _endpoint(told: Mapping[str, Any], services: Mapping[str, Any]) -> str:
    """That of S3 alone goes before that of all services (AWS, "Service-specific endpoints")."""
    if str(told.get("ignore_configured_endpoint_urls", "")).lower() == "true":
        return ""
    named = told.get("services")
    section = services.get(named) if isinstance(named, str) else None
    of_s3 = section.get("s3") if isinstance(section, dict) else None
    own = of_s3.get("endpoint_url") if isinstance(of_s3, dict) else None
    for url in (own, told.get("endpoint_url")):
        if isinstance(url, str) and url.strip():
            return without_user(url.strip().rstrip("/"))
    return ""
