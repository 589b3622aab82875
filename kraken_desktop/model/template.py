"""The path template language: its grammar, and what is wrong or unwise in a template.

A template is literal text with variables in braces, ``{name:argument|filter|filter}``. Reading one is
apart from filling it in (``object_key.py``), and happens once: values are never read as a template again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kraken_desktop.model.key_text import KEY_LIMIT, UNPORTABLE, is_unsafe, safe_segment
from kraken_desktop.model.profile import Finding, Severity

DEFAULT_DATE = "%Y-%m-%d"
DEFAULT_RANDOM = 8

FILTERS = ("slug", "lower")

PROBLEMS = (
    "template.empty",
    "template.unclosed_brace",
    "template.literal_brace",
    "template.unknown_variable",
    "template.unknown_filter",
    "template.bad_argument",
    "template.bad_date_directive",
    "template.forbidden_character",
    "template.leading_slash",
    "template.trailing_slash",
    "template.double_slash",
    "template.dot_segments",
    "template.empty_name",
    "template.too_long",
    # Warnings from here on.
    "template.may_be_empty",
    "template.not_unique",
    "template.weak_unique",
    "template.no_extension",
    "template.unportable_character",
    "template.adjusted_segment",
)
"""Every code that a finding of ``lint`` can have."""

_SPELLINGS = (
    ("{name}", "variable.name"),
    ("{stem}", "variable.stem"),
    ("{ext}", "variable.ext"),
    ("{hash:8}", "variable.hash"),
    ("{date:%Y/%m}", "variable.date"),
    ("{counter:3}", "variable.counter"),
    ("{folder}", "variable.folder"),
    ("{width}", "variable.width"),
    ("{height}", "variable.height"),
    ("{variant}", "variable.variant"),
    ("{uuid}", "variable.uuid"),
    ("{random:6}", "variable.random"),
    ("{profile}", "variable.profile"),
)
_NAMES = frozenset(code.removeprefix("variable.") for _, code in _SPELLINGS)
_NUMBERS = {"hash": 64, "counter": 9, "random": 32}
_ENOUGH = {"hash": 8, "random": 6}
# The fewest bytes that a variable adds, where that is not none.
_LEAST = {"name": 1, "stem": 1, "hash": 64, "counter": 1, "width": 1, "height": 1, "uuid": 36}

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|(?P<brace>[{}])|(?P<literal>[^{}]+)")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
# Stands for a value while the literal text around it is looked at.
_VALUE = "\ufffc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Text that stands in every key as it is."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A place for a value."""

    name: str
    argument: str | None = None
    filters: tuple[str, ...] = ()

    @property
    def number(self) -> int | None:
        """The argument of ``{hash:8}``, ``{counter:3}`` and ``{random:6}``."""
        return int(self.argument) if self.argument is not None and self.name in _NUMBERS else None


Part = Literal | Variable


def variables() -> tuple[tuple[str, str], ...]:
    """Every variable as a person would type it, with a code for its explanation."""
    return _SPELLINGS


def filters() -> tuple[tuple[str, str], ...]:
    """Every filter as a person would type it, with a code for its explanation."""
    return tuple((f"|{name}", f"filter.{name}") for name in FILTERS)


def format_date(pattern: str, moment: datetime) -> str:
    """``strftime`` for the directives that mean the same on every system and in every language."""
    return _DIRECTIVE.sub(lambda match: _directive(match[1], moment), pattern)


def _directive(letter: str, moment: datetime) -> str:
    year, week, weekday = moment.isocalendar()
    values = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "d": f"{moment.day:02}",
        "H": f"{moment.hour:02}",
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "j": f"{moment.timetuple().tm_yday:03}",
        "G": f"{year:04}",
        "V": f"{week:02}",
        "u": str(weekday),
    }
    return values[letter]


DIRECTIVES = "YymdHMSjGVu"
"""The letters after ``%`` that ``{date:...}`` understands."""


