from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kraken_desktop.model.errors import TemplateError, UnsafeKeyError
from kraken_desktop.model.key_prefix import key_prefix
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, numbered, suffixed
from kraken_desktop.model.profile import DEFAULT_TEMPLATE


@pytest.mark.parametrize(
    ("template", "prefix"),
    [
        (DEFAULT_TEMPLATE, ""),
        ("images/{stem}{ext}", "images/"),
        ("images/web-{stem}{ext}", "images/web-"),
        ("a/b/{date:%Y}/{stem}{ext}", "a/b/"),
        ("img.v1{ext}", "img"),
        ("images/fixed.png", "images/"),
        ("fixed.png", ""),
        (" a /CON/x. {stem}", "a/CON_/x"),
        ("e\u0301te/{stem}", "\u00e9te/"),
        ("", ""),
        ("{broken", ""),
    ],
)
def test_of_what_all_keys_begin_with(template: str, prefix: str) -> None:
    assert key_prefix(template) == prefix


LITERALS = st.text("ab.-_ /CON", max_size=8)


@given(LITERALS, st.sampled_from(["{stem}", "{folder}", "{random:6}", "{name}", "{ext}"]), LITERALS)
@settings(max_examples=150, deadline=None)
def test_every_key_begins_so_numbered_and_of_a_set_too(before: str, variable: str, after: str) -> None:
    template = f"{before}{variable}{after}"
    inputs = KeyInputs(
        name="cat.v1.jpg",
        extension=".webp",
        digest="0" * 64,
        dropped_at=datetime(2026, 1, 2, tzinfo=UTC),
        counter=1,
        profile="Web",
        uuid="u",
        random="abcdef" * 6,
    )
    try:
        key = PathTemplate.parse(template).render(inputs)
    except (TemplateError, UnsafeKeyError):
        return
    for made in (key, numbered(key, 2), suffixed(key, "small")):
        assert made.startswith(key_prefix(template))
