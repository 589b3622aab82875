"""Whether the desktop prefers dark, as its portal says.

Qt's theme for GTK desktops (seen with Qt 6.11) goes by the colors of the GTK theme when a program starts, and heeds the
portal only once the person changes it there: a program would start light on a desktop that has long been dark.
Source: XDG Desktop Portal, interface ``org.freedesktop.portal.Settings``.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

_SERVICE = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
_APPEARANCE = "org.freedesktop.appearance"
_KEY = "color-scheme"
_PREFERENCES = {1: True, 2: False}
"""0 is no preference; any other number is to be taken for it."""


class DesktopScheme(QObject):
    """Asks the portal, and listens to it. Where there is none it says nothing.

    Signals:
        told: True for dark, False for light, None for no preference.
        silent: it was asked, and does not know.
    """

    told = Signal(object)
    silent = Signal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        changed = "1_on_changed(QString,QString,QDBusVariant)"  # as Qt's macro SLOT spells it
        bus.connect(_SERVICE, _PATH, _INTERFACE, "SettingChanged", self, changed)  # type: ignore[call-overload]  # not bytes
        # Read is of the first version; ReadOne, which is to replace it, is not everywhere.
        question = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "Read")
        question.setArguments([_APPEARANCE, _KEY])
        self._answer = QDBusPendingCallWatcher(bus.asyncCall(question), self)
        self._answer.finished.connect(self._on_answer)

    def _on_answer(self) -> None:
        if self._answer.isError():
            self.silent.emit()
        else:
            self._tell(self._answer.reply().arguments()[0])

    @Slot(str, str, QDBusVariant)
    def _on_changed(self, group: str, key: str, value: object) -> None:
        if (group, key) == (_APPEARANCE, _KEY):
            self._tell(value)

    def _tell(self, value: object) -> None:
        # The answer is a variant in a variant.
        while isinstance(value, QDBusVariant):
            value = value.variant()
        self.told.emit(_PREFERENCES.get(value) if isinstance(value, int) else None)
