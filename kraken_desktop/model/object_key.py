"""Object keys: a path template filled in with what is known of one output.

A key is made once, in the plan step, and never changes afterwards. Whatever a file is called, the key is
safe for S3, for a URL and for a disk, or there is none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from kraken_desktop.model.errors import TemplateError, UnsafeKeyError
from kraken_desktop.model.key_text import (
    FALLBACK_STEM,
    KEY_LIMIT,
    clean,
    is_unsafe,
    safe_segment,
    shorten,
    slug,
)
from kraken_desktop.model.profile import Severity
from kraken_desktop.model.template import (
    DEFAULT_DATE,
    DEFAULT_RANDOM,
    PROBLEMS,
    Literal,
    Part,
    Variable,
    filters,
    format_date,
    is_unique,
    lint,
    read,
    variables,
)

__all__ = [
    "KEY_LIMIT",
    "KEY_PROBLEMS",
    "PROBLEMS",
    "KeyInputs",
    "PathTemplate",
    "content_digest",
    "filters",
    "lint",
    "numbered",
    "suffixed",
    "unsafe_part",
    "variables",
]

KEY_PROBLEMS = (
    "key.empty_name",
    "key.too_long",
    "key.needs_size",
    "key.address_needs_size",
    "key.bad_extension",
    "key.unsafe",
)
"""Every ``problem`` of an ``UnsafeKeyError``."""

_EXTENSION = re.compile(r"(\.[a-z0-9]{1,10})?")
# What looks like an extension: "photo.JPG", but not the seconds of "Screenshot 10.30.55".
_SUFFIX = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,5}\Z")
_KEY_EXTENSION = re.compile(r"(?<=[^/])\.[A-Za-z0-9]{1,10}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInputs:
    """What a key can be made of."""

    name: str
    """The source's own name with its extension, as it came: it may be anything."""
    extension: str
    """Of the output, with its dot, lower case."""
    folder: str = ""
    """Path below a dropped folder, with ``/``."""
    digest: str
    """64 hexadecimal digits: see ``content_digest``."""
    dropped_at: datetime
    """Aware, in local time."""
    counter: int
    profile: str
    uuid: str
    random: str
    """32 characters of ``a`` to ``z`` and ``0`` to ``9``, drawn once a job."""
    variant: str = ""
    width: int | None = None
    height: int | None = None
    """Planned size of the output in pixels; None if it is not known before the image is made."""


