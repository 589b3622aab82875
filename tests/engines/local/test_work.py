"""A task from its source to its new files, without a child process around it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kraken_desktop.engines.local import headers, work
from kraken_desktop.engines.local.protocol import (
    Advanced,
    Limits,
    Made,
    Optimized,
    OptimizeTask,
    Probed,
    ProbeTask,
    Started,
)
from kraken_desktop.model import image_types
from kraken_desktop.model.errors import (
    EngineError,
    ImageBrokenError,
    ImageTooManyPixelsError,
    SourceEmptyError,
    SourceMissingError,
    SourceUnreadableError,
)
from kraken_desktop.model.recipe import (
    Chroma,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    Variant,
)
from tests.support import pictures
from tests.support.pictures import CORNERS, is_near

LOSSLESS = Recipe(lossy=False)
LOSSY = Recipe()
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">\n  <!-- a comment -->\n'
    b'  <rect x="0" y="0" width="20" height="20" fill="#ff0000" stroke="none"/>\n</svg>\n'
)


class Bench:
    """Runs tasks in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self.announced: list[Started | Advanced] = []

    def run(self, data: bytes, recipe: Recipe, limits: Limits = Limits()) -> tuple[Made, ...]:  # noqa: B008 - frozen
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        source = folder / "source"
        source.write_bytes(data)
        kind = image_types.sniff(data)
        extension = kind.extension if kind is not None else ".jpg"
        task = OptimizeTask(
            source=str(source),
            extension=extension,
            outputs=recipe.outputs(extension),
            target=recipe.target,
            background=recipe.background,
            auto_orient=recipe.auto_orient,
            keep_metadata=recipe.keep_metadata,
            folder=str(folder),
        )
        answer = work.run(task, limits, self.announced.append)
        assert isinstance(answer, Optimized)
        assert source.read_bytes() == data
        for made in answer.images:
            content = Path(made.path).read_bytes()
            assert Path(made.path).suffix == made.extension
            assert (made.bytes, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
            header = headers.read(content, made.path, Limits())
            assert header.extension == made.extension
            if made.extension != ".svg":
                assert header.size == (made.width, made.height)
        return answer.images

    def one(self, data: bytes, recipe: Recipe) -> tuple[Made, bytes]:
        (made,) = self.run(data, recipe)
        return made, Path(made.path).read_bytes()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def frame_pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as image:
        found = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            found.append(image.convert("RGBA").tobytes())
        return found


def loop_and_delays(data: bytes) -> tuple[object, list[object]]:
    with Image.open(io.BytesIO(data)) as image:
        delays = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()
            delays.append(image.info.get("duration"))
        return image.info.get("loop"), delays


def exif_with_place(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x8298] = "Somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 1.0), 3: "E", 4: (13.0, 20.0, 2.0)})
    return exif.tobytes()


def turned_photo() -> bytes:
    stored = pictures.photo(96, 64).transpose(Image.Transpose.ROTATE_90)
    return pictures.encoded(stored, "JPEG", exif=exif_with_place(6), quality=97)


def upright(data: bytes) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(pictures.opened(data))


def has_right_corners(data: bytes) -> bool:
    colors = pictures.colors_at_corners(upright(data))
    return all(is_near(*pair, within=32) for pair in zip(colors, CORNERS, strict=True))


# --- the same type, the same size ---

SMALL_PHOTO = pictures.photo(32, 24)
STILLS = {
    "jpeg": pictures.encoded(SMALL_PHOTO, "JPEG", quality=96),
    "png": pictures.encoded(pictures.corners(32, 24), "PNG", compress_level=1),
    "gif": pictures.encoded(pictures.corners(32, 24), "GIF"),
    "webp": pictures.encoded(SMALL_PHOTO, "WEBP", quality=95),
    "webp-lossless": pictures.encoded(SMALL_PHOTO, "WEBP", lossless=True),
    "avif": pictures.encoded(SMALL_PHOTO, "AVIF", quality=90, speed=9),
}
ANIMATIONS = {form: pictures.animated(form, 3) for form in ("GIF", "WEBP", "PNG", "AVIF")}


@pytest.mark.parametrize("name", STILLS)
def test_lossless_is_exact_and_never_larger(bench: Bench, name: str) -> None:
    made, data = bench.one(STILLS[name], LOSSLESS)
    assert made.bytes <= len(STILLS[name])
    assert frame_pixels(data) == frame_pixels(STILLS[name])


@pytest.mark.parametrize("name", ["jpeg", "png"])
def test_lossless_saves_bytes(bench: Bench, name: str) -> None:
    made, _ = bench.one(STILLS[name], LOSSLESS)
    assert made.bytes < len(STILLS[name])
    assert not made.already_optimal


@pytest.mark.parametrize("name", STILLS)
def test_lossy_is_never_larger(bench: Bench, name: str) -> None:
    made, data = bench.one(STILLS[name], LOSSY)
    assert made.bytes <= len(STILLS[name])
    assert (made.width, made.height) == pictures.opened(STILLS[name]).size
    before, after = (np.asarray(pictures.opened(each).convert("RGB"), "int16") for each in (STILLS[name], data))
    assert np.abs(before - after).mean() < 9


@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_lossy_saves_much(bench: Bench, name: str) -> None:
    made, _ = bench.one(STILLS[name], LOSSY)
    assert made.bytes < 0.8 * len(STILLS[name])


def test_what_cannot_be_smaller_keeps_its_pixels_and_loses_its_place(bench: Bench) -> None:
    first, data = bench.one(STILLS["jpeg"], Recipe(quality=30))
    stuffed = pictures.encoded(pictures.opened(data), "JPEG", quality="keep", exif=exif_with_place(), progressive=True)
    _, once = bench.one(stuffed, LOSSLESS)
    made, again = bench.one(once, Recipe(quality=100))
    assert made.already_optimal
    assert frame_pixels(again) == frame_pixels(stuffed)
    assert b"Exif" not in again
    assert not first.already_optimal


def test_a_file_that_was_compressed_before_is_not_compressed_again(bench: Bench) -> None:
    _, once = bench.one(STILLS["jpeg"], LOSSY)
    made, again = bench.one(once, LOSSY)
    assert frame_pixels(again) == frame_pixels(once)
    assert made.already_optimal


@pytest.mark.parametrize("recipe", [LOSSLESS, LOSSY], ids=["lossless", "lossy"])
@pytest.mark.parametrize("form", ANIMATIONS)
def test_animations_stay_as_they_are(bench: Bench, form: str, recipe: Recipe) -> None:
    made, data = bench.one(ANIMATIONS[form], recipe)
    assert made.bytes <= len(ANIMATIONS[form])
    assert loop_and_delays(data) == loop_and_delays(ANIMATIONS[form])
    assert len(frame_pixels(data)) == 3
    if recipe is LOSSLESS:
        assert frame_pixels(data) == frame_pixels(ANIMATIONS[form])


@pytest.mark.parametrize("loop", [None, 0, 1, 3])
@pytest.mark.parametrize("recipe", [LOSSLESS, LOSSY], ids=["lossless", "lossy"])
def test_how_often_a_gif_is_shown_stays(bench: Bench, loop: int | None, recipe: Recipe) -> None:
    source = pictures.animated("GIF", 3, loop=loop)
    assert loop_and_delays(bench.one(source, recipe)[1]) == loop_and_delays(source)


def test_an_animation_that_is_only_handed_on_is_already_optimal(bench: Bench) -> None:
    made, data = bench.one(ANIMATIONS["AVIF"], LOSSY)
    assert made.already_optimal
    assert frame_pixels(data) == frame_pixels(ANIMATIONS["AVIF"])


def test_an_animated_png_loses_bytes_and_nothing_else(bench: Bench) -> None:
    made, data = bench.one(ANIMATIONS["PNG"], LOSSY)
    assert made.bytes < len(ANIMATIONS["PNG"])
    assert frame_pixels(data) == frame_pixels(ANIMATIONS["PNG"])


def test_sixteen_bits_stay_when_nothing_may_be_lost(bench: Bench) -> None:
    source = pictures.deep_png()
    _, data = bench.one(source, LOSSLESS)
    assert headers.read(data, "", Limits()).is_deep


def test_a_svg_stays_a_vector(bench: Bench) -> None:
    made, data = bench.one(SVG, LOSSY)
    assert (made.width, made.height, made.extension) == (40, 20, ".svg")
    assert len(data) < len(SVG)
    assert b"comment" not in data
    placed, same = bench.one(SVG, Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=10)))
    assert (placed.width, placed.height) == (10, 5)
    assert same == data


