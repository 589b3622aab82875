"""Image sets: made in one go of widths and formats, and the names that tell their images apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product

from kraken_desktop.model.object_key import suffixed
from kraken_desktop.model.recipe import OutputFormat, Resize, Strategy, Variant


def grid(widths: Sequence[int], formats: Sequence[OutputFormat], resize: Resize | None = None) -> tuple[Variant, ...]:
    """Every width in every format, the formats one after the other: ``480-avif``, ``960-avif``, ``480-webp``, ...

    Args:
        widths: at most so wide each; empty for one size.
        formats: empty for the format of the recipe.
        resize: the one size, without widths.

    Raises:
        ValueError: a width is out of range.
    """
    sizes: list[tuple[str, Resize | None]] = [
        (str(width), Resize(strategy=Strategy.LANDSCAPE, width=width)) for width in dict.fromkeys(widths)
    ] or [("", resize)]
    if not widths and not formats:
        return ()
    return tuple(
        Variant(name="-".join(part for part in (size, form.value if form else "") if part), resize=new, convert=form)
        for form, (size, new) in product(tuple(dict.fromkeys(formats)) or (None,), sizes)
    )


def free_variant_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number if it is taken: ``small``, ``small-2``."""
    used = {name.casefold() for name in taken}
    if wanted.casefold() not in used:
        return wanted
    number = 2
    while f"{wanted}-{number}".casefold() in used:
        number += 1
    return f"{wanted}-{number}"


def are_apart(keys: Sequence[str]) -> bool:
    """Whether no two of these object keys are the same, even where upper and lower case are."""
    return len({key.casefold() for key in keys}) == len(keys)


def told_apart(keys: Sequence[str], variants: Sequence[str]) -> tuple[str, ...]:
    """The keys of a set; where two are the same, all of them with ``-`` and the variant's name.

    Raises ``UnsafeKeyError`` where there is no room for it.
    """
    if are_apart(keys):
        return tuple(keys)
    return tuple(suffixed(key, variant) for key, variant in zip(keys, variants, strict=True))
