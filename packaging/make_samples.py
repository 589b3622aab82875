"""Draws the sample images of the first start: python packaging/make_samples.py [FOLDER]

Nothing is photographed or copied: all is computed here, always alike. The files are saved as careless programs
save them (little compression, metadata with a place, an editor's comments), so that there is something to save.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.TiffImagePlugin import IFDRational

Pixels = npt.NDArray[np.float64]
"""Height, width, and red, green, blue from 0 to 1."""

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"


def main(folder: Path) -> None:
    """Write all samples into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        content = draw()
        (folder / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


# --- noise and color ------------------------------------------------------------------------------


def noise_line(random: np.random.Generator, length: int, *, first: int, octaves: int, fall: float) -> Pixels:
    """A fractal line about 0: ``first`` is the number of its largest waves."""
    line = np.zeros(length)
    at = np.linspace(0, 1, length)
    for octave in range(octaves):
        count = first * 2**octave
        points = random.uniform(-1, 1, count + 3)
        place = at * count
        index = place.astype(int)
        part = place - index
        smooth = part * part * (3 - 2 * part)
        line += (points[index] * (1 - smooth) + points[index + 1] * smooth) * fall**octave
    return line


def noise_plane(random: np.random.Generator, size: tuple[int, int], cells: tuple[int, int], octaves: int) -> Pixels:
    """A fractal plane from about -1 to 1. Sizes are width and height."""
    width, height = size
    plane = np.zeros((height, width))
    for octave in range(octaves):
        shape = (cells[1] * 2**octave + 1, cells[0] * 2**octave + 1)
        grid = random.uniform(-1, 1, shape).astype(np.float32)
        layer = Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)
        plane += np.asarray(layer, dtype=np.float64) * 0.5**octave
    return plane / 1.6


def gradient(stops: list[tuple[float, str]], at: Pixels) -> Pixels:
    """Colors of a gradient at places from 0 to 1."""
    places = [place for place, _ in stops]
    colors = np.array([rgb(color) for _, color in stops])
    return np.stack([np.interp(at, places, colors[:, channel]) for channel in range(3)], axis=-1)


def rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def blend(below: Pixels, above: Pixels, alpha: Pixels) -> Pixels:
    return below * (1 - alpha[..., None]) + above * alpha[..., None]


def image(pixels: Pixels) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


# --- a photo --------------------------------------------------------------------------------------

WIDTH, HEIGHT, HORIZON = 1600, 1067, 690


def evening_lake() -> bytes:
    """A lake in the evening, as a camera held upright saves it: turned by its Exif orientation, with a place."""
    random = np.random.default_rng(20)
    upper = _mountains(random, _sky(random))
    scene = np.concatenate([upper, _lake(random, upper)])
    scene += random.normal(0, 0.012, scene.shape[:2])[..., None]
    turned = image(scene).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn by 90 degrees clockwise to see it upright
    exif[0x010F], exif[0x0110] = "Kraken Desktop", "Sample camera"
    exif[0x0132], exif[0x8298] = "2025:06:21 21:14:00", "Kraken Desktop, MIT license"
    degrees = tuple(IFDRational(number) for number in (59, 54, 0))
    exif[0x8825] = {1: "N", 2: degrees, 3: "E", 4: degrees}
    return saved(turned, "JPEG", quality=93, subsampling=0, exif=exif)


def _sky(random: np.random.Generator) -> Pixels:
    rows = np.repeat(np.linspace(0, 1, HORIZON)[:, None], WIDTH, axis=1)
    colors = [(0.0, "#22375f"), (0.35, "#5b6fa0"), (0.62, "#d99a8f"), (0.82, "#fbc48a"), (1.0, "#ffe3b0")]
    sky = gradient(colors, rows)
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HORIZON))
    away = np.hypot(across - 1060, down - 520)
    sky += np.exp(-away / 190)[..., None] * np.array([0.45, 0.27, 0.08])
    sky = blend(sky, np.ones_like(sky) * np.array([1.0, 0.95, 0.8]), np.clip((52 - away) / 3, 0, 1))
    clouds = noise_plane(random, (WIDTH, HORIZON), (3, 9), 5)
    veil = np.clip(clouds * 1.5 - 0.15, 0, 1) * np.clip(1.15 - rows, 0, 1) * 0.7
    return blend(sky, gradient([(0.0, "#8f97bd"), (0.7, "#ffd9c0"), (1.0, "#fff0d8")], rows), veil)


