"""What a source's metadata holds that a recipe may keep, in no format's own form.

Which facts belong to which word is Kraken.io's choice (Kraken.io docs, "Preserving Metadata").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kraken_desktop.model.recipe import KeptMetadata

Rational = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gps:
    """A place: no altitude, no direction, no time."""

    version: bytes
    """Four bytes, as in Exif's GPSVersionID."""
    latitude_ref: bytes
    """``N`` or ``S``."""
    latitude: tuple[Rational, Rational, Rational]
    """Degrees, minutes, seconds."""
    longitude_ref: bytes
    """``E`` or ``W``."""
    longitude: tuple[Rational, Rational, Rational]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    """What may be kept of Exif. Empty bytes and None: not there."""

    orientation: int | None = None
    """1 to 8."""
    copyright: bytes = b""
    """In the source's own encoding, which Exif does not tell."""
    original: bytes = b""
    """DateTimeOriginal: ``YYYY:MM:DD HH:MM:SS``."""
    digitized: bytes = b""
    original_offset: bytes = b""
    """OffsetTimeOriginal: ``+HH:MM``, what the date is to be read with."""
    digitized_offset: bytes = b""
    gps: Gps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpFacts:
    """What may be kept of XMP. Empty: not there."""

    date_created: str = ""
    """photoshop:DateCreated."""
    creators: tuple[str, ...] = ()
    """dc:creator, in order."""
    rights: tuple[tuple[str, str], ...] = ()
    """dc:rights: language and text."""
    credit: str = ""
    """photoshop:Credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What one source holds, parsed once. What is corrupt counts as not there."""

    icc: bytes | None = None
    """The color profile, whole, sRGB or not."""
    orientation: int = 1
    """How the stored pixels have to be turned to be upright, in Exif's numbers, 1 to 8; 1 if nobody says."""
    container_turns: bool = False
    """Whether ``orientation`` is the container's own (HEIC and AVIF: ``irot``, ``imir``). libheif, and so libvips,
    turns such pixels itself and must not be followed by another turn; what Exif says there does not count."""
    exif: ExifFacts = field(default_factory=ExifFacts)
    xmp: XmpFacts = field(default_factory=XmpFacts)
    iptc_copyright: str = ""

    def chosen(self, keep: frozenset[KeptMetadata]) -> Metadata:
        """Only the facts that a recipe keeps; without profile and orientation, which follow rules of their own."""
        exif, xmp = ExifFacts(), XmpFacts()
        if KeptMetadata.COPYRIGHT in keep:
            exif = replace(exif, copyright=self.exif.copyright)
            xmp = replace(xmp, creators=self.xmp.creators, rights=self.xmp.rights, credit=self.xmp.credit)
        if KeptMetadata.DATE in keep:
            exif = replace(
                exif,
                original=self.exif.original,
                digitized=self.exif.digitized,
                original_offset=self.exif.original_offset if self.exif.original else b"",
                digitized_offset=self.exif.digitized_offset if self.exif.digitized else b"",
            )
            xmp = replace(xmp, date_created=self.xmp.date_created)
        if KeptMetadata.GEOTAG in keep:
            exif = replace(exif, gps=self.exif.gps)
        return Metadata(
            exif=exif, xmp=xmp, iptc_copyright=self.iptc_copyright if KeptMetadata.COPYRIGHT in keep else ""
        )
