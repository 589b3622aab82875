"""XMP: reads the few properties that may be kept, and writes a new packet with just these.

Names and form: XMP specification, parts 1 and 3 (ISO 16684-1).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from kraken_desktop.engines.local.metadata.facts import XmpFacts

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_XML = "http://www.w3.org/XML/1998/namespace"

_ROOT, _DESCRIPTION, _ITEM = f"{_RDF} RDF", f"{_RDF} Description", f"{_RDF} li"
_LISTS = frozenset({f"{_RDF} Alt", f"{_RDF} Seq", f"{_RDF} Bag"})
_DATE, _CREDIT = f"{_PHOTOSHOP} DateCreated", f"{_PHOTOSHOP} Credit"
_CREATOR, _RIGHTS = f"{_DC} creator", f"{_DC} rights"
_KEPT = frozenset({_DATE, _CREDIT, _CREATOR, _RIGHTS})

_MOST_TEXT = 48 * 1024
"""Bytes of all kept values as they are written: a packet has to fit into one segment of a JPEG."""
_LONGEST = 2 * 1024 * 1024
"""Bytes of a packet that is read at all."""
_MARKUP = 64
"""More than any tags around one value take."""
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_NO_LANGUAGE = "x-default"
_DEEPEST = 200


class _UnwantedError(Exception):
    """The packet holds what no honest one does."""


@dataclass(slots=True)
class _Reader:
    """Follows the parser; keeps only what stands directly in a top-level description."""

    path: list[str] = field(default_factory=list)
    found: list[tuple[str, str, str]] = field(default_factory=list)
    """Property, language, text."""
    room: int = _MOST_TEXT
    _text: list[str] = field(default_factory=list)
    _language: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) > _DEEPEST:
            raise _UnwantedError
        self.path.append(name)
        self._text.clear()
        self._language = attributes.get(f"{_XML} lang", "")
        if name == _DESCRIPTION and self.path[-2:-1] == [_ROOT] and len(self.path) <= 3:
            for attribute, value in attributes.items():
                self._take(attribute, "", value)

    def data(self, text: str) -> None:
        if self._property():
            self._text.append(text)

    def end(self, name: str) -> None:
        held = self._property()
        if held and name in {_ITEM, held}:
            self._take(held, self._language, "".join(self._text))
        self._text.clear()
        self.path.pop()

    def _property(self) -> str:
        """The kept property whose value is here; empty if there is none."""
        path = self.path
        if path and path[-1] == _ITEM and len(path) > 2 and path[-2] in _LISTS:
            path = path[:-2]
        top = path[1:] if path and path[0] != _ROOT else path
        inside = len(top) == 3 and top[0] == _ROOT and top[1] == _DESCRIPTION and top[2] in _KEPT
        return top[2] if inside else ""

    def _take(self, name: str, language: str, text: str) -> None:
        text = text.strip()
        if name not in _KEPT or not text:
            return
        cost = len(escape(text).encode()) + _MARKUP
        if cost <= self.room:
            self.room -= cost
            self.found.append((name, language if _LANGUAGE.fullmatch(language) else _NO_LANGUAGE, text))


def parse(packet: bytes) -> XmpFacts:
    """Read the facts of a packet; one that is not well-formed, too long or has a DOCTYPE has none."""
    if not packet.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        packet = packet.strip(b"\0 \t\r\n")
    if not packet or len(packet) > _LONGEST:
        return XmpFacts()
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(packet, True)
    except (expat.ExpatError, _UnwantedError, ValueError, LookupError):
        # The last two: an encoding that Python knows, and that is none for text.
        return XmpFacts()
    found = reader.found
    return XmpFacts(
        date_created=next((text for name, _, text in found if name == _DATE), ""),
        creators=tuple(text for name, _, text in found if name == _CREATOR),
        rights=tuple((language, text) for name, language, text in found if name == _RIGHTS),
        credit=next((text for name, _, text in found if name == _CREDIT), ""),
    )


def build(facts: XmpFacts) -> bytes | None:
    """A packet with just these facts; None if there is none."""
    names = ""
    body = ""
    if facts.creators:
        body += _listed("creator", "Seq", "".join(f"<rdf:li>{escape(text)}</rdf:li>" for text in facts.creators))
    if facts.rights:
        items = (f'<rdf:li xml:lang="{language}">{escape(text)}</rdf:li>' for language, text in facts.rights)
        body += _listed("rights", "Alt", "".join(items))
    if body:
        names += f' xmlns:dc="{_DC}"'
    if facts.date_created or facts.credit:
        names += f' xmlns:photoshop="{_PHOTOSHOP}"'
    for name, text in (("DateCreated", facts.date_created), ("Credit", facts.credit)):
        if text:
            body += f"<photoshop:{name}>{escape(text)}</photoshop:{name}>"
    if not body:
        return None
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""{names}>{body}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    return packet.encode()


def _listed(name: str, kind: str, items: str) -> str:
    return f"<dc:{name}><rdf:{kind}>{items}</rdf:{kind}></dc:{name}>"


def _refuse(*_: object) -> None:
    """A packet has no DOCTYPE; entities are where bombs are hidden."""
    raise _UnwantedError
