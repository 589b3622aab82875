"""The numbers of SVG: path data, lists of points and lengths, rounded to a grid and written in few characters.

Grammar: SVG 2, "Paths". All coordinates are absolute whole numbers of grid steps inside, so that rounding never adds
up along a path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BETWEEN = re.compile(r"[\s,]*")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_LETTERS = frozenset("MmLlHhVvCcSsQqTtAaZz")
_FARTHEST = 1e9

Point = tuple[float, float]
Step = tuple[int, int]


class UnreadablePathError(ValueError):
    """Path data that is broken, or says what is not understood here."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """One command with absolute coordinates, ``S``, ``T``, ``H`` and ``V`` spelled out as ``C``, ``Q`` and ``L``."""

    command: str
    points: tuple[Point, ...] = ()
    arc: tuple[float, float, float, int, int] = (0, 0, 0, 0, 0)
    """Radii, rotation and the two flags."""


def number(value: float, decimals: int) -> str:
    """A number with at most so many decimals, in few characters."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def shorter_path(data: str, decimals: int) -> str:
    """Path data on a grid of ``10 ** -decimals``.

    Raises:
        UnreadablePathError: it is left to whoever draws it.
    """
    return _Writer(decimals).written(_segments(data))


def shorter_points(data: str, decimals: int) -> str:
    """The points of a polygon or polyline on such a grid.

    Raises:
        UnreadablePathError: something else than numbers is in it.
    """
    numbers = _NUMBER.findall(data)
    if len(numbers) % 2 or _NUMBER.sub("", data).strip(" ,\t\r\n"):
        raise UnreadablePathError(data[:40])
    # librsvg needs the spaces here, which it does not in paths.
    return " ".join(number(float(one), decimals) for one in numbers)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._skip()

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    @property
    def at_number(self) -> bool:
        return not self.at_end and self._text[self._at] not in _LETTERS

    def command(self) -> str | None:
        if not self.at_end and not self.at_number:
            self._at += 1
            letter = self._text[self._at - 1]
            self._skip()
            return letter
        return None

    def number(self) -> float:
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise UnreadablePathError(self._text[self._at : self._at + 40])
        self._at = match.end()
        self._skip()
        value = float(match[0])
        if abs(value) > _FARTHEST:
            raise UnreadablePathError(match[0])
        return value

    def flag(self) -> int:
        # Nothing need stand between a flag and what follows it.
        if self.at_end or self._text[self._at] not in "01":
            raise UnreadablePathError(self._text[self._at : self._at + 40])
        flag = int(self._text[self._at])
        self._at += 1
        self._skip()
        return flag

    def _skip(self) -> None:
        match = _BETWEEN.match(self._text, self._at)
        self._at = match.end() if match else self._at


