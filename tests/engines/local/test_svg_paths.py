from __future__ import annotations

import pytest

from kraken_desktop.engines.local.svg_paths import UnreadablePathError, number, shorter_path, shorter_points


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.5, 2, ".5"), (-0.5, 2, "-.5"), (-0.001, 2, "0"), (100.0, 0, "100"), (10.10, 2, "10.1"), (1e6, 3, "1000000")],
)
def test_numbers_are_short(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("data", "short"),
    [
        ("M10 20 L 30.000 40 30 50 h5 v-3 z", "m10 20 20 20v10h5v-3z"),
        ("m1 1 1 0 z m 1 1 l.5.5", "m1 1h1zm1 1 .5.5"),
        ("M0 0C10 0 20 10 20 20C20 30 30 40 40 40", "m0 0c10 0 20 10 20 20s10 20 20 20"),
        ("M0,0 a1 1 0 01.5.5 1 1 0 1 0 2 2z", "m0 0a1 1 0 0 1 .5.5 1 1 0 1 0 2 2z"),
        ("m 1e1 0 q 10 10 20 0 t 20 0", "m10 0q10 10 20 0t20 0"),
        ("M0 0 C 1 1 2 2 3 3", "m0 0 3 3"),
        ("M5 5 L5.0001 5 9 9", "m5 5h0l4 4"),
        ("M100 100 L101 101 L0 0", "m100 100 1 1L0 0"),
    ],
)
def test_a_path_keeps_its_shape_in_fewer_characters(data, short):
    assert shorter_path(data, 2) == short


def test_rounding_does_not_add_up():
    # Each step alone would be rounded to nothing.
    short = shorter_path("m0 0" + "l.004 0" * 1000 + "v7", 2)
    assert short.endswith("H4v7")


@pytest.mark.parametrize("data", ["L1 1", "M1", "M1 1 X", "M1 1 a1 1 0 2 0 1 1", "M1e99 1", "1 1", "M1 1 l"])
def test_what_is_not_understood_is_left_alone(data):
    with pytest.raises(UnreadablePathError):
        shorter_path(data, 2)


def test_points_keep_spaces_between_them():
    assert shorter_points("1.02,123.64 .871,122.5", 1) == "1 123.6 .9 122.5"
    with pytest.raises(UnreadablePathError):
        shorter_points("1 2 3", 1)
    with pytest.raises(UnreadablePathError):
        shorter_points("1 b", 1)
