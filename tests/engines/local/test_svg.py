from __future__ import annotations

import re

import numpy as np
import pytest

from kraken_desktop.engines.local import svg
from kraken_desktop.model.errors import ImageBrokenError, ImageTooManyPixelsError
from kraken_desktop.model.recipe import KeptMetadata

HEAD = 'xmlns="http://www.w3.org/2000/svg"'


def drawing(inside: str, attributes: str = 'width="100" height="50" viewBox="0 0 200 100"') -> bytes:
    return f"<svg {HEAD} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('width="100" height="50"', (100, 50)),
        ('width="100px" height="50.6px"', (100, 51)),
        ('width="1in" height="72pt"', (96, 96)),
        ('width="25.4mm" height="2.54cm"', (96, 96)),
        ('viewBox="0 0 24 12"', (24, 12)),
        ('viewBox="0,0,24,12"', (24, 12)),
        ('width="48" viewBox="0 0 24 12"', (48, 24)),
        ('height="48" viewBox="0 0 24 12"', (96, 48)),
        ('width="100%" height="100%" viewBox="0 0 24 12"', (24, 12)),
        ('width="100%"', (0, 0)),
        ('width="0" height="0"', (0, 0)),
        ('width="-5" height="4"', (0, 0)),
        ('viewBox="a b c d"', (0, 0)),
        ('viewBox="0 0 nan 5"', (0, 0)),
        ('viewBox="0 0 1e300 1e300"', (0, 0)),
        ("", (0, 0)),
        ('width="0.2" height="0.2"', (1, 1)),
    ],
)
def test_the_size_comes_from_the_root(attributes, expected):
    assert svg.size(drawing("", attributes)) == expected


def test_only_the_root_is_read_for_the_size():
    assert svg.size(b'<svg width="3" height="4"><broken') == (3, 4)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "entity"),
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', "entity"),
        (b'<!DOCTYPE svg [<!ENTITY % p "b">]><svg/>', "entity"),
        (b"<svg>" + b"<g>" * 20_000, "deep"),
        (b"<html/>", "no <svg>"),
        (b"<svg><g></svg>", "mismatched"),
        (b"", "XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><svg/>', "encoding"),
        (b"<svg>\xff</svg>", "XML"),
    ],
)
def test_what_is_dangerous_or_broken_is_refused_with_a_reason(data, why):
    with pytest.raises(ImageBrokenError) as caught:
        svg.shrink(data)
    assert why in caught.value.reason


def test_drawing_refuses_entities_and_sizes_beyond_the_limit():
    with pytest.raises(ImageBrokenError):
        svg.rasterize(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg width="1" height="1">&a;</svg>', 5, 5)
    with pytest.raises(ImageTooManyPixelsError):
        svg.rasterize(drawing(""), 20_000, 5)


@pytest.mark.parametrize("size", [(20, 10), (7, 31), (400, 200)])
def test_it_is_drawn_at_exactly_the_wanted_size(size):
    drawn = svg.rasterize(drawing('<rect width="200" height="100" fill="#f00"/>'), *size)
    assert (drawn.width, drawn.height, drawn.bands) == (*size, 4)
    assert np.abs(drawn.numpy().astype(int) - [255, 0, 0, 255]).max() <= 1


def test_a_drawing_without_a_size_of_its_own_is_broken_for_who_wants_pixels():
    with pytest.raises(ImageBrokenError):
        svg.rasterize(f"<svg {HEAD}/>".encode(), 5, 5)


NOISY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- made by Jane Doe -->
<svg {HEAD} xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cc="http://creativecommons.org/ns#"
   width="100" height="100" viewBox="0 0 100 100" inkscape:export-filename="/home/jane/secret.png">
  <title>A title</title>
  <metadata><rdf:RDF><cc:Work><cc:license>CC-BY</cc:license></cc:Work></rdf:RDF></metadata>
  <sodipodi:namedview inkscape:zoom="1"/>
  <path id="one" class="shape" d="M 10.000001,10.000002 L 90.123456 10.000000 L 50.987654,90.123456 Z" fill="#336699"/>
  <text x="5" y="95">two  <tspan>words</tspan> here</text>
</svg>""".encode()


@pytest.fixture(scope="module")
def small() -> str:
    return svg.shrink(NOISY).decode()


def test_names_and_paths_of_people_are_removed_and_the_picture_stays(small):
    for secret in ("Jane", "jane", "inkscape", "sodipodi", "rdf", "CC-BY", "xlink", "DOCTYPE"):
        assert secret not in small
    for kept in ("<title>A title</title>", 'id="one"', 'class="shape"', "<tspan>words</tspan>"):
        assert kept in small
    assert len(small) < len(NOISY) / 2
    difference = svg.rasterize(NOISY, 300, 300).numpy().astype(int) - svg.rasterize(small.encode(), 300, 300).numpy()
    assert np.abs(difference).mean() < 0.5


def test_metadata_stays_with_the_copyright():
    small = svg.shrink(NOISY, frozenset({KeptMetadata.COPYRIGHT})).decode()
    assert "CC-BY" in small
    assert "<metadata>" in small
    assert "secret" not in small


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1"])
def test_other_encodings_become_utf_8(encoding):
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    declared = f'<?xml version="1.0" encoding="{encoding[:6] if mark else encoding}"?>'
    text = f'{mark}{declared}<svg {HEAD} width="9" height="9"><title>Ä</title></svg>'
    small = svg.shrink(text.encode(encoding))
    assert "Ä" in small.decode("utf-8")
    assert b"encoding" not in small
    assert svg.size(small) == (9, 9)


ACTIVE = [
    '<script>if (1 &lt; 2) document.querySelector("g > g")</script>',
    "<script><![CDATA[if (a < b && c) d()]]></script>",
    '<rect width="5" height="5" onclick="go()"/>',
    '<rect width="5.123456" height="5"><animate attributeName="width" from="1" to="9" dur="3s"/></rect>',
]


@pytest.mark.parametrize("inside", ACTIVE)
def test_what_moves_keeps_its_scripts_handlers_and_structure(inside):
    small = svg.shrink(drawing(f'<!-- x --><g><g id="unused">{inside}</g></g>')).decode()
    assert '<g><g id="unused">' in small
    for word in re.findall(r"(?:script|onclick=.go\(\).|attributeName|if \()", inside):
        assert word in small


def test_a_style_sheet_keeps_what_it_may_refer_to():
    inside = '<style>g > g rect { fill: red }</style><g><g><rect style="stroke:blue" width="50" height="50"/></g></g>'
    small = svg.shrink(drawing(inside + "<!-- a comment -->")).decode()
    assert "<g><g><rect" in small
    assert 'style="stroke:blue"' in small


def test_what_would_look_different_is_not_taken(monkeypatch):
    def spoil(document, tolerance):
        for element in document.root.elements():
            element.attributes.pop("d", None)

    monkeypatch.setattr(svg.svg_tidy, "round_numbers", spoil)
    assert b" d=" in svg.shrink(drawing('<path d="M0 0h90v90"/><!-- a comment -->'))


def test_once_is_enough(small):
    assert len(svg.shrink(small.encode())) <= len(small.encode())


def test_scour_may_not_fetch_what_a_picture_refers_to(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"top secret")
    inside = f'<image width="9" height="9" href="{secret.as_uri()}"/><rect width="90.000000" height="90"/>'
    small = svg.shrink(drawing(inside))
    assert secret.as_uri() in small.decode()
