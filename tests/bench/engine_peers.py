"""Other tools that make images smaller, for the engine's benchmark: run, never linked; each only if it is installed."""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Command = Callable[[Path, Path, int], Sequence[str]]
"""From the source, the target and a level to arguments."""

_SECONDS = 120
_PILLOW = """
import sys
from PIL import Image
source, target, level = sys.argv[1:]
image = Image.open(source)
kept = {"icc_profile": image.info.get("icc_profile")}
if target.endswith(".jpg"):
    kept |= {"optimize": True, "progressive": True}
    image = image.convert("RGB") if image.mode not in ("RGB", "L", "CMYK") else image
elif image.mode not in ("RGB", "RGBA"):
    image = image.convert("RGBA" if "transparency" in image.info or image.mode in ("LA", "PA") else "RGB")
if target.endswith(".avif"):
    kept |= {"speed": 6, "max_threads": 1}
image.save(target, quality=int(level), **kept)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A tool and how it is asked for one level of quality, from the lowest on; one level for one without loss."""

    name: str
    program: str
    command: Command
    levels: tuple[int, ...] = (0,)

    @property
    def is_there(self) -> bool:
        if self.program == "oxipng (Python)":
            return importlib.util.find_spec("oxipng") is not None
        return shutil.which(self.program) is not None

    def run(self, source: Path, target: Path, level: int) -> tuple[bytes | None, float]:
        """What it made, and its seconds of processor; None if it failed."""
        target.unlink(missing_ok=True)
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1"}
        began = children_cpu()
        try:
            subprocess.run(
                [*self.command(source, target, level)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                env=environment,
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            return None, children_cpu() - began
        return (target.read_bytes() if target.exists() else None), children_cpu() - began


def children_cpu() -> float:
    """Seconds of processor of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _jpegoptim(source: Path, target: Path, level: int) -> Sequence[str]:
    shutil.copyfile(source, target)
    lossy = [f"--max={level}"] if level else []
    return ["jpegoptim", "-q", "--all-progressive", "--strip-com", "--strip-exif", "--strip-iptc", *lossy, str(target)]


def _optipng(source: Path, target: Path, level: int) -> Sequence[str]:
    return ["optipng", "-quiet", f"-o{level}", "-strip", "all", "-out", str(target), str(source)]


def _oxipng(source: Path, target: Path, level: int) -> Sequence[str]:
    program = f"import oxipng, sys; oxipng.optimize(*sys.argv[1:], level={level}, strip=oxipng.StripChunks.safe())"
    return [sys.executable, "-c", program, str(source), str(target)]


def _pillow(source: Path, target: Path, level: int) -> Sequence[str]:
    return [sys.executable, "-c", _PILLOW, str(source), str(target), str(level)]


JPEG = (
    Peer(name="jpegoptim", program="jpegoptim", command=_jpegoptim, levels=(50, 65, 75, 85, 93)),
    Peer(
        name="ImageMagick",
        program="convert",
        command=lambda source, target, level: [
            *("convert", str(source), "-strip", "-interlace", "JPEG", "-sampling-factor", "4:2:0"),
            *("-quality", str(level), str(target)),
        ],
        levels=(50, 65, 75, 85, 93),
    ),
    Peer(name="Pillow", program=sys.executable, command=_pillow, levels=(50, 65, 75, 85, 93)),
)
JPEG_LOSSLESS = (
    Peer(name="jpegoptim", program="jpegoptim", command=_jpegoptim),
    Peer(
        name="jpegtran",
        program="jpegtran",
        command=lambda source, target, _: [
            *("jpegtran", "-copy", "none", "-optimize", "-progressive", "-outfile", str(target), str(source))
        ],
    ),
)
PNG = (
    Peer(
        name="pngquant",
        program="pngquant",
        command=lambda source, target, level: [
            *("pngquant", "--force", "--strip", f"--quality=0-{level}", "--output", str(target), str(source))
        ],
        levels=(30, 50, 65, 80, 90, 97),
    ),
)
PNG_LOSSLESS = (
    Peer(name="optipng -o2", program="optipng", command=_optipng, levels=(2,)),
    Peer(name="oxipng 2", program="oxipng (Python)", command=_oxipng, levels=(2,)),
)
GIF_LOSSLESS = (
    Peer(
        name="gifsicle -O3",
        program="gifsicle",
        command=lambda source, target, _: ["gifsicle", "-O3", str(source), "-o", str(target)],
    ),
)
GIF = (
    Peer(
        name="gifsicle --lossy",
        program="gifsicle",
        # Its levels are losses.
        command=lambda source, target, level: [
            *("gifsicle", "-O3", f"--lossy={200 - level}", str(source), "-o", str(target))
        ],
        levels=(0, 80, 120, 160, 185),
    ),
)
WEBP = (
    Peer(
        name="cwebp",
        program="cwebp",
        command=lambda source, target, level: ["cwebp", "-quiet", "-q", str(level), str(source), "-o", str(target)],
        levels=(40, 60, 75, 85, 93),
    ),
    Peer(name="Pillow", program=sys.executable, command=_pillow, levels=(40, 60, 75, 85, 93)),
)
AVIF = (
    Peer(
        name="avifenc -s 6",
        program="avifenc",
        # libavif before 1.0 knows quantizers only: 63 is the worst.
        command=lambda source, target, level: [
            *("avifenc", "-s", "6", "-j", "1", "--min", str(63 - level), "--max", str(63 - level)),
            *(str(source), str(target)),
        ],
        levels=(20, 30, 38, 45, 53),
    ),
    Peer(name="Pillow", program=sys.executable, command=_pillow, levels=(35, 50, 62, 75, 88)),
)
SVG = (
    Peer(
        name="svgo",
        program="svgo",
        command=lambda source, target, _: ["svgo", "-q", "-i", str(source), "-o", str(target)],
    ),
)
