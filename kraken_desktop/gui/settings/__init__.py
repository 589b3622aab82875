"""The settings dialog: accounts, profiles, recipes."""

from kraken_desktop.gui.settings.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
