"""The real window on real services: what is dropped ends as objects, links and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import install_translations, translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState, JobStatus
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Acl, Engine, Uploader
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from tests.e2e.test_cli import found_anywhere
from tests.servers.images import ImageKind, image_bytes, make_image, make_set
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.gui import drop
from tests.support.stage import picture
from tests.support.world import World

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    """Opens the window on a world, as the program does; what is open at the end is closed."""
    opened: list[tuple[MainWindow, Services]] = []
    translators = install_translations(qapp)
    theme = Theme(qapp)

    def start(world: World, *, services: Services | None = None) -> MainWindow:
        services = services or world.services()
        window = MainWindow(
            services,
            services.settings.load(),
            theme=theme,
            words=Words(translate_message),
            decode=lambda path, size, cancel: services.engine().thumbnail(path, size, cancel),
        )
        opened.append((window, services))
        window.show()
        qtbot.waitExposed(window)
        window.uploads.take_up()
        return window

    yield start
    for window, services in opened:
        if window.isVisible():  # not closed by the test itself
            with qtbot.waitSignal(window.closed, timeout=10_000):
                window.quit_unasked()
            services.close()
        window.deleteLater()
    for translator in translators:
        qapp.removeTranslator(translator)


def rows(window: MainWindow) -> list[JobStatus]:
    return [window.model.status(row) for row in range(window.model.rowCount())]


def wait_for(qtbot: QtBot, window: MainWindow, count: int) -> list[JobStatus]:
    """The rows, once there are so many and all have ended."""

    def ended() -> None:
        states = [status.state for status in rows(window)]
        assert len(states) == count
        assert all(state.ended for state in states), states

    qtbot.waitUntil(ended, timeout=60_000)
    return rows(window)


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def clipboard(qapp: QApplication) -> list[str]:
    return qapp.clipboard().text().splitlines()


def test_a_drop_becomes_links_to_copy(
    qtbot: QtBot, qapp: QApplication, either_world: World, open_window: OpenWindow, tmp_path: Path
) -> None:
    world = either_world
    services = world.services()
    world.set_up(
        services, tags=(("team", "web"),), metadata=(("origin", "desk"),), headers=(("Cache-Control", "no-cache"),)
    )
    window = open_window(world, services=services)
    images = make_set(tmp_path / "images", 10)
    broken = make_image(ImageKind.TRUNCATED_JPEG, tmp_path / "broken.jpg")
    before = {path: path.read_bytes() for path in images}
    drop(window, files(*images[:5], broken, *images[5:]))
    ended = wait_for(qtbot, window, 11)
    assert [status.job.source.name for status in ended if status.state is JobState.FAILED] == ["broken.jpg"]

    window.wishes.copy_all()
    links = clipboard(qapp)
    assert len(links) == 10
    for path, link in zip(images, links, strict=True):
        assert f"/{path.stem}-" in link, "in the order of the drop"
        assert world.s3.anonymous_get(link).status == 200
    for key in world.s3.keys(world.bucket):
        stored = world.s3.get(world.bucket, key)
        assert stored.metadata["origin"] == "desk"
        assert stored.headers["cache-control"] == "no-cache"
        assert world.s3.tags(world.bucket, key) == {"team": "web"}
        assert world.s3.acl(world.bucket, key) == "public-read"
    assert {path: path.read_bytes() for path in images} == before
    assert found_anywhere(world.home, world.secrets) == []


class Picture(HTMLParser):
    """What a browser makes of a ``<picture>`` element: every address with the type and width that it promises."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.promised: list[tuple[str, str, int]] = []
        self.fallback: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        for candidate in (told.get("srcset") or "").split(", "):
            if candidate:
                url, _, width = candidate.partition(" ")
                self.promised.append((url, told.get("type") or "image/jpeg", int(width.removesuffix("w"))))
        if tag == "img":
            self.fallback = told