class _Reader:
    """Turns path data into segments."""

    def __init__(self, data: str) -> None:
        self._scanner = _Scanner(data)
        self._here: Point = (0, 0)
        self._start: Point = (0, 0)
        self._control: tuple[str, Point] = ("", (0, 0))
        """The last control point, and of which kind of curve."""

    def segments(self) -> list[_Segment]:
        found: list[_Segment] = []
        while not self._scanner.at_end:
            letter = self._scanner.command()
            if letter is None:
                raise UnreadablePathError("no command")
            if not found and letter not in "Mm":
                raise UnreadablePathError(letter)
            found.append(self._one(letter))
            if letter in "Zz":
                continue
            # More numbers mean the same command again; after a move they mean lines.
            again = {"M": "L", "m": "l"}.get(letter, letter)
            while self._scanner.at_number:
                found.append(self._one(again))
        return found

    def _one(self, letter: str) -> _Segment:
        command, relative = letter.upper(), letter.islower()
        origin = self._here if relative else (0.0, 0.0)
        control = ("", (0.0, 0.0))
        match command:
            case "Z":
                self._here = self._start
                segment = _Segment("Z")
            case "H":
                segment = _Segment("L", ((self._scanner.number() + origin[0], self._here[1]),))
            case "V":
                segment = _Segment("L", ((self._here[0], self._scanner.number() + origin[1]),))
            case "A":
                rx, ry, turn = (self._scanner.number() for _ in range(3))
                flags = self._scanner.flag(), self._scanner.flag()
                segment = _Segment("A", (self._point(origin),), (abs(rx), abs(ry), turn, *flags))
            case "S" | "T":
                curve = "C" if command == "S" else "Q"
                first = self._reflected(curve)
                points = (first, *(self._point(origin) for _ in range(_COUNTS[command] // 2)))
                segment = _Segment(curve, points)
                control = curve, points[-2]
            case _:
                points = tuple(self._point(origin) for _ in range(_COUNTS[command] // 2))
                segment = _Segment(command, points)
                if command in "CQ":
                    control = command, points[-2]
        if segment.points:
            self._here = segment.points[-1]
        if command == "M":
            self._start = self._here
        self._control = control
        return segment

    def _point(self, origin: Point) -> Point:
        x = self._scanner.number()
        return x + origin[0], self._scanner.number() + origin[1]

    def _reflected(self, curve: str) -> Point:
        kind, (x, y) = self._control
        return (2 * self._here[0] - x, 2 * self._here[1] - y) if kind == curve else self._here


class _Writer:
    """Writes segments, each relative or absolute, whichever is shorter."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._scale = 10.0**decimals
        self._here: Step = (0, 0)
        self._start: Step = (0, 0)
        self._control: tuple[str, Step] = ("", (0, 0))
        self._text = ""
        self._letter = ""
        self._fraction = False
        self._has_length = False
        """Whether the present part of the path has a segment that is not a point."""

    def written(self, segments: list[_Segment]) -> str:
        for segment in segments:
            points = [(round(x * self._scale), round(y * self._scale)) for x, y in segment.points]
            self._write(segment, points)
        return self._text

    def _write(self, segment: _Segment, points: list[Step]) -> None:
        command, control = segment.command, ("", (0, 0))
        if command == "Z":
            if self._letter not in {"z", "Z"}:
                self._text, self._letter = self._text + "z", "z"
            self._here, self._has_length = self._start, False
            self._control = control
            return
        end = points[-1]
        if command in "LCQ" and all(point == self._here for point in points) and self._has_length:
            return
        if command == "C" and _is_straight(self._here, points):
            command, points = "L", [end]
        if command in "CQ":
            control = command, points[-2]
            kind, last = self._control
            mirrored = (2 * self._here[0] - last[0], 2 * self._here[1] - last[1]) if kind == command else self._here
            if max(abs(points[0][0] - mirrored[0]), abs(points[0][1] - mirrored[1])) <= 1:
                control = command, points[-2] if command == "C" else mirrored
                command, points = {"C": "S", "Q": "T"}[command], points[1:]
        self._put(command, points, segment.arc)
        self._has_length = command != "M" and (self._has_length or any(point != self._here for point in points))
        self._here, self._control = end, control
        if command == "M":
            self._start = end

    def _put(self, command: str, points: list[Step], arc: tuple[float, float, float, int, int]) -> None:
        x, y = self._here
        if command == "L" and points[0][1] == y:
            absolute, relative = [points[0][0]], [points[0][0] - x]
            command = "H"
        elif command == "L" and points[0][0] == x:
            absolute, relative = [points[0][1]], [points[0][1] - y]
            command = "V"
        else:
            absolute = [value for point in points for value in point]
            relative = [value for px, py in points for value in (px - x, py - y)]
        before: list[str] = []
        if command == "A":
            rx, ry, turn, large, sweep = arc
            # The bend of a flat arc depends on its radii much more than on its ends.
            finer = self._decimals + 2
            before = [number(rx, finer), number(ry, finer), number(turn, 3), str(large), str(sweep)]
        options = [
            (letter, *self._glued(letter, before + [self._coordinate(value) for value in values]))
            for letter, values in ((command.lower(), relative), (command, absolute))
        ]
        letter, text, fraction = min(options, key=lambda option: len(option[1]))
        self._text += text
        self._letter, self._fraction = letter, fraction

    def _glued(self, letter: str, numbers: list[str]) -> tuple[str, bool]:
        """What is to be added to the text, and whether its last number has a fraction."""
        implied = {"M": "L", "m": "l"}.get(self._letter, self._letter) == letter and letter not in "Mm"
        text = "" if implied else letter
        # Only between numbers a separator may be needed.
        fraction, first = self._fraction, not implied
        for one in numbers:
            glued = first or one.startswith("-") or (one.startswith(".") and fraction)
            text += one if glued else f" {one}"
            fraction, first = "." in one, False
        return text, fraction

    def _coordinate(self, value: int) -> str:
        if not self._decimals:
            return str(value)
        sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(self._decimals + 1, "0")
        whole, fraction = digits[: -self._decimals], digits[-self._decimals :].rstrip("0")
        if not fraction:
            return sign + whole if whole != "0" else "0"
        return f"{sign}{'' if whole == '0' else whole}.{fraction}"


def _segments(data: str) -> list[_Segment]:
    return _Reader(data).segments()


def _is_straight(start: Step, points: list[Step]) -> bool:
    """Whether a curve stays within half a step of the line between its ends, and runs one way."""
    dx, dy = points[2][0] - start[0], points[2][1] - start[1]
    length = dx * dx + dy * dy
    if not length:
        return False
    places = []
    for x, y in points[:2]:
        px, py = x - start[0], y - start[1]
        if 4 * (px * dy - py * dx) ** 2 > length:
            return False
        places.append(px * dx + py * dy)
    return 0 <= places[0] <= length and 0 <= places[1] <= length
