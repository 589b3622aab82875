"""The start: what comes before the first paint, how that looks, and what happens until the window is complete."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kraken_desktop.folders import Folders
from kraken_desktop.gui import first_look
from kraken_desktop.gui.app import LOCK_FILE, Program
from kraken_desktop.gui.colors import DARK, LIGHT
from kraken_desktop.gui.crash import CrashDialog
from kraken_desktop.gui.first_look import FirstLook
from kraken_desktop.gui.frame import Frame
from kraken_desktop.gui.request import Request
from kraken_desktop.gui.window_lock import WindowLock
from kraken_desktop.gui.window_state import WindowState
from kraken_desktop.model.job import JobState
from kraken_desktop.stores.settings import SettingsStore
from tests.bench.start import Start, start, too_early
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import SETTINGS, drop, mime_of_files, write_image
from tests.support.world import World

ROOT = str(Path(__file__).parents[2])
WAIT_MS = 60_000
PASTE = (QEvent.Type.KeyPress, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def begin(qapp: QApplication) -> Iterator[Callable[..., Program]]:
    """Begins the program; all of them have ended with the test."""
    begun: list[Program] = []

    def finish(program: Program) -> None:
        begun.remove(program)
        if program.window is not None:
            program.window.quit_unasked()
        program.end()
        for translator in program.translations:
            qapp.removeTranslator(translator)

    def make(request: Request | None = None) -> Program:
        begun.append(Program(qapp, os.environ))
        assert begun[-1].begin(request or Request())
        return begun[-1]

    make.finish = finish
    colors = qapp.palette()
    yield make
    for program in tuple(begun):
        finish(program)
    # Those of a desktop, which the next start asks for.
    qapp.setPalette(colors)


@pytest.fixture
def complete(begin: Callable[..., Program], qtbot: QtBot) -> Callable[[], Program]:
    """Begins the program and waits until its window is complete."""

    def make() -> Program:
        program = begin()
        qtbot.waitSignal(program.started, timeout=WAIT_MS).wait()
        return program

    return make


@pytest.fixture
def folders() -> Folders:
    """Of this test's home, with settings in it."""
    made = Folders.of(os.environ)
    SettingsStore(made.settings_file).update(lambda _first: SETTINGS)
    return made


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """A process of its own, as a person starts it."""
    folder = tmp_path_factory.mktemp("start")
    script = folder / "kraken-desktop"
    script.write_text("import sys\nfrom kraken_desktop.__main__ import main\nsys.exit(main())\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", ROOT)
        return start(script, folder / "home", "offscreen")


class TestModules:
    def test_nothing_heavy_is_loaded_before_the_first_paint(self, started: Start) -> None:
        assert too_early(started.modules) == []

    def test_the_check_would_find_it(self, started: Start) -> None:
        found = too_early(started.complete_modules)
        assert {"kraken_desktop.stores.journal", "kraken_desktop.buckets"} <= set(found)

    def test_the_window_itself_comes_later_and_so_does_what_is_slow_to_load(self, started: Start) -> None:
        slow = {"PySide6.QtSvg", "PySide6.QtNetwork", "typing_extensions", "json", "multiprocessing"}
        assert slow & started.modules == set()
        ours = {name for name in started.modules if name.startswith("kraken_desktop.gui.")}
        assert "kraken_desktop.gui.main_window" not in ours
        assert len(ours) < 12


