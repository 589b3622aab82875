"""Geometry and the like: in a file of its own, and nothing is lost with it."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QJsonDocument
from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)


class WindowState(NamedTuple):
    """How the person left the window. Read before the window is there, as quickly as can be."""

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
        told = QJsonDocument.fromJson(path.read_bytes())
    except FileNotFoundError:
        return WindowState()
    except OSError:
        told = QJsonDocument()
    if not told.isObject():
        _log.info("the window's state cannot be read; it starts as usual")
        return WindowState()
    known = {name: value for name, value in told.object().items() if name in WindowState._fields}
    return WindowState(**{name: value for name, value in known.items() if isinstance(value, str)})


def save_state(path: Path, state: WindowState) -> None:
    """Keep the state; without a place for it the window simply starts as usual the next time."""
    import json  # neither of them before the window is there

    from kraken_desktop.stores import atomic_file

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_file.replace(path, json.dumps(state._asdict()).encode())
    except OSError as error:
        _log.info("the window's state cannot be kept: %s", error.strerror)


def geometry_of(window: QWidget) -> str:
    """Size and place of a window, for :attr:`WindowState.geometry`."""
    return base64.b64encode(bytes(window.saveGeometry().data())).decode("ascii")


def restore_geometry(window: QWidget, state: WindowState) -> None:
    """Give a window the size and place it had, if that is known."""
    if state.geometry:
        window.restoreGeometry(QByteArray.fromBase64(state.geometry.encode("ascii", "ignore")))
