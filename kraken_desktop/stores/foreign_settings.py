"""Profiles out of the settings of other programs: where those are, and who reads them. Nothing is changed there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.parcel import Parcel
from kraken_desktop.stores import aws_settings, exchange, picgo_settings


class Program(StrEnum):
    """Whose settings can be read."""

    AWS = "aws"
    PICGO = "picgo"
    PICLIST = "piclist"

    @property
    def product(self) -> str:
        """Its own name for itself."""
        return {"aws": "AWS CLI", "picgo": "PicGo", "piclist": "PicList"}[self.value]


def places(program: Program, environ: Mapping[str, str], home: Path, platform: str = sys.platform) -> tuple[Path, ...]:
    """Where a program keeps its settings, the likeliest first.

    Sources: AWS, "Configuration and credential file settings"; PicGo, "Configuration" of app and core; PicList,
    "Configure".
    """
    if program is Program.AWS:
        config = environ.get("AWS_CONFIG_FILE", "").strip()
        credentials = environ.get("AWS_SHARED_CREDENTIALS_FILE", "").strip()
        return (
            Path(config).expanduser() if config else home / ".aws/config",
            Path(credentials).expanduser() if credentials else home / ".aws/credentials",
        )
    if platform == "win32":
        folder = Path(environ.get("APPDATA") or home / "AppData/Roaming")
    elif platform == "darwin":
        folder = home / "Library/Application Support"
    else:
        folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return (folder / program.value / "data.json", home / f".{program.value}/config.json")


def read_program(program: Program, path: Path | None, environ: Mapping[str, str], home: Path) -> Parcel:
    """The profiles in a program's settings, from their usual places or from one file.

    Raises:
        ExchangeError: there are none, or they cannot be read.
    """
    looked_at = (path,) if path is not None else places(program, environ, home)
    there = [each for each in looked_at if _is_file(each)]
    if not there:
        if path is not None:
            raise ExchangeError(path=str(path), problem="missing")
        raise ExchangeError(path=program.product, problem="not_found", reason=", ".join(map(str, looked_at)))
    if program is Program.AWS:
        return aws_settings.read_parcel(there)
    return picgo_settings.parcel_of(exchange.read_json(there[0]), str(there[0]))


def _is_file(path: Path) -> bool:
    """Raises ``ExchangeError`` where the system does not let us look."""
    try:
        return path.is_file()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExchangeError(path=str(path), problem="unreadable", reason=reason) from error
