from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.incoming import (
    GNOME_FILES,
    RAW_BYTES,
    Blob,
    Incoming,
    encoded,
    looked_through,
    may_hold_images,
    read,
    unpacked,
)
from kraken_desktop.model.image_types import sniff
from tests.support.gui import write_image

pytestmark = pytest.mark.usefixtures("qapp")


def mime(urls: list[str] | None = None, text: str | None = None, **formats: bytes) -> QMimeData:
    made = QMimeData()
    if urls is not None:
        made.setUrls([QUrl(url) for url in urls])
    if text is not None:
        made.setText(text)
    for name, data in formats.items():
        made.setData(name, data)
    return made


@pytest.fixture
def png(tmp_path: Path) -> bytes:
    return write_image(tmp_path / "x.png").read_bytes()


def test_files_by_their_decoded_paths(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a b.png", "фото 1.jpg", "100%.gif", "x#y?.png")]
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert read(made) == Incoming(things=tuple(str(path) for path in paths))


def test_files_come_before_what_else_they_may_be(tmp_path: Path, png: bytes) -> None:
    made = mime([f"file://{tmp_path}/a.png"], text="a.png", **{"image/png": png})
    assert read(made).things == (f"{tmp_path}/a.png",)
    assert read(made).blobs == ()


def test_an_image_out_of_a_browser_is_its_original_bytes(png: bytes) -> None:
    made = mime(["http://example.com/img/sea%20side.jpg?size=2"], **{RAW_BYTES: png, "text/html": b"<img>"})
    # The name follows the bytes: the extension in the address is wrong.
    assert read(made) == Incoming(blobs=(Blob(name="sea side.png", data=png),))


def test_an_image_within_a_link_has_its_own_name(png: bytes) -> None:
    made = mime([LINK], **{RAW_BYTES: png, "text/html": page("https://cdn.example.com/sea.jpg")})
    assert read(made) == Incoming(blobs=(Blob(name="sea.png", data=png),))


@pytest.mark.parametrize("junk", [b"", b"<!DOCTYPE html><html></html>"])
def test_bytes_that_are_no_image_leave_the_address(junk: bytes) -> None:
    made = mime(["https://example.com/a%20b.jpg?x=1&y=%2F"], **{RAW_BYTES: junk})
    assert read(made) == Incoming(things=("https://example.com/a%20b.jpg?x=1&y=%2F",))


def test_pasted_bytes_are_not_encoded_anew(png: bytes) -> None:
    assert read(mime(**{"image/png": png})) == Incoming(blobs=(Blob(name="pasted.png", data=png),))


def test_pasted_pixels_become_a_png() -> None:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(QColor(10, 20, 30, 40))
    made = QMimeData()
    made.setImageData(image)
    found = read(made)
    assert found
    assert len(found) == 1
    assert found.image is not None
    blob = encoded(found.image)
    assert blob.name == "pasted.png"
    assert sniff(blob.data).extension == ".png"
    back = QImage.fromData(blob.data)
    assert back.size() == image.size()
    assert back.pixelColor(2, 1) == QColor(10, 20, 30, 40)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"copy\nfile:///home/me/a%20b.png\nfile:///c.jpg", ("/home/me/a b.png", "/c.jpg")),
        (b"cut\nfile:///c.jpg\n", ("/c.jpg",)),
        (b"file:///c.jpg", ("/c.jpg",)),
    ],
)
def test_files_of_a_gnome_file_manager(data: bytes, expected: tuple[str, ...]) -> None:
    assert read(mime(**{GNOME_FILES: data})).things == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/a.png", ("https://example.com/a.png",)),
        (
            "  http://example.com/a.png \n\nhttps://b.example/c.jpg",
            ("http://example.com/a.png", "https://b.example/c.jpg"),
        ),
        ("/home/me/My Pictures/a.png", ("/home/me/My Pictures/a.png",)),
        ("file:///a.png", ("file:///a.png",)),
        ("https://a.example/1.png https://a.example/2.png", ("https://a.example/1.png", "https://a.example/2.png")),
        ("![x](https://a.example/1.png)", ("https://a.example/1.png",)),
        # Each gets a row that says why it cannot be used.
        ("https://a.example/1.pdf", ("https://a.example/1.pdf",)),
        ("# nothing", ()),
        ("", ()),
    ],
)
def test_text_is_addresses_and_paths(text: str, expected: tuple[str, ...]) -> None:
    assert read(mime(text=text)) == Incoming(things=expected)


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.com/a.png for more",
        "https://example.com/a.png is what I mean",
        "javascript:alert(1)",
        "just words",
        "x" * 10_000,
    ],
)
def test_prose_is_no_drop_and_is_remembered(text: str) -> None:
    found = read(mime(text=f"{text}\nhttps://example.com/b.png"))
    assert found.things == ("https://example.com/b.png",)
    assert [(line.number, line.text) for line in found.left] == [(1, text)]
    assert not read(mime(text=text))


# --- addresses within a page ---

IMAGE, LINK = "https://cdn.example.com/a.png", "https://example.com/story"


def page(*addresses: str) -> bytes:
    return "".join(f'<a href="{LINK}"><img alt="" src="{each}"></a>' for each in addresses).encode()


