"""One element for all images of a source, by the rules of the HTML standard."""

from __future__ import annotations

import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.job import StoredImage
from kraken_desktop.model.links import LinkFormat, format_links
from kraken_desktop.model.picture import picture_element


def image(key: str, width: int | None = None, height: int | None = None, url: str = "") -> StoredImage:
    return StoredImage(key=key, url=url or f"https://x.org/{key}", width=width, height=height)


class Element(html.parser.HTMLParser):
    """What a browser would read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[dict[str, str | None]] = []
        self.img: dict[str, str | None] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert len(dict(attrs)) == len(attrs)
        if tag == "source":
            self.sources.append(dict(attrs))
        elif tag == "img":
            self.img = dict(attrs)


def candidates(srcset: str | None) -> list[tuple[str, str]]:
    """As the standard parses a ``srcset``: an address up to a blank, a descriptor up to a comma."""
    found = []
    rest = (srcset or "").lstrip(", \t\n")
    while rest:
        url, _, rest = rest.partition(" ")
        descriptor = ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            descriptor, _, rest = rest.partition(",")
        found.append((url, descriptor.strip()))
        rest = rest.lstrip(", \t\n")
    return found


RESPONSIVE = [
    image(f"a-{width}{extension}", width, width * 2 // 3)
    for extension in (".avif", ".webp", ".jpg")
    for width in (480, 960, 1600)
]


def test_a_responsive_set_is_one_element_with_every_image_once() -> None:
    (told,) = format_links(RESPONSIVE, LinkFormat.PICTURE, alt="a.png")
    element = Element(told)
    assert element.tags == ["picture", "source", "source", "img"]
    assert [source["type"] for source in element.sources] == ["image/avif", "image/webp"]
    assert candidates(element.sources[0]["srcset"]) == [
        ("https://x.org/a-480.avif", "480w"),
        ("https://x.org/a-960.avif", "960w"),
        ("https://x.org/a-1600.avif", "1600w"),
    ]
    assert element.sources[0]["sizes"] == "(max-width: 1600px) 100vw, 1600px"
    assert element.img["src"] == "https://x.org/a-1600.jpg"
    assert [descriptor for _, descriptor in candidates(element.img["srcset"])] == ["480w", "960w", "1600w"]
    assert (element.img["width"], element.img["height"], element.img["alt"]) == ("1600", "1066", "a.png")
    assert told.splitlines()[0] == "<picture>"
    assert told.splitlines()[-1] == "</picture>"


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_recipe_does_not_decide_what_browsers_take(order: int) -> None:
    element = Element(picture_element(RESPONSIVE[::order], ""))
    assert [source["type"] for source in element.sources] == ["image/avif", "image/webp"]
    assert str(element.img["src"]).endswith(".jpg")


@pytest.mark.parametrize(
    ("keys", "types", "shown"),
    [
        (["a.png", "a.webp"], ["image/webp"], "a.png"),
        (["a.gif", "a.avif"], ["image/avif"], "a.gif"),
        (["a.svg", "a.png"], ["image/svg+xml"], "a.png"),
        (["a.svg"], [], "a.svg"),
        (["a.webp", "a.avif"], ["image/avif"], "a.webp"),
        (["a.avif"], [], "a.avif"),
        (["a.heic", "a.jpeg"], ["image/heic"], "a.jpeg"),
        (["a.jpg", "a.png"], ["image/png"], "a.jpg"),
        (["a.webp", "unknown"], ["image/webp"], "unknown"),
    ],
)
def test_the_last_one_is_what_every_browser_shows(keys: list[str], types: list[str], shown: str) -> None:
    element = Element(picture_element([image(key) for key in keys], ""))
    assert [source["type"] for source in element.sources] == types
    assert element.img["src"] == f"https://x.org/{shown}"


def test_one_image_alone_is_a_valid_element() -> None:
    told = picture_element([image("a.jpg", 300, 200)], 'a "quoted" <name>\nof two')
    assert told == (
        "<picture>\n"
        '  <img src="https://x.org/a.jpg" width="300" height="200" alt="a &quot;quoted&quot; &lt;name&gt; of two">\n'
        "</picture>"
    )


def test_jpeg_and_jpg_are_the_same_type() -> None:
    element = Element(picture_element([image("a.jpg", 100, 100), image("a.jpeg", 200, 200)], ""))
    assert element.tags == ["picture", "img"]
    assert [descriptor for _, descriptor in candidates(element.img["srcset"])] == ["100w", "200w"]


def test_a_width_stands_once() -> None:
    # A small source gives the same size for all widths beyond its own.
    element = Element(picture_element([image(f"a-{n}.jpg", 300, 200) for n in range(3)], ""))
    assert "srcset" not in element.img
    assert element.img["src"] == "https://x.org/a-0.jpg"


def test_an_image_of_unknown_width_does_not_stand_beside_known_ones() -> None:
    some = [image("a-1.jpg"), image("a-2.jpg", 200, 100), image("a-3.jpg", 400, 200)]
    assert [each for _, each in candidates(Element(picture_element(some, "")).img["srcset"])] == ["200w", "400w"]
    none = Element(picture_element([image("a-1.jpg"), image("a-2.jpg"), image("a.webp")], ""))
    assert none.img["src"] == "https://x.org/a-1.jpg"
    assert "srcset" not in none.img
    assert "width" not in none.img
    assert none.sources == [{"type": "image/webp", "srcset": "https://x.org/a.webp"}]


def test_rounded_sizes_are_the_same_shape() -> None:
    sizes = [(480, 319), (960, 639), (1600, 1065)]
    element = Element(picture_element([image(f"a-{w}.jpg", w, h) for w, h in sizes], ""))
    assert element.tags == ["picture", "img"]
    assert len(candidates(element.img["srcset"])) == 3


def test_another_shape_is_for_narrower_windows_and_keeps_its_own_size() -> None:
    images = [
        image("square.avif", 400, 400),
        image("square.jpg", 400, 400),
        image("wide-800.jpg", 800, 450),
        image("wide.jpg", 1600, 900),
    ]
    element = Element(picture_element(images, ""))
    assert element.sources == [
        {
            "media": "(max-width: 400px)",
            "type": kind,
            "srcset": f"https://x.org/square.{end}",
            "width": "400",
            "height": "400",
        }
        for kind, end in (("image/avif", "avif"), ("image/jpeg", "jpg"))
    ]
    assert [url for url, _ in candidates(element.img["srcset"])] == [
        "https://x.org/wide-800.jpg",
        "https://x.org/wide.jpg",
    ]


def test_of_shapes_as_wide_the_first_is_the_usual_one() -> None:
    element = Element(picture_element([image("a.jpg", 400, 300), image("b.jpg", 400, 400)], ""))
    assert element.img["src"] == "https://x.org/a.jpg"


def test_presigned_addresses_stay_whole() -> None:
    urls = [f"https://x.org/{n}.jpg?X-Amz-Date=2026&X-Amz-Signature=a%2Fb{n}" for n in range(2)]
    images = [image(f"{n}.jpg", 100 * (n + 1), 100 * (n + 1), url) for n, url in enumerate(urls)]
    told = picture_element(images, "")
    assert "&amp;X-Amz-Signature" in told
    element = Element(told)
    assert [url for url, _ in candidates(element.img["srcset"])] == urls
    assert element.img["src"] == urls[1]


def test_blanks_and_commas_do_not_break_an_address_up() -> None:
    images = [image("a.jpg", 100, 100, "https://x.org/a b.jpg,"), image("b.jpg", 200, 200, "https://x.org/b,c.jpg")]
    element = Element(picture_element(images, ""))
    assert candidates(element.img["srcset"]) == [
        ("https://x.org/a%20b.jpg%2C", "100w"),
        ("https://x.org/b,c.jpg", "200w"),
    ]


@given(
    st.lists(
        st.builds(
            image,
            key=st.sampled_from(["a.jpg", "a.png", "a.avif", "a.webp", "a.gif", "odd"]),
            width=st.none() | st.integers(1, 3000),
            height=st.none() | st.integers(1, 3000),
            url=st.text(min_size=1),
        ),
        min_size=1,
        max_size=10,
    ),
    st.text(),
)
def test_whatever_the_images_the_element_is_sound(images: list[StoredImage], alt: str) -> None:
    told = picture_element(images, alt)
    element = Element(told)
    assert element.tags == ["picture", *["source"] * len(element.sources), "img"]
    assert len(told.split("\n")) == len(element.tags) + 1
    for attributes in (*element.sources, element.img):
        if "srcset" in attributes:
            widths = [descriptor for _, descriptor in candidates(attributes["srcset"])]
            assert len(set(widths)) == len(widths)
            assert all(re.fullmatch(r"[1-9]\d*w", each) for each in widths) or widths == [""]
            assert ("sizes" in attributes) is (len(widths) > 1)


def test_no_image_is_no_element() -> None:
    assert format_links((), LinkFormat.PICTURE) == ()


def test_in_the_other_formats_each_image_has_a_line() -> None:
    assert format_links(RESPONSIVE[:2], LinkFormat.PLAIN) == ("https://x.org/a-480.avif", "https://x.org/a-960.avif")