@pytest.mark.parametrize(
    ("engine", "uploader"),
    [(Engine.KRAKEN, Uploader.KRAKEN), (Engine.KRAKEN, Uploader.LOCAL), (Engine.LOCAL, Uploader.LOCAL)],
)
def test_a_set_becomes_a_picture_element_whose_every_address_opens(
    qtbot: QtBot,
    qapp: QApplication,
    world: World,
    open_window: OpenWindow,
    tmp_path: Path,
    engine: Engine,
    uploader: Uploader,
) -> None:
    services = world.services()
    recipe = next(each for each in BUILT_IN_RECIPES if each.name == "Responsive set")
    world.set_up(services, engine=engine, uploader=uploader, recipe_id=recipe.id, path_template="{stem}{ext}")
    window = open_window(world, services=services)
    drop(window, files(make_image(ImageKind.JPEG, tmp_path / "sea & sun.jpg", size=(1700, 68))))
    (status,) = wait_for(qtbot, window, 1)
    assert status.state is JobState.DONE
    window.wishes.link_format = LinkFormat.PICTURE
    window.wishes.copy_all()

    found = Picture(qapp.clipboard().text())
    types = ["image/avif", "image/webp", "image/jpeg"]
    assert [(kind, width) for _, kind, width in found.promised] == [
        (kind, width) for kind in types for width in (480, 960, 1600)
    ]
    for url, kind, width in found.promised:
        answer = world.s3.anonymous_get(url)
        assert answer.headers["content-type"] == kind
        assert picture(answer.body).width == width
    assert found.fallback["alt"] == "sea & sun"
    shown = picture(world.s3.anonymous_get(found.fallback["src"] or "").body)
    assert (str(shown.width), str(shown.height)) == (found.fallback["width"], found.fallback["height"])
    assert len(world.api.uploads) == (3 if engine is Engine.KRAKEN else 0), "once a format"