def _mountains(random: np.random.Generator, sky: Pixels) -> Pixels:
    rows = np.arange(HORIZON)[:, None]
    ranges = [
        (415, 120, 3, "#a3a0bd", "#e0b6a6"),
        (500, 95, 4, "#6f7ba0", "#c49c9c"),
        (575, 70, 5, "#46597f", "#8a7f92"),
        (640, 34, 6, "#263a58", "#4a5470"),
    ]
    for base, height, waves, top, foot in ranges:
        line = base - height * noise_line(random, WIDTH, first=waves, octaves=7, fall=0.48)
        if base == ranges[-1][0]:
            line -= _trees(random)
        depth = np.clip((rows - line[None, :]) / (HORIZON - line[None, :] + 1), 0, 1)
        relief = noise_plane(random, (WIDTH, HORIZON), (24, 12), 5)
        color = gradient([(0.0, top), (1.0, foot)], depth) * (1 + 0.10 * relief[..., None])
        sky = blend(sky, color, np.clip(rows - line[None, :] + 0.5, 0, 1))
    return sky


def _trees(random: np.random.Generator) -> Pixels:
    """The outline of a wood: how high it stands over the ground, column by column."""
    outline = np.zeros(WIDTH)
    across = np.arange(WIDTH)
    for _ in range(520):
        middle, tall = random.uniform(0, WIDTH), random.uniform(12, 38)
        slope = np.abs(across - middle) / (tall * 0.20)
        outline = np.maximum(outline, tall * (1 - slope) + random.uniform(-1.5, 1.5, WIDTH) * (slope < 1))
    return np.clip(outline, 0, None)


def _lake(random: np.random.Generator, upper: Pixels) -> Pixels:
    height = HEIGHT - HORIZON
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(height))
    near = down / height
    ripples = noise_plane(random, (WIDTH, height), (10, 60), 4)
    source = np.clip(HORIZON - 1 - down * 1.35 + ripples * 26 * near, 0, HORIZON - 1).astype(int)
    beside = np.clip(across + ripples * 10 * near, 0, WIDTH - 1).astype(int)
    mirrored = upper[source, beside]
    water = blend(mirrored * 0.86, np.ones_like(mirrored) * np.array(rgb("#1d3557")), 0.18 + 0.42 * near)
    return water + np.clip(ripples - 0.25, 0, 1)[..., None] * np.array([0.22, 0.17, 0.12]) * (1 - near)[..., None]


# --- lights ---------------------------------------------------------------------------------------


def city_lights() -> bytes:
    """Lights out of focus, as a WebP of high quality."""
    random = np.random.default_rng(6)
    size = (1280, 800)
    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    picture = gradient([(0.0, "#0b1026"), (0.6, "#251a45"), (1.0, "#0a0d1c")], down / size[1])
    colors = ["#ffb454", "#ff6b6b", "#ffd166", "#4cc9f0", "#f72585", "#9b5de5", "#fff1c9"]
    for _ in range(150):
        x, spread = random.uniform(0, size[0]), random.normal(0, 120)
        y = 470 + spread + 60 * math.sin(x / 190)
        radius = random.uniform(9, 62)
        away = np.hypot(across - x, down - y)
        disc = np.clip((radius - away) / 2.5, 0, 1)
        edge = np.exp(-(((away - radius * 0.94) / (radius * 0.07 + 1)) ** 2))
        light = (disc * 0.55 + edge * disc * 0.45) * random.uniform(0.12, 0.75)
        picture += light[..., None] * np.array(rgb(colors[int(random.integers(len(colors)))])) * 0.8
    picture += random.normal(0, 0.008, picture.shape[:2])[..., None]
    return saved(image(1 - np.exp(-1.35 * picture)), "WEBP", quality=90, method=2)


# --- a screenshot ---------------------------------------------------------------------------------