# --- orientation ---


@pytest.mark.parametrize("recipe", [
    LOSSLESS,
    LOSSY,
    Recipe(quality=60),
    Recipe(quality=60, auto_orient=False),
    Recipe(quality=60, keep_metadata=frozenset({KeptMetadata.ORIENTATION})),
    Recipe(quality=60, auto_orient=False, keep_metadata=frozenset({KeptMetadata.ORIENTATION})),
    Recipe(lossy=False, auto_orient=False),
    Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=24)),
    Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=12), auto_orient=False),
    Recipe(convert=OutputFormat.PNG),
    Recipe(convert=OutputFormat.WEBP, auto_orient=False),
    Recipe(convert=OutputFormat.AVIF, auto_orient=False, keep_metadata=frozenset(KeptMetadata)),
])  # fmt: skip
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_ever_shown_turned(bench: Bench, form: str, recipe: Recipe) -> None:
    stored = pictures.corners(48, 32).transpose(Image.Transpose.ROTATE_90)
    made, data = bench.one(pictures.encoded(stored, form, orientation=6, quality=95), recipe)
    assert made.width > made.height
    assert has_right_corners(data)


def test_pixels_are_turned_and_the_note_is_dropped(bench: Bench) -> None:
    _, data = bench.one(turned_photo(), Recipe(quality=60))
    assert pictures.opened(data).size == (96, 64)
    assert 0x0112 not in pictures.opened(data).getexif()


