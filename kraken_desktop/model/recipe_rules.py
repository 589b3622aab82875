"""What is wrong, or unwise, in a recipe.

Pure and quick, so that a form can ask at each keystroke. A recipe that breaks a rule cannot even be made, so the rules
for names and colors look at what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kraken_desktop.model.geometry import Size
from kraken_desktop.model.profile import Engine, Finding, Severity
from kraken_desktop.model.recipe import MOST_VARIANTS, OutputFormat, Recipe, Resize, require_color
from kraken_desktop.model.resizing import Sizing, Wanted, enlarges

PROBLEMS = (
    "resize.no_side",
    "resize.one_side",
    "resize.enlarges",
    "resize.enlarges_this",
    "convert.animation",
    "recipe_id.animation_with_kraken",
    "recipe_id.sandbox_with_local",
    "convert.few_colors",
    "background.not_a_color",
    "variants.empty",
    "variants.too_many",
    "variants.unnamed",
    "variants.characters",
    "variants.duplicate",
    "variants.same_key",
)
"""Every code of a finding."""

_NAME = re.compile(r"[A-Za-z0-9._-]*")
_LONGEST_NAME = 64
_STANDS_STILL = frozenset({OutputFormat.JPEG})
"""Formats that hold one picture and no animation."""


def check_recipe(recipe: Recipe, size: Size | None = None) -> tuple[Finding, ...]:
    """What is unwise in a recipe as a whole.

    Args:
        recipe: what to look at.
        size: of an image that it is meant for, if there is one.
    """
    sizes = [each.resize for each in recipe.variants] or [recipe.resize]
    formats = [each.convert or recipe.convert for each in recipe.variants] or [recipe.convert]
    findings: list[Finding] = []
    for resize in sizes:
        findings += check_enlarging(resize, size)
    for form in formats:
        findings += check_format(form)
    return tuple(dict.fromkeys(findings))


def check_for_engine(recipe: Recipe, engine: Engine) -> Iterator[Finding]:
    """Warnings on what this recipe comes to with this engine, for the profile that has both."""
    changes = bool(recipe.resize or recipe.convert or recipe.variants)
    # Kraken.io tells of animations only that optimizing keeps them.
    if engine is Engine.KRAKEN and changes:
        yield _warning_of_profile("animation_with_kraken")
    if engine is Engine.LOCAL and recipe.sandbox:
        yield _warning_of_profile("sandbox_with_local")


def _warning_of_profile(problem: str) -> Finding:
    return Finding(field="recipe_id", problem=f"recipe_id.{problem}", severity=Severity.WARNING)


def check_wanted(wanted: Wanted) -> Iterator[Finding]:
    """Findings on a size that may be unfinished."""
    if not wanted.is_complete:
        problem = "resize.no_side" if wanted.sizing is Sizing.AT_MOST else "resize.one_side"
        yield Finding(field="resize", problem=problem)


def check_enlarging(resize: Resize | None, size: Size | None = None) -> Iterator[Finding]:
    """A warning where an image would get more pixels than it has."""
    if resize is None or not enlarges(resize, size):
        return
    box = f"{resize.size or resize.width} × {resize.size or resize.height}"
    problem = "resize.enlarges" if size is None else "resize.enlarges_this"
    yield Finding(field="resize", problem=problem, detail=box, severity=Severity.WARNING)


def check_format(form: OutputFormat | None) -> Iterator[Finding]:
    """Warnings on what a format cannot hold."""
    if form in _STANDS_STILL:
        yield Finding(field="convert", problem="convert.animation", detail=form.name, severity=Severity.WARNING)
    if form is OutputFormat.GIF:
        yield Finding(field="convert", problem="convert.few_colors", severity=Severity.WARNING)


def check_color(field: str, text: str) -> Iterator[Finding]:
    """An error for a text that is no color."""
    try:
        require_color(text)
    except ValueError:
        yield Finding(field=field, problem="background.not_a_color", detail=text)


def check_variants(names: Sequence[str]) -> tuple[Finding, ...]:
    """What is wrong with the names of a set, and with how many there are."""
    return tuple(dict.fromkeys((*check_count(names), *check_names(names))))


def check_count(names: Sequence[str]) -> Iterator[Finding]:
    """An error for a set of none, or of too many."""
    if not names:
        yield Finding(field="variants", problem="variants.empty")
    if len(names) > MOST_VARIANTS:
        yield Finding(field="variants", problem="variants.too_many", detail=str(len(names)))


def check_names(names: Sequence[str]) -> Iterator[Finding]:
    """Errors for the names of a set."""
    for at, name in enumerate(names):
        yield from check_variant_name(name, names[:at])


def check_variant_name(name: str, others: Sequence[str]) -> Iterator[Finding]:
    """Findings on the name of one image of a set, which becomes a part of the object's name."""
    if not name:
        yield Finding(field="variants", problem="variants.unnamed")
    elif not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        yield Finding(field="variants", problem="variants.characters", detail=name)
    elif name.casefold() in {each.casefold() for each in others}:
        yield Finding(field="variants", problem="variants.duplicate", detail=name)
