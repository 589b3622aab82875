"""Every format with every set of kept words: the same pixels, and just the facts that were asked for."""

import io
import itertools

import pytest
from PIL import Image, ImageOps

from kraken_desktop.engines.local.metadata import ExifFacts, Metadata, XmpFacts, insert, read, strip
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import (
    EXIF,
    EXTENSIONS,
    FORMATS,
    GPS,
    NOTICE,
    SECRET,
    WITH_EXIF,
    XMP,
    encoded,
    full,
    picture,
    pixels,
    srgb,
    wide,
)

NOTHING: frozenset[Kept] = frozenset()
EVERYTHING = frozenset(Kept)
SETS = [frozenset(words) for count in range(6) for words in itertools.combinations(Kept, count)]


def expected_exif(keep: frozenset[Kept], orientation: int | None) -> ExifFacts:
    return ExifFacts(
        orientation=orientation,
        copyright=EXIF.copyright if Kept.COPYRIGHT in keep else b"",
        original=EXIF.original if Kept.DATE in keep else b"",
        digitized=EXIF.digitized if Kept.DATE in keep else b"",
        original_offset=EXIF.original_offset if Kept.DATE in keep else b"",
        digitized_offset=EXIF.digitized_offset if Kept.DATE in keep else b"",
        gps=GPS if Kept.GEOTAG in keep else None,
    )


def expected_xmp(keep: frozenset[Kept]) -> XmpFacts:
    return XmpFacts(
        date_created=XMP.date_created if Kept.DATE in keep else "",
        creators=XMP.creators if Kept.COPYRIGHT in keep else (),
        rights=XMP.rights if Kept.COPYRIGHT in keep else (),
        credit=XMP.credit if Kept.COPYRIGHT in keep else "",
    )


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    return {extension: full(extension, srgb()) for extension in EXTENSIONS}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_source_tells_what_it_holds(sources: dict[str, bytes], extension: str) -> None:
    found = read(sources[extension], extension)
    assert found.xmp == XMP
    if extension == ".gif":
        return
    assert found.icc == srgb()
    assert found.orientation == 6
    assert found.container_turns == (extension == ".avif")
    assert found.exif == (expected_exif(EVERYTHING, found.exif.orientation))
    assert found.iptc_copyright == (NOTICE if extension in {".jpg", ".png"} else "")


@pytest.mark.parametrize("keep", SETS, ids=lambda keep: "+".join(sorted(keep)) or "nothing")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_stripping_keeps_pixels_and_what_is_asked_for(
    sources: dict[str, bytes], extension: str, keep: frozenset[Kept]
) -> None:
    source = sources[extension]
    stripped = strip(source, extension, keep)
    assert pixels(stripped) == pixels(source)
    assert SECRET not in stripped
    assert len(stripped) < len(source)
    assert strip(stripped, extension, keep) == stripped
    found = read(stripped, extension)
    assert found.xmp == expected_xmp(keep)
    if extension == ".gif":
        return
    assert found.orientation == 6
    assert found.exif == expected_exif(keep, 6 if extension in WITH_EXIF else None)
    assert found.icc == (srgb() if Kept.PROFILE in keep or extension == ".avif" else None)
    assert found.iptc_copyright == (NOTICE if extension == ".jpg" and Kept.COPYRIGHT in keep else "")


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".avif"])
def test_a_profile_other_than_srgb_stays(extension: str) -> None:
    assert read(strip(full(extension, wide()), extension, NOTHING), extension).icc == wide()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", WITH_EXIF)
def test_no_picture_is_turned(extension: str, orientation: int) -> None:
    source = full(extension, orientation=orientation)
    stripped = strip(source, extension, NOTHING)
    before, after = (
        ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB") for data in (source, stripped)
    )
    assert (before.size, before.tobytes()) == (after.size, after.tobytes())
    tags = dict(Image.open(io.BytesIO(stripped)).getexif())
    assert tags == ({} if orientation == 1 else {0x0112: orientation})


