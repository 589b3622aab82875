"""The path template filled in: golden keys, hostile names, and the promise that no key is unsafe."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from kraken_desktop.model.errors import TemplateError, UnsafeKeyError
from kraken_desktop.model.object_key import (
    KEY_LIMIT,
    KEY_PROBLEMS,
    KeyInputs,
    PathTemplate,
    content_digest,
    numbered,
    unsafe_part,
)
from kraken_desktop.model.profile import DEFAULT_TEMPLATE

DIGEST = "0123456789abcdef" * 4
DROPPED = datetime(2024, 3, 5, 14, 7, 9, tzinfo=timezone(timedelta(hours=2)))
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def inputs(name: str = "Photo 1.JPG", **changes: Any) -> KeyInputs:
    told: dict[str, Any] = {
        "name": name,
        "extension": ".png",
        "folder": "Trip/Day 1",
        "digest": DIGEST,
        "dropped_at": DROPPED,
        "counter": 7,
        "profile": "My Blog",
        "uuid": "1b4e28ba-2fa1-41d2-883f-b9a761bde3fb",
        "random": "k3x9q0a1b2c3d4e5f6g7h8i9j0k1l2m3",
        "variant": "thumb",
        "width": 800,
        "height": 600,
    }
    return KeyInputs(**(told | changes))


def render(template: str, name: str = "Photo 1.JPG", **changes: Any) -> str:
    return PathTemplate.parse(template).render(inputs(name, **changes))


@pytest.mark.parametrize(
    ("template", "key"),
    [
        (DEFAULT_TEMPLATE, "2024/03/photo-1-01234567.png"),
        ("{name}", "Photo 1.png"),
        ("{name|slug}", "photo-1.png"),
        ("{name|lower}", "photo 1.png"),
        ("{stem}{ext}", "Photo 1.png"),
        ("{stem|lower}{ext}", "photo 1.png"),
        ("{stem | slug | lower}{ext}", "photo-1.png"),
        ("{hash}{ext}", f"{DIGEST}.png"),
        ("{hash:12}{ext}", "0123456789ab.png"),
        ("{date}/{name}", "2024-03-05/Photo 1.png"),
        ("{date:%Y%m%d-%H%M%S}{ext}", "20240305-140709.png"),
        ("{date:%y/%j}/{name}", "24/065/Photo 1.png"),
        ("{date:%G-W%V-%u}{ext}", "2024-W10-2.png"),
        ("{counter}{ext}", "7.png"),
        ("{counter:3}{ext}", "007.png"),
        ("{folder}/{name}", "Trip/Day 1/Photo 1.png"),
        ("{folder|slug}/{name}", "trip/day-1/Photo 1.png"),
        ("{width}x{height}{ext}", "800x600.png"),
        ("{stem}-{variant}{ext}", "Photo 1-thumb.png"),
        ("{uuid}{ext}", "1b4e28ba-2fa1-41d2-883f-b9a761bde3fb.png"),
        ("{random}{ext}", "k3x9q0a1.png"),
        ("{random:6}{ext}", "k3x9q0.png"),
        ("{profile|slug}/{name}", "my-blog/Photo 1.png"),
        ("a/b c/{name}", "a/b c/Photo 1.png"),
        ("cafe\u0301/{name}", "caf\xe9/Photo 1.png"),
    ],
)
def test_each_variable_and_filter(template: str, key: str) -> None:
    assert render(template) == key


@pytest.mark.parametrize(
    ("name", "key", "slugged"),
    [
        ("{uuid}.png", "-uuid-.png", "uuid.png"),
        ("{stem|slug}{{hash}}.png", "-stem-slug---hash--.png", "stem-slug-hash.png"),
        ("../../x", "-.-x.png", "x.png"),
        ("/etc/passwd", "-etc-passwd.png", "etc-passwd.png"),
        ("..\\..\\x.png", "-.-x.png", "x.png"),
        ("CON", "CON_.png", "con_.png"),
        ("con.jpg", "con_.png", "con_.png"),
        ("NUL.tar.gz", "NUL_.tar.png", "nul-tar.png"),
        ("Com1.png", "Com1_.png", "com1_.png"),
        ("console.png", "console.png", "console.png"),
        ("\U0001f600\U0001f389.png", "\U0001f600\U0001f389.png", "image.png"),
        (f"{FAMILY} us.png", "\U0001f468\U0001f469\U0001f467 us.png", "us.png"),
        ("cafe\u0301.jpg", "caf\xe9.png", "cafe.png"),
        ("$1.png", "$1.png", "1.png"),
        ("\\1.png", "-1.png", "1.png"),
        ("$(rm -rf ~);`ls`.png", "$(rm -rf -);-ls-.png", "rm-rf-ls.png"),
        ("\"quoted\" 'n' more.png", "-quoted- 'n' more.png", "quoted-n-more.png"),
        ("two\nlines\r\n.png", "two-lines--.png", "two-lines.png"),
        ("tab\there\x00\x7f.png", "tab-here--.png", "tab-here.png"),
        ("-rf.png", "-rf.png", "rf.png"),
        ("a%20b.png", "a-20b.png", "a-20b.png"),
        ("a+b.png", "a+b.png", "a-b.png"),
        ("a#b?c.png", "a-b-c.png", "a-b-c.png"),
        ("a:b*c|d.png", "a-b-c-d.png", "a-b-c-d.png"),
        ("\u202egnp.exe.png", "gnp.exe.png", "gnp-exe.png"),
        ("zero\u200b\u2060width\ufeff.png", "zerowidth.png", "zerowidth.png"),
        ("line\u2028end.png", "line-end.png", "line-end.png"),
        ("\u1fefls.png", "-ls.png", "ls.png"),
        ("\ud800\ufffe.png", "--.png", "image.png"),
        ("10.30.55\u202fPM.png", "10.30.55 PM.png", "10-30-55-pm.png"),
        ("Screenshot 10.30.55", "Screenshot 10.30.55.png", "screenshot-10-30-55.png"),
        ("\u05e9\u05dc\u05d5\u05dd.png", "\u05e9\u05dc\u05d5\u05dd.png", "\u05e9\u05dc\u05d5\u05dd.png"),
        ("\u65e5\u672c\u8a9e.png", "\u65e5\u672c\u8a9e.png", "\u65e5\u672c\u8a9e.png"),
        ("\u0419\u043e\u0434.png", "\u0419\u043e\u0434.png", "\u0439\u043e\u0434.png"),
        ("\u0939\u093f\u0902\u0926\u0940.png",) * 3,
        ("Stra\xdfe \xc6r\xf8.png", "Stra\xdfe \xc6r\xf8.png", "strasse-aero.png"),
        ("Vi\u1ec7t \u0130\u0131.png", "Vi\u1ec7t \u0130\u0131.png", "viet-ii.png"),
        ("1\ufe0f\u20e3 top.png", "1\ufe0f\u20e3 top.png", "1-top.png"),
        ("photo. .png", "photo.png", "photo.png"),
        ("photo...final .png", "photo.final.png", "photo-final.png"),
        ("archive.tar.GZ", "archive.tar.png", "archive-tar.png"),
        (" photo.jpg ", "photo.png", "photo.png"),
        ("\u3000.png", "image.png", "image.png"),
        (".png", "image.png", "image.png"),
        ("..", "image.png", "image.png"),
        (".", "image.png", "image.png"),
        ("", "image.png", "image.png"),
    ],
)
def test_hostile_names(name: str, key: str, slugged: str) -> None:
    assert render("{name}", name) == key
    assert render("{stem|slug}{ext}", name) == slugged


@pytest.mark.parametrize(
    ("folder", "key"),
    [
        ("", "a.png"),
        ("/", "a.png"),
        ("../../etc", "etc/a.png"),
        ("./x//y/", "x/y/a.png"),
        ("x/CON/y. ", "x/CON_/y/a.png"),
        ("x\\y/{uuid}", "x-y/-uuid-/a.png"),
        ("\u202ex/\U0001f600", "x/\U0001f600/a.png"),
    ],
)
def test_hostile_folders(folder: str, key: str) -> None:
    assert render("{folder}/{name}", "a.png", folder=folder) == key


def test_only_folder_and_date_make_segments() -> None:
    sneaky = "x/../y"
    key = render(
        "{profile}-{variant}-{uuid}-{stem}{ext}",
        sneaky,
        profile=sneaky,
        variant=sneaky,
        uuid=sneaky,
        folder=sneaky,
    )
    assert "/" not in key
    assert key == "x-.-y-x-.-y-x-.-y-x-.-y.png"


def test_an_empty_value_leaves_no_empty_segment() -> None:
    assert render("a/{variant}/{folder}/{name}", "b.png", variant="", folder="") == "a/b.png"


@pytest.mark.parametrize("folder", ["", "x"])
def test_a_name_that_comes_out_empty_is_refused_and_its_folder_never_takes_its_place(folder: str) -> None:
    with pytest.raises(UnsafeKeyError) as caught:
        render("{folder}/{stem}/{variant}{ext}", "a.png", variant="", folder=folder)
    assert caught.value.problem == "key.empty_name"
    assert caught.value.name == "a.png"


@pytest.mark.parametrize("variable", ["width", "height"])
def test_a_size_that_is_not_known_is_refused(variable: str) -> None:
    with pytest.raises(UnsafeKeyError) as caught:
        render(f"{{{variable}}}{{ext}}", **{variable: None})
    assert (caught.value.problem, caught.value.detail) == ("key.needs_size", f"{{{variable}}}")


@pytest.mark.parametrize("extension", ["png", ".PNG", "./x", ".p g", ".", ".\u0665"])
def test_an_extension_that_is_none_is_refused(extension: str) -> None:
    with pytest.raises(UnsafeKeyError) as caught:
        render("{name}", extension=extension)
    assert caught.value.problem == "key.bad_extension"


@pytest.mark.parametrize("letter", ["a", "\xe9", "\u65e5", "\U0001f600", "e\u0323\u0302"])
def test_a_long_name_is_shortened_and_everything_else_stays_whole(letter: str) -> None:
    name = letter * 1100 + ".jpg"
    key = render("{date:%Y}/{folder}/{stem}-{hash:8}{ext}", name)
    composed = len(unicodedata.normalize("NFC", letter).encode())
    assert KEY_LIMIT - composed < len(key.encode()) <= KEY_LIMIT
    assert key.startswith("2024/Trip/Day 1/" + unicodedata.normalize("NFC", letter * 2))
    assert key.endswith("-01234567.png")


def test_shortening_keeps_accents_skin_tones_and_flags_whole() -> None:
    base = "g\u0303"  # No composed form exists.
    assert render("{name}", base * 600).removesuffix(".png").endswith("\u0303")
    thumb = "\U0001f44d\U0001f3fd"
    assert render("{name}", thumb * 300).removesuffix(".png").endswith(thumb)
    flag = "\U0001f1e9\U0001f1ea"
    assert render("{name}", "x" + flag * 300).removesuffix(".png").removeprefix("x").count(flag) == 127


def test_shortening_cuts_where_one_character_is_larger_than_the_key() -> None:
    key = render("{name}", "e" + "\u0327" * 2000)
    assert KEY_LIMIT - 2 <= len(key.encode()) <= KEY_LIMIT


def test_several_stems_share_the_room() -> None:
    key = render("{stem}/{stem|slug}-{hash:8}{ext}", "b" * 3000)
    first, second = key.split("/")
    assert len(key) <= KEY_LIMIT
    assert len(first) == len(second) - len("-01234567.png") > 500


@pytest.mark.parametrize("template", ["{folder}/{stem}{ext}", "{folder}/{hash}{ext}"])
def test_a_folder_that_leaves_no_room_is_refused(template: str) -> None:
    with pytest.raises(UnsafeKeyError) as caught:
        render(template, "photo.png", folder="f" * 1100)
    assert caught.value.problem == "key.too_long"
    assert len(caught.value.key.encode()) <= KEY_LIMIT


def test_a_reserved_name_that_shortening_uncovers_is_still_made_safe() -> None:
    folder = "f" * (KEY_LIMIT - len("/con_.png"))
    key = render("{folder}/{name}", "con" + "\xe9" * 40, folder=folder)
    assert key == f"{folder}/con_.png"


def test_parse_raises_the_first_error() -> None:
    with pytest.raises(TemplateError) as caught:
        PathTemplate.parse("{name}/{nmae}")
    assert caught.value.problem == "template.unknown_variable"
    assert caught.value.detail == "{nmae}"
    assert caught.value.template == "{name}/{nmae}"


def test_what_a_template_says_of_itself() -> None:
    template = PathTemplate.parse(DEFAULT_TEMPLATE)
    assert template.text == DEFAULT_TEMPLATE
    assert template.variables == {"date", "stem", "hash", "ext"}


@pytest.mark.parametrize(
    ("template", "unique"),
    [
        ("{hash}{ext}", True),
        ("{hash:8}{ext}", True),
        ("{hash:7}{ext}", False),
        ("{uuid}{ext}", True),
        ("{random}{ext}", True),
        ("{random:6}{ext}", True),
        ("{random:5}{ext}", False),
        ("{random:5}-{hash:8}{ext}", True),
        ("{counter:5}{ext}", False),
        ("{date:%Y%m%d%H%M%S}-{name}", False),
    ],
)
def test_unique(template: str, unique: bool) -> None:
    assert PathTemplate.parse(template).unique is unique


def test_content_digest_is_pinned() -> None:
    # A change here gives every stored image a new key.
    told = content_digest("ab" * 32, "kraken", "0011223344556677")
    assert told == "ba60345426dbaa43045505b48d94163ebb409793cd5869614576945d5a7277a3"


def test_content_digest_tells_everything_apart() -> None:
    digests = {
        content_digest("a", "b", "c"),
        content_digest("x", "b", "c"),
        content_digest("a", "x", "c"),
        content_digest("a", "b", "x"),
        content_digest("ab", "", "c"),
    }
    assert len(digests) == 5
    assert {len(digest) for digest in digests} == {64}


@pytest.mark.parametrize(
    ("key", "n", "result"),
    [
        ("a/b.png", 2, "a/b-2.png"),
        ("b.png", 10, "b-10.png"),
        ("a.b/c", 2, "a.b/c-2"),
        ("a/b.tar.gz", 2, "a/b.tar-2.gz"),
        ("a/.png", 2, "a/.png-2"),
        ("x" * 1020 + ".png", 2, "x" * 1018 + "-2.png"),
        ("\xe9" * 510 + ".png", 12, "\xe9" * 508 + "-12.png"),
    ],
)
def test_numbered(key: str, n: int, result: str) -> None:
    assert numbered(key, n) == result
    assert len(result.encode()) <= KEY_LIMIT


def test_numbered_refuses_where_nothing_of_the_name_would_be_left() -> None:
    with pytest.raises(UnsafeKeyError) as caught:
        numbered("f" * 1018 + "/a.png", 2)
    assert caught.value.problem in KEY_PROBLEMS


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("a/b.png", ""),
        ("/a", "/"),
        ("a//b", "/"),
        ("a/", "/"),
        ("a/../b", ".."),
        ("a/./b", "."),
        ("a\\b", "\\"),
        ("a\x00", "U+0000"),
        ("a\u202eb", "U+202E"),
        ("a /b", "a "),
        ("nul", "nul"),
    ],
)
def test_unsafe_part(key: str, fault: str) -> None:
    assert unsafe_part(key) == fault


TEMPLATES = st.sampled_from(
    [
        DEFAULT_TEMPLATE,
        "{name}",
        "{folder}/{name}",
        "{folder|slug}/{stem|lower}{ext}",
        "{profile}/{variant}/{stem}{ext}",
        "{stem}/{stem|slug}-{counter:3}{ext}",
        ".{variant}/e{stem}e{folder}e{ext}",
        "{stem}.{profile}",
    ]
)
NASTY = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("./\\ {}%$:-\u0301\u0338\u200d\u202e\ufe0f\U0001f1e9\U0001f3fd\ud800coniCONULpr1"),
    ),
    max_size=40,
)
NAMES = st.one_of(NASTY, st.builds(lambda text, times: text * times, NASTY, st.integers(0, 200)))


@given(template=TEMPLATES, name=NAMES, folder=NAMES, profile=NASTY, variant=NASTY)
@example(template="{name}", name="\u1fef", folder="", profile="", variant="")
@example(template="{stem}.{profile}", name="nul", folder="", profile="", variant="")
def test_never_an_unsafe_key(template: str, name: str, folder: str, profile: str, variant: str) -> None:
    given_inputs = inputs(name, folder=folder, profile=profile, variant=variant)
    parsed = PathTemplate.parse(template)
    try:
        key = parsed.render(given_inputs)
    except UnsafeKeyError as error:
        refused = error.problem
        event(refused)
    else:
        refused = ""
        assert_safe(key)
        assert key == parsed.render(given_inputs)
        assert "/" not in key or "/" in template or "{folder}" in template
        if template.endswith(("{ext}", "{name}")):
            assert key.endswith(".png")
            assert key.rpartition("/")[2] != ".png"
    assert refused in {"", "key.too_long", "key.empty_name"}


def assert_safe(key: str) -> None:
    assert 0 < len(key.encode()) <= KEY_LIMIT
    assert unicodedata.is_normalized("NFC", key)
    assert not set(key) & set('\\{}^%[]"~#|<>`')
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in key)
    assert all(segment.strip(" ") == segment != "" for segment in key.split("/"))
    assert not any(segment.endswith(".") for segment in key.split("/"))


@given(stem=NASTY, n=st.integers(2, 9999))
def test_a_numbered_key_stays_safe(stem: str, n: int) -> None:
    key = render("a/{name}", stem * 30)
    again = numbered(key, n)
    assert unsafe_part(again) == ""
    assert len(again.encode()) <= KEY_LIMIT
    assert again.endswith(f"-{n}.png")
