import pytest

from kraken_desktop.engines.local.metadata import xmp
from kraken_desktop.engines.local.metadata.facts import XmpFacts
from tests.engines.local.metadata.samples import PACKET, SECRET, XMP

RDF = 'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
NAMES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:p="http://ns.adobe.com/photoshop/1.0/"'


def packet(body: str, attributes: str = "") -> bytes:
    return f"<r:RDF {RDF} {NAMES}><r:Description {attributes}>{body}</r:Description></r:RDF>".encode()


def test_both_ways_to_write_a_property_are_read() -> None:
    assert xmp.parse(PACKET) == XMP
    assert xmp.parse(packet("", 'p:Credit="Me"')) == xmp.parse(packet("<p:Credit>Me</p:Credit>"))
    assert xmp.parse(packet("", 'p:Credit="Me"')).credit == "Me"


def test_what_is_written_is_read_back() -> None:
    written = xmp.build(XMP)
    assert written is not None
    assert xmp.parse(written) == XMP
    assert SECRET not in written


@pytest.mark.parametrize(
    "facts", [XmpFacts(credit="<&>\"'"), XmpFacts(creators=("語",)), XmpFacts(rights=(("x-default", "]]>"),))]
)
def test_every_text_is_written_safely(facts: XmpFacts) -> None:
    assert xmp.parse(xmp.build(facts) or b"") == facts


def test_nothing_is_written_of_nothing() -> None:
    assert xmp.build(XmpFacts()) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = packet("<p:Credit>語</p:Credit>").decode()
    assert xmp.parse(text.encode(encoding)).credit == "語"


def test_what_stands_deeper_belongs_to_something_else() -> None:
    inner = "<dc:source><r:Description><p:Credit>SECRET</p:Credit></r:Description></dc:source>"
    assert xmp.parse(packet(inner)) == XmpFacts()
    history = "<p:History><r:Seq><r:li><p:Credit>SECRET</p:Credit></r:li></r:Seq></p:History>"
    assert xmp.parse(packet(history)) == XmpFacts()


def test_a_language_that_is_none_is_not_copied() -> None:
    item = "<dc:rights><r:Alt><r:li xml:lang='&quot;>'>Mine</r:li></r:Alt></dc:rights>"
    assert xmp.parse(packet(item)).rights == (("x-default", "Mine"),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        b"<a",
        PACKET[:-60],
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + packet("<p:Credit>&b;</p:Credit>"),
        b"<?xml version='1.0' encoding='hex'?><a/>",
        b"<?xml version='1.0' encoding='nothing'?><a/>",
        b"<a>" * 100_000,
        packet("<p:Credit>Me</p:Credit>") + b"<!--" + b"a" * 3_000_000 + b"-->",
    ],
    ids=range(9),
)
def test_nonsense_has_no_facts(data: bytes) -> None:
    assert xmp.parse(data) == XmpFacts()


@pytest.mark.parametrize("text", ["&amp;" * 40_000, "a"])
def test_what_is_kept_fits_into_a_segment(text: str) -> None:
    creators = "".join(f"<r:li>{text}</r:li>" for _ in range(9_000 if text == "a" else 2))
    facts = xmp.parse(packet(f"<dc:creator><r:Seq>{creators}</r:Seq></dc:creator><p:Credit>Me</p:Credit>"))
    assert len(xmp.build(facts) or b"") < 65_000