@pytest.mark.parametrize(
    ("urls", "html", "expected"),
    [
        # An image within a link: browsers tell the link's address, and the page tells the image's.
        ([LINK], page(IMAGE), (IMAGE,)),
        ([IMAGE], page(IMAGE), (IMAGE,)),
        # The image's full size is linked.
        (["https://example.com/large.jpg"], page(IMAGE), ("https://example.com/large.jpg",)),
        ([LINK], b"<a>no image</a>", (LINK,)),
        # A part of a page.
        (None, page(IMAGE, "https://b.example/b.gif", IMAGE), (IMAGE, "https://b.example/b.gif")),
        (None, page("/relative.png", "file:///etc/a.png", "cid:1", IMAGE), (IMAGE,)),
        (None, b"<IMG SRC='https://a.example/?x=1&amp;y=2'", ()),
        (None, b"<IMG SRC='https://a.example/?x=1&amp;y=2'>", ("https://a.example/?x=1&y=2",)),
    ],
)
def test_images_of_a_page(urls: list[str] | None, html: bytes, expected: tuple[str, ...]) -> None:
    assert read(mime(urls, **{"text/html": html})) == Incoming(things=expected)


@pytest.mark.parametrize("form", ["uri-list", "html", "text"])
def test_an_address_that_holds_the_image(png: bytes, form: str) -> None:
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    made = {
        "uri-list": mime([address]),
        "html": mime(**{"text/html": page(address)}),
        "text": mime(text=address),
    }[form]
    # Unpacked by a worker: it may be long.
    assert read(made) == Incoming(embedded=(address,))
    assert unpacked(address) == Blob(name="pasted.png", data=png)


def test_an_address_that_holds_something_else_becomes_a_refused_row() -> None:
    address = "data:image/png;base64,aGVsbG8="
    assert read(mime(text=address)) == Incoming(embedded=(address,))
    assert unpacked(address) == Blob(name="pasted", data=b"hello")


def test_pixels_at_hand_come_before_addresses_in_a_page() -> None:
    made = mime(**{"text/html": page(IMAGE)})
    made.setImageData(QImage(3, 2, QImage.Format.Format_ARGB32))
    assert read(made).image is not None


class TestLongTexts:
    """They are read at once, and looked through by a worker."""

    PROSE = b"<p>no image in here</p>\n" * 10_000

    def read_later(self, made: QMimeData) -> Incoming:
        found = read(made)
        assert found
        assert found.offer is not None
        # What the program behind it offers is gone by then.
        made.clear()
        return looked_through(found.offer)

    def test_a_page(self) -> None:
        long = self.PROSE + page(IMAGE) + self.PROSE + page("https://b.example/b.gif", IMAGE)
        found = self.read_later(mime(**{"text/html": long}))
        assert found == Incoming(things=(IMAGE, "https://b.example/b.gif"))

    def test_a_page_with_an_image_in_it(self, png: bytes) -> None:
        address = f"data:image/png;base64,{base64.b64encode(png + bytes(300_000)).decode()}"
        assert self.read_later(mime(**{"text/html": page(address, IMAGE)})) == Incoming(
            embedded=(address,), things=(IMAGE,)
        )

    def test_a_page_without_an_image_leaves_its_text(self) -> None:
        assert self.read_later(mime(text=IMAGE, **{"text/html": self.PROSE})) == Incoming(things=(IMAGE,))

    def test_a_page_beside_an_address(self) -> None:
        assert self.read_later(mime([LINK], **{"text/html": self.PROSE})) == Incoming(things=(LINK,))
        assert self.read_later(mime([LINK], **{"text/html": self.PROSE + page(IMAGE)})) == Incoming(things=(IMAGE,))

    def test_a_page_beside_the_bytes(self, png: bytes) -> None:
        made = mime([LINK], **{RAW_BYTES: png, "text/html": self.PROSE + page("https://cdn.example.com/sea.jpg")})
        assert self.read_later(made) == Incoming(blobs=(Blob(name="sea.png", data=png),))

    def test_a_text(self) -> None:
        addresses = tuple(f"https://example.com/{number}.png" for number in range(2000))
        assert self.read_later(mime(text="\n".join(addresses))) == Incoming(things=addresses)

    def test_nobody_waits_for_it_any_more(self) -> None:
        found = read(mime(**{"text/html": page(IMAGE) + self.PROSE + page("https://b.example/b.gif")}))
        asked: list[None] = []

        def cancelled() -> bool:
            asked.append(None)
            return len(asked) > 1

        assert found.offer is not None
        assert looked_through(found.offer, cancelled) == Incoming(things=(IMAGE,))


def test_nothing_dropped_is_typed() -> None:
    assert not read(mime([IMAGE])).typed
    assert not read(mime(text=IMAGE)).typed


def test_an_empty_clipboard() -> None:
    assert not read(None)


def test_what_is_nothing_is_false() -> None:
    assert not read(QMimeData())
    assert not read(mime(["ftp://example.com/a.png"]))
    assert len(Incoming(things=("a", "b"), blobs=(Blob(name="c", data=b""),), embedded=("data:image/png,",))) == 4
    assert Incoming(embedded=("data:image/png,",))


def test_a_look_while_it_hovers(png: bytes) -> None:
    assert may_hold_images(mime(["file:///a.png"]))
    assert may_hold_images(mime(**{"image/webp": png}))
    assert may_hold_images(mime(**{GNOME_FILES: b"copy\nfile:///a"}))
    assert not may_hold_images(mime(**{"application/x-color": b"\0"}))


def test_bytes_stay_out_of_reprs(png: bytes, qtbot: QtBot) -> None:
    assert "PNG" not in repr(Blob(name="a.png", data=png))