@pytest.mark.parametrize("engine", [Engine.KRAKEN, Engine.LOCAL])
def test_this_computer_stores_privately_with_a_link_that_opens(
    qtbot: QtBot, qapp: QApplication, world: World, open_window: OpenWindow, tmp_path: Path, engine: Engine
) -> None:
    services = world.services()
    copies = tmp_path / "copies"
    world.set_up(services, engine=engine, uploader=Uploader.LOCAL, acl=Acl.PRIVATE, local_copy=str(copies))
    window = open_window(world, services=services)
    drop(window, files(make_image(ImageKind.PNG, tmp_path / "a.png", size=(160, 120))))
    (status,) = wait_for(qtbot, window, 1)
    assert status.state is JobState.DONE, window.model.data(window.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    window.wishes.copy_all()
    (link,) = clipboard(qapp)
    opened = world.s3.anonymous_get(link)
    assert opened.status == 200
    (key,) = world.s3.keys(world.bucket)
    assert world.s3.anonymous_get(link.partition("?")[0]).status == 403
    window.view.selectRow(0)
    assert "Link valid until" in window.details.text
    assert str(copies / key) in window.details.text
    assert (copies / key).read_bytes() == opened.body
    assert all(world.s3.secret not in str(request.parameters) for request in world.api.requests)
    assert bool(world.api.requests) is (engine is Engine.KRAKEN)


def test_a_folder_is_searched_and_what_was_left_out_is_told(
    qtbot: QtBot, world: World, open_window: OpenWindow, tmp_path: Path
) -> None:
    services = world.services()
    world.set_up(services, path_template="{folder}/{name}")
    window = open_window(world, services=services)
    make_set(tmp_path / "shots" / "deep", 3)
    (tmp_path / "shots" / "notes.txt").write_text("no image")
    drop(window, files(tmp_path / "shots"))
    wait_for(qtbot, window, 3)
    assert len(world.s3.keys(world.bucket)) == 3
    assert all(key.startswith("shots/deep/") for key in world.s3.keys(world.bucket))


def test_pasted_pixels_and_browser_bytes_are_uploaded_as_they_are(
    qtbot: QtBot, qapp: QApplication, world: World, open_window: OpenWindow
) -> None:
    services = world.services()
    world.set_up(services)
    window = open_window(world, services=services)
    pasted = QMimeData()
    pasted.setData("image/png", image_bytes(ImageKind.PNG))
    qapp.clipboard().setMimeData(pasted)
    window.arrivals.paste()
    wait_for(qtbot, window, 1)
    dragged = QMimeData()
    dragged.setUrls([QUrl("https://pictures.invalid/cat.jpg")])
    dragged.setData("application/octet-stream", image_bytes(ImageKind.JPEG))
    drop(window, dragged)
    ended = wait_for(qtbot, window, 2)
    assert [status.state for status in ended] == [JobState.DONE] * 2, ended
    assert "/cat-" in ended[1].links[0].key
    assert {each.endpoint for each in world.api.requests} - {"user_status"} == {"upload"}


def test_cancel_and_retry(qtbot: QtBot, world: World, open_window: OpenWindow, tmp_path: Path) -> None:
    services = world.services()
    world.set_up(services)
    window = open_window(world, services=services)
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", times=None, work=False))
    drop(window, files(*make_set(tmp_path / "images", 6)))
    qtbot.waitUntil(lambda: sum(each.sha256 is not None for each in world.api.requests) >= 4, timeout=20_000)
    window.wishes.cancel_all()
    ended = wait_for(qtbot, window, 6)
    assert [status.state for status in ended] == [JobState.CANCELLED] * 6
    world.api.clear_faults()
    window.wishes.retry([status.job.id for status in ended])
    qtbot.waitUntil(lambda: all(status.state is JobState.DONE for status in rows(window)), timeout=60_000)
    assert len(world.s3.keys(world.bucket)) == 6


def test_one_wrong_secret_is_one_banner_and_mends_all(
    qtbot: QtBot, world: World, open_window: OpenWindow, tmp_path: Path
) -> None:
    services = world.services()
    world.set_up(services)
    services.secrets.keep(world.account().secret_name, "wrong")
    window = open_window(world, services=services)
    drop(window, files(*make_set(tmp_path / "images", 8)))
    qtbot.waitUntil(lambda: bool(_buttons(window, "Try again")), timeout=30_000)
    tried = len(world.api.uploads)
    assert 1 <= tried <= 4, "nothing is burnt through"
    services.secrets.keep(world.account().secret_name, world.api.api_secret)
    _buttons(window, "Try again")[0].click()
    ended = wait_for(qtbot, window, 8)
    assert [status.state for status in ended] == [JobState.DONE] * 8


def _buttons(window: MainWindow, text: str) -> list[QPushButton]:
    found = window.banners.findChildren(QPushButton)
    return [each for each in found if each.isVisible() and each.text().replace("&", "") == text]


def test_closing_in_the_middle_goes_on_at_the_next_start(
    qtbot: QtBot, world: World, open_window: OpenWindow, tmp_path: Path
) -> None:
    services = world.services()
    world.set_up(services)
    window = open_window(world, services=services)
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", times=None))
    drop(window, files(*make_set(tmp_path / "images", 9)))
    qtbot.waitUntil(lambda: sum(each.sha256 is not None for each in world.api.requests) >= 4, timeout=20_000)
    with qtbot.waitSignal(window.closed, timeout=10_000) as closed:
        window.quit_unasked()
    assert closed.args == [True], "everything stopped in time"
    services.close()
    world.api.clear_faults()

    again = open_window(world)
    ended = wait_for(qtbot, again, 9)
    assert [status.state for status in ended] == [JobState.DONE] * 9
    sent = [each.file_name for each in world.api.uploads if each.sha256 is not None]
    assert len(sent) == len(set(sent)) == 9, "nothing was sent twice"


def test_what_needs_an_account_waits_for_it(
    world: World, open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    services = world.services()
    profile = world.profile(account_id=None)
    services.settings.update(lambda now: now.with_profile(profile).with_default(profile.id))
    window = open_window(world, services=services)
    assert window.pages.currentWidget() is window.pages.welcome
    drop(window, files(make_image(ImageKind.PNG, tmp_path / "a.png")))
    qtbot.waitUntil(lambda: window.pages.welcome.waiting_text.startswith("1 dropped thing"))
    assert window.model.rowCount() == 0
    assert world.api.requests == []
