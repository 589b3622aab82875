"""Above the list: where images go, who will see them, and the ways to add and to copy."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeySequence, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.routes import route_sign, route_story, short_place_of
from kraken_desktop.gui.row_menu import format_names
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Acl, Profile

_NARROW = 800
"""Below this width the second button is a sign without words."""
_AROUND = 8 * GRID
"""Frame, paddings and arrow of the picker."""
_WIDEST_LIST = 64 * GRID


class TopBar(QFrame):
    """Profile picker, visibility mark, buttons.

    Signals:
        profile_chosen: the id of the profile that the person picked.
        add_wanted, add_folder_wanted, addresses_wanted, paste_wanted, history_wanted, settings_wanted: a button or menu
            entry.
        copy_all_wanted: a ``LinkFormat``, or None for the usual one.
    """

    profile_chosen = Signal(str)
    add_wanted = Signal()
    add_folder_wanted = Signal()
    addresses_wanted = Signal()
    paste_wanted = Signal()
    history_wanted = Signal()
    settings_wanted = Signal()
    copy_all_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._profiles: tuple[Profile, ...] = ()
        self._without_account: frozenset[str] = frozenset()
        self.setProperty("look", "bar")

        self.picker = ProfilePicker(self)
        self.picker.setAccessibleName(self.tr("Profile: where images go"))
        self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.picker.setMinimumContentsLength(16)
        self.picker.setIconSize(QSize(18, 18))
        self.picker.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.badge = Badge(theme, self)

        self.add_button = self._split_button(self.tr("Add images…"), "primary")
        self.add_action = self._action(self.tr("Add &images…"), "add", QKeySequence.StandardKey.Open, self.add_wanted)
        self.folder_action = self._action(
            self.tr("Add a &folder…"), "folder", QKeySequence(self.tr("Ctrl+Shift+O")), self.add_folder_wanted
        )
        self.addresses_action = self._action(
            self.tr("Add add&resses…"), "address", QKeySequence(self.tr("Ctrl+L")), self.addresses_wanted
        )
        self.paste_action = self._action(self.tr("&Paste"), "paste", QKeySequence.StandardKey.Paste, self.paste_wanted)
        menu = QMenu(self.add_button)
        self.add_actions = (self.add_action, self.folder_action, self.addresses_action, self.paste_action)
        menu.addActions(self.add_actions)
        self.add_button.setMenu(menu)
        self.add_button.clicked.connect(self.add_wanted)

        self.copy_button = self._split_button(self.tr("Copy all links"), "")
        formats = QMenu(self.copy_button)
        self._formats: dict[LinkFormat, QAction] = {}
        for name, text in format_names().items():
            action = formats.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, chosen=name: self.copy_all_wanted.emit(chosen))
            self._formats[name] = action
        self.copy_button.setMenu(formats)
        self.copy_button.setToolTip(self.tr("Copy all links (Ctrl+Shift+C)"))
        self.copy_button.setAccessibleName(self.tr("Copy all links"))
        self.copy_button.clicked.connect(lambda: self.copy_all_wanted.emit(None))

        self.history_button = self._sign_button(self.tr("History"), self.tr("History (Ctrl+H)"))
        self.history_button.clicked.connect(self.history_wanted)
        self.settings_button = self._sign_button(self.tr("Settings"), self.tr("Settings (Ctrl+,)"))
        self.settings_button.clicked.connect(self.settings_wanted)

        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self.picker)
        row.addWidget(self.badge)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(self.add_button)
        row.addWidget(self.history_button)
        row.addWidget(self.settings_button)

        self.picker.activated.connect(self._on_activated)
        theme.changed.connect(self._render)
        self._render()

    def set_profiles(
        self, profiles: Sequence[Profile], chosen: Profile | None, without_account: Collection[str] = ()
    ) -> None:
        """Offer these, with this one picked. ``without_account``: ids of those that miss the account they need."""
        self._profiles = tuple(profiles)
        self._without_account = frozenset(without_account)
        self.picker.blockSignals(True)
        self.picker.clear()
        for profile in self._profiles:
            place = short_place_of(profile)
            self.picker.addItem(f"{profile.name}  ·  {place}" if place else profile.name, profile.id)
            self.picker.setItemData(self.picker.count() - 1, self._about(profile), Qt.ItemDataRole.ToolTipRole)
        self.picker.setCurrentIndex(self.picker.findData(chosen.id) if chosen is not None else -1)
        self.picker.blockSignals(False)
        self.picker.setVisible(bool(self._profiles))
        self._render()

    def _about(self, profile: Profile) -> str:
        told = [route_story(profile), publicity(profile)[1]]
        if profile.id in self._without_account:
            told.append(self.tr("It needs a Kraken.io account, and there is none yet."))
        return "\n".join(told)

    def set_link_format(self, link_format: LinkFormat) -> None:
        """Mark the usual format."""
        for name, action in self._formats.items():
            action.setChecked(name is link_format)

    def set_links(self, count: int) -> None:
        """How many links there are to copy."""
        self.copy_button.setEnabled(count > 0)

    def chosen(self) -> Profile | None:
        """The profile that is picked."""
        return next((profile for profile in self._profiles if profile.id == self.picker.currentData()), None)

    def _on_activated(self, _row: int) -> None:
        self._render()
        self.profile_chosen.emit(self.picker.currentData())

    def _sign_button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _split_button(self, text: str, look: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("look", look)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _action(
        self, text: str, icon: str, shortcut: QKeySequence | QKeySequence.StandardKey, wish: SignalInstance
    ) -> QAction:
        action = QAction(text, self)
        action.setProperty("icon_name", icon)
        action.setShortcut(shortcut)
        action.triggered.connect(wish)
        return action

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly
            if self.width() < _NARROW
            else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.copy_button.setToolButtonStyle(style)

    def _render(self) -> None:
        icon = self._theme.icon
        self.add_button.setIcon(icon("add", "on_accent"))
        self.copy_button.setIcon(icon("copy"))
        self.history_button.setIcon(icon("history"))
        self.settings_button.setIcon(icon("settings"))
        for action in self.add_actions:
            action.setIcon(icon(action.property("icon_name")))
        for row, profile in enumerate(self._profiles[: self.picker.count()]):
            lacks = profile.id in self._without_account
            self.picker.setItemIcon(row, icon("warning", "warning") if lacks else icon(route_sign(profile), "muted"))
        chosen = self.chosen()
        self.badge.show_profile(chosen)
        about = self._about(chosen) if chosen is not None else ""
        self.picker.setToolTip(about)
        self.picker.setAccessibleDescription(about)
        self.picker.updateGeometry()


class ProfilePicker(QComboBox):
    """A combo box that would like room for all of the name, and cuts one that is too long with an ellipsis."""

    @override
    def sizeHint(self) -> QSize:
        # Qt's has room for so many letters, whatever they are.
        around = self.iconSize().width() + _AROUND
        wanted = QSize(self.fontMetrics().horizontalAdvance(self.currentText()) + around, 0)
        return super().sizeHint().expandedTo(wanted)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        # A turn of the wheel over it would send the next drop to another bucket, unnoticed.
        event.ignore()

    @override
    def showPopup(self) -> None:
        # The box is as wide as the name that is chosen; the others may be longer.
        rows = self.view()
        rows.setMinimumWidth(min(rows.sizeHintForColumn(0) + 2 * GRID, _WIDEST_LIST))
        super().showPopup()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        width = field.width() - self.iconSize().width() - GRID
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, width)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class Badge(QFrame):
    """Says whether everybody will see what is uploaded: in a word, with a sign, and in a color."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sign = QLabel(self)
        self._word = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID + GRID // 2, GRID // 2)
        row.setSpacing(GRID - 2)
        row.addWidget(self._sign)
        row.addWidget(self._word)
        self.setFixedHeight(4 * GRID)

    @property
    def text(self) -> str:
        """The word."""
        return self._word.text()

    def show_profile(self, profile: Profile | None) -> None:
        """Speak of this profile; hidden without one."""
        self.setVisible(profile is not None)
        if profile is None:
            return
        word, meaning, icon, color = publicity(profile)
        self._word.setText(word)
        self._sign.setPixmap(self._theme.pixmap(icon, color, 16, self.devicePixelRatioF()))
        self.setProperty("look", f"badge-{color}")
        self.setToolTip(meaning)
        self.setAccessibleName(f"{word}: {meaning}")
        for widget in (self, self._word):
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def publicity(profile: Profile) -> tuple[str, str, str, str]:
    """Word, meaning, icon and color for who sees what a profile stores."""
    if profile.folder:
        return _tr("Local"), _tr("The images stay in a folder on this computer."), "computer", "success"
    match profile.acl:
        case Acl.PUBLIC_READ:
            return _tr("Public"), _tr("Everybody who has the link sees the image."), "globe", "warning"
        case Acl.PRIVATE:
            return _tr("Private"), _tr("Only the bucket’s owner sees the image."), "lock", "success"
        case Acl.NONE:
            return _tr("Bucket’s rule"), _tr("The bucket’s own rules decide who sees the image."), "bucket", "muted"


def _tr(text: str) -> str:
    return QCoreApplication.translate("publicity", text)