class TestBeforeItIsComplete:
    @pytest.fixture
    def world(self, kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str) -> World:
        made = World(home=Path(os.environ["KRAKEN_DESKTOP_HOME"]), s3=strict_s3, api=kraken_api, bucket=bucket)
        services = made.services()
        made.set_up(services)
        services.close()
        return made

    def test_what_is_dropped_pasted_and_passed_is_uploaded(
        self, world: World, begin: Callable[..., Program], qtbot: QtBot, tmp_path: Path
    ) -> None:
        names = ("passed", "dropped", "dropped-too", "pasted", "from-another")
        files = {name: write_image(tmp_path / f"{name}.png", size=20 + len(name)) for name in names}
        program = begin(Request(things=(str(files["passed"]),)))
        frame = program.frame
        assert drop(frame, mime_of_files(files["dropped"])).isAccepted()
        assert drop(frame, mime_of_files(files["dropped-too"])).isAccepted()
        QGuiApplication.clipboard().setMimeData(mime_of_files(files["pasted"]))
        QApplication.sendEvent(frame, QKeyEvent(*PASTE))
        with qtbot.waitSignal(program.started, timeout=WAIT_MS):
            assert program.window is None
            program._requests.append(Request(things=(str(files["from-another"]),)))
        model = program.window.model
        qtbot.waitUntil(lambda: model.tally.ended == len(names), timeout=WAIT_MS)
        assert model.tally.counts[JobState.DONE] == len(names)
        assert {status.job.source.name for status in model.statuses} == {path.name for path in files.values()}
        for status in model.statuses:
            assert world.s3.anonymous_get(status.links[0].url).status == 200

    @pytest.mark.expect_log("does not support raise")  # the offscreen platform
    def test_another_start_waits_until_somebody_listens(
        self, folders: Folders, begin: Callable[..., Program], qtbot: QtBot, tmp_path: Path
    ) -> None:
        program = begin()
        command = [sys.executable, "-m", "kraken_desktop", str(tmp_path / "gone.png")]
        with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": ROOT}) as other:
            qtbot.waitUntil(lambda: other.poll() is not None, timeout=WAIT_MS)
        assert other.returncode == 0
        qtbot.waitUntil(lambda: program.window is not None and program.window.model.rowCount() == 1, timeout=WAIT_MS)

    def test_a_window_that_nobody_sees_is_loaded_all_the_same(
        self, begin: Callable[..., Program], qtbot: QtBot
    ) -> None:
        program = begin()
        program.frame.painted.disconnect()
        program.frame.hide()
        with qtbot.waitSignal(program.started, timeout=WAIT_MS):
            pass

    def test_closing_it_ends_the_program(self, folders: Folders, begin: Callable[..., Program], qtbot: QtBot) -> None:
        program = begin()
        assert not program.frame.close()
        assert not program.frame.isVisible()
        with qtbot.waitSignal(program.started, timeout=WAIT_MS):
            pass
        assert program.ended_in_time
        assert WindowLock(folders.state_file.with_name(LOCK_FILE)).held

    def test_closing_it_loses_nothing_that_was_dropped(
        self, folders: Folders, begin: Callable[..., Program], qtbot: QtBot, tmp_path: Path
    ) -> None:
        program = begin()
        drop(program.frame, mime_of_files(write_image(tmp_path / "a.png")))
        program.frame.close()
        qtbot.waitUntil(lambda: program.window is not None and program.window.model.rowCount() == 1, timeout=WAIT_MS)
        assert program.frame.isVisible()

    @pytest.mark.qt_log_ignore("does not support raise")  # the offscreen platform
    def test_who_opens_it_again_gets_it_back(self, begin: Callable[..., Program], qtbot: QtBot) -> None:
        program = begin()
        program.frame.close()
        program._take(Request())
        assert program.frame.isVisible()
        with qtbot.waitSignal(program.started, timeout=WAIT_MS):
            pass
        assert program.frame.isVisible()

    @pytest.mark.expect_log("not caught")
    @pytest.mark.expect_log("propagateSizeHints")  # the offscreen platform
    def test_what_cannot_be_loaded_leaves_no_empty_window(
        self, begin: Callable[..., Program], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = begin()

        def build() -> None:
            raise OSError("no such disk")

        monkeypatch.setattr(program._loading, "_build", build)
        qtbot.waitUntil(lambda: any(isinstance(each, CrashDialog) for each in shown()), timeout=WAIT_MS)
        (dialog,) = shown()
        assert "no such disk" in dialog._text.toPlainText()
        dialog.reject()

    def test_what_cannot_even_be_reported_ends_the_program(self) -> None:
        program = (
            "import sys\nfrom kraken_desktop.gui import app, loading\n"
            "def load(): raise ImportError('half an installation')\n"
            "loading._load_guards = load\nsys.exit(app.main([]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONPATH": ROOT},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1
        assert "half an installation" in done.stderr


class TestFrame:
    def test_it_is_where_and_as_large_as_the_person_left_it(
        self, begin: Callable[..., Program], complete: Callable[[], Program]
    ) -> None:
        first = complete()
        first.frame.setGeometry(40, 30, 700, 500)
        begin.finish(first)
        assert complete().frame.geometry().getRect() == (40, 30, 700, 500)

    def test_its_title_is_there_from_the_start(self, begin: Callable[..., Program]) -> None:
        assert begin().frame.windowTitle() == "Kraken Desktop"

    def test_the_settings_are_looked_at_when_it_becomes_the_active_one(
        self, folders: Folders, complete: Callable[[], Program], qtbot: QtBot
    ) -> None:
        program = complete()
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        qtbot.waitUntil(other.isActiveWindow)
        SettingsStore(folders.settings_file).update(lambda now: now.without_profile("p2"))
        program.frame.activateWindow()
        qtbot.waitUntil(lambda: len(program.window.settings.profiles) == 1)

    def test_closing_it_closes_what_is_in_it(self, complete: Callable[[], Program]) -> None:
        program = complete()
        assert program.frame.close()
        assert not program.frame.isVisible()
        assert not program.window.isVisible()


class TestFirstLook:
    """What the frame shows, beside what the complete window does."""

    def test_the_second_start_begins_exactly_as_it_will_look(
        self, begin: Callable[..., Program], complete: Callable[[], Program], qtbot: QtBot
    ) -> None:
        first = complete()
        qtbot.waitUntil((Folders.of(os.environ).cache / first_look.FILE).exists)
        begin.finish(first)
        second = begin()
        seen = image_of(second.frame)
        assert len({seen.pixel(x, 300) for x in range(200, 700)}) > 3, "there is something on it"
        with qtbot.waitSignal(second.started, timeout=WAIT_MS):
            pass
        assert seen == image_of(second.frame)

    def test_the_first_start_begins_with_an_outline_of_it(self, begin: Callable[..., Program], qtbot: QtBot) -> None:
        program = begin()
        seen = image_of(program.frame)
        with qtbot.waitSignal(program.started, timeout=WAIT_MS):
            pass
        bar, whole = program.window.top_bar.height(), image_of(program.frame)
        assert abs(bar - program.frame.look.bar) <= 2
        for y in (2, bar - 4, bar + 4, whole.height() - 4):
            assert seen.pixel(4, y) == whole.pixel(4, y)

    @pytest.mark.parametrize(("dark", "colors"), [(False, LIGHT), (True, DARK)])
    def test_an_outline_is_in_the_colors_of_the_scheme(self, qtbot: QtBot, dark: bool, colors: object) -> None:
        frame = Frame()
        qtbot.addWidget(frame)
        frame.resize(300, 200)
        frame.look = FirstLook(desktop_dark=dark, dark=dark, bar=50)
        seen = image_of(frame)
        found = [seen.pixelColor(150, y) for y in (0, 49, 50, 51, 199)]
        assert found == [QColor(name) for name in (*[colors.raised] * 2, colors.border, *[colors.window] * 2)]

    def test_a_window_of_another_size_begins_with_an_outline(self, qtbot: QtBot) -> None:
        frame = Frame()
        qtbot.addWidget(frame)
        frame.look = FirstLook(desktop_dark=False, dark=False, picture=picture(100, 80))
        frame.resize(100, 80)
        assert image_of(frame) == frame.look.picture
        frame.resize(101, 80)
        assert image_of(frame).pixelColor(50, 79) == QColor(LIGHT.window)

    def test_the_scheme_that_the_desktop_told_later_is_kept(
        self, complete: Callable[[], Program], folders: Folders, qtbot: QtBot
    ) -> None:
        program = complete()
        theme = program.window._theme
        theme.force(not theme.dark)
        path = folders.cache / first_look.FILE
        qtbot.waitUntil(lambda: path.exists() and first_look.read(path, "").dark is theme.dark)

    def test_a_window_with_a_message_is_no_look(self, begin: Callable[..., Program], qtbot: QtBot) -> None:
        folders = Folders.of(os.environ)
        folders.journal.parent.mkdir(parents=True, exist_ok=True)
        folders.journal.write_text("a file where the folder should be")
        program = begin()
        qtbot.waitUntil(lambda: program.window is not None and not program.window.banners.isHidden(), timeout=WAIT_MS)
        path = folders.cache / first_look.FILE
        qtbot.waitUntil(path.exists)
        kept = path.read_bytes()
        program._look_keeping.keep()
        assert program._look_keeping.close(5)
        assert path.read_bytes() == kept


def shown() -> list[QWidget]:
    """Windows that are on the screen."""
    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]