def dashboard() -> bytes:
    """A screenshot of a program that does not exist, as a PNG that hardly anybody compressed."""
    picture = Image.new("RGBA", (1440, 900), "#f4f6fb")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 239, 900), fill="#1c2541")
    draw.ellipse((28, 28, 68, 68), fill="#3fa7d6")
    _text(draw, (82, 36), "Harbor", 24, "#ffffff")
    for row, entry in enumerate(["Overview", "Images", "Visitors", "Devices", "Campaigns", "Settings"]):
        if row == 0:
            draw.rounded_rectangle((16, 108, 224, 152), 10, fill="#33415c")
        draw.rounded_rectangle((34, 122 + row * 52, 50, 138 + row * 52), 4, fill="#3fa7d6" if row == 0 else "#5c677d")
        _text(draw, (66, 119 + row * 52), entry, 17, "#ffffff" if row == 0 else "#aab2c8")
    _text(draw, (276, 34), "Good morning", 30, "#1c2541")
    _text(draw, (276, 76), "Your pages are 38% lighter than last month.", 17, "#5c677d")
    for column, (title, number, change, color) in enumerate(
        [
            ("Images served", "1.28 M", "+12.4%", "#2a9d8f"),
            ("Traffic", "412 GB", "-38.1%", "#2a9d8f"),
            ("Load time", "0.84 s", "-0.31 s", "#2a9d8f"),
            ("Errors", "0.02%", "+0.01%", "#e76f51"),
        ]
    ):
        left = 276 + column * 286
        draw.rounded_rectangle((left, 124, left + 262, 250), 14, fill="#ffffff", outline="#e3e7f1")
        _text(draw, (left + 22, 144), title, 16, "#5c677d")
        _text(draw, (left + 22, 174), number, 34, "#1c2541")
        _text(draw, (left + 22, 218), change, 15, color)
    _chart(picture, (276, 278, 1110, 640))
    _legend(draw)
    _table(draw)
    return saved(picture, "PNG", compress_level=1)


