"""From one source, decoded once, the bytes of each output: re-encoded, without loss, or only without its metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import pyvips

from kraken_desktop.engines.local import apng, avif, color, decode, gif, jpeg, metadata, png, svg, webp
from kraken_desktop.engines.local.headers import Header, refuse_size
from kraken_desktop.engines.local.picture import Picture, Wish
from kraken_desktop.engines.local.protocol import Limits, OptimizeTask
from kraken_desktop.engines.local.resize import least_shrink, resized
from kraken_desktop.model.errors import EngineError
from kraken_desktop.model.geometry import Size, place
from kraken_desktop.model.recipe import KeptMetadata, Output, Strategy

_WORTH_A_LOSS = 0.97
"""A picture loses a little each time: it is encoded again only for a file smaller than this share."""
_WORTH_AN_AVIF = 0.9
"""AVIF files have been made small before; and to decode and encode one costs more than any other."""
_ANIMATED = frozenset({".gif", ".webp", ".avif"})
"""Types that an animation stays one in."""
_RE_ENCODED_ANIMATED = frozenset({".gif", ".webp"})
"""Types of which an animation may be encoded again only to become smaller."""
_DEEP = frozenset({".png", ".avif"})
"""Types that can hold more than 8 bits a channel."""

_ENCODERS = {
    ".jpg": jpeg.encode,
    ".png": png.encode,
    ".gif": gif.encode,
    ".webp": webp.encode,
    ".avif": avif.encode,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The bytes of one output."""

    data: bytes
    extension: str
    size: Size
    """As it is shown, upright."""
    is_animated: bool = False
    already_optimal: bool = False


