"""SVG as XML: read without ever expanding an entity or fetching anything, and written again in few bytes."""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from kraken_desktop.model.errors import ImageBrokenError

_MOST_BYTES = 64 * 1024 * 1024
_DEEPEST = 300
"""Levels; what is written by hand or by programs has some tens."""
_MOST_ELEMENTS = 1_000_000


@dataclass(slots=True)
class Text:
    """Characters between tags."""

    content: str


@dataclass(slots=True)
class Comment:
    """``<!-- -->``"""

    content: str


@dataclass(slots=True)
class Instruction:
    """``<?target content?>``"""

    target: str
    content: str


@dataclass(slots=True)
class Element:
    """Names keep their prefixes, and attributes their order."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    def elements(self) -> Iterator[Element]:
        """Itself and all below it, in document order."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(child for child in reversed(element.children) if isinstance(child, Element))


Node: TypeAlias = Element | Text | Comment | Instruction


@dataclass(slots=True)
class Document:
    """The root, and what stands before it."""

    root: Element
    before: list[Instruction | Comment]


class _RootFoundError(Exception):
    """The root was met, and no more is wanted."""


class _Builder:
    def __init__(self, *, only_root: bool = False) -> None:
        self.root: Element | None = None
        self.before: list[Instruction | Comment] = []
        self._only_root = only_root
        self._open: list[Element] = []
        self._count = 0

    def parse(self, data: bytes) -> None:
        if len(data) > _MOST_BYTES:
            _refuse(f"it has more than {_MOST_BYTES >> 20} MB")
        parser = xml.parsers.expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped
        try:
            parser.Parse(data, True)
        except _RootFoundError:
            return
        except (xml.parsers.expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
            raise ImageBrokenError(path="", reason=f"XML: {error}") from error

    def _start(self, name: str, listed: list[str]) -> None:
        element = Element(name, dict(zip(listed[::2], listed[1::2], strict=True)))
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            _refuse(f"it has more than {_MOST_ELEMENTS} elements")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
            if self._only_root:
                raise _RootFoundError
        self._open.append(element)
        if len(self._open) > _DEEPEST:
            _refuse(f"its elements lie more than {_DEEPEST} deep in each other")

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, content: str) -> None:
        self._open[-1].children.append(Text(content))

    def _comment(self, content: str) -> None:
        self._put(Comment(content))

    def _instruction(self, target: str, content: str) -> None:
        self._put(Instruction(target, content))

    def _put(self, node: Comment | Instruction) -> None:
        if self._open:
            self._open[-1].children.append(node)
        elif self.root is None:
            self.before.append(node)

    def _entity(self, name: str, *_rest: object) -> None:
        _refuse(f"it defines the entity {name[:40]!r}, and entities can be used to attack")

    def _skipped(self, name: str, _is_parameter: bool) -> None:
        _refuse(f"it uses the entity {name[:40]!r}, which it does not define")


def parse(data: bytes) -> Document:
    """Read a whole file, in whatever encoding it says it has.

    Raises:
        ImageBrokenError: no well-formed XML, no SVG, or one that defines entities or is too deep or too large.
    """
    builder = _Builder()
    builder.parse(data)
    return Document(_svg_root(builder.root), builder.before)


def root_of(data: bytes) -> Element:
    """The outermost element with its attributes; nothing behind its start is looked at.

    Raises:
        ImageBrokenError: as ``parse``.
    """
    builder = _Builder(only_root=True)
    builder.parse(data)
    return _svg_root(builder.root)


def write(document: Document) -> bytes:
    """As UTF-8, which needs no XML declaration."""
    parts = [_markup(node) for node in document.before]
    # Not recursive: depth is bounded for reading, and the call stack by other code.
    pending: list[Node | str] = [document.root]
    while pending:
        node = pending.pop()
        match node:
            case str():
                parts.append(node)
            case Text():
                parts.append(_escaped(node.content))
            case Element():
                parts.append(_start_tag(node))
                if node.children:
                    pending.append(f"</{node.name}>")
                    pending.extend(reversed(node.children))
            case _:
                parts.append(_markup(node))
    return "".join(parts).encode("utf-8", "surrogatepass")


def _svg_root(root: Element | None) -> Element:
    if root is None or root.local_name != "svg":
        _refuse("its outermost element is no <svg>")
    return root


def _start_tag(element: Element) -> str:
    attributes = "".join(f" {name}={_quoted(value)}" for name, value in element.attributes.items())
    return f"<{element.name}{attributes}{'' if element.children else '/'}>"


def _quoted(value: str) -> str:
    text = value.replace("&", "&amp;").replace("<", "&lt;")
    # A reader turns these into spaces unless they are written as references.
    for character in "\t\n\r":
        text = text.replace(character, f"&#{ord(character)};")
    if '"' in text and "'" not in text:
        return f"'{text}'"
    return '"' + text.replace('"', "&quot;") + '"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;").replace("\r", "&#13;")


def _markup(node: Comment | Instruction) -> str:
    if isinstance(node, Comment):
        return f"<!--{node.content}-->"
    return f"<?{node.target} {node.content}?>"


def _refuse(reason: str) -> NoReturn:
    raise ImageBrokenError(path="", reason=reason)
