"""Colors and icons by name, light or dark as the system says; one signal tells when they are others."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from kraken_desktop.gui.colors import DARK, LIGHT, Colors
from kraken_desktop.gui.style_sheet import style_sheet
from kraken_desktop.resource_files import resource

GRID = 8
"""Device-independent pixels: all spacing is a multiple of it, or half of it."""


class Theme(QObject):
    """The colors and icons of the program.

    Args:
        prefers: see :meth:`prefer`.

    Signals:
        changed: the scheme is another; who painted or set icons does it again.
    """

    changed = Signal()

    def __init__(
        self, application: QApplication, parent: QObject | None = None, *, prefers: bool | None = None
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._forced: bool | None = None
        self._preferred = prefers
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        application.setStyle("Fusion")
        self._scales = _scales_of_screens()
        self._dark = self._wants_dark()
        self._apply()
        application.screenAdded.connect(self._on_screen)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def dark(self) -> bool:
        """Whether the dark scheme is in use."""
        return self._dark

    @property
    def colors(self) -> Colors:
        """Those of the scheme in use."""
        return DARK if self._dark else LIGHT

    def color(self, name: str) -> QColor:
        """A color by its name in :class:`Colors`."""
        return QColor(getattr(self.colors, name))

    def force(self, dark: bool | None) -> None:
        """Light or dark whatever the system says; None follows the system again."""
        self._forced = dark
        self._follow()

    def prefer(self, dark: bool | None) -> None:
        """What the desktop itself says, which goes before what Qt makes of it; None leaves it to Qt."""
        self._preferred = dark
        self._follow()

    def icon(self, name: str, color: str = "text") -> QIcon:
        """An icon by the name of its file, drawn in a color of the scheme in use."""
        key = (name, color)
        if key not in self._icons:
            icon = QIcon()
            for scale in self._scales:
                icon.addPixmap(self.pixmap(name, color, 20, scale))
                icon.addPixmap(self.pixmap(name, "strong_border", 20, scale), QIcon.Mode.Disabled)
            self._icons[key] = icon
        return self._icons[key]

    def pixmap(self, name: str, color: str, size: int, scale: float) -> QPixmap:
        """An icon of ``size`` device-independent pixels for a screen with ``scale`` pixels to each of them."""
        key = (name, color, size, scale)
        if key not in self._pixmaps:
            self._pixmaps[key] = _drawn(name, self.color(color), size, scale)
        return self._pixmaps[key]

    def _wants_dark(self) -> bool:
        if self._forced is not None:
            return self._forced
        if self._preferred is not None:
            return self._preferred
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark

    def _follow(self) -> None:
        if self._wants_dark() != self._dark:
            self._dark = not self._dark
            self._apply()

    def _on_screen(self) -> None:
        scales = _scales_of_screens()
        if scales != self._scales:
            self._scales = scales
            self._icons.clear()
            self.changed.emit()

    def _apply(self) -> None:
        self._icons.clear()
        self._pixmaps.clear()
        self._application.setPalette(palette(self.colors))
        self._application.setStyleSheet(style_sheet(self.colors, resource("icons").as_posix(), dark=self._dark))
        self.changed.emit()


def _scales_of_screens() -> tuple[float, ...]:
    """Pixels for each device-independent one: icons for others would only take their time at the start."""
    return tuple(sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}))


def application_icon() -> QIcon:
    """The program's own sign, in the sizes that desktops ask for."""
    icon = QIcon()
    renderer = QSvgRenderer(str(resource("icons", "kraken-desktop.svg")))
    for size in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_rendered(renderer, size, 1.0))
    return icon


def palette(colors: Colors) -> QPalette:
    """The palette for Fusion."""
    roles = QPalette.ColorRole
    told = {
        roles.Window: colors.window,
        roles.WindowText: colors.text,
        roles.Base: colors.base,
        roles.AlternateBase: colors.hover,
        roles.Text: colors.text,
        roles.Button: colors.raised,
        roles.ButtonText: colors.text,
        roles.BrightText: colors.danger,
        roles.Highlight: colors.accent,
        roles.HighlightedText: colors.on_accent,
        roles.Accent: colors.accent,
        roles.Link: colors.accent,
        roles.LinkVisited: colors.accent,
        roles.PlaceholderText: colors.muted,
        roles.ToolTipBase: colors.raised,
        roles.ToolTipText: colors.text,
        roles.Light: colors.raised,
        roles.Midlight: colors.hover,
        roles.Mid: colors.border,
        roles.Dark: colors.strong_border,
        roles.Shadow: colors.strong_border,
    }
    made = QPalette()
    for role, color in told.items():
        made.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.Highlight, roles.Accent):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.strong_border))
    return made


def _drawn(name: str, color: QColor, size: int, scale: float) -> QPixmap:
    source = resource("icons", f"{name}.svg").read_bytes()
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", color.name().encode("ascii"))))
    return _rendered(renderer, size, scale)


def _rendered(renderer: QSvgRenderer, size: int, scale: float) -> QPixmap:
    pixmap = QPixmap(QSize(round(size * scale), round(size * scale)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