class Source:
    """One source on its way to its outputs. Decodes it when pixels are first needed, once for all of them.

    Raises, from each method, what ``decode.decode`` does, and ``EngineError`` for what no encoder can make.
    """

    def __init__(self, data: bytes, header: Header, task: OptimizeTask, limits: Limits) -> None:
        self._data = data
        self._header = header
        self._task = task
        self._limits = limits
        self._picture: tuple[tuple[bool, bool], Picture] | None = None

    @property
    def megapixels(self) -> float:
        """Decoded and encoded, over all outputs."""
        frames = self._header.frames
        made = [place(self._header.size, output.resize).canvas for output in self._task.outputs if self._header.width]
        return sum(width * height * frames for width, height in [self._header.size, *made]) / 1e6

    def make(self, output: Output) -> Outcome:
        """One output.

        Raises:
            ImageTooManyPixelsError: it would be too large.
        """
        try:
            if self._header.extension == ".svg":
                return self._from_vector(output)
            if output.extension == self._header.extension and not self._is_resized(output):
                return self._as_it_is(output)
            return self._made_anew(output)
        except pyvips.Error as error:
            raise EngineError(path=self._task.source, reason=str(error).strip()[:300]) from error

    # --- the same image, smaller ---

    def _as_it_is(self, output: Output) -> Outcome:
        extension, size, is_animated = output.extension, self._header.size, self._header.is_animated
        stripped = metadata.strip(self._data, extension, self._task.keep_metadata)
        best, is_optimal = stripped, True
        if is_animated and extension not in _RE_ENCODED_ANIMATED:
            best = self._same_frames(stripped)
            is_optimal = best is stripped
            return Outcome(data=best, extension=extension, size=size, is_animated=True, already_optimal=is_optimal)
        again, most = None, float("inf")
        worth = _WORTH_AN_AVIF if extension == ".avif" else _WORTH_A_LOSS
        if output.lossy and self._may_be_encoded_again:
            again = self._encoded_again(output, stripped)
            most = len(again) / worth
        lossless = self._lossless(stripped, most)
        if lossless is not None and len(lossless) < len(best):
            best, is_optimal = lossless, False
        if again is not None and len(again) < worth * len(best):
            best, is_optimal = again, False
        return Outcome(
            data=best,
            extension=extension,
            size=size,
            is_animated=is_animated,
            already_optimal=is_optimal,
        )

    def _same_frames(self, stripped: bytes) -> bytes:
        """An animation that is not encoded again, in fewer bytes if that can be; it has to be whole all the same."""
        digest = decode.frames_digest(self._data, self._task.source)
        if self._header.extension != ".png":
            return stripped
        found = png.lossless(stripped)
        is_good = len(found) < len(stripped) and decode.frames_digest(found, self._task.source) == digest
        return found if is_good else stripped

    @property
    def _may_be_encoded_again(self) -> bool:
        header = self._header
        # Nobody can know what color inks without a profile have; 8 bits cannot hold light beyond white; and of a
        # PNG's own gamma programs think differently.
        has_unknown_inks = color.is_cmyk(self._decoded.pixels) and self._metadata.icc is None
        return not (header.is_hdr or header.gamma or has_unknown_inks)

    def _lossless(self, stripped: bytes, most: float) -> bytes | None:
        """Smaller bytes that show exactly the same; None if there are none, or only more than ``most``.

        Decodes the source in any case: what is not whole is never handed on.
        """
        header, _ = self._header, self._decoded
        is_turned = self._turns and header.orientation != 1
        match header.extension:
            case ".jpg":
                found = jpeg.lossless(stripped)
            # Few programs look for the orientation of a PNG, and turning it costs nothing.
            case ".png" if is_turned and not header.gamma:
                return self._exact(self._encoded_without_loss(), most, is_turned=True)
            case ".png":
                found = png.lossless(stripped)
            case ".gif":
                found = gif.lossless(stripped)
            case ".webp" if webp.is_lossless(self._data):
                return self._exact(self._encoded_without_loss(), most, is_turned=is_turned)
            case _:
                return None
        return self._exact(found, most)

    def _exact(self, candidate: bytes, most: float, *, is_turned: bool = False) -> bytes | None:
        """The candidate, if it shows the very same pixels; else None: lossless is a promise."""
        if len(candidate) > most:
            # Another one is taken anyway: to compare all pixels would be in vain.
            return None
        extension = self._header.extension
        original = self._decoded.pixels
        if is_turned:
            original = decode.turned(original, self._header.orientation)
        return candidate if color.are_same(original, decode.raw_pixels(candidate, extension)) else None

    def _encoded_without_loss(self) -> bytes:
        extension = self._header.extension
        wish = Wish(lossy=False, quality=None, target=self._task.target, chroma=None)
        picture = self._base(keep_profile=True, turn=self._turns)
        return self._with_metadata(_ENCODERS[extension](picture, wish), extension, is_upright=self._turns)

    def _encoded_again(self, output: Output, stripped: bytes) -> bytes:
        keeps_profile = KeptMetadata.PROFILE in self._task.keep_metadata
        if output.extension == ".gif":
            # Few need their pixels in memory.
            base = partial(self._base, keep_profile=keeps_profile, turn=self._turns)
            return gif.shrink_lossy(stripped, base, self._wish(output))
        picture = self._base(keep_profile=keeps_profile, turn=self._turns)
        return self._encoded(picture, output, is_upright=self._turns)

    @property
    def _turns(self) -> bool:
        """Whether pixels become upright; if not, they and the note that says how to turn them stay as they are."""
        return self._task.auto_orient or self._header.orientation == 1

    # --- another size, another type ---

    def _is_resized(self, output: Output) -> bool:
        if output.resize is None:
            return False
        placement = place(self._header.size, output.resize)
        whole = (0, 0, *self._header.size)
        if (placement.crop, placement.scaled, placement.canvas) != (whole, self._header.size, self._header.size):
            return True
        return output.resize.strategy is Strategy.FILL and self._decoded.pixels.hasalpha()

    def _made_anew(self, output: Output) -> Outcome:
        size = place(self._header.size, output.resize).canvas
        frames = self._header.frames if self._stays_animated(output) else 1
        refuse_size(size, frames, self._task.source, self._limits)
        picture = self._base(keep_profile=KeptMetadata.PROFILE in self._task.keep_metadata, turn=True)
        if frames == 1:
            picture = decode.first_frame(picture)
        picture = resized(picture, output.resize, self._header.size)
        data = self._encoded(picture, output)
        return Outcome(data=data, extension=output.extension, size=size, is_animated=frames > 1)

    def _stays_animated(self, output: Output) -> bool:
        """Whatever is called PNG is expected to stand still, unless it moved before."""
        if output.extension == ".png":
            return self._header.is_animated and self._header.extension == ".png"
        return self._header.is_animated and output.extension in _ANIMATED

    # --- vector images ---

    def _from_vector(self, output: Output) -> Outcome:
        own = self._header.size
        if output.extension != ".svg":
            return self._rasterised(output)
        # A vector image has no pixels: its new size is only that of its place on a page.
        size = place(own, output.resize).canvas if all(own) else own
        smaller = svg.shrink(self._data, self._task.keep_metadata)
        # The source as it is would bring its metadata along.
        is_optimal = len(smaller) >= len(self._data)
        return Outcome(data=smaller, extension=".svg", size=size, already_optimal=is_optimal)

    def _rasterised(self, output: Output) -> Outcome:
        """Drawn as large as it is needed, so that nothing is scaled that could be drawn."""
        own = self._drawn_size
        placement = place(own, output.resize)
        _, _, across, down = placement.crop
        whole = (
            max(1, round(own[0] * placement.scaled[0] / across)),
            max(1, round(own[1] * placement.scaled[1] / down)),
        )
        for size in (whole, placement.canvas):
            refuse_size(size, 1, self._task.source, self._limits)
        picture = Picture(pixels=svg.rasterize(self._data, *whole), width=whole[0], height=whole[1])
        data = self._encoded(resized(picture, output.resize, own), output)
        return Outcome(data=data, extension=output.extension, size=placement.canvas)

    @property
    def _drawn_size(self) -> Size:
        """Its own size, or how much room what is drawn takes."""
        if all(self._header.size):
            return self._header.size
        drawn = pyvips.Image.svgload_buffer(self._data, dpi=96)
        return drawn.width, drawn.height

    # --- pixels ---

    @cached_property
    def _metadata(self) -> metadata.Metadata:
        return metadata.read(self._data, self._header.extension)

    @cached_property
    def _decoded(self) -> decode.Decoded:
        shrink = least_shrink(self._header.size, [output.resize for output in self._task.outputs])
        icc = self._metadata.icc
        if icc is not None and metadata.is_srgb(icc):
            icc = None
        return decode.decode(self._data, self._header, self._task.source, shrink=shrink, icc=icc)

    def _base(self, *, keep_profile: bool, turn: bool) -> Picture:
        """The source's pixels in the colors and the position that outputs want; computed once while they agree."""
        key = (keep_profile, turn)
        if self._picture is None or self._picture[0] != key:
            picture = self._decoded.picture(keep_profile=keep_profile, turn=turn)
            self._picture = (key, decode.in_memory(picture, self._decoded.pixels))
        return self._picture[1]

    def _encoded(self, picture: Picture, output: Output, *, is_upright: bool = True) -> bytes:
        pixels = picture.pixels
        known = self._picture[1].pixels if self._picture is not None else None
        if output.extension == ".jpg":
            pixels = color.flattened(pixels, self._task.background)
        if output.extension not in _DEEP or (output.lossy and output.extension == ".png"):
            pixels = color.to_eight_bits(pixels)
        ready = decode.in_memory(replace(picture, pixels=pixels, is_deep=pixels.format == "ushort"), known)
        if output.extension == ".png" and ready.animation is not None:
            data = png.lossless(apng.encode(ready, ready.animation))
        else:
            data = _ENCODERS[output.extension](ready, self._wish(output))
        return self._with_metadata(data, output.extension, is_upright=is_upright)

    def _wish(self, output: Output) -> Wish:
        return Wish(lossy=output.lossy, quality=output.quality, target=self._task.target, chroma=output.chroma)

    def _with_metadata(self, data: bytes, extension: str, *, is_upright: bool) -> bytes:
        keep = self._task.keep_metadata
        return metadata.insert(data, extension, self._metadata, keep, is_upright=is_upright)