def content_digest(source_sha256: str, engine: str, recipe_fingerprint: str) -> str:
    """What ``{hash}`` shows: 64 hexadecimal digits over the source, the engine and the recipe.

    Another recipe gives another key, so nothing that caches a link ever shows an old image.
    """
    told = f"kraken-desktop key 1\n{source_sha256}\n{engine}\n{recipe_fingerprint}"
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_stem: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTemplate:
    """A template without errors, ready to be filled in any number of times."""

    text: str
    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> PathTemplate:
        """Read a template. Raises ``TemplateError`` with the first error that ``lint`` finds."""
        return cls(text=text, parts=_parts_of(text))

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in it."""
        return frozenset(part.name for part in self.parts if isinstance(part, Variable))

    @property
    def unique(self) -> bool:
        """Whether what could be there under the same key is the same content.

        True with ``{uuid}``, with 8 or more of ``{hash}`` and with 6 or more of ``{random}``.
        """
        return is_unique(self.parts)

    def render(self, inputs: KeyInputs) -> str:
        """The object key of one output.

        Values are cleaned and never read as a template again. A stem too long for the key is shortened;
        everything else stays whole. Raises ``UnsafeKeyError``.
        """
        if not _EXTENSION.fullmatch(inputs.extension):
            raise _refused(inputs, "bad_extension", detail=inputs.extension)
        pieces = [piece for part in self.parts for piece in _pieces(part, inputs)]
        stems = [len(piece.text.encode()) for piece in pieces if piece.is_stem]
        limit = max(stems, default=0)
        key = _assemble(pieces, limit, inputs)
        while (excess := len(key.encode()) - KEY_LIMIT) > 0:
            limit -= -(-excess // max(len(stems), 1))
            if limit < 1:
                raise _refused(inputs, "too_long", key=shorten(key, KEY_LIMIT), detail=str(KEY_LIMIT + excess))
            key = _assemble(pieces, limit, inputs)
        if fault := unsafe_part(key):
            raise _refused(inputs, "unsafe", key=key, detail=fault)
        return key


@lru_cache(maxsize=64)
def _parts_of(text: str) -> tuple[Part, ...]:
    """Of a template without errors; each job of a drop asks three times."""
    for finding in lint(text):
        if finding.severity is Severity.ERROR:
            raise TemplateError(template=text, problem=finding.problem, detail=finding.detail)
    return read(text)[0]


def _pieces(part: Part, inputs: KeyInputs) -> list[_Piece]:
    if isinstance(part, Literal):
        return [_Piece(part.text)]
    if part.name in {"stem", "name"}:
        stem = _Piece(_filtered(_stem(inputs.name), part) or FALLBACK_STEM, is_stem=True)
        return [stem] if part.name == "stem" else [stem, _Piece(inputs.extension)]
    if part.name == "ext":
        return [_Piece(inputs.extension)]
    if part.name in {"folder", "date"}:
        # The only values that may make segments of their own.
        value = inputs.folder if part.name == "folder" else _date(part, inputs)
        segments = [_filtered(safe_segment(clean(each)), part) for each in value.split("/")]
        return [_Piece("/".join(segments))]
    return [_Piece(_filtered(clean(_plain_value(part, inputs)), part))]


def _stem(name: str) -> str:
    return clean(_SUFFIX.sub("", name.strip())).strip(" .") or FALLBACK_STEM


def _date(part: Variable, inputs: KeyInputs) -> str:
    return format_date(part.argument or DEFAULT_DATE, inputs.dropped_at)


def _plain_value(part: Variable, inputs: KeyInputs) -> str:
    match part.name:
        case "hash":
            return inputs.digest[: part.number]
        case "random":
            return inputs.random[: part.number or DEFAULT_RANDOM]
        case "counter":
            return str(inputs.counter).zfill(part.number or 0)
        case "width" | "height":
            size = inputs.width if part.name == "width" else inputs.height
            if size is None:
                raise _refused(inputs, "needs_size", detail=f"{{{part.name}}}")
            return str(size)
        case "uuid":
            return inputs.uuid
        case "variant":
            return inputs.variant
        case _:
            return inputs.profile


_FILTERS: dict[str, Callable[[str], str]] = {"slug": slug, "lower": str.lower}


def _filtered(value: str, part: Variable) -> str:
    for name in part.filters:
        value = _FILTERS[name](value)
    return value


def _assemble(pieces: list[_Piece], stem_limit: int, inputs: KeyInputs) -> str:
    text = "".join(shorten(piece.text, stem_limit) if piece.is_stem else piece.text for piece in pieces)
    segments = [safe_segment(each) for each in unicodedata.normalize("NFC", text).split("/")]
    # Folders that came out empty vanish; the name itself must not, or its folder would become the name.
    if segments[-1] in {"", inputs.extension}:
        raise _refused(inputs, "empty_name", key="/".join(filter(None, segments)))
    return "/".join(filter(None, segments))


def unsafe_part(key: str) -> str:
    """The part of a key that S3, a URL or a disk could not bear; empty for a safe key.

    Length is not looked at.
    """
    for char in key:
        if is_unsafe(char):
            return char if char.isprintable() else f"U+{ord(char):04X}"
    for segment in key.split("/"):
        if safe_segment(segment) != segment or not segment:
            return segment or "/"
    return ""


def numbered(key: str, n: int) -> str:
    """The key with a number before its extension: ``a/b.png`` and 2 give ``a/b-2.png``. Raises as ``suffixed``."""
    return suffixed(key, str(n))


def suffixed(key: str, suffix: str) -> str:
    """The key with ``-suffix`` before its extension: ``a/b.png`` and ``small`` give ``a/b-small.png``.

    The name is shortened where the key would grow over 1,024 bytes. Raises ``UnsafeKeyError`` where its
    folders leave no room for a name.
    """
    folder, slash, name = key.rpartition("/")
    found = _KEY_EXTENSION.search(name)
    extension = found[0] if found else ""
    stem = name.removesuffix(extension)
    room = KEY_LIMIT - len(f"{folder}{slash}-{suffix}{extension}".encode())
    kept = shorten(stem, room)
    if not kept:
        raise UnsafeKeyError(name=name, key=key, problem="key.too_long", detail=str(len(key.encode())))
    return f"{folder}{slash}{kept}-{suffix}{extension}"


def _refused(inputs: KeyInputs, problem: str, *, key: str = "", detail: str = "") -> UnsafeKeyError:
    return UnsafeKeyError(name=inputs.name, key=key, problem=f"key.{problem}", detail=detail)
