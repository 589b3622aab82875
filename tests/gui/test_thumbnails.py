"""The real child process on friendly and on hostile files."""

from __future__ import annotations

import os
import signal
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.thumbnail_child import squared, thumbnail
from kraken_desktop.gui.thumbnails import MOST_KEPT, MOST_WANTED, Decoder, Thumbnails
from kraken_desktop.model.job import Source, SourceKind
from tests.support.gui import write_image

SIZE = 16


def png_bomb(path: Path, side: int = 60_000) -> Path:
    """A PNG of a few hundred bytes that says it has billions of pixels, and breaks off."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)[:60]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body))
    return path


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    made = Decoder(seconds=30, start_seconds=60)
    yield made
    made.close()


def pixels(data: bytes | None) -> QImage:
    assert data is not None
    return QImage(data, SIZE, SIZE, 4 * SIZE, QImage.Format.Format_ARGB32_Premultiplied).copy()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_decodes(decoder: Decoder, tmp_path: Path, image_format: str) -> None:
    path = tmp_path / "image"
    Image.new("RGB", (300, 200), "#cc2244").save(path, image_format)
    color = pixels(decoder.decode(str(path), SIZE)).pixelColor(8, 8)
    assert (abs(color.red() - 0xCC) < 8, abs(color.green() - 0x22) < 8, abs(color.blue() - 0x44) < 8) == (True,) * 3


def test_decodes_svg_with_text(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#00ff00"/>'
        '<text x="30" y="39" font-size="4">a</text></svg>'
    )
    assert pixels(decoder.decode(str(path), SIZE)).pixelColor(4, 4).green() == 255


def test_turns_photos_upright(decoder: Decoder, tmp_path: Path) -> None:
    image = Image.new("RGB", (80, 80), "#0000ff")
    image.paste("#ff0000", (0, 0, 80, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise: the top is at the right then
    image.save(tmp_path / "x.jpg", exif=exif)
    got = pixels(decoder.decode(str(tmp_path / "x.jpg"), SIZE))
    assert got.pixelColor(13, 8).red() > 200
    assert got.pixelColor(2, 8).blue() > 200


@pytest.mark.parametrize(
    "make",
    [
        png_bomb,
        lambda path: path,  # is not there
        lambda path: path.write_bytes(b"") or path,
        lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50) or path,
        lambda path: path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(3000)) or path,
        lambda path: path.write_bytes(b"GIF89a\xff\xff\xff\xff" + b"\x00" * 20) or path,
        lambda path: path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><g>" + "<g>" * 5000) and path,
    ],
    ids=["bomb", "missing", "empty", "junk png", "junk jpeg", "junk gif", "deep svg"],
)
def test_a_hostile_file_costs_one_placeholder(decoder: Decoder, tmp_path: Path, make: object) -> None:
    assert decoder.decode(str(make(tmp_path / "x.png")), SIZE) is None
    assert decoder.decode(str(write_image(tmp_path / "good.png")), SIZE) is not None


def test_a_broken_photo_is_no_news_for_a_terminal(
    decoder: Decoder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photo = write_image(tmp_path / "a.jpg", size=400, image_format="JPEG")
    photo.write_bytes(photo.read_bytes()[:-900] + bytes(range(256)) * 3)
    decoder.decode(str(photo), 56)
    assert capfd.readouterr().err == ""


def test_a_dead_child_starts_anew(decoder: Decoder, tmp_path: Path) -> None:
    good = str(write_image(tmp_path / "good.png"))
    assert decoder.decode(good, SIZE) is not None
    first = decoder.process_id
    os.kill(first, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    assert decoder.decode(good, SIZE) is None
    assert decoder.decode(good, SIZE) is not None
    assert decoder.process_id not in (None, first)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_hanging_decoder_is_ended(tmp_path: Path) -> None:
    decoder = Decoder(seconds=0.2, start_seconds=60)
    try:
        assert decoder.decode(str(write_image(tmp_path / "good.png")), SIZE) is not None
        hung = decoder.process_id
        os.mkfifo(tmp_path / "pipe.png")  # opening it waits for a writer, who never comes
        assert decoder.decode(str(tmp_path / "pipe.png"), SIZE) is None
        assert decoder.process_id != hung
    finally:
        decoder.close()


def test_after_close_nothing_starts(tmp_path: Path) -> None:
    decoder = Decoder()
    decoder.close()
    assert decoder.decode(str(write_image(tmp_path / "good.png")), SIZE) is None
    assert decoder.process_id is None


@pytest.mark.parametrize(
    ("width", "height", "alpha", "corner"),
    [(64, 32, False, 255), (64, 32, True, 0), (8, 8, False, 0), (32, 64, True, 0)],
    ids=["photo fills", "logo fits", "small stays small", "tall logo fits"],
)
def test_every_picture_is_a_square(width: int, height: int, alpha: bool, corner: int) -> None:
    kind = QImage.Format.Format_ARGB32 if alpha else QImage.Format.Format_RGB32
    image = QImage(width, height, kind)
    image.fill(0xFF112233)
    made = squared(image, SIZE)
    assert (made.width(), made.height()) == (SIZE, SIZE)
    assert made.pixelColor(0, 0).alpha() == corner
    assert made.pixelColor(8, 8).alpha() == 255


def test_no_picture_without_a_file(tmp_path: Path) -> None:
    assert thumbnail(str(tmp_path / "x.png"), SIZE) is None


class TestThumbnails:
    @pytest.fixture
    def background(self, qtbot: QtBot) -> Iterator[Background]:
        made = Background(1)
        yield made
        made.close(10)

    @staticmethod
    def source(name: str, kind: SourceKind = SourceKind.FILE) -> Source:
        return Source(kind=kind, location=f"/{name}", name=name, size=1, mtime_ns=1)

    def test_fetches_what_is_asked_for_and_keeps_it(self, qtbot: QtBot, background: Background) -> None:
        asked: list[tuple[str, int]] = []

        def decode(path: str, size: int) -> bytes:
            asked.append((path, size))
            return b"\xff" * (4 * size * size)

        thumbnails = Thumbnails(decode, background)
        with qtbot.waitSignal(thumbnails.arrived):
            assert thumbnails.picture(self.source("a.png"), 8, 2.0) is None
        picture = thumbnails.picture(self.source("a.png"), 8, 2.0)
        assert picture is not None
        assert (picture.width(), picture.devicePixelRatio()) == (16, 2.0)
        assert thumbnails.picture(self.source("a.png"), 8, 2.0) is picture
        assert asked == [("/a.png", 16)]

    def test_what_failed_is_not_asked_for_again(self, qtbot: QtBot, background: Background) -> None:
        asked: list[str] = []
        thumbnails = Thumbnails(lambda path, _size: asked.append(path), background)
        for name in ("a.png", "b.png", "a.png"):
            thumbnails.picture(self.source(name), 8, 1.0)
            qtbot.waitUntil(lambda: not thumbnails._busy)
        assert asked == ["/a.png", "/b.png"]

    def test_addresses_have_none(self, background: Background) -> None:
        thumbnails = Thumbnails(lambda *_: pytest.fail("nothing to decode"), background)
        assert thumbnails.picture(self.source("a.png", SourceKind.URL), 8, 1.0) is None

    def test_what_was_asked_for_last_comes_first_and_the_rest_is_bounded(
        self, qtbot: QtBot, background: Background
    ) -> None:
        asked: list[str] = []

        def decode(path: str, size: int) -> bytes:
            asked.append(path)
            return b"\xff" * (4 * size * size)

        thumbnails = Thumbnails(decode, background)
        for number in range(200):
            thumbnails.picture(self.source(f"{number}.png"), 8, 1.0)
        qtbot.waitUntil(lambda: not thumbnails._busy)
        assert asked[1] == "/199.png"
        assert len(asked) <= MOST_WANTED + 1

    def test_memory_is_bounded(self, qtbot: QtBot, background: Background) -> None:
        thumbnails = Thumbnails(lambda _path, size: b"\xff" * (4 * size * size), background)
        for number in range(MOST_KEPT + 20):
            thumbnails.picture(self.source(f"{number}.png"), 2, 1.0)
            if number % 50 == 0:
                qtbot.waitUntil(lambda: not thumbnails._busy)
        qtbot.waitUntil(lambda: not thumbnails._busy)
        assert len(thumbnails._kept) <= MOST_KEPT