def test_a_kept_orientation_is_one_for_turned_pixels(bench: Bench) -> None:
    _, data = bench.one(turned_photo(), Recipe(quality=60, keep_metadata=frozenset({KeptMetadata.ORIENTATION})))
    assert pictures.opened(data).size == (96, 64)
    assert pictures.opened(data).getexif()[0x0112] == 1


def test_pixels_that_are_not_to_be_turned_keep_their_note(bench: Bench) -> None:
    _, data = bench.one(turned_photo(), Recipe(quality=60, auto_orient=False))
    assert pictures.opened(data).size == (64, 96)
    assert dict(pictures.opened(data).getexif()) == {0x0112: 6}


def test_a_turned_png_is_turned_without_loss(bench: Bench) -> None:
    stored = SMALL_PHOTO.transpose(Image.Transpose.ROTATE_90)
    _, data = bench.one(pictures.encoded(stored, "PNG", orientation=6, compress_level=0), LOSSLESS)
    assert pictures.opened(data).convert("RGB").tobytes() == SMALL_PHOTO.tobytes()


# --- metadata ---


@pytest.mark.parametrize("recipe", [LOSSLESS, LOSSY, Recipe(convert=OutputFormat.WEBP), Recipe(quality=100)])
def test_a_place_never_leaves_unless_asked(bench: Bench, recipe: Recipe) -> None:
    source = pictures.encoded(pictures.photo(), "JPEG", exif=exif_with_place(), quality=40)
    _, data = bench.one(source, recipe)
    assert not dict(pictures.opened(data).getexif())


@pytest.mark.parametrize("recipe", [LOSSLESS, LOSSY, Recipe(convert=OutputFormat.WEBP)])
def test_what_is_kept_is_there(bench: Bench, recipe: Recipe) -> None:
    from dataclasses import replace

    keep = frozenset({KeptMetadata.GEOTAG, KeptMetadata.COPYRIGHT})
    source = pictures.encoded(pictures.photo(), "JPEG", exif=exif_with_place(), quality=96)
    _, data = bench.one(source, replace(recipe, keep_metadata=keep))
    exif = pictures.opened(data).getexif()
    assert exif[0x8298] == "Somebody"
    assert exif.get_ifd(0x8825)[1] == "N"


# --- colors ---


