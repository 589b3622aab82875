"""Each rule of a recipe, and what keeps it."""

from __future__ import annotations

import pytest

from kraken_desktop.model import recipe_rules
from kraken_desktop.model.profile import Engine, Finding, Severity
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipe_rules import (
    check_color,
    check_for_engine,
    check_recipe,
    check_variants,
    check_wanted,
)
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from kraken_desktop.model.resizing import Sizing, Wanted

AVATAR = Recipe(resize=Resize(strategy=Strategy.SQUARE, size=256))
BOX = Resize(strategy=Strategy.FILL, width=400, height=300)


def problems(findings: object) -> list[tuple[str, str]]:
    told = list(findings)  # type: ignore[call-overload]
    assert all(isinstance(each, Finding) and each.problem in recipe_rules.PROBLEMS for each in told)
    return [(each.problem, each.detail) for each in told]


@pytest.mark.parametrize(
    ("recipe", "size", "expected"),
    [
        (Recipe(), None, []),
        (AVATAR, None, [("resize.enlarges", "256 × 256")]),
        (AVATAR, (300, 300), []),
        (AVATAR, (300, 200), [("resize.enlarges_this", "256 × 256")]),
        (Recipe(resize=Resize(strategy=Strategy.AUTO, width=5, height=5)), None, []),
        (Recipe(convert=OutputFormat.JPEG), None, [("convert.animation", "JPEG")]),
        (Recipe(convert=OutputFormat.GIF), None, [("convert.few_colors", "")]),
        (Recipe(convert=OutputFormat.AVIF), None, []),
        # Of a set only its images count, each problem once.
        (Recipe(resize=BOX, variants=(Variant(name="a"),)), None, []),
        (
            Recipe(convert=OutputFormat.JPEG, variants=(Variant(name="a", resize=BOX), Variant(name="b", resize=BOX))),
            None,
            [("resize.enlarges", "400 × 300"), ("convert.animation", "JPEG")],
        ),
    ],
)
def test_what_is_unwise(recipe: Recipe, size: tuple[int, int] | None, expected: list[tuple[str, str]]) -> None:
    found = check_recipe(recipe, size)
    assert problems(found) == expected
    assert all(each.severity is Severity.WARNING for each in found)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), []),
        (Wanted(sizing=Sizing.AT_MOST, height=1), []),
        (Wanted(sizing=Sizing.AT_MOST), [("resize.no_side", "")]),
        (Wanted(sizing=Sizing.CROPPED, width=4), [("resize.one_side", "")]),
        (Wanted(sizing=Sizing.BORDERED, height=4), [("resize.one_side", "")]),
        (Wanted(sizing=Sizing.STRETCHED, width=4, height=4), []),
    ],
)
def test_a_size_has_all_its_sides(wanted: Wanted, expected: list[tuple[str, str]]) -> None:
    assert problems(check_wanted(wanted)) == expected


@pytest.mark.parametrize(("text", "is_color"), [("#fff", True), ("#FFaa00", True), ("white", False), ("", False)])
def test_colors(text: str, is_color: bool) -> None:
    assert problems(check_color("background", text)) == ([] if is_color else [("background.not_a_color", text)])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a", "b"), []),
        ((), [("variants.empty", "")]),
        ([str(number) for number in range(10)], []),
        ([str(number) for number in range(11)], [("variants.too_many", "11")]),
        (("a", "", ""), [("variants.unnamed", "")]),
        (("a b",), [("variants.characters", "a b")]),
        (("ä",), [("variants.characters", "ä")]),
        (("x" * 64,), []),
        (("x" * 65,), [("variants.characters", "x" * 65)]),
        (("small", "Small", "small"), [("variants.duplicate", "Small"), ("variants.duplicate", "small")]),
    ],
)
def test_names_of_a_set(names: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert problems(check_variants(names)) == expected


@pytest.mark.parametrize(
    ("recipe", "engine", "expected"),
    [
        (Recipe(), Engine.KRAKEN, []),
        (AVATAR, Engine.KRAKEN, [("recipe_id.animation_with_kraken", "")]),
        (AVATAR, Engine.LOCAL, []),
        (Recipe(sandbox=True), Engine.KRAKEN, []),
        (Recipe(sandbox=True), Engine.LOCAL, [("recipe_id.sandbox_with_local", "")]),
    ],
)
def test_what_an_engine_makes_of_a_recipe(recipe: Recipe, engine: Engine, expected: list[tuple[str, str]]) -> None:
    assert problems(check_for_engine(recipe, engine)) == expected


def test_the_built_in_recipes_break_no_rule() -> None:
    for recipe in BUILT_IN_RECIPES:
        if recipe.variants:
            assert check_variants([each.name for each in recipe.variants]) == ()