@pytest.mark.parametrize("extension", WITH_EXIF)
def test_an_upright_orientation_stays_only_when_asked_for(extension: str) -> None:
    source = full(extension, orientation=1)
    kept = strip(source, extension, frozenset({Kept.ORIENTATION}))
    assert read(kept, extension).exif == ExifFacts(orientation=1)
    assert read(strip(source, extension, NOTHING), extension).exif == ExifFacts()


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_bare_file_stays_as_it_is(extension: str) -> None:
    bare = strip(encoded(extension), extension, EVERYTHING)
    assert pixels(bare) == pixels(encoded(extension))
    assert len(bare) <= len(encoded(extension))
    assert read(bare, extension).exif == ExifFacts()
    assert insert(bare, extension, Metadata(), EVERYTHING) == bare


@pytest.mark.parametrize("keep", SETS, ids=lambda keep: "+".join(sorted(keep)) or "nothing")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_new_file_gets_what_its_source_had(sources: dict[str, bytes], extension: str, keep: frozenset[Kept]) -> None:
    metadata = read(sources[".jpg"], ".jpg")
    fresh = encoded(extension, picture(hue=99))
    written = insert(fresh, extension, metadata, keep)
    assert pixels(written) == pixels(fresh)
    found = read(written, extension)
    assert found.orientation == 1
    assert found.xmp == expected_xmp(keep)
    if extension != ".gif":
        assert found.exif == expected_exif(keep, 1 if Kept.ORIENTATION in keep else None)
    assert found.iptc_copyright == (NOTICE if extension == ".jpg" and Kept.COPYRIGHT in keep else "")


@pytest.mark.parametrize("extension", WITH_EXIF)
def test_pixels_that_were_not_turned_say_so(sources: dict[str, bytes], extension: str) -> None:
    turned = read(sources[extension], extension)
    written = insert(encoded(extension), extension, turned, NOTHING, is_upright=False)
    assert read(written, extension).exif == ExifFacts(orientation=6)
    upright = Metadata(exif=ExifFacts(orientation=1))
    assert insert(encoded(extension), extension, upright, NOTHING, is_upright=False) == encoded(extension)


def test_pixels_that_a_decoder_turned_are_not_turned_again(sources: dict[str, bytes]) -> None:
    turned = read(sources[".avif"], ".avif")
    assert (turned.orientation, turned.container_turns) == (6, True)
    for extension in EXTENSIONS:
        assert insert(encoded(extension), extension, turned, NOTHING, is_upright=False) == encoded(extension)


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".avif"])
def test_what_the_encoder_embedded_stays(extension: str) -> None:
    fresh = encoded(extension, icc_profile=srgb())
    written = insert(fresh, extension, Metadata(exif=EXIF), frozenset({Kept.GEOTAG}))
    assert read(written, extension).icc == srgb()
    assert read(written, extension).exif.gps == GPS


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".avif"])
def test_others_understand_what_is_written(extension: str) -> None:
    written = insert(encoded(extension), extension, Metadata(exif=EXIF, xmp=XMP), EVERYTHING)
    with Image.open(io.BytesIO(written)) as image:
        exif = image.getexif()
        assert exif[0x8298] == "(c) Ann Example"
        assert exif.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
        assert exif.get_ifd(0x8825)[2] == (33, 51, 35)
        assert b"All mine" in image.info["xmp"] if extension != ".png" else "xmp" in image.info


@pytest.mark.parametrize("extension", [".svg", ""])
def test_what_has_no_container_is_left_alone(extension: str) -> None:
    assert read(b"<svg/>", extension) == Metadata()
    assert strip(b"<svg/>", extension, NOTHING) == b"<svg/>"
    assert insert(b"<svg/>", extension, Metadata(exif=EXIF), EVERYTHING) == b"<svg/>"


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("data", [b"", b"SECRET", b"\xff\xd8", b"RIFF\4\0\0\0WEBP", b"GIF89a", b"\0\0\0\x08ftyp"])
def test_what_is_no_image_is_refused(extension: str, data: bytes) -> None:
    for work in (lambda: read(data, extension), lambda: strip(data, extension, NOTHING)):
        with pytest.raises(ImageBrokenError) as caught:
            work()
        assert caught.value.reason
        assert caught.value.path == ""


def test_every_format_is_sampled() -> None:
    assert set(FORMATS) == set(EXTENSIONS)