@pytest.mark.parametrize("recipe", [
    LOSSLESS,
    Recipe(quality=80),
    Recipe(quality=80, keep_metadata=frozenset({KeptMetadata.PROFILE})),
    Recipe(convert=OutputFormat.WEBP),
    Recipe(convert=OutputFormat.PNG, lossy=False, keep_metadata=frozenset({KeptMetadata.PROFILE})),
])  # fmt: skip
def test_colors_look_the_same(bench: Bench, recipe: Recipe) -> None:
    from PIL import ImageCms

    image = Image.new("RGB", (64, 64), (240, 40, 60))
    image.paste((30, 200, 90), (0, 32, 64, 64))
    source = pictures.encoded(image, "JPEG", quality=95, icc_profile=pictures.other_profile())
    _, data = bench.one(source, recipe)
    shown = pictures.opened(data).convert("RGB")
    if "icc_profile" in pictures.opened(data).info:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(pictures.opened(data).info["icc_profile"]))
        shown = ImageCms.profileToProfile(shown, profile, ImageCms.createProfile("sRGB")) or shown
    assert is_near(shown.getpixel((32, 10)), (60, 40, 240))  # type: ignore[arg-type]
    assert is_near(shown.getpixel((32, 54)), (90, 200, 30))  # type: ignore[arg-type]


def test_a_kept_profile_is_in_the_file(bench: Bench) -> None:
    source = pictures.encoded(pictures.photo(), "JPEG", quality=96, icc_profile=pictures.other_profile())
    _, kept = bench.one(source, Recipe(quality=70, keep_metadata=frozenset({KeptMetadata.PROFILE})))
    _, dropped = bench.one(source, Recipe(quality=70))
    assert pictures.opened(kept).info["icc_profile"] == pictures.other_profile()
    assert "icc_profile" not in pictures.opened(dropped).info


def test_inks_without_a_profile_stay_inks(bench: Bench) -> None:
    source = pictures.encoded(pictures.photo().convert("CMYK"), "JPEG", quality=96)
    _, data = bench.one(source, Recipe(quality=50))
    assert pictures.opened(data).mode == "CMYK"
    assert pictures.opened(data).tobytes() == pictures.opened(source).tobytes()
    _, smaller = bench.one(source, Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=40)))
    assert pictures.opened(smaller).mode == "RGB"


def test_a_png_with_a_gamma_of_its_own_is_not_compressed_with_loss(bench: Bench) -> None:
    source = pictures.with_chunk(pictures.encoded(pictures.photo(), "PNG"), b"gAMA", (100_000).to_bytes(4, "big"))
    _, data = bench.one(source, LOSSY)
    assert frame_pixels(data) == frame_pixels(source)
    _, other = bench.one(source, Recipe(convert=OutputFormat.WEBP))
    assert (
        np.asarray(pictures.opened(other).convert("L")).mean() > np.asarray(pictures.photo().convert("L")).mean() + 30
    )


# --- other types, other sizes ---


@pytest.mark.parametrize("lossy", [True, False])
@pytest.mark.parametrize("name", STILLS)
def test_every_type_becomes_every_other(bench: Bench, name: str, lossy: bool) -> None:
    made = bench.run(
        STILLS[name],
        Recipe(lossy=lossy, variants=tuple(Variant(name=each.value, convert=each) for each in OutputFormat)),
    )
    assert [each.extension for each in made] == [each.extension for each in OutputFormat]
    before = np.asarray(pictures.opened(STILLS[name]).convert("RGB"), "int16")
    for each in made:
        after = np.asarray(pictures.opened(Path(each.path).read_bytes()).convert("RGB"), "int16")
        assert np.abs(before - after).mean() < 9


@pytest.mark.parametrize("name", ["png", "webp-lossless", "gif"])
def test_a_lossless_conversion_is_exact(bench: Bench, name: str) -> None:
    for convert in (OutputFormat.PNG, OutputFormat.WEBP):
        _, data = bench.one(STILLS[name], Recipe(convert=convert, lossy=False))
        assert frame_pixels(data) == frame_pixels(STILLS[name])


