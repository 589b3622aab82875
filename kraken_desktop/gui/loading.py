"""Loads what the window is made of, off its thread, while its frame is already there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThreadPool, Signal, SignalInstance

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.model.errors import JournalError
    from kraken_desktop.model.settings import Settings


class Loading(QObject):
    """Imports, then opens settings and journal, which may wait for the disk or for another process.

    It has a pool of its own: ``jobs.py``, the seam for all other threads, is a part of what it loads.

    Args:
        on_journal_problem: see ``Services``.

    Signals:
        guards_loaded: the log, the net for what nobody caught, and what hears other starts can be had.
        built: ``Services`` and ``Settings``, in a tuple; all modules of the window are loaded.
        failed: the ``Exception`` that stopped it.
    """

    guards_loaded = Signal()
    built = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        environ: Mapping[str, str],
        on_journal_problem: Callable[[JournalError], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._environ = environ
        self._on_journal_problem = on_journal_problem
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def start(self) -> None:
        """Begin; each signal comes once."""
        self._pool.start(self._run)

    def _run(self) -> None:
        try:
            _load_guards()
            _tell(self.guards_loaded)
            built = self._build()
        except Exception as error:  # noqa: BLE001 - delivered to the one who asked
            _tell(self.failed, error)
        else:
            _tell(self.built, built)

    def _build(self) -> tuple[Services, Settings]:
        import kraken_desktop.gui.look_keeping
        import kraken_desktop.gui.main_window  # noqa: F401 - to have them
        from kraken_desktop.composition import Services

        _make_classes()
        services = Services(self._environ, self._on_journal_problem)
        return services, services.settings.load()


def _tell(signal: SignalInstance, *what: object) -> None:
    try:
        signal.emit(*what)
    except RuntimeError:
        # The program has ended, and with it everybody who waited.
        return


def _make_classes() -> None:
    """Qt for Python makes a class when it is first met, and all of them where it looks for the one of a viewport."""
    from PySide6 import QtWidgets

    for name in dir(QtWidgets):
        getattr(QtWidgets, name)


def _load_guards() -> None:
    import kraken_desktop.gui.crash
    import kraken_desktop.gui.single_instance
    import kraken_desktop.gui.translation
    import kraken_desktop.log  # noqa: F401 - to have them
