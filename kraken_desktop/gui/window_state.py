"""Geometry and the like: in a file of its own, and nothing is lost with it."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from kraken_desktop.stores import atomic_file

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """How the person left the window."""

    geometry: str = ""
    """Qt's, as Base64."""
    profile_id: str = ""
    """What was picked last."""
    folder: str = ""
    """Where images were added from last."""
    welcome: str = ""
    """``dismissed`` if the person has seen enough of it."""


def load_state(path: Path) -> WindowState:
    """The state as it was left; the usual one if there is none, or none to be read."""
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError:
        return WindowState()
    except (OSError, ValueError, RecursionError):
        _log.info("the window's state cannot be read; it starts as usual")
        return WindowState()
    if not isinstance(told, dict):
        return WindowState()
    names = {field.name for field in fields(WindowState)}
    return WindowState(**{name: value for name, value in told.items() if name in names and isinstance(value, str)})


def save_state(path: Path, state: WindowState) -> None:
    """Keep the state; without a place for it the window simply starts as usual the next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_file.replace(path, json.dumps(asdict(state)).encode())
    except OSError as error:
        _log.info("the window's state cannot be kept: %s", error.strerror)


def geometry_of(window: QWidget) -> str:
    """Size and place of a window, for :attr:`WindowState.geometry`."""
    return base64.b64encode(bytes(window.saveGeometry().data())).decode("ascii")


def restore_geometry(window: QWidget, state: WindowState) -> None:
    """Give a window the size and place it had, if that is known."""
    if state.geometry:
        window.restoreGeometry(QByteArray.fromBase64(state.geometry.encode("ascii", "ignore")))