@pytest.mark.parametrize(("form", "convert"), [
    ("GIF", OutputFormat.WEBP),
    ("GIF", OutputFormat.AVIF),
    ("WEBP", OutputFormat.GIF),
    ("PNG", OutputFormat.WEBP),
    ("PNG", OutputFormat.GIF),
    ("AVIF", OutputFormat.WEBP),
])  # fmt: skip
def test_a_converted_animation_goes_on_moving(bench: Bench, form: str, convert: OutputFormat) -> None:
    _, data = bench.one(ANIMATIONS[form], Recipe(convert=convert))
    delays = loop_and_delays(data)[1]
    assert len(delays) == 3
    assert sum(map(float, delays)) == pytest.approx(sum(map(float, loop_and_delays(ANIMATIONS[form])[1])), abs=15)  # type: ignore[arg-type]


@pytest.mark.parametrize("loop", [None, 0, 1, 3])
def test_how_often_it_is_shown_survives_a_conversion(bench: Bench, loop: int | None) -> None:
    _, data = bench.one(pictures.animated("GIF", 3, loop=loop), Recipe(convert=OutputFormat.WEBP))
    assert loop_and_delays(data)[0] == (1 if loop is None else 0 if loop == 0 else loop + 1)


@pytest.mark.parametrize("form", ANIMATIONS)
@pytest.mark.parametrize("convert", [OutputFormat.JPEG, OutputFormat.PNG])
def test_a_still_type_gets_the_first_frame(bench: Bench, form: str, convert: OutputFormat) -> None:
    if (form, convert) == ("PNG", OutputFormat.PNG):
        pytest.skip("no conversion")
    made, data = bench.one(ANIMATIONS[form], Recipe(convert=convert))
    assert (made.width, made.height) == (40, 24)
    assert len(frame_pixels(data)) == 1
    assert is_near(pictures.opened(data).convert("RGB").getpixel((9, 10)), (200, 20, 20), within=40)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ANIMATIONS)
def test_a_resized_animation_goes_on_moving(bench: Bench, form: str) -> None:
    made, data = bench.one(ANIMATIONS[form], Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=20)))
    assert (made.width, made.height) == (20, 12)
    assert len(frame_pixels(data)) == 3
    assert loop_and_delays(data) == loop_and_delays(ANIMATIONS[form])


def test_transparency_meets_the_background_in_a_jpeg(bench: Bench) -> None:
    source = pictures.encoded(Image.new("RGBA", (32, 32), (255, 0, 0, 0)), "PNG")
    for color, wanted in (("#ffffff", (255, 255, 255)), ("#0a8", (0, 170, 136))):
        _, data = bench.one(source, Recipe(convert=OutputFormat.JPEG, background=color))
        assert is_near(pictures.opened(data).convert("RGB").getpixel((9, 9)), wanted, within=6)  # type: ignore[arg-type]


def test_a_vector_becomes_pixels_of_the_wanted_size(bench: Bench) -> None:
    made, data = bench.one(SVG, Recipe(convert=OutputFormat.PNG, resize=Resize(strategy=Strategy.SQUARE, size=200)))
    assert (made.width, made.height) == (200, 200)
    image = pictures.opened(data).convert("RGBA")
    assert is_near(image.getpixel((20, 100)), (255, 0, 0, 255))  # type: ignore[arg-type]
    assert image.getpixel((180, 100))[3] == 0  # type: ignore[index]
    # Drawn large, not drawn small and scaled up: the edge is sharp.
    assert image.getpixel((102, 100))[3] < 30  # type: ignore[index]


def test_variants_come_from_one_source_in_their_order(bench: Bench) -> None:
    recipe = Recipe(
        variants=(
            Variant(name="whole"),
            Variant(name="small", resize=Resize(strategy=Strategy.SQUARE, size=16), convert=OutputFormat.WEBP),
            Variant(name="exact", lossy=False),
            Variant(name="fine", quality=90, chroma=Chroma.FULL),
            Variant(name="coarse", quality=20),
        )
    )
    made = bench.run(STILLS["jpeg"], recipe)
    assert [each.variant for each in made] == ["whole", "small", "exact", "fine", "coarse"]
    assert [each.extension for each in made] == [".jpg", ".webp", ".jpg", ".jpg", ".jpg"]
    assert (made[1].width, made[1].height) == (16, 16)
    assert made[4].bytes < made[3].bytes < made[2].bytes


def test_a_resize_that_changes_nothing_is_none(bench: Bench) -> None:
    recipe = Recipe(lossy=False, resize=Resize(strategy=Strategy.LANDSCAPE, width=5000))
    _, data = bench.one(STILLS["jpeg"], recipe)
    assert frame_pixels(data) == frame_pixels(STILLS["jpeg"])