def _chart(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(box, 14, fill="#ffffff", outline="#e3e7f1")
    _text(draw, (box[0] + 22, box[1] + 18), "Bytes sent, by day", 18, "#1c2541")
    left, top, right, bottom = box[0] + 64, box[1] + 70, box[2] - 26, box[3] - 44
    for line in range(5):
        y = top + (bottom - top) * line // 4
        draw.line((left, y, right, y), fill="#e9edf5")
        _text(draw, (box[0] + 22, y - 9), f"{40 - line * 10}", 14, "#8d99ae")
    random = np.random.default_rng(11)
    for color, start, end in (("#3fa7d6", 0.66, 0.40), ("#e76f51", 0.34, 0.16)):
        steps = np.linspace(0, 1, 61)
        values = start + (end - start) * steps + 0.10 * noise_line(random, 61, first=7, octaves=3, fall=0.55)
        points = [
            (left + (right - left) * step, bottom - (bottom - top) * (1.25 * value))
            for step, value in zip(steps, values, strict=True)
        ]
        glow = Image.new("RGBA", picture.size)
        on_top = ImageDraw.Draw(glow)
        on_top.polygon([(left, bottom), *points, (right, bottom)], fill=f"{color}38")
        on_top.line(points, fill=color, width=3, joint="curve")
        picture.alpha_composite(glow)
    for month, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun"]):
        _text(draw, (left + (right - left) * month // 6 + 30, bottom + 12), name, 14, "#8d99ae")


def _legend(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((1134, 278, 1396, 640), 14, fill="#ffffff", outline="#e3e7f1")
    _text(draw, (1156, 296), "By format", 18, "#1c2541")
    start = -90.0
    shares = [("WebP", 46, "#3fa7d6"), ("AVIF", 27, "#2a9d8f"), ("JPEG", 18, "#e9c46a"), ("PNG", 9, "#e76f51")]
    for row, (name, share, color) in enumerate(shares):
        draw.pieslice((1185, 340, 1345, 500), start, start + share * 3.6, fill=color)
        start += share * 3.6
        draw.rounded_rectangle((1160, 522 + row * 28, 1174, 536 + row * 28), 4, fill=color)
        _text(draw, (1184, 519 + row * 28), f"{name}   {share}%", 16, "#33415c")
    draw.ellipse((1226, 381, 1304, 459), fill="#ffffff")


def _table(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((276, 664, 1396, 876), 14, fill="#ffffff", outline="#e3e7f1")
    columns = ((298, "File"), (700, "Format"), (880, "Before"), (1060, "After"), (1240, "Saved"))
    rows = (
        ("summer-sale/hero.jpg", "JPEG", "2.4 MB", "0.9 MB", "62%"),
        ("press/team-photo.png", "PNG", "5.1 MB", "1.3 MB", "75%"),
        ("blog/how-we-build.webp", "WebP", "820 kB", "610 kB", "26%"),
        ("icons/anchor.svg", "SVG", "48 kB", "19 kB", "60%"),
    )
    for x, title in columns:
        _text(draw, (x, 682), title, 15, "#8d99ae")
    for row, cells in enumerate(rows):
        y = 716 + row * 38
        draw.line((298, y - 6, 1374, y - 6), fill="#eef1f7")
        for (x, _), cell in zip(columns, cells, strict=True):
            _text(draw, (x, y + 4), cell, 16, "#2a9d8f" if x == 1240 else "#33415c")


def _text(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, color: str) -> None:
    draw.text(at, text, fill=color, font=ImageFont.load_default(size))


# --- a logo ---------------------------------------------------------------------------------------


def octopus_logo() -> bytes:
    """A logo with soft edges and shadow on transparent ground, drawn four times as large."""
    scale = 4
    size = 640 * scale
    shape = Image.new("L", (size, size))
    draw = ImageDraw.Draw(shape)
    middle = size / 2
    for arm in range(8):
        side = arm - 3.5
        for step in range(240):
            part = step / 239
            x = middle + side * (31 + 42 * part) * scale + math.sin(part * 6.3 + arm) * 22 * part * scale
            y = (330 + 220 * part + (14 * math.cos(part * 9 + arm * 2))) * scale - abs(side) * 9 * part * scale
            radius = (27 - 19 * part) * scale
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    draw.ellipse((170 * scale, 96 * scale, 470 * scale, 416 * scale), fill=255)
    body = shape.resize((640, 640), Image.Resampling.LANCZOS)
    rows = np.repeat(np.linspace(0, 1, 640)[:, None], 640, axis=1)
    across = np.repeat(np.linspace(-1, 1, 640)[None, :], 640, axis=0)
    fill = gradient([(0.1, "#64dfdf"), (0.5, "#4895ef"), (0.9, "#5a189a")], np.clip(rows + 0.08 * across, 0, 1))
    color = image(fill).convert("RGBA")
    color.putalpha(body)
    shadow = Image.new("RGBA", (640, 640), "#10002b")
    shadow.putalpha(body.filter(ImageFilter.GaussianBlur(14)).point(lambda value: int(value * 0.45)))
    logo = Image.new("RGBA", (640, 640))
    logo.alpha_composite(shadow, (0, 12))
    logo.alpha_composite(color)
    logo.alpha_composite(_eyes(scale).resize((640, 640), Image.Resampling.LANCZOS))
    return saved(logo, "PNG", compress_level=1)


def _eyes(scale: int) -> Image.Image:
    eyes = Image.new("RGBA", (640 * scale, 640 * scale))
    draw = ImageDraw.Draw(eyes)
    for left in (232, 334):
        for x, y, wide, color in (
            (left, 238, 74, "#ffffff"),
            (left + 20, 258, 40, "#10002b"),
            (left + 26, 262, 14, "#ffffff"),
        ):
            draw.ellipse((x * scale, y * scale, (x + wide) * scale, (y + wide) * scale), fill=color)
    draw.arc((285 * scale, 290 * scale, 355 * scale, 350 * scale), 25, 155, fill="#10002b", width=6 * scale)
    return eyes


# --- an animation ---------------------------------------------------------------------------------


def waves() -> bytes:
    """A boat on waves: 16 frames without end, each saved whole."""
    frames = [_wave_frame(number / 16) for number in range(16)]
    palette = frames[0].quantize(64)
    reduced = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    return saved(
        reduced[0], "GIF", save_all=True, append_images=reduced[1:], duration=100, loop=0, optimize=False, disposal=2
    )


def _wave_frame(part: float) -> Image.Image:
    scale, wide, high = 2, 400, 260
    picture = Image.new("RGB", (wide * scale, high * scale), "#fdf0d5")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((286 * scale, 34 * scale, 346 * scale, 94 * scale), fill="#f4a261")
    turn = 2 * math.pi * part
    tilt, lift = 7 * math.sin(turn), 6 * math.cos(turn)
    boat = Image.new("RGBA", picture.size)
    on_boat = ImageDraw.Draw(boat)
    x, y = 190 * scale, (150 + lift) * scale
    hull = [(-62, 0), (62, 0), (40, 32), (-42, 32)]
    sail, jib = [(4, -6), (4, -104), (58, -6)], [(-4, -6), (-4, -86), (-44, -6)]
    for points, color in ((hull, "#9d0208"), (sail, "#ffffff"), (jib, "#e5e5e5")):
        on_boat.polygon([(x + px * scale, y + py * scale) for px, py in points], fill=color)
    on_boat.line((x, y, x, y - 110 * scale), fill="#6c584c", width=4 * scale)
    boat = boat.rotate(tilt, center=(x, y + 20 * scale), resample=Image.Resampling.BICUBIC)
    for row, color in enumerate(["#8ecae6", "#4ea8de", "#219ebc", "#126782"]):
        if row == 2:
            picture.paste(boat, (0, 0), boat)
        way = turn * (1 if row % 2 else -1)
        top = [
            (px, (164 + row * 22 + 7 * math.sin(px / (21 * scale) * (math.pi * 42 / 100) + way + row * 1.7)) * scale)
            for px in range(0, wide * scale + 1, 4)
        ]
        draw.polygon([(0, high * scale), *top, (wide * scale, high * scale)], fill=color)
    return picture.resize((wide, high), Image.Resampling.LANCZOS)


# --- a drawing ------------------------------------------------------------------------------------


def lighthouse() -> bytes:
    """A drawing as an editor of vector graphics saves it: comments, empty groups, endless decimals."""
    random = np.random.default_rng(3)
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        "<!-- Created with a drawing program that keeps everything. -->",
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'width="800" height="600" viewBox="0 0 800 600" version="1.1">',
        "  <title>Lighthouse</title>",
        "  <metadata>Drawn by packaging/make_samples.py of Kraken Desktop.</metadata>",
        "  <defs>",
        '    <linearGradient id="evening" x1="0" y1="0" x2="0" y2="1">',
        '      <stop offset="0" style="stop-color:#14213d;stop-opacity:1"/>',
        '      <stop offset="0.62" style="stop-color:#7b4b94;stop-opacity:1"/>',
        '      <stop offset="1" style="stop-color:#f28482;stop-opacity:1"/>',
        "    </linearGradient>",
        '    <radialGradient id="beam" cx="0" cy="0.5" r="1">',
        '      <stop offset="0" style="stop-color:#ffe8a3;stop-opacity:0.85"/>',
        '      <stop offset="1" style="stop-color:#ffe8a3;stop-opacity:0"/>',
        "    </radialGradient>",
        '    <linearGradient id="unused"><stop offset="0" style="stop-color:#000000"/></linearGradient>',
        "  </defs>",
        '  <rect x="0.0000000" y="0.0000000" width="800.0000000" height="600.0000000" style="fill:url(#evening)"/>',
        '  <g id="layer1-stars">',
    ]
    lines += [
        f'    <circle cx="{x:.7f}" cy="{y:.7f}" r="{r:.7f}" style="fill:#ffffff;fill-opacity:0.8000000;stroke:none"/>'
        for x, y, r in zip(
            random.uniform(0, 800, 90), random.uniform(0, 300, 90), random.uniform(0.5, 1.9, 90), strict=True
        )
    ]
    lines += ["  </g>", '  <g id="layer2-empty"></g>', _wave_path(0)]
    lines += [
        '  <g id="layer3-tower" transform="translate(0.0000000,0.0000000)">',
        '    <path style="fill:url(#beam)" d="M 238,178 L 800,60 L 800,300 Z"/>',
        '    <path style="fill:#3d2b3d" d="M 50,520 C 110,410 190,400 225,405 C 290,405 370,440 430,520 Z"/>',
        '    <path style="fill:#f8f9fa;stroke:none" d="M 205,200 L 255,200 L 272,415 L 188,415 Z"/>',
    ]
    for band in range(3):
        low, high = 240 + band * 64, 270 + band * 64
        left, right = 205 - (low - 200) * 0.0790697, 255 + (low - 200) * 0.0790697
        outer_left, outer_right = 205 - (high - 200) * 0.0790697, 255 + (high - 200) * 0.0790697
        lines.append(
            f'    <path style="fill:#e63946" d="M {left:.7f},{low} L {right:.7f},{low} '
            f'L {outer_right:.7f},{high} L {outer_left:.7f},{high} Z"/>'
        )
    lines += [
        '    <rect x="208" y="158" width="44" height="42" style="fill:#ffe8a3;stroke:#14213d;stroke-width:4"/>',
        '    <path style="fill:#e63946" d="M 198,160 L 262,160 L 230,126 Z"/>',
        '    <rect x="198" y="196" width="64" height="9" style="fill:#14213d"/>',
        '    <path style="fill:#14213d" d="M 219,415 L 219,388 A 11,11 0 0 1 241,388 L 241,415 Z"/>',
        "  </g>",
        *(_wave_path(row) for row in (1, 2, 3)),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _wave_path(row: int) -> str:
    color = ("#355070", "#2b4162", "#1d3150", "#14213d")[row]
    points = [f"{x:.7f},{430 + row * 40 + 9 * math.sin(x / (34 + 7 * row) + row * 2.1):.7f}" for x in range(0, 801, 8)]
    return (
        f'  <path style="fill:{color};fill-opacity:1" d="M 0.0000000,600.0000000 L {" L ".join(points)} L 800,600 Z"/>'
    )


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The file of an image."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


DRAWINGS: dict[str, Callable[[], bytes]] = {
    "evening-lake.jpg": evening_lake,
    "city-lights.webp": city_lights,
    "dashboard.png": dashboard,
    "octopus-logo.png": octopus_logo,
    "waves.gif": waves,
    "lighthouse.svg": lighthouse,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
