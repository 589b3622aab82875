from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from kraken_desktop.gui.translation import install_translations, translate_message


@pytest.mark.usefixtures("translations")
class TestEnglish:
    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "0 links copied"), (1, "1 link copied"), (12, "12 links copied"), (12_345, "12,345 links copied")],
    )
    def test_plurals(self, count: int, text: str) -> None:
        assert QCoreApplication.translate("any", "%n link(s) copied", "", count) == text

    def test_separators_in_a_text_without_a_plural(self) -> None:
        assert QCoreApplication.translate("any", "%n selected", "", 9_999) == "9999 selected"
        assert QCoreApplication.translate("any", "%n selected", "", 10_000) == "10,000 selected"

    def test_other_texts_are_left_alone(self) -> None:
        assert QCoreApplication.translate("any", "Open file(s)") == "Open file(s)"
        assert QCoreApplication.translate("any", "Nothing to count", "", 3) == "Nothing to count"
        assert translate_message("Kraken.io said: “{text}”") == "Kraken.io said: “{text}”"


def test_qts_own_texts_follow_the_language(qapp: QApplication) -> None:
    installed = install_translations(qapp, QLocale("de_DE"))
    try:
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
        assert QCoreApplication.translate("any", "%n link(s) copied", "", 2) == "2 links copied"
    finally:
        for translator in installed:
            qapp.removeTranslator(translator)
