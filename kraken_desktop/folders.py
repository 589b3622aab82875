"""Where things are kept on this computer. Loaded before the window is there, so it loads little itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

APP_NAME = "kraken-desktop"


class Folders(NamedTuple):
    """Where things are kept on this computer."""

    settings_file: Path
    state_file: Path
    """Window geometry and the like: nothing is lost with it."""
    journal: Path
    spool: Path
    cache: Path
    logs: Path
    pictures: Path
    """The folder bucket of the first start."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Folders:
        """All below ``KRAKEN_DESKTOP_HOME`` if that is set; else where the operating system wants them."""
        home = environ.get("KRAKEN_DESKTOP_HOME", "").strip()
        if home:
            base = Path(home).expanduser().absolute()
            config, data, cache, logs = base, base, base / "cache", base / "logs"
            pictures = base / "pictures"
        else:
            import platformdirs  # with its parser of settings

            config = Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))
            data = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
            cache = Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))
            logs = Path(platformdirs.user_log_dir(APP_NAME, appauthor=False))
            pictures = Path(platformdirs.user_pictures_dir()) / "Kraken Desktop"
        return cls(
            settings_file=config / "settings.json",
            state_file=data / "state.json",
            journal=data / "journal",
            spool=data / "spool",
            cache=cache,
            logs=logs,
            pictures=pictures,
        )
