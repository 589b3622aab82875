"""Texts in the person's language, and plurals in English, the language they are written in."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from typing_extensions import override

from kraken_desktop.messages import number
from kraken_desktop.resource_files import resource


class EnglishPlurals(QTranslator):
    """Turns ``link(s)`` into ``link`` or ``links``, and ``(es)`` alike: English needs no translations for that.

    A count of five digits gets its separators; a translation into another language writes ``%Ln`` for that.
    """

    @override
    def isEmpty(self) -> bool:
        return False

    @override
    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str:
        if n < 0 or not ("s)" in sourceText or "%n" in sourceText):
            # An empty text would be a translation; only None, a null string of Qt, is none.
            return None  # type: ignore[return-value]
        told = sourceText.replace("(s)", "" if n == 1 else "s").replace("(es)", "" if n == 1 else "es")
        return told.replace("%n", number(n))


def install_translations(application: QCoreApplication, locale: QLocale | None = None) -> tuple[QTranslator, ...]:
    """Install what there is for this locale; returns what has to live as long as the application."""
    wanted = locale or QLocale()
    made: list[QTranslator] = [EnglishPlurals(application)]
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("kraken_desktop", str(resource("translations"))),
    ):
        translator = QTranslator(application)
        if wanted.language() is not QLocale.Language.English and translator.load(wanted, name, "_", folder):
            made.append(translator)
    for translator in made:
        application.installTranslator(translator)
    return tuple(made)


def translate_message(text: str) -> str:
    """The translator of ``messages.Words``."""
    return QCoreApplication.translate("messages", text)