def read(text: str) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The parts of a template, and the errors of its grammar; parts that are wrong are left out."""
    parts: list[Part] = []
    findings: list[Finding] = []
    text = unicodedata.normalize("NFC", text)
    for token in _TOKEN.finditer(text):
        if token["literal"] is not None:
            parts.append(Literal(text=token["literal"]))
        elif token["inside"] is not None:
            variable, problems = _read_variable(token["inside"])
            findings += problems
            if not problems:
                parts.append(variable)
        elif token["brace"] == "{":
            findings.append(_error("unclosed_brace", text[token.start() : token.start() + 20]))
        else:
            findings.append(_error("literal_brace", token[0]))
    return tuple(parts), tuple(findings)


def _read_variable(inside: str) -> tuple[Variable, list[Finding]]:
    head, *filter_names = inside.split("|")
    name, colon, rest = head.partition(":")
    argument = rest if colon else None
    variable = Variable(name=name.strip(), argument=argument, filters=tuple(each.strip() for each in filter_names))
    problems = []
    if variable.name not in _NAMES:
        problems.append(_error("unknown_variable", f"{{{variable.name}}}"))
    elif argument is not None:
        problems += _argument_problems(variable.name, argument)
    problems += [_error("unknown_filter", f"|{each}") for each in variable.filters if each not in FILTERS]
    return variable, problems


def _argument_problems(name: str, argument: str) -> Iterator[Finding]:
    spelling = f"{{{name}:{argument}}}"
    if name == "date" and argument:
        for letter in _DIRECTIVE.findall(argument):
            if not letter or letter not in DIRECTIVES:
                yield _error("bad_date_directive", f"%{letter}")
    elif not re.fullmatch(r"[0-9]{1,3}", argument) or not 1 <= int(argument) <= _NUMBERS.get(name, 0):
        yield _error("bad_argument", spelling)


def lint(text: str) -> tuple[Finding, ...]:
    """Everything that is wrong (errors) or unwise (warnings) in a template, errors first."""
    if not text.strip():
        return (_error("empty", ""),)
    parts, grammar = read(text)
    findings = [*grammar, *_literal_findings(parts)]
    if not grammar:
        # The shape is only worth a word when every part of the template is understood.
        findings += [*_shape_findings(parts), *_value_findings(parts)]
    findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return tuple(dict.fromkeys(findings))


def _literals(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Literal):
            yield part.text
        elif part.name == "date" and part.argument:
            yield _DIRECTIVE.sub("", part.argument)


def _literal_findings(parts: Sequence[Part]) -> Iterator[Finding]:
    for char in "".join(_literals(parts)):
        if is_unsafe(char):
            yield _error("forbidden_character", char if char.isprintable() else f"U+{ord(char):04X}")
        elif char in UNPORTABLE:
            yield _warning("unportable_character", char)


def _skeleton(parts: Sequence[Part]) -> str:
    told = []
    for part in parts:
        if isinstance(part, Literal):
            told.append(part.text)
        elif part.name == "date" and part.argument:
            told.append(_DIRECTIVE.sub(_VALUE, part.argument))
        else:
            told.append(_VALUE)
    return "".join(told)


def _shape_findings(parts: Sequence[Part]) -> Iterator[Finding]:
    skeleton = _skeleton(parts)
    segments = skeleton.split("/")
    if skeleton.startswith("/"):
        yield _error("leading_slash", "/")
    if skeleton.endswith("/"):
        yield _error("trailing_slash", "/")
    if "//" in skeleton:
        yield _error("double_slash", "//")
    for segment in segments:
        if segment.strip() in {".", ".."}:
            yield _error("dot_segments", segment.strip())
        elif segment and _VALUE not in segment and safe_segment(segment) != segment:
            yield _warning("adjusted_segment", segment)
    yield from _last_segment_findings(parts)


def _last_segment_findings(parts: Sequence[Part]) -> Iterator[Finding]:
    last: list[Part] = []
    for part in parts:
        text = part.text if isinstance(part, Literal) else _date_argument(part)
        if "/" in text:
            last = [Literal(text=text.rpartition("/")[2])]
        else:
            last.append(part)
    if any(_is_never_empty(part) for part in last) or _skeleton(parts).endswith("/"):
        return
    if any(isinstance(part, Variable) and part.name == "variant" for part in last):
        yield _warning("may_be_empty", "{variant}")
    else:
        yield _error("empty_name", "")


def _is_never_empty(part: Part) -> bool:
    if isinstance(part, Literal):
        return part.text.strip(" .") != ""
    return part.name not in {"ext", "folder", "variant"}


def _date_argument(variable: Variable) -> str:
    return (variable.argument or "") if variable.name == "date" else ""


def _value_findings(parts: Sequence[Part]) -> Iterator[Finding]:
    least = sum(_least_bytes(part) for part in parts)
    if least > KEY_LIMIT:
        yield _error("too_long", str(least))
    used = [part for part in parts if isinstance(part, Variable)]
    names = {part.name for part in used}
    if not names & {"hash", "uuid", "random", "counter"}:
        yield _warning("not_unique", "")
    elif not is_unique(parts) and "counter" not in names:
        yield _warning("weak_unique", next(_spelled(part) for part in used if part.name in _ENOUGH))
    last = parts[-1]
    if isinstance(last, Literal) or last.name not in {"name", "ext"}:
        yield _warning("no_extension", "")


def _spelled(variable: Variable) -> str:
    return f"{{{variable.name}:{variable.argument}}}" if variable.argument else f"{{{variable.name}}}"


def _least_bytes(part: Part) -> int:
    if isinstance(part, Literal):
        return len(part.text.encode(errors="replace"))
    if part.name == "date":
        shortest = format_date(part.argument or DEFAULT_DATE, datetime(2000, 1, 1, tzinfo=UTC))
        return len(shortest.encode(errors="replace"))
    default = DEFAULT_RANDOM if part.name == "random" else _LEAST.get(part.name, 0)
    return part.number or default


def is_unique(parts: Sequence[Part]) -> bool:
    """Whether two different contents practically never get the same key.

    True with ``{uuid}``, and with enough of ``{hash}`` or ``{random}``: 8 and 6 characters.
    """
    for part in parts:
        if isinstance(part, Variable):
            if part.name == "uuid":
                return True
            if part.name in _ENOUGH and (part.number or 64) >= _ENOUGH[part.name]:
                return True
    return False


def _error(problem: str, detail: str) -> Finding:
    return Finding(field="path_template", problem=f"template.{problem}", detail=detail)


def _warning(problem: str, detail: str) -> Finding:
    return Finding(field="path_template", problem=f"template.{problem}", detail=detail, severity=Severity.WARNING)