def image_of(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def picture(width: int, height: int) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(QColor("#123456"))
    made.setPixelColor(width // 2, height // 2, QColor("#fedcba"))
    return made


class TestFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "cache" / first_look.FILE
        dark = first_look.desktop_is_dark()
        look = FirstLook(desktop_dark=dark, dark=not dark, bar=61, picture=picture(30, 20))
        first_look.writer(look, "basis \udcff")(path)
        return path

    def test_it_comes_back_whole(self, path: Path) -> None:
        look = first_look.read(path, "basis \udcff")
        assert (look.bar, look.picture) == (61, picture(30, 20))
        assert look.dark is not look.desktop_dark

    def test_another_basis_leaves_the_outline(self, path: Path) -> None:
        look = first_look.read(path, "another")
        assert (look.bar, look.picture) == (61, None)
        assert look.dark is not look.desktop_dark

    def test_only_its_owner_may_read_it(self, path: Path) -> None:
        assert os.name != "posix" or path.stat().st_mode & 0o077 == 0

    def test_a_desktop_that_is_another_now_counts_more_than_what_it_told_then(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = not first_look.desktop_is_dark()
        monkeypatch.setattr(first_look, "desktop_is_dark", lambda: now)
        assert first_look.read(path, "basis \udcff") == FirstLook(desktop_dark=now, dark=now)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda data: b"",
            lambda data: data[:20],
            lambda data: data[:-30],
            lambda data: data.replace(b"look 1", b"look 9"),
            lambda data: data.replace(b" 30 20 ", b" 30 21 "),
            lambda data: data.replace(b" 30 20 ", b" 999999 999999 "),
            lambda data: data.replace(b" 30 20 ", b" -30 -20 "),
            lambda data: data.replace(b" 30 20 1.0\n", b" 30 20 nan\n"),
            lambda data: data.replace(b" 61 ", b" sixty-one "),
            lambda data: data[: data.index(b"x")] + zlib.compress(b"short"),
        ],
    )
    def test_a_damaged_one_leaves_the_outline(self, path: Path, damage: Callable[[bytes], bytes]) -> None:
        before = path.read_bytes()
        path.write_bytes(damage(before))
        assert path.read_bytes() != before
        assert first_look.read(path, "basis \udcff").picture is None

    def test_one_that_is_too_large_is_not_kept(self, path: Path) -> None:
        first_look.writer(FirstLook(desktop_dark=False, dark=False, picture=picture(5000, 1000)), "b")(path)
        assert path.stat().st_size < 200
        assert first_look.read(path, "b").picture is None

    @pytest.mark.parametrize("change", [{"profile_id": "p2"}, {"welcome": "dismissed"}])
    def test_the_basis_is_what_a_picture_depends_on(self, qtbot: QtBot, tmp_path: Path, change: dict[str, str]) -> None:
        window, settings, state = QWidget(), tmp_path / "settings.json", WindowState(profile_id="p1")
        qtbot.addWidget(window)
        first = first_look.basis(window, settings, state)
        assert first == first_look.basis(window, settings, state._replace(geometry="another", folder="/another"))
        assert first != first_look.basis(window, settings, state._replace(**change))
        settings.write_text("{}")
        assert first != first_look.basis(window, settings, state)
        assert "\n" not in first