def test_a_large_jpeg_made_small_looks_the_same_by_every_way(bench: Bench) -> None:
    source = pictures.encoded(pictures.corners(640, 480), "JPEG", quality=95)
    resize = Resize(strategy=Strategy.FIT, width=40, height=40)
    _, alone = bench.one(source, Recipe(resize=resize, quality=90))
    both = bench.run(source, Recipe(variants=(Variant(name="a", resize=resize), Variant(name="b")), quality=90))
    one, other = pictures.opened(alone), pictures.opened(Path(both[0].path).read_bytes())
    assert np.abs(np.asarray(one, "int16") - np.asarray(other, "int16")).mean() < 4


# --- what is told, and what is refused ---


def test_the_megapixels_are_told_before_the_work_and_then_each_output(bench: Bench) -> None:
    recipe = Recipe(variants=(Variant(name="a"), Variant(name="b", resize=Resize(strategy=Strategy.SQUARE, size=100))))
    bench.run(STILLS["jpeg"], recipe)
    assert bench.announced == [
        Started(megapixels=pytest.approx((2 * 32 * 24 + 100 * 100) / 1e6)),
        Advanced(made=1),
        Advanced(made=2),
    ]


@pytest.mark.parametrize("name", [*STILLS, *ANIMATIONS])
@pytest.mark.parametrize("recipe", [LOSSLESS, LOSSY], ids=["lossless", "lossy"])
def test_half_a_file_is_never_handed_on(bench: Bench, name: str, recipe: Recipe) -> None:
    data = STILLS[name] if name in STILLS else ANIMATIONS[name]
    with pytest.raises(ImageBrokenError) as caught:
        bench.run(data[: len(data) * 2 // 3], recipe)
    assert caught.value.path.endswith("source")


def test_too_large_a_result_is_refused_before_it_is_made(bench: Bench) -> None:
    recipe = Recipe(resize=Resize(strategy=Strategy.EXACT, width=90_000, height=90_000))
    with pytest.raises(ImageTooManyPixelsError) as caught:
        bench.run(STILLS["jpeg"], recipe)
    assert (caught.value.width, caught.value.height) == (90_000, 90_000)


def test_what_a_type_cannot_hold_is_an_error_that_says_so(bench: Bench) -> None:
    recipe = Recipe(convert=OutputFormat.WEBP, resize=Resize(strategy=Strategy.EXACT, width=17_000, height=2))
    with pytest.raises(EngineError) as caught:
        bench.run(STILLS["png"], recipe)
    assert caught.value.reason


def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for path, error in (
        (tmp_path / "none", SourceMissingError),
        (tmp_path, SourceUnreadableError),
        (empty, SourceEmptyError),
    ):
        with pytest.raises(error):
            work.run(ProbeTask(source=str(path), extension=".jpg"), Limits(), lambda megapixels: None)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (STILLS["png"], Probed(width=32, height=24)),
        (ANIMATIONS["GIF"], Probed(width=40, height=24, frames=3)),
        (turned_photo(), Probed(width=96, height=64)),
        (SVG, Probed(width=40, height=20)),
    ],
)
def test_a_probe(tmp_path: Path, data: bytes, wanted: Probed) -> None:
    path = tmp_path / "source.bin"
    path.write_bytes(data)
    assert work.run(ProbeTask(source=str(path), extension=".png"), Limits(), lambda megapixels: None) == wanted


def test_a_probe_refuses_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    data = bytearray(STILLS["png"])
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    path.write_bytes(pictures.chunk(b"IHDR", bytes(data[16:29])).join([bytes(data[:8]), bytes(data[33:])]))
    with pytest.raises(ImageTooManyPixelsError):
        work.run(ProbeTask(source=str(path), extension=".png"), Limits(), lambda megapixels: None)


def test_the_targets_differ(bench: Bench) -> None:
    source = pictures.encoded(pictures.photo(256, 192), "JPEG", quality=98)
    sizes = [bench.one(source, Recipe(target=target))[0].bytes for target in QualityTarget]
    assert sizes[0] < sizes[1] < sizes[2]
