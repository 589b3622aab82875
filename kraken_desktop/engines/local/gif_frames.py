"""Draws the frames of a GIF again with fewer bytes: smaller boxes, more transparency, palettes without waste."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from kraken_desktop.engines.local import gif_blocks
from kraken_desktop.engines.local.gif_blocks import Frame, Gif, padded
from kraken_desktop.engines.local.lzw import Coder, Codes

Indices: TypeAlias = npt.NDArray[np.uint8]
Colors: TypeAlias = npt.NDArray[np.uint32]
"""0x00rrggbb with ``_OPAQUE``; 0: transparent."""

_OPAQUE = 1 << 24
_CLEARS, _RESTORES = 2, 3
_RAMP = bytes(level for index in range(256) for level in (index, 255 - index, 0))
"""256 different colors that are no grays: with it Pillow gives indices as they are."""
_WEIGHTS = ((16, 0.6), (8, 1.8), (0, 0.6))
"""Of red, green and blue in a distance: bits to shift, and what they count for."""
_MOST_PIXELS = 24_000_000
"""To be coded in one file: what comes after so many stays as it is."""
_QUICK = 20_000
"""Pixels up to which everything is tried."""
_NEARLY = 1.03
"""What a loser of a quick comparison may come to, of the winner, and be tried all the same."""
_HOPELESS = 0.9
"""What is this much smaller than deflate makes it was made by a lossy coder: no other can follow."""
_STILL = 0.5
"""How far a pixel may be off and stay as it is, of what a drawn one may: it stays for more than one frame."""


@dataclass(frozen=True, slots=True)
class _Canvas:
    """What a viewer sees, frame after frame."""

    colors: Colors

    def box(self, frame: Frame) -> Colors:
        """The part that a frame covers, to be read and written."""
        return self.colors[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width]

    def draw(self, frame: Frame, indices: Indices, palette: bytes) -> Colors:
        """Draw a frame and do what its disposal says; its box as it was shown."""
        box = self.box(frame)
        shown = _colors(palette)[indices]
        if frame.transparent is not None:
            shown = np.where(indices == frame.transparent, box, shown)
        if frame.disposal == _CLEARS:
            box[:] = 0
        elif frame.disposal != _RESTORES:
            box[:] = shown
        return shown


@dataclass(slots=True)
class _Pixels:
    """What a frame is encoded from."""

    frame: Frame
    """Its place; the pixels are no longer the ones of its data."""
    palette: bytes
    symbols: npt.NDArray[np.int16]
    choices: list[tuple[int, ...]]
    """Of palette indices, by symbol, as ``Coder`` wants them."""
    values: list[int] = field(init=False)
    """The indices that the preferred choices need."""

    def __post_init__(self) -> None:
        self.values = sorted({self.choices[symbol][0] for symbol in np.unique(self.symbols).tolist()})

    def remapped(self, places: dict[int, int], palette: bytes) -> _Pixels:
        """With other indices; choices that have no place are dropped."""
        choices = [tuple(places[value] for value in options if value in places) or (0,) for options in self.choices]
        clear = self.frame.transparent
        frame = replace(self.frame, transparent=None if clear is None else places[clear])
        return _Pixels(frame, palette, self.symbols, choices)

    @property
    def code_bits(self) -> int:
        """The least code size that its indices need."""
        return max(2, self.values[-1].bit_length())

    def coded(self, coder: Coder) -> Codes:
        """The codes of these pixels."""
        # Others would need wider codes.
        most = self.values[-1]
        choices = [
            options if max(options) <= most else tuple(value for value in options if value <= most) or options
            for options in self.choices
        ]
        return coder.codes(self.symbols.ravel().tolist(), choices, self.code_bits)

    def framed(self, codes: Codes, *, own_palette: bool) -> Frame:
        """The frame with the data of these pixels."""
        return replace(
            self.frame,
            palette=padded(self.palette) if own_palette else None,
            code_bits=codes.code_bits,
            data=codes.data(),
            interlaced=False,
        )

    def places_in(self, other: _Pixels) -> dict[int, int]:
        """Where the indices of these pixels are in others that are the same but for their palette."""
        used = np.unique(self.symbols).tolist()
        return {self.choices[symbol][0]: other.choices[symbol][0] for symbol in used}


class Redrawing:
    """Makes the frames of one file smaller, from the first to the last.

    Args:
        gif: the original.
        loss: how far a color may be off; 0: not at all.
    """

    def __init__(self, gif: Gif, *, loss: float = 0) -> None:
        self._gif = gif
        self._loss = loss
        self._pixels_left = _MOST_PIXELS
        self._coder = Coder()
        self._wanted = _Canvas(np.zeros((gif.height, gif.width), np.uint32))
        self._shown = _Canvas(np.zeros((gif.height, gif.width), np.uint32))

    def result(self) -> Gif:
        """The same picture in fewer bytes, or the original.

        Raises:
            OSError: a frame does not decode to its end.
        """
        gif = self._gif
        if any(frame.left + frame.width > gif.width or frame.top + frame.height > gif.height for frame in gif.frames):
            # Programs differ in whether such frames are cut or the canvas grows.
            return gif
        return replace(gif, frames=tuple(self._redrawn(frame) for frame in gif.frames))

    def _redrawn(self, frame: Frame) -> Frame:
        indices, palette = indices_of(frame), self._gif.palette_of(frame)
        before = self._shown.box(frame).copy()
        after = self._wanted.draw(frame, indices, palette)
        same = before == after
        if self._pixels_left <= 0:
            self._shown.draw(frame, indices, palette)
            return frame
        candidates = [frame]
        if self._loss:
            same |= _distance(before, after) <= self._loss * _STILL
        # A first frame that does not fill the canvas is drawn differently by old programs.
        fixed = np.ones_like(same) if frame is self._gif.frames[0] else ~same
        if frame.disposal == _CLEARS:
            fixed = fixed | (after != 0)
        part = _box(fixed)
        cropped = _cropped(frame, part)
        inside, still = indices[part], same[part]
        clear = _free_index(cropped, palette, inside[~still]) if still.any() else None
        sizes: list[tuple[int, int | None]] = [(_packed_size(inside), None)]
        if clear is not None:
            sizes.append((_packed_size(np.where(still, np.uint8(clear), inside)), clear))
        sizes.sort(key=lambda one: one[0])
        if inside.size > _QUICK and frame.size < _HOPELESS * sizes[0][0] and not self._loss:
            sizes = []
        elif inside.size > _QUICK or sizes[-1][0] > _NEARLY * sizes[0][0]:
            # The loser of a quick comparison is not worth the time.
            sizes = sizes[:1]
        for _, chosen in sizes:
            candidates += self._encoded(cropped, palette, inside, still, chosen)
        best = min(candidates, key=lambda candidate: candidate.size)
        drawn = indices if best is frame else indices_of(best)
        self._shown.draw(best, drawn, best.palette or self._gif.palette or b"")
        return best

    def _encoded(
        self, frame: Frame, palette: bytes, indices: Indices, same: npt.NDArray[np.bool_], clear: int | None
    ) -> list[Frame]:
        """The frame with some of its pixels transparent, with each palette that could do.

        Args:
            frame: place and palette.
            palette: that its indices are of.
            indices: of its pixels.
            same: where nothing needs to be drawn.
            clear: the index that draws nothing there; None: as the frame has it.
        """
        choices: list[tuple[int, ...]] = [(index,) for index in range(256)]
        if self._loss:
            choices = _near(palette, self._loss, frame.transparent if clear is None else clear)
        symbols = indices.astype(np.int16)
        if clear is not None:
            symbols = np.where(same, symbols + 256, symbols)
            choices = choices + [(clear, index) if index != clear else (clear,) for index in range(256)]
            frame = replace(frame, transparent=clear)
        pixels = _Pixels(frame, palette, symbols, choices)
        if frame.palette is None:
            return [pixels.framed(self._coded(pixels), own_palette=False)]
        own = _compacted(pixels)
        shared = _shared(pixels, self._gif.palette) if self._gif.palette else None
        if shared is not None and shared.code_bits <= own.code_bits:
            return [shared.framed(self._coded(shared), own_palette=False)]
        codes = self._coded(own)
        made = [own.framed(codes, own_palette=True)]
        if shared is not None:
            moved = codes.moved(own.places_in(shared), shared.code_bits) or self._coded(shared)
            made.append(shared.framed(moved, own_palette=False))
        return made

    def _coded(self, pixels: _Pixels) -> Codes:
        self._pixels_left -= pixels.symbols.size
        return pixels.coded(self._coder)


def indices_of(frame: Frame) -> Indices:
    """The palette indices of one frame, row by row from the top.

    Raises:
        OSError: its data is broken or too short.
    """
    lone = Gif(
        width=frame.width,
        height=frame.height,
        palette=_RAMP,
        background=0,
        color_bits=7,
        aspect=0,
        loop=None,
        frames=(replace(frame, left=0, top=0, palette=None, transparent=None, delay=0, disposal=0, waits=False),),
    )
    with Image.open(io.BytesIO(gif_blocks.write(lone)), formats=["GIF"]) as image:
        return np.asarray(image)


def _colors(palette: bytes) -> Colors:
    table = np.full(256, _OPAQUE, np.uint32)
    rgb = np.frombuffer(palette, np.uint8).reshape(-1, 3).astype(np.uint32)
    table[: len(rgb)] |= rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    return table


def _distance(one: Colors, other: Colors) -> npt.NDArray[np.float32]:
    """How far colors are from each other; infinite if only one is transparent."""
    total = np.zeros(np.broadcast_shapes(one.shape, other.shape), np.float32)
    for shift, weight in _WEIGHTS:
        step = (one >> shift & 255).astype(np.float32) - (other >> shift & 255).astype(np.float32)
        total += weight * step * step
    return np.where((one ^ other) & _OPAQUE, np.float32(np.inf), np.sqrt(total))


def _packed_size(indices: Indices) -> int:
    """A quick guess at how well they compress, in bytes."""
    return len(zlib.compress(indices.tobytes(), 1))


@lru_cache(maxsize=16)
def _near(palette: bytes, loss: float, clear: int | None) -> list[tuple[int, ...]]:
    """For each index itself and what may stand for it, the nearest first. Not to be changed: it is kept."""
    colors = _colors(palette)[: len(palette) // 3]
    distances = _distance(colors[:, None], colors[None, :])
    if clear is not None and clear < len(colors):
        distances[:, clear] = np.inf
        distances[clear] = np.inf
    np.fill_diagonal(distances, np.inf)
    counts = np.count_nonzero(distances <= loss, axis=1).tolist()
    # The nearest ones of each row: no more columns are of use than the longest list has.
    order = np.argsort(distances, axis=1, kind="stable")[:, : max(counts)].tolist()
    near = [(index, *row[:count]) for index, (row, count) in enumerate(zip(order, counts, strict=True))]
    return near + [(index,) for index in range(len(colors), 256)]


def _box(shown: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """The rows and columns that hold all that is shown; one pixel if there is nothing."""
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _cropped(frame: Frame, part: tuple[slice, slice]) -> Frame:
    rows, columns = part
    return replace(
        frame,
        left=frame.left + columns.start,
        top=frame.top + rows.start,
        width=columns.stop - columns.start,
        height=rows.stop - rows.start,
    )


def _free_index(frame: Frame, palette: bytes, drawn: Indices) -> int | None:
    """An index that may mean transparent in a frame that draws these ones; None if there is none."""
    if frame.transparent is not None:
        return frame.transparent
    if frame.disposal == _CLEARS:
        # Pillow, and what is built on it, clears to the background color unless the frame has a transparent one.
        return None
    taken = set(np.unique(drawn).tolist())
    # A palette of its own can take one more color.
    count = len(palette) // 3 if frame.palette is None else min(256, len(palette) // 3 + 1)
    return next((index for index in range(count) if index not in taken), None)


def _compacted(pixels: _Pixels) -> _Pixels:
    """With a palette of nothing but the colors that are needed."""
    needed = set(pixels.values)
    if pixels.frame.transparent is not None:
        needed.add(pixels.frame.transparent)
    kept = sorted(needed)
    colors = pixels.palette + bytes(768 - len(pixels.palette))
    palette = b"".join(colors[3 * index : 3 * index + 3] for index in kept)
    return pixels.remapped({index: place for place, index in enumerate(kept)}, palette)


def _shared(pixels: _Pixels, palette: bytes) -> _Pixels | None:
    """With the file's palette, if that has all the colors and room for transparency."""
    known: dict[bytes, int] = {}
    for at in range(len(palette) // 3):
        known.setdefault(palette[3 * at : 3 * at + 3], at)
    places: dict[int, int] = {}
    clear = pixels.frame.transparent
    for index in pixels.values:
        if index != clear:
            place = known.get(pixels.palette[3 * index : 3 * index + 3])
            if place is None:
                return None
            places[index] = place
    if clear is not None:
        free = set(range(len(palette) // 3)) - set(places.values())
        if not free:
            return None
        places[clear] = min(free)
    return pixels.remapped(places, palette)
