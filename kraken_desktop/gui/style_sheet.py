"""The style sheet on top of Fusion: the few things that a palette cannot say.

Widgets ask for a look by the property of that name: ``primary`` of a button; ``bar``, ``card``, ``toast``,
``danger``, ``warning``, ``info`` of a frame; ``pages`` of a list; ``muted``, ``strong``, ``danger``, ``number`` of a
label; ``warning``, ``danger`` of a progress bar.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraken_desktop.gui.colors import Colors

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $strong_border; padding: 4px 6px; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $strong_border; border-radius: 6px;
    padding: 5px 13px; min-height: 20px; outline: none;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selection; }
QPushButton:disabled { color: $strong_border; border-color: $border; background: transparent; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 12px; }
QPushButton:flat { border-color: transparent; background: transparent; }
QPushButton:flat:hover { background: $hover; }
QPushButton:flat:focus { border: 2px solid $accent; }
QPushButton[look="sign"] { padding: 5px 8px; }
QPushButton[look="sign"]:focus { padding: 4px 7px; }
QPushButton[look="primary"], QPushButton:default {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[look="primary"]:hover, QPushButton:default:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:focus, QPushButton:default:focus { border: 2px solid $text; }
QPushButton[look="primary"]:disabled, QPushButton:default:disabled {
    background: $border; color: $muted; border-color: $border;
}

QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: 6px; padding: 5px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $selection; }
QToolButton:focus { border: 2px solid $accent; padding: 4px; }
QToolButton:disabled { color: $strong_border; }
QToolButton[popupMode="1"] { background: $raised; border: 1px solid $strong_border; padding: 5px 33px 5px 9px; }
QToolButton[popupMode="1"]:hover { background: $hover; }
QToolButton[popupMode="1"]:focus { border: 2px solid $accent; padding: 4px 32px 4px 8px; }
QToolButton::menu-button { border: none; border-left: 1px solid $border; width: 24px; }
QToolButton::menu-arrow { image: url($chevron); width: 16px; height: 16px; }
QToolButton::menu-arrow:disabled { image: url($chevron_off); }
QToolButton[popupMode="1"][look="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QToolButton[popupMode="1"][look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QToolButton[popupMode="1"][look="primary"]:focus { border: 2px solid $text; }
QToolButton[popupMode="1"]:disabled { border-color: $border; background: transparent; color: $strong_border; }
QToolButton[look="primary"]::menu-arrow { image: url($chevron_on_accent); }
QToolButton[look="primary"]::menu-button { border-left: 1px solid $accent_hover; }

QComboBox {
    background: $raised; color: $text; border: 1px solid $strong_border; border-radius: 6px;
    padding: 5px 8px; min-height: 20px; combobox-popup: 0;
}
QComboBox:hover { background: $hover; }
QComboBox:focus { border: 2px solid $accent; padding: 4px 7px; }
QComboBox:disabled { color: $strong_border; border-color: $border; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url($chevron); width: 16px; height: 16px; }
QComboBox::down-arrow:disabled { image: url($chevron_off); }
QDateEdit {
    background: $raised; color: $text; border: 1px solid $strong_border; border-radius: 6px;
    padding: 5px 8px; min-height: 20px;
}
QDateEdit:focus { border: 2px solid $accent; padding: 4px 7px; }
QDateEdit::drop-down { border: none; width: 24px; subcontrol-origin: border; }
QDateEdit::down-arrow { image: url($chevron); width: 16px; height: 16px; }
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $strong_border; padding: 4px; outline: none;
    selection-background-color: $selection; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 4px; }

QLineEdit, QPlainTextEdit, QTextEdit {
    background: $base; color: $text; border: 1px solid $strong_border; border-radius: 6px; padding: 5px 7px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit { min-height: 20px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; padding: 4px 6px; }
QLineEdit:disabled, QPlainTextEdit:disabled { color: $muted; border-color: $border; background: $window; }
QLineEdit:read-only { background: $window; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }

QMenu { background: $raised; color: $text; border: 1px solid $strong_border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $strong_border; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; margin: 0; }
QScrollBar:horizontal { height: 12px; margin: 0; }
QScrollBar::handle { background: $strong_border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $track; border: none; border-radius: 0; min-height: 3px; max-height: 3px; }
QProgressBar::chunk { background: $accent; }
QProgressBar[look="warning"]::chunk { background: $warning; }
QProgressBar[look="danger"]::chunk { background: $danger; }

QTableView { background: $base; border: none; outline: none; }

QListWidget {
    background: $base; color: $text; border: 1px solid $strong_border; border-radius: 6px; padding: 1px; outline: none;
}
QListWidget:focus { border: 2px solid $accent; padding: 0; }
QListWidget::item { padding: 2px 8px; border-radius: 4px; }
QListWidget::item:hover { background: $hover; }
QListWidget::item:selected { background: $accent; color: $on_accent; }
QListWidget[look="pages"], QListWidget[look="pages"]:focus { border: none; border-radius: 0; padding: 8px 0 0 0; }
QListWidget[look="pages"]::item { padding: 4px 12px; border-radius: 0; border: 2px solid transparent; }
QListWidget[look="pages"]::item:selected:focus { border: 2px solid $text; }

QFrame[look="bar"] { background: $raised; border: none; }
QFrame[look="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[look="card"] { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame[look="toast"] { background: $text; border: none; border-radius: 8px; }
QFrame[look="toast"] QLabel { color: $base; }
QFrame[look="toast"] QPushButton {
    background: transparent; border: 1px solid transparent; color: $toast_link; font-weight: 600; padding: 4px 10px;
}
QFrame[look="toast"] QPushButton:hover, QFrame[look="toast"] QPushButton:focus { border-color: $toast_link; }
QFrame[look="danger"] { background: $danger_soft; border: none; border-left: 4px solid $danger; }
QFrame[look="warning"] { background: $warning_soft; border: none; border-left: 4px solid $warning; }
QFrame[look="info"] { background: $accent_soft; border: none; border-left: 4px solid $accent; }
QFrame[look="details"] {
    background: $raised; border: none; border-left: 4px solid $danger; border-top: 1px solid $border;
}
QFrame[look="caution"] {
    background: $raised; border: none; border-left: 4px solid $warning; border-top: 1px solid $border;
}
QFrame[look="facts"] {
    background: $raised; border: none; border-left: 4px solid $accent; border-top: 1px solid $border;
}
QFrame[look="badge-warning"] { background: $warning_soft; border: none; border-radius: 6px; }
QFrame[look="badge-success"] { background: $success_soft; border: none; border-radius: 6px; }
QFrame[look="badge-muted"] { background: $hover; border: none; border-radius: 6px; }
QFrame[look="badge-warning"] QLabel { color: $warning; font-weight: 600; }
QFrame[look="badge-success"] QLabel { color: $success; font-weight: 600; }
QFrame[look="badge-muted"] QLabel { color: $muted; font-weight: 600; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="danger"] { color: $danger; font-weight: 600; background: transparent; border: none; }
QLabel[look="warning"] { color: $warning; font-weight: 600; background: transparent; border: none; }
QLabel[look="number"] {
    background: $accent_soft; color: $accent; border-radius: 12px; font-weight: 600;
    min-width: 24px; max-width: 24px; min-height: 24px; max-height: 24px;
}
""")

# On a ground in the color of text: light in the light scheme's dark toast, dark in the other's.
_TOAST_LINK = {False: "#8fdbe6", True: "#095f6f"}


def style_sheet(colors: Colors, icons: str, *, dark: bool) -> str:
    """The sheet in these colors; ``icons`` is the folder of the icon files, with ``/``."""
    scheme = "dark" if dark else "light"
    return _SHEET.substitute(
        {name: getattr(colors, name) for name in type(colors).__dataclass_fields__},
        chevron=f"{icons}/chevron-{scheme}.svg",
        chevron_off=f"{icons}/chevron-off-{scheme}.svg",
        chevron_on_accent=f"{icons}/chevron-on-{scheme}.svg",
        toast_link=_TOAST_LINK[dark],
    )
